"""Rows to columns: pivot tables, pivot, unstack, crosstab."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from rules.categories import stated
from rules.group_agg import items, pairs, spec_of
from rules.index import framed
from rules.join import ordered_number
from rules.lib import all_finite, chain, reader_of_labels, selected, series_of, settle, spark_type
from rules.levels import unsorted_levels
from rules.pivot_categories import label_of, places_of, with_total
from rules.registry import Call, rule
from rules.resample import Grouper
from transpiler.errors import NoRule
from transpiler.facts import (
    FLOATS,
    NULL_FREE,
    NUMBERS,
    TEXTS,
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
    Value,
    fresh,
)
from transpiler.symbolic import E, F, col, lift, render, resolved_name

# --- columns named by values ------------------------------------------------------------------

#: dtype of the values that name columns -> what makes pandas labels of the names
READERS = {"object": "", "string": "", "int64": "int", "Int64": "int", "float64": "float",
            "bool": "label_of_bool", "boolean": "label_of_bool", "datetime64[ns]": "pd.Timestamp"}  # fmt: skip
#: those that a label of several levels can hold
_PLAIN = {"object", "string", "int64", "Int64", "bool", "boolean"}


@dataclass(frozen=True)
class Wide:
    """Rows that become columns: a row for each group of ``levels`` and ``across``.

    ``heads``: what stands before the values in the labels of each cell; ``options``: further ones
    of glue_runtime's ``spread``; ``source``: where the values of ``across`` had their own type.
    """

    long: Frame
    levels: list[Column]
    across: list[Column]
    cells: list[Column]
    heads: list[tuple]
    fill: Any = None
    options: tuple[str, ...] = ()
    nulls_last: bool = True
    total: str | None = None
    source: Frame | None = None


def spread(c: Call, w: Wide) -> Frame:
    """The frame whose columns the job will find."""
    ctx, long = c.ctx, w.long
    c.need(len(w.levels) == 1 or all(x.dtype != "category" for x in w.levels), "categories beside other levels")  # fmt: skip
    c.need(
        all(x.dtype not in ("int64?", "list") for x in (*w.levels, *w.across)),
        "groups by such a column",
    )
    c.need(all(isinstance(x.label, str) for x in w.levels), "levels without names")
    c.need(all(x.dtype not in ("list", "category") for x in w.cells), "cells of this type")
    long = levels_named(ctx, long, w.levels)
    levels = [replace(x, name=x.label, uid=fresh(), origin=None) for x in w.levels]
    kind, long = label_kind(c, w, long)
    options = list(w.options)
    if stated(w.across[0].dtype) is not None:
        options.append(f"order={render(stated(w.across[0].dtype))}")
    if w.fill is not None:
        options.append(f"fill={render(w.fill)}")
    nullable = [x.name for x in w.cells if x.is_nullable]
    options += [f"nullable={render(nullable)}"] if nullable else []
    if w.total is not None:
        options.append(f"total={render(w.total)}")
    head = [render(w.heads)] if any(w.heads) else []
    names = [render([x.name for x in part]) for part in (levels, w.across, w.cells)]
    text = f"{ctx.call('spread')}({', '.join([long.text, *names, *head, *options])})"
    if getattr(c, "verdict", None) != "udf":
        c.verdict = "runtime"  # type: ignore[attr-defined]
    places, more, hidden = places_of(ctx, levels)
    if w.total is not None:  # beside categories it makes objects of them
        levels = [x if x.dtype != "category" else replace(x, dtype="object") for x in levels]
    keys = [SortKey(places.get(x.name, x.name), x.uid, True, w.nulls_last) for x in levels]
    out = Frame(text + more, (), open=True, nullable=any(x.is_nullable for x in w.cells), vars=long.vars,
                index=Index("columns", None, tuple(levels)), order=Order(tuple(keys), None, True, True), hidden=hidden,
                label_names=(*(None for _ in w.heads[0]), *(x.label for x in w.across)), base=fresh(),
                label_kind=kind)  # fmt: skip
    return totals_last(ctx, out, w.total) if w.total is not None else out


def levels_named(ctx: Any, long: Frame, levels: list[Column]) -> Frame:
    """The rows with the levels under their own labels."""
    moved = {x.name: x.label for x in levels if x.name != x.label}
    if not moved:
        return long
    taken = {x.name for x in (*long.columns, *long.index.levels)} | {*long.hidden}
    if taken & set(moved.values()):
        raise NoRule("a level has the name of another column")
    return chain(long, f".withColumnsRenamed({render(moved)})")


def totals_last(ctx: Any, out: Frame, total: str) -> Frame:
    """The row of the totals comes after all others."""
    name, first = ctx.temp("total"), out.index.levels[0]
    key = SortKey(name, None)
    return chain(out, f'.withColumn("{name}", {col(first.name)} == {lift(total)})',
                 hidden=(*out.hidden, name), order=replace(out.order, keys=(key, *out.order.keys)))  # fmt: skip


def label_kind(c: Call, w: Wide, long: Frame) -> tuple[str, Frame]:
    """What makes labels of the names of the columns, and the rows under a name if it looks at them."""
    ctx, dtypes = c.ctx, [x.dtype for x in w.across]
    if any(stated(d) is not None for d in dtypes):
        c.need(len(dtypes) == 1 and not any(w.heads), "categories beside other levels of labels")
        return label_of(ctx, dtypes[0], w.total is not None), long
    if len(dtypes) > 1 or any(w.heads):
        c.need(all(d is None or d in _PLAIN for d in dtypes), "columns named by such values")
        ctx.call("label_tuple")
        return "label_tuple", long
    (dtype,) = dtypes
    if "gaps=True" in w.options:
        c.need(dtype in TEXTS, "missing values name a column, beside values that are no texts")
        return ctx.call("label_or_gap"), long
    c.need(dtype is None or dtype in READERS, f"columns named by {dtype} values")
    if dtype is not None and (w.total is None or dtype in TEXTS):
        kind = READERS[dtype]
        if kind == "label_of_bool":
            ctx.call(kind)
        return kind, long
    source = long if w.source is None else w.source
    named = ctx.hoist(source, ctx.hint)
    more = f", {render(w.total)}" if w.total is not None else ""
    kind = reader_of_labels(ctx, named, w.across[0].name, more)
    return kind, named if w.source is None else long


def turned(c: Call, series: Col, across: list[Column], fill: Any) -> Wide:
    """The rows of a Series whose index levels ``across`` become columns."""
    table = framed(c.ctx, series, "__value")
    cell = table.column("__value")
    if not cell.is_nullable and cell.dtype is None and series.is_nullable:
        cell = replace(cell, nullable=True)
    return unstacked(c, table, across, [cell], [()], fill)


def unstacked(c: Call, table: Frame, across: list[Column], cells: list[Column], heads: list[tuple],
              fill: Any, ordered: bool = False) -> Wide:  # fmt: skip
    """Index levels that become columns: in the order of their values, or, as pandas has it, of
    their first rows (several levels; values remembered that no row has). ``ordered``: whoever asks
    looks after the same of the levels that stay."""
    ctx, index = c.ctx, table.index
    odd = [
        x for x in index.levels if x.dtype == "category" and x.name not in index.sorted_categories
    ]
    c.need(not odd, "categories, which come in the order of their first rows where one has none")
    rest = [x for x in index.levels if not any(x is y for y in across)]
    loose = dict(index.loose)
    c.need(ordered or not unsorted_levels(table, rest), "the order of the rows that are left is not known")  # fmt: skip
    options = [] if index.unique else ["check=True"]
    if len(across) > 1 or across[0].name in loose:
        if len(across) == 1:
            values = loose[across[0].name]
            c.need(values is not None, "the values that the level had at first are not known")
            options.append(f"values={values}")
        if table.order.total and all(k.ascending for k in table.order.keys):
            seen = [k.name for k in table.order.keys]
        else:
            seen = [ctx.temp("row")]
            table = ordered_number(ctx, table, seen[0])
        options.append(f"seen={render(seen)}")
    gaps = index.gaps and not all(x.dtype in NULL_FREE or table.rows.is_full(x.uid) for x in across)
    if gaps:
        c.need(across[0].dtype != "category", "a missing value among categories names a column")
        c.need(len(across) == 1 and heads == [()] and not index.loose, "missing values name a column of several levels")  # fmt: skip
        options.append("gaps=True")
    return Wide(table, rest, across, cells, heads, fill, tuple(options), index.gaps)


def as_list(value: Any) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def fits(fill: Any) -> bool:
    """Whether missing cells can be filled with it, given that the job checks their types."""
    return fill is None or isinstance(fill, (int, float, str)) and not isinstance(fill, bool)


# --- pivot tables -----------------------------------------------------------------------------

_BANDS = "df['band'] = pd.cut(df['i'], [-100, 0, 3, 50, 1000], labels=['z', 'y', 'x', 'w'])\n"
_PIVOT_TABLE = (
    "values=None, index=None, columns=None, aggfunc='mean', fill_value=None, margins=False, dropna=True, "
    "margins_name='All', observed=None, sort=True"
)


@rule(
    f"DataFrame.pivot_table({_PIVOT_TABLE})",
    not_yet="sort",
    ignored="observed",
    example=(
        "df.pivot_table(index='j', columns='k', values='i')",
        "df.pivot_table(index='k', columns='s', values='f', aggfunc='sum', fill_value=0)",
        "df.pivot_table(index=['k', 'b'], columns='s', values='i', aggfunc='max').reset_index()",
        "df.pivot_table(index='k', columns='s', values='i', aggfunc='count', fill_value=0).reset_index()",
        "df.pivot_table(index='k', columns='j', values='f', aggfunc='sum')",
        "df.pivot_table(index='k', columns='j', values='f', aggfunc='sum').reset_index()",
        "df.pivot_table(index='k', columns='b', values='i', aggfunc='sum', fill_value=0)[True]",
        "df.pivot_table(index='k', columns='d', values='i', aggfunc='sum')",
        "df.pivot_table(index='k', values=['i', 'f'], aggfunc='sum')",
        "df.pivot_table(index='k', values='f', aggfunc='mean')",
        "df.pivot_table(index='k', values=['i', 'f'], aggfunc={'i': ['sum', 'max'], 'f': 'mean'})",
        "df.pivot_table(index='k', values=['i', 'f'], aggfunc=['sum', 'count'], fill_value=0)",
        "df[['k', 'i', 'f']].pivot_table(index='k')",
        "df.pivot_table(index='k', columns='b', values=['i', 'f'], aggfunc='sum')",
        "df.pivot_table(index='k', columns='s', values=['i', 'f'], aggfunc='sum', fill_value=0).reset_index()",
        "df.pivot_table(index='k', columns='b', values=['f', 'i'], aggfunc={'i': 'sum', 'f': 'mean'})",
        "df.pivot_table(index='k', columns='j', values='i', aggfunc=['sum', 'mean', len])",
        "df.pivot_table(index='k', columns=['b', 's'], values='i', aggfunc='sum')",
        "df.pivot_table(index='k', columns='s', values='u', aggfunc='first')",
        "df.pivot_table(index='k', columns='s', aggfunc='size', fill_value=0)",
        "df.pivot_table(index='k', columns='b', values='i', aggfunc=lambda x: x.max() - x.min())",
        "df.pivot_table(index=df['t'].dt.year, columns='k', values='i', aggfunc='sum')",
        "df.pivot_table(index=pd.Grouper(key='t', freq='YE'), columns='b', values='i', aggfunc='sum')",
        "df.pivot_table(index=pd.Grouper(key='d', freq='YE'), values='f', aggfunc='sum')",
        "df.pivot_table(index='k', columns='s', values='i', aggfunc='sum', margins=True)",
        "df.pivot_table(index=['k', 'j'], columns='b', values='f').reset_index()",
        "df.pivot_table(index='k', columns='j', values='f', margins=True, margins_name='Total').reset_index()",
        "df.pivot_table(index='k', columns='b', values='f', aggfunc=['mean', 'max'], margins=True)",
        "p = df.pivot_table(index='k', columns='s', values=['i', 'f'], aggfunc=['sum', 'mean'], margins=True)\n"
        "p.columns = ['_'.join(x) for x in p.columns]\nout = p.round(1).reset_index()",
        "df.pivot_table(index='k', columns='s', values=['i'], aggfunc=['max', 'mean'], margins=True, fill_value=0)",
        "df.pivot_table(index=['k', 's'], columns='b', values=['i', 'f'], aggfunc='sum', margins=True, fill_value=0)",
        "df.pivot_table(index='k', values=['i', 'f'], aggfunc='sum', margins=True)",
        "df.pivot_table(index='s', columns='k', values='f', aggfunc='max', dropna=False)",
        "df.pivot_table(index='s', columns='k', values='i', aggfunc='sum', fill_value=0, dropna=False).reset_index()",
        "df.pivot_table(index='s', columns='b', values='f', aggfunc='max', dropna=False)",
        "df.pivot_table(index='k', columns='s', values='f', aggfunc='max', dropna=False)['apple']",
        "df.pivot_table(index='s', values=['i', 'f'], aggfunc='mean', dropna=False)",
        "p = df.pivot_table(index='k', columns='s', values=['i', 'f'], aggfunc='sum')\np.columns = ['_'.join(x) for x in p.columns]\nout = p.reset_index()",
        "p = df.pivot_table(index='k', columns='b', values=['i'], aggfunc='sum').reset_index()\np.columns = [f'{a}_{b}' if b != '' else a for a, b in p.columns]\nout = p",
        "p = df.pivot_table(index='k', columns='s', values=['i'], aggfunc='sum')\np.columns = p.columns.droplevel(0)\nout = p.reset_index()",
        f"{_BANDS}out = df.pivot_table(index='band', columns='k', values='i', aggfunc='sum', observed=False)",
        f"{_BANDS}out = df.pivot_table(index='band', columns='b', values='f', aggfunc='mean', observed=False).reset_index()",
        f"{_BANDS}out = df.pivot_table(index='k', columns='band', values='i', aggfunc='sum', fill_value=0, observed=False).reset_index()",
        f"{_BANDS}out = df.pivot_table(index='k', columns='band', values='g', aggfunc='mean', observed=True)",
        f"{_BANDS}out = df.pivot_table(index='band', columns='b', values=['i', 'f'], aggfunc='sum', observed=False)",
        f"{_BANDS}out = df.pivot_table(index='band', columns='k', values='i', aggfunc='sum', margins=True, observed=True)",
        f"{_BANDS}t = df.pivot_table(index='b', columns='band', values='f', aggfunc='sum', observed=False)\nt['all'] = t.sum(axis=1)\nout = t.reset_index()",
        f"{_BANDS}t = df.pivot_table(index='b', columns='band', values='i', observed=True)\nt.columns = [f'{{x}}_mean' for x in t.columns]\nout = t.reset_index()",
        "df['c'] = pd.Categorical(df['k'], ['d', 'c', 'zz', 'a'])\ndf['e'] = pd.Categorical(df['s'], ['banana', 'apple', 'no'])\nout = df.pivot_table(index='c', columns='e', values='f', aggfunc='max', observed=False)",
    ),
)
def pivot_table_method(c: Call) -> Frame:
    """Groups in rows and columns."""
    return pivoted_table(c, c.frame)


@rule(
    f"pandas.pivot_table(data, {_PIVOT_TABLE})",
    not_yet="sort",
    ignored="observed",
    example="pd.pivot_table(df, index='j', columns='k', values='f', aggfunc='max')",
)
def pivot_table_function(c: Call) -> Frame:
    """``data.pivot_table()``."""
    c.need(isinstance(c["data"], Frame), "the frame is not known here")
    return pivoted_table(c, c["data"])


@dataclass(frozen=True)
class Aim:
    """What a pivot table computes: columns to aggregate, the argument of ``agg`` that does it, the
    labels of its results, and what stands before the values in the labels of the columns."""

    values: list
    agg: Value
    results: list
    heads: list[tuple]


def pivoted_table(c: Call, frame: Frame) -> Frame:
    rows, across = keys_of(c, frame, "index"), keys_of(c, frame, "columns")
    c.need(rows, "a pivot without index")
    fill, total = c.lit("fill_value"), c.lit("margins_name") if c.lit("margins") else None
    c.need(fits(fill), "fill_value= of this form")
    if isinstance(c["aggfunc"], Const) and c["aggfunc"].value == "size":
        plain = total is None and c.lit("dropna")
        c.need(len(across) == 1 and plain, "sizes in a table of this form")
        c.need(all(frame.column(x).dtype != "category" for x in (*rows, *across) if not isinstance(x, (Col, Grouper))), "sizes of categories")  # fmt: skip
        counted = by_rule(c, "DataFrameGroupBy.size", grouped_by(c, frame, [*rows, *across]))
        wide = turned(c, counted, [counted.frame.index.levels[-1]], fill)
        return spread(c, replace(wide, options=()))
    taken = [x for x in (*rows, *across) if not isinstance(x, (Col, Grouper))]
    keys = [x if isinstance(x, Col) else frame.column(x) for x in (*rows, *across) if not isinstance(x, Grouper)]  # fmt: skip
    plain = c.lit("dropna") and (total is None or c.lit("observed"))
    c.need(plain or all(x.dtype != "category" for x in keys), "totals of all categories, or dropna=False")  # fmt: skip
    aim = aim_of(c, frame, taken)
    c.need(not set(map(repr, aim.values)) & set(map(repr, taken)), "a key is also a value")
    named = None
    if not c.lit("dropna"):  # pandas shows every combination of several levels then
        flat = len(rows) == 1 and len(across) < 2 and (not across or aim.heads == [()])
        c.need(flat and total is None, "dropna=False for a table of several levels or with totals")
    if total is not None:
        c.need(len(taken) == len(rows) + len(across), "totals by computed keys")
        # pandas joins the totals on as rows, which makes fractions of nullable whole numbers.
        c.need(
            not any(frame.column(x).is_nullable for x in aim.values), "totals of nullable columns"
        )
        named = [frame.column(x) for x in across]
        if any(x.dtype not in TEXTS for x in named):
            frame = c.ctx.hoist(frame, c.ctx.hint)
    apart = (
        items(c["aggfunc"]) is not None
    )  # pandas makes a table for each and puts them side by side
    c.need(not apart or fill is None or never_missing(frame, aim), "fill_value= where a table may lack a row")  # fmt: skip
    source = frame
    options = ("dropna=True",) if c.lit("dropna") else gaps_option(c, frame, across)
    if total is not None:
        frame = with_totals(c, frame, rows, across, aim, total)
        options += kinds_option(source, named or [])
        options += ("apart=True",) if apart else ()
    long = grouped_by(c, frame, [*rows, *across], c.lit("observed"))
    long = by_rule(c, "DataFrameGroupBy.__getitem__", long, Const(aim.values))
    long = by_rule(c, "DataFrameGroupBy.agg", long, aim.agg)
    c.need(isinstance(long, Frame) and not long.open, "the columns of the frame are not known here")
    cells = [long.column(x) for x in aim.results]
    if not across:
        return table_of_groups(c, long, cells, aim, fill, total)
    levels = list(long.index.levels)
    groups, names = levels[: len(rows)], levels[len(rows) :]
    if named is not None:
        names = [replace(x, dtype=y.dtype) for x, y in zip(names, named)]
    from rules.unstack import spread_in_rows

    wide = Wide(long, groups, names, cells, aim.heads, fill, options, total=total, source=source if named is not None else None)  # fmt: skip
    return spread_in_rows(c, long, wide)


def grouped_by(c: Call, frame: Frame, keys: list, observed: Any = None) -> Value:
    by = Sequence(tuple(x if isinstance(x, (Col, Grouper)) else Const(x) for x in keys))
    flags = {"dropna": Const(c.lit("dropna")), "observed": Const(bool(observed))}
    return by_rule(c, "DataFrame.groupby", frame, by, **flags)


def by_rule(c: Call, name: str, owner: Value, *args: Value, **named: Value) -> Any:
    """What the rule of another API makes of this; the report has this call alone."""
    known = len(c.ctx.entries)
    out = c.interpreter.by_rule(name, owner, list(args), named, c.node)  # type: ignore[attr-defined]
    if any(e.verdict == "udf" for e in c.ctx.entries[known:]):
        c.verdict = "udf"  # type: ignore[attr-defined]
    del c.ctx.entries[known:]
    return out


def keys_of(c: Call, frame: Frame, which: str) -> list:
    """Labels of columns, or Series, that ``index=`` or ``columns=`` name."""
    value = c[which]
    parts = list(value.items) if isinstance(value, Sequence) else [value]
    if isinstance(value, Const):
        if value.value is None:
            return []
        parts = [Const(x) for x in as_list(value.value)]
    out: list = []
    for part in parts:
        if isinstance(part, Const):
            c.need(frame.has(part.value) is not False, "a key that is no column")
            out.append(part.value)
            continue
        # several levels of which one remembers bins that no row has come in the order of their rows
        timed = isinstance(part, Grouper) and None not in (part.freq, part.key) and which == "index" and len(parts) == 1  # fmt: skip
        c.need(isinstance(part, Col) or timed and c.lit("values") is not None, f"{which}= is not known here")  # fmt: skip
        out.append(part)
    return out


def aim_of(c: Call, frame: Frame, keys: list) -> Aim:
    """What is aggregated and how. Raises NoRule for what pandas treats otherwise."""
    func, given = c["aggfunc"], c.lit("values")
    values = as_list(given) if given is not None else [x for x in frame.labels if x not in keys]
    by_column, listed = pairs(func), items(func)
    single = given is not None and not isinstance(given, (list, tuple))
    if by_column is not None:
        c.need(given is None or {x for x, _ in by_column} == set(values), "a dict of other columns")
        return aim_of_dict(by_column, single)
    if given is None and func.value == "mean" if isinstance(func, Const) else given is None:
        dtypes = {frame.column(x).dtype for x in values}
        c.need(dtypes <= NUMBERS | {"bool"}, "values= that are not numbers for sure")
    values = sorted(values)
    if listed is None:
        spec_of(func)
        agg: Value = Mapping(tuple((v, func) for v in values))
        return Aim(values, agg, values, [() if single else (v,) for v in values])
    names = [spec_of(f)[0] for f in listed]
    c.need("<lambda>" not in names and len(set(names)) == len(names), "functions without names")
    c.need(no_row_is_late(frame, names, values), "an aggregate that leaves out rows comes first")
    agg = Mapping(tuple((v, Sequence(tuple(listed))) for v in values))
    results = [(v, n) for n in names for v in values]
    return Aim(values, agg, results, [(n,) if single else (n, v) for v, n in results])


#: aggregates that are never missing, whatever the group holds
_FULL = {"sum", "count", "size", "len", "nunique", "prod"}


def no_row_is_late(frame: Frame, names: list[str], values: list) -> bool:
    """Whether the table of the first aggregate has every row of the others: pandas puts the tables
    side by side, and rows that the first lacks come last."""
    first, *rest = names
    whole = all(frame.column(v).dtype in ("int64", "bool") for v in values)
    if first in _FULL or whole and first not in ("std", "var", "sem", "skew"):
        return True
    return first not in ("std", "var", "sem", "skew") and not set(rest) & _FULL


def never_missing(frame: Frame, aim: Aim) -> bool:
    """Whether each of several aggregates has a value in every group."""
    names = {name for _, name in aim.results}
    whole = all(frame.column(v).dtype in ("int64", "bool") for v in aim.values)
    return names <= (_FULL | {"min", "max", "mean", "median", "first", "last"} if whole else _FULL)


def aim_of_dict(by_column: list, single: bool) -> Aim:
    values = [x for x, _ in by_column]
    agg = Mapping(tuple(by_column))
    if all(items(f) is None for _, f in by_column):
        values = sorted(values)
        return Aim(values, agg, values, [() if single else (v,) for v in values])
    results = sorted((v, spec_of(f)[0]) for v, func in by_column for f in (items(func) or [func]))
    return Aim(values, agg, results, [(n,) if single else (v, n) for v, n in results])


def table_of_groups(
    c: Call, long: Frame, cells: list[Column], aim: Aim, fill: Any, total: str | None
) -> Frame:
    """A pivot table without columns: the groups, without those that have no value."""
    ctx = c.ctx
    labels = [x[0] if len(x) == 1 else x for x in aim.heads]
    labels = [v if not x else x for v, x in zip(aim.results, labels)]
    c.need(len(set(map(repr, labels))) == len(labels), "two columns would have the same name")
    depth = (None, None) if isinstance(labels[0], tuple) else ()
    out = selected(ctx, long, cells)
    of_all = None  # inf - inf among the totals stays missing
    if total is not None and not all_finite(*cells):
        of_all = col(long.index.levels[0].name) == lift(total)
    gappy = all(x.dtype not in ("int64", "bool") for x in cells)
    if gappy and c.lit("dropna"):  # the others are never missing
        names = render([resolved_name(x.name) for x in cells])
        kept = [*[col(x.name).isNotNull() for x in cells], *([] if of_all is None else [of_all])]
        test = f'"all", subset={names}' if of_all is None else reduce(or_, kept)
        out = chain(out, f".{'dropna' if of_all is None else 'filter'}({test})")
    if fill is not None:
        out = filled_groups(c, out, cells, fill, of_all)
    columns = [replace(x, label=label) for x, label in zip(cells, labels)]
    out = out.but(columns=tuple(columns), label_names=depth)
    return totals_last(ctx, out, total) if total is not None else out


def filled_groups(c: Call, out: Frame, cells: list[Column], fill: Any, but: E | None) -> Frame:
    """The groups with ``fill`` in place of missing values, except where the condition ``but`` holds."""
    c.need(
        all(
            isinstance(fill, str) == (x.dtype in TEXTS)
            and x.dtype in NUMBERS | TEXTS
            and (isinstance(fill, (int, str)) or x.dtype in FLOATS | {"int64"})
            for x in cells
        ),
        "fill_value= of such groups",
    )
    gaps = [x.name for x in cells if x.dtype != "int64"]
    if not gaps:
        return out
    if but is None:
        return chain(out, f".fillna({render(fill)}, subset={render([*map(resolved_name, gaps)])})")
    whole = {x: F.when(col(x).isNull() & ~but, F.lit(fill)).otherwise(col(x)) for x in gaps}
    return chain(out, f".withColumns({render(whole)})")


def gaps_option(c: Call, frame: Frame, across: list) -> tuple[str, ...]:
    """Whether a missing value may name a column."""
    found = [x if isinstance(x, Col) else series_of(c.ctx, frame, x) for x in across]
    return () if all(x.null_free for x in found) else ("gaps=True",)


_TOTALS = {"sum", "mean", "count", "min", "max", "median", "nunique"}


def with_totals(c: Call, frame: Frame, rows: list, across: list, aim: Aim, name: str, func: Any = None) -> Frame:  # fmt: skip
    """The rows once more for every total that they are part of."""
    ctx, func = c.ctx, func or c["aggfunc"]
    funcs = [f for _, f in pairs(func) or [(None, func)]]
    names = [spec_of(g)[0] for f in funcs for g in (items(f) or [f])]
    c.need(isinstance(name, str) and set(names) <= _TOTALS, "totals of such an aggregate")
    c.need(not across or pairs(func) is None or not any(items(f) for f in funcs), "totals of several aggregates")  # fmt: skip
    keys = [frame.column(x) for x in (*rows, *across)]
    c.need(all(x.label == x.name for x in keys), "columns whose names Spark does not take")
    c.need(all(x.dtype in (*TEXTS, "category", None) for x in keys[: len(rows)]), "totals of rows that are not named by text")  # fmt: skip
    used = [frame.column(x) for x in aim.values]
    settle(ctx, frame)
    ctx.use(frame, *keys, *used)
    c.need(
        not any(k.name in {x.name for x in keys} for k in frame.order.keys), "rows sorted by a key"
    )
    parts = [render(rows), render(across), render([x.name for x in used])]
    more = f", {render(name)}" if name != "All" else ""
    text = f"{ctx.call('with_totals')}({frame.text}, {', '.join(parts)}{more})"
    changed = {x.label: replace(x, dtype=with_total(x.dtype, name), uid=fresh(), origin=None) for x in keys}  # fmt: skip
    columns = tuple(changed.get(x.label, x) for x in frame.columns)
    columns += tuple(x for k, x in changed.items() if not any(x is y for y in columns))
    return frame.but(text=text, columns=columns, rows=Rows(), index=Index("rows", unique=False))


def kinds_option(source: Frame, across: list[Column]) -> tuple[str, ...]:
    """The Spark types that the columns had before they became text, where they were not text."""
    if all(x.dtype in (*TEXTS, "category") for x in across):
        return ()
    found = [
        (
            render(spark_type(x.dtype))
            if x.dtype is not None
            else f"{source.text}.schema[{render(x.name)}].dataType.simpleString()"
        )
        for x in across
    ]
    return (f"kinds=[{', '.join(found)}]",)


__all__ = ["READERS", "Wide", "as_list", "by_rule", "grouped_by", "spread"]
