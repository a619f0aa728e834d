"""Functions given to apply keep Python's meaning: what raises there raises in the job, and results
have the type that pandas infers from them."""

from __future__ import annotations

import pytest

from tests.harness import verify

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
    "df['z'] = df['f'].apply(lambda x: math.sqrt(x))",
    "df['z'] = df['s'].apply(lambda x: x < 'm')",
]


@pytest.mark.parametrize("body", RAISING)
def test_what_raises_in_python_raises_in_the_job(body, spark, tmp_path):
    result = outcome(body, tmp_path)
    assert result.word == "both raise", str(result)


SAME = [
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
    "LIMIT = 3\ndef label(row, suffix='!'):\n    kind = 'low'\n    if row['i'] > LIMIT:\n        kind = 'high'\n    return kind + suffix\n"
    "df['z'] = df.apply(label, axis=1, suffix='?')",
]


@pytest.mark.parametrize("known", [True, False], ids=["types-known", "types-unknown"])
@pytest.mark.parametrize("body", SAME)
def test_the_same_values_and_types(body, known, spark, tmp_path):
    result = outcome(body, tmp_path, known)
    assert result.word == "same", str(result)
    assert not [e for e in result.job.report.entries if e.verdict == "driver"]
