"""The labels of the rows: columns become an index, and an index columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.labels import placed, in_front, renamed_keys
from rules.lib import assign, chain, on, physical, renumbered, selected, series_of, tight
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Index,
    Order,
    RowNumbers,
    Rows,
    SortKey,
    fresh,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import col, lift, render

# --- reset_index, set_index -------------------------------------------------------------------

_RESET = "level=None, *, drop=False, inplace=False, col_level=0, col_fill='', allow_duplicates=None, names=None"


@rule(
    f"DataFrame.reset_index({_RESET})",
    not_yet="level inplace col_level col_fill allow_duplicates",
    example=(
        "df[df['i'] > 3].reset_index(drop=True)",
        "df[df['i'] > 3].reset_index()",
        "df.reset_index(names='row')",
        "df.sort_values('i').reset_index(drop=True).head(3)",
        "df.set_index('k').reset_index()",
        "df.set_index(['k', 'i']).reset_index(drop=True)",
    ),
)
def reset_index(c: Call) -> Frame:
    """The labels become columns in front, or go; rows are numbered in their present order."""
    names = c.lit("names")
    return index_reset(c.ctx, c.frame, bool(c.lit("drop")), names)


def index_reset(ctx: Any, frame: Frame, drop: bool, names: Any = None) -> Frame:
    """The frame with a RangeIndex, its old labels in front unless they are dropped."""
    kind = frame.index.kind
    if kind == "columns":
        return levels_dropped(ctx, frame) if drop else levels_in_front(ctx, frame, names)
    if drop:
        return frame if kind == "range" else renumbered(ctx, frame)
    label = (names[0] if isinstance(names, list) else names) if names is not None else "index"
    if names is None and frame.has("index"):
        label = "level_0"
    if frame.has(label):
        raise NoRule(f"column {label!r} is there already")
    number = ctx.position(frame, frame.index.anchor, "number")
    base = frame if kind == "range" else renumbered(ctx, frame)
    column = Column(label, physical(base, label), "int64")
    if frame.open:
        text = f"{ctx.call('numbers_in_front')}({base.text}, {lift(column.name)}, {number})"
        return base.but(text=text, columns=(*base.columns, column))
    return placed(ctx, base, [column, *base.columns], {column.name: number}, base.index.levels)


def levels_dropped(ctx: Any, frame: Frame) -> Frame:
    """The label columns go."""
    names = [level.name for level in frame.index.levels]
    frame = renumbered(ctx, ctx.losing(frame, keep={c.name for c in frame.columns}))
    return chain(frame, f".drop({', '.join(render(n) for n in names)})")


def level_labels(frame: Frame, names: Any) -> list:
    """The labels that the index levels get as columns."""
    levels = frame.index.levels
    if names is not None:
        given = names if isinstance(names, (list, tuple)) else [names]
        if len(given) != len(levels):
            raise NoRule("names= of another length than the index")
        return list(given)
    if len(levels) == 1:
        default = "index" if frame.has("index") is False or frame.open else "level_0"
        return [levels[0].label if levels[0].label is not None else default]
    return [x.label if x.label is not None else f"level_{i}" for i, x in enumerate(levels)]


def levels_in_front(ctx: Any, frame: Frame, names: Any) -> Frame:
    """The label columns become the first columns."""
    labels = level_labels(frame, names)
    if any(frame.has(x) for x in labels) or len(set(map(repr, labels))) < len(labels):
        raise NoRule("an index level has the name of a column")
    levels = frame.index.levels
    base = renumbered(ctx, frame)
    moved: dict[str, str] = {}
    columns = []
    for level, label in zip(levels, labels):
        name = level.name
        if name != label and isinstance(label, str) and label:
            taken = {c.name for c in (*base.columns, *levels)} | set(base.hidden)
            name = label if label not in taken else physical(base, label)
            moved[level.name] = name
        columns.append(replace(level, label=label, name=name))
    exprs = {new: col(old) for old, new in moved.items()}
    order = renamed_keys(base.order, moved)
    if frame.open:
        renames = "".join(f".withColumnRenamed({render(a)}, {render(b)})" for a, b in moved.items())
        wide = chain(base, renames, order=order)
        text = in_front(ctx, wide, [x.name for x in columns])
        gone = tuple(g for g in frame.gone if g not in labels)
        return wide.but(text=text, columns=(*columns, *base.columns), gone=gone)
    return placed(ctx, base, [*columns, *base.columns], exprs, order=order)


@rule(
    "DataFrame.set_index(keys, *, drop=True, append=False, inplace=False, verify_integrity=False)",
    not_yet="append inplace verify_integrity",
    example=(
        "df.set_index('i')",
        "df.set_index(['k', 'i'])",
        "df.set_index('k', drop=False)",
        "df.set_index('i')[['s', 'f']].head(3)",
    ),
)
def set_index(c: Call) -> Frame:
    """Columns become the labels."""
    keys, frame, ctx = c.lit("keys"), c.frame, c.ctx
    keys = keys if isinstance(keys, list) else [keys]
    c.need(keys and all(isinstance(k, (str, int)) for k in keys), "labels that are not columns")
    levels = [frame.column(k) for k in keys]
    ctx.use(frame, *levels)
    if not c.lit("drop"):
        copies = []
        for level in levels:
            name = ctx.temp("idx")
            frame = chain(frame, f'.withColumn("{name}", {col(level.name)})')
            copies.append(replace(level, name=name, uid=fresh(), origin=None))
        index = Index("columns", None, tuple(copies), unique=False)
        return frame.but(index=with_old_levels(frame, index), rows=Rows())
    names = {level.name for level in levels}
    rest = tuple(x for x in frame.columns if x.name not in names)
    gone = (*frame.gone, *keys) if frame.open else ()
    index = Index("columns", None, tuple(levels), unique=False)
    if frame.index.kind == "columns":
        frame = levels_dropped_quietly(ctx, frame)
    return frame.but(columns=rest, gone=gone, index=index, rows=Rows())


def with_old_levels(frame: Frame, index: Index) -> Index:
    if frame.index.kind == "columns":
        raise NoRule("an index of columns is replaced by copies of columns")
    return index


def levels_dropped_quietly(ctx: Any, frame: Frame) -> Frame:
    """The label columns stay hidden, for an order that may need them."""
    return frame.but(hidden=(*frame.hidden, *(x.name for x in frame.index.levels)))


@rule(
    "DataFrame.sort_index(*, axis=0, level=None, ascending=True, inplace=False, kind='quicksort', "
    "na_position='last', sort_remaining=True, ignore_index=False, key=None)",
    not_yet="level inplace sort_remaining key",
    ignored="kind",
    example=(
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
    out = index_sorted(c.ctx, frame, ascending, c.lit("na_position") == "last")
    return renumbered(c.ctx, out) if c.lit("ignore_index") else out


def index_sorted(ctx: Any, frame: Frame, ascending: Any, last: bool) -> Frame:
    """The frame in the order of its labels."""
    index = frame.index
    if index.kind == "columns":
        ways = ascending if isinstance(ascending, list) else [ascending] * len(index.levels)
        if any(x.dtype == "category" for x in index.levels):
            raise NoRule("a sort by category")
        ctx.use(frame, *index.levels)
        keys = [SortKey(x.name, x.uid, bool(up), last) for x, up in zip(index.levels, ways)]
        return frame.but(order=sorted_order(keys, frame.order), rows=Rows(parent=frame.rows))
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


def as_level(ctx: Any, frame: Frame, label: Any) -> Frame:
    """The row numbers as a named index level."""
    number = ctx.position(frame, frame.index.anchor, "number")
    name = ctx.temp("idx")
    level = Column(label, name, "int64")
    unique = frame.index.unique
    return chain(
        frame, f'.withColumn("{name}", {number})', index=Index("columns", None, (level,), unique)
    )


@rule(
    "DataFrame.rename_axis(mapper=None, *, index=None, columns=None, axis=0, copy=None, inplace=False)",
    not_yet="inplace",
    ignored="copy",
    example=(
        "df.set_index('k').rename_axis('key')",
        "df.rename_axis('row').reset_index()",
        "df.rename_axis(None, axis=1)",
        "df.set_index(['k', 'i']).rename_axis(['x', 'y'])",
    ),
)
def rename_axis(c: Call) -> Frame:
    """The index or the columns get a name."""
    frame = c.frame
    if c.given("columns"):
        c.need(not c.given("mapper"), "two kinds of names")
        frame = frame.but(label_names=() if c.lit("columns") is None else (c.lit("columns"),))
        return axis_named(c.ctx, frame, c.lit("index")) if c.given("index") else frame
    names = c.lit("index") if c.given("index") else c.lit("mapper")
    if c.lit("axis") in (1, "columns") and not c.given("index"):
        c.need(names is None or isinstance(names, str), "names of several levels")
        return frame.but(label_names=() if names is None else (names,))
    return axis_named(c.ctx, frame, names)


def axis_named(ctx: Any, frame: Frame, names: Any) -> Frame:
    """The index levels get these names."""
    if frame.index.kind != "columns":
        if names is None or names == [None]:
            return frame
        if isinstance(names, list) and len(names) == 1:
            names = names[0]
        if not isinstance(names, str):
            raise NoRule("names of an index that has none")
        return as_level(ctx, frame, names)
    levels = frame.index.levels
    if isinstance(names, dict):
        new = [names.get(x.label, x.label) for x in levels]
    else:
        new = list(names) if isinstance(names, (list, tuple)) else [names]
    if len(new) != len(levels):
        raise NoRule("names of another length than the index")
    renamed = tuple(replace(x, label=n) for x, n in zip(levels, new))
    return frame.but(index=replace(frame.index, levels=renamed))


@rule(
    "DataFrame.index.__set__(value)",
    example=(
        "df = df[df['i'] > 3]\ndf.index = range(len(df))\nout = df",
        "df = df[['i', 'k']]\ndf.index = df['k']\nout = df",
    ),
)
def set_index_labels(c: Call) -> Frame:
    """``df.index = …``: numbers of the rows, or the values of a column."""
    value, frame, ctx = c["value"], c.frame, c.ctx
    if isinstance(value, RowNumbers):
        c.need(value.start == 0 and frame.rows.same_set(value.rows), "numbers of other rows")
        return frame if frame.index.kind == "range" else index_reset(ctx, frame, True)
    c.need(isinstance(value, Col) and value.frame.rows is frame.rows, "labels of this form")
    series = on(frame, value)
    c.need(
        not series.temps and not series.windowed and frame.index.kind != "columns",
        "labels that are computed over rows",
    )
    name = ctx.temp("idx")
    level = Column(series.label, name, series.dtype, nullable=series.is_nullable)
    out = chain(frame, f'.withColumn("{name}", {tight(series)})')
    return out.but(index=Index("columns", None, (level,), unique=False), rows=Rows())


# --- Series -----------------------------------------------------------------------------------


def framed(ctx: Any, series: Col, label: Any) -> Frame:
    """The Series as a frame of one column, with its index."""
    frame = series.frame
    if series.column is not None and not series.temps and series.column.label == label:
        return selected(ctx, frame, [series.column])
    wide = assign(ctx, frame, label, series)
    column = wide.column(label)
    return selected(ctx, wide, [column])


@rule(
    "Series.to_frame(name=None)",
    example=(
        "df['i'].to_frame()",
        "(df['i'] * 2).to_frame('twice')",
        "df['s'].str.len().to_frame('n')",
    ),
)
def to_frame(c: Call) -> Frame:
    """A frame of one column."""
    label = c.lit("name") if c.given("name") else c.col.label
    return framed(c.ctx, c.col, 0 if label is None else label)


@rule(
    "Series.reset_index(level=None, *, drop=False, name=None, inplace=False, allow_duplicates=False)",
    not_yet="level inplace allow_duplicates",
    example=(
        "df[df['i'] > 3]['s'].reset_index(drop=True)",
        "df[df['i'] > 3]['s'].reset_index()",
        "df.set_index('k')['i'].reset_index(name='n')",
    ),
)
def series_reset_index(c: Call) -> Any:
    """The labels become a column, or go."""
    series, ctx = c.col, c.ctx
    if not c.lit("drop"):
        label = c.lit("name") if c.given("name") else series.label
        return index_reset(ctx, framed(ctx, series, 0 if label is None else label), False)
    frame = series.frame
    if frame.index.kind == "range":
        return series
    levels = tuple(x.name for x in frame.index.levels)
    numbered = renumbered(ctx, frame).but(hidden=(*frame.hidden, *levels)) if not levels else None
    if numbered is None:
        label = 0 if series.label is None else series.label
        narrow = index_reset(ctx, framed(ctx, series, label), True)
        return series_of(ctx, narrow, label).but(label=series.label)
    numbered = renumbered(ctx, frame)
    return series.but(frame=numbered, column=None)


@rule(
    "Series.rename(index=None, *, axis=None, copy=None, inplace=False, level=None, errors='ignore')",
    not_yet="inplace level errors",
    ignored="axis copy",
    example=("df['i'].rename('number')", "(df['i'] + 1).rename('i')"),
)
def series_rename(c: Call) -> Col:
    """Another name."""
    name = c["index"]
    c.need(
        isinstance(name, Const)
        and (name.value is None or isinstance(name.value, (str, int, float))),
        "labels of the index are changed",
    )
    return c.col.but(label=name.value, column=None)


@rule(
    "Series.rename_axis(mapper=None, *, index=None, axis=0, copy=True, inplace=False)",
    not_yet="inplace",
    ignored="axis copy",
    example="df.set_index('k')['i'].rename_axis('key').reset_index()",
)
def series_rename_axis(c: Call) -> Col:
    """The index gets a name."""
    series = c.col
    names = c.lit("index") if c.given("index") else c.lit("mapper")
    frame = axis_named(c.ctx, series.frame, names)
    return series.but(frame=frame)


@rule(
    "Series.sort_index(*, axis=0, level=None, ascending=True, inplace=False, kind='quicksort', na_position='last', "
    "sort_remaining=True, ignore_index=False, key=None)",
    not_yet="level inplace sort_remaining key ignore_index",
    ignored="axis kind",
    example=(
        "df.sort_values('i')['s'].sort_index()",
        "df.set_index('g')['i'].head(8).sort_index(ascending=False)",
    ),
)
def series_sort_index(c: Call) -> Col:
    """The Series in the order of its labels."""
    frame = index_sorted(c.ctx, c.col.frame, c.lit("ascending"), c.lit("na_position") == "last")
    return c.col.but(frame=frame)
