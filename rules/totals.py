"""Running totals and ranks over all rows: ``cumsum``, ``rank``."""

from __future__ import annotations

from rules.along_rows import along, running_along
from rules.elementwise import mapped
from rules.lib import FrameStep, derive, materialised, tightened
from rules.missing import in_frame
from rules.ordered import expected, known_number, order_deps, stepped
from rules.registry import Call, rule
from transpiler.facts import NUMBERS, Col, Frame
from transpiler.symbolic import col

_CUM = "axis=None, skipna=True"


def cumulative(c: Call, series: Col, name: str) -> Col:
    """The sum (product, largest, smallest) of the values so far."""
    series = tightened(series) if series.loose else series
    c.need(c.lit("axis") in (None, 0, "index", "rows"), "axis= of this value")
    c.need(c.lit("skipna") is True or series.null_free, "skipna= where a value may be missing")
    series = expected(c, series) if name in ("max", "min") else series
    dtype = series.dtype
    if dtype is None and not series.is_nullable and name != "prod":
        series = known_number(c, series, "cumsum")
        series = series.but(expr=in_frame(c.ctx, "whole", series))
    else:
        allowed = {"int64", "float64"} | {
            "sum": {"bool", "timedelta64[ns]"},
            "prod": set(),
        }.get(name, {"datetime64[ns]", "timedelta64[ns]"})
        allowed |= {"Int64", "Float64"} if name != "prod" else set()
        c.need(dtype in allowed, "a running total of such values")
        c.need(name != "prod" or dtype == "float64", "a running product of integers")
    if dtype == "bool":
        series = derive(series.expr.cast("bigint"), "int64", series, null_free=series.null_free)
        dtype = "int64"

    def rest(column: object, row: str) -> str:
        return f'{column}, "{name}", {row}'

    return stepped(c, series, "cumulative", rest, dtype, null_free=series.null_free)


for _name in ("sum", "max", "min", "prod"):

    def _running(c: Call, name: str = _name) -> Col:
        """The sum (product, largest, smallest) of the values so far."""
        return cumulative(c, c.col, name)

    def _running_frame(c: Call, name: str = _name) -> Frame:
        """The same, column by column, or along each row."""
        if along(c):
            return running_along(c, name)
        return mapped(c.ctx, c.frame, lambda s: cumulative(c, s, name))

    _examples = [f"df['f'].cum{_name}()"]
    if _name != "prod":
        _examples += [f"df['i'].cum{_name}()", f"df.sort_values('f', kind='stable')['i'].cum{_name}()"]  # fmt: skip
        _examples += [
            f"df['n'].astype('Int64').cum{_name}()",
            f"df.convert_dtypes()['i'].cum{_name}()",
        ]
    if _name == "sum":
        _examples += [
            "(df['f'] > 1).cumsum()",
            "df[df['b']]['i'].cumsum()",
            "df['t'].diff().cumsum()",
        ]
        _examples += [
            "df.convert_dtypes()['s'].value_counts(normalize=True, dropna=False).sort_index().cumsum()"
        ]
    if _name in ("max", "min"):
        _examples += [f"df['t'].cum{_name}()"]
    rule(f"Series.cum{_name}({_CUM})", example=_examples)(_running)
    rule(
        f"DataFrame.cum{_name}({_CUM})",
        example=(
            f"df[['f', {chr(39)}{'n' if _name == 'prod' else 'i'}{chr(39)}]].cum{_name}()",
            f"df[['i', 'f', 'j', 'n']].cum{_name}(axis=1)",
        ),
    )(_running_frame)


@rule(
    "Series.rank(axis=0, method='average', numeric_only=False, na_option='keep', ascending=True, pct=False)",
    not_yet="axis",
    example=(
        "df['f'].rank(axis='index', numeric_only=True)",
        "df['f'].rank()",
        "df['i'].rank(method='min', ascending=False)",
        "df['i'].rank(method='first')",
        "df['k'].rank(method='dense')",
        "df['f'].rank(pct=True)",
        "df['f'].rank(na_option='bottom', method='max')",
        "df['f'].rank(na_option='top')",
        "df['i'].rank(method='dense', pct=True)",
    ),
)
def rank(c: Call) -> Col:
    """The place of each value among all, in sorted order."""
    series = tightened(c.col) if c.col.loose else c.col
    method, na = c.lit("method"), c.lit("na_option")
    c.need(not c.lit("numeric_only") or series.dtype in NUMBERS, "numeric_only= of what is not a number for sure")  # fmt: skip
    c.need(method in ("average", "min", "max", "first", "dense") and na in ("keep", "top", "bottom"), "method= or na_option= of this value")  # fmt: skip
    c.need(
        series.dtype in NUMBERS | {"object", "datetime64[ns]", "bool", None}
        and not series.is_nullable,
        "the rank of such values",
    )
    c.need(method != "first" or series.dtype != "object", "method='first' of text")
    if series.dtype is None and method == "first":
        series = known_number(c, series, "rank by first")
    series = materialised(c.ctx, series)
    order = [e.text for e in c.ctx.order_of(series.frame)]
    name = c.ctx.temp("run")
    options = [f'"{name}"', series.expr.text, f"[{', '.join(order)}]"]
    options += [f"{k}={c.lit(p)!r}" for k, p, d in (("method", "method", "average"), ("ascending", "ascending", True), ("na", "na_option", "keep"), ("pct", "pct", False)) if c.lit(p) != d]  # fmt: skip
    step = FrameStep(f"{c.ctx.call('ranked')}(@@, {', '.join(options)})")
    return derive(col(name), "float64", series, temps=(*series.temps, (name, step)), windowed=False, local=False,
                  column=None, loose=False, null_free=False, deps=series.deps | order_deps(series.frame))  # fmt: skip
