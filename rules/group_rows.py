"""Rows of groups: ``head``, ``tail``, ``nth``, ``filter``."""

from __future__ import annotations

from rules.group_windows import bare
from rules.groups import Groups
from rules.lib import chain, drop_hidden, selected, subset_of, tight, with_temps
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import BOOLS, Col, Frame, Func, Value
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
    if isinstance(g.grouped.selection, list):
        return selected(c.ctx, out, [out.column(x) for x in g.grouped.selection])
    return out


def moved(c: Call, frame: Frame, series: Col) -> Col:
    """A Series over some rows of its frame."""
    from rules.lib import on

    if not series.local or series.temps or series.windowed:
        raise NoRule("rows of a Series that depends on other rows")
    return on(frame, series)


def first_or_last(c: Call, last: bool) -> Value:
    from rules.select import descending

    n = c.lit("n")
    c.need(isinstance(n, int) and not isinstance(n, bool) and n >= 0, "a negative number of rows")
    g = Groups(c, c.grouped)
    order = g.order()
    number = F.row_number().over(g.window(by=descending(order) if last else order))
    return rows_where(c, g, number <= n)


@rule(
    "DataFrameGroupBy.head(n=5)",
    example=(
        "df.groupby('k').head(2)",
        "df.sort_values(['i', 'j']).groupby('b').head(1)",
        "df.groupby('b')[['i', 's']].head(1)",
    ),
)
@rule("SeriesGroupBy.head(n=5)", example="df.groupby('k')['f'].head(1)")
def head(c: Call) -> Value:
    """The first rows of every group."""
    return first_or_last(c, False)


@rule(
    "DataFrameGroupBy.tail(n=5)",
    example=(
        "df.groupby('k').tail(2)",
        "df.sort_values(['i', 'j']).groupby('k', dropna=False).tail(1)",
    ),
)
@rule("SeriesGroupBy.tail(n=5)", example="df.groupby('k')['f'].tail(1)")
def tail(c: Call) -> Value:
    """The last rows of every group."""
    return first_or_last(c, True)


@rule(
    "DataFrameGroupBy.nth(n, dropna=None)",
    not_yet="dropna",
    example=("df.groupby('k').nth(0)", "df.groupby('k').nth(-1)", "df.groupby('k').nth(1)"),
)
@rule("SeriesGroupBy.nth(n, dropna=None)", not_yet="dropna", example="df.groupby('k')['f'].nth(1)")
def nth(c: Call) -> Value:
    """The row of that number in every group that has it."""
    from rules.select import descending

    n = c.lit("n")
    c.need(isinstance(n, int) and not isinstance(n, bool), "several rows by their number")
    g = Groups(c, c.grouped)
    order = g.order()
    number = F.row_number().over(g.window(by=order if n >= 0 else descending(order)))
    return rows_where(c, g, number == (n + 1 if n >= 0 else -n))


_FILTERED = (
    "df.groupby('k').filter(lambda g: len(g) > 2)",
    "df.groupby('s').filter(lambda x: x['i'].mean() > 3)",
    "df.groupby('b').filter(lambda x: (x['f'].max() > 50) & (len(x) > 3))",
)


@rule(
    "DataFrameGroupBy.filter(func, dropna=True, *args, **kwargs)",
    not_yet="dropna",
    example=_FILTERED,
)
@rule("SeriesGroupBy.filter(func, dropna=True, *args, **kwargs)", not_yet="dropna",
      example="df.groupby('k')['i'].filter(lambda x: x.sum() > 10)")  # fmt: skip
def filter_(c: Call) -> Value:
    """The rows of the groups for which a function is true."""
    from rules.group_lambdas import each

    bare(c)
    g, func = Groups(c, c.grouped), c["func"]
    c.need(isinstance(func, Func), "a filter that is not a function known here")
    c.need(g.grouped.series is not None or g.grouped.selection is None, "a filter of some columns")
    group = g.value(g.grouped.series) if g.grouped.series is not None else g.frame
    value = each(g, func, group)
    c.need(value.dtype in BOOLS and value.dtype != "bool?", "a filter that is not boolean for sure")
    g.temps = {**g.temps, **dict(value.temps)}
    return rows_where(c, g, tight(value))
