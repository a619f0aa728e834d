"""Columns of a program that are called like those which jobs make on their way."""

import pytest

from tests.harness import MODE_NAMES, MODES, verify
from tests.nasty import nasty

PROGRAMS = {
    "transposed": "x = df.groupby('b')[['s', '__row']].first().T.reset_index()\nx.columns = ['a', 'b', 'c']\nx.to_csv('out.csv', index=False)",
    "pivoted": "df.pivot_table(index='k', columns='b', values='__value', aggfunc='sum').reset_index().to_csv('out.csv', index=False)",
    "crossed": "pd.crosstab(df['k'], df['__value']).reset_index().to_csv('out.csv', index=False)",
    "filled": "df['f'] = df.sort_values('i')['f'].interpolate()\ndf.to_csv('out.csv', index=False)",
    "renamed": "df = df.rename(columns={'__row': 'r', '__value': 'v'})\ndf['f'] = df.sort_values('i')['f'].interpolate()\ndf.to_csv('out.csv', index=False)",
    "nearest": "pd.merge_asof(df.sort_values('i', kind='stable'), df[['i', '__row']].sort_values('i', kind='stable'), on='i').to_csv('out.csv', index=False)",
}

#: programs that read such a column and do not name it
UNTOLD = {"pivoted", "crossed", "filled"}
SAID = "called like those that the job makes"


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_a_column_that_is_called_like_a_hidden_one_is_kept(known, spark, tmp_path):
    frame = nasty().rename(columns={"u": "__row", "j": "__value"})
    (tmp_path / "in").mkdir()
    frame[["i", "f", "k", "s", "b", "__row", "__value"]].to_csv(tmp_path / "in/in.csv", index=False)
    wrong = []
    for name, program in PROGRAMS.items():
        source = f"import pandas as pd\ndf = pd.read_csv('in.csv')\n{program}\n"
        result = verify(source, tmp_path / name, known, tmp_path / "in")
        # a job that was not told of such columns says so
        wanted = "job raises" if name in UNTOLD and not known else "same"
        if result.word != wanted or wanted != "same" and SAID not in str(result):
            wrong.append(f"{name}: {result}")
    assert not wrong, "\n".join(wrong)
