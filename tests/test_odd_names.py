"""Rules' examples over columns whose names Spark would parse: dots, backticks, brackets, quotes.

The suite proves those whose names went wrong once; with HYPOTHESIS_PROFILE=explore all of them.
"""

from __future__ import annotations

import os
import warnings

import pytest

from glue_runtime.local import compare_frames, run_job
from tests.capture import as_frame, taken
from tests.harness import MODE_NAMES, MODES, run_pandas
from tests.nasty import nasty, other
from tests.templates import KINDS, templates
from transpiler import Options, transpile

NAMES = {"i": "x[0]", "j": "a.b.c", "f": "it's", "g": 'say "x"', "n": "{n}", "s": "`tick`", "u": "with space", "k": "a.b",
         "b": "%s", "t": "1", "d": "d.e"}  # fmt: skip
HEAD = """import numpy as np
import pandas as pd
from tests.capture import capture

base = pd.read_csv("odd.csv", parse_dates=["1", "d.e"], dtype={"with space": str})
other = pd.read_csv("other.csv").rename(columns={"k": "a.b"})
"""
#: what kinds of steps took a name for a path
STEPS = (
    "out = p * df['f'].max()",
    "out = p.add(p.sum(axis=1), axis=0)",
    "out = s.div(s.groupby(level='k').sum(), level='k')",
    "out = df['k'].fillna(df['k'].mode()[0])",
    "out = df['k'].value_counts().idxmax()",
    "out = df.groupby('k')['i'].quantile([0.5, 0.25])",
    "out = df.resample('QS-FEB', on='d')['i'].sum()",
    "out = df.groupby(['k', 's'], group_keys=False).apply(lambda g: g.head(1))",
    "out = df.pivot_table(index=['k', 'j'], columns='b', values='f').reset_index()",
    "out = s.reindex(pd.MultiIndex.from_product(s.index.levels)).reset_index()",
    "p.columns = ['c' + str(x) for x in p.columns]\nout = p.reset_index()",
    "out = df.groupby('k')['f'].agg(['sum', 'count']).join(other.groupby('k')['w'].sum(), how='outer')",
    "out = df.drop(columns='b').corrwith(df['j'], numeric_only=True)",
)
FRAMES = "s = df.groupby(['k', 'b'])[['i', 'f']].sum()\np = df.groupby(['k', 's'])['f'].sum().unstack()\n"
EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
BATCH = 40


def renamed(text: str) -> str:
    """The step over the odd names: every text that is a column's name is one."""
    for name in KINDS:
        text = text.replace(f"'{name}'", f"{NAMES[name]!r}")
    return text


def pandas_runs(step: str, folder) -> bool:
    """Whether pandas itself takes the names there (a query does not take all)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return run_pandas(f"{HEAD}df = base.copy()\n{step}\nout", folder) is None


def written(folder) -> None:
    nasty().rename(columns=NAMES).to_csv(folder / "odd.csv", index=False)
    other().to_csv(folder / "other.csv", index=False)


def wrong_among(steps: list[str], folder, known: bool) -> list[str]:
    """What is wrong with each step, all in one job, or one by one where that one fails."""
    lines = [f"df = base.copy()\n{s}\ncapture('e{n}', out)\n" for n, s in enumerate(steps)]
    source = HEAD + "".join(lines)
    try:
        job = transpile(source, Options(input_root=folder if known else None))
        assert run_pandas(source, folder) is None
        want = taken()
        run_job(job.script, {"JOB_NAME": "odd"}, workdir=folder)
    except Exception as error:
        taken()
        if len(steps) == 1:
            return [f"{steps[0]}: {type(error).__name__}: {str(error)[:300]}"]
        return [w for step in steps for w in wrong_among([step], folder, known)]
    got = taken()
    found = {s: compare_frames(as_frame(want[f"e{n}"]), as_frame(got[f"e{n}"]), order=True) for n, s in enumerate(steps)}  # fmt: skip
    return [f"{step}: {'; '.join(words)}" for step, words in found.items() if words]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_steps_over_odd_names_mean_the_same(known, spark, tmp_path):
    written(tmp_path)
    steps = [renamed(FRAMES + step) for step in STEPS]
    assert not wrong_among(steps, tmp_path, known)


@pytest.mark.skipif(not EXPLORING, reason="all examples again: HYPOTHESIS_PROFILE=explore")
@pytest.mark.parametrize("start", range(0, len(templates()), BATCH))
def test_examples_over_odd_names_mean_the_same(start, spark, tmp_path):
    written(tmp_path)
    some = templates()[start : start + BATCH]
    steps = [t.fill({c: NAMES[c] for c in t.columns}) for t in some]
    assert not wrong_among([s for s in steps if pandas_runs(s, tmp_path)], tmp_path, True)
