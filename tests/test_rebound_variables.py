"""What is known of earlier steps, after the job's variables that it was written with hold others."""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among

_DOUBLED = "df['z'] = 1\ndf = df[['i', 'f', 'z']] * 2\n"
_PARTS = (
    "df['z'] = 1\nparts = df['u'].str.extract(r'(?P<a>\\d)(?P<b>.*)')\nn = len(parts)\nprint(n)\n"
)
PROGRAMS = {
    "changed again": f"{_DOUBLED}df = df.abs() + 1\nout = df",
    "summed along the rows": f"{_DOUBLED}df['w'] = df.sum(axis=1)\nout = df",
    "chosen": f"{_DOUBLED}df = df.loc[:, ['f', 'i']]\ndf['any'] = (df > 3).any(axis=1)\nout = df",
    "again and again": "df['i2'] = df['i'] + 1\ndf = df.head(5)\ndf = df[['i', 'f', 'i2']].fillna(2) * 3\ndf = df.round(1)\ndf = df.clip(upper=20)\nout = df",
    "filled": f"{_DOUBLED}df['f'] = df[['i', 'f']].bfill(axis=1)['f']\nout = df",
    "another name": "df['z'] = 1\nx = df[['f', 'g']] * 2\ndf = df[['f', 'g', 'z']].fillna(5)\nx['s'] = x.sum(axis=1)\nout = x.merge(df, left_index=True, right_index=True)",
    "what is missing": "df['z'] = 1\ngaps = df.isna()\ndf = df.dropna()\nout = gaps.sum()",
    "parts counted": f"{_PARTS}df = df.head(3)\nout = parts['a'].value_counts()",
    "parts filtered": f"{_PARTS}bad = parts['a'].isna()\ndf = df.head(3)\nout = parts[~bad]",
    "merged": "df['z'] = 1\ndf = pd.merge_ordered(df[['i', 'g', 'k']], df[['i', 'f', 'g']].drop_duplicates('i'), on='i', fill_method='ffill')\ndf = df.replace('', np.nan)\nout = df",
}


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_steps_after_a_variable_got_another_value(known, spark, tmp_path):
    assert not wrong_among(PROGRAMS, tmp_path, known)
