"""``groupby`` itself: its keys, its selection."""

from __future__ import annotations

from typing import Any

from rules.lib import meet, series_of, settle
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Const, Frame, Grouped, GroupKey, Sequence, Value
from transpiler.symbolic import col


def level_column(frame: Frame, level: Any) -> Column:
    """An index level by its number or name. Raises NoRule where the index is no column."""
    levels = frame.index.levels
    if frame.index.kind != "columns":
        raise NoRule("groups by an index that is no column")
    if (
        isinstance(level, int)
        and not isinstance(level, bool)
        and -len(levels) <= level < len(levels)
    ):
        return levels[level]
    found = [x for x in levels if x.label == level]
    if len(found) != 1:
        raise NoRule(f"no index level {level!r}")
    return found[0]


def level_key(ctx: Any, frame: Frame, level: Any) -> GroupKey:
    """A key that is an index level."""
    column = level_column(frame, level)
    ctx.use(frame, column)
    series = Col(col(column.name), column.dtype, frame, column.label, frozenset({(column.name, column.uid)}),
                 nullable=column.is_nullable, column=column)  # fmt: skip
    return GroupKey(column.label, series)


def one_key(c: Call, frame: Frame, by: Any, columns: bool) -> GroupKey:
    """One key: a label, a Series of the same rows, or a pd.Grouper."""
    if isinstance(by, Col):
        _, (_, series) = meet(series_anchor(frame), by)
        return GroupKey(by.label, series)
    if type(by).__name__ == "Grouper":
        return by.key_of(c, frame)  # type: ignore[attr-defined]
    if isinstance(by, Const):
        label = by.value
        if columns and frame.has(label) is not False:
            return GroupKey(label, series_of(c.ctx, frame, label))
        if frame.index.kind == "columns" and not callable(label):
            return level_key(c.ctx, frame, label)
    raise NoRule("a key of the groups that is not known here")


def series_anchor(frame: Frame) -> Col:
    """A Series over the frame that reads nothing: to align another one with its rows."""
    return Col(col("__pos"), None, frame)


def key_list(by: Any) -> list[Any]:
    """The keys one by one."""
    if isinstance(by, Sequence) and by.type in (list, tuple):
        return list(by.items)
    if isinstance(by, Const) and isinstance(by.value, list):
        return [Const(v) for v in by.value]
    return [by]


def grouped(c: Call, frame: Frame, series: Col | None) -> Grouped:
    """The facts of a group-by."""
    by, level = c["by"], c.lit("level")
    settle(c.ctx, frame)
    flags = {k: c.lit(k) for k in ("as_index", "sort", "dropna")}
    c.need(
        all(isinstance(v, bool) for v in flags.values()), "a flag of groupby that is not a constant"
    )
    if level is not None:
        c.need(isinstance(by, Const) and by.value is None, "by= and level= together")
        levels = level if isinstance(level, (list, tuple)) else [level]
        keys = [level_key(c.ctx, frame, x) for x in levels]
    else:
        keys = [one_key(c, frame, b, series is None) for b in key_list(by)]
    c.need(keys, "there are no keys")
    c.need(len({repr(k.label) for k in keys}) == len(keys), "two keys of one name")
    c.need(
        not any(k.col.dtype in ("category", "list") for k in keys), "groups by categories or lists"
    )
    spans = [b for b in key_list(by) if getattr(b, "freq", None) is not None]
    if not spans:
        return Grouped(frame, tuple(keys), series=series, **flags)
    selection = None
    if series is None and not frame.open:
        plain = {k.col.column.label for k in keys if k.col.column in frame.columns}
        selection = [x for x in frame.labels if x not in plain | {b.key for b in spans}]
    if len(keys) > 1:
        return Grouped(frame, tuple(keys), series=series, selection=selection, **flags)
    from rules.resample import binned

    column = frame.column(spans[0].key)
    return binned(frame, keys[0], column, series, selection=selection, freq=spans[0].freq, **flags)


_FLAGS = (
    "axis=0, level=None, as_index=True, sort=True, group_keys=True, observed=False, dropna=True"
)
_FRAME_GROUPS = (
    "df.groupby('k')['i'].sum()",
    "df.groupby(['k', 'b'])[['i']].sum()",
    "df.groupby(df['s'].str.len())['i'].sum()",
    "df.groupby(['b', df['i'] > 2])['j'].sum()",
    "df.groupby('s', sort=False, dropna=False)['i'].sum()",
    "df.groupby(df['k'])[['i', 'f']].sum()",
    "df.sort_values(['i', 'j'], ascending=False).groupby('k', sort=False)['f'].sum()",
    "df.groupby(['k', 'b'])['i'].sum().groupby(level=0).max()",
    "df.groupby(['k', 'b'])['i'].sum().groupby('b').max()",
)


@rule(
    f"DataFrame.groupby(by=None, {_FLAGS})",
    not_yet="axis",
    ignored="observed group_keys",
    example=_FRAME_GROUPS,
)
def frame_groupby(c: Call) -> Grouped:
    """Groups of a frame's rows; nothing is computed yet."""
    return grouped(c, c.frame, None)


@rule(f"Series.groupby(by=None, {_FLAGS})", not_yet="axis as_index", ignored="observed group_keys",
      example=("df['f'].groupby(df['k']).sum()", "df['i'].groupby([df['k'], df['b']]).max()"))  # fmt: skip
def series_groupby(c: Call) -> Grouped:
    """Groups of a Series' values."""
    return grouped(c, c.col.frame, c.col)


@rule(
    "DataFrameGroupBy.__getitem__(key)",
    example=(
        "df.groupby('k')['i'].sum()",
        "df.groupby('k')[['i', 'f']].max()",
        "df.groupby('k')[['f']].sum()",
    ),
)
def select(c: Call) -> Value:
    """One column gives a SeriesGroupBy, a list of them a DataFrameGroupBy."""
    g, wanted = c.grouped, c.lit("key")
    if isinstance(wanted, (list, tuple)):
        c.need(isinstance(wanted, list), "columns selected by a tuple")
        for label in wanted:
            g.frame.column(label)
        c.need(len(set(map(repr, wanted))) == len(wanted), "a column is selected twice")
        return g.but(selection=wanted, series=None, made=None)
    c.need(not isinstance(g.selection, list) or wanted in g.selection, "the column is not selected")
    return g.but(selection=wanted, series=series_of(c.ctx, g.frame, wanted), made=None)


__all__ = ["grouped", "level_column", "level_key", "one_key"]
