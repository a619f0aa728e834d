"""Rows in the order of their labels: sort_index."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.lib import selected
from rules.index import computed_level, index_reset, levels_of
from rules.registry import Call, rule
from rules.sort_keys import key_values
from transpiler.errors import NoRule
from transpiler.facts import Col, Const, Frame, Order, Rows, SortKey
from transpiler.infer.context import sorted_order


@rule(
    "DataFrame.sort_index(*, axis=0, level=None, ascending=True, inplace=False, kind='quicksort', "
    "na_position='last', sort_remaining=True, ignore_index=False, key=None)",
    not_yet="inplace",
    ignored="kind",
    example=(
        "df.drop_duplicates('i').set_index('i').sort_index(ignore_index=True)",
        "df.set_index(['j', 'i']).sort_index(level='i')",
        "df.set_index(['b', 'i', 'j']).sort_index(level=['j', 'b'], ascending=[False, True])",
        "df.set_index(['b', 'j']).sort_index(level=0, sort_remaining=False)",
        "df.set_index(['k', 'b']).sort_index(level='b')",
        "df.set_index(['k', 'b', 's']).sort_index(level=['b', 'k'], ascending=False, na_position='first')",
        "df.groupby(['k', 'j'])[['i']].sum().sort_index(level=1, ascending=False)",
        "df.set_index('s').sort_index(key=lambda x: x.str.lower())",
        "df.sort_values('i').sort_index()",
        "df[df['i'] > 2].sort_index(ascending=False)",
        "df.set_index(['k', 'i', 'f']).sort_index()",
        "df.set_index('g')[['i']].head(9).sort_index(na_position='first', ascending=False)",
        "df.sort_index(axis=1)",
    ),
)
def sort_index(c: Call) -> Frame:
    """Rows in the order of their labels (or columns in that of theirs)."""
    frame = c.frame
    ascending = c.lit("ascending")
    if c.lit("axis") in (1, "columns"):
        c.need(
            isinstance(ascending, bool) and all(isinstance(x, str) for x in frame.labels),
            "labels that do not sort",
        )
        ordered = sorted(frame.columns, key=lambda x: x.label, reverse=not ascending)
        return selected(c.ctx, frame, ordered)
    out = sorted_by_labels(c, frame)
    return index_reset(c.ctx, out, True) if c.lit("ignore_index") else out


def sorted_by_labels(c: Call, frame: Frame) -> Frame:
    """The frame in the order of all of its levels, of some of them, or of what a function makes."""
    ascending, last = c.lit("ascending"), c.lit("na_position") == "last"
    some = levels_of(frame, c.lit("level"))
    if not isinstance(c["key"], Const):
        c.need(not some, "a key for some levels")
        return sorted_by_key(c, frame, ascending, last)
    if not some or len(frame.index.levels) < 2:
        return index_sorted(c.ctx, frame, ascending, last)
    if isinstance(ascending, list):
        c.need(len(ascending) == len(some), "as many ways as levels")
        keys = [SortKey(x.name, x.uid, bool(up), last) for x, up in zip(some, ascending)]
        return frame.but(order=sorted_order(keys, frame.order), rows=Rows(parent=frame.rows))
    if c.lit("sort_remaining"):
        some = [*some, *(x for x in frame.index.levels if not any(x is y for y in some))]
    keys = [SortKey(x.name, x.uid, bool(ascending), last) for x in some]
    return frame.but(order=sorted_order(keys, frame.order), rows=Rows(parent=frame.rows))


def sorted_by_key(c: Call, frame: Frame, ascending: Any, last: bool) -> Frame:
    """``sort_index(key=…)`` of an index of one level."""
    from rules.index_values import index_labels

    c.need(isinstance(ascending, bool), "several ways")
    made = key_values(c, c["key"], index_labels(c.ctx, frame))
    out, level = computed_level(c, frame, made)
    keys = [SortKey(level.name, None, ascending, last)]
    order = sorted_order(keys, frame.order)
    return out.but(hidden=(*out.hidden, level.name), order=order, rows=Rows(parent=frame.rows))


def index_sorted(ctx: Any, frame: Frame, ascending: Any, last: bool) -> Frame:
    """The frame in the order of its labels."""
    index = frame.index
    if index.kind == "columns":
        ways = ascending if isinstance(ascending, list) else [ascending] * len(index.levels)
        if any(x.dtype == "category" for x in index.levels):
            raise NoRule("a sort by category")
        ctx.use(frame, *index.levels)
        keys = [SortKey(x.name, x.uid, bool(up), last) for x, up in zip(index.levels, ways)]
        order = sorted_order(keys, frame.order)
        if index.unique:
            order = replace(order, keys=tuple(keys), total=True)
        return frame.but(order=order, rows=Rows(parent=frame.rows))
    if isinstance(ascending, list):
        ascending = ascending[0]
    if index.kind == "range" and ascending:
        return frame.but(order=replace(frame.order, explicit=True))
    number = ctx.position(frame, index.anchor, "number")
    name = ctx.positions.get(index.anchor)
    if name is None or name not in frame.hidden:  # this pass is walked again
        return frame
    assert number.text
    keys = [SortKey(name, None, bool(ascending))]
    order = (
        Order(tuple(keys), frame.order.anchor, True, index.unique)
        if index.unique
        else sorted_order(keys, frame.order)
    )
    return frame.but(order=order, rows=Rows(parent=frame.rows), index=replace(index, kind="rows"))


@rule(
    "Series.sort_index(*, axis=0, level=None, ascending=True, inplace=False, kind='quicksort', na_position='last', "
    "sort_remaining=True, ignore_index=False, key=None)",
    not_yet="inplace",
    ignored="axis kind",
    example=(
        "df.groupby(['k', 'j'])['i'].sum().sort_index(level='j')",
        "df.groupby(['k', 'j'])['i'].sum().sort_index(ascending=[False, True])",
        "df.sort_values('i')['s'].sort_index()",
        "df.set_index('g')['i'].head(8).sort_index(ascending=False)",
        "df.sort_values('f')['i'].sort_index(ascending=False, ignore_index=True)",
        "(df.set_index('i')['f'] * 2).sort_index(ignore_index=True)",
    ),
)
def series_sort_index(c: Call) -> Col:
    """The Series in the order of its labels."""
    out = c.col.but(frame=sorted_by_labels(c, c.col.frame))
    if not c.lit("ignore_index"):
        return out
    return c.interpreter.by_rule("Series.reset_index", out, [], {"drop": Const(True)}, c.node)  # type: ignore[attr-defined]
