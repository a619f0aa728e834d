"""Steps that look at other rows of the whole frame: duplicates, order, shifts, running totals."""

from __future__ import annotations

from typing import Any

from rules.elementwise import solid
from rules.ordered import measured, order_deps
from rules.index import index_ignored
from rules.lib import (
    chain,
    derive,
    filtered,
    materialised,
    series_of,
    subset_of,
    tightened,
)
from rules.registry import Call, rule
from rules.select import descending, first_rows
from rules.sort_keys import in_order, key_values, with_key
from transpiler.errors import NoRule
from transpiler.facts import (
    NUMBERS,
    Col,
    Column,
    Frame,
    Index,
    Rows,
    SortKey,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import E, F, Window, col, lift, plain_name

# --- duplicates -----------------------------------------------------------------------------


def occurrence(ctx: Any, frame: Frame, keys: list[E], keep: Any) -> E:
    """True for the row to keep among those that are equal in ``keys``."""
    window = Window.partitionBy(*keys)
    if keep is False:
        return F.count(F.lit(1)).over(window) == 1
    order = ctx.order_of(frame)
    return (
        F.row_number().over(window.orderBy(*(descending(order) if keep == "last" else order))) == 1
    )


def key_names(columns: list[Column]) -> list[E]:
    return [lift(x.name) if plain_name(x.name) else col(x.name) for x in columns]


def first_rows_of(ctx: Any, frame: Frame, columns: list[Column], keep: Any) -> Frame:
    """The rows to keep of those that are equal in ``columns``."""
    ctx.use(frame, *columns)
    if any(x.dtype == "list" for x in columns):
        raise NoRule("lists are not hashable")
    whole = len(columns) == len(frame.columns) and not frame.open
    if whole and keep is not False and not frame.hidden and not frame.index.levels:
        return subset_of(ctx, frame, chain(frame, ".dropDuplicates()"))
    kept = occurrence(ctx, frame, key_names(columns), keep)
    mask = Col(kept, "bool", frame, windowed=True, local=False, null_free=True)
    return filtered(ctx, frame, mask)


def subset_columns(c: Call, frame: Frame) -> list[Column] | None:
    """The columns of ``subset=``; all of them without one, None where they are not known."""
    subset = c.lit("subset")
    if subset is None:
        return None if frame.open else list(frame.columns)
    subset = list(subset) if isinstance(subset, (list, tuple, set)) else [subset]
    return [frame.column(x) for x in subset]


def open_distinct(c: Call, frame: Frame) -> Frame:
    """``drop_duplicates()`` of a frame whose columns the job will see."""
    keep = c.lit("keep")
    if keep is not False and not frame.hidden:
        return subset_of(c.ctx, frame, chain(frame, ".dropDuplicates()"))
    c.verdict = "runtime"  # type: ignore[attr-defined]
    order = c.ctx.order_of(frame) if keep else []
    order = descending(order) if keep == "last" else order
    option = "" if keep == "first" else f", keep={keep!r}"
    text = (
        f"{c.ctx.call('distinct_rows')}({frame.text}, [{', '.join(e.text for e in order)}]{option})"
    )
    return subset_of(c.ctx, frame, frame.but(text=text))


@rule(
    "DataFrame.drop_duplicates(subset=None, *, keep='first', inplace=False, ignore_index=False)",
    not_yet="inplace",
    example=(
        "df.drop_duplicates(subset=['k'])",
        "df.drop_duplicates('s', keep='last')",
        "df.set_index('s').drop_duplicates('j', ignore_index=True)",
        "df.drop_duplicates(subset=['k', 'b'], keep=False)",
        "df[['k', 'b']].drop_duplicates()",
        "df[['j']].drop_duplicates(ignore_index=True)",
        "df[['f']].drop_duplicates(keep=False)",
        "len(df[['k']].drop_duplicates())",
        "df.drop_duplicates(subset='k').sort_values('i', kind='stable')[['i', 'k']]",
    ),
)
def drop_duplicates(c: Call) -> Frame:
    """One row of each set of equal ones; a missing value equals a missing value."""
    frame = c.frame
    c.need(c.lit("keep") in ("first", "last", False), "keep= of this value")
    columns = subset_columns(c, frame)
    if columns is None:
        out = open_distinct(c, frame)
    elif not columns:
        raise NoRule("an empty subset")
    else:
        out = first_rows_of(c.ctx, frame, columns, c.lit("keep"))
    return index_ignored(c.ctx, out) if c.lit("ignore_index") else out


@rule(
    "Series.drop_duplicates(*, keep='first', inplace=False, ignore_index=False)",
    not_yet="inplace",
    example=(
        "df['k'].drop_duplicates()",
        "df['f'].drop_duplicates(keep='last')",
        "df['j'].drop_duplicates(keep=False, ignore_index=True)",
    ),
)
def series_drop_duplicates(c: Call) -> Col:
    """The first (or last) of equal values."""
    c.need(c.lit("keep") in ("first", "last", False), "keep= of this value")
    frame, _ = solid(c.ctx, c.col)
    out = first_rows_of(c.ctx, frame, list(frame.columns), c.lit("keep"))
    out = index_ignored(c.ctx, out) if c.lit("ignore_index") else out
    return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)


@rule(
    "DataFrame.duplicated(subset=None, keep='first')",
    example=(
        "df.duplicated(subset=['k'])",
        "df.duplicated('s', keep='last')",
        "df[df.duplicated(['k', 'b'], keep=False)]",
        "df[['k']].duplicated().sum()",
    ),
)
def duplicated(c: Call) -> Col:
    """True for a row that has an equal one before it (keep: after it; anywhere)."""
    frame = c.frame
    columns = subset_columns(c, frame)
    c.need(columns, "the columns of the frame are not known here")
    assert columns is not None
    c.ctx.use(frame, *columns)
    keep = c.lit("keep")
    c.need(keep in ("first", "last", False), "keep= of this value")
    expr = ~occurrence(c.ctx, frame, key_names(columns), keep)
    return Col(
        expr,
        "bool",
        frame,
        windowed=True,
        local=False,
        null_free=True,
        deps=order_deps(frame, columns),
    )


@rule("Series.duplicated(keep='first')", example=("df['k'].duplicated()", "df[~df['f'].duplicated(keep='last')]", "df['s'].duplicated(keep=False)"))  # fmt: skip
def series_duplicated(c: Call) -> Col:
    """True for a value that came before."""
    keep = c.lit("keep")
    c.need(keep in ("first", "last", False), "keep= of this value")
    series = materialised(c.ctx, tightened(c.col) if c.col.loose else c.col)
    expr = ~occurrence(c.ctx, series.frame, [series.expr], keep)
    return derive(
        expr,
        "bool",
        series,
        windowed=True,
        local=False,
        null_free=True,
        loose=False,
        nullable=False,
    )


# --- the largest ----------------------------------------------------------------------------


def top(c: Call, frame: Frame, columns: list[Column], largest: bool) -> Frame:
    n, keep = c.lit("n"), c.lit("keep")
    c.need(keep in ("first", "last", "all"), "keep= of this value")
    c.need(keep == "first" or len(columns) == 1, "keep= with several columns")
    c.need(isinstance(n, int) and n > 0, "n= of this value")
    c.need(
        all(x.dtype in NUMBERS | {"datetime64[ns]", None} for x in columns),
        "columns that are no numbers",
    )
    c.ctx.use(frame, *columns)
    open_ones = [x.name for x in columns if x.dtype is None]
    if open_ones:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        frame = measured(c.ctx, frame, open_ones, times=True)
    keys = [SortKey(x.name, x.uid, not largest, True) for x in columns]
    index = Index("rows", frame.index.anchor) if frame.index.kind == "range" else frame.index
    base = from_the_end(c, frame, columns[0], n) if keep == "last" else frame
    keys += [SortKey(h, None) for h in base.hidden if h not in frame.hidden]
    ordered = base.but(
        order=sorted_order(keys, frame.order), rows=Rows(parent=frame.rows), index=index
    )
    return with_ties(c, ordered, keys[0], n) if keep == "all" else first_rows(c, ordered, n)


def from_the_end(c: Call, frame: Frame, column: Column, n: int) -> Frame:
    """A hidden column by which the last of equal rows comes first: pandas turns the rows around,
    except missing ones, and except where there are not more rows than are wanted."""
    ctx = c.ctx
    c.need(not frame.order.keys, "the last of equal rows of a sorted frame")
    number, tie = ctx.position(frame, frame.order.anchor), ctx.temp("tie")
    some = ctx.hoist(frame.but(text=frame.text), "rows") if not frame.text.isidentifier() else frame
    few = ctx.unique("few_rows")
    ctx.emit(f"{few} = {some.text}.count() <= {n}", defines=few, reads=some.vars, kind="scalar")
    place = F.when(col(column.name).isNull() | F.lit(E(few)), number).otherwise(-number)
    out = chain(some, f'.withColumn("{tie}", {place})')
    return out.but(hidden=(*some.hidden, tie), vars=out.vars | {few})


def with_ties(c: Call, frame: Frame, key: SortKey, n: int) -> Frame:
    """The first ``n`` rows, and those that are equal to the last of them."""
    way = "" if key.ascending else ", largest=True"
    text = f"{c.ctx.call('extremes')}({frame.text}, {lift(key.name)}, {n}{way})"
    return subset_of(c.ctx, frame, frame.but(text=text))


for _name in ("nlargest", "nsmallest"):

    def _frame_top(c: Call, name: str = _name) -> Frame:
        """The rows with the largest (smallest) values."""
        by = c.lit("columns")
        by = by if isinstance(by, list) else [by]
        return top(c, c.frame, [c.frame.column(x) for x in by], name == "nlargest")

    def _series_top(c: Call, name: str = _name) -> Col:
        frame, _ = solid(c.ctx, c.col)
        out = top(c, frame, list(frame.columns), name == "nlargest")
        return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)

    rule(f"DataFrame.{_name}(n, columns, keep='first')", example=(f"df.{_name}(4, 'f')", f"df.{_name}(6, ['j', 'i'])", f"df.{_name}(3, 'n')[['n', 's']]", f"df.{_name}(4, 'j', keep='all')", f"df.{_name}(4, 'j', keep='last')", f"df.{_name}(15, 'f', keep='all')"))(_frame_top)  # fmt: skip
    rule(f"Series.{_name}(n=5, keep='first')", example=(f"df['f'].{_name}()", f"df['j'].{_name}(4)", f"df['f'].{_name}(16)", f"df['t'].{_name}(2)", f"df['i'].{_name}(2, keep='all')", f"df['f'].{_name}(3, 'last')", f"df['f'].{_name}(16, keep='last')", f"df['i'].head(9).{_name}(9, keep='last')"))(_series_top)  # fmt: skip


@rule(
    "Series.sort_values(*, axis=0, ascending=True, inplace=False, kind='quicksort', na_position='last', ignore_index=False, key=None)",
    not_yet="axis inplace",
    ignored="kind",
    example=(
        "df['i'].sort_values(key=lambda s: -s.abs(), kind='stable')",
        "df['s'].sort_values(key=lambda s: s.str.len(), kind='stable', na_position='first')",
        "df['n'].sort_values()",
        "df['n'].sort_values(ascending=False, na_position='first')",
        "df['n'].sort_values(ignore_index=True).head(3)",
    ),
)
def series_sort_values(c: Call) -> Col:
    """The values in order; labels go with them."""
    up = c.lit("ascending")
    c.need(
        isinstance(up, bool) and c.col.dtype != "category",
        "ascending= of this form, or a sort by category",
    )
    frame, _ = solid(c.ctx, c.col)
    values = key_values(
        c, c["key"], series_of(c.ctx, frame, frame.columns[0].label).but(label=c.col.label)
    )
    frame, key = with_key(c, frame, values, up, c.lit("na_position") == "last")
    out = in_order(frame, [key])
    out = index_ignored(c.ctx, out) if c.lit("ignore_index") else out
    return series_of(c.ctx, out, frame.columns[0].label).but(label=c.col.label)


@rule("Series.tail(n=5)", example=("df['f'].tail(3)", "df['f'].dropna().tail(2)"))
def series_tail(c: Call) -> Col:
    """The last values."""
    frame, _ = solid(c.ctx, c.col)
    out = c.interpreter.by_rule("DataFrame.tail", frame, [c["n"]], {}, c.node)  # type: ignore[attr-defined]
    return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)
