"""The options of a translation, in AWS's and pandas' own words."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

GLUE_VERSIONS = {"5.0": "3.5.4", "5.1": "3.5.6", "6.0": "4.1.1"}


@dataclass(frozen=True)
class Options:
    """How to translate.

    ``input_root``: folder that relative input paths start from; when given, the schemas of the
    inputs found there are read and pinned. ``unsupported``: "driver" lets a step without a Spark
    form run as pandas on the driver, "error" refuses it. ``driver_limit``: rows a driver step may
    collect. ``runtime``: "embed" puts the helpers in the script, "zip" imports them.
    ``connections``: names of Glue connections to use in place of those made up for the program's
    databases ("postgresql-shop").

    Raises ValueError for a value that is not one of those named.
    """

    glue_version: str = "6.0"
    input_root: Path | str | None = None
    unsupported: str = "driver"
    job_name: str = "pandas_job"
    driver_limit: int = 5_000_000
    runtime: str = "embed"
    single_file: bool = False
    tags: dict[str, str] = field(default_factory=dict)
    connections: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        choices = {
            "glue_version": GLUE_VERSIONS,
            "unsupported": ("driver", "error"),
            "runtime": ("embed", "zip"),
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in allowed:
                raise ValueError(
                    f"{name}={getattr(self, name)!r}: expected one of {', '.join(allowed)}"
                )
