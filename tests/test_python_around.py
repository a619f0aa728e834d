"""Python around pandas: names, copies, functions, loops, branches, containers. Each snippet sets
``out`` (and runs in pandas and as a job); ``df`` is a fresh copy of the nasty frame."""

from __future__ import annotations

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among
from transpiler import TranspileError, transpile

SNIPPETS = {
    "two names of one frame": "b = df\nb['x'] = b['i'] + 1\nout = df",
    "a copy is its own": "b = df.copy()\nb['x'] = b['i'] + 1\nout = df",
    "a series keeps its old values": "s = df['i']\ndf['i'] = df['i'] * 2\ndf['old'] = s\nout = df[['i', 'old']]",
    "a name that is rebound": "a = df[df['i'] > 2]\nb = a\na = df[df['i'] <= 2]\nout = pd.concat([a, b])",
    "function that changes its argument": "def grow(d):\n    d['x'] = d['i'] * 10\ngrow(df)\nout = df",
    "function that returns a frame": "def keep(d, limit=3):\n    big = d[d['i'] > limit]\n    return big[['i', 's']]\nout = keep(df, limit=4)",
    "early return on a constant": "def pick(d, mode):\n    if mode == 'all':\n        return d\n    return d.head(2)\nout = pick(df, 'all')",
    "nested functions": "def outer(d):\n    def inner(x):\n        return x + 1\n    d['y'] = inner(d['i'])\n    return d\nout = outer(df)",
    "lambda in a variable": "twice = lambda x: x * 2\ndf['t2'] = twice(df['i'])\nout = df[['i', 't2']]",
    "loop over column names": "for c in ['i', 'j']:\n    df[c + '_sq'] = df[c] * df[c]\nout = df",
    "loop over pairs": "for name, k in [('p', 2), ('q', 3)]:\n    df[name] = df['i'] + k\nout = df[['p', 'q']]",
    "loop over a dict": "for name, k in {'p': 2, 'q': 3}.items():\n    df[name] = df['i'] + k\nout = df[['p', 'q']]",
    "loop over frames": "a = df.copy()\nb = df.copy()\nfor d in [a, b]:\n    d['z'] = 1\nout = b",
    "break and continue": "for k in range(5):\n    if k == 1:\n        continue\n    if k == 3:\n        break\n    df[f'c{k}'] = df['i'] + k\nout = df",
    "list that grows": "cols = []\nfor c in ['i', 'j']:\n    cols.append(c)\ncols += ['s']\nout = df[cols]",
    "list of frames": "parts = []\nfor k in ['a', 'b']:\n    parts.append(df[df['k'] == k])\nout = pd.concat(parts)",
    "comprehension of frames": "out = pd.concat([df[df['k'] == k] for k in ['b', 'a']])",
    "dict of frames": "parts = {k: df[df['k'] == k] for k in ['a', 'b']}\nout = parts['b']",
    "if on a constant": "debug = False\nif debug:\n    out = df.head(1)\nelse:\n    out = df.head(2)",
    "if on the data": "if len(df) > 100:\n    df = df[df['i'] > 2]\nelse:\n    df = df[df['i'] <= 2]\nout = df",
    "if without else": "if df['i'].max() > 5:\n    df['flag'] = True\nelse:\n    df['flag'] = False\nout = df",
    "conditional expression": "n = 3 if len('abc') == 3 else 1\nout = df.head(n)",
    "f-string column": "name = 'i'\nout = df[[f'{name}', 's']]",
    "arithmetic on constants": "limit = 2 * 3 - 1\nout = df[df['i'] > limit]",
    "scalar in a column": "df['c'] = df['i'] - df['i'].mean()\nout = df",
    "scalar kept": "m = df['f'].max()\ndf = df[df['i'] > 0]\ndf['c'] = df['i'] / m\nout = df",
    "augmented": "df['i'] += 5\ndf['i'] *= 2\nout = df",
    "delete": "del df['s']\nout = df",
    "unpack": "a, b = df.head(3), df.tail(2)\nout = b",
    "chained": "out = (df.assign(n=lambda d: d['i'] + 1)\n       .query('n > 3')\n       .rename(columns={'n': 'm'})\n       [['m', 's']])",
    "while that never runs": "while False:\n    df = None\nout = df",
    "try around a step": "try:\n    out = df[df['i'] > 3]\nexcept KeyError:\n    out = df",
    "group loop on the driver": "rows = []\nfor key, part in df.groupby('k'):\n    rows.append((key, len(part)))\nout = pd.DataFrame(rows, columns=['k', 'n'])",
    "iterrows on the driver": "total = 0\nfor _, row in df.iterrows():\n    total += row['i']\nout = df[df['i'] > total / 17]",
    "star arguments": "def add(*frames):\n    return pd.concat(frames)\nout = add(df.head(1), df.tail(1))",
    "global": "count = 0\ndef bump(d):\n    global count\n    count = count + 1\n    return d\nout = bump(df)",
    "default of none": "def pick(d, cols=None):\n    cols = cols or ['i', 'j']\n    return d[cols]\nout = pick(df)",
    "class with run": "class Job:\n    def __init__(self, limit):\n        self.limit = limit\n    def run(self, d):\n        return d[d['i'] > self.limit]\nout = Job(3).run(df)",
    "with": "with pd.option_context('mode.chained_assignment', None):\n    df['w'] = 1\nout = df",
    "assert": "assert len(df) == 17, 'rows'\nout = df",
    "in place": "df.rename(columns={'s': 'name'}, inplace=True)\ndf.drop(columns=['u'], inplace=True)\nout = df",
    "column in place": "df['f'].fillna(0, inplace=True)\nout = df",
    "values": "df['copy'] = df['i'].values\nout = df",
    "numbers and texts of a branch": "limit = 3\nlabel = 'low'\nif df['i'].max() > 5:\n    limit = 5\n    label = 'high'\nelif df['i'].max() > 100:\n    limit = 50\ndf['z'] = df['i'] > limit\ndf['l'] = label\nout = df[df['i'] >= limit]",
    "a fraction of a branch": "rate = 0.5\nif len(df) > 100:\n    rate = rate * 2\ndf['r'] = df['i'] * rate\nout = df",
    "a parameter bound anew in a branch": "n = 3\ndef cut(df, n):\n    if df['i'].max() > 3:\n        df = df.head(2)\n        n = 7\n    return df.assign(n=n)\nsmall = cut(df, n)\ndf['m'] = n\nout = pd.concat([df[['i', 'm']], small[['i', 'n']]])",
    "numbers of numpy": "year = np.sqrt(252)\nout = df.assign(a=df['f'] * year, b=df['i'] + np.floor(2.7), c=df['f'].clip(np.log10(2), np.power(2, 3)), d=np.int64(7))",
    "a number of numpy that overflows": "out = df.assign(a=np.int64(2**62) * np.int64(4), b=f'{np.sqrt(2):.3f} {np.isnan(np.nan)}')[['a', 'b']]",
    "a dict changed in a branch": "parts = {'a': df[df['k'] == 'a'], 'n': 1}\nif len(df) > 5:\n    df = df.head(9)\n    parts['n'] = 2\nout = df.assign(n=parts['n'])",
    "a function reads a name that is set beside its call": "def f():\n    return a\na = 1\na, c = 2, f()\nout = df.assign(a=a, c=c)",
    "partial calls": "from functools import partial\ndef scale(x, k=2, shift=0):\n    return x * k + shift\ndef keep(d, col, low, high=100):\n    return d[(d[col] > low) & (d[col] < high)]\ntriple = partial(scale, k=3)\ndf['a'] = df['i'].apply(triple)\ndf['b2'] = df['j'].apply(partial(scale, shift=1, k=4))\ndf['c'] = triple(df['i'])\nout = df.pipe(partial(keep, col='i', low=0), high=8).pipe(partial(keep, low=0), col='j')\nfor s in [partial(keep, col='i', low=1), partial(keep, col='j', low=-1, high=5)]:\n    out = s(out)",
    "columns from tuples": "def two(x):\n    if x > 3:\n        return 1, x / 2\n    return 0, 0\ndf['p'], df['q'] = zip(*df['i'].map(two))\ndf['r'], df['t2'] = zip(*df.apply(lambda r: (r['i'] + r['j'], 'x' if r['b'] else 'y'), axis=1))\nout = df",
    "a comprehension hides a column": "x = df['i']\np = df.pivot_table(index='k', columns='s', values=['i', 'f'], aggfunc='sum')\np.columns = ['_'.join(x) for x in p.columns]\nout = p.reset_index()\nx = [x for x in [1, 2] if x > 1]\nout['n'] = x[0]",
    "a loop over groups whose names live on": "parts = []\nfor k, g in df.groupby('k'):\n    parts.append(g.head(1))\nout = pd.concat(parts).assign(last=k, n=len(parts))",
    "a loop over groups between other items": "parts = []\nfor k, g in df.groupby('k'):\n    parts.append(g.head(1))\nparts.append(df.tail(1))\nout = pd.concat(parts)",
    "a loop over groups with a limit that changes": "limit = 2\nparts = []\nfor k, g in df.groupby('k'):\n    parts.append(g[g['i'] > limit])\nlimit = 5\nout = pd.concat(parts).assign(limit=limit)",
    "a loop over groups that remembers": "prev = 0\nrows = []\nfor k, g in df.groupby('k'):\n    rows.append({'k': k, 'n': len(g), 'before': prev})\n    prev = len(g)\nout = pd.DataFrame(rows)",
    "a loop over files that are listed twice": "import glob\nparts = []\nfor f in sorted(glob.glob('[no]*.csv')):\n    parts.append(pd.read_csv(f))\nd2 = pd.concat(parts)\nout = d2[d2['f'] > 1]",
}  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_snippets_mean_the_same(known, spark, tmp_path):
    wrong = wrong_among(SNIPPETS, tmp_path, known)
    assert not wrong, "\n".join(wrong)


REFUSED = {
    "writes through a slice": "top = df.head(3)\ntop.loc[top['i'] > 2, 'i'] = 0\ndf.to_csv('o.csv')\n",
    "a shared column": "s = df['i']\ndf.loc[df['i'] > 2, 'i'] = 0\ndf['x'] = s\n",
    "a view changed in place": "s = df['i']\ns.iloc[0] = 5\n",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_writes_into_shared_memory_is_refused(name):
    with pytest.raises(TranspileError, match="copy|assign") as caught:
        transpile("import pandas as pd\ndf = pd.read_csv('nasty.csv')\n" + REFUSED[name])
    assert caught.value.line >= 3


def test_loops_stay_on_the_cluster():
    source = (
        "import pandas as pd\ndf = pd.read_csv('in.csv')\n"
        + SNIPPETS["list of frames"]
        + "\nout.to_csv('o.csv', index=False)\n"
    )
    counts = transpile(source).report.counts
    assert counts["driver"] == 0 and counts["native"] + counts["runtime"] > 4
