"""Windows over the rows of each group: what is computed of them."""

from __future__ import annotations

from typing import Any

from rules.groups import Groups, Made
from rules.window_shapes import SHAPES, shape_of_group
from transpiler.errors import NoRule
from transpiler.facts import NUMBERS, Col
from transpiler.symbolic import E, Window

BEFORE, HERE = Window.unboundedPreceding, Window.currentRow
#: parameters of what is computed of windows
PARAMETERS = {"std": ("ddof",), "var": ("ddof",), "quantile": ("q",)} | {k: tuple(v) for k, v in SHAPES.items()}  # fmt: skip
ROLLED = {"sum", "mean", "min", "max", "std", "var", "count", "median", "quantile"}


def rolling(
    g: Groups,
    v: Col,
    how: str,
    window: Any = None,
    min_periods: Any = None,
    ddof: int = 1,
    center: bool = False,
    q: Any = None,
    closed: Any = None,
    **options: Any,
) -> Made:
    """An aggregate of the last rows of the group (window="all": of all so far), missing where too
    few have a value."""
    known = how in ROLLED or how in SHAPES
    if not known or v.dtype not in NUMBERS | {None} or v.is_nullable:
        raise NoRule(f"a rolling {how} of a {v.dtype} column")
    if how == "quantile" and (not isinstance(q, (int, float)) or not 0 <= q <= 1):
        raise NoRule("q= of this value")
    if ddof not in (0, 1):
        raise NoRule("ddof= of this value")
    rows, least, ends = rows_of(g, window, min_periods, center, closed)
    if how in SHAPES:
        options |= {"ddof": ddof} if how == "sem" else {}
        return shape_of_group(g, v, how, rows, least, options, ends)
    if options:
        raise NoRule("an argument of a rolling window")
    options = {"q": q, "ddof": None if ddof == 1 else ddof}
    return Made(g.typed("group_rolling", v, rows, how, least, **options), "float64", finite=True)


def columns_rolled(g: Groups) -> list[Col]:
    """The columns that windows go over: pandas leaves out those of the names of the keys."""
    keys, selection, frame = {k.label for k in g.keys}, g.grouped.selection, g.frame
    if selection is None and frame.open:
        raise NoRule("the columns of the frame are not known here")
    labels = [x for x in (frame.labels if selection is None else selection) if x not in keys]
    if selection is None and not all(frame.column(x).dtype in NUMBERS | {None} for x in labels):
        raise NoRule("windows over columns that are not numbers for sure")
    return [g.value(x) for x in labels]


def rows_of(
    g: Groups, window: Any, min_periods: Any, center: bool, closed: Any
) -> tuple[E, int, bool]:
    """The window over the last rows of the group (window="all": over all so far), how many values
    it must have, and whether it ends with its row."""
    so_far = window == "all"
    if so_far:
        window = 1 << 62
    if not isinstance(window, int) or isinstance(window, bool) or window < 1:
        raise NoRule("a rolling window of this form")
    least = min_periods if min_periods is not None else window
    if not isinstance(least, int) or isinstance(least, bool) or least < 0 or least > window:
        raise NoRule("a rolling window of this form")
    if closed not in (None, "right", "left", "both", "neither"):
        raise NoRule("closed= of this value")
    ahead = (window - 1) // 2 if center else 0
    first = ahead - (window - 1) - (closed in ("left", "both"))
    last = ahead - (closed in ("left", "neither"))
    bounds = (BEFORE, HERE) if so_far else (first, last or HERE)
    rows = g.window(ordered=True).rowsBetween(*bounds)
    return rows, least, so_far or last == 0


__all__ = ["PARAMETERS", "columns_rolled", "rolling", "rows_of"]
