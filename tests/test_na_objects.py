"""Columns with pd.NA that a function gave are objects in pandas: no step that picks by dtype has them."""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among

GIVEN = {
    "of fractions": "df['z'] = df['n'].apply(lambda v: pd.NA if pd.isna(v) else v * 2)\n",
    "of nullable numbers": "df['z'] = df['n'].astype('Int64').apply(lambda v: pd.NA if pd.isna(v) else v * 2)\n",
    "of texts": "df = df.convert_dtypes()\ndf['z'] = df['s'].apply(lambda v: v if pd.isna(v) else len(v))\n",
    "of rows": "df = df.convert_dtypes()\ndf['z'] = df.apply(lambda r: r['n'] + 1, axis=1)\n",
    "by a function that calls another": "def gap():\n    return pd.NA\ndef twice(v):\n    return gap() if pd.isna(v) else round(v * 2, 3)\ndf['z'] = df['n'].apply(twice)\n",
    "flags": "df['z'] = df['n'].apply(lambda v: pd.NA if pd.isna(v) else v > 2)\n",
}
PICKING = (
    "df.select_dtypes('number')",
    "df.select_dtypes(include=['bool', 'boolean'])",
    "df.select_dtypes(exclude='object')",
    "df.groupby('k').sum(numeric_only=True)",
    "df.mean(numeric_only=True)",
    "df.drop(columns='b').describe()",
    "df[['k', 'f', 'z']].groupby('k').describe()",
    "df[['i', 'f', 'z']].corr(numeric_only=True)",
    "df.convert_dtypes().select_dtypes('number')",
    "df.assign(z=df['z'].convert_dtypes()).select_dtypes(['number', 'boolean'])",
)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_steps_that_pick_by_dtype(given, known, spark, tmp_path):
    programs = {step: f"{given}out = {step}" for step in PICKING}
    assert wrong_among(programs, tmp_path, known) == []
