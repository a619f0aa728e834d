"""Functions given to apply keep Python's meaning: what raises there raises in the job, and results
have the type that pandas infers from them."""

from __future__ import annotations

import pytest

from tests.harness import MODE_NAMES, MODES, verify

HEAD = "import math\nimport numpy as np\nimport pandas as pd\ndf = pd.read_csv('nasty.csv')\n"


def outcome(body, folder, known=True):
    return verify(f"{HEAD}{body}\ndf.to_csv('out.csv', index=False)\n", folder, known)


RAISING = [
    "df['z'] = df['s'].apply(lambda x: x.upper())",
    "df['z'] = df['s'].apply(lambda x: 'x' + x)",
    "df['z'] = df['s'].apply(lambda x: len(x))",
    "df['z'] = df['i'].apply(lambda x: 10 / x)",
    "df['z'] = df.apply(lambda r: r['i'] // r['j'], axis=1)",
    "df['z'] = df['f'].apply(int)",
    "df['z'] = df['f'].apply(lambda x: round(x))",
    "names = {'a': 1}\ndf['z'] = df['k'].fillna('?').apply(lambda x: names[x])",
    "L = {'a': (7, 14)}\ndf['z'] = df['k'].apply(lambda x: L[x][1])",
    "df = df.groupby('k')['s'].agg(lambda r: ''.join(r.head(3))).reset_index()",
    "df['z'] = df['f'].apply(lambda x: math.sqrt(x))",
    "df['z'] = df['s'].apply(lambda x: x < 'm')",
    "df['z'] = df['u'].fillna('').apply(lambda x: x[0])",
    "df['z'] = df['s'].fillna('').apply(lambda x: x.split('a')[1])",
    "df['t'] = pd.to_datetime(df['t'])\ndf['z'] = df['t'].apply(lambda t: t.strftime('%Y'))",
    "df['z'] = df['u'].apply(float)",
    "df['z'] = df['f'].astype(str).apply(int)",
    "df['z'] = df['u'].str.replace('x', '1').apply(lambda x: int(x) if x != 'nine' else 0)",
    "df = df[df['i'] > 99]\ndf['p'], df['q'] = zip(*df['i'].apply(lambda x: (x, -x)))",
]
# What pd.NA raises in a function.
RAISING += [
    f"df = df.convert_dtypes()\ndf['z'] = {call}"
    for call in (
        "df['s'].apply(lambda x: x.upper())",
        "df['s'].apply(lambda x: 'a' if x == 'apple' else 'b')",
        "df.apply(lambda r: 'a' if r['i'] > 0 and r['k'] == 'a' else 'b', axis=1)",
        "df.apply(lambda r: not r['s'], axis=1)",
        "df.apply(lambda r: r['k'] in ('a', 'b'), axis=1)",
        "df.apply(lambda r: 1 if 0 < r['n'] < 5 else 2, axis=1)",
        "df.apply(lambda r: max(r['n'], 2), axis=1)",
        "df.apply(lambda r: int(r['n']), axis=1)",
        "df.apply(lambda r: [r['n']][0] + 1 if r['n'] > 1 else 0, axis=1)",
    )
]


@pytest.mark.parametrize("body", RAISING)
def test_what_raises_in_python_raises_in_the_job(body, spark, tmp_path):
    result = outcome(body, tmp_path)
    assert result.word == "both raise", str(result)


SAME = [
    # several values look one up, and one looks several up
    "D = {('a', 2): 'x', ('b', 3): 'y'}\ndf['z'] = df.apply(lambda r: D[r['k'], r['j']] if (r['k'], r['j']) in D else D.get((r['k'], 2), 'none'), axis=1)",
    "L = {'a': (7, 14), 'b': (1, 2)}\ndef f(r):\n    if r['k'] not in L:\n        return '?'\n    low, high = L[r['k']]\n    return 'L' if r['i'] < low else 'H' if r['i'] > high else ''\ndf['z'] = df.apply(f, axis=1)\n"
    "df['y'] = [L.get(t, (0, 1))[1] for t in df['k']]",
    # some of the texts of a group
    "t = df.dropna(subset=['s']).groupby('k').agg(x=('s', lambda r: '+'.join(r.tail(2))), y=('s', lambda r: ''.join(r.drop_duplicates().head(3))))\nt['z'] = t.index.map(df.groupby('k')['s'].apply(lambda r: '|'.join(r.dropna().head(1))))\ndf = t.reset_index()",
    # a guard makes the same step safe
    "df['z'] = df['s'].apply(lambda x: x.upper() if isinstance(x, str) and x != 'x,y' else 'none')",
    "df['z'] = df.apply(lambda r: r['i'] / r['j'] if r['j'] != 0 else 0.0, axis=1)",
    "df['z'] = df['s'].apply(lambda x: '' if x != x else x[:3])",
    # nan is true, and no comparison with it holds
    "df['z'] = df['f'].apply(lambda x: 'yes' if x else 'no')",
    "df['z'] = df['f'].apply(lambda x: 'big' if not x <= 2 else 'small')",
    "df['z'] = df['f'].apply(lambda x: max(x, 1.0) + min(1.0, x))",
    # whole numbers and fractions: the type of the column goes by the values
    "df['z'] = df['f'].apply(lambda x: 1 if x > -1e300 else 0)",
    "df['z'] = df['i'].apply(lambda x: 0 if x > -99 else x / 2)",
    "df['z'] = df['i'].apply(lambda x: 0 if x > 3 else x / 2)",
    "df['z'] = df['i'].apply(lambda x: None if x > 3 else x)",
    "df['z'] = df['i'].apply(lambda x: None if x > 300 else x)",
    "df['z'] = df['i'].apply(lambda x: [n for n in range(x)][-1] if x > 0 else 0.5)",
    # a row of numbers has numpy's numbers, a row of several types Python's
    "df['z'] = df[['i', 'j']].apply(lambda r: r['i'] / r['j'], axis=1)",
    "df['z'] = df[['i', 'f']].apply(lambda r: f\"{r['i']}\", axis=1)",
    "df['z'] = df[['i', 'f', 'k']].apply(lambda r: f\"{r['i']}\", axis=1)",
    # loops over what is known, match, := and several names at once
    "WORDS = {'fruit': ['apple', 'banana'], 'animal': ['zebra']}\ndef kind(s):\n    for name, words in WORDS.items():\n        for w in words:\n            if w in str(s).lower():\n                return name\n    return 'other'\n"
    "df['z'] = df['s'].apply(kind)",
    "def score(s):\n    total = 0\n    for w, n in [('a', 1), ('b', 2), ('e', 3)]:\n        if w not in str(s):\n            continue\n        if n == 3:\n            break\n        total += n\n    else:\n        total = -1\n    return total\n"
    "df['z'] = df['s'].apply(score)",
    "def code(k):\n    match k:\n        case 'a':\n            return 1\n        case 'b' | 'c':\n            return 2\n        case _:\n            return 0\ndf['z'] = df['k'].apply(code)",
    "def half(x):\n    if (y := x * 2) > 8:\n        return y\n    low, high = -y, y\n    return low + high / 2\ndf['z'] = df['i'].apply(half)",
    "df['z'] = df['s'].apply(lambda s: any(w in str(s) for w in ('app', 'x,')) and not all(c in str(s) for c in 'an'))",
    "df['z'] = df['s'].apply(lambda s: s.split('a')[-1] + s[0] if isinstance(s, str) else str(s).split()[0])",
    "df['t'] = pd.to_datetime(df['t'])\ndf['z'] = df['t'].apply(lambda t: t.strftime('%d.%m.%Y') if pd.notna(t) else '-')\ndf['w'] = df['t'].apply(lambda t: t.weekday())",
    # numbers in text, of which a missing one is NaN
    "df['z'] = df['u'].where(df['u'].isin(['1', ' 8 ', '1e3', '-7'])).apply(float)\ndf['w'] = df['u'].apply(lambda x: int(x) // 2 if str(x).isdigit() else None)",
    "LIMIT = 3\ndef label(row, suffix='!'):\n    kind = 'low'\n    if row['i'] > LIMIT:\n        kind = 'high'\n    return kind + suffix\n"
    "df['z'] = df.apply(label, axis=1, suffix='?')",
]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("body", SAME)
def test_the_same_values_and_types(body, known, spark, tmp_path):
    result = outcome(body, tmp_path, known)
    assert result.word == "same", str(result)
    assert not [e for e in result.job.report.entries if e.verdict == "driver"]


#: columns with pd.NA that a later step needs in pandas
IN_PANDAS = [
    "d = df.convert_dtypes()\nd['m'] = d.apply(lambda r: r['n'] * 2, axis=1)\nd['t'] = d['m'] + d['j']\nd['u'] = d['t'] > 5\ndf = d[['t', 'u']]",
    "df = df[['n', 'i']].convert_dtypes()\ndf['z'] = df.apply(lambda r: r.max(), axis=1)\ndf['w'] = df['z'].shift().interpolate()",
]
# None that the program puts beside NaN
_TOLD = "\nfor c in ['v', 'w', 'x', 'y', 'z']:\n    df[c + '2'] = df[c].astype(str)\ndf['u'] = df['v'].apply(lambda t: t is None)\ndf['f'] = df['w'].isin([None])"
IN_PANDAS += [
    "df['v'] = np.where(df['b'], df['s'], None)\ndf['w'] = df['s'].where(df['b'], None)\ndf['x'] = df['k'].map({'a': 'one', 'b': None})\ndf['y'] = None\ndf.loc[df['b'], 'y'] = 'a'\ndf['z'] = df['s'].replace({'apple': None})"
    + _TOLD,
    # parts that a text does not have, groups without a value, a function that gives None
    "df[['v', 'w']] = df['s'].str.split(' ', n=1, expand=True)\ndf['x'] = df.groupby('k')['u'].transform('first')\ndf['y'] = df['k'].map(df[df['i'] > 2].groupby('k')['s'].last())"
    "\ndf['z'] = df['k'].map(df.groupby('k')['s'].agg(lambda s: None if s.isna().any() else s.iloc[0]))"
    + _TOLD,
    "d = df.assign(s=df['s'].where(df['i'] > 100))\ng = d.groupby('k').agg({'s': ['first', 'count']})\ng.columns = ['a', 'b']\ng['c'] = g['a'].map({None: 'none'})\ndf = g.reset_index()",
]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("body", IN_PANDAS)
def test_what_a_function_gives_of_na_is_right_in_pandas_too(body, known, spark, tmp_path):
    result = outcome(body, tmp_path, known)
    assert result.word == "same", str(result)


RECORDS = [
    # several values: numbers alone are stacked as one type, row by row
    "df[['p', 'q']] = df.apply(lambda r: (r['i'], r['f']), axis=1, result_type='expand')",
    "df = pd.concat([df, df.apply(lambda r: pd.Series({'p': r['i'], 'q': r['k']}), axis=1)], axis=1)",
    "df = pd.concat([df, df.apply(lambda r: pd.Series({'p': r['i'], 'q': r['k'], 'r': r['b']}), axis=1)], axis=1)",
]


@pytest.mark.parametrize("body", RECORDS)
def test_several_values_at_once(body, spark, tmp_path):
    result = outcome(body, tmp_path)
    assert result.word == "same", str(result)
    assert not [e for e in result.job.report.entries if e.verdict in ("driver", "udf")]
