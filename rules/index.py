"""The labels of the rows: columns become an index, and an index columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from rules.labels import placed, in_front, renamed_keys
from rules.lib import assign, chain, on, physical, renumbered, selected, series_of, tight
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    Array,
    Col,
    Column,
    Const,
    Frame,
    Index,
    RowNumbers,
    Rows,
    Sequence,
    Value,
    fresh,
)
from transpiler.symbolic import col, lift, render

# --- reset_index, set_index -------------------------------------------------------------------

_RESET = "level=None, *, drop=False, inplace=False, col_level=0, col_fill='', allow_duplicates=None, names=None"


@rule(
    f"DataFrame.reset_index({_RESET})",
    not_yet="inplace",
    ignored="allow_duplicates",
    example=(
        "df.groupby('k').agg({'i': ['sum', 'mean']}).reset_index(col_level=1)",
        "df.groupby(['k', 'b']).agg({'i': ['sum', 'mean']}).reset_index(col_fill='key', names=['x', 'y'])",
        "df.set_index('k').reset_index(allow_duplicates=True)",
        "df.set_index(['k', 'i']).reset_index(level='i')",
        "df.set_index(['k', 'i', 'j']).reset_index(level=[2, 0])",
        "df.set_index(['k', 'i']).reset_index(level=0, drop=True)",
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
    names, frame = c.lit("names"), c.frame
    deep = len(frame.label_names) > 1
    place = (c.lit("col_level"), c.lit("col_fill")) if deep else (0, "")
    c.need(type(place[0]) is int and isinstance(place[1], str), "col_level= or col_fill= of this form")  # fmt: skip
    some = levels_of(frame, c.lit("level"))
    c.need(place == (0, "") or frame.index.kind == "columns" and not some, "col_level= or col_fill= of some levels")  # fmt: skip
    if some and len(some) < len(frame.index.levels):
        c.need(names is None, "names of some levels")
        return some_reset(c.ctx, frame, some, bool(c.lit("drop")))
    if place != (0, "") and not c.lit("drop"):
        return levels_in_front(c.ctx, frame, names, place=place)
    return index_reset(c.ctx, frame, bool(c.lit("drop")), names)


def levels_of(frame: Frame, level: Any) -> list[Column]:
    """The levels that ``level=`` names, by name or place; none for None. Raises NoRule for others."""
    if level is None:
        return []
    levels, found = frame.index.levels, []
    labels = [x.label for x in levels]
    for one in level if isinstance(level, (list, tuple)) else [level]:
        place = labels.index(one) if labels.count(one) == 1 else one
        if type(place) is not int or not -len(levels) <= place < max(len(levels), 1):
            raise NoRule(f"no index level {one!r}")
        if levels:
            found.append(levels[place])
    if len({x.name for x in found}) < len(found):
        raise NoRule("a level that is named twice")
    return found


def some_reset(ctx: Any, frame: Frame, some: list[Column], drop: bool) -> Frame:
    """Some levels become columns in front, or go; the others stay."""
    names = {x.name for x in some}
    some = [x for x in frame.index.levels if x.name in names]
    stay = tuple(x for x in frame.index.levels if x.name not in names)
    loose = tuple(x for x in frame.index.loose if x[0] not in names) if len(stay) > 1 else ()
    index = Index("columns", None, stay, unique=False, loose=loose)
    rows = Rows(full=frame.rows.full)
    if not drop:
        moved = frame.but(index=Index("columns", None, tuple(some)))
        return levels_in_front(ctx, moved, None, stay).but(index=index, rows=rows)
    kept = tuple(k.name for k in frame.order.keys if k.name in names)
    dropped = [x.name for x in some if x.name not in kept]
    out = chain(frame, f".drop({', '.join(map(render, dropped))})") if dropped else frame
    return out.but(index=index, hidden=(*out.hidden, *kept), rows=rows)


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


def index_ignored(ctx: Any, frame: Frame) -> Frame:
    """``ignore_index=True``: a RangeIndex in place of any labels."""
    return levels_dropped(ctx, frame) if frame.index.kind == "columns" else renumbered(ctx, frame)


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


def levels_in_front(ctx: Any, frame: Frame, names: Any, stay: tuple[Column, ...] = (), place: tuple[int, str] = (0, "")) -> Frame:  # fmt: skip
    """The label columns become the first columns, but for those that ``stay`` as labels. ``place``:
    the level of the columns' labels that has their names, and what the other levels have."""
    labels = level_labels(frame, names)
    depth = len(frame.label_names)
    if depth > 1:
        at, fill = place
        labels = [tuple(x if n == at % depth else fill for n in range(depth)) for x in labels]
    if any(frame.has(x) for x in labels) or len(set(map(repr, labels))) < len(labels):
        raise NoRule("an index level has the name of a column")
    levels = frame.index.levels
    base = frame if stay else renumbered(ctx, frame)
    moved: dict[str, str] = {}
    columns = []
    for level, label in zip(levels, labels):
        name = level.name
        shown = label[place[0]] if isinstance(label, tuple) else label
        if name != shown and isinstance(shown, str) and shown:
            taken = {c.name for c in (*base.columns, *levels)} | set(base.hidden)
            name = shown if shown not in taken else physical(base, shown)
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
    return placed(ctx, base, [*columns, *base.columns], exprs, stay, order=order)


@rule(
    "DataFrame.set_index(keys, *, drop=True, append=False, inplace=False, verify_integrity=False)",
    not_yet="inplace",
    example=(
        "df.set_index('i')",
        "df.set_index(['k', 'i'])",
        "df.set_index('k', drop=False)",
        "df.set_index('i')[['s', 'f']].head(3)",
        "df.set_index('k', append=True)",
        "df.set_index('k').set_index('i', append=True)",
        "df[df['i'] > 2].set_index(['s', 'k'], append=True, drop=False)",
        "df.drop_duplicates('i').set_index('i', verify_integrity=True).loc[4, 's']",
        "df.set_index(df['k'] + '!')",
        "df.set_index([df['s'].str.upper(), 'i'])",
        "df.set_index('k').set_index('i')",
    ),
)
def set_index(c: Call) -> Frame:
    """Columns, or the values of Series, become the labels."""
    frame, ctx = c.frame, c.ctx
    levels: list[Column] = []
    if c.lit("append"):
        if frame.index.kind != "columns":
            frame = as_level(ctx, frame, None)
        levels += frame.index.levels
    elif frame.index.kind == "columns":
        c.need(c.lit("drop"), "an index of columns is replaced by copies of columns")
        frame = levels_dropped_quietly(ctx, frame)
    taken: list[Column] = []
    for key in keys_of(c["keys"]):
        if isinstance(key, Col):
            frame, level = computed_level(c, frame, key)
        else:
            c.need(isinstance(key, (str, int)), "labels that are not columns")
            level = frame.column(key)
            ctx.use(frame, level)
            if c.lit("drop"):
                taken.append(level)
            else:
                name = ctx.temp("idx")
                frame = chain(frame, f'.withColumn("{name}", {col(level.name)})')
                level = replace(level, name=name, uid=fresh(), origin=None)
        levels.append(level)
    c.need(len({x.name for x in levels}) == len(levels) > 0, "labels that are not columns")
    names = {x.name for x in taken}
    rest = tuple(x for x in frame.columns if x.name not in names)
    gone = (*frame.gone, *(x.label for x in taken)) if frame.open else ()
    unique = bool(c.lit("verify_integrity"))
    if unique:
        listed = render([x.name for x in levels])
        frame = frame.but(text=f"{ctx.call('unique_rows')}({frame.text}, {listed})")
    index = Index("columns", None, tuple(levels), unique=unique)
    return frame.but(columns=rest, gone=gone, index=index, rows=Rows(full=frame.rows.full))


def keys_of(keys: Value) -> list:
    """Labels and Series that ``keys=`` names."""
    if isinstance(keys, Col):
        return [keys]
    parts = keys.items if isinstance(keys, Sequence) else None
    if parts is None:
        found = literal(keys, "keys=")
        return found if isinstance(found, list) else [found]
    return [x if isinstance(x, Col) else literal(x, "keys=") for x in parts]


def computed_level(c: Call, frame: Frame, value: Col) -> tuple[Frame, Column]:
    """The values of a Series as a level."""
    series = on(frame, value)
    c.need(not series.temps and not series.windowed, "labels that are computed over rows")
    c.need(series.dtype not in ("category", "list", "bool?"), f"labels from {series.dtype} values")
    name = c.ctx.temp("idx")
    label = None if isinstance(value, Array) and value.kind == "ndarray" else series.label
    level = Column(label, name, series.dtype, nullable=series.is_nullable)
    return chain(frame, f'.withColumn("{name}", {tight(series)})'), level


def levels_dropped_quietly(ctx: Any, frame: Frame) -> Frame:
    """The label columns stay hidden, for an order that may need them."""
    return frame.but(hidden=(*frame.hidden, *(x.name for x in frame.index.levels)))


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
    across = c.given("columns") or c.lit("axis") in (1, "columns") and not c.given("index")
    c.need(not across or len(frame.label_names) < 2, "labels of several levels")
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
    out, level = computed_level(c, frame, value)  # type: ignore[arg-type]
    if frame.index.kind == "columns":
        out = levels_dropped_quietly(ctx, out)
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


def over_series(c: Call, change: Callable[[Frame], Frame]) -> Col:
    """A change of rows or labels, made to a Series as to the frame of its one column."""
    label = "__value" if c.col.label is None else c.col.label
    table = framed(c.ctx, c.col, label)
    return series_of(c.ctx, change(table), label).but(label=c.col.label)


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
    not_yet="inplace",
    ignored="allow_duplicates",
    example=(
        "df.groupby(['k', 'b'])['i'].sum().reset_index(level='b')",
        "df.groupby(['k', 'b'])['i'].sum().reset_index(level=1, drop=True)",
        "df[df['i'] > 3]['s'].reset_index(drop=True)",
        "df[df['i'] > 3]['s'].reset_index()",
        "df.set_index('k')['i'].reset_index(name='n')",
    ),
)
def series_reset_index(c: Call) -> Any:
    """The labels become a column, or go."""
    series, ctx = c.col, c.ctx
    rows_of_groups = getattr(series, "aligned", None) is not None and c.lit("drop")
    c.need(not rows_of_groups or c.lit("level") is None, "rows of groups keep their own labels")
    some = levels_of(series.frame, c.lit("level"))
    if some and len(some) < len(series.frame.index.levels):
        label = c.lit("name") if c.given("name") else series.label
        table = framed(ctx, series, 0 if label is None else label)
        out = some_reset(ctx, table, some, bool(c.lit("drop")))
        if not c.lit("drop"):
            return out
        return series_of(ctx, out, 0 if label is None else label).but(label=label)
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
    not_yet="inplace",
    ignored="axis copy level errors",
    example=(
        "df['i'].rename('number')",
        "(df['i'] + 1).rename('i')",
        "df['i'].rename('x', errors='raise')",
    ),
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
