"""A column of the input that is overwritten before anything reads it keeps its place.

Each program stands alone: what another one reads would be read for all.
"""

import pytest

from tests.test_rules import check_one

PROGRAMS = {
    "by a constant": "df['b'] = 7\nout = df",
    "by another column": "df['b'] = df['i'] + 3\nout = df[df['j'] > 0]",
    "by assign": "out = df.assign(d=1, z=df['f'] * 2, b=lambda x: x['i'])",
    "twice": "df['b'] = 1\ndf['b'] = df['i']\nout = df",
    "by loc": "df.loc[:, 'b'] = df['i']\nout = df",
    "several at once": "df[['d', 'b']] = df[['i', 'j']].to_numpy()\nout = df",
    "by an aggregate of groups": "df['d'] = df.groupby('k')['f'].transform('sum')\nout = df",
    "by a function": "df['b'] = df.apply(lambda r: r['i'] * 2 if r['j'] > 0 else 0, axis=1)\nout = df",
    "and all are renamed": "df['b'] = df['i']\ndf.columns = [c.upper() for c in df.columns]\nout = df",
    "and some are cast": "df['b'] = df['j']\ndf = df.astype({'b': float})\nout = df.fillna({'f': 0})",
    "and rows are put below": "df['b'] = df['i']\nout = pd.concat([df, df.head(2)], ignore_index=True)",
    "and joined": "df['b'] = df['i']\nout = df.merge(other, on='k', how='left')",
    "and read in a lambda": "a = df[['i', 'j']]\nout = a.sub(a.mean(axis=1), axis=0).div(a.std(axis=1), axis=0)",
    "and chosen": "df['b'] = df['i']\nout = df[['b', 'k', 'i']]",
    "side by side on the driver": "df['i'], df['b'] = df['i'].astype('float16'), df['j'].astype('float16')\nout = df.groupby('k')[['i', 'b']].sum()",
    "and what it was is used in pandas": "a = df[['i', 'j']]\ns = a.std(axis=1)\na['i'] = a['i'] - a.mean(axis=1)\na['j'] = a['j'] / s\nout = a",
    "and sorted without repeats": "df['b'] = 1\nout = df.sort_values('i').drop_duplicates(['k', 'b'])",
}


_GROUPS = "d = df.groupby(['k', 'u'])[['i', 'f']].sum().reset_index()\n"
_DEEP = "d = df.groupby('k').agg({'i': ['sum', 'max'], 'f': ['mean']})\n"
#: what was taken of a column stays what it was when the column is overwritten
TAKEN = {
    "parts of a text": f"{_GROUPS}p = d['u'].str.extract(r'(\\d)\\.?(\\d*)')\nd['u'] = 'zz'\nout = p[0] + p[1]",
    "columns of one label": f"{_DEEP}x, y = d['i'], d['f']\nd['i', 'max'] = 0\nout = x['max'] - y['mean']",
    "and filtered": f"{_DEEP}x = d['i']\nx = x[x['max'] > 5]\nd = d[d['f', 'mean'] > 1]\nout = x['max'] + x['sum']",
    "and overwritten itself": f"{_DEEP}x = d['i']\nx['max'] = x['sum'] * 2\nd['i', 'sum'] = 0\nout = x['max'] + x['sum']",
}


@pytest.mark.parametrize("name", TAKEN)
def test_what_was_taken_stays(name, spark, tmp_path):
    assert check_one(0, TAKEN[name], tmp_path, True) == ""


@pytest.mark.parametrize("name", PROGRAMS)
def test_places_stay(name, spark, tmp_path):
    assert check_one(0, PROGRAMS[name], tmp_path, True) == ""
