"""Values of rows before and after: ``shift``, ``diff``, ``pct_change``."""

from __future__ import annotations

from typing import Any

from rules.along_rows import along, moved_along
from rules.elementwise import mapped, solid
from rules.groupby import level_key
from rules.levels import with_labels
from rules.lib import series_of, tightened, typed
from rules.nones import told_apart
from rules.ordered import expected, known_number, lagged, window_step
from rules.registry import Call, rule
from transpiler.builders import builder
from transpiler.facts import INTEGERS, Col, Const, Frame
from transpiler.symbolic import E, F

_SHIFT = "periods=1, freq=None, axis=0, fill_value=None, suffix=None"
_TIMED = "df.dropna(subset=['t']).set_index('t')"
_FILLS = {"int64": int, "float64": (int, float), "object": str, "bool": bool}


def whole_number(c: Call, name: str) -> int:
    """An argument that is a number of rows."""
    n = c.lit(name)
    c.need(isinstance(n, int) and not isinstance(n, bool), f"{name}= of this value")
    return n


def shift(c: Call, series: Col) -> Col:
    """The value some rows before; integers become fractions, as there are gaps then."""
    n, fill = whole_number(c, "periods"), c.lit("fill_value")
    c.need(c.lit("freq") is None and c.lit("suffix") is None, "freq= or suffix=")
    series = tightened(series) if series.loose else series
    dtype = series.dtype
    c.need(dtype not in ("category", "list", "date"), "a shift of such values")
    if n == 0:
        return series
    if dtype is None:
        return shift_unknown(c, series, n, fill)
    if fill is None:
        whole = dtype in INTEGERS and not series.is_nullable
        dtype = "float64" if whole else "bool?" if dtype == "bool" else dtype

        def build(x: E, w: E) -> E:
            return lagged(x, n, w).cast("double") if whole else lagged(x, n, w)

    else:
        c.need(dtype in _FILLS and isinstance(fill, _FILLS[dtype]) and (isinstance(fill, bool) == (dtype == "bool")), "a fill value of another type")  # fmt: skip
        c.need(fill == fill, "a missing fill value")
        value = float(fill) if dtype == "float64" else fill

        def build(x: E, w: E) -> E:
            return lagged(x, n, w, value)

    return window_step(c, series, build, dtype, max(n, 0), max(-n, 0))


def shift_unknown(c: Call, series: Col, n: int, fill: Any) -> Col:
    """The job sees whether the values are whole numbers, and whether the fill value fits them."""
    c.need(not series.temps and not series.windowed, "the types are not known while planning")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    if fill is None:
        options = {"texts": False} if told_apart(c.ctx) else {}
        series = series.but(expr=typed(c.ctx, "gappy_column", series, **options))

        def build(x: E, w: E) -> E:
            return lagged(x, n, w)

    else:
        c.need(isinstance(fill, (int, float, str)) and fill == fill, "a fill value of this type")
        c.need(not series.is_nullable, "a fill value in a column with NA")
        series = series.but(expr=typed(c.ctx, "fits_fill", series, fill=fill))

        def build(x: E, w: E) -> E:
            there = lagged(F.lit(1), n, w).isNotNull()
            return F.when(there, lagged(x, n, w)).otherwise(fill)

    return window_step(c, series, build, None, max(n, 0), max(-n, 0))


@rule(f"Series.shift({_SHIFT})", not_yet="axis", example=("df['f'].shift()", "df['i'].shift(-2)", "df['s'].shift(3)", "df['i'].shift(1, fill_value=0)", "df['s'].shift(-1, fill_value='-')", "df['f'] - df['f'].shift(1)", f"{_TIMED}['i'].shift(-1, freq='MS')", "df['b'].shift()", "df.sort_values('t', kind='stable')['i'].shift()", "df[df['i'] > 2]['k'].shift()", "df['p'] = df['f'].shift(1)\ndf['q'] = df['i'].shift(-1)\nout = df[df['p'] > 0]"))  # fmt: skip
def series_shift(c: Call) -> Col:
    """Values moved down (or up) by rows, or by times with freq=."""
    if c.lit("freq") is not None:
        out = moved_labels(c, solid(c.ctx, c.col)[0])
        return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)
    return shift(c, c.col)


@rule(
    f"DataFrame.shift({_SHIFT})",
    example=(
        "df[['f', 'i']].shift()",
        "df[['s', 'n']].shift(-1)",
        "df[['f', 'n', 'g']].shift(1, axis=1)",
        "df[['f', 'n', 'g']].shift(-2, axis='columns')",
        "df[['i', 'f', 'j']].shift(1, axis=1)",
        f"{_TIMED}[['i', 's']].shift(2, freq='D')",
    ),
)
def frame_shift(c: Call) -> Frame:
    """Every column moved by rows or times, or every row by columns."""
    if c.lit("freq") is not None and not along(c):
        return moved_labels(c, c.frame)
    if along(c):
        return moved_along(c)
    return mapped(c.ctx, c.frame, lambda s: shift(c, s))


def moved_labels(c: Call, frame: Frame) -> Frame:
    """The same rows under labels that are so many steps of a frequency later."""
    import pandas as pd

    n, freq = whole_number(c, "periods"), c.lit("freq")
    c.need(c.lit("fill_value") is None and c.lit("suffix") is None, "fill_value= beside freq=")
    c.need(len(frame.index.levels) == 1, "freq= over an index that is no column")
    level = level_key(c.ctx, frame, 0).col
    c.need(level.dtype in ("datetime64[ns]", None), "freq= of labels that are not times")
    try:
        step = pd.tseries.frequencies.to_offset(freq)
    except (ValueError, TypeError):
        step = None
    c.need(step is not None, "freq= of this value")
    by_rule = c.interpreter.by_rule  # type: ignore[attr-defined]
    moved = by_rule("Series.__add__", level, [Const(n * step)], {}, c.node)  # type: ignore[attr-defined]
    return with_labels(c, frame, moved)


def difference(c: Call, series: Col, n: int) -> Col:
    """Each value less the one some rows before."""
    c.need(n != 0, "periods= of this value")
    series = expected(c, series)
    if series.dtype == "datetime64[ns]":
        dtype: str | None = "timedelta64[ns]"
    elif series.dtype is None:
        c.need(not series.is_nullable, "the types are not known while planning")
        series, dtype = series.but(expr=typed(c.ctx, "apart", series), column=None), None
        c.verdict = "runtime"  # type: ignore[attr-defined]
    else:
        known_number(c, series, "a difference")
        dtype = "float64"
    whole = series.dtype in INTEGERS

    def build(x: E, w: E) -> E:
        return (x - lagged(x, n, w)).cast("double") if whole else x - lagged(x, n, w)

    return window_step(c, series, build, dtype, max(n, 0), max(-n, 0))


@rule(
    "Series.diff(periods=1)",
    example=(
        "df['f'].diff()",
        "df['i'].diff(2)",
        "df['i'].diff(-1)",
        "df['t'].diff()",
        "df['t'].diff().dt.days",
        "df['i'].cumsum().diff()",
    ),
)
def diff(c: Call) -> Col:
    """Differences between rows."""
    return difference(c, c.col, whole_number(c, "periods"))


@rule(
    "DataFrame.diff(periods=1, axis=0)",
    example=(
        "df[['f', 'i']].diff()",
        "df[['f', 'n', 'g']].diff(axis=1)",
        "df[['i', 'f', 'j']].diff(axis=1)",
        "df[['t', 'g']].diff(2)",
    ),
)
def frame_diff(c: Call) -> Frame:
    """Differences between rows, or between columns."""
    if along(c):
        return moved_along(c, lambda before, here: here - before)
    n = whole_number(c, "periods")
    return mapped(c.ctx, c.frame, lambda s: difference(c, s, n))


def change(c: Call, series: Col) -> Col:
    """The change relative to some rows before; gaps are filled forward first unless told not to."""
    from rules.fills import forward

    n = whole_number(c, "periods")
    c.need(n != 0, "periods= of this value")
    method = "ffill" if not c.given("fill_method") else c.lit("fill_method")
    c.need(method in (None, "ffill", "pad", "bfill", "backfill"), "fill_method= of this value")
    unknown = series.dtype is None
    series = known_number(c, series, "a relative change")
    if unknown:
        series = series.but(expr=series.expr.cast("double"), dtype="float64")
    if not series.null_free and method is not None:
        series = forward(c, series, 1 if method in ("ffill", "pad") else -1, c.lit("limit"))
    divide = builder("truediv")

    def build(x: E, w: E) -> E:
        return divide(x, lagged(x, n, w), "double", "double") - 1

    return window_step(c, series, build, "float64", max(n, 0), max(-n, 0))


_CHANGE = "periods=1, fill_method=None, limit=None, freq=None"


@rule(
    f"Series.pct_change({_CHANGE})",
    not_yet="freq",
    example=(
        "df['i'].pct_change()",
        "df['g'].pct_change()",
        "df['g'].pct_change(fill_method=None)",
        "df['i'].pct_change(-2)",
        "df['i'].pct_change() * 100",
        "df['g'].pct_change(limit=1)",
        "df['f'].pct_change(2, fill_method='bfill', limit=1)",
        "df['f'].pct_change(fill_method='backfill')",
    ),
)
def pct_change(c: Call) -> Col:
    """The change relative to some rows before."""
    return change(c, c.col)


@rule(
    f"DataFrame.pct_change({_CHANGE})",
    not_yet="freq",
    example=(
        "df[['i', 'g']].pct_change()",
        "df[['f', 'g']].pct_change(limit=1)",
        "df[['i', 'g']].pct_change(2, fill_method=None)",
    ),
)
def frame_pct_change(c: Call) -> Frame:
    """The change relative to some rows before, column by column."""
    return mapped(c.ctx, c.frame, lambda s: change(c, s))
