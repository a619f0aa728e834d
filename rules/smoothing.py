"""Exponentially weighted means and spreads over the rows so far: ``ewm``, ungrouped."""

from __future__ import annotations

import math

from rules.ordered import stepped
from rules.registry import Call, rule
from rules.rolling import every, number, without_infinities
from transpiler.facts import Col, Value, Windowed

_EWM = (
    "com=None, span=None, halflife=None, alpha=None, min_periods=0, adjust=True, ignore_na=False, axis=None, "
    "times=None, method='single'"
)


def weights(c: Call) -> tuple:
    """(alpha, adjust, ignore_na, min_periods, center of mass) of the arguments."""
    given = {k: c.lit(k) for k in ("com", "span", "halflife", "alpha") if c.lit(k) is not None}
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


@rule(f"Series.ewm({_EWM})", not_yet="axis times method", example=("df['n'].ewm(span=3).mean()", "df['i'].ewm(alpha=0.5, adjust=False).mean()"))  # fmt: skip
def ewm(c: Call) -> Windowed:
    """Weights that fall from row to row."""
    return Windowed(number(c, c.col), "ewm", weights(c))


@rule(f"DataFrame.ewm({_EWM})", not_yet="axis times method", example="df[['n', 'i']].ewm(com=2).mean()")  # fmt: skip
def frame_ewm(c: Call) -> Windowed:
    """The same over every column."""
    return Windowed(c.frame, "ewm", weights(c))


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
    window: Windowed = c.self  # type: ignore[assignment]
    alpha, _, _, _, _ = window.params
    options = options_text(window)

    def smooth(series: Col) -> Col:
        return stepped(c, without_infinities(series), "smoothed", lambda x, row: f"{x}, {row}, {alpha!r}{options}", "float64")  # fmt: skip

    return every(c, window, smooth)


for _name in ("var", "std"):

    def _spread(c: Call, root: bool = _name == "std") -> Value:
        """The weighted variance of the rows so far, or its root."""
        window: Windowed = c.self  # type: ignore[assignment]
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
