"""Grown programs mean the same as jobs.

The suite proves a fixed few (tests/grown.json). ``make properties`` (HYPOTHESIS_PROFILE=explore) grows others from the
time of day, for P2G_MINUTES (60), shrinks what differs and fails at the end with all of it.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from tests.grow import Program, grow
from tests.grow_further import grow_further
from tests.harness import MODE_NAMES, MODES
from tests.prove import PANDAS_RAISES, loaded, prove, shrink

EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
BATCH = 6
PROGRAMS = 1_000 if EXPLORING else int(os.environ.get("P2G_PROGRAMS", "6"))
#: programs that grew once, kept as they were: what a seed grows changes with the rules
KEPT = json.loads((Path(__file__).parent / "grown.json").read_text(encoding="utf-8"))


def wrong_in(grown: list[Program], known: bool) -> list[str]:
    """The shortest form of every program that means something else as a job."""
    programs = {p.number: p for p in grown}
    found, _ = prove(grown, known)
    out = []
    for seed, words in found.items():
        small, words = shrink(programs[seed], known) if PANDAS_RAISES not in words else (programs[seed], words)  # fmt: skip
        out.append(f"seed {seed}, {MODE_NAMES[known]}:\n{small.source()}-> {words}")
    return out


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("start", range(0, min(PROGRAMS, len(KEPT)), BATCH))
def test_property_grown_programs_mean_the_same(start, known, spark):
    wrong = wrong_in(loaded(KEPT[start : start + BATCH]), known)
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.skipif(not EXPLORING, reason="looks for new programs: make properties")
def test_property_programs_never_grown_before(spark):
    start, wrong = time.time(), []
    seed = int(os.environ.get("P2G_SEED", start))
    while time.time() - start < 60 * float(os.environ.get("P2G_MINUTES", "60")):
        for known in (True, False):
            kinds = (grow, grow_further) * BATCH
            new = wrong_in([kinds[n](seed + n, seed + n) for n in range(BATCH)], known)
            print(*new, sep="\n\n", flush=True)
            wrong += new
        seed += BATCH
    assert not wrong, "\n\n".join(wrong)
