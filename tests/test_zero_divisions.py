"""``try`` around divisions: numbers of pandas and numpy divide by zero, Python's raise."""

import pytest

from tests.harness import MODE_NAMES, MODES
from tests.test_rules import wrong_among

_SAFE = "def safe(a, b):\n    try:\n        return a / b\n    except ZeroDivisionError:\n        return 0.5\n"
_KEPT = "a, b = df['f'].sum(), df[df['i'] > 1000]['f'].sum()\n"
_NONE = "n = len(df[df['i'] > 1000])\n"


def tried(body, handler, error="ZeroDivisionError"):
    return f"try:\n    {body}\nexcept {error}:\n    {handler}\n"


SNIPPETS = {
    "sums": "a, b = df['i'].sum(), df['j'].sum()\n" + tried("x = a / b", "x = 0") + "out = df.assign(x=x)",
    "no sum": "a, b = df['i'].sum(), df['j'].sum() - df['j'].sum()\n" + tried("x = a / b", "x = -1.0") + "out = df.assign(x=x)",
    "a function": f"{_SAFE}out = df.assign(x=safe(df['i'].sum(), len(df)), y=safe(1, 0), z=safe(3, 2))",
    "counts": f"{_SAFE}out = df.assign(x=safe(len(df), len(df[df['i'] > 1000])))",
    "of no rows": f"{_SAFE}out = df.assign(x=safe(df['i'].sum(), len(df[df['i'] > 1000])))",
    "kept code": f"{_KEPT}try:\n    x = a / b\n    label = open('nowhere').read() if x < 0 else f'{{x:.2f}}'\nexcept Exception:\n    x, label = 0.0, 'none'\nout = df.assign(x=x, label=label)",
    "a kept function": f"{_KEPT}def rate(*v):\n    try:\n        [x, y] = [*v]\n        return f'{{x / y:.2f}}'\n    except Exception:\n        return 'none'\nout = df.assign(x=rate(a, b), y=rate(len(df), 0))",
    "a count": _NONE + tried("x = 100 / n", "x = 0") + "out = df.assign(x=x)",
    "any error": _NONE + tried("x = 100 / n", "x = 0", "Exception") + "out = df.assign(x=x)",
    "both parts": _NONE + tried("x, y = divmod(len(df), n)", "x, y = 0, 0") + "out = df.assign(x=x, y=y)",
    "constants": "n = 0\n" + tried("x = 5 / n", "x = 0.5") + "out = df.assign(x=x)",
    "columns": tried("df['r'] = df['i'] / df['j']", "df['r'] = 0") + "out = df",
    "groups": "t = df.groupby('k')['i'].sum()\n" + tried("t = t / df.groupby('k')['j'].sum()", "t = t * 0") + "out = t",
    "a function of rows": tried("df['x'] = df['i'].apply(lambda v: 1 / v)", "df['x'] = -1.0") + "out = df",
}  # fmt: skip


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_the_same(known, spark, tmp_path):
    assert wrong_among(SNIPPETS, tmp_path, known) == []
