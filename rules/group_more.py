"""More of groups: ``value_counts``, ``nlargest``, ``describe``, ``rolling`` over groups, ``pipe``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rules.aggregates import AGGREGATES
from rules.groups import Aggregate, Groups, Made, fresh_name
from rules.lib import series_of
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    NUMBERS,
    Col,
    Column,
    Frame,
    Func,
    Index,
    Order,
    Rows,
    SortKey,
    Value,
    fresh,
)
from transpiler.symbolic import E, F, col, in_list, render

def row_levels(g: Groups, values: list[tuple[Any, Made]], condition: E | None = None, by: list[SortKey] | None = None,
               sorts: dict[str, E] | None = None, moved: E | None = None) -> Frame:  # fmt: skip
    """Rows of groups under an index of the keys (with group_keys) and their own labels, group by group.

    ``values``: windows over the frame; ``condition``: which rows stay; ``sorts``: hidden columns
    that ``by`` sorts the rows of a group by (default: the frame's order). ``moved``: False in the
    job where the rows stay in the frame's order after all.
    """
    grouped = g.grouped
    if not grouped.as_index:
        raise NoRule("rows of groups under an index of this form")
    g.by_text()
    hidden = dict(sorts or {})
    if by is None:
        hidden["__nth"] = g.position()
        by = [SortKey("__nth", None)]
    taken: set[str] = set()
    levels, parts = [], []
    for key in g.keys if grouped.group_keys else ():
        name = fresh_name(key.label, taken)
        levels.append(Column(key.label, name, key.dtype, fresh(), key.nullable))
        parts.append(shown_as(key.expr, name))
    keys = [SortKey(x.name, x.uid) for x in levels]
    if moved is not None or not grouped.sort or not grouped.group_keys:
        keys = group_places(g, hidden, moved)
    labels, exprs = own_label_levels(g, taken)
    columns = []
    for text, value in values:
        name = fresh_name(text, taken)
        columns.append(Column(text, name, value.dtype, fresh(), value.nullable))
        exprs.append(shown_as(value.expr, name))
    kept = g.kept()
    if condition is not None:
        kept = kept.but(text=kept.text + f'.withColumn("__keep", {condition}).filter("__keep")')
    parts += exprs + [e.alias(n) for n, e in hidden.items()]
    order = Order((*keys, *by), None, True, True)
    return Frame(kept.text + f".select({', '.join(p.text for p in parts)})", tuple(columns), index=Index("columns", levels=(*levels, *labels)),
                 order=order, rows=Rows(), hidden=tuple(hidden), vars=kept.vars | g.vars)  # fmt: skip


def shown_as(expr: E, name: str) -> E:
    """The expression under a name: just the name where it is the column of that name."""
    return E(in_list(name)) if str(expr) == str(col(name)) else expr.alias(name)


def own_label_levels(g: Groups, taken: set[str]) -> tuple[list[Column], list[E]]:
    """The rows' own labels as index levels, and what they are."""
    frame = g.frame
    if frame.index.kind != "columns":
        name = fresh_name("__own", taken)
        label = g.ctx.position(frame, frame.index.anchor, "number")
        return [Column(None, name, "int64", fresh())], [label.alias(name)]
    levels, exprs = [], []
    for level in frame.index.levels:
        name = fresh_name(level.label if level.label is not None else "__own", taken)
        levels.append(Column(level.label, name, level.dtype, fresh(), level.nullable))
        exprs.append(shown_as(col(level.name), name))
        g.ctx.use(frame, level)
    return levels, exprs


def group_places(g: Groups, hidden: dict[str, E], moved: E | None) -> list[SortKey]:
    """Hidden columns that sort the groups where the index does not show their keys, or where
    they come as they are first seen."""
    places = {f"__by{n}": k.expr for n, k in enumerate(g.keys)}
    if not g.grouped.sort:
        if len(g.order()) != 1 or g.frame.order.keys:
            raise NoRule("groups as they are first seen in sorted rows")
        places = {"__by0": F.min(g.position()).over(g.window())}
    for name, place in places.items():
        if not g.grouped.sort:
            g.temps[name], hidden[name] = place, col(name)
        else:
            hidden[name] = place if moved is None else F.when(moved, place)
    return [SortKey(name, None) for name in places]


def extreme_rows(c: Call, largest: bool) -> Col:
    """The rows with the largest (smallest) values of every group, in that order."""
    grouped, n, keep = c.grouped, c.lit("n"), c.lit("keep")
    c.need(isinstance(n, int) and not isinstance(n, bool) and n > 0, "rows by this number")
    c.need(keep in ("first", "last", "all"), "keep= of this value")
    g = Groups(c, grouped)
    v = g.value(grouped.series)
    c.need(
        v.dtype in NUMBERS | {"datetime64[ns]", None} and not v.is_nullable,
        "nlargest of a column that is not a number for sure",
    )
    value = v.expr if v.dtype is not None else g.typed("group_ordered", v)
    by = value.desc_nulls_last() if largest else value.asc_nulls_last()
    ties = g.order()
    if keep == "last":  # not among missing values, nor where no row is left out
        at, rows = g.position(), F.count(F.lit(1)).over(g.window())
        ties = [F.when(value.isNull() | (rows <= n), at).otherwise(-at)]
    name = c.ctx.temp("place")
    place = col(name)
    g.temps[name] = F.row_number().over(g.window(by=[by, *ties]))  # before any row goes
    # A group with fewer values is filled up with its missing ones.
    test = (F.rank().over(g.window(by=[by])) if keep == "all" else place) <= n
    frame = row_levels(
        g,
        [(v.label, Made.of(v, null_free=False))],
        test,
        [SortKey("__nth", None)],
        {"__nth": place},
    )
    return series_of(c.ctx, frame, v.label)


@rule(
    "SeriesGroupBy.nlargest(n=5, keep='first')",
    example=(
        "df.groupby('k')['i'].nlargest(2)",
        "df.groupby('b')['f'].nlargest(3)",
        "df.groupby('k')['t'].nlargest(2)",
        "df.groupby('k')['j'].nlargest(2, keep='last')",
        "df.groupby('k')['f'].nlargest(2, keep='all')",
        "df.groupby('b')['j'].nlargest(4, 'all')",
        "df.groupby(['k', 'b'])['n'].nlargest(1, keep='all').reset_index()",
        "df.groupby('k')['f'].nlargest(3, keep='last')",
        "df.groupby('k')['i'].nlargest(1).droplevel(0)",
    ),
)
def nlargest(c: Call) -> Col:
    """The largest values of every group."""
    return extreme_rows(c, True)


@rule("SeriesGroupBy.nsmallest(n=5, keep='first')",
      example=("df.groupby('b')['f'].nsmallest(2)", "df.groupby('b')['f'].nsmallest(7, keep='last')", "df.groupby('k')['j'].nsmallest(2, keep='all')", "df.groupby('b')['d'].nsmallest(3, keep='last')"))  # fmt: skip
def nsmallest(c: Call) -> Col:
    """The smallest values of every group."""
    return extreme_rows(c, False)


# --- rows of groups under their own labels --------------------------------------------------


@dataclass(frozen=True)
class Realigned(Col):
    """Rows of groups under their own labels, and the same values over the grouped frame's rows."""

    aligned: Col | None = None
    base: str = ""  # its expression as made: a changed one is aligned no longer
    in_place: bool = False  # the rows that were grouped are in this order, too


def realigned(rows: Col, aligned: Col, g: Groups | None = None) -> Realigned:
    """``rows`` with the same values over the rows that were grouped (as ``g``)."""
    facts = {f: getattr(rows, f) for f in rows.__dataclass_fields__}
    in_place = g is not None and group_by_group(g)
    return Realigned(**facts, aligned=aligned, base=rows.expr.text, in_place=in_place)


def values_of_rows(g: Groups, label: Any, one: Made) -> Realigned:
    """A value for each row of the groups, under the keys and the row's own label."""
    rows = series_of(g.ctx, row_levels(g, [(label, one)]), label)
    return realigned(rows, g.windowed(one, label), g)


def group_by_group(g: Groups) -> bool:
    """Whether the rows of the frame are sorted by the keys, of which none is missing."""
    order = g.frame.order.keys[: len(g.keys)]
    columns = [k.column for k in g.keys if k.column is not None and k.null_free]
    keys = [(x.name, x.uid) for x in columns]
    rising = [(k.name, k.uid) for k in order if k.ascending]
    return g.grouped.sort and len(keys) == len(g.keys) and rising == keys


@rule("Series.reset_index(level=None, *, drop=False, name=None, inplace=False, allow_duplicates=False)", not_yet="name inplace allow_duplicates",
      example="df.groupby('k')['i'].rolling(2).max().reset_index(level=0, drop=True)")  # fmt: skip
def without_keys(c: Call) -> Value:
    """The group's keys go from the index of rows of groups: the rows' own labels are left."""
    c.need(isinstance(c.self, Realigned) and c.lit("drop") is True, "the index of other rows")
    return own_labels(c, c.lit("level"))


@rule(
    "Series.droplevel(level, axis=0)",
    not_yet="axis",
    example="df.groupby('b')['i'].rolling(2).max().droplevel(0)",
)
def droplevel(c: Call) -> Value:
    """The group's keys go from the index of rows of groups."""
    c.need(isinstance(c.self, Realigned), "the index of other rows")
    return own_labels(c, c.lit("level"))


def own_labels(c: Call, level: Any) -> Col:
    rows = c.self
    frame = rows.frame  # type: ignore[union-attr]
    levels = frame.index.levels
    wanted = [level] if not isinstance(level, (list, tuple)) else list(level)
    places = {
        levels.index(x) if x in levels else i
        for i, x in enumerate(levels[:-1])
        if i in wanted or x.label in wanted
    }
    c.need(len(places) == len(levels) - 1 == len(wanted), "some of the keys stay in the index")
    hidden = (*frame.hidden, *(x.name for x in levels[:-1]))
    keys = tuple(
        (
            SortKey(k.name, None, k.ascending, k.nulls_last)
            if any(k.name == x.name for x in levels[:-1])
            else k
        )
        for k in frame.order.keys
    )
    out = frame.but(
        index=Index("columns", levels=levels[-1:]),
        hidden=hidden,
        order=replace(frame.order, keys=keys),
    )
    return rows.but(frame=out)  # type: ignore[union-attr]


@rule("Series.map(arg, na_action=None)", not_yet="na_action",
      example=("df['k'].map(df.groupby('k')['f'].sum())", "df.assign(n=df['k'].map(df.groupby('k').size()))"))  # fmt: skip
def map_key(c: Call) -> Col:
    """The aggregate of each row's group, looked up by the group's key."""
    found, key = c["arg"], c.col
    c.need(isinstance(found, Aggregate) and found.spec is not None, "a mapping of another form")
    c.need(found.base == (found.expr.text, found.frame.text), "a mapping that changed")
    g = Groups(c, found.groups.grouped)
    c.need(
        len(g.keys) == 1 and g.grouped.dropna and getattr(g.grouped, "freq", None) is None,
        "groups of this form",
    )
    own = g.keys[0].column
    c.need(
        own is not None and key.column is own and key.frame.rows.same_set(g.frame.rows),
        "a mapping of other rows",
    )
    c.need(found.spec.func is None, "a function over groups")
    v = g.value(g.grouped.series) if g.grouped.series is not None else None
    return g.windowed(AGGREGATES[found.spec.name](g, v, g.window(), **found.spec.params), key.label)


@rule(
    "DataFrameGroupBy.pipe(func, *args, **kwargs)",
    example="df.groupby('k').pipe(lambda g: g['i'].max())",
)
@rule(
    "SeriesGroupBy.pipe(func, *args, **kwargs)",
    example="df.groupby('k')['i'].pipe(lambda g: g.sum())",
)
def pipe(c: Call) -> Value:
    """A function of the group-by itself."""
    c.need(isinstance(c["func"], Func), "a function that is not known here")
    return c.interpreter.inline(c["func"], [c.grouped, *c["args"]], c["kwargs"], None)  # type: ignore[attr-defined]


__all__ = ["AGGREGATES", "E", "Realigned", "render"]
