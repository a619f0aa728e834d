"""More of rolling windows: the rank of the last value in its window."""

from __future__ import annotations

from typing import Any

from rules.ordered import window_step
from rules.registry import Call, rule
from rules.rolling import every, without_infinities
from transpiler.facts import Col, Value, Windowed
from transpiler.symbolic import E, F

_RANK = "method='average', ascending=True, pct=False, numeric_only=False"


def windowed(c: Call, series: Col, span: Any, value: Any) -> Col:
    """``value(column, window)`` where the window has enough values."""
    first, last = span.bounds

    def build(x: E, w: E) -> E:
        frame = w.rowsBetween(first, last)
        found = value(x, frame)
        return F.when(F.count(x).over(frame) >= span.least, found) if span.least > 1 else found

    return window_step(
        c, without_infinities(series), build, "float64", max(-first, 0), max(last, 0)
    )


@rule(
    f"Series.rolling.rank({_RANK})",
    not_yet="numeric_only",
    example=(
        "df['f'].rolling(4, min_periods=2).rank()",
        "df['i'].rolling(5).rank(method='min')",
        "df['i'].rolling(5).rank(method='max', ascending=False)",
        "df['n'].rolling(6, min_periods=1).rank(pct=True)",
        "(df['i'] / df['j']).rolling(3, min_periods=1).rank(ascending=False, pct=True)",
    ),
)
@rule(
    f"DataFrame.rolling.rank({_RANK})",
    not_yet="numeric_only",
    example="df[['i', 'g']].rolling(4, min_periods=1).rank()",
)
def rank(c: Call) -> Value:
    """The rank of each value among those of its window, which it ends."""
    window: Windowed = c.self  # type: ignore[assignment]
    span, how = window.params[0], c.lit("method")
    c.need(how in ("average", "min", "max"), "method= of this value")
    c.need(
        span.time is None and span.bounds[1] == 0, "a rank in a window that its row does not end"
    )
    up, share = bool(c.lit("ascending")), bool(c.lit("pct"))

    def value(x: E, frame: E) -> E:
        def times(test: Any) -> E:
            return F.size(F.filter(F.collect_list(x).over(frame), test))

        before = times((lambda y: y < x) if up else (lambda y: y > x))
        place = before + 1
        if how != "min":
            same = times(lambda y: y == x)
            place = before + same if how == "max" else before + (same + 1) / 2
        place = place / F.count(x).over(frame) if share else place.cast("double")
        return F.when(x.isNotNull(), place)

    return every(c, window, lambda s: windowed(c, s, span, value))
