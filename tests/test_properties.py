"""Grown programs mean the same as jobs.

The suite proves a fixed few. ``make properties`` (HYPOTHESIS_PROFILE=explore) grows others from the
time of day, for P2G_MINUTES (60), shrinks what differs and fails at the end with all of it.
"""

from __future__ import annotations

import os
import time

import pytest

from tests.grow import grow
from tests.harness import MODE_NAMES, MODES
from tests.prove import PANDAS_RAISES, prove, shrink

EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
BATCH = 6
BATCHES = int(os.environ.get("P2G_PROGRAMS", "18")) // BATCH


def wrong_in(seeds: range, known: bool) -> list[str]:
    """The shortest form of every program of these seeds that means something else as a job."""
    programs = {seed: grow(seed, seed) for seed in seeds}
    found, _ = prove(list(programs.values()), known)
    out = []
    for seed, words in found.items():
        small, words = shrink(programs[seed], known) if PANDAS_RAISES not in words else (programs[seed], words)  # fmt: skip
        out.append(f"seed {seed}, {MODE_NAMES[known]}:\n{small.source()}-> {words}")
    return out


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("batch", range(BATCHES))
def test_property_grown_programs_mean_the_same(batch, known, spark):
    wrong = wrong_in(range(batch * BATCH, (batch + 1) * BATCH), known)
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.skipif(not EXPLORING, reason="looks for new programs: make properties")
def test_property_programs_never_grown_before(spark):
    start, wrong = time.time(), []
    seed = int(os.environ.get("P2G_SEED", start))
    while time.time() - start < 60 * float(os.environ.get("P2G_MINUTES", "60")):
        for known in (True, False):
            new = wrong_in(range(seed, seed + BATCH), known)
            print(*new, sep="\n\n", flush=True)
            wrong += new
        seed += BATCH
    assert not wrong, "\n\n".join(wrong)
