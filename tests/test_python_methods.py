"""Statements in methods that stay pandas: only they run on the driver, with the fields they read."""

from __future__ import annotations

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among
from transpiler import transpile

SNIPPETS = {
    'a loop over groups fills a field': "class Steps0:\n    def __init__(self, d):\n        self.df = d\n        self.rows = []\n    def go(self):\n        for k, g in self.df.groupby('k'):\n            self.rows.append({'k': k, 'n': len(g), 'x': g['i'].iloc[0]})\n        return pd.DataFrame(self.rows)\nout = Steps0(df).go()",
    'a field counts, a parameter of the same name stays': "class Steps1:\n    limit = 3\n    def __init__(self, d):\n        self.df = d\n        self.total = 0\n    def go(self, df):\n        for _, row in self.df.iterrows():\n            if row['i'] > self.limit:\n                self.total += row['i']\n        df['t'] = self.total\n        return df\nout = Steps1(df[['i', 'k']]).go(df[['j']].copy())",
    'an unsupported step sets a field': "class Steps2:\n    def __init__(self, d):\n        self.df = d\n    def odd(self):\n        self.df = self.df.convert_dtypes(convert_string=False)\n        return self\n    def end(self):\n        self.df['z'] = self.df['i'] + 1\n        return self.df\nout = Steps2(df).odd().end()",
    'a dict field is filled': "class Steps3:\n    def __init__(self, d):\n        self.df = d\n        self.seen = {}\n    def count(self):\n        for i, row in self.df.iterrows():\n            self.seen[row['k']] = self.seen.get(row['k'], 0) + 1\n    def end(self):\n        self.df['c'] = self.df['k'].map(self.seen)\n        return self.df\nr = Steps3(df)\nr.count()\nout = r.end()",
    'a lambda reads a field': "class Steps4:\n    def __init__(self, d, rate):\n        self.df = d\n        self.rate = rate\n    def fee(self):\n        self.df['fee'] = self.df['i'].apply(lambda v: [v * self.rate, self.rate][v > 3])\n        return self.df\nout = Steps4(df, 1.5).fee()",
    'a nested function reads a field': "class Steps5:\n    def __init__(self, d, names):\n        self.df = d\n        self.names = names\n    def fee(self):\n        def label(v):\n            for n in self.names:\n                if n in str(v):\n                    return n\n            return 'none'\n        self.df['fee'] = self.df['s'].apply(label)\n        return self.df\nout = Steps5(df, ['apple', 'an']).fee()",
    'a field of a field': "class C:\n    def __init__(self):\n        self.low = 2\nclass Steps6:\n    def __init__(self, d, c):\n        self.df = d\n        self.cfg = c\n    def go(self):\n        parts = []\n        for i in range(len(self.df)):\n            if self.df['i'].iloc[i] > self.cfg.low:\n                parts.append(self.df.iloc[[i]])\n        self.out = pd.concat(parts)\n        self.cfg.low = 5\n        return self.out[self.out['i'] > self.cfg.low]\nout = Steps6(df, C()).go()",
    'several fields are set at once': "class Steps7:\n    def __init__(self, d):\n        self.df = d\n    def go(self):\n        df = self.df[self.df['i'] > 0]\n        self.best, self.where = None, None\n        for i, row in df.iterrows():\n            if self.best is None or row['i'] > self.best:\n                self.best, self.where = row['i'], i\n        df = df.assign(best=self.best, at=self.where)\n        return df\nout = Steps7(df).go()",
    'a nested function changes a list field': "class Steps8:\n    def __init__(self, d):\n        self.df = d\n        self.log = []\n    def go(self):\n        def note(x):\n            self.log.append(x)\n        for _, row in self.df.iterrows():\n            note(row['i'] * 2)\n        return pd.DataFrame({'l': self.log})\nout = Steps8(df).go()",
    'a nested function sets a field': "class Steps9:\n    def __init__(self, d):\n        self.df = d\n        self.n = 0\n    def go(self):\n        def note(x):\n            self.n += x\n        for _, row in self.df.iterrows():\n            note(row['i'] * 2)\n        return pd.DataFrame({'l': [self.n]})\nout = Steps9(df).go()",
    'a property gives the rows': "class Steps10:\n    def __init__(self, d):\n        self.df = d\n    @property\n    def big(self):\n        return self.df[self.df['i'] > 3]\n    def go(self):\n        rows = []\n        for _, row in self.big.iterrows():\n            rows.append(row['i'])\n        return pd.DataFrame({'l': rows})\nout = Steps10(df).go()",
    'a method of the object is called': "class Steps11:\n    def __init__(self, d):\n        self.df = d\n    def one(self, row):\n        return row['i'] * 2\n    def go(self):\n        rows = []\n        for _, row in self.df.iterrows():\n            rows.append(self.one(row))\n        return pd.DataFrame({'l': rows})\nout = Steps11(df).go()",
    'a method changes a list field': "class Steps20:\n    def __init__(self, d):\n        self.df = d\n        self.seen = []\n        self.n = 0\n    def see(self, row):\n        self.seen.append(row['i'])\n    def go(self):\n        for _, row in self.df.iterrows():\n            self.see(row)\n        return pd.DataFrame({'l': self.seen})\nout = Steps20(df).go()",
    'a method reads what the loop sets': "class Steps21:\n    def __init__(self, d):\n        self.df = d\n        self.n = 0\n    def peek(self, v):\n        return v + self.n\n    def go(self):\n        rows = []\n        for _, row in self.df.iterrows():\n            self.n += row['i']\n            rows.append(self.peek(row['j']))\n        return pd.DataFrame({'l': rows, 'n': self.n})\nout = Steps21(df).go()",
    'a property and a static method': "class Steps22:\n    def __init__(self, d):\n        self.df = d\n        self.n = 0\n    @property\n    def size(self):\n        return len(self.df) + self.n\n    @staticmethod\n    def twice(v):\n        return v * 2\n    def go(self):\n        rows = []\n        for _, row in self.df.iterrows():\n            rows.append(self.twice(row['j']) + self.size)\n        return pd.DataFrame({'l': rows, 'n': self.n})\nout = Steps22(df).go()",
}  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_methods_mean_the_same(known, spark, tmp_path):
    wrong = wrong_among(SNIPPETS, tmp_path, known)
    assert not wrong, "\n".join(wrong)


HEAD = "import pandas as pd\ndf = pd.read_csv('nasty.csv')\n"
#: what may only be kept with its class: there a field is set where a name would be a function's own
WHOLE = {"a nested function sets a field", "a method reads what the loop sets"}


@pytest.mark.parametrize("name", SNIPPETS)
def test_only_the_statement_is_on_the_driver(name):
    job = transpile(f"{HEAD}{SNIPPETS[name]}\nout.to_csv('out.csv', index=False)\n")
    kept = [e for e in job.report.entries if e.verdict == "driver" and e.source.startswith("class")]
    assert bool(kept) == (name in WHOLE)
    assert ("class " in job.script.split("job.init")[1]) == (name in WHOLE)


def test_what_a_call_gives_is_made_once():
    body = "seen = {}\ndef count():\n    for _, row in df.iterrows():\n        seen[row['k']] = seen.get(row['k'], 0) + 1\n    return pd.DataFrame(sorted(seen.items()))\n"
    job = transpile(f"{HEAD}df = df.dropna()\n{body}count().to_csv('out.csv', index=False)\n")
    assert job.script.count("iterrows") == 1
