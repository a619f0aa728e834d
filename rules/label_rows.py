"""Rows by their labels: loc, xs, drop, reindex, truncate, filter along the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from rules.index_values import index_labels
from rules.lib import (
    chain,
    filtered,
    is_missing,
    on,
    selected,
    series_of,
    settle,
    subset_of,
    typed,
)
from rules.reduce import named
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    NULL_FREE,
    TEXTS,
    Accessor,
    Col,
    Column,
    Const,
    Frame,
    Index,
    Labels,
    Local,
    Order,
    Rows,
    Scalar,
    SortKey,
    Value,
    with_nan,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import E, F, lift, render

# --- labels as conditions ---------------------------------------------------------------------

#: dtype of labels -> the Python types that can be among them
_PYTHON: dict[str, tuple] = {"object": (str,), "string": (str,), "int64": (int,), "float64": (int, float), "bool": (bool,)}  # fmt: skip


def among(labels: Labels, value: Any) -> bool:
    """Whether a constant is of the labels' type, as far as that is known."""
    if is_missing(value):
        return False
    if labels.dtype is None:  # a text such as "2024" names a span where the labels are times
        number = isinstance(value, int) and not isinstance(value, bool)
        return number or isinstance(value, str) and not may_be_time(value)
    known = _PYTHON.get(labels.dtype, ())
    return isinstance(value, known) and (bool in known or not isinstance(value, bool))


def may_be_time(text: str) -> bool:
    """Whether an index of times could take the text for one, as in ``.loc["2024-05"]``."""
    from dateutil.parser import parse  # pandas' own dependency, and its last resort

    try:
        parse(text)
    except (ValueError, OverflowError):
        return not pd.isna(pd.to_datetime(text, errors="coerce"))
    return True


def equal_to(c: Call, labels: Labels, value: Value) -> Col:
    """Where the label is this one."""
    if isinstance(value, Scalar):
        c.need(value.dtype is not None and value.dtype == labels.dtype, "a label of another type")
        test = labels.expr == E(f"{c.ctx.call('lit')}({value.text})")
    else:
        c.need(isinstance(value, Const) and among(labels, value.value), "a label of this form")
        test = (
            typed(c.ctx, "compare", labels, value, op="eq")
            if labels.dtype is None
            else labels.expr == lift(value.value)  # type: ignore[attr-defined]
        )
    return mask(labels, test)


def mask(labels: Labels, test: E) -> Col:
    return Col(test, "bool", labels.frame, None, labels.deps, local=labels.local, loose=True)


def rises(frame: Frame) -> bool:
    """Whether the rows are in the order of their labels for sure."""
    index, keys = frame.index, frame.order.keys
    if index.kind != "columns":
        return not keys and frame.order.anchor == index.anchor
    (level,) = index.levels
    in_order = bool(keys) and keys[0].name == level.name and keys[0].ascending
    return in_order and (level.dtype in NULL_FREE or frame.rows.is_full(level.uid))


def between(c: Call, labels: Labels, bounds: slice) -> Col:
    """Where the label lies between these, both included."""
    frame = labels.frame
    c.need(bounds.step in (None, 1), "a slice with a step")
    start, stop = bounds.start, bounds.stop
    c.need(start is not None or stop is not None, "a slice without ends")
    texts = all(x is None or isinstance(x, str) for x in (start, stop))
    if labels.dtype == "datetime64[ns]" and texts:
        start = None if start is None else moment(start, "start_time")
        stop = None if stop is None else moment(stop, "end_time")
    else:
        c.need(rises(frame), "a slice of labels that may not be sorted")
        times = labels.dtype == "datetime64[ns]"
        for end in (start, stop):
            c.need(end is None or among(labels, end) or times and isinstance(end, pd.Timestamp), "a label of this form")  # fmt: skip
    low, high = (
        lift(x) if not isinstance(x, pd.Timestamp) else F.lit(str(x)).cast("timestamp")
        for x in (start, stop)
    )
    if start is not None and stop is not None:
        return mask(labels, labels.expr.between(low, high))
    return mask(labels, labels.expr >= low if stop is None else labels.expr <= high)


def moment(text: str, end: str) -> pd.Timestamp:
    """The first or last moment of what a text such as "2024-01" names. Raises NoRule for others."""
    try:
        return getattr(pd.Period(text), end).floor("us")
    except (ValueError, AttributeError):
        raise NoRule(f"{text!r} is no time that is followed") from None


# --- loc --------------------------------------------------------------------------------------


def labels_of_rows(c: Call, frame: Frame) -> Labels:
    c.need(frame.index.kind != "columns" or len(frame.index.levels) == 1, "labels of several levels")  # fmt: skip
    return index_labels(c.ctx, frame)


def rows_by_label(c: Call, frame: Frame, key: Value) -> tuple[Frame, bool]:
    """The rows that a key of ``loc`` names, and whether it names just one label.

    Raises NoRule for a key that is not followed.
    """
    if isinstance(key, Col) and key.kind in ("Series", "Index"):
        return rows_at(c, frame, key), False
    if isinstance(key, Scalar):
        return filtered(c.ctx, frame, equal_to(c, labels_of_rows(c, frame), key)), True
    wanted = literal(key, "the labels")
    if isinstance(wanted, tuple) or len(frame.index.levels) > 1:
        return rows_by_levels(c, frame, wanted if isinstance(wanted, tuple) else (wanted,))
    labels = labels_of_rows(c, frame)
    if isinstance(wanted, slice):
        return filtered(c.ctx, frame, between(c, labels, wanted)), False
    if isinstance(wanted, list):
        return rows_listed(c, labels, wanted), False
    if labels.dtype == "datetime64[ns]" and isinstance(wanted, str):
        c.need(len(wanted) in (4, 7), "a text for one moment or a span, as the labels have it")
        spans = slice(wanted, wanted)
        part = filtered(c.ctx, frame, between(c, labels, spans))
        return part.but(text=f"{c.ctx.call('some_rows')}({part.text}, {render(wanted)})"), False
    return filtered(c.ctx, frame, equal_to(c, labels, Const(wanted))), True


def rows_listed(c: Call, labels: Labels, wanted: list) -> Frame:
    """The rows of these labels, in the order of the list."""
    ctx, frame = c.ctx, labels.frame
    c.need(wanted and all(among(labels, x) for x in wanted), "labels of this form")
    c.need(len(set(wanted)) == len(wanted), "a label that is wanted twice")
    c.need(labels.dtype is not None, "the types are not known while planning")
    place = ctx.temp("place")
    settle(ctx, frame)
    text = f'{ctx.call("rows_labelled")}({frame.text}, {labels.expr}, {render(wanted)}, place="{place}")'
    out = subset_of(ctx, frame, frame.but(text=text, hidden=(*frame.hidden, place)))
    return out.but(order=sorted_order([SortKey(place, None)], frame.order))


def rows_at(c: Call, frame: Frame, key: Col) -> Frame:
    """The rows whose labels are the values of a Series, in its order."""
    ctx, labels = c.ctx, labels_of_rows(c, frame)
    c.need(key.dtype is not None and key.dtype in (labels.dtype, f"{labels.dtype}?"), "labels of another type")  # fmt: skip
    c.need(frame.index.unique and not key.temps and not key.windowed, "labels that may repeat")
    order = ctx.order_of(key.frame)
    wanted, place = ctx.temp("wanted"), ctx.temp("place")
    if key.frame.rows.descends_from(frame.rows) and isinstance(key, Labels):
        raise NoRule("the labels of some of the rows")
    ctx.use(frame)
    settle(ctx, frame)
    keys = f'{ctx.call("with_position")}({key.frame.text}{"".join(f", {k}" for k in order)}, name="{place}")'
    keys += f'.select({key.expr.alias(wanted)}, "{place}")'
    text = f"{ctx.call('rows_at')}({frame.text}, {labels.expr}, {keys}, {render(wanted)})"
    index = frame.index
    if index.kind == "range":
        index = Index("rows", index.anchor, unique=False)
    out = frame.but(text=text, hidden=(*frame.hidden, place), index=replace(index, unique=False),
                    rows=Rows(), vars=frame.vars | key.vars)  # fmt: skip
    explicit = Order((SortKey(place, None),), None, key.frame.order.explicit, True)
    return out.but(order=explicit)


def rows_by_levels(c: Call, frame: Frame, keys: tuple) -> tuple[Frame, bool]:
    """The rows whose first levels are these; levels that are named go (all of them: one row)."""
    levels = frame.index.levels
    c.need(frame.index.kind == "columns" and len(keys) <= len(levels), "a key of other levels")
    c.need(len(keys) < len(levels) or frame.index.unique, "labels that may repeat")
    out = at_levels(c, frame, list(levels[: len(keys)]), list(keys))
    if len(keys) == len(levels):
        return out, True
    return without_levels(c, out, list(levels[: len(keys)]), keys), False


def at_levels(c: Call, frame: Frame, levels: list[Column], keys: list) -> Frame:
    """The rows with these labels in some levels."""
    from rules.index_values import level_labels

    for level, key in zip(levels, keys):
        labels = level_labels(c.ctx, frame, level)
        c.need(among(labels, key), "a label of this form")
        frame = filtered(c.ctx, frame, equal_to(c, labels, Const(key)))
    return frame


def without_levels(c: Call, frame: Frame, gone: list[Column], key: Any) -> Frame:
    """The frame without levels that have one value; KeyError where it has no rows."""
    left = tuple(x for x in frame.index.levels if not any(x.name == y.name for y in gone))
    text = f"{c.ctx.call('some_rows')}({frame.text}, {render(key)})"
    order = replace(frame.order, keys=tuple(k for k in frame.order.keys if k.name not in {x.name for x in gone}))  # fmt: skip
    names = ", ".join(render(x.name) for x in gone)
    return frame.but(text=f"{text}.drop({names})", order=order,
                     index=replace(frame.index, levels=left, loose=()))  # fmt: skip


def one_row(c: Call, frame: Frame, rows: Frame, key: Value, labels: Any) -> Value:
    """The row of a label: a Series on the driver, or one value of it."""
    if isinstance(labels, str) and frame.index.unique:
        series = series_of(c.ctx, rows, labels)
        return one_value(c, series, key)
    picked = rows if labels is None else selected(c.ctx, rows, [rows.column(x) for x in (labels if isinstance(labels, list) else [labels])])  # fmt: skip
    driver = c.interpreter.driver  # type: ignore[attr-defined]
    more = "" if labels is None else f", {render(labels)}"
    return Local(f"{driver.text(picked)}.loc[{driver.text(key)}{more}]", picked.vars)


def one_value(c: Call, series: Col, key: Value) -> Scalar:
    """The value in the only row that is left."""
    c.need(not series.is_nullable and series.dtype in ("int64", "float64", "object", "datetime64[ns]", "bool"), "the value depends on the others' type")  # fmt: skip
    text = f"{series.frame.text}.select({named(series)})"
    error = f"KeyError({c.interpreter.driver.text(key)})"  # type: ignore[attr-defined]
    label = series.label if isinstance(series.label, str) else "value"
    return Scalar(f"{c.ctx.call('value_at')}({text}, 0, {error})", series.dtype, series.vars, label)


# --- drop -------------------------------------------------------------------------------------


@rule(
    "DataFrame.drop(labels=None, *, axis=0, index=None, columns=None, level=None, inplace=False, errors='raise')",
    not_yet="inplace",
    example=(
        "df.set_index(['k', 'b'])[['i']].drop(['a', 'c'], level='k').reset_index()",
        "df.drop(df[df['i'] > 5].index)",
        "df.drop(df[df['f'] > 1].index).reset_index(drop=True)",
        "df.drop(index=df[df['f'].isna() | (df['k'] == 'a')].index, columns=['s'])",
        "df.drop(df.nlargest(3, 'j').index)",
        "df.drop([0, 4])",
        "df.drop(index=16)",
        "df.set_index('s').drop('apple')",
        "df.set_index('k').drop(index=['a', 'zz'], errors='ignore')",
    ),
)
def drop_rows(c: Call) -> Frame:
    """Rows go by their labels."""
    from rules.select import without

    frame = c.frame
    wanted = c["index"] if c.given("index") else c["labels"]
    c.need(c.lit("axis") in (0, "index") and not (c.given("index") and c.given("labels")), "columns are dropped")  # fmt: skip
    out = dropped(c, frame, wanted)
    if not c.given("columns"):
        return out
    labels = c.lit("columns")
    return without(c, out, labels if isinstance(labels, list) else [labels], c.lit("errors") == "ignore")  # fmt: skip


def dropped(c: Call, frame: Frame, wanted: Value) -> Frame:
    ctx = c.ctx
    if c.lit("level") is not None:
        from rules.label_levels import without_level_labels

        return without_level_labels(c, frame, c.lit("index" if c.given("index") else "labels"))
    if isinstance(wanted, Accessor) and wanted.name == "index":
        owner = wanted.owner
        return without_rows(c, frame, owner.frame if isinstance(owner, Col) else owner)  # type: ignore[arg-type]
    labels, listed = labels_of_rows(c, frame), c.lit("index" if c.given("index") else "labels")
    listed = listed if isinstance(listed, list) else [listed]
    c.need(listed and all(among(labels, x) for x in listed), "labels of this form")
    c.need(labels.dtype is not None, "the types are not known while planning")
    if c.lit("errors") == "ignore":
        hit = F.coalesce(labels.expr.isin(listed), F.lit(False)) if not labels.null_free else labels.expr.isin(listed)  # fmt: skip
        return filtered(ctx, frame, mask(labels, ~hit))
    settle(ctx, frame)
    text = f"{ctx.call('rows_not_labelled')}({frame.text}, {labels.expr}, {render(listed)})"
    return subset_of(ctx, frame, frame.but(text=text))


def without_rows(c: Call, frame: Frame, other: Frame) -> Frame:
    """The rows that are not in another frame: by the condition that chose those, or by label."""
    ctx, rows = c.ctx, other.rows
    c.need(isinstance(other, Frame) and frame.index.unique, "labels that may repeat")
    present = {(x.name, x.uid) for x in (*frame.columns, *frame.index.levels)}
    if rows.mask is not None and rows.parent is not None and rows.parent.uid == frame.rows.uid and rows.reads <= present:  # fmt: skip
        kept = ~F.coalesce(E(rows.mask), F.lit(False))
        return filtered(ctx, frame, Col(kept, "bool", frame, None, rows.reads, null_free=True))
    c.need(
        rows.descends_from(frame.rows)
        and {frame.index.kind, other.index.kind} <= {"range", "rows"}
        and frame.index.anchor == other.index.anchor,
        "the labels of rows of another frame",
    )
    settle(ctx, frame)
    number = ctx.position(frame, frame.index.anchor, "number")
    name = render(number.text[7:-2].strip("`"))
    ctx.position(other, other.index.anchor, "number")
    text = f'{frame.text}.join({other.text}.select({name}), {name}, "left_anti")'
    return subset_of(ctx, frame, frame.but(text=text, vars=frame.vars | other.vars))


# --- xs, truncate, filter, reindex ------------------------------------------------------------

_XS = "key, axis=0, level=None, drop_level=True"


def _xs(c: Call, frame: Frame) -> Frame:
    c.need(c.lit("axis") in (0, "index"), "columns by their labels")
    levels, level, key = frame.index.levels, c.lit("level"), c.lit("key")
    keys = list(key) if isinstance(key, tuple) else [key]
    c.need(len(levels) > 1 and len(keys) < len(levels), "the rows of one label")
    if level is None:
        chosen = list(levels[: len(keys)])
    else:
        from rules.groupby import level_column

        chosen = [level_column(frame, x) for x in (level if isinstance(level, list) else [level])]
    c.need(len(chosen) == len(keys), "as many levels as labels")
    out = at_levels(c, frame, chosen, keys)
    if c.lit("drop_level"):
        return without_levels(c, out, chosen, key)
    return out.but(text=f"{c.ctx.call('some_rows')}({out.text}, {render(key)})")


@rule(
    f"DataFrame.xs({_XS})",
    verdict="runtime",
    example=(
        "df.set_index(['k', 'i']).xs('a')",
        "df.set_index(['k', 'i']).xs(3, level='i')",
        "df.set_index(['k', 'i']).xs(3, level=1, drop_level=False)",
    ),
)
def xs(c: Call) -> Frame:
    """The rows with a label in some level."""
    return _xs(c, c.frame)


@rule(
    f"Series.xs({_XS})",
    verdict="runtime",
    example="df.groupby(['k', 's'])['i'].sum().xs('apple', level='s')",
)
def series_xs(c: Call) -> Col:
    """The values with a label in some level."""
    c.need(c.col.local and not c.col.windowed, "values that depend on other rows")
    return over_rows(c.col, _xs(c, c.col.frame))


def over_rows(series: Col, rows: Frame) -> Col:
    """A Series over some of its rows."""
    return series.but(frame=rows) if series.column is None else replace(on(rows, series.but(frame=series.frame)), frame=rows)  # fmt: skip


@rule(
    "DataFrame.truncate(before=None, after=None, axis=None, copy=None)",
    ignored="copy",
    example=("df.truncate(2, 5)", "df.truncate(before=3)"),
)
def truncate(c: Call) -> Frame:
    """The rows between two labels."""
    c.need(c.lit("axis") in (None, 0, "index"), "columns between labels")
    before, after = c.lit("before"), c.lit("after")
    c.need(rises(c.frame), "labels that may not be sorted: pandas raises there")
    labels = labels_of_rows(c, c.frame)
    c.need(labels.dtype != "datetime64[ns]", "times between texts")
    return filtered(c.ctx, c.frame, between(c, labels, slice(before, after)))


@rule(
    "DataFrame.filter(items=None, like=None, regex=None, axis=None)",
    example=(
        "df.set_index('s').filter(like='pp', axis=0)",
        "df.groupby('k')[['i']].sum().filter(items=['b', 'zz', 'a'], axis=0)",
    ),
)
def filter_rows(c: Call) -> Frame:
    """Rows by their labels."""
    c.need(c.lit("axis") in (0, "index"), "columns by their labels")
    labels, items = labels_of_rows(c, c.frame), c.lit("items")
    if items is not None:
        c.need(c.frame.index.unique and labels.dtype in (*TEXTS, "int64") and all(among(labels, x) for x in items), "labels of this form")  # fmt: skip
        c.need(len(set(items)) == len(items), "a label that is wanted twice")
        place = c.ctx.temp("place")
        listed = F.array(*[F.lit(x) for x in items])
        out = filtered(c.ctx, c.frame, mask(labels, labels.expr.isin(list(items))))
        out = chain(out, f'.withColumn("{place}", {F.call_function("array_position", listed, labels.expr)})')  # fmt: skip
        keys = [SortKey(place, None)]
        index = out.index  # the list of items has no name
        unnamed = tuple(replace(x, label=None) for x in index.levels)
        return out.but(
            hidden=(*out.hidden, place),
            order=sorted_order(keys, out.order),
            index=replace(index, levels=unnamed),
        )
    c.need(c.lit("like") is not None and labels.dtype in TEXTS and (labels.null_free or True), "labels by a pattern")  # fmt: skip
    c.need(c.lit("like").lower() not in "nan", "a part of the text of a missing label")
    return filtered(c.ctx, c.frame, mask(labels, labels.expr.contains(c.lit("like"))))


_REINDEX = (
    "labels=None, *, index=None, columns=None, axis=None, method=None, copy=None, level=None, "
    "fill_value=None, limit=None, tolerance=None"
)


@rule(
    f"DataFrame.reindex({_REINDEX})",
    not_yet="columns method level limit tolerance",
    ignored="copy",
    verdict="runtime",
    example=(
        "df.groupby('k')[['i', 'f']].sum().reindex(['a', 'z', 'b'])",
        "df.groupby('k')[['i', 'f']].sum().reindex(index=['d', 'z', 'b'], fill_value=0)",
    ),
)
def reindex_rows(c: Call) -> Frame:
    """These rows by their labels, in this order; the ones that are not there are empty."""
    c.need(c.lit("axis") in (None, 0, "index"), "columns are chosen")
    return reindexed(c, c.frame, c.lit("index") if c.given("index") else c.lit("labels"))


@rule(
    "Series.reindex(index=None, *, axis=None, method=None, copy=None, level=None, fill_value=None, limit=None, tolerance=None)",
    not_yet="method level limit tolerance",
    ignored="axis copy",
    verdict="runtime",
    example=(
        "df.groupby('k')['i'].sum().reindex(['a', 'z', 'b'])",
        "df.groupby('k')['i'].sum().reindex(['a', 'z', 'b'], fill_value=0)",
        "df.groupby('j')['i'].sum().reindex(range(0, 6), fill_value=0)",
        "df['k'].value_counts().reindex(['d', 'a', 'x']).fillna(0)",
    ),
)
def reindex_series(c: Call) -> Col:
    """These values by their labels, in this order."""
    from rules.index import over_series

    return over_series(c, lambda table: reindexed(c, table, c.lit("index")))


def reindexed(c: Call, frame: Frame, wanted: Any) -> Frame:
    ctx = c.ctx
    c.need(isinstance(wanted, (list, range, tuple)) and len(wanted) > 0, "labels of this form")
    c.need(frame.index.kind == "columns" and not frame.open, "rows by their numbers")
    labels, wanted = labels_of_rows(c, frame), list(wanted)
    c.need(all(among(labels, x) for x in wanted), "labels of another type")
    fill = c.lit("fill_value") if c.given("fill_value") else None
    number = isinstance(fill, (int, float)) and not isinstance(fill, bool) and fill == fill
    kinds = {x.dtype for x in frame.columns}
    c.need(fill is None or number and kinds <= {"int64", "float64"} and (isinstance(fill, int) or kinds == {"float64"}), "fill_value= of another type")  # fmt: skip
    (level,) = frame.index.levels
    place = ctx.temp("place")
    settle(ctx, frame)
    ctx.use(frame)
    more = f", {render(fill)}" if fill is not None else ""
    text = f'{ctx.call("reindexed")}(spark, {without(frame)}, {lift(level.name)}, {render(wanted)}, "{place}"{more})'
    columns = frame.columns if fill is not None else tuple(with_nan(x) for x in frame.columns)  # fmt: skip
    keys = Order((SortKey(place, None),), None, frame.order.explicit, True)
    out = frame.but(text=text, columns=columns, hidden=(place,), rows=Rows(), order=keys)
    if fill is None and any(x.dtype in ("int64?", None) for x in out.columns):
        from rules.join import settled

        out = settled(ctx, out, ctx.step(), any(x.dtype is None for x in out.columns))
    return out


def without(frame: Frame) -> str:
    """The frame's text without its hidden columns."""
    if not frame.hidden:
        return frame.text
    return f"{frame.text}.drop({', '.join(render(h) for h in frame.hidden)})"


__all__ = ["one_row", "rows_by_label"]
