"""Groups by categories of which some have no row, alone and with other keys (observed=False).

pandas shows them with what each aggregate gives for nothing, which differs with the number of
keys: it computes over the empty group of a single key, and fills in the combinations of several.
"""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among

ONE = "df['c'] = pd.cut(df['i'], [-100, 0, 3, 50, 1000], labels=['z', 'y', 'x', 'w'])\n"
TWO = "df['c'] = df['k'].astype('category')\ndf['e'] = df['u'].astype('category')\n"
KEYS = {"alone": (ONE, "'c'"), "with a key": (ONE, "['b', 'c']"), "seen": (TWO, "['c', 'e']")}
CALLS = (
    "['i'].sum()", "['i'].sum(min_count=1)", "['i'].prod()", "['f'].mean()", "['f'].std()", "['f'].sem()",
    "['i'].min()", "['t'].max()", "['f'].median()", "['f'].quantile(0.3)", "['s'].count()", ".size()",
    "['i'].nunique()", "[['i', 's']].nunique()", "['i'].first()", "['s'].last()", "['f'].any()",
    "['i'].agg(['min', 'max', 'count'])", "['i'].agg(list)", "['i'].agg(lambda x: x.max() - x.min())",
    ".agg({'i': 'sum', 's': 'nunique'})", ".agg(n=('i', 'size'), m=('f', 'mean'))", "['f'].describe()",
    "[['i', 'f']].describe()", ".apply(lambda g: g['i'].sum())", "['i'].apply(lambda x: x.sum())", "['i'].apply(list)",
    ".apply(lambda g: pd.Series({'a': g['i'].sum(), 'n': len(g)}))", "['i'].nlargest(2)", "['i'].cumsum()",
    "['i'].transform('sum')", ".tail(1)[['i', 'b']]", ".ngroup()", ".ngroups", "['f'].value_counts()", "['i'].unique()",
    "[['i', 'j']].corr()", ".sum(numeric_only=True)", "['i'].size().to_frame('n').reset_index()",
)  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("keys", KEYS)
def test_every_aggregate(keys, known, spark, tmp_path):
    made, by = KEYS[keys]
    snippets = {x: f"{made}out = df.groupby({by}, observed=False){x}" for x in CALLS}
    assert wrong_among(snippets, tmp_path, known) == []


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("keys", ["'c'", "['b', 'c']"])
def test_no_place_of_the_largest_without_rows(keys, known, spark, tmp_path):
    text = f"{ONE}out = df.groupby({keys}, observed=False)['f'].idxmax()"
    assert (
        "empty group due to unobserved categories" in wrong_among({"x": text}, tmp_path, known)[0]
    )


MADE = "df['c'] = df['k'].astype('category')\n"
READ = "df = pd.read_csv('nasty.csv', dtype={'k': 'category'})\n"
RENAMED = "df['c'] = df['k'].astype('category').cat.rename_categories({'a': 'zz'})\n"
LATER = {
    "a filter": f"{MADE}out = df[df['i'] > 8].groupby('c', observed=False)['i'].sum()",
    "labels anew": f"{MADE}w = df[df['i'] > 8].reset_index(drop=True)\nout = w.groupby('c', observed=False)['i'].sum()",
    "codes of a part": f"{MADE}w = df[df['i'] > 8]\nout = w['c'].cat.codes",
    "other names": f"{RENAMED}out = df.groupby('c', observed=False)['i'].sum()",
    "sorted by other names": f"{RENAMED}out = df.sort_values('c', kind='stable')[['c', 'i']]",
    "read": f"{READ}out = df[df['i'] > 8].groupby('k', observed=False)['i'].sum()",
    "codes of what is read": f"{READ}w = df[df['i'] > 8]\nout = w['k'].cat.codes",
    "other rows of the group": f"{MADE}df['c'] = df.groupby('b')['c'].shift(6)\nout = df.groupby('c', observed=False)['i'].sum()",
    "groups": f"{MADE}w = df.groupby('c', observed=True)['i'].sum().reset_index()\nout = w.groupby('c', observed=False)['i'].apply(list)",
}


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_categories_of_a_part_of_the_rows(known, spark, tmp_path):
    """Where only the rows before tell the categories, the step that made them is pandas' as well."""
    assert wrong_among(LATER, tmp_path, known) == []
