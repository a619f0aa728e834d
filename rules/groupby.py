"""``groupby`` itself: its keys, its selection."""

from __future__ import annotations

from typing import Any

from rules.categories import complete, sort_place, stated
from rules.lib import meet, on_part, series_of, settle
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Func,
    Grouped,
    GroupKey,
    Module,
    Rest,
    Sequence,
    Value,
)
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
                 nullable=column.is_nullable, column=column, width=column.width)  # fmt: skip
    return GroupKey(column.label, series)


def one_key(c: Call, frame: Frame, by: Any, columns: bool) -> GroupKey:
    """One key: a label, a Series of the same rows, or a pd.Grouper."""
    if isinstance(by, Col):
        if frame.rows.same_set(by.frame.rows):
            _, (_, by_rows) = meet(series_anchor(frame), by)
        else:  # pandas looks the key of each row up by its label
            by_rows = on_part(c.ctx, frame, by)
        return GroupKey(by.label, by_rows)
    if type(by).__name__ == "Grouper":
        return by.key_of(c, frame)  # type: ignore[attr-defined]
    if isinstance(by, Const):
        label = by.value
        if columns and frame.has(label) is not False:
            return GroupKey(label, series_of(c.ctx, frame, label))
        if isinstance(label, dict) or callable(label):
            return from_labels(c, frame, by)
        if frame.index.kind == "columns":
            return level_key(c.ctx, frame, label)
    if isinstance(by, (Func, Module)):
        return from_labels(c, frame, by)
    raise NoRule("a key of the groups that is not known here")


def from_labels(c: Call, frame: Frame, by: Any) -> GroupKey:
    """A key made of the row labels: a function of each, or a dict."""
    labels = own_labels(c.ctx, frame)
    found = c.interpreter.by_rule("Series.map", labels, [by], {}, c.node)  # type: ignore[attr-defined]
    c.need(isinstance(found, Col) and found.frame is frame, "a key made of the labels")
    return GroupKey(labels.label, found.but(label=None, column=None))


def own_labels(ctx: Any, frame: Frame) -> Col:
    """The row labels as a Series over the frame."""
    if frame.index.kind == "columns":
        if len(frame.index.levels) != 1:
            raise NoRule("labels of several levels")
        return level_key(ctx, frame, 0).col
    number = ctx.position(frame, frame.index.anchor, "number")
    return Col(number, "int64", frame, null_free=True)


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


def categories_without_rows(c: Call, frame: Frame, keys: list[GroupKey], sort: bool) -> bool:
    """Whether the result shows categories that have no row (observed=False)."""
    found = [k for k in keys if k.col.dtype == "category"]
    if not found:
        return False
    for key in found:
        sort_place(key.col)
    if c.lit("observed") or len(keys) == 1 and complete(found[0].col.dtype, frame.rows):
        return False
    known = all(stated(k.col.dtype) is not None or complete(k.col.dtype, frame.rows) for k in found)
    c.need(known, "categories that may have no row")
    c.need(sort, "categories without rows, not sorted")
    return True


def grouped(c: Call, frame: Frame, series: Col | None) -> Grouped:
    """The facts of a group-by."""
    by, level = c["by"], c.lit("level")
    settle(c.ctx, frame)
    flags = {k: c.lit(k) for k in ("as_index", "sort", "dropna", "group_keys")}
    c.need(
        all(isinstance(v, bool) for v in flags.values()), "a flag of groupby that is not a constant"
    )
    if level is not None:
        c.need(isinstance(by, Const) and by.value is None, "by= and level= together")
        levels = level if isinstance(level, (list, tuple)) else [level]
        if levels == [0] and frame.index.kind != "columns":
            keys = [GroupKey(None, own_labels(c.ctx, frame))]
        else:
            keys = [level_key(c.ctx, frame, x) for x in levels]
    else:
        keys = [one_key(c, frame, b, series is None) for b in key_list(by)]
    c.need(keys, "there are no keys")
    shown = [repr(k.label) for k in keys if k.col.column is not None or not flags["as_index"]]
    c.need(len(set(shown)) == len(shown), "two keys of one name")
    c.need(not any(k.col.dtype == "list" for k in keys), "groups by lists")
    hollow = categories_without_rows(c, frame, keys, flags["sort"])
    spans = [b for b in key_list(by) if getattr(b, "freq", None) is not None]
    if not spans:
        return Grouped(frame, tuple(keys), series=series, hollow=hollow, **flags)
    c.need(not hollow, "categories and bins of time")
    selection = None
    if series is None and not frame.open:
        plain = {k.col.column.label for k in keys if k.col.column in frame.columns}
        selection = Rest(x for x in frame.labels if x not in plain | {b.key for b in spans})
    if len(keys) > 1:
        return Grouped(frame, tuple(keys), series=series, selection=selection, **flags)
    from rules.resample import binned

    index = spans[0].key is None
    column = frame.index.levels[0] if index else frame.column(spans[0].key)
    return binned(frame, keys[0], column, series, selection=selection, freq=spans[0].freq, **flags)


_FLAGS = (
    "axis=0, level=None, as_index=True, sort=True, group_keys=True, observed=False, dropna=True"
)
_BANDS = "df['band'] = pd.cut(df['i'], [-100, 0, 3, 50, 1000], labels=['z', 'y', 'x', 'w'])\n"
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
    "df.dropna(subset=['t']).groupby([df['t'].dt.year, df['s'].str.len()])['i'].sum()",
    "df.groupby([df['t'].dt.year, df['t'].dt.month])['i'].sum().rename_axis(['y', 'm'])",
    "df.groupby(df['s'].str.len(), as_index=False)['i'].sum()",
    "df.groupby(['k', df['t'].dt.year], as_index=False).agg({'i': 'max'})",
    "df.groupby(df.index // 4)['i'].sum()",
    "df.groupby(lambda x: x % 3)['i'].sum()",
    "df.groupby(level=0)['i'].sum()",
    "df.set_index('k').groupby({'a': 'x', 'b': 'x', 'c': 'y'})['i'].sum()",
    "df.dropna(subset=['k']).set_index('k').groupby(str.upper)['i'].sum()",
    f"{_BANDS}out = df.groupby(['k', 'band'], observed=False).agg(n=('j', 'size'), m=('f', 'mean'), s=('i', 'sum')).reset_index()",
    f"{_BANDS}out = df.groupby(['band', 'b'], observed=False, dropna=False)['j'].max()",
    f"{_BANDS}out = df.groupby(['k', 'band'], observed=False, as_index=False)['j'].sum()",
    "df['k'] = pd.Categorical(df['k'], ['zz', 'c', 'a'])\nout = df.groupby(['b', 'k', df['i'] > 2], observed=False)['f'].median()",
)


@rule(
    f"DataFrame.groupby(by=None, {_FLAGS})",
    not_yet="axis",
    ignored="observed",
    example=_FRAME_GROUPS,
)
def frame_groupby(c: Call) -> Grouped:
    """Groups of a frame's rows; nothing is computed yet."""
    return grouped(c, c.frame, None)


@rule(f"Series.groupby(by=None, {_FLAGS})", not_yet="axis as_index", ignored="observed",
      example=("df['f'].groupby(df['k']).sum()", "df['i'].groupby([df['k'], df['b']]).max()", "df[df['i'] > 2]['f'].groupby([df['d'].dt.year, df['b']]).mean()"))  # fmt: skip
def series_groupby(c: Call) -> Grouped:
    """Groups of a Series' values."""
    c.need(not c.col.gappy, "values of unknown type that may have got gaps")
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
    c.need(not isinstance(g.chosen(), list) or wanted in g.selection, "the column is not selected")
    return g.but(selection=wanted, series=series_of(c.ctx, g.frame, wanted), made=None)


__all__ = ["grouped", "level_column", "level_key", "one_key"]
