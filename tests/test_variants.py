"""The rules' examples on no rows, on one, on random ones, under other column names, in several files,
beside columns that no example names: the same in pandas and as a job.

``make properties`` takes all examples on many variants, P2G_WHOLE=1 every twelfth on a few.
"""

from __future__ import annotations

import os
import zlib

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.prove import prove
from tests.templates import templates
from tests.variants import examples_on

EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
STRIDE = int(os.environ.get("P2G_STRIDE", "1" if EXPLORING else "12"))
BATCH = 45
VARIANTS = ["empty", "names 1", "random 3"]
MORE = [
    "one 3",
    "gaps",
    "same",
    "files",
    "shuffled 1",
    "wide",
    "names 2",
    "names 3",
    *(f"random {n}" for n in range(1, 20)),
]


def wrong_on(name: str, start: int, known: bool) -> list[str]:
    # By its text, so that an example stays in or out when others come.
    some = [t for t in templates() if zlib.crc32(t.text.encode()) % STRIDE == start]
    programs = examples_on(name, some)
    assert len(programs) > len(some) / 2, "most examples run on any data"
    out = []
    for at in range(0, len(programs), BATCH):
        batch = programs[at : at + BATCH]
        found, _ = prove(batch, known)
        out += [f"{p.rules[0]} on {name}: {p.steps[0]}\n    {found[p.number]}" for p in batch if p.number in found]  # fmt: skip
    return out


@pytest.mark.skipif(not (EXPLORING or os.environ.get("P2G_WHOLE")), reason="make properties")
@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("name", VARIANTS + (MORE if EXPLORING else []))
def test_property_examples_on_other_data(name, known, spark):
    start = VARIANTS.index(name) * 4 % STRIDE if name in VARIANTS else 0
    wrong = wrong_on(name, start, known)
    assert not wrong, "\n".join(wrong)
