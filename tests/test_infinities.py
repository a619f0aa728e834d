"""Infinite numbers: what they make of each other (NaN) is missing in pandas, and in the job.

Every rule's examples are run again over fractions that hold infinities, which come of dividing by
zero. ``make properties`` runs them all, a plain run every eighth.
"""

from __future__ import annotations

import ast
import os

import pytest

from glue_runtime.local import run_job
from tests.harness import MODE_NAMES, MODES, run_pandas, verify
from tests.nasty import write_inputs
from tests.test_rules import HEAD, examples, wrong_among, writes
from transpiler import Options, transpile

INFINITE = "df['f'], df['g'] = df['i'] / df['j'], (df['j'] - 2) / df['i']\n"
EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 8
BATCH = 40
#: what the job refuses with a message: covariances
OTHERWISE = (".cov(",)


def over_infinities() -> dict[str, str]:
    """The examples that read ``f`` or ``g``, over infinite ones."""
    found = {}
    for name, example in examples():
        if writes(example) or not ("'f'" in example or "'g'" in example):
            continue
        if any(part in example for part in OTHERWISE):
            continue
        try:
            ast.parse(example, mode="eval")
            example = f"out = {example}"
        except SyntaxError:
            pass
        found[f"{name}: {example}"] = INFINITE + example
    return found


def raising_in_pandas(snippets: dict[str, str], folder) -> set[str]:
    """Those that pandas itself refuses over infinite numbers, such as bins of them."""
    raising = set()
    for name, snippet in snippets.items():
        write_inputs(folder)
        problem = run_pandas(f"{HEAD}df = base.copy()\n{snippet}\n", folder)
        if problem is not None:
            raising.add(name)
    return raising


ALL = list(over_infinities().items())[::EVERY]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("start", range(0, len(ALL), BATCH))
def test_examples_over_infinities_mean_the_same(start, known, spark, tmp_path):
    batch = dict(ALL[start : start + BATCH])
    raising = raising_in_pandas(batch, tmp_path)
    assert len(raising) < len(batch) / 2
    left = {name: text for name, text in batch.items() if name not in raising}
    assert wrong_among(left, tmp_path, known) == []


STEPS = """import numpy as np
import pandas as pd
df = pd.read_csv("in.csv")
df["r"] = df["a"] / df["b"]
df["d"] = df["r"] - df["r"]
df["m"] = (df["r"] * 0).fillna(7)
df["z"] = (df["r"] - df["r"].mean()) / df["r"].std()
df["q"] = (df["r"] / df["r"]).isna()
df["c"] = df["r"].replace([np.inf, -np.inf], np.nan) - df["a"]
df["p"] = df["r"].pct_change(fill_method=None)
df["u"] = df["r"].cumsum()
df["l"] = df["r"].mask(df["a"] == 2).interpolate()
df["big"] = df["d"] > -1
df.to_csv("out.csv", index=False)
total = df.groupby("k").agg(t=("r", "sum"), m=("r", "mean"), s=("r", "std"), n=("d", "count"))
total.fillna(0).to_csv("totals.csv")
"""


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_a_program_that_divides_by_zero(known, spark, tmp_path):
    for folder in ("pandas", "job"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "in.csv").write_text("k,a,b\nx,1,0\nx,2,1\nx,-1,0\ny,0,0\ny,5,2\ny,1,0\n,3,1\n")  # fmt: skip
    result = verify(STEPS, tmp_path, known, inputs=False)
    assert result.word == "same", str(result)


READERS = {
    "csv": ("pd.read_csv('in.csv')", "to_csv", {"index": False}),
    "parquet": ("pd.read_parquet('in.parquet')", "to_parquet", {"index": False}),
    "jsonl": ("pd.read_json('in.jsonl', lines=True)", "to_json", {"orient": "records", "lines": True}),  # fmt: skip
}  # fmt: skip


@pytest.mark.parametrize("kind", READERS)
def test_an_input_that_gets_its_first_infinity_fails_the_job(kind, spark, tmp_path):
    import pandas as pd

    read, write, options = READERS[kind]
    source = f"import pandas as pd\ndf = {read}\ndf['d'] = df['v'] - df['w']\ndf.to_csv('out.csv', index=False)\n"  # fmt: skip
    plain = pd.DataFrame({"v": [1.5, None], "w": [0.5, 2.5]})
    getattr(plain, write)(tmp_path / f"in.{kind}", **options)
    job = transpile(source, Options(input_root=tmp_path))
    assert "nanvl" not in job.script
    run_job(job.script, {"JOB_NAME": "finite"}, workdir=tmp_path)
    path = tmp_path / f"in.{kind}"
    if kind == "jsonl":
        path.write_text('{"v": 1.5, "w": 0.5}\n{"v": 1e999, "w": 1.0}\n')
    else:
        getattr(pd.DataFrame({"v": [1.5, float("inf")], "w": [0.5, 1.0]}), write)(path, **options)
    with pytest.raises(Exception, match="has an infinite number"):
        run_job(job.script, {"JOB_NAME": "infinite"}, workdir=tmp_path)
    if kind == "csv":
        again = transpile(source, Options(input_root=tmp_path))
        run_job(again.script, {"JOB_NAME": "made again"}, workdir=tmp_path)
