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

_MASKED = {"Int64": "int64", "Float64": "float64"}


def numbers_of(c: Call) -> list[Col]:
    """The row's Series that take part, as numbers of numpy's dtypes."""
    series = cells(c.ctx, c.frame)
    c.need(all(s.dtype is not None for s in series), "the types are not known while planning")
    if c.lit("numeric_only"):
        c.need(not any(s.dtype == "bool?" for s in series), "booleans with gaps")
        series = [s for s in series if s.dtype in NUMBERS or s.dtype == "bool"]
    masked = [s.dtype in _MASKED for s in series]
    c.need(all(masked) or not any(s.is_nullable for s in series), "two kinds of missing values")
    c.need(series and all(s.dtype in (*_MASKED, "int64", "int64?", "float64", "bool", "datetime64[ns]") for s in series), "columns that are not numbers")  # fmt: skip
    return [tightened(s.but(dtype=_MASKED.get(s.dtype or "", s.dtype))) for s in series]


def as_number(series: Col, fractions: bool) -> E:
    kind = (
        "bigint"
        if series.dtype == "bool"
        else "double" if fractions and series.dtype in ("int64", "int64?") else None
    )
    return series.expr.cast(kind) if kind else series.expr


def zero_filled(series: Col, expr: E) -> E:
    zero = F.lit(0.0) if series.dtype == "float64" else F.lit(0)
    return expr if series.null_free else F.coalesce(expr, zero)


def present(series: list[Col]) -> E:
    """How many of the row's values are there."""
    always = sum(1 for s in series if s.null_free)
    parts = [s.expr.isNotNull().cast("bigint") for s in series if not s.null_free]
    if not parts:
        return F.lit(always).cast("bigint")
    total = reduce(lambda a, b: a + b, parts)
    return total + always if always else total


def no_times(c: Call, series: list[Col]) -> None:
    c.need(not any(s.dtype == "datetime64[ns]" for s in series), "columns that are not numbers")


def row_sum(c: Call, series: list[Col]) -> tuple[E, str]:
    no_times(c, series)
    fractions = any(s.dtype == "float64" for s in series)
    fill = zero_filled if c.lit("skipna") else lambda s, e: e
    parts = [fill(s, as_number(s, False)) for s in series]
    expr = reduce(lambda a, b: a + b, parts)
    least = c.lit("min_count") if "min_count" in c.args else 0
    c.need(isinstance(least, int), "min_count= of this value")
    if least <= len(series) and all(s.null_free for s in series):
        least = 0
    c.need(least <= 0 or fractions and c.lit("skipna"), "min_count= of whole numbers")
    expr = expr if len(parts) > 1 else expr + 0
    return F.when(present(series) >= least, expr) if least > 0 else expr, "float64" if fractions else "int64"  # fmt: skip


def row_mean(c: Call, series: list[Col]) -> tuple[E, str]:
    total, _ = row_sum(c, series)
    if all(s.null_free for s in series) or not c.lit("skipna"):
        return total / len(series), "float64"
    n = present(series)
    return F.when(n > 0, total / n), "float64"


def row_extreme(function: str) -> Callable:
    def build(c: Call, series: list[Col]) -> tuple[E, str]:
        dtypes = {s.dtype for s in series}
        c.need("bool" not in dtypes, "the extreme of booleans along a row")
        c.need(dtypes == {"datetime64[ns]"} or "datetime64[ns]" not in dtypes, "times beside numbers")  # fmt: skip
        fractions = "float64" in dtypes
        parts = [as_number(s, fractions) for s in series]
        expr = getattr(F, function)(*parts) if len(parts) > 1 else parts[0]
        if not c.lit("skipna") and not all(s.null_free for s in series) and len(parts) > 1:
            expr = F.when(present(series) == len(series), expr)
        if "datetime64[ns]" in dtypes:
            return expr, "datetime64[ns]"
        return expr, "float64" if fractions else "int64"

    return build


def row_spread(function: str) -> Callable:
    """A reduction that a function of the job computes; always a fraction."""

    def build(c: Call, series: list[Col]) -> tuple[E, str]:
        no_times(c, series)
        c.need(not any(s.is_nullable for s in cells(c.ctx, c.frame)), "nullable columns along a row")  # fmt: skip
        expr = called(c, function, [as_number(s, False) for s in series])
        skipna = c.lit("skipna") if "skipna" in c.args else True
        if not skipna and not all(s.null_free for s in series):
            expr = F.when(present(series) == len(series), expr)
        return expr, "float64"

    return build


def row_options(c: Call) -> dict[str, Any]:
    """ddof= or q=, where it is not the default."""
    options: dict[str, Any] = {}
    if "ddof" in c.args and c.lit("ddof") != 1:
        options["ddof"] = c.lit("ddof")
        c.need(isinstance(options["ddof"], int), "ddof= of this value")
    if "q" in c.args:
        options["q"] = float(c.lit("q"))
    return options


def called(c: Call, function: str, parts: list[E], **more: Any) -> E:
    """The call of a function of the job over the cells of a row."""
    options = [f"{k}={v!r}" for k, v in {**row_options(c), **more}.items()]
    return E(f"{c.ctx.call(function)}({', '.join([*(p.text for p in parts), *options])})")


def row_product(c: Call, series: list[Col]) -> tuple[E, str]:
    c.need(c.lit("min_count") in (0, -1), "min_count= of a product")
    if all(s.dtype in ("int64", "bool") for s in series):
        factors = [as_number(s, False) for s in series]
        return reduce(lambda a, b: a * b, factors), "int64"
    c.need(any(s.dtype == "float64" for s in series), "a product of whole numbers")
    return row_spread("row_product")(c, series)


_ACROSS: dict[str, Callable[[Call, list[Col]], tuple[E, str]]] = {
    "sum": row_sum,
    "mean": row_mean,
    "min": row_extreme("least"),
    "max": row_extreme("greatest"),
    "std": row_spread("row_deviation"),
    "var": row_spread("row_variance"),
    "sem": row_spread("row_error"),
    "skew": row_spread("row_skew"),
    "kurt": row_spread("row_kurtosis"),
    "kurtosis": row_spread("row_kurtosis"),
    "median": row_spread("row_quantile"),
    "quantile": row_spread("row_quantile"),
    "prod": row_product,
    "product": row_product,
}


def across(c: Call, name: str) -> Col:
    """One value per row, from the values of the row that are not missing."""
    special = {"count": count, "any": truth, "all": truth, "nunique": distinct, "idxmax": label_of, "idxmin": label_of}  # fmt: skip
    if name in special:
        return special[name](c, name)
    c.need(name in _ACROSS, f"{name}(axis=1)")
    c.need("skipna" not in c.args or c.lit("skipna") in (True, False), "skipna= of this value")
    label = c.lit("q") if name == "quantile" else None
    dtypes = [] if c.frame.open else [x.dtype for x in c.frame.columns]
    if None in dtypes or name in _SAME and "int64?" in dtypes and "float64" not in dtypes:
        return across_unknown(c, name).but(label=label)
    series = numbers_of(c)
    expr, dtype = _ACROSS[name](c, series)
    if any(s.is_nullable for s in cells(c.ctx, c.frame)):
        dtype = {"int64": "Int64", "float64": "Float64"}[dtype]
    return derive(expr, dtype, *series, label=label, loose=False, null_free=dtype in NULL_FREE)


#: whole numbers of whole numbers
_SAME = ("sum", "min", "max", "prod", "product")

_OPEN_ROWS = {"std": "row_deviation", "var": "row_variance", "sem": "row_error", "median": "row_quantile", "skew": "row_skew", "kurt": "row_kurtosis", "kurtosis": "row_kurtosis",
              "quantile": "row_quantile"}  # fmt: skip
_TYPED_ROWS = {"sum": "row_total", "mean": "row_average", "min": "row_least", "max": "row_greatest",
               "prod": "row_times", "product": "row_times"}  # fmt: skip


def across_unknown(c: Call, name: str) -> Col:
    """The job sees whether the columns are numbers."""
    series = [tightened(s) for s in cells(c.ctx, c.frame)]
    masked = [s.is_nullable for s in series]
    c.need(all(masked) and name in _TYPED_ROWS and name[:4] != "prod" or not any(masked), "nullable columns along a row")  # fmt: skip
    c.verdict = "runtime"  # type: ignore[attr-defined]
    options, some = {**row_options(c), **({"nullable": True} if any(masked) else {})}, selecting(c)
    if some.get("numeric_only"):
        c.need(not any(masked), "nullable columns along a row")
        series = [in_job(c, "number_of_row", s) for s in series]
    elif name in _SAME and not any(masked):  # whole numbers with gaps are fractions
        series = [in_job(c, "whole", s) if s.dtype in (None, "int64?") else s for s in series]
    build = _TYPED_ROWS.get(name, "row_of_numbers")
    if name in _OPEN_ROWS:
        options["of"] = E(c.ctx.call(_OPEN_ROWS[name]))
    if some:
        some["how"] = E(c.ctx.call(build))
    expr = typed(c.ctx, "row_of_some" if some else build, *series, **options, **some)
    dtype = "float64" if name in ("mean", *_OPEN_ROWS) and not any(masked) else None
    return derive(expr, dtype, *series, label=None, loose=False, null_free=False)


def in_job(c: Call, function: str, series: Col) -> Col:
    """The Series as a function of the job makes it, which looks at its type and its gaps."""
    return series.but(expr=in_frame(c.ctx, function, series), dtype=None)


def selecting(c: Call) -> dict[str, Any]:
    """skipna=, numeric_only= and min_count=, where they are not the defaults."""
    options: dict[str, Any] = {}
    for name, usual in (("skipna", True), ("numeric_only", False), ("min_count", 0)):
        if name in c.args and c.lit(name) != usual:
            options[name] = c.lit(name)
    least = options.get("min_count", 0)
    c.need(type(least) is int and all(options.get(k) in (None, True, False) for k in ("skipna", "numeric_only")), "options of these values")  # fmt: skip
    if least < 0:
        del options["min_count"]
    return options


def count(c: Call, name: str) -> Col:
    """How many of the row's values are there."""
    series = cells(c.ctx, c.frame)
    c.need(series, "a frame without columns")
    return derive(present(series), "int64", *series, label=None, null_free=True, loose=False, nullable=False)  # fmt: skip


def distinct(c: Call, name: str) -> Col:
    """How many different values a row has."""
    series = cells(c.ctx, c.frame)
    texts = all(s.dtype == "object" for s in series)
    c.need(series and (texts or all(s.dtype in ("int64", "float64") for s in series)), "columns of several kinds, or of types that are not known")  # fmt: skip
    c.need(c.lit("dropna") in (True, False), "dropna= of this value")
    mixed = len({s.dtype for s in series}) > 1
    more = {} if c.lit("dropna") else {"dropna": False}
    expr = called(c, "row_distinct", [as_number(s, mixed) for s in series], **more)
    return derive(expr, "int64", *series, label=None, null_free=True, loose=False)


def label_of(c: Call, name: str) -> Col:
    """The label of the row's first largest (smallest) value."""
    if any(x.dtype is None for x in c.frame.columns):
        return label_unknown(c, name)
    series = numbers_of(c)
    c.need(all(s.dtype in ("int64", "int64?", "float64") for s in series) and not any(s.is_nullable for s in series), "columns that are not numbers")  # fmt: skip
    labels = [x.label for x in c.frame.columns]
    c.need(len(labels) == len(series) and all(isinstance(x, str) for x in labels), "labels that are not texts")  # fmt: skip
    mixed = len({s.dtype for s in series}) > 1
    parts = [as_number(s, mixed) for s in series]
    if len(parts) == 1:
        top = parts[0]
    else:
        top = (F.greatest if name == "idxmax" else F.least)(*parts)
    expr: Any = F
    for label, part in zip(labels, parts):
        expr = expr.when(part == top, F.lit(label))
    return derive(expr, "object", *series, label=None, loose=False, null_free=False, gap="nan")


def label_unknown(c: Call, name: str) -> Col:
    """The job sees whether the columns are numbers."""
    series = [tightened(s) for s in cells(c.ctx, c.frame)]
    labels = [x.label for x in c.frame.columns]
    c.need(not any(s.is_nullable for s in series), "nullable columns along a row")
    c.need(all(isinstance(x, str) for x in labels), "labels that are not texts")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    options = {} if name == "idxmax" else {"largest": False}
    expr = typed(c.ctx, "row_label", *series, labels=labels, **options)
    return derive(expr, "object", *series, label=None, loose=False, null_free=False, gap="nan")


def truth(c: Call, name: str) -> Col:
    """``any`` and ``all`` of booleans and numbers; a missing number does not count."""
    series = cells(c.ctx, c.frame)
    c.need(series and all(s.dtype in ("bool", "int64", "float64") for s in series), "columns that are not boolean for sure")  # fmt: skip
    series = [s if s.dtype == "bool" else not_zero(s, name) for s in series]
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


def not_zero(series: Col, name: str) -> Col:
    """Whether a number is not zero; a missing one is left out."""
    test = series.expr != 0
    if not series.null_free:
        test = F.coalesce(test, F.lit(name == "all"))
    return derive(test, "bool", series, null_free=True, loose=False)


__all__ = ["BOOLS", "across", "lift", "number_result"]
