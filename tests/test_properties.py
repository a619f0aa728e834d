"""Grown programs mean the same as jobs. ``make properties`` looks for new ones, for as long as one
likes; the suite runs a fixed few."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, note, settings

from tests.grow import programs
from tests.harness import verify

EXAMPLES = int(os.environ.get("P2G_PROGRAMS", "8"))
EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
COLUMNS = ["id", "i", "f", "s", "k", "t"]


def check(source: str, rows: list[dict], other: list[dict], known: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for side in ("pandas", "job"):
            path = Path(folder) / side
            path.mkdir()
            pd.DataFrame(rows, columns=COLUMNS).to_csv(path / "main.csv", index=False)
            pd.DataFrame(other, columns=["k", "w", "name"]).to_csv(path / "other.csv", index=False)
        outcome = verify(source, Path(folder), known, inputs=False)
    note(source)
    note(str(outcome))
    assert outcome, str(outcome)


@settings(max_examples=EXAMPLES if not EXPLORING else 100_000)
@given(programs())
def test_property_grown_programs_with_types_known(spark, grown):
    check(*grown, known=True)


@settings(max_examples=EXAMPLES if not EXPLORING else 100_000)
@given(programs())
def test_property_grown_programs_with_types_unknown(spark, grown):
    check(*grown, known=False)
