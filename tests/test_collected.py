"""What a program collects and changes is looked up as it is then: ``isin``, ``map``, ``drop``."""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.nasty import write_inputs
from tests.test_rules import HEAD, wrong_among
from transpiler import Options, transpile

CHANGED = {
    "a list that grows": "x = other['k'].dropna().tolist()\nx.append('d')\nout = df[df['k'].isin(x)]",
    "a dict that is set": "x = df.dropna(subset=['k']).set_index('k')['i'].to_dict()\nx['a'] = 77\nout = df['k'].map(x)",
    "another name for it": "x = other['k'].dropna().tolist()\ny = x\ny.remove('a')\nout = df[df['k'].isin(x)]",
    "a list that a function changes": "def grown(x):\n    x.append('d')\n    return x\nout = df[df['k'].isin(grown(other['k'].dropna().tolist()))]",
    "a list in a dict": "c = {'x': other['k'].dropna().tolist()}\nc['x'].append('d')\nout = df[df['k'].isin(c['x'])]",
    "columns that are added": "n = df.nunique()\nx = n[n == 14].index.tolist()\nx.append('i')\nout = df[x]",
    "a frame that changes": "x = df['i'].tolist()\ndf = df[df['i'] > 3].copy()\ndf['i'] = df['i'] + 1\nout = df.assign(y=df['i'].isin(x))",
    "a test that changes": "n = df.nunique()\nx = n[n == 14].index\nn['i'] = 14\nout = df[x]",
}  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_what_was_changed_is_seen(known, spark, tmp_path):
    assert not wrong_among(CHANGED, tmp_path, known)


def test_what_nothing_reads_is_not_collected(tmp_path):
    write_inputs(tmp_path)
    program = "x = other['k'].tolist()\ndf = base[base['k'].isin(x)]\ndf.to_csv('out.csv')\n"
    job = transpile(HEAD + program, Options(input_root=tmp_path))
    assert "to_pandas" not in job.script.split("job.init")[1]
