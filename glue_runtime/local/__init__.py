"""Glue on this machine: ``run_job`` runs a job unmodified, plain Spark plays ``awsglue``."""

from glue_runtime.local.compare import compare_frames, compare_outputs, read_output
from glue_runtime.local.run import run_job
from glue_runtime.local.session import local_session
from glue_runtime.local.stand_in import StandIns

__all__ = [
    "StandIns",
    "compare_frames",
    "compare_outputs",
    "local_session",
    "read_output",
    "run_job",
]
