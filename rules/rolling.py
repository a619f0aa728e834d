"""Windows of so many rows (``rolling``) and of all rows so far (``expanding``), ungrouped."""

from __future__ import annotations

from rules.lib import derive
from rules.registry import Call, rule
from rules.window import known_number, stepped, window_step
from transpiler.facts import INTEGERS, Col, Frame, Windowed
from transpiler.symbolic import E, F


@rule(
    "Series.rolling(window, min_periods=None, center=False, win_type=None, on=None, axis=None, closed=None, step=None, method='single')",
    not_yet="win_type on axis closed step method",
    example=("df['f'].rolling(2).mean()", "df['i'].rolling(3, min_periods=1).sum()"),
)
def rolling(c: Call) -> Windowed:
    """A window of so many rows."""
    window, least = c.lit("window"), c.lit("min_periods")
    c.need(
        isinstance(window, int) and not isinstance(window, bool) and 0 < window <= 10_000,
        "a window that is not a number of rows",
    )
    c.need(
        least is None or isinstance(least, int) and 0 <= least <= window,
        "min_periods= of this value",
    )
    return Windowed(
        known_number(c, c.col, "a rolling window"),
        "rolling",
        (window, least, bool(c.lit("center"))),
    )


@rule("Series.expanding(min_periods=1, axis=None, method='single')", not_yet="axis method", example=("df['f'].expanding().sum()", "df['i'].expanding(3).max()"))  # fmt: skip
def expanding(c: Call) -> Windowed:
    """All rows so far."""
    least = c.lit("min_periods")
    c.need(isinstance(least, int) and least >= 1, "min_periods= of this value")
    return Windowed(known_number(c, c.col, "an expanding window"), "expanding", (least,))


def finite(series: Col) -> Col:
    """Windows in pandas take infinity for missing."""
    if series.dtype in INTEGERS:
        return series
    return derive(F.when(F.abs(series.expr) < float("inf"), series.expr), "float64", series)


_ROLL = {
    "sum": F.sum,
    "mean": F.avg,
    "min": F.min,
    "max": F.max,
    "std": F.stddev_samp,
    "var": F.var_samp,
}


def rolled(c: Call, how: str) -> Col:
    """A rolling aggregate: missing until enough values are there."""
    window: Windowed = c.self  # type: ignore[assignment]
    n, least, center = window.params
    least = n if least is None else least
    assert isinstance(window.owner, Col)
    after = (n - 1) // 2 if center else 0
    first = after - n + 1

    def build(x: E, w: E) -> E:
        frame = w.rowsBetween(first, after)
        value = (
            _ROLL[how](x).over(frame).cast("double")
            if how not in ("mean", "std", "var")
            else _ROLL[how](x).over(frame)
        )
        if how == "sum" and least == 0:
            return F.coalesce(value, F.lit(0.0))
        return F.when(F.count(x).over(frame) >= least, value) if least > 1 else value

    return window_step(c, finite(window.owner), build, "float64", -first, after)


for _name in _ROLL:

    def _rolled(c: Call, how: str = _name) -> Col:
        return rolled(c, how)

    _signature = {"std": "ddof=1, numeric_only=False", "var": "ddof=1, numeric_only=False", "sum": "numeric_only=False", "mean": "numeric_only=False"}.get(_name, "numeric_only=False")  # fmt: skip
    rule(f"Series.rolling.{_name}({_signature})", not_yet=" ".join(p.split("=")[0] for p in _signature.split(", ")), example=(f"df['n'].rolling(3).{_name}()", f"df['i'].rolling(4, min_periods=2).{_name}()", f"df['g'].rolling(3, center=True, min_periods=1).{_name}()"))(_rolled)  # fmt: skip


def expanded(c: Call, how: str) -> Col:
    """An aggregate of all rows so far."""
    window: Windowed = c.self  # type: ignore[assignment]
    (least,) = window.params
    assert isinstance(window.owner, Col)
    series = finite(window.owner)
    count = running(c, series, "count")
    total = running(c, series, "sum" if how == "mean" else how)
    _, (a, b) = meet_steps(total, count)
    value = a.expr / b.expr if how == "mean" else a.expr.cast("double")
    return derive(F.when(b.expr >= least, value), "float64", a, b, label=series.label)


def meet_steps(a: Col, b: Col) -> tuple[Frame, tuple[Col, Col]]:
    return a.frame, (a, b)


def running(c: Call, series: Col, how: str) -> Col:
    dtype = "int64" if how == "count" else series.dtype
    return stepped(
        c, series, "cumulative", lambda x, row: f'{x}, "{how}", {row}, gaps=False', dtype
    )


for _name in ("sum", "mean", "min", "max"):

    def _expanded(c: Call, how: str = _name) -> Col:
        return expanded(c, how)

    rule(f"Series.expanding.{_name}(numeric_only=False)", not_yet="numeric_only", example=(f"df['f'].expanding().{_name}()", f"df['i'].expanding(3).{_name}()"))(_expanded)  # fmt: skip

__all__ = ["rolled"]
