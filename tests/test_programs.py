"""Whole programs mean the same as a job, with the types known and without.

A program runs with its types known on one Spark and unknown on the other, for time's sake;
``P2G_WHOLE=1`` runs every combination. What each did the first time it was run, and what was wrong
then, is in docs/first-runs.md.
"""

from __future__ import annotations

import os

import pyspark
import pytest

from tests.harness import verify
from tests.inputs.make import cached
from tests.programs import PROGRAMS

WHOLE = os.environ.get("P2G_WHOLE") == "1"
NEW_SPARK = not pyspark.__version__.startswith("3.")
MODES = [True, False] if WHOLE else [NEW_SPARK]
CASES = [(name, known) for name in PROGRAMS for known in MODES]


@pytest.mark.parametrize(
    ("name", "known"), CASES, ids=[f"{n}-types-{'known' if k else 'unknown'}" for n, k in CASES]
)
def test_a_program_means_the_same(name, known, spark, tmp_path):
    outcome = verify(PROGRAMS[name], tmp_path, known, inputs=cached())
    assert outcome.word == "same", str(outcome)
