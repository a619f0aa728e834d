"""Pivot tables without columns that keep the order, or the groups, that pandas would not."""

from __future__ import annotations

from rules.lib import selected
from rules.pivot import Aim, aim_of, as_list, by_rule, keys_of, table_of_groups
from rules.registry import Call, rule
from transpiler.facts import Col, Const, Frame, Mapping, Sequence

_PIVOT_TABLE = (
    "values=None, index=None, columns=None, aggfunc='mean', fill_value=None, margins=False, dropna=True, "
    "margins_name='All', observed=None, sort=True"
)


@rule(
    f"DataFrame.pivot_table({_PIVOT_TABLE})",
    not_yet="columns margins margins_name",
    ignored="observed",
    example=(
        "df.pivot_table(index='k', values=['g', 'f'], sort=False)",
        "df.pivot_table(index=['k', 'b'], values='i', aggfunc='sum', sort=False).reset_index()",
        "df[['i', 'k', 'f']].pivot_table(index='k', values=['f', 'i'], aggfunc='max', sort=False, fill_value=0)",
        "df.pivot_table(index='k', values=['g', 'f'], dropna=False)",
        "df[df['i'] < 5].pivot_table(index='j', values='g', aggfunc='max', dropna=False, sort=False)",
    ),
)
def pivot_table_of_groups(c: Call) -> Frame:
    """Groups in rows."""
    return table(c, c.frame)


@rule(
    f"pandas.pivot_table(data, {_PIVOT_TABLE})",
    not_yet="columns margins margins_name",
    ignored="observed",
    example="pd.pivot_table(df, index='j', values='f', sort=False)",
)
def pivot_table_function(c: Call) -> Frame:
    """``data.pivot_table()``."""
    c.need(isinstance(c["data"], Frame), "the frame is not known here")
    return table(c, c["data"])


def table(c: Call, frame: Frame) -> Frame:
    """The groups in the order in which they come (``sort=False``), or all of them (``dropna=False``)."""
    rows, func = keys_of(c, frame, "index"), c["aggfunc"]
    sort, dropna = bool(c.lit("sort")), bool(c.lit("dropna"))
    c.need(rows and isinstance(func, Const) and isinstance(func.value, str), "aggfunc= of this form")  # fmt: skip
    c.need(func.value != "size", "sizes in a table of this form")
    c.need(dropna or len(rows) == 1 and c.lit("fill_value") is None, "every combination of keys")
    taken = [x for x in rows if not isinstance(x, Col)]
    c.need(len(taken) == len(rows), "computed keys")
    aim = aim_of(c, frame, taken)
    c.need(not set(map(repr, aim.values)) & set(map(repr, taken)), "a key is also a value")
    values = aim.values if sort else in_their_order(c, frame, aim, taken)
    by = Sequence(tuple(Const(x) for x in rows))
    long = by_rule(c, "DataFrame.groupby", frame, by, sort=Const(sort), dropna=Const(dropna))
    long = by_rule(c, "DataFrameGroupBy.__getitem__", long, Const(values))
    long = by_rule(c, "DataFrameGroupBy.agg", long, Mapping(tuple((v, func) for v in values)))
    c.need(isinstance(long, Frame) and not long.open, "the columns of the frame are not known here")
    cells = [long.column(x) for x in values]
    if not dropna:
        return selected(c.ctx, long, cells)
    shown = Aim(values, aim.agg, values, [(v,) for v in values])
    return table_of_groups(c, long, cells, shown, c.lit("fill_value"), None)


def in_their_order(c: Call, frame: Frame, aim: Aim, taken: list) -> list:
    """The values as pandas has them before it sorts them: as they are given, or as the frame has
    them where it has no other columns."""
    given = c.lit("values")
    if len(aim.values) == 1:
        return aim.values
    every = len(taken) + len(aim.values) >= len(frame.labels)
    wanted = frame.labels if given is None or every else as_list(given)
    return [x for x in wanted if x in aim.values]
