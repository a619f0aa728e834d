"""Random merges and concats of small tables: values, order and dtypes as pandas gives them."""

from __future__ import annotations

import random

import pytest

from tests.capture import as_frame, taken
from glue_runtime.local import compare_frames, run_job
from tests.harness import run_pandas
from transpiler import transpile

HEAD = "import pandas as pd\nfrom tests.capture import capture\n"
KINDS = {
    "int": lambda r: r.randrange(4),
    "float": lambda r: r.choice([None, 0.5, 1.0, 2.0]),
    "text": lambda r: r.choice([None, "a", "b", "B", "é"]),
}


def table(r: random.Random, kinds: list[str], value: str) -> dict:
    rows = r.randrange(1, 7)
    keys = {f"k{i}": [KINDS[kind](r) for _ in range(rows)] for i, kind in enumerate(kinds)}
    for key in keys.values():
        key[0] = "a" if isinstance(key[0], str) or key[0] is None and all(isinstance(v, (str, type(None))) for v in key) else key[0] or 0  # fmt: skip
    return {**keys, value: list(range(rows)), "shared": [f"{value}{i}" for i in range(rows)]}


def steps(seed: int) -> list[str]:
    """Lines that each set ``out``."""
    r = random.Random(seed)
    kinds = [r.choice(["int", "float", "text"]) for _ in range(r.choice([1, 1, 2]))]
    keys = [f"k{i}" for i in range(len(kinds))]
    lines = [
        f"left = pd.DataFrame({table(r, kinds, 'x')!r})",
        f"right = pd.DataFrame({table(r, kinds, 'y')!r})",
    ]
    made = []
    for how in ("left", "right", "outer"):
        sort = r.random() < 0.3
        made.append(
            f"left.merge(right, on={keys!r}, how={how!r}, sort={sort}, indicator={r.random() < 0.4})"
        )
    made.append(f"left.merge(right.drop_duplicates({keys!r}), on={keys!r}, suffixes=('', '_r'))")
    made.append(f"left.merge(right, on={keys!r}, how='left').query('x > 0')")
    made.append("pd.concat([left, right], ignore_index=True)")
    made.append("pd.concat([left, right]).reset_index()")
    made.append("left.merge(right, how='cross')")
    return [*lines, *(f"out = {m}" for m in made)]


def program(seeds: range) -> tuple[str, list[str]]:
    lines, names = [HEAD], []
    for seed in seeds:
        for step in steps(seed):
            lines.append(step)
            if step.startswith("out"):
                names.append(f"{seed}: {step}")
                lines.append(f"capture({names[-1]!r}, out)")
    return "\n".join(lines) + "\n", names


@pytest.mark.parametrize("seeds", [range(0, 2), range(4, 6)], ids=["first", "second"])
def test_random_merges_mean_the_same(seeds, spark, tmp_path):
    source, names = program(seeds)
    job = transpile(source)
    assert run_pandas(source, tmp_path) is None
    expected = taken()
    run_job(job.script, {"JOB_NAME": "merges"}, workdir=tmp_path)
    actual = taken()
    wrong = {
        n: compare_frames(as_frame(expected[n]), as_frame(actual[n]), order=True) for n in names
    }
    assert not {n: d for n, d in wrong.items() if d}
    left = [
        e.source
        for e in job.report.entries
        if e.verdict == "driver" and not e.source.startswith("capture")
    ]
    assert not left
