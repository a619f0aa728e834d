"""Casts that fail in pandas fail the job, and before it writes."""

from __future__ import annotations

import pytest

from tests.harness import MODE_NAMES, MODES, verify

FAILING = {
    "float to int with gaps": "df['f'] = df['f'].astype(int)",
    "text to int": "df['u'] = df['u'].astype(int)",
    "text to float": "df['s'] = df['s'].fillna('x').astype(float)",
    "fractions to Int64": "df['f'] = df['f'].astype('Int64')",
    "numbers in text": "df['u'] = pd.to_numeric(df['u'])",
    "dates in text": "df['s'] = pd.to_datetime(df['s'])",
    "dates by format": "df['d'] = pd.to_datetime(df['d'], format='%d/%m/%Y')",
    "a mask with gaps": "df = df[df['s'].str.contains('a')]",
    "too many parts": "df[['x', 'y']] = df['s'].str.split('a', expand=True)",
    "a text not found": "df['s'] = df['s'].str.index('q')",
    "text methods of numbers": "df['i'] = df['i'].str.upper()",
    "times of text": "df['s'] = df['s'].dt.year",
    "text plus a number": "df['x'] = df['s'] + 1",
    "a number minus text": "df['x'] = 3 - df['u']",
}


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("line", FAILING.values(), ids=FAILING)
def test_a_cast_that_fails_in_pandas_fails_the_job(line, known, spark, tmp_path):
    source = f"import pandas as pd\ndf = pd.read_csv('nasty.csv')\n{line}\ndf.to_csv('out.csv', index=False)\n"
    outcome = verify(source, tmp_path, known)
    assert outcome.word == "both raise", str(outcome)
    assert not list((tmp_path / "job" / "out.csv").glob("part*"))
