"""Numbers taken from data: one pass for one frame, and each from the frame as it was there."""

from __future__ import annotations

import pytest

from tests.harness import MODE_NAMES, MODES, verify
from transpiler import Options, transpile

PROGRAM = """
import pandas as pd
df = pd.read_csv('nasty.csv')
low = df['f'].min()
# how they spread
mean, spread = df['n'].mean(), df['n'].std()
first, second = df['i'].quantile(0.25), df['i'].quantile(0.75)
df['z'] = (df['n'] - mean) / spread
later = df['f'].max()
df['f'] = df['f'] - low
top = df['f'].max()
above = df[df['f'] > top / 2]
share = above['f'].sum()
rows, most = len(df), df['z'].max()
print(rows)
wide = df['z'].min()
if top > first:
    a, b = df['j'].max(), df['j'].min()
    df['j'] = df['j'] - a + b
df['r'] = df['i'].between(first, second)
limit = df['i'].mean()
over = df[df['i'] > limit]
limit = df['j'].max()
over.to_csv('over.csv', index=False)
low_i, limit = df['i'].min(), limit + 1
df['limit'] = limit
pd.DataFrame({'name': ['low', 'top', 'share', 'most', 'wide', 'later'], 'value': [low, top, share, most, wide, later]}).to_csv('numbers.csv')
df.to_csv('rows.csv', index=False)
"""


def script(folder, *lines: str) -> str:
    (folder / "a.csv").write_text("x,y\n1.5,2\n-2,0.5\n")
    head = ("import pandas as pd", "df = pd.read_csv('a.csv')")
    program = "\n".join((*head, *lines, "print(a, b)", ""))
    return transpile(program, Options(input_root=folder)).script


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_numbers_are_those_of_the_frame_at_that_line(known, spark, tmp_path):
    outcome = verify(PROGRAM, tmp_path, known)
    assert outcome.word == "same", str(outcome)
    if known:
        text = outcome.job.script
        assert "low, mean, spread, first, second = scalar(" in text
        assert text.index("# how they spread") < text.index("low, mean")


@pytest.mark.parametrize(
    "lines",
    [
        ("a = df['x'].min()", "b = df['y'].max()"),
        ("a, b = df['x'].min(), df['y'].max()",),
        ("a = df['x'].min()", "other = df.head(3)", "b = df['y'].max()", "other.to_csv('o.csv')"),
    ],
)
def test_one_pass(lines, tmp_path):
    assert "a, b = scalar(" in script(tmp_path, *lines)


@pytest.mark.parametrize(
    "lines",
    [
        ("a = df['x'].min()", "df['y'] = df['x'] * 2", "b = df['y'].max()"),
        ("a = df['x'].min()", "print(a)", "b = df['y'].max()"),
        ("a = df['x'].min()", "df.to_csv('o.csv')", "b = df['y'].max()"),
        ("a = df['x'].min()", "b = (df['y'] - a).max()"),
        ("b = df['x'].min()", "a = df[df['x'] > b]", "b = df['y'].max()"),
    ],
)
def test_passes_of_their_own(lines, tmp_path):
    assert script(tmp_path, *lines).count("= scalar(") == 2
