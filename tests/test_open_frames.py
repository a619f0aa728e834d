"""Steps over frames whose columns only the job sees: what pandas refuses, what they are not taken for."""

from __future__ import annotations

import pytest

from tests.harness import verify
from tests.test_rules import wrong_among
from transpiler import transpile

HEAD = """import pandas as pd
df = pd.read_csv("nasty.csv", parse_dates=["t", "d"], dtype={"u": str})
other = pd.read_csv("other.csv")
"""
REFUSED = {
    "keys not sorted": "pd.merge_asof(df, df.sort_values('i'), on='i')",
    "keys of the other side not sorted": "pd.merge_asof(df.sort_values('i'), df, on='i')",
    "keys with gaps": "pd.merge_asof(df.sort_values('g'), df.dropna(subset=['g']).sort_values('g'), on='g')",
    "keys of text": "x = df.dropna(subset=['s']).sort_values('s')\nout = pd.merge_asof(x, x, on='s')",
    "keys of two types": "pd.merge_asof(df.sort_values('i'), other.dropna().sort_values('f'), left_on='i', right_on='f')",
    "a tolerance that is no span": "x = df.dropna(subset=['t']).sort_values('t')\nout = pd.merge_asof(x, x, on='t', tolerance=7)",
    "a tolerance of fractions": "x = df.sort_values('i')\nout = pd.merge_asof(x, x, on='i', tolerance=1.5)",
    "labels of text with numbers": "df.join(other.groupby('w')[['f']].sum(), on='k', rsuffix='_r')",
    "columns of the same name": "df.join(other.groupby('k')[['f']].sum(), on='k')",
    "a label that is not there": "df[df.columns.union(['no'])]",
    "a Series of the name of a column": "df.join((df['f'] * 2).rename('g'))",
    "a column put in that is there": "x = df.copy()\nx.insert(0, 'g', x['f'])\nout = x",
    "a column dropped that is not there": "df.drop(columns=['i', 'no'])",
    "a column deleted that is not there": "x = df.copy()\ndel x['no']\nout = x",
    "a column popped that is not there": "x = df.copy()\ny = x.pop('no')\nout = x",
    "the mean of text": "x = df[df.select_dtypes('object').columns]\nout = x - x.mean()",
    "lines between texts": "df.select_dtypes('object').interpolate()",
}
NUM = "num = df.select_dtypes('number').columns\n"
SAME = {
    "a column changed in between": f"{NUM}x = df[num].fillna(0)\ndf['i'] = df['i'] * 2\ndf[num] = x\nout = df",
    "the list changed in between": "num = list(df.select_dtypes('number').columns)\nx = df[num[:2]].fillna(0)\nnum = num[1:3]\ndf[num] = x.rename(columns=dict(zip(x.columns, num)))\nout = df",
    "a variable changed in between": f"{NUM}v = df['f'].mean()\nx = df[num].fillna(v)\nv = df['g'].mean()\ndf[num] = x\nout = df",
    "other steps": f"{NUM}df[num] = df[num].isna()\nout = df",
    "the columns of other rows": f"{NUM}df[num] = df[df['i'] > 3][num].fillna(0)\nout = df",
    "a Series of a column that went": "s = df['s']\nx = df.drop(columns='s').reindex(columns=['s', 'i'])\nx['was'] = s\nout = x",
    "a Series of a column that was set": f"{NUM}s = df['f'] * 2\ndf[num] = df[num].fillna(0)\ndf['s'] = s\nout = df",
    "a sort key that was set": f"{NUM}df = df.sort_values(['g', 'i'])\ndf[num] = df[num].fillna(0)\nout = df.head(9)",
    "no rows": f"df = df[df['i'] > 99]\n{NUM}df[num] = df[num].fillna(0)\nout = df.join(other.groupby('k')['w'].sum(), on='k')",
}


@pytest.mark.parametrize("step", REFUSED.values(), ids=REFUSED)
def test_what_pandas_refuses_fails_the_job(step, spark, tmp_path):
    body = step if "out = " in step else f"out = {step}"
    source = f"{HEAD}{body}\nout.to_csv('out.csv', index=False)\n"
    result = verify(source, tmp_path, False)
    assert result.word == "both raise", str(result)
    assert not list((tmp_path / "job").glob("out.csv"))


def test_what_is_taken_for_nothing_else(spark, tmp_path):
    assert not wrong_among(SAME, tmp_path, False)


def test_the_reason_is_that_of_the_rule_that_got_furthest():
    source = f"{HEAD}out = pd.concat([df, other], axis=1)\n"
    found = [e.message for e in transpile(source).report.entries if e.verdict == "driver"]
    assert found and "a list that is known here" not in found[0]
