"""Tables across categories: their order, what later steps see of the labels, and levels that remember categories."""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among

_MADE = "df['c'] = pd.Categorical(df['k'], ['d', 'c', 'zz', 'a'], ordered=True)\n"
_TABLE = f"{_MADE}t = pd.crosstab(df['b'], df['c'])\n"
_SUMS = f"{_MADE}t = df.groupby(['s', 'c'], observed=True"
SNIPPETS = {
    "total of rows": f"{_TABLE}t['all'] = t.sum(axis=1)\nout = t.reset_index()",
    "totals of columns": f"{_TABLE}out = t.sum().reset_index()",
    "turned": f"{_TABLE}out = t.T.reset_index()",
    "stacked": f"{_TABLE}out = t.stack().reset_index(name='n').sort_values(['c', 'b'])",
    "sorted labels": f"{_TABLE}out = t[['a', 'd']].sort_index(axis=1)",
    "melted": f"{_TABLE}out = t.reset_index().melt(id_vars='b')",
    "new labels": f"{_TABLE}t.columns = [str(x) + '_n' for x in t.columns]\nout = t.reset_index()",
    "prefix": f"{_TABLE}out = t.add_prefix('n_').reset_index().rename_axis(None, axis=1)",
    "renamed": _TABLE + "out = t.rename(columns={'d': 'D'}).reset_index()",
    "sorted rows": f"{_MADE}out = pd.crosstab(df['c'], df['b']).sort_index(ascending=False).reset_index()",
    "no rows": f"{_MADE}out = pd.crosstab(df['k'], df['c'][df['i'] > 1000])",
    # in pandas, where a level has the categories of the group-by alone
    "two columns": f"{_SUMS})[['i', 'f']].sum()\nout = t.unstack()",
    "missing labels": f"{_SUMS}, dropna=False)['i'].sum()\nout = t.unstack()",
    "as seen": f"{_SUMS}, sort=False)['i'].sum()\nout = t.unstack()",
    "fewer": f"{_SUMS})['i'].sum()\nout = t[t > 5].unstack()",
    "own index": f"{_MADE}x = df.drop_duplicates(['i', 'c']).dropna(subset=['c'])\nout = x.set_index(['i', 'c'])['f'].unstack()",
    "pivot": f"{_MADE}x = df.drop_duplicates(['b', 'c']).dropna(subset=['c'])\nout = x.pivot(index='c', columns='b', values='f')",
}  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_the_same(known, spark, tmp_path):
    assert wrong_among(SNIPPETS, tmp_path, known) == []
