"""Loops over values that only the data tell, as loops of the job."""

from __future__ import annotations

import pytest

from tests.harness import MODE_NAMES, MODES, verify

HEAD = "import pandas as pd\ndf = pd.read_csv('nasty.csv', parse_dates=['t'])\n"
#: loops whose bodies are steps of the cluster when the types are known
FOLLOWED = {
    "a file for each value": """
for k in sorted(df['k'].dropna().unique()):
    part = df[df['k'] == k]
    part.to_csv(f'{k}.csv', index=False)
    part[['i', 'f']].head(2).to_csv(f'{k}_head.csv')
""",
    "whole numbers, in the order they came": """
for n in df['j'].unique():
    sub = df[df['j'] == n].sort_values('i', kind='stable')
    sub.to_csv('j_' + str(n) + '.csv', index=False)
""",
    "groups": """
for name, group in df.groupby('k'):
    group = group.sort_values('f', kind='stable')
    total = group['i'].sum()
    print(name, total)
    group[['i', 'f']].to_csv(f'group_{name}.csv')
for name, group in df.groupby('b', sort=False):
    group.to_csv(f'b_{name}.csv', index=False)
for name, group in df.groupby(by='j', sort=False):
    group[group['i'] > 2].to_csv(f'by_{name}.csv', index=False)
""",
    "in a function": """
def split(frame, column, folder):
    for value in sorted(frame[column].dropna().unique()):
        rows = frame.loc[frame[column] == value].drop(columns=column)
        rows.to_csv(f'{folder}_{value}.csv', index=False)
split(df, 'k', 'k')
split(df[df['i'] > 3], 'j', 'j')
""",
    "no value at all": """
for k in sorted(df[df['i'] > 99]['k'].dropna().unique()):
    df[df['k'] == k].to_csv(f'{k}.csv')
df[['i']].to_csv('all.csv')
""",
}
#: loops that carry something from turn to turn, or that may meet a missing value
AS_WRITTEN = {
    "a count": """
n = 0
for k in sorted(df['k'].dropna().unique()):
    n += len(df[df['k'] == k])
pd.DataFrame({'n': [n]}).to_csv('n.csv')
""",
    "a frame that grows": """
out = pd.DataFrame()
for k in sorted(df['k'].dropna().unique()):
    out = pd.concat([out, df[df['k'] == k].head(1)])
out.to_csv('out.csv')
""",
    "a frame that is changed": """
for k in sorted(df['k'].dropna().unique()):
    df.loc[df['k'] == k, 'i'] = len(k)
df.to_csv('out.csv')
""",
    "a missing value": """
for k in df['k'].unique():
    df[df['k'] == k].to_csv(f'{k}.csv')
""",
    "the last turn is used": """
for k in sorted(df['k'].dropna().unique()):
    part = df[df['k'] == k]
    part.to_csv(f'{k}.csv')
part.to_csv('last.csv')
""",
    "break": """
for k in sorted(df['k'].dropna().unique()):
    if len(df[df['k'] == k]) < 3:
        break
    df[df['k'] == k].to_csv(f'{k}.csv')
""",
}


def on_driver(job) -> list[str]:
    return [e.source for e in job.report.entries if e.verdict == "driver"]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("name", FOLLOWED)
def test_turns_are_steps(name, known, spark, tmp_path):
    outcome = verify(HEAD + FOLLOWED[name], tmp_path, known)
    assert outcome.word == "same", str(outcome)
    if known and name != "groups":
        assert not on_driver(outcome.job)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("name", AS_WRITTEN)
def test_other_loops_mean_the_same(name, known, spark, tmp_path):
    outcome = verify(HEAD + AS_WRITTEN[name], tmp_path, known)
    assert outcome.word == "same", str(outcome)
