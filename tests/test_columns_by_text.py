"""Tables whose columns only the job knows: taken and added by a text, whatever types it sees."""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import outcome, wrong_among

_TABLE = "t = df.groupby(['k', 's'])['i'].sum().unstack(fill_value=0)\n"
SNIPPETS = {
    "taken": f"{_TABLE}t['r'] = t['apple'] * 2\nout = t[['apple', 'r']].reset_index()",
    "added": f"{_TABLE}for c in ['apple', 'zebra', 'x,y']:\n    if c not in t.columns:\n        t[c] = 0\nt['r'] = t['apple'] + t['zebra']\nout = t.reset_index()",
    "a fraction": "t = df.pivot_table(index='k', columns='s', values='f', aggfunc='mean')\nif 'nope' not in t.columns:\n    t['nope'] = 1.5\nif 'apple' not in t:\n    t['apple'] = 2\nout = t[['nope', 'apple']]",
    "of a file": "if 'new' not in df.columns:\n    df['new'] = 'text'\nif 'k' not in df.columns:\n    df['k'] = 'text'\nout = df[['new', 'k', 'i']]",
    "filled": "t = df.dropna(subset=['s']).pivot_table(index='i', columns='s', values='j', aggfunc='max')\nout = t.bfill().fillna(0).astype(int)",
    "texts filled": "t = df.dropna(subset=['s']).pivot_table(index='i', columns='s', values='u', aggfunc='first')\nout = t.ffill().bfill()",
    "chosen and filled": "num = df.select_dtypes('number').columns\ndf[num] = df[num].ffill()\nout = df",
    # what the job calls a column is not what pandas does
    "like a level": f"{_TABLE}if 'k' not in t.columns:\n    t['k'] = 0\nout = t.sum()",
    "beside numbers": "t = df.groupby(['k', 'j'])['i'].sum().unstack(fill_value=0)\nt['total'] = t.sum(axis=1)\nout = t['total']",
}


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_the_same(known, spark, tmp_path):
    assert wrong_among(SNIPPETS, tmp_path, known) == []


def test_numbers_are_no_texts(spark, tmp_path):
    text = "t = df.groupby(['k', 'j'])['i'].sum().unstack(fill_value=0)\nif 'zz' not in t.columns:\n    t['zz'] = 0\nout = t"
    with pytest.raises(KeyError, match="no texts"):
        outcome([(0, text)], tmp_path, False)
