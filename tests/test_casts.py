"""Casts that fail in pandas fail the job, and before it writes."""

from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from glue_runtime.casts import float_from_text, int_from_text
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
    "parts that are no numbers": "df[['x', 'y']] = df['s'].str.split('e', n=1, expand=True).astype(float)",
    "parts that are missing": "df[['x', 'y']] = df['u'].where(df['u'].isin(['1', '2.5'])).str.split('.', expand=True).astype(int)",
    "labels of other parts": "df = df['s'].str.split('a', expand=True).set_axis(['x', 'y'], axis=1)",
    "a part that is not there": "df['x'] = df['s'].str.split('a', expand=True).astype({9: str})[0]",
    "a text not found": "df['s'] = df['s'].str.index('q')",
    "text methods of numbers": "df['i'] = df['i'].str.upper()",
    "times of text": "df['s'] = df['s'].dt.year",
    "text plus a number": "df['x'] = df['s'] + 1",
    "a lookup by labels that repeat": "df['x'] = df['k'].map(pd.read_csv('other.csv').set_index('k')['w'])",
    "a number minus text": "df['x'] = 3 - df['u']",
}


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("line", FAILING.values(), ids=FAILING)
def test_a_cast_that_fails_in_pandas_fails_the_job(line, known, spark, tmp_path):
    source = f"import pandas as pd\ndf = pd.read_csv('nasty.csv')\n{line}\ndf.to_csv('out.csv', index=False)\n"
    outcome = verify(source, tmp_path, known)
    assert outcome.word == "both raise", str(outcome)
    assert not list((tmp_path / "job" / "out.csv").glob("part*"))


TEXTS = [
    "7", " 12\t", "+1_0", "-0", "007", "\x855\u2003", "1_0.5e1_0", ".5", "5.", "1e400", "-1e-400", "infinity",
    "+INF", "-nan", " nan ", "9223372036854775807",
]  # fmt: skip
#: no numbers; digits of other scripts and more than 64 bits, which Python takes, are refused
REFUSED = {
    int: ["\x1c5", "1__0", "5\x00", "1.0", "\u0663", "9223372036854775808"],
    float: ["5\x1f\u2003", "1_.5", "0x10", "1d", "\u0663"],
}


def reads(function, text):
    """Whether Python reads a number in the text."""
    try:
        return function(text) is not None
    except ValueError:
        return False


@pytest.mark.parametrize("function, cast", [(int, int_from_text), (float, float_from_text)])
def test_numbers_in_text_are_read_as_python_reads_them(function, cast, spark):
    def numbers(texts):
        rows = spark.createDataFrame([(x,) for x in texts], "t string").coalesce(1)
        return [row[0] for row in rows.select(cast(F.col("t"))).collect()]

    good = [x for x in TEXTS if reads(function, x)]
    found = [float("nan") if x is None else x for x in numbers(good)]
    assert list(map(repr, found)) == [repr(function(x)) for x in good]
    for text in REFUSED[function]:
        with pytest.raises(Exception, match="invalid literal|could not convert|CAST_INVALID_INPUT"):
            numbers([text])
