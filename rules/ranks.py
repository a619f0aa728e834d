"""Ranks of whole frames."""

from __future__ import annotations

from rules.elementwise import projected
from rules.lib import series_of
from rules.registry import Call, rule
from transpiler.facts import NUMBERS, Frame


@rule(
    "DataFrame.rank(axis=0, method='average', numeric_only=False, na_option='keep', ascending=True, pct=False)",
    verdict="runtime",
    example=(
        "df[['i', 'f']].rank()",
        "df[['i', 'f', 's']].rank(numeric_only=True, method='dense')",
        "df[['n', 'g']].rank(ascending=False, pct=True, na_option='bottom')",
    ),
)
def frame_rank(c: Call) -> Frame:
    """The place of each value among those of its column."""
    frame = c.frame
    c.need(c.lit("axis") in (0, "index"), "ranks along a row")
    labels = frame.labels
    if c.lit("numeric_only"):
        kinds = NUMBERS | {"bool"}
        c.need(all(x.dtype is not None and x.dtype != "bool?" for x in frame.columns), "the types are not known while planning")  # fmt: skip
        labels = [x.label for x in frame.columns if x.dtype in kinds]
        frame = frame.but(columns=tuple(x for x in frame.columns if x.label in labels))
    c.need(labels, "a frame without columns")
    options = {k: c[k] for k in ("method", "na_option", "ascending", "pct") if c.given(k)}
    by_rule = c.interpreter.by_rule  # type: ignore[attr-defined]
    changed = [by_rule("Series.rank", series_of(c.ctx, frame, x), [], options, c.node) for x in labels]  # type: ignore[attr-defined]  # fmt: skip
    return projected(c.ctx, frame, labels, changed)


__all__ = ["frame_rank"]
