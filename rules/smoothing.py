"""Exponentially weighted means and spreads over the rows so far: ``ewm``, ungrouped."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from rules.groupby import level_key
from rules.lib import meet
from rules.ordered import expected, order_deps, stepped
from rules.registry import Call, rule
from rules.rolling import every, number, without_infinities
from transpiler.errors import NoRule
from transpiler.facts import Accessor, Col, Const, Frame, Value, Windowed

_EWM = (
    "com=None, span=None, halflife=None, alpha=None, min_periods=0, adjust=True, ignore_na=False, axis=None, "
    "times=None, method='single'"
)


_SORTED = "df.dropna(subset=['t']).sort_values('t', kind='stable')"


def weights(c: Call) -> tuple:
    """(alpha, adjust, ignore_na, min_periods, center of mass) of the arguments."""
    timed = not (isinstance(c["times"], Const) and c["times"].value is None)
    names = ("com", "span", "alpha") if timed else ("com", "span", "halflife", "alpha")
    given = {k: c.lit(k) for k in names if c.lit(k) is not None}
    given = given or ({"alpha": 0.5} if timed else {})
    c.need(len(given) == 1, "one of com=, span=, halflife= and alpha=")
    ((name, value),) = given.items()
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    c.need(plain, f"{name}= of this value")
    low = {"com": 0, "span": 1, "halflife": 0, "alpha": 0}[name]
    c.need(value >= low and (name in ("com", "span") or value > 0), f"{name}= of this value")
    alpha = {
        "com": lambda v: 1 / (1 + v),
        "span": lambda v: 2 / (v + 1),
        "halflife": lambda v: 1 - math.exp(-math.log(2) / v),
        "alpha": float,
    }[name](value)
    c.need(0 < alpha <= 1, f"{name}= of this value")
    least = c.lit("min_periods") or 0
    c.need(isinstance(least, int) and least >= 0, "min_periods= of this value")
    com = {
        "com": float,
        "span": lambda v: (v - 1) / 2,
        "halflife": lambda v: 1 / (1 - math.exp(math.log(0.5) / v)) - 1,
        "alpha": lambda v: (1 - v) / v,
    }[name](value)
    return alpha, bool(c.lit("adjust")), bool(c.lit("ignore_na")), least, com


def halflife_of(given: Any) -> int:
    """A span of time in microseconds. Raises NoRule for what is none."""
    import pandas as pd

    try:
        found = pd.Timedelta(given) if not isinstance(given, (int, float)) else pd.NaT
    except (ValueError, TypeError):
        found = pd.NaT
    if found is pd.NaT or found.value <= 0 or found.value % 1000:
        raise NoRule("halflife= that is no span of time")
    return found.value // 1000


@dataclass(frozen=True)
class Weights(Windowed):
    """Weights that fall by 1 - alpha from row to row, or in so many microseconds of ``times``."""

    times: Col | None = None
    halflife: int = 0


def weighted(c: Call, owner: Value, frame: Frame) -> Weights:
    """The window that the arguments ask for."""
    params, times = weights(c), c["times"]
    if isinstance(times, Const) and times.value is None:
        return Weights(owner, "ewm", params)
    c.need(params[1], "times= with adjust=False")
    if isinstance(times, Accessor) and times.name == "index" and times.owner is frame:
        c.need(len(frame.index.levels) == 1, "times= of an index that is no column")
        times = level_key(c.ctx, frame, 0).col
    c.need(isinstance(times, Col), "times= of this form")
    times = expected(c, times)
    c.need(times.dtype == "datetime64[ns]", "times= that are not times for sure")
    return Weights(owner, "ewm", params, times=times, halflife=halflife_of(c.lit("halflife")))


@rule(
    f"Series.ewm({_EWM})",
    not_yet="axis method",
    example=(
        "df['n'].ewm(span=3).mean()",
        "df['i'].ewm(alpha=0.5, adjust=False).mean()",
    ),
)
def ewm(c: Call) -> Windowed:
    """Weights that fall from row to row."""
    return weighted(c, number(c, c.col), c.col.frame)


@rule(
    f"DataFrame.ewm({_EWM})",
    not_yet="axis method",
    example=(
        "df[['n', 'i']].ewm(com=2).mean()",
        f"{_SORTED}.set_index('t')[['g', 'i']].pipe(lambda d: d.ewm(halflife='400 days', times=d.index, ignore_na=True, min_periods=2).mean())",
    ),
)
def frame_ewm(c: Call) -> Windowed:
    """The same over every column."""
    return weighted(c, c.frame, c.frame)


def options_text(window: Windowed) -> str:
    """The options that are not the default, as further arguments."""
    _, adjust, ignore_na, least, _ = window.params
    given = [("adjust", adjust, True), ("ignore_na", ignore_na, False), ("least", least, 0)]
    return "".join(f", {k}={v!r}" for k, v, default in given if v != default)


_MEAN = "numeric_only=False, engine=None, engine_kwargs=None"


@rule(
    f"Series.ewm.mean({_MEAN})",
    not_yet="numeric_only engine engine_kwargs",
    verdict="udf",
    example=(
        "df['n'].ewm(span=3).mean()",
        "df['g'].ewm(span=5, adjust=False).mean()",
        "df['g'].ewm(alpha=0.3, ignore_na=True).mean()",
        "df['g'].ewm(halflife=2, min_periods=3).mean()",
        "df['n'].ewm(com=0.5, adjust=False, ignore_na=True).mean()",
        "df.sort_values('t', kind='stable')['i'].ewm(span=4).mean()",
    ),
)
@rule(
    f"DataFrame.ewm.mean({_MEAN})",
    not_yet="numeric_only engine engine_kwargs",
    verdict="udf",
    example="df[['n', 'i']].ewm(com=2).mean()",
)
def mean(c: Call) -> Value:
    """The weighted mean of the rows so far."""
    window: Weights = c.self  # type: ignore[assignment]
    alpha, _, ignore_na, least, _ = window.params
    options = options_text(window)

    def in_time(series: Col) -> Col:
        _, (series, time) = meet(without_infinities(series), window.times)
        given = (("alpha", alpha, 0.5), ("ignore_na", ignore_na, False), ("least", least, 0))
        more = "".join(f", {k}={v!r}" for k, v, usual in given if v != usual)
        deps = series.deps | time.deps | order_deps(series.frame)
        return stepped(c, series, "smoothed_in_time", lambda x, row: f"{x}, {row}, {time.expr}, {window.halflife:_}{more}", "float64", deps=deps)  # fmt: skip

    def smooth(series: Col) -> Col:
        if window.times is not None:
            return in_time(series)
        return stepped(c, without_infinities(series), "smoothed", lambda x, row: f"{x}, {row}, {alpha!r}{options}", "float64")  # fmt: skip

    return every(c, window, smooth)


@rule(f"Series.ewm.sum({_MEAN})", not_yet="numeric_only engine engine_kwargs", verdict="udf", example="df['g'].ewm(span=3, min_periods=2, ignore_na=True).sum()")  # fmt: skip
@rule(f"DataFrame.ewm.sum({_MEAN})", not_yet="numeric_only engine engine_kwargs", verdict="udf", example="df['g'].ewm(span=3, min_periods=2, ignore_na=True).sum()")  # fmt: skip
def total(c: Call) -> Value:
    """The weighted sum of the rows so far."""
    window: Weights = c.self  # type: ignore[assignment]
    alpha, adjust, _, _, _ = window.params
    c.need(adjust and window.times is None, "a weighted sum of this form")

    def smooth(series: Col) -> Col:
        return stepped(c, without_infinities(series), "smoothed_sum", lambda x, row: f"{x}, {row}, {alpha!r}{options_text(window)}", "float64")  # fmt: skip

    return every(c, window, smooth)


for _name in ("var", "std"):

    def _spread(c: Call, root: bool = _name == "std") -> Value:
        """The weighted variance of the rows so far, or its root."""
        window: Weights = c.self  # type: ignore[assignment]
        c.need(window.times is None, "the spread of weights by times, which pandas has not either")
        com = window.params[-1]
        options = options_text(window) + (", bias=True" if c.lit("bias") else "")
        options += ", root=True" if root else ""

        def smooth(series: Col) -> Col:
            return stepped(c, without_infinities(series), "smoothed_spread", lambda x, row: f"{x}, {row}, {com!r}{options}", "float64")  # fmt: skip

        return every(c, window, smooth)

    rule(
        f"Series.ewm.{_name}(bias=False, numeric_only=False)",
        not_yet="numeric_only",
        verdict="udf",
        example=(
            f"df['n'].ewm(span=3).{_name}()",
            f"df['g'].ewm(span=5, adjust=False).{_name}()",
            f"df['f'].ewm(alpha=0.3, ignore_na=True).{_name}()",
            f"df['f'].ewm(halflife=2, min_periods=3).{_name}(bias=True)",
            f"df['n'].ewm(com=0.5, adjust=False, ignore_na=True).{_name}()",
            f"df.sort_values('t', kind='stable')['i'].ewm(span=4).{_name}()",
        ),
    )(_spread)
    rule(
        f"DataFrame.ewm.{_name}(bias=False, numeric_only=False)",
        not_yet="numeric_only",
        verdict="udf",
        example=f"df[['n', 'i']].ewm(com=2).{_name}()",
    )(_spread)
