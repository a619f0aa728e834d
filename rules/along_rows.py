"""Steps from column to column of each row: ``ffill(axis=1)``, ``cumsum(axis=1)``, ``shift(axis=1)``."""

from __future__ import annotations

from functools import reduce
from typing import Any, Callable

from rules.elementwise import projected
from rules.lib import series_of, tightened
from rules.operators import arithmetic
from rules.registry import Call, rule
from transpiler.facts import NULL_FREE, TEXTS, Col, Const, Frame
from transpiler.symbolic import E, F

_NUMPY = {"int64", "int64?", "float64"}
#: running aggregate -> of the value so far and the next one, where both are there
_RUNNING: dict[str, Callable[[E, E], E]] = {
    "sum": lambda a, b: a + b, "prod": lambda a, b: a * b, "max": F.greatest, "min": F.least,
}  # fmt: skip


def along(c: Call) -> bool:
    """Whether a step goes along the rows."""
    return c.lit("axis") in (1, "columns")


def row_values(c: Call, kinds: set[str], what: str) -> tuple[list[Col], bool]:
    """The columns, which pandas turns into rows of one type, and whether they are fractions then."""
    frame = c.frame
    c.need(not frame.open, "the columns of the frame are not known here")
    series = [tightened(series_of(c.ctx, frame, x)) for x in frame.labels]
    dtypes = {s.dtype for s in series}
    c.need(series and (dtypes <= kinds or dtypes == {"object"} and "object" in kinds), what)
    fractions = dtypes & {"float64", "int64?"} != set()
    if fractions:
        series = [s.but(expr=s.expr.cast("double")) if s.dtype in ("int64", "int64?") else s for s in series]  # fmt: skip
    return series, fractions


def as_one_array(c: Call, what: str, texts: bool = True) -> list[Col]:
    """The columns as pandas turns them around: all are fractions where one is."""
    series, fractions = row_values(c, _NUMPY | ({"object"} if texts else set()), what)
    return [s.but(dtype="float64", column=None) for s in series] if fractions else series


def written(c: Call, series: list[Col], exprs: list[E], fractions: bool) -> Frame:
    """The frame with these expressions of the whole row in place of its columns."""
    deps = frozenset().union(*(s.deps for s in series))
    out = [
        s.but(expr=e, dtype="float64" if fractions else s.dtype, column=None, deps=deps, null_free=s.dtype in NULL_FREE and not fractions)
        for s, e in zip(series, exprs)
    ]  # fmt: skip
    return projected(c.ctx, c.frame, c.frame.labels, out)


def filled_along(c: Call, way: int) -> Frame:
    """Gaps filled from the columns before (way=1) or after (-1)."""
    limit = c.lit("limit")
    c.need(limit is None or type(limit) is int and limit > 0, "limit= of this value")
    series, fractions = row_values(c, _NUMPY | {"object"}, "columns of several kinds filled along the rows")  # fmt: skip
    c.need(series[0].dtype not in TEXTS or len({s.gap for s in series}) == 1, "whether a missing value is None or NaN")  # fmt: skip
    ordered = [s.expr for s in series][::way]
    reach = len(ordered) if limit is None else limit
    exprs = [ordered[max(at - reach, 0) : at + 1][::-1] for at in range(len(ordered))][::way]
    return written(c, series, [F.coalesce(*e) if len(e) > 1 else e[0] for e in exprs], fractions)


def running_along(c: Call, name: str) -> Frame:
    """The sum (product, largest, smallest) of the values up to each column; gaps stay."""
    c.need(c.lit("skipna") is True, "skipna=")
    series, fractions = row_values(c, _NUMPY, "a running total of columns that are not numbers")
    rows = name in ("max", "min") or not any(s.may_be_infinite for s in series)
    c.need(rows, "a running total beside infinite values")
    c.need(name != "prod" or fractions, "a running product of integers")
    exprs = []
    for at, here in enumerate(series):
        parts = [so_far(name, s) if not s.null_free else s.expr for s in series[: at + 1]]
        total = reduce(_RUNNING[name], parts)
        exprs.append(total if here.null_free else F.when(here.expr.isNotNull(), total))
    return written(c, series, exprs, fractions)


def so_far(name: str, series: Col) -> E:
    """A value that may be missing, as what changes nothing: ``greatest`` and ``least`` skip it."""
    nothing: Any = {"sum": 0, "prod": 1}.get(name)
    if nothing is None:
        return series.expr
    return F.coalesce(series.expr, F.lit(float(nothing) if series.dtype != "int64" else nothing))


def moved_along(c: Call, change: Callable[[E, E], E] | None = None) -> Frame:
    """Columns made of the one so many columns before, as it is or (change) with themselves."""
    frame, n = c.frame, c.lit("periods")
    c.need(type(n) is int and (n or change is None), "periods= of this value")
    c.need("fill_value" not in c.args or c.lit("fill_value") is None, "fill_value= over columns")
    c.need("freq" not in c.args or c.lit("freq") is None, "freq= over columns")
    c.need(not frame.open, "the columns of the frame are not known here")
    series = [tightened(series_of(c.ctx, frame, label)) for label in frame.labels]
    # Whole numbers alone may be one block of pandas, which becomes one of fractions, or several.
    dtypes = {s.dtype for s in series}
    c.need(dtypes <= _NUMPY and "float64" in dtypes, "columns that are not numbers, or all whole")
    missing = F.lit(None).cast("double")
    deps = frozenset().union(*(s.deps for s in series))
    out = []
    for at, here in enumerate(series):
        there = 0 <= at - n < len(series)
        before = series[at - n] if there else here
        expr = before.expr if there else missing
        if change is not None:
            both = before.may_be_infinite and here.may_be_infinite
            expr = change(expr, here.expr)
            expr = F.nanvl(expr, F.lit(None).cast("double")) if both else expr
        whole = there and {before.dtype, here.dtype if change else before.dtype} == {"int64"}
        dtype = "int64" if whole else before.dtype if there and change is None else "float64"
        out.append(here.but(expr=expr, dtype=dtype, column=None, deps=deps, null_free=whole))
    return projected(c.ctx, frame, frame.labels, out)


@rule(
    "DataFrame.pct_change(periods=1, fill_method=None, limit=None, freq=None, *, axis=0)",
    not_yet="limit freq",
    example=(
        "df[['i', 'g', 'n']].pct_change(axis=1)",
        "df[['i', 'g', 'f']].pct_change(-1, fill_method=None, axis='columns')",
    ),
)
def changes_along(c: Call) -> Frame:
    """The change relative to the column some places before."""
    n, method = c.lit("periods"), c.lit("fill_method")
    c.need(along(c) and type(n) is int and n != 0, "axis= or periods= of this value")
    c.need(method in (None, "ffill", "pad"), "fill_method= of this value")
    series = as_one_array(c, "a relative change of columns that are not numbers for sure", False)
    if not (c.given("fill_method") and method is None):
        deps = frozenset().union(*(s.deps for s in series))
        nearest = [[s.expr for s in series[: at + 1]][::-1] for at in range(len(series))]
        series = [s if s.null_free or not at else s.but(expr=F.coalesce(*nearest[at]), deps=deps) for at, s in enumerate(series)]  # fmt: skip
    out = []
    for at, here in enumerate(series):
        if 0 <= at - n < len(series):
            share = arithmetic("truediv", here, series[at - n], c)
            out.append(arithmetic("sub", share, Const(1), c).but(label=here.label, column=None))
        else:
            gap = F.lit(None).cast("double")
            out.append(here.but(expr=gap, dtype="float64", column=None, deps=frozenset(), null_free=False))  # fmt: skip
    return projected(c.ctx, c.frame, c.frame.labels, out)
