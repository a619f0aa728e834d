"""Windows of all rows so far: ``expanding``, ungrouped."""

from __future__ import annotations

from rules.lib import derive
from rules.ordered import stepped
from rules.registry import Call, rule
from rules.rolling import every, number, without_infinities
from transpiler.facts import Col, Value, Windowed
from transpiler.symbolic import F

_EXPANDING = "min_periods=1, axis=None, method='single'"


@rule(f"Series.expanding({_EXPANDING})", not_yet="axis method", example=("df['f'].expanding().sum()", "df['i'].expanding(3).max()"))  # fmt: skip
def expanding(c: Call) -> Windowed:
    """All rows so far."""
    return Windowed(number(c, c.col), "expanding", (least_of(c),))


@rule(f"DataFrame.expanding({_EXPANDING})", not_yet="axis method", example="df[['f', 'i']].expanding(2).mean()")  # fmt: skip
def frame_expanding(c: Call) -> Windowed:
    """All rows so far, column by column."""
    return Windowed(c.frame, "expanding", (least_of(c),))


def least_of(c: Call) -> int:
    least = c.lit("min_periods")
    c.need(isinstance(least, int) and least >= 1, "min_periods= of this value")
    return least


def expanded(c: Call, series: Col, how: str, least: int) -> Col:
    """An aggregate of all rows so far."""
    if how == "count":
        rows = derive(F.lit(1), "int64", series, null_free=True)
        here = running(c, derive(series.expr.isNotNull().cast("bigint"), "int64", series), "sum")
        if least == 1:
            return derive(here.expr.cast("double"), "float64", here, label=series.label)
        number_of_rows = running(c, rows, "sum")
        value = F.when(number_of_rows.expr >= least, here.expr.cast("double"))
        return derive(value, "float64", here, number_of_rows, label=series.label)
    series = without_infinities(series)
    count = running(c, series, "count")
    total = running(c, series, "sum" if how == "mean" else how)
    value = total.expr / count.expr if how == "mean" else total.expr.cast("double")
    value = F.when(count.expr >= least, value)
    return derive(value, "float64", total, count, label=series.label)


def running(c: Call, series: Col, how: str) -> Col:
    """The aggregate so far, which a missing value does not interrupt."""
    dtype = "int64" if how == "count" else series.dtype
    return stepped(
        c, series, "cumulative", lambda x, row: f'{x}, "{how}", {row}, gaps=False', dtype
    )


_PLAIN = "numeric_only=False, *args, engine=None, engine_kwargs=None, **kwargs"
for _name in ("sum", "mean", "min", "max", "count"):

    def _expanded(c: Call, how: str = _name) -> Value:
        """The aggregate of all rows so far."""
        c.need(not c.args.get("args") and not c.args.get("kwargs"), "further arguments of a window")
        window: Windowed = c.self  # type: ignore[assignment]
        return every(c, window, lambda s: expanded(c, s, how, window.params[0]))

    _source = "numeric_only=False" if _name == "count" else _PLAIN
    _not_yet = "numeric_only" if _name == "count" else "numeric_only engine engine_kwargs"
    rule(f"Series.expanding.{_name}({_source})", not_yet=_not_yet, example=(f"df['f'].expanding().{_name}()", f"df['i'].expanding(3).{_name}()", f"df['g'].expanding(3).{_name}()"))(_expanded)  # fmt: skip
    rule(f"DataFrame.expanding.{_name}({_source})", not_yet=_not_yet, example=f"df[['f', 'i']].expanding(2).{_name}()")(_expanded)  # fmt: skip


for _name in ("std", "var"):

    def _spread(c: Call, root: bool = _name == "std") -> Value:
        """The spread of all rows so far."""
        ddof = c.lit("ddof")
        c.need(ddof in (0, 1) and not isinstance(ddof, bool), "ddof= of this value")
        window: Windowed = c.self  # type: ignore[assignment]
        options = "".join(f", {k}={v!r}" for k, v, usual in (("ddof", ddof, 1), ("least", window.params[0], 1), ("root", root, False)) if v != usual)  # fmt: skip

        def one(series: Col) -> Col:
            series = without_infinities(series)
            return stepped(
                c, series, "spread_so_far", lambda x, row: f"{x}, {row}{options}", "float64"
            )

        return every(c, window, one)

    _source = "ddof=1, numeric_only=False, engine=None, engine_kwargs=None"
    _not_yet = "numeric_only engine engine_kwargs"
    rule(f"Series.expanding.{_name}({_source})", not_yet=_not_yet, example=(f"df['f'].expanding().{_name}()", f"df['g'].expanding(3).{_name}(ddof=0)"))(_spread)  # fmt: skip
    rule(f"DataFrame.expanding.{_name}({_source})", not_yet=_not_yet, example=f"df[['n', 'i']].expanding(2).{_name}()")(_spread)  # fmt: skip
