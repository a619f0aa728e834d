"""Statistics of windows that Spark has no function for: skewness, kurtosis, the error of the mean."""

from __future__ import annotations

from typing import Any

from rules.dates import runtime
from rules.groups import Groups, Made
from rules.ordered import window_step
from rules.registry import Call, rule
from rules.rolling import every
from transpiler.errors import NoRule
from transpiler.facts import Col, Value, Windowed
from transpiler.symbolic import E

#: statistic -> its parameters in pandas, and the values of them that are handled
SHAPES: dict[str, dict[str, tuple]] = {
    "skew": {},
    "kurt": {},
    "sem": {"ddof": (0, 1)},
    "rank": {
        "method": ("average", "min", "max"),
        "ascending": (True, False),
        "pct": (True, False),
    },
}
_USUAL = {"ddof": 1, "method": "average", "ascending": True, "pct": False}
SIGNATURES = {
    "skew": "numeric_only=False", "kurt": "numeric_only=False", "sem": "ddof=1, numeric_only=False",
    "rank": "method='average', ascending=True, pct=False, numeric_only=False",
}  # fmt: skip


def shape_options(c: Call, how: str) -> dict[str, Any]:
    """The parameters of a statistic that a call gives."""
    return {name: c.lit(name) for name in SHAPES[how]}


def shape_over(c: Call, how: str, column: E, rows: E, least: int, options: dict[str, Any]) -> E:
    """The statistic over a window of rows. Raises NoRule for a parameter that is not handled."""
    more: dict[str, Any] = {"least": least} if least != 1 else {}
    for name, value in options.items():
        if value not in SHAPES[how].get(name, ()) or isinstance(value, bool) != isinstance(
            _USUAL[name], bool
        ):
            raise NoRule(f"{name}= of this value")
        more |= {name: value} if value != _USUAL[name] else {}
    return runtime(c, "over_window", how, column, rows, **more)


def shaped(c: Call, series: Col, span: Any, how: str, options: dict[str, Any]) -> Col:
    """The statistic of the rows around each row."""
    c.need(span.time is None, f"the {how} over windows of time")
    first, last = span.bounds

    def build(x: E, w: E) -> E:
        return shape_over(c, how, x, w.rowsBetween(first, last), span.least, options)

    return window_step(c, series, build, "float64", max(-first, 0), max(last, 0))


def shape_of_group(g: Groups, v: Col, how: str, rows: E, least: int, options: dict, ends: bool) -> Made:  # fmt: skip
    """The statistic of rows of each row's group; ``ends``: they end with the row itself."""
    if how == "rank" and not ends:
        raise NoRule("a rank in a window that its row does not end")
    value = g.typed("some_number", v, "a rolling window")
    return Made(shape_over(g.c, how, value, rows, least, options), "float64", finite=True)


def _register(how: str) -> None:
    def apply(c: Call) -> Value:
        """The statistic of each row's window; missing until enough values are there."""
        window: Windowed = c.self  # type: ignore[assignment]
        span, options = window.params[0], shape_options(c, how)
        return every(c, window, lambda s: shaped(c, s, span, how, options))

    source = SIGNATURES[how]
    examples = {
        "skew": "df['f'].rolling(4, min_periods=2).skew()",
        "kurt": "df['f'].rolling(6, min_periods=3, closed='left').kurt()",
        "sem": "(df['i'] / df['j']).rolling(5, min_periods=1).sem(ddof=0)",
    }
    rule(f"Series.rolling.{how}({source})", not_yet="numeric_only", example=examples[how])(apply)
    rule(
        f"DataFrame.rolling.{how}({source})",
        not_yet="numeric_only",
        example="df[['i', 'j']].rolling(5, center=True, min_periods=3).skew()",
    )(apply)


for _name in ("skew", "kurt", "sem"):
    _register(_name)


__all__ = ["SHAPES", "SIGNATURES", "shape_of_group", "shape_options"]
