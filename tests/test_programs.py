"""Whole programs mean the same as a job, with the types known and without."""

from __future__ import annotations

import pytest

from tests.harness import verify
from tests.programs import PROGRAMS


@pytest.mark.parametrize("known", [True, False], ids=["types-known", "types-unknown"])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_means_the_same(name, known, spark, tmp_path):
    outcome = verify(PROGRAMS[name], tmp_path, known)
    assert outcome.word == "same", str(outcome)
