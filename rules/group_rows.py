"""Rows of groups: ``head``, ``tail``, ``filter``, one group."""

from __future__ import annotations

from rules.group_windows import bare
from rules.groups import Groups
from rules.lib import (
    chain,
    drop_hidden,
    is_missing,
    selected,
    subset_of,
    tight,
    with_temps,
)
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import BOOLS, NUMBERS, TEXTS, Col, Frame, Func, Value
from transpiler.symbolic import E, F


def rows_where(c: Call, g: Groups, test: E) -> Frame | Col:
    """The grouped frame's rows for which a window says so, in their order."""
    inside = g.in_group()
    frame, temps = with_temps(g.frame, g.temps.items())
    name = c.ctx.temp("keep")
    condition = inside & test if inside is not None else test
    text = f'.withColumn("{name}", {condition}).filter("{name}").drop("{name}")'
    out = drop_hidden(subset_of(c.ctx, g.frame, chain(frame, text)), temps)
    if g.grouped.series is not None:
        return moved(c, out, g.grouped.series)
    if isinstance(g.grouped.chosen(), list):
        return selected(c.ctx, out, [out.column(x) for x in g.grouped.selection])
    return out


def moved(c: Call, frame: Frame, series: Col) -> Col:
    """A Series over some rows of its frame."""
    from rules.lib import on_part

    if not series.local or series.temps or series.windowed:
        raise NoRule("rows of a Series that depends on other rows")
    return on_part(c.ctx, frame, series)


def first_or_last(c: Call, last: bool) -> Value:
    from rules.select import descending

    n = c.lit("n")
    c.need(isinstance(n, int) and not isinstance(n, bool), "a number of rows of this form")
    g = Groups(c, c.grouped)
    order = g.order()
    # -n: all but the n at the other end
    number = F.row_number().over(g.window(by=descending(order) if last == (n >= 0) else order))
    return rows_where(c, g, number <= n if n >= 0 else number > -n)


@rule(
    "DataFrameGroupBy.head(n=5)",
    example=(
        "df.groupby('k').head(2)",
        "df.sort_values(['i', 'j']).groupby('b').head(1)",
        "df.groupby('b')[['i', 's']].head(1)",
        "df.groupby('k').head(-1)",
    ),
)
@rule(
    "SeriesGroupBy.head(n=5)",
    example=(
        "df.groupby('k')['f'].head(1)",
        "df['t'].dt.year.groupby(df['k']).tail(1).groupby(df['k']).head(1)",
        "df['t'].dt.year.groupby(df['k']).head(1)",
    ),
)
def head(c: Call) -> Value:
    """The first rows of every group."""
    return first_or_last(c, False)


@rule(
    "DataFrameGroupBy.tail(n=5)",
    example=(
        "df.groupby('k').tail(2)",
        "df.sort_values(['i', 'j']).groupby('k', dropna=False).tail(1)",
        "df.groupby('k').tail(-2)",
    ),
)
@rule("SeriesGroupBy.tail(n=5)", example="df.groupby('k')['f'].tail(1)")
def tail(c: Call) -> Value:
    """The last rows of every group."""
    return first_or_last(c, True)


@rule(
    "DataFrameGroupBy.get_group(name, obj=None)",
    not_yet="obj",
    verdict="runtime",
    example=(
        "df.groupby('k').get_group('a')",
        "df.groupby(['k', 'b']).get_group(('a', True))[['i', 'k']]",
        "df.groupby(df['i'] > 3).get_group(True)",
    ),
)
@rule("SeriesGroupBy.get_group(name, obj=None)", not_yet="obj", verdict="runtime",
      example="df.groupby('k')['f'].get_group('a')")  # fmt: skip
def get_group(c: Call) -> Value:
    """The rows of one group; pandas raises where there is none, and so does the job."""
    g, wanted = Groups(c, c.grouped), c.lit("name")
    names = list(wanted) if isinstance(wanted, tuple) else [wanted]
    c.need(len(names) == len(g.keys), "a group by a part of its keys")
    test = None
    for key, name in zip(g.keys, names):
        c.need(not is_missing(name), "the group of missing keys")
        kinds = {"str": TEXTS, "int": NUMBERS, "float": NUMBERS, "bool": BOOLS}
        fits = kinds.get(type(name).__name__, set())
        c.need(key.dtype in fits, "a group by a name of another type than its key")
        one = key.expr == name if not isinstance(name, bool) else key.expr if name else ~key.expr
        test = one if test is None else test & one
    ready = g.ready()
    c.ctx.emit(f"{c.ctx.call('expect_group')}({ready.text}, {test}, {wanted!r})", reads=ready.vars)
    return rows_where(c, g, test)


_FILTERED = (
    "df.groupby('k').filter(lambda g: len(g) > 2)",
    "df.groupby('s').filter(lambda x: x['i'].mean() > 3)",
    "df.groupby('b').filter(lambda x: (x['f'].max() > 50) & (len(x) > 3))",
    "df.groupby('k')[['i', 'j']].filter(lambda g: g['i'].sum() > 12)",
    "df.groupby(['b', 'j'], dropna=False).filter(lambda g: g['i'].sum() > 5)",
    "df[['k', 'i', 's', 'b']].groupby('k').filter(lambda g: g['i'].sum() > 12, dropna=False)",
)


@rule(
    "DataFrameGroupBy.filter(func, dropna=True, *args, **kwargs)",
    example=_FILTERED,
)
@rule("SeriesGroupBy.filter(func, dropna=True, *args, **kwargs)",
      example=("df.groupby('k')['i'].filter(lambda x: x.sum() > 10)",
               "df.groupby('k')['i'].filter(lambda x: x.sum() > 12, dropna=False)"))  # fmt: skip
def filter_(c: Call) -> Value:
    """The rows of the groups for which a function is true."""
    from rules.group_lambdas import each

    bare(c)
    g, func = Groups(c, c.grouped), c["func"]
    c.need(isinstance(func, Func), "a filter that is not a function known here")
    # pandas looks the groups up by their keys, and does not find those of a number that is missing.
    found = g.grouped.dropna or all(k.null_free for k in g.keys)
    c.need(found, "a filter of groups whose keys may be missing")
    group = g.value(g.grouped.series) if g.grouped.series is not None else g.frame
    if isinstance(g.grouped.chosen(), list) and isinstance(group, Frame):
        columns = tuple(g.frame.column(x) for x in g.grouped.selection)
        group = g.frame.but(columns=columns, open=False)
    value = each(g, func, group)
    c.need(value.dtype in BOOLS and value.dtype != "bool?", "a filter that is not boolean for sure")
    g.temps = {**g.temps, **dict(value.temps)}
    return rows_where(c, g, tight(value)) if c.lit("dropna") else rows_emptied(c, g, value)


def rows_emptied(c: Call, g: Groups, value: Col) -> Value:
    """The rows of other groups stay, without their values."""
    inside, test = g.in_group(), tight(value)
    test = inside & test if inside is not None else test
    mask = value.but(expr=test, dtype="bool", frame=g.frame, temps=tuple(g.temps.items()), deps=value.deps | g.deps, null_free=True, loose=False)  # fmt: skip
    if g.grouped.series is not None:
        return c.interpreter.by_rule("Series.where", g.grouped.series, [mask], {}, c.node)  # type: ignore[attr-defined]
    frame = g.frame
    if isinstance(g.grouped.selection, list):
        frame = selected(c.ctx, frame, [frame.column(x) for x in g.grouped.selection])
    return c.interpreter.by_rule("DataFrame.where", frame, [mask], {}, c.node)  # type: ignore[attr-defined]
