"""Frames put together by their labels: concat along the columns, and under keys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.index import as_level, framed
from rules.join import ordered_number, settled
from rules.lib import chain, meet, selected, settle
from rules.registry import Call
from rules.split_parts import as_table
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Index,
    Mapping,
    Order,
    Rows,
    Sequence,
    SortKey,
    fresh,
    with_nan,
)
from transpiler.symbolic import F, col, in_list, plain_name, render

# --- keys -------------------------------------------------------------------------------------


def parts_and_keys(c: Call) -> tuple[list[Any], list | None]:
    """What is put together, and the keys that tell the parts apart."""
    objs, keys = c["objs"], c.lit("keys")
    if isinstance(objs, Mapping):
        c.need(keys is None, "keys of a dict")
        return [as_table(v) for _, v in objs.items], [k for k, _ in objs.items]
    c.need(isinstance(objs, Sequence), "what is put together is not a list that is known here")
    items = [as_table(x) for x in objs.items]
    none = [isinstance(x, Const) and x.value is None for x in items]
    c.need(keys is None or not any(none) and len(keys) == len(items), "keys of other parts")
    return [x for x, gone in zip(items, none) if not gone], None if keys is None else list(keys)


def under_keys(c: Call, items: list[Any], keys: list, names: Any) -> list[Frame]:
    """Frames whose labels have one level more in front, that of their key."""
    kinds = {type(k) for k in keys}
    c.need(kinds in ({str}, {int}), "keys of another type")
    c.need(names is None or isinstance(names, list), "names= of this form")
    out = []
    for key, item in zip(keys, items):
        frame = item
        if frame.index.kind != "columns":
            frame = as_level(c.ctx, frame, None)
        name = c.ctx.temp("idx")
        value = F.lit(key) if kinds == {str} else F.lit(key).cast("bigint")
        frame = chain(frame, f'.withColumn("{name}", {value})')
        level = Column(None, name, "object" if kinds == {str} else "int64")
        levels = [level, *frame.index.levels]
        given = list(names or [])[: len(levels)]
        c.need(len(list(names or [])) <= len(levels), "more names than levels")
        levels[: len(given)] = [replace(x, label=n) for x, n in zip(levels, given)]
        index = Index("columns", None, tuple(levels), unique=False)
        out.append(frame.but(index=index, rows=Rows(full=frame.rows.full)))
    return out


def keyed_labels(c: Call, out: Frame, items: list[Any], keys: list) -> list:
    """The labels of ``axis=1``: the keys, or pairs of a key and a label."""
    if all(isinstance(x, Col) for x in items):
        return keys
    c.need(all(isinstance(x, Frame) for x in items), "keys of frames and Series")
    return [(k, x) for k, item in zip(keys, items) for x in item.labels]


# --- along the columns ------------------------------------------------------------------------


def aggregates_beside(c: Call, items: list[Col]) -> Frame:
    """Aggregates of the same groups, next to each other. Raises NoRule for others."""
    frame, series = meet(*items)
    c.need(frame.index.kind == "columns", "not aggregates of groups")
    columns = []
    for number, one in enumerate(series):
        found = [x for x in frame.columns if col(x.name).text == one.expr.text]
        c.need(len(found) == 1, "values that were computed from aggregates")
        columns.append(replace(found[0], label=label_of(items, number)))
    c.need(len({x.name for x in columns}) == len(columns), "the same aggregate twice")
    return selected(c.ctx, frame, columns).but(label_names=())


def label_of(items: list[Col], number: int) -> Any:
    """The label of a Series beside others: those without a name are numbered."""
    unnamed = [i for i, x in enumerate(items) if x.label is None]
    return unnamed.index(number) if number in unnamed else items[number].label


def beside_by_labels(c: Call, items: list[Any], how: str) -> Frame:
    """Frames and Series whose labels are columns, each label once, joined on them."""
    ctx = c.ctx
    frames = []
    for number, item in enumerate(items):
        frame = framed(ctx, item, label_of_any(items, number)) if isinstance(item, Col) else item
        c.need(frame.index.kind == "columns" and len(frame.index.levels) == 1, "labels of several levels")  # fmt: skip
        c.need(frame.index.unique and not frame.open, "labels that may repeat")
        frames.append(frame)
    labels = [x for f in frames for x in f.labels]
    c.need(len(set(map(repr, labels))) == len(labels), "two columns would have the same name")
    dtypes = {f.index.levels[0].dtype for f in frames}
    c.need(
        len(dtypes) == 1 and not dtypes & {None, "int64?", "category"}, "labels of several types"
    )
    key = ctx.temp("key")
    names = [ctx.temp("row") for _ in frames]
    columns: list[Column] = []
    text, taken = "", {key, *names}
    for frame, row in zip(frames, names):
        settle(ctx, frame)
        part, shown = labelled_part(ctx, frame, row, key, taken)
        columns += shown
        text = f"{text}.join({part}, {render(key)}, {render(how)})" if text else part
    nulls = not all(f.rows.is_full(f.index.levels[0].uid) for f in frames)
    c.need(not nulls, "labels that may be missing")
    lost = how == "outer"
    made = [with_nan(x) if lost else x for x in columns]
    level_names = {f.index.levels[0].label for f in frames}
    label = level_names.pop() if len(level_names) == 1 else None
    level = Column(label, key, dtypes.pop())
    order = Order(tuple(SortKey(n, None) for n in names), None, any(f.order.explicit for f in frames), True)  # fmt: skip
    out = Frame(text, tuple(made), index=Index("columns", None, (level,)), order=order,
                hidden=tuple(names), rows=Rows(full={level.uid}), nullable=frames[0].nullable,
                vars=frozenset().union(*(f.vars for f in frames)))  # fmt: skip
    return settled(ctx, out, ctx.step(), False) if lost else out


def label_of_any(items: list[Any], number: int) -> Any:
    item = items[number]
    if item.label is not None:
        return item.label
    unnamed = [i for i, x in enumerate(items) if isinstance(x, Col) and x.label is None]
    return unnamed.index(number)


def labelled_part(ctx: Any, frame: Frame, row: str | None, key: str, taken: set) -> tuple[str, list[Column]]:  # fmt: skip
    """A part with its label under one name, and columns of names of their own; ``row``: the name for
    the number of each row, where its order is wanted."""
    ctx.use(frame)
    base = frame if row is None else ordered_number(ctx, frame, row)
    shown, out = [], []
    for x in frame.columns:
        name = x.name
        while name in taken:
            name += "_"
        taken.add(name)
        shown.append(in_list(name) if name == x.name and plain_name(name) else col(x.name).alias(name).text)  # fmt: skip
        out.append(replace(x, name=name, uid=fresh(), origin=None))
    level = frame.index.levels[0]
    label = in_list(key) if level.name == key else col(level.name).alias(key).text
    parts = [label, *shown, *([] if row is None else [render(row)])]
    return f"{base.text}.select({', '.join(parts)})", out


__all__ = [
    "aggregates_beside",
    "beside_by_labels",
    "keyed_labels",
    "labelled_part",
    "parts_and_keys",
    "under_keys",
]
