"""Objects of pandas that share memory: a write that shows in another object is refused, others work."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from tests.harness import MODE_NAMES, MODES
from tests.nasty import nasty, write_inputs
from tests.test_rules import differences, outcome
from transpiler import Options, TranspileError, transpile

#: programs in which a write through one object changes ``out``, another one
WRITTEN_THROUGH = [
    *(f"a = {view}\na.loc[a['i'] > 1, 'f'] = 99.0\nout = df" for view in (
        "df[2:6]", "df[:]", "df.loc[2:5]", "df.iloc[::2]", "pd.DataFrame(df)", "df.clip()", "df.squeeze()", "pd.concat([df])",
        "df.loc[0:3, :]", "df.pipe(lambda d: d[1:])", "df.head(9)", "df.tail(16)")),
    *(f"b = df[['f', 'g']]\na = {view}\na.loc[a['f'] > 1, 'f'] = 99.0\nout = b" for view in (
        "b.iloc[:, :1]", "b.loc[:, 'f':'g']", "b.T.T")),
    *(f"a = df[1:6]\n{write}\nout = df" for write in (
        "a.fillna({'f': 0}, inplace=True)", "a['f'] += 1", "a['f'].fillna(0, inplace=True)", "a.iloc[0, 2] = 9", "a.at[3, 'f'] = 9.0",
        "a[a['i'] > 3] = 0", "a.loc[:, 'f'] = 9.0", "a['f'][3] = 9", "a['f'] /= 2")),
    "h = df.head(3)\ndf['f'] += 1\nout = h",
    "h = df.head(3)\ndf.loc[0, 'f'] = 5\nout = h",
    "b = df[:]\ndf['f'][3] = 9\nout = b",
    "x = df['f']\ndf['f'] += 1\nout = x",
    "c = df['f']\nc += 1\nout = df",
    "c = df['f'] * 2\nd = c\nc += 1\nout = d",
    "v = df['f'].values\nv[v > 1] = 0\nout = df",
    "v = df['f'].to_numpy()\nv[0] = 5\nout = df",
    "b = df[['f', 'g']]\nv = b.values\nv[0] = 5\nout = b",
    "for p in [df.head(3)]:\n    p.loc[0, 'f'] = 9\nout = df",
    "def f(d):\n    d.loc[0, 'f'] = 9\n    return d\nq = f(df.head(3))\nout = df",
]  # fmt: skip
#: programs in which nothing is written through, or nobody sees it
SEPARATE = [
    "df['f'] += 1\nout = df",
    "df['f'].fillna(0, inplace=True)\nout = df",
    "h = df.head(3)\ndf['f'] = 5\nout = h",
    "a = df[1:6]\na['f'] = a['f'].fillna(0)\nout = df",
    "a = df[1:6]\na.sort_values('f', inplace=True)\nout = df",
    "x = df['f'].copy()\ndf['f'] += 1\nout = df['f'] - x",
    "a = df[df['i'] > 2]\ndf.loc[0, 'f'] = 5\nout = a",
    "a = df[df['i'] > 2].head(3)\ndf.loc[0, 'f'] = 5\nout = a",
    "df = df.iloc[2:]\ndf['c5'] = df['f'] // 0.5\ndf.loc[df['c5'].notna(), 'f'] = 7\nout = df",
    "df = df.iloc[::-1]\ndf.loc[df['i'] > 1, 'f'] = 7\nout = df",
    "df = df.head(9)\ndf['f'] += 1\nout = df",
    "df = df[1:]\ndf['f'].fillna(0, inplace=True)\nout = df",
    "s = df.groupby('k')['i'].sum()\ns.index.name = 'key'\nout = s.reset_index()",
    "s = df.groupby('k')['i'].count()\ns.index.name = 'key'\nout = s",
    "v = df['f'].values.copy()\nv[0] = 5\ndf['f'] = v\nout = df",
    "def f(d):\n    d.loc[0, 'f'] = 9\n    return d\nq = f(df.copy())\nout = df",
    "df.loc[df['i'] > 2, 'f'] *= 2\nout = df",
    "def load():\n    d = df[df['i'] > 0]\n    d['c'] = d['f'].fillna(0)\n    return d\ndef rate(d):\n    d['x'] = np.select([d['i'] > 2], [d['c']], default=d['i'] * 1.0)\n    d.loc[d['i'] > 3, 'x'] *= 0.5\n    return d\nout = rate(load())",
]


@pytest.mark.parametrize("source", WRITTEN_THROUGH)
def test_what_shows_elsewhere_is_refused(source, tmp_path):
    def out(text: str) -> pd.DataFrame:
        names = {"pd": pd, "np": np, "df": nasty().copy()}
        exec(text, names)  # noqa: S102 the programs above
        return names["out"]

    lines = source.splitlines()
    writes = [n for n, line in enumerate(lines) if "= 9" in line or "= 0" in line or "= 5" in line or "= 1" in line or "inplace" in line or "/=" in line]  # fmt: skip
    unwritten = [line if n not in writes else line[: len(line) - len(line.lstrip())] + "pass" for n, line in enumerate(lines)]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not out(source).equals(
            out("\n".join(unwritten))
        ), "pandas itself shares nothing here"

    write_inputs(tmp_path)
    program = f"import numpy as np\nimport pandas as pd\ndf = pd.read_csv('nasty.csv')\n{source}\nout.to_csv('out.csv')\n"
    for options in (Options(input_root=tmp_path), Options()):
        with pytest.raises(TranspileError, match="memory that '.*' shares"):
            transpile(program, options)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_what_shows_nowhere_works(known, spark, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, actual, _ = outcome(list(enumerate(SEPARATE)), tmp_path, known)
    wrong = {source: differences(n, expected, actual) for n, source in enumerate(SEPARATE)}
    assert not {source: found for source, found in wrong.items() if found}
