"""``key=`` of sort_values and sort_index: rows go by what a function makes of a column."""

from __future__ import annotations

from rules.categories import sort_place
from rules.lib import chain, on, tight
from rules.registry import Call
from transpiler.facts import Col, Const, Frame, Func, Index, Module, Rows, SortKey, Value
from transpiler.infer.context import sorted_order
from transpiler.symbolic import render


def key_values(c: Call, function: Value, series: Col) -> Col:
    """What ``key`` makes of a column or an index. Raises NoRule unless that is a Series of its rows."""
    if isinstance(function, Const) and function.value is None:
        return series
    if isinstance(function, Func):
        made = c.interpreter.inline(function, [series], {}, None)  # type: ignore[attr-defined]
    else:
        c.need(isinstance(function, Module), "a key that is not known here")
        made = c.interpreter.by_rule(function.name, None, [series], {}, c.node)  # type: ignore[attr-defined]
    same = isinstance(made, Col) and made.frame.rows is series.frame.rows
    c.need(same, "a key that gives no Series of the same rows")
    return made


def with_key(c: Call, frame: Frame, values: Col, up: bool, last: bool) -> tuple[Frame, SortKey]:
    """The frame with ``values`` as a hidden column where they are not one of its own, and the key."""
    column, place = values.column, sort_place(values) if values.dtype == "category" else None
    if column is not None and place is None and column.dtype != "category":
        c.ctx.use(frame, column)
        return frame, SortKey(column.name, column.uid, up, last)
    if place is None:
        values = on(frame, values)
        c.need(not values.temps and not values.windowed, "a key that is computed over rows")
        place = tight(values)
    name = c.ctx.temp("place" if values.dtype == "category" else "key")
    out = chain(frame, f".withColumn({render(name)}, {place})", hidden=(*frame.hidden, name))
    return out, SortKey(name, None, up, last)


def in_order(frame: Frame, keys: list[SortKey]) -> Frame:
    """The frame sorted by values; a RangeIndex stays one where the sort moves no row."""
    rows, index = Rows(parent=frame.rows), frame.index
    if index.kind == "range":
        index = Index("rows", index.anchor, sorted=rows.uid)
    return frame.but(order=sorted_order(keys, frame.order), rows=rows, index=index)
