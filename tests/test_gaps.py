"""Whole numbers that a step leaves gaps in are fractions in pandas, and stay so in fewer rows.

Where only the job sees the types it has to look before some of the rows go.
"""

import pytest

from glue_runtime.local import run_job
from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among
from transpiler import Options, transpile

COLUMNS = {
    "shift in groups": "df.groupby('k')['i'].shift()",
    "shift": "df['i'].shift()",
    "cumsum in groups": "df.groupby('k')['i'].cumsum()",
    "transform": "df.groupby('k')['i'].transform('sum')",
    "transform, computed with": "df.groupby('k')['i'].transform('sum') * 2",
    "transform by a function": "df.groupby('k')['i'].transform(lambda x: x - x.min())",
    "diff in groups": "df.groupby('k')['i'].diff()",
    "where": "df['i'].where(df['j'] > 2)",
    "mask": "df['i'].mask(df['j'] > 2)",
    "np.where": "np.where(df['j'] > 2, df['i'], np.nan)",
    "replace": "df['i'].replace(3, np.nan)",
    "map": "df['k'].map({'a': 1, 'b': 2})",
}
SERIES = {
    "where": "df['i'].where(df['j'] > 2)",
    "shift": "df['i'].shift(1)",
    "transform": "df.groupby('k')['i'].transform('sum')",
    "replace": "df['i'].replace({3: np.nan, 4: 7})",
    "map": "df['k'].map({'a': 1, 'b': 2})",
    "reindex": "df.groupby('k')['i'].max().reindex(['a', 'zz', 'c'])",
    "nullable": "df.groupby('k')['i'].shift().astype('Int64')",
}
TAKEN = ("s[s.notna()]", "s.dropna()", "s.head(2)", "s.iloc[:2]", "s.loc[s > 0] + 1", "s.drop_duplicates().dropna()", "s.max()")  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_columns(known, spark, tmp_path):
    snippets = {
        name: f"df['z'] = {made}\nout = df[df['z'].notna()][['z', 'k']]"
        for name, made in COLUMNS.items()
    }
    snippets["set by loc"] = "df.loc[df['j'] > 2, 'z'] = df['i']\nout = df[df['j'] > 2][['z']]"
    snippets["of assign"] = "out = df.assign(z=df.groupby('k')['i'].shift(1), y=lambda d: d['i'] - d['z']).dropna(subset=['z'])"  # fmt: skip
    snippets["grouped"] = (
        "df['z'] = df.groupby('k')['i'].shift(1)\nout = df.groupby('k')['z'].max()"
    )
    snippets["a grouped Series"] = (
        "s = df.groupby('k')['i'].shift()\nout = s.groupby(df['k']).max()"
    )
    assert wrong_among(snippets, tmp_path, known) == []


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_series(known, spark, tmp_path):
    snippets = {
        f"{name}: {taken}": f"s = {made}\nout = {taken}"
        for name, made in SERIES.items()
        for taken in TAKEN
        if "drop_duplicates" not in taken or name != "reindex"
    }
    assert wrong_among(snippets, tmp_path, known) == []


@pytest.mark.parametrize("columns", ["", "columns='b', "])
@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_totals_where_every_row_has_a_gap_are_refused(known, columns, spark, tmp_path):
    source = f"""import pandas as pd
df = pd.read_csv("in.csv")
df["v"] = df["v"].where(df["v"] > 100)
df.pivot_table(index="k", {columns}values="v", aggfunc="sum", margins=True).reset_index().to_csv("out.csv", index=False)
"""
    (tmp_path / "in.csv").write_text("k,b,v\nx,p,1.5\ny,q,2.5\n")
    job = transpile(source, Options(input_root=tmp_path if known else None))
    with pytest.raises(Exception, match="every row has a missing value"):
        run_job(job.script, {"JOB_NAME": "totals"}, workdir=tmp_path)
