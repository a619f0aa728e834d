"""Numbers of fewer than 64 bits: a job computes in their width as pandas does, or leaves them to it.

Every rule's examples are run again over narrow numbers that overflow soon. ``make properties`` runs
them all, a plain run every twenty-fourth.
"""

from __future__ import annotations

import ast
import os

import pytest

from tests.harness import MODE_NAMES, MODES, verify
from tests.test_infinities import raising_in_pandas
from tests.test_rules import examples, wrong_among, writes
from transpiler.infer.driver import Driver

#: what makes the numbers of an example narrow; most products and many sums of them overflow
NARROW = {
    "whole": "df['i'], df['j'] = (df['i'] * 13).astype('int8'), (df['j'] * 9000 + 63000).astype('uint32')\n",
    "signed": "df['i'], df['j'] = (df['i'] * 10 ** 8).astype('int32'), (df['j'] * 4000).astype('int16')\n",
    "single": "df['f'], df['g'] = df['f'].astype('float32'), df['g'].astype('float32')\n",
    "nullable": "df['i'], df['n'] = (df['i'] * 13).astype('Int64').astype('Int8'), df['n'].astype('Int64').astype('UInt8')\n",
}
READS = {"whole": ("'i'", "'j'"), "signed": ("'i'", "'j'"), "single": ("'f'", "'g'"), "nullable": ("'i'", "'n'")}  # fmt: skip
EVERY = 1 if os.environ.get("HYPOTHESIS_PROFILE") == "explore" else 24
BATCH = 40


def over_narrow(kind: str) -> dict[str, str]:
    """The examples that read one of the columns, over narrow ones."""
    found = {}
    for name, example in examples():
        if writes(example) or not any(column in example for column in READS[kind]):
            continue
        try:
            ast.parse(example, mode="eval")
            example = f"out = {example}"
        except SyntaxError:
            pass
        found[f"{name}: {example}"] = NARROW[kind] + example
    return found


CASES = [
    (kind, start)
    for kind in NARROW
    for start in range(0, len(list(over_narrow(kind))[::EVERY]), BATCH)
]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("kind,start", CASES)
def test_examples_over_narrow_numbers_mean_the_same(kind, start, known, spark, tmp_path, monkeypatch):  # fmt: skip
    # What is captured is compared by its values: let the job keep numbers whose width it does not know.
    monkeypatch.setattr(Driver, "demand_widths", lambda self, columns: None)
    batch = dict(list(over_narrow(kind).items())[::EVERY][start : start + BATCH])
    raising = raising_in_pandas(batch, tmp_path)
    left = {name: text for name, text in batch.items() if name not in raising}
    # 0 / 0 in a nullable column fails the job where a later step looks (tests/test_nullable_nan.py)
    wrong = [
        w for w in wrong_among(left, tmp_path, known) if "a NaN there which is not missing" not in w
    ]
    assert wrong == []


WRITTEN = """import numpy as np
import pandas as pd
df = pd.read_csv("nasty.csv")
df["i"] = (df["i"] * 30).astype("int8")
df["j"] = df["j"].astype(np.uint16)
df["h"] = df["g"].astype("float32")
df["w"] = df["i"] + df["i"]
df["x"] = df["i"] * df["j"]
df["y"] = df["h"] * 1.1
df["z"] = df["i"] / 7
df[df["i"] > -100].sort_values(["i", "j", "f"]).to_csv("rows.csv", index=False)
df.groupby("k")[["i", "j"]].agg(["sum", "max"]).to_csv("groups.csv")
other = pd.read_csv("other.csv")
df.merge(other, on="k", how="left")[["i", "h", "w_y"]].to_csv("joined.csv", index=False)
df[["i", "j", "h", "w"]].to_parquet("rows.parquet", index=False)
"""


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_narrow_numbers_are_computed_and_written_on_the_cluster(known, spark, tmp_path):
    result = verify(WRITTEN, tmp_path, known)
    assert result.word == "same", str(result)
    if known:
        assert not result.job.report.counts["driver"]


#: what pandas raises, and so does the job
RAISING = (
    "df['f'].astype('int8')",  # a missing value
    "(df['g'].fillna(0) - 1).astype('uint8')",  # a negative fraction
    "(df['i'] * 100).astype('Int8')",  # a number that does not fit
    "df['n'].astype('Int64').astype('int16')",
    "df['n'].astype('Int64').astype('bool')",
    "df['i'].astype('boolean')",
)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("cast", RAISING)
def test_what_does_not_fit_raises(cast, known, spark, tmp_path):
    source = f"import pandas as pd\ndf = pd.read_csv('nasty.csv')\ndf['v'] = {cast}\ndf.to_csv('out.csv')\n"
    assert verify(source, tmp_path, known).word == "both raise"


#: numbers that pandas makes narrow by itself: codes of categories, ISO weeks (UInt32), years (int32)
MADE_NARROW = """x = df.dropna(subset=['d']); out = x['d'].dt.isocalendar().week - 60
df['w'] = df['d'].dt.isocalendar().week; out = df.assign(v=df['w'] - 1, u=df['w'] % 4, t=df['w'] // 2, s=3 + df['w'] * 2)
df['w'] = df['d'].dt.isocalendar().week; df['p'] = df['w'] * 2; out = df.assign(r=df['p'] - 30)
out = df['d'].dt.isocalendar().week - df['t'].dt.isocalendar().week
out = df['d'].dt.isocalendar().week.astype('Int64') - 30
out = df['k'].astype('category').cat.codes * 100
out = df['k'].astype('category').cat.codes + df['i']
df['c'] = df['k'].astype('category').cat.codes; out = df.assign(d=df['c'] * 60)
df['c'] = pd.Categorical(df['k'], categories=['d', 'c', 'b', 'a'], ordered=True); out = df['c'].cat.codes * 50 + 1
out = -df['k'].astype('category').cat.codes
x = df.dropna(subset=['d']); out = x['d'].dt.year * 10000000
x = df.dropna(subset=['d']); out = x['d'].dt.year ** 3
out = df['t'].dt.year * 10000000
out = df['t'].dt.year.fillna(0).astype(int) * 10000000
x = df.dropna(subset=['t']); out = x['t'].dt.year * 10000 + x['t'].dt.month * 100 - x['t'].dt.day // 2
x = df.dropna(subset=['t']).assign(y=lambda v: v['t'].dt.year); out = x.groupby('k')['y'].max() * 300000
x = df[df['t'].notna()].assign(y=lambda v: v['t'].dt.year); out = x.groupby('k').agg(a=('y', 'max'), b=('y', 'sum')).assign(z=lambda v: v['a'] * 300000, w=lambda v: v['b'] * 1000000)
x = df[df['t'].notna()].assign(y=lambda v: v['t'].dt.year); out = x.groupby('k')['y'].transform('max') * 10000000
x = df[df['t'].notna()].assign(y=lambda v: v['t'].dt.year); out = x.pivot_table(index='k', values='y', aggfunc='max') * 10000000
out = df.assign(w=df['d'].dt.isocalendar().week).groupby('k')['w'].max() - 60"""


#: numbers of 64 bits in pandas that Spark has in an int
IN_AN_INT = """out = df['s'].str.len().groupby(df['k']).max() * 1000000000
out = df['s'].str.len() * 1000000000
out = (df['s'].fillna('').str.len() + 2000000000) * 5
out = df['s'].fillna('').map(len) * 1000000000
out = df['s'].fillna('').apply(lambda x: len(x) * 1000000000)
out = df['s'].str.split(' ').str.len() * 1000000000
out = df['s'].str.count('a') * df['s'].str.len() * 2000000000
out = (df['t'] - df['d']).dt.days * 86400000
out = df['k'].map({'a': 1, 'b': 2000000000}) * 100
df['l'] = df['s'].fillna('').str.len(); out = df.groupby('k')['l'].max() * 1000000000
df['l'] = df['s'].fillna('').str.len(); out = df.groupby('k')['l'].transform('max') * 1000000000
df['l'] = df['s'].fillna('').str.len(); out = df.groupby('k')['l'].shift() * 1000000000
df['l'] = df['s'].fillna('').str.len(); out = df.pivot_table(index='k', values='l', aggfunc='max') * 1000000000
x = df.fillna({'s': ''}).assign(l=lambda v: v['s'].str.len()); out = x.groupby('k').agg(m=('l', 'max'), n=('l', 'first')).assign(z=lambda v: v['m'] * 1000000000)
x = df.fillna({'s': ''}).assign(q=lambda v: v['s'].str.len()).groupby('k', as_index=False)['q'].max(); out = df.merge(x, on='k').assign(z=lambda v: v['q'] * 1000000000)
df['l'] = df['s'].str.len().astype('Int64'); out = df.assign(m=df['l'] * 1000000000)"""


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_numbers_that_spark_has_in_fewer_bits(known, spark, tmp_path):
    snippets = {str(n): text for n, text in enumerate(IN_AN_INT.splitlines())}
    assert wrong_among(snippets, tmp_path, known) == []


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_what_pandas_makes_narrow_by_itself(known, spark, tmp_path):
    snippets = dict(enumerate(MADE_NARROW.splitlines()))
    assert wrong_among({str(n): text for n, text in snippets.items()}, tmp_path, known) == []


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_unstack_goes_by_labels_that_only_the_groups_have_seen(known, spark, tmp_path):
    base = "d = pd.DataFrame({'k': ['a', 'b', None, 'a', 'b'], 'j': [3, 1, 0, 2, 3], 'v': [1, 2, 3, 4, 5]})\n"
    read = "d.to_csv('d.csv', index=False)\nd = pd.read_csv('d.csv')\n" if not known else base
    narrow = "d['v'] = d['v'].astype('int8')\n"
    out = "out = d.groupby(['k', 'j'])['v'].sum().unstack(fill_value=0)"
    snippets = {"wide": f"{base}{read}{out}", "narrow": f"{base}{read}{narrow}{out}"}
    snippets["read"] = "d = df.assign(j=df['j'].where(df['k'].notna(), -99))\n" + out.replace("'v'", "'f'").replace("fill_value=0", "sort=True")  # fmt: skip
    assert wrong_among(snippets, tmp_path, known) == []
