"""0 / 0 in a nullable column is a NaN that pandas does not count as missing.

The job has NULL there. What hands it on or writes it is the same; a step that tells the two apart
makes the division fail where it meets 0 / 0, and nothing else.
"""

from __future__ import annotations

import os

import pytest

from tests.harness import MODE_NAMES, MODES, verify

HEAD = """import numpy as np
import pandas as pd
df = pd.read_csv("in.csv").convert_dtypes()
df["r"] = df["a"] / df["b"]
"""
ROWS = "k,a,b\nx,1,0\nx,0,0\ny,3,2\ny,,4\nz,5,\nz,0,7\n"
DEFINED = ROWS.replace("x,0,0\n", "x,0,1\n")

CARRIED = {
    "written": "",
    "computed with": "df['p'] = (df['r'] * 100).round(1)\ndf['q'] = df['p'] - df['a']",
    "selected": "df = df[df['k'] != 'z'][['k', 'r']].rename(columns={'r': 'rate'})",
    "sorted by another": "df = df.sort_values(['b', 'a'])",
    "a logarithm": "df['l'] = np.log(df['a'] - 1)",
    "a remainder": "df['m'] = df['a'] % df['b']",
    "of a Series": "s = df['r'] + 1\ndf = df.assign(s=s).drop(columns='r')",
}
TOLD_APART = {
    # the columns of a merged frame are not known where the types are not
    "beside a group's sum": "t = df.groupby('k', as_index=False)['a'].sum()\ndf = df.merge(t, on='k')",
    "filled": "df['r'] = df['r'].fillna(0)",
    "a filled frame": "df = df.fillna(-1)",
    "asked for": "df['gone'] = df['r'].isna()",
    "compared": "df = df[df['r'] > -1]",
    "unequal": "df['u'] = df['r'] != 1",
    "dropped": "df = df.dropna()",
    "dropped by it": "df = df.dropna(subset=['r'])",
    "summed": "df = df.groupby('k', as_index=False)['r'].sum()",
    "a mean": "df['m'] = df['r'].mean()",
    "counted": "df = df.agg({'r': 'count'}).to_frame().reset_index()",
    "a key": "df = df.groupby('r', as_index=False)['a'].count()",
    "sorted": "df = df.sort_values('r', kind='stable')",
    "unique": "df = df.drop_duplicates(subset=['r'])",
    "later": "df['p'] = df['r'] * 2\ndf = df.rename(columns={'p': 'q'})\ndf['q'] = df['q'].fillna(7)",
    "text": "df['t'] = df['r'].astype(str)",
    "chosen": "df['c'] = np.where(df['r'].isna(), 'none', 'some')",
    "a function": "df['f'] = df['r'].apply(lambda x: 1 if pd.isna(x) else 2)",
    "of rows": "df['f'] = df.apply(lambda x: 1 if pd.isna(x['r']) else 2, axis=1)",
    "joined on it": "df = df.merge(df[['r', 'b']], on='r')",
    "side by side": "df = pd.concat([df, df])\ndf['r'] = df['r'].fillna(0)",
    "turned": "df = df.melt(id_vars='k', value_vars=['a', 'r'])\ndf['value'] = df['value'].fillna(0)",
}


def outcome(step: str, rows: str, folder, known: bool):
    for place in ("pandas", "job"):
        (folder / place).mkdir(parents=True)
        (folder / place / "in.csv").write_text(rows)
    source = f"{HEAD}{step}\ndf.to_csv('out.csv', index=False)\n"
    return verify(source, folder, known, inputs=False)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("step", CARRIED.values(), ids=CARRIED)
def test_what_hands_it_on_is_the_same(step, known, spark, tmp_path):
    result = outcome(step, ROWS, tmp_path, known)
    assert result.word == "same", str(result)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("step", TOLD_APART.values(), ids=TOLD_APART)
def test_what_tells_it_from_missing_fails_or_is_the_same(step, known, spark, tmp_path):
    result = outcome(step, ROWS, tmp_path / "undefined", known)
    if result.word != "same":
        assert result.word == "job raises" and "is not defined" in str(result), str(result)
    if known or os.environ.get("P2G_WHOLE"):  # without such a division all is as ever
        assert outcome(step, DEFINED, tmp_path / "defined", known).word in ("same", "both raise")


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_the_logarithm_of_a_negative_number(known, spark, tmp_path):
    step = "df['l'] = np.log(df['a'] - 1).fillna(0)\ndf = df.drop(columns='r')"
    result = outcome(step, ROWS, tmp_path / "negative", known)
    assert result.word == "job raises" and "is not defined" in str(result), str(result)
    assert outcome(step, ROWS.replace(",0", ",2"), tmp_path / "positive", known).word == "same"
