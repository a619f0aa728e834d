"""Labels: the index, the names of columns, and what moves between the two."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rules.lib import (
    assign,
    chain,
    literal_column,
    on,
    physical,
    renumbered,
    selected,
    series_of,
    tight,
    with_temps,
    drop_hidden,
)
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    FLOATS,
    INTEGERS,
    NULL_FREE,
    Col,
    Column,
    Const,
    Frame,
    Func,
    Index,
    Module,
    Order,
    Plain,
    Rows,
    Sequence,
    SortKey,
    fresh,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import E, F, col, lift, render

# --- laying out columns -----------------------------------------------------------------------


def chosen(name: str, expr: E | None = None) -> str:
    """How a select names a column: its plain name, or an expression under that name."""
    if expr is None:
        return lift(name).text if name.replace("_", "a").isalnum() else col(name).text
    return expr.alias(name).text


def placed(ctx: Any, frame: Frame, columns: list[Column], exprs: dict[str, E] | None = None,
           levels: tuple[Column, ...] = (), **facts: Any) -> Frame:  # fmt: skip
    """The frame with these visible columns in this order, then index levels and hidden columns.

    exprs: by physical name, what makes a column that the frame does not have under that name.
    """
    exprs = exprs or {}
    ctx.use(frame)
    ctx.use(frame, *columns, *levels)
    parts = [chosen(c.name, exprs.get(c.name)) for c in (*columns, *levels)]
    parts += [chosen(h) for h in frame.hidden]
    return chain(frame, f".select({', '.join(parts)})", columns=tuple(columns), **facts)


def in_front(ctx: Any, frame: Frame, names: list[str]) -> str:
    """Text that moves columns of a frame whose other columns are not known to the front."""
    listed = ", ".join(lift(n).text for n in names)
    return f"{ctx.call('in_front')}({frame.text}, {listed})"


def renamed_keys(order: Order, names: dict[str, str], uids: dict[int, int] | None = None) -> Order:
    """The order after physical columns got other names (and identities)."""
    uids = uids or {}
    keys = [
        replace(k, name=names.get(k.name, k.name), uid=uids.get(k.uid, k.uid)) for k in order.keys
    ]
    return replace(order, keys=tuple(keys))


def relabelled(ctx: Any, frame: Frame, labels: list[Any]) -> Frame:
    """The frame with other labels for its columns, in order. Raises NoRule for labels that repeat.

    A column is renamed in Spark where its label is a text that nothing else has.
    """
    old = list(frame.columns)
    if len(labels) != len(old):
        raise NoRule("the number of labels differs from the number of columns")
    if len({repr(x) for x in labels}) != len(labels):
        raise NoRule("two columns would have the same name")
    changed = {c.name: new for c, new in zip(old, labels) if not (c.label == new and type(c.label) is type(new))}
    if not changed:
        return frame
    kept = {c.name for c in old if c.name not in changed} | set(frame.hidden)
    kept |= {c.name for c in frame.index.levels}
    names: dict[str, str] = {}
    for name, new in changed.items():
        fits = isinstance(new, str) and new and new not in kept and not new.startswith("__")
        if fits and new != name:
            names[name] = new
    # Sparks names are case sensitive in a job; a name given up by one column may go to another.
    stay = {c.name for c in old if c.name not in names} | kept
    names = {k: v for k, v in names.items() if v not in stay}
    columns = [replace(c, label=new, name=names.get(c.name, c.name)) for c, new in zip(old, labels)]
    order = renamed_keys(frame.order, names)
    if not names:
        return frame.but(columns=tuple(columns))
    if set(names.values()) & {c.name for c in old}:  # a swap: all at once
        exprs = {new: col(name) for name, new in names.items()}
        return placed(ctx, frame, columns, exprs, frame.index.levels, order=order)
    if len(names) == 1:
        ((name, new),) = names.items()
        text = f".withColumnRenamed({render(name)}, {render(new)})"
    else:
        text = f".withColumnsRenamed({render(names)})"
    return chain(frame, text, columns=tuple(columns), order=order)


def relabelled_open(ctx: Any, frame: Frame, mapping: dict) -> Frame:
    """Labels of a frame whose columns are not all known: Spark ignores those it does not have."""
    hits = {k: v for k, v in mapping.items() if frame.has(k) is not False and k != v}
    if not hits:
        return frame
    texts = all(isinstance(x, str) and x and not x.startswith("__") for p in hits.items() for x in p)
    known = {c.label: c for c in frame.columns}
    if not texts or any(c.label != c.name for c in frame.columns) or set(hits.values()) & set(hits):
        raise NoRule("columns of a frame that is not known here get names that clash")
    if any(v in known for v in hits.values()):
        raise NoRule("two columns would have the same name")
    base, uids = fresh(), {}
    for key in frame.order.keys:
        if key.uid == hash((frame.base, key.name)):
            uids[key.uid] = hash((base, hits.get(key.name, key.name)))
    columns = tuple(replace(c, label=hits[c.label], name=hits[c.name]) if c.label in hits else c for c in frame.columns)
    if len(hits) == 1:
        ((name, new),) = hits.items()
        text = f".withColumnRenamed({render(name)}, {render(new)})"
    else:
        text = f".withColumnsRenamed({render(hits)})"
    gone = (*(g for g in frame.gone if g not in hits.values()), *(k for k in hits if k not in hits.values()))
    moved_types(ctx, frame.base, base, hits)
    return chain(frame, text, columns=columns, base=base, gone=gone, order=renamed_keys(frame.order, hits, uids))


def moved_types(ctx: Any, old: int, new: int, names: dict) -> None:
    """Dtypes that the program stated for columns of an open frame follow them."""
    known = getattr(ctx, "known_types", {})
    if old in known:
        ctx.known_types = {**known, new: {names.get(k, k): v for k, v in known[old].items()}}


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
    example=("df.set_index('i')", "df.set_index(['k', 'i'])", "df.set_index('k', drop=False)", "df.set_index('i')[['s', 'f']].head(3)"),
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
        c.need(isinstance(ascending, bool) and all(isinstance(x, str) for x in frame.labels), "labels that do not sort")
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
    order = Order(tuple(keys), frame.order.anchor, True, index.unique) if index.unique else sorted_order(keys, frame.order)
    return frame.but(order=order, rows=Rows(parent=frame.rows), index=replace(index, kind="rows"))


def as_level(ctx: Any, frame: Frame, label: Any) -> Frame:
    """The row numbers as a named index level."""
    number = ctx.position(frame, frame.index.anchor, "number")
    name = ctx.temp("idx")
    level = Column(label, name, "int64")
    unique = frame.index.unique
    return chain(frame, f'.withColumn("{name}", {number})', index=Index("columns", None, (level,), unique))


@rule(
    "DataFrame.rename_axis(mapper=None, *, index=None, columns=None, axis=0, copy=None, inplace=False)",
    not_yet="inplace",
    ignored="copy",
    example=("df.set_index('k').rename_axis('key')", "df.rename_axis('row').reset_index()", "df.rename_axis(None, axis=1)", "df.set_index(['k', 'i']).rename_axis(['x', 'y'])"),
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


# --- labels of columns ------------------------------------------------------------------------


@rule(
    "DataFrame.columns()",
    example=(
        "list(df.columns)",
        "df.columns.tolist()",
        "df.columns = [x.upper() for x in df.columns]\nout = df",
        "df.columns = df.columns.str.upper().str.replace('I', 'id')\nout = df",
        "df[df.columns[1:4]]",
        "df[[x for x in df.columns if x not in ('t', 'd')]]",
        "df.rename(columns={x: x + '_' for x in df.columns})",
    ),
)
def columns(c: Call) -> Any:
    """The labels of the columns, a pandas Index that folds."""
    frame = c.frame
    if not frame.open:
        import pandas as pd

        names = frame.label_names[0] if len(frame.label_names) == 1 else None
        return Const(pd.Index(frame.labels, dtype=object if all(isinstance(x, str) for x in frame.labels) else None, name=names))
    c.need(all(x.label == x.name for x in frame.columns), "the labels are not known here")
    named = c.ctx.hoist(frame, c.ctx.hint)
    from transpiler.infer.driver import import_pandas

    import_pandas(c.ctx)
    hidden = [*frame.hidden, *(x.name for x in frame.index.levels)]
    less = f".drop({render(hidden)})" if hidden else ""
    return Plain(f"pd.Index({named.text}.columns){less}", named.vars)


@rule(
    "DataFrame.columns.__set__(value)",
    example=("df = df[['i', 'f']]\ndf.columns = ['f', 'i']\nout = df", "df = df[['i', 'f']]\ndf.columns = ['number', 'x y']\nout = df"),
)
def set_columns(c: Call) -> Frame:
    """``df.columns = [...]``."""
    value = c["value"]
    c.need(not isinstance(value, Plain), "the labels are not known here")
    labels = c.lit("value")
    c.need(isinstance(labels, (list, tuple)), "the labels are not known here")
    c.need(not c.frame.open, "the columns of the frame are not known here")
    return relabelled(c.ctx, c.frame, list(labels)).but(label_names=())


@rule(
    "DataFrame.set_axis(labels, *, axis=0, copy=None)",
    ignored="copy",
    example="df[['i', 'f']].set_axis(['a', 'b'], axis=1)",
)
def set_axis(c: Call) -> Frame:
    """New labels for the columns."""
    c.need(c.lit("axis") in (1, "columns"), "the labels of the rows are set")
    return relabelled(c.ctx, c.frame, list(c.lit("labels")))


def mapped_labels(c: Call, mapper: Any, labels: list) -> dict:
    """What a dict or a function makes of labels."""
    if isinstance(mapper, Func):
        made = [c.interpreter.inline(mapper, [Const(x)], {}, None) for x in labels]  # type: ignore[attr-defined]
        c.need(all(isinstance(m, Const) for m in made), "the new names are not known here")
        return {x: m.value for x, m in zip(labels, made)}
    if isinstance(mapper, Module):
        method = mapper.name.removeprefix("builtins.")
        if method == "str":
            return {x: str(x) for x in labels}
        c.need(method.startswith("str.") and all(isinstance(x, str) for x in labels), "the new names are not known here")
        return {x: getattr(str, method[4:])(x) for x in labels}
    c.need(isinstance(mapper, Const) and isinstance(mapper.value, dict), "the new names are not known here")
    return dict(mapper.value)


def renaming(c: Call, frame: Frame, mapper: Any) -> Frame:
    """``rename(columns=mapper)``."""
    if frame.open:
        mapping = mapped_labels(c, mapper, [])
        return relabelled_open(c.ctx, frame, mapping) if mapping or isinstance(mapper, Const) else _unknown()
    labels = frame.labels
    mapping = mapped_labels(c, mapper, labels)
    return relabelled(c.ctx, frame, [mapping.get(x, x) for x in labels])


def _unknown() -> Frame:
    raise NoRule("the columns of the frame are not known here")


def _affix(make: Any) -> Any:
    def apply(c: Call) -> Frame:
        c.need(c.lit("axis") in (None, 1, "columns"), "the labels of the rows are changed")
        text = c.lit("prefix" if "prefix" in c.args else "suffix")
        return relabelled(c.ctx, c.frame, [make(str(text), str(x)) for x in c.frame.labels])

    return apply


rule("DataFrame.add_prefix(prefix, axis=None)", example="df[['i', 'f']].add_prefix('x_')")(_affix(lambda t, x: t + x))
rule("DataFrame.add_suffix(suffix, axis=None)", example="df.add_suffix('_y').head(2)")(_affix(lambda t, x: x + t))


@rule(
    "DataFrame.reindex(labels=None, *, index=None, columns=None, axis=None, method=None, copy=None, level=None, "
    "fill_value=None, limit=None, tolerance=None)",
    not_yet="index method level limit tolerance",
    ignored="copy",
    example=("df.reindex(columns=['s', 'new', 'i'])", "df.reindex(['f', 'i'], axis=1)", "df.reindex(columns=['s', 'i', 'z'], fill_value=0)"),
)
def reindex(c: Call) -> Frame:
    """These columns in this order; the ones that are not there are empty."""
    frame, ctx = c.frame, c.ctx
    wanted = c.lit("columns") if c.given("columns") else None
    if wanted is None:
        c.need(c.lit("axis") in (1, "columns"), "the labels of the rows are changed")
        wanted = c.lit("labels")
    wanted = list(wanted)
    new = [x for x in wanted if x not in frame.labels]
    kinds = {x.dtype for x in frame.columns}
    c.need(not new or len(kinds) > 1 or kinds <= {"object", "float64"}, "a frame of one dtype changes it")
    c.need(len(set(map(repr, wanted))) == len(wanted), "a column is wanted twice")
    for label in new:
        frame = assign(ctx, frame, label, c["fill_value"] if c.given("fill_value") else Const(float("nan")))
    return selected(ctx, frame, [frame.column(x) for x in wanted])


@rule(
    "DataFrame.insert(loc, column, value, allow_duplicates=None)",
    not_yet="allow_duplicates",
    example=("df.insert(0, 'n2', df['i'] * 2)\nout = df", "df.insert(2, 'const', 'x')\nout = df", "df.insert(len(df.columns), 'last', 1.5)\nout = df"),
)
def insert(c: Call) -> Const:
    """A new column at a place, in the frame itself."""
    frame, ctx, label, place = c.frame, c.ctx, c.lit("column"), c.lit("loc")
    c.need(not frame.has(label), "the column is there already")
    c.need(isinstance(place, int) and place >= 0, "the place is not known here")
    wide = assign(ctx, frame, label, c["value"])
    if frame.open:
        c.need(isinstance(label, str) and frame.has(label) is None, "the label is not known here")
        aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
        more = f", {render(aside)}" if aside else ""
        changed_object(c, wide.but(text=f"{ctx.call('moved')}({wide.text}, {lift(label)}, {place}{more})"))
        return Const(None)
    c.need(place <= len(frame.labels), "the place is not known here")
    new = wide.column(label)
    rest = [x for x in wide.columns if x is not new]
    out = wide if place == len(rest) else selected(ctx, wide, [*rest[:place], new, *rest[place:]])
    changed_object(c, out)
    return Const(None)


def changed_object(c: Call, frame: Frame) -> Frame:
    """The object that the method was called on becomes ``frame``; gives it under its name."""
    interpreter, node = c.interpreter, c.node  # type: ignore[attr-defined]
    scope = interpreter.active[-1]
    name, ref = interpreter.target_ref(node.func.value, scope)
    c.need(ref.value is c.self, "the object has no name of its own")
    interpreter.mutate(ref, name, frame, scope)
    return ref.value


@rule("DataFrame.pop(item)", example=("x = df.pop('i')\nout = df", "x = df.pop('i')\ndf['twice'] = x * 2\nout = df", "y = df.sort_values('i').head(5)\nx = y.pop('i')\nout = x"))
def pop(c: Call) -> Col:
    """A column leaves the frame; it stays hidden for those who use the Series."""
    frame, ctx = c.frame, c.ctx
    label = c.lit("item")
    column = frame.column(label)
    ctx.use(frame, column)
    name = ctx.temp("popped")
    out = chain(frame, f".withColumnRenamed({render(column.name)}, {render(name)})")
    gone = (*frame.gone, label) if frame.open else ()
    out = out.but(
        columns=tuple(x for x in frame.columns if x.label != label),
        hidden=(*frame.hidden, name),
        gone=gone,
        order=renamed_keys(frame.order, {column.name: name}),
    )
    out = changed_object(c, out)
    deps = frozenset({(name, column.uid)})
    return Col(col(name), column.dtype, out, label, deps, nullable=column.is_nullable, null_free=column.dtype in NULL_FREE)


@rule(
    "DataFrame.filter(items=None, like=None, regex=None, axis=None)",
    example=("df.filter(items=['s', 'nope', 'i'])", "df.filter(regex='^[ij]$')", "df.filter(like='f')"),
)
def filter_(c: Call) -> Frame:
    """Columns by their labels."""
    c.need(c.lit("axis") in (None, 1, "columns"), "rows are filtered by label")
    frame = c.frame
    items, like, pattern = c.lit("items"), c.lit("like"), c.lit("regex")
    if items is not None:
        kept = [x for x in items if x in frame.labels]
    elif like is not None:
        kept = [x for x in frame.labels if like in str(x)]
    else:
        kept = [x for x in frame.labels if re.search(pattern, str(x))]
    c.need(kept, "no column is left")
    return selected(c.ctx, frame, [frame.column(x) for x in kept])


_FAMILIES: dict[str, Any] = {
    "number": lambda d: d in INTEGERS | FLOATS or d == "timedelta64[ns]",
    "numpy.number": lambda d: d in INTEGERS | FLOATS or d == "timedelta64[ns]",
    "object": lambda d: d in ("object", "date", "list"),
    "O": lambda d: d in ("object", "date", "list"),
    "builtins.object": lambda d: d in ("object", "date", "list"),
    "bool": lambda d: d in ("bool", "boolean"),
    "builtins.bool": lambda d: d in ("bool", "boolean"),
    "boolean": lambda d: d == "boolean",
    "int64": lambda d: d == "int64",
    "int": lambda d: d == "int64",
    "builtins.int": lambda d: d == "int64",
    "Int64": lambda d: d == "Int64",
    "Float64": lambda d: d == "Float64",
    "float64": lambda d: d == "float64",
    "float": lambda d: d in ("float64", "float32"),
    "builtins.float": lambda d: d in ("float64", "float32"),
    "datetime": lambda d: d == "datetime64[ns]",
    "datetime64": lambda d: d == "datetime64[ns]",
    "datetime64[ns]": lambda d: d == "datetime64[ns]",
    "numpy.datetime64": lambda d: d == "datetime64[ns]",
    "timedelta": lambda d: d == "timedelta64[ns]",
    "category": lambda d: d == "category",
    "string": lambda d: d == "string",
}


@rule(
    "DataFrame.select_dtypes(include=None, exclude=None)",
    example=("df.select_dtypes('number')", "df.select_dtypes(include=['object', 'bool'])", "df.select_dtypes(exclude=['number', 'datetime'])"),
)
def select_dtypes(c: Call) -> Frame:
    """Columns by dtype."""
    frame = c.frame
    include, exclude = families(c["include"]), families(c["exclude"])
    c.need(include or exclude, "no dtype is given")
    kept = []
    for column in frame.columns if frame.labels or True else ():
        dtype = column.dtype
        c.need(dtype is not None, "the types are not known while planning")
        sure = not (dtype == "bool?" or dtype == "int64?" and {"int64", "float64", "int", "float"} & {*include, *exclude})
        c.need(sure, "whether a column has missing values decides its dtype")
        wanted = not include or any(_FAMILIES[f](dtype) for f in include)
        if wanted and not any(_FAMILIES[f](dtype) for f in exclude):
            kept.append(column)
    c.need(kept, "no column is left")
    return selected(c.ctx, frame, kept)


def families(value: Any) -> list[str]:
    """The dtype families that an argument names. Raises NoRule for one that is not known."""
    if isinstance(value, Const) and value.value is None:
        return []
    items = value.items if isinstance(value, Sequence) else value.value if isinstance(value, Const) and isinstance(value.value, (list, tuple)) else [value]
    names = [i.name if isinstance(i, Module) else i.value if isinstance(i, Const) else i for i in items]
    if not all(n in _FAMILIES for n in names):
        raise NoRule("a dtype that is not followed")
    return names


@rule("DataFrame.get(key, default=None)", example=("df.get('i')", "df.get(['i', 's'])"))
def get(c: Call) -> Any:
    """A column, or the default where there is none."""
    key, frame = c.lit("key"), c.frame
    labels = key if isinstance(key, list) else [key]
    found = [frame.has(x) for x in labels]
    c.need(None not in found, "the columns of the frame are not known here")
    if not all(found):
        return c["default"]
    if isinstance(key, list):
        return selected(c.ctx, frame, [frame.column(x) for x in key])
    return series_of(c.ctx, frame, key)


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
    example=("df['i'].to_frame()", "(df['i'] * 2).to_frame('twice')", "df['s'].str.len().to_frame('n')"),
)
def to_frame(c: Call) -> Frame:
    """A frame of one column."""
    label = c.lit("name") if c.given("name") else c.col.label
    return framed(c.ctx, c.col, 0 if label is None else label)


@rule(
    "Series.reset_index(level=None, *, drop=False, name=None, inplace=False, allow_duplicates=False)",
    not_yet="level inplace allow_duplicates",
    example=("df[df['i'] > 3]['s'].reset_index(drop=True)", "df[df['i'] > 3]['s'].reset_index()", "df.set_index('k')['i'].reset_index(name='n')"),
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
    c.need(isinstance(name, Const) and (name.value is None or isinstance(name.value, (str, int, float))), "labels of the index are changed")
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
    example=("df.sort_values('i')['s'].sort_index()", "df.set_index('g')['i'].head(8).sort_index(ascending=False)"),
)
def series_sort_index(c: Call) -> Col:
    """The Series in the order of its labels."""
    frame = index_sorted(c.ctx, c.col.frame, c.lit("ascending"), c.lit("na_position") == "last")
    return on(frame, c.col)


__all__ = ["F", "drop_hidden", "framed", "index_reset", "literal_column", "placed", "relabelled", "tight", "with_temps"]
