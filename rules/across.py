"""Reductions along a row: ``df[[…]].sum(axis=1)``."""

from __future__ import annotations

from functools import reduce
from typing import Any, Callable

from rules.elementwise import cells
from rules.lib import derive, tightened, typed
from rules.missing import in_frame
from rules.operators import number_result
from rules.registry import Call
from transpiler.facts import BOOLS, NULL_FREE, NUMBERS, Col
from transpiler.symbolic import E, F, lift


def numbers_of(c: Call, name: str) -> list[Col]:
    """The row's Series that take part, as numbers."""
    series = cells(c.ctx, c.frame)
    c.need(all(s.dtype is not None for s in series), "the types are not known while planning")
    c.need(not any(s.is_nullable for s in series), "nullable columns along a row")
    if c.lit("numeric_only"):
        series = [s for s in series if s.dtype in NUMBERS or s.dtype == "bool"]
    c.need(
        series and all(s.dtype in NUMBERS or s.dtype == "bool" for s in series),
        "columns that are not numbers",
    )
    c.need(all(s.dtype in ("int64", "float64", "bool") for s in series), "numbers of other widths")
    c.need(c.lit("skipna") is True, "skipna=False")
    return [tightened(s) for s in series]


def as_number(series: Col, fractions: bool) -> E:
    kind = (
        "bigint"
        if series.dtype == "bool"
        else "double" if fractions and series.dtype == "int64" else None
    )
    return series.expr.cast(kind) if kind else series.expr


def zero_filled(series: Col, expr: E) -> E:
    return expr if series.dtype in NULL_FREE else F.coalesce(expr, F.lit(0.0))


def present(series: list[Col]) -> E:
    """How many of the row's values are there."""
    always = sum(1 for s in series if s.null_free)
    parts = [s.expr.isNotNull().cast("bigint") for s in series if not s.null_free]
    if not parts:
        return F.lit(always).cast("bigint")
    total = reduce(lambda a, b: a + b, parts)
    return total + always if always else total


def row_sum(c: Call, series: list[Col]) -> tuple[E, str]:
    c.need("min_count" not in c.args or c.lit("min_count") == 0, "min_count=")
    fractions = any(s.dtype == "float64" for s in series)
    parts = [zero_filled(s, as_number(s, False)) for s in series]
    expr = reduce(lambda a, b: a + b, parts)
    return (expr if len(parts) > 1 else expr + 0), "float64" if fractions else "int64"


def row_mean(c: Call, series: list[Col]) -> tuple[E, str]:
    total, _ = row_sum(c, series)
    if all(s.null_free for s in series):
        return total / len(series), "float64"
    n = present(series)
    return F.when(n > 0, total / n), "float64"


def row_extreme(function: str) -> Callable:
    def build(c: Call, series: list[Col]) -> tuple[E, str]:
        dtypes = {s.dtype for s in series}
        c.need("bool" not in dtypes, "the extreme of booleans along a row")
        fractions = "float64" in dtypes
        parts = [as_number(s, fractions) for s in series]
        expr = getattr(F, function)(*parts) if len(parts) > 1 else parts[0]
        return expr, "float64" if fractions else "int64"

    return build


_ACROSS: dict[str, Callable[[Call, list[Col]], tuple[E, str]]] = {
    "sum": row_sum,
    "mean": row_mean,
    "min": row_extreme("least"),
    "max": row_extreme("greatest"),
}


def across(c: Call, name: str) -> Col:
    """One value per row, from the values of the row that are not missing."""
    if name == "count":
        series = cells(c.ctx, c.frame)
        c.need(series, "a frame without columns")
        return derive(
            present(series),
            "int64",
            *series,
            label=None,
            null_free=True,
            loose=False,
            nullable=False,
        )
    if name in ("any", "all"):
        return truth(c, name)
    c.need(name in _ACROSS, f"{name}(axis=1)")
    if not c.frame.open and any(x.dtype is None for x in c.frame.columns):
        return across_unknown(c, name)
    series = numbers_of(c, name)
    expr, dtype = _ACROSS[name](c, series)
    return derive(expr, dtype, *series, label=None, loose=False)


def across_unknown(c: Call, name: str) -> Col:
    """The job sees whether the columns are numbers."""
    c.need(name in ("sum", "mean") and not c.lit("numeric_only") and c.lit("skipna") is True, "the types are not known while planning")  # fmt: skip
    c.need("min_count" not in c.args or c.lit("min_count") == 0, "min_count=")
    series = [tightened(s) for s in cells(c.ctx, c.frame)]
    c.need(not any(s.is_nullable for s in series), "nullable columns along a row")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    if name == "sum":  # whole numbers with gaps are fractions
        series = [s.but(expr=in_frame(c.ctx, "whole", s)) if s.dtype is None else s for s in series]
    expr = typed(c.ctx, "row_total" if name == "sum" else "row_average", *series)
    return derive(expr, None if name == "sum" else "float64", *series, label=None, loose=False)


def truth(c: Call, name: str) -> Col:
    """``any`` and ``all`` of boolean columns."""
    series = cells(c.ctx, c.frame)
    c.need(
        series and all(s.dtype == "bool" for s in series), "columns that are not boolean for sure"
    )
    join: Any = (lambda a, b: a | b) if name == "any" else (lambda a, b: a & b)
    loose = any(s.loose and not s.null_free for s in series)
    return derive(
        reduce(join, [s.expr for s in series]),
        "bool",
        *series,
        label=None,
        loose=loose,
        null_free=not loose,
    )


__all__ = ["BOOLS", "across", "lift", "number_result"]
