"""Groups and windows that a name holds while their frame changes.

pandas' hold the frame: they see its new columns, and group by the keys as they were.
"""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among
from transpiler import TranspileError, transpile

SEEN = {
    "a column changes": "g1 = df.groupby('k')\ndf['i'] = df['i'] * 2\nout = g1['i'].sum()",
    "a column comes": "g2 = df.groupby('k')\ndf['z'] = df['f'] * 2\nout = g2['z'].sum()",
    "columns of its own": "g3 = df.groupby('k')\ndf['z'] = g3['f'].cumsum()\ndf['z'] = g3['z'].transform('max')\ndf['w'] = g3['z'].rank()\nout = df",
    "a constant, all columns": "g4 = df.groupby('k')\ndf['i'] = 1\nout = g4.agg({'i': 'sum', 'j': 'max'})",
    "some cells": "g5 = df.groupby('k')\ndf.loc[df['j'] > 2, 'i'] = 0\nout = g5['i'].sum()",
    "a column goes": "g6 = df.groupby('k')\ndf.drop(columns=['i'], inplace=True)\nout = g6['j'].sum()",
    "another frame takes the name": "g7 = df.groupby('k')\ndf = df[df['i'] > 3]\nout = g7['j'].sum()",
    "another name of the frame": "e8 = df\ng8 = e8.groupby('k')\ndf['i'] = df['i'] * 2\nout = g8['i'].sum()",
    "a computed key": "g9 = df.groupby(df['t'].dt.year)\ndf['i'] = df['i'] + 1\ndf['w'] = g9['i'].transform('sum')\nout = df",
    "chosen columns": "h1 = df.groupby('k')[['i', 'j']]\ndf['i'] = df['i'] * 2\nout = h1.sum()",
    "a Series taken before": "h2 = df.groupby('k')\na2 = h2['i']\ndf['i'] = df['i'] * 2\nout = a2.max()",
    "a Series is its own": "h3 = df.groupby('k')['i']\ndf['i'] = df['i'] * 2\nout = h3.sum()",
    "a function's": "def largest(d):\n    h4 = d.groupby('k')\n    d['z'] = h4['f'].transform('sum')\n    return h4['z'].max()\nout = largest(df)",
    "a window of a Series": "r5 = df['i'].rolling(2)\ndf['i'] = df['i'] * 2\nout = r5.sum()",
    "a window of a frame": "r6 = df[['i', 'f']].rolling(2)\ndf['i'] = df['i'] * 2\nout = r6.sum()",
    "a window in groups": "r7 = df.groupby('k').rolling(2)\ndf['i'] = df['i'] * 2\nout = r7['i'].sum()",
    "not asked any more": "h8 = df.groupby('k')\nn8 = h8['i'].sum()\ndf['k'] = 'x'\nout = n8",
}  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_what_the_frame_has_by_then(known, spark, tmp_path):
    assert wrong_among(SEEN, tmp_path, known) == []


@pytest.mark.parametrize(
    "change",
    ["df['k'] = df['k'] + 'x'", "df.sort_values('i', inplace=True)", "df.dropna(inplace=True)"],
)
def test_other_keys_or_rows_are_refused(change):
    source = f"import pandas as pd\ndf = pd.read_csv('nasty.csv')\ng = df.groupby('k')\n{change}\ng['i'].first().to_csv('out.csv')\n"
    with pytest.raises(TranspileError, match="make 'g' anew after this step"):
        transpile(source)
