"""A group-by of some of its frame's rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.lib import filtered, on
from transpiler.facts import Col, Frame, GroupKey, Grouped


def regrouped(grouped: Grouped, frame: Frame, **changes: Any) -> Grouped:
    """The same group-by over a frame that has some of its frame's rows."""
    keys = tuple(GroupKey(k.label, on(frame, k.col)) for k in grouped.keys)
    series = None if grouped.series is None else on(frame, grouped.series)
    return replace(grouped, frame=frame, keys=keys, series=series, **changes)


def of_rows(ctx: Any, grouped: Grouped, test: Col) -> Grouped:
    """The group-by of the rows for which a Series is true."""
    return regrouped(grouped, filtered(ctx, grouped.frame, test))


__all__ = ["of_rows", "regrouped"]
