"""Values that are set by the place of their rows: ``df["a"] = series.values``."""

from __future__ import annotations

from transpiler.errors import NoRule
from transpiler.facts import Col, Frame


def by_place(frame: Frame, series: Col) -> Col:
    """A Series whose values go to the rows of the frame by their place."""
    aligned = getattr(series, "aligned", None)
    same = aligned is not None and series.in_place and series.expr.text == series.base  # type: ignore[attr-defined]
    if same and aligned.frame.rows is frame.rows and aligned.frame.order == frame.order:
        return aligned  # rows of groups, one group after the other as in the frame
    if series.frame.rows is not frame.rows:
        raise NoRule("values are set by position, from another order or set of rows")
    return series
