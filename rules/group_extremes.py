"""Where in a group the extreme is: ``idxmax``, ``idxmin``."""

from __future__ import annotations

from typing import Any, Callable

from rules.groups import UNKNOWN, Groups, Made
from transpiler.errors import NoRule
from transpiler.facts import NUMBERS, Col, with_missing
from transpiler.symbolic import E, F, col


def where_is(largest: bool) -> Callable[..., Made]:
    """idxmax, idxmin: the label of the first row that has the extreme."""

    def make(g: Groups, v: Col, over: E | None, skipna: Any = True) -> Made:
        if v.dtype not in NUMBERS | {"datetime64[ns]", "bool", None}:
            raise NoRule(f"idxmax or idxmin of a {v.dtype} column")
        if skipna not in (True, False):
            raise NoRule("skipna= of this value")
        value = v.expr if v.dtype is not None else g.typed("group_ordered", v)
        label, dtype = label_of_row(g)
        at = g.position()
        key = F.struct(value, -at) if largest else F.struct(value, at)
        if not v.null_free:
            key = F.when(v.expr.isNotNull(), key)
        expr = over_group((F.max_by if largest else F.min_by)(label, key), over)
        if not skipna and not v.null_free:
            expr = F.when(over_group(F.count_if(v.expr.isNull()), over) == 0, expr)
        return Made(expr, dtype if v.null_free else with_missing(dtype), False, False, UNKNOWN)

    return make


def over_group(expr: E, over: E | None) -> E:
    return expr if over is None else expr.over(over)


def label_of_row(g: Groups) -> tuple[E, str]:
    """The label of a row, and its dtype. Raises NoRule for labels of several levels, or unknown types."""
    index = g.frame.index
    if index.kind != "columns":
        return g.ctx.position(g.frame, index.anchor, "number"), "int64"
    if len(index.levels) != 1 or index.levels[0].dtype not in (
        "int64",
        "float64",
        "object",
        "datetime64[ns]",
    ):
        raise NoRule("idxmax over labels of this form")
    (level,) = index.levels
    g.ctx.use(g.frame, level)
    g.deps |= {(level.name, level.uid)}
    return col(level.name), level.dtype
