"""Groups by spans of time: ``resample``, ``pd.Grouper(key=…, freq=…)``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from rules.aggregates import Spec, chosen, made, outcome
from rules.group_agg import from_dict, items, pairs, several, spec_of
from rules.frequencies import Freq, freq_of
from rules.groupby import level_column, level_key
from rules.groups import Groups
from rules.lib import derive, series_of, typed
from rules.ordered import expected
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Grouped,
    GroupKey,
    Index,
    Plain,
    Rows,
    Sequence,
    SortKey,
    Value,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import render

# --- values ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Binned(Grouped):
    """Groups by one span of time: the result has a row for every bin between first and last."""

    freq: Freq | None = None
    resampled: bool = False

    @property
    def kind(self) -> str:  # type: ignore[override]
        plain = "SeriesGroupBy" if self.series is not None else "DataFrameGroupBy"
        return plain.replace("GroupBy", "Resampler") if self.resampled else plain


class Unselected(list):
    """All columns of groups with bins in them: pandas shows the keys among them."""


@dataclass(frozen=True)
class Grouper(Plain):
    """``pd.Grouper``: the column (or index level) and frequency of a key of time."""

    key: Any = None
    freq: Freq | None = None
    level: Any = None

    def key_of(self, c: Call, frame: Frame) -> GroupKey:
        """The key over a frame."""
        if self.key is not None:
            series = series_of(c.ctx, frame, self.key)
        else:
            found = level_key(c.ctx, frame, 0 if self.level is None else self.level)
            series = found.col.but(label=found.label)
        return GroupKey(series.label, series) if self.freq is None else time_key(c, series, self.freq)  # fmt: skip


def in_time_order(frame: Frame, column: Column, *parts: Col) -> tuple[Frame, list[Col]]:
    """The frame sorted by its time, as pandas does before it bins, and Series over it."""
    order = sorted_order([SortKey(column.name, column.uid, True, False)], frame.order)
    index = Index("rows", frame.index.anchor) if frame.index.kind == "range" else frame.index
    out = frame.but(
        order=replace(order, explicit=frame.order.explicit),
        rows=Rows(parent=frame.rows),
        index=index,
    )
    return out, [x.but(frame=out) for x in parts]


def binned(
    frame: Frame,
    key: GroupKey,
    column: Column | None,
    series: Col | None,
    groups: tuple = (),
    **facts: Any,
) -> Binned:
    """Groups by one span of time, or by spans within each of the groups ``groups``."""
    if column is None:
        raise NoRule("bins of a column that is computed")
    parts = [key.col] + ([series] if series is not None else [])
    others = [k.col for k in groups]
    out, parts = in_time_order(frame, column, *parts, *others)
    if series is not None:
        series = parts.pop(1)
    labels = [*(k.label for k in groups), key.label]
    keys = zip(labels, [*parts[1:], parts[0]])
    return Binned(out, tuple(GroupKey(*k) for k in keys), series=series, **facts)


def time_key(c: Call, series: Col, freq: Freq) -> GroupKey:
    """The bins of a column of times; one of unknown type is checked in the job."""
    checked = expected(c, series)
    if checked.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        checked = series.but(expr=typed(c.ctx, "moment", series), dtype="datetime64[ns]")
    c.need(checked.dtype == "datetime64[ns]", "bins of a column that is not of times")
    label = derive(freq.bin(c.ctx, checked), "datetime64[ns]", checked, column=None)
    return GroupKey(series.label, label)


#: what a Grouper says that is so anyway (its groups have no missing times, and groupby() sorts)
_USUAL = {"sort": True, "dropna": True}


@rule(
    "pandas.Grouper(*args, **kwargs)",
    example=(
        "df.groupby(['k', pd.Grouper(key='t', freq='YE')])['i'].sum()",
        "df.groupby(['b', pd.Grouper(key='d', freq='MS')])[['i', 'f']].mean()",
        "df[df['t'] > '2019-01-01'].groupby(pd.Grouper(key='t', freq='QE'))['i'].sum()",
        "df[df['t'] > '2019-01-01'].groupby(pd.Grouper(key='t', freq='YE'))['f'].cumsum()",
        "df[df['t'] > '2019-01-01'].set_index('t').groupby(pd.Grouper(freq='QE'))['i'].sum()",
        "df[df['t'] > '2019-01-01'].set_index('t').groupby(['k', pd.Grouper(level='t', freq='QS')])['i'].sum()",
        "df[df['d'] > '2019-01-01'].groupby(['k', pd.Grouper(key='d', freq='YE-JUN', label='left')])['i'].sum()",
        "df.groupby(pd.Grouper(key='d', freq='YE')).head(1)",
        "df.groupby(['k', pd.Grouper(key='d', freq='YE', sort=True)]).apply(lambda g: g.nlargest(1, 'i'))",
        "df[df['d'] > '2023-01-01'].groupby(pd.Grouper(key='d', freq='QE'))['f'].transform('max')",
    ),
)
def grouper(c: Call) -> Grouper:
    """A key of time for groupby."""
    names = ("key", "level", "freq")
    c.need(len(c["args"]) <= 3, "further arguments of a Grouper")
    given = {n: literal(v) for n, v in zip(names, c["args"])}
    given.update({k: literal(v) for k, v in c["kwargs"].items()})
    handled = {*names, "closed", "label", "origin", "offset"}
    same = {k for k, usual in _USUAL.items() if given.get(k) is usual}
    c.need(not {k for k, v in given.items() if v is not None} - handled - same, "a Grouper of this form")  # fmt: skip
    text = ", ".join(f"{k}={render(v)}" for k, v in given.items())
    c.ctx.runtime.add("import pandas as pd")
    freq = given.get("freq")
    c.need(freq is not None or given.get("key") is not None, "a Grouper without a key or frequency")
    options = {k: given.get(k) for k in ("closed", "label", "origin", "offset")}
    found = freq_of(freq, **options) if freq is not None else None
    return Grouper(f"pd.Grouper({text})", key=given.get("key"), freq=found, level=given.get("level"))  # fmt: skip


_RESAMPLE = (
    "rule, axis=0, closed=None, label=None, convention='start', kind=None, on=None, level=None, "
    "origin='start_day', offset=None, group_keys=False"
)
_OFTEN = (
    "df[df['d'] > '2021-01-01'].resample('ME', on='d')['i'].sum()",
    "df[df['d'] > '2023-12-01'].resample('W', on='d')[['i', 'f']].mean()",
    "df[df['t'] > '2023-12-01'].resample('6h', on='t')['i'].count()",
    "df[df['t'] > '2023-12-01'].resample('D', on='t').agg({'i': 'max', 'f': 'sum'})",
)
_BINS = (
    ("t", "7h"), ("t", "5D"), ("d", "2W"), ("d", "3MS"), ("d", "2ME"), ("d", "2QE"), ("d", "QS-FEB"), ("d", "YE-JUN"),
    ("d", "3YS"), ("d", "B"), ("t", "D', closed='right"), ("t", "12h', label='right"), ("t", "W', closed='left', label='left"),
    ("d", "2W-WED', closed='left"), ("d", "ME', label='left"), ("d", "QE', closed='left"), ("t", "D', offset='6h"),
    ("t", "36h', origin='start"), ("t", "5D', origin='epoch"), ("d", "2ME', closed='left', label='left"), ("t", "3D', origin=pd.Timestamp('2000-01-01 07:00"),
)  # fmt: skip
_KINDS = tuple(
    f"df[df['{on}'] > '2023-06-01'].resample('{freq}'{')' if 'Timestamp(' in freq else ''}, on='{on}')['i'].sum()"
    for on, freq in _BINS
)


def bins_of(c: Call) -> Freq:
    """The frequency with the ways its bins are closed, labelled and counted."""
    options = {k: c.lit(k) for k in ("closed", "label", "origin", "offset")}
    return freq_of(c.lit("rule"), **options)


@rule(
    f"DataFrame.resample({_RESAMPLE})",
    not_yet="axis kind",
    ignored="convention group_keys",  # of periods; of functions that give rows
    example=(*_OFTEN, *_KINDS),
)
def frame_resample(c: Call) -> Value:
    """Bins of time by a column, or by an index of times."""
    frame, on = c.frame, c.lit("on")
    freq = bins_of(c)
    if on is not None:
        key = time_key(c, series_of(c.ctx, frame, on), freq)
        rest = None if frame.open else [x for x in frame.labels if x != on]
        return binned(frame, key, frame.column(on), None, selection=rest, freq=freq, resampled=True)
    key, column = level_bins(c, frame, freq)
    return binned(frame, key, column, None, freq=freq, resampled=True)


def level_bins(c: Call, frame: Frame, freq: Freq) -> tuple[GroupKey, Column]:
    """The bins of the index, or of one of its levels."""
    wanted, levels = c.lit("level"), frame.index.levels
    c.need(wanted is not None or len(levels) == 1, "bins of an index that is no column")
    column = level_column(frame, 0 if wanted is None else wanted)
    level = level_key(c.ctx, frame, levels.index(column))
    return time_key(c, level.col.but(label=level.label), freq), column


@rule(
    f"Series.resample({_RESAMPLE})",
    not_yet="axis kind on",
    ignored="convention group_keys",
    example=(
        "df[df['d'] > '2021-01-01'].set_index('d')['i'].resample('QE').sum()",
        "df[df['d'] > '2021-01-01'].set_index(['k', 'd'])['i'].resample('QE', level='d', group_keys=True).sum()",
    ),
)
def series_resample(c: Call) -> Value:
    """Bins of a Series with an index of times."""
    frame = c.col.frame
    freq = bins_of(c)
    key, column = level_bins(c, frame, freq)
    return binned(frame, key, column, c.col, freq=freq, resampled=True)


@rule("DataFrameResampler.__getitem__(key)", example=_OFTEN[:2])
def select(c: Call) -> Value:
    """Columns of a resampled frame."""
    g, wanted = c.grouped, c.lit("key")
    if isinstance(wanted, list):
        for x in wanted:
            g.frame.column(x)
        return g.but(selection=wanted, made=None)
    return g.but(selection=wanted, series=series_of(c.ctx, g.frame, wanted), made=None)


# --- results --------------------------------------------------------------------------------

#: aggregate -> its parameters, beside numeric_only
_PLAIN: dict[str, str] = {
    "sum": "min_count=0", "prod": "min_count=0", "mean": "", "min": "", "max": "", "count": "", "std": "ddof=1",
    "var": "ddof=1", "sem": "ddof=1", "median": "", "first": "", "last": "", "nunique": "",
}  # fmt: skip


def result(c: Call, spec: Spec, numeric_only: bool = False) -> Value:
    g = Groups(c, c.grouped)
    if g.grouped.series is not None:
        v = g.value(g.grouped.series)
        return outcome(c, g, [(v.label, made(g, spec, v))], True)
    c.need(not isinstance(g.grouped.selection, Unselected), "keys among the values")
    return outcome(c, g, [(v.label, made(g, spec, v)) for v in chosen(g, numeric_only)], False)


def _register(name: str) -> None:
    numeric = name not in ("count", "nunique")
    extra = _PLAIN[name].partition("=")[0]
    # ddof comes first, min_count last
    parts = ["numeric_only=False"] * numeric
    parts = [_PLAIN[name], *parts] if extra == "ddof" else [*parts, _PLAIN[name]]
    source = ", ".join([*filter(None, parts), "*args", "**kwargs"])

    def apply(c: Call) -> Value:
        """The aggregate of every bin."""
        c.need(not c["args"] and not c["kwargs"], "further arguments of a resampled aggregate")
        params = {extra: c.lit(extra)} if extra and c.given(extra) else {}
        c.need(all(type(x) is int for x in params.values()), f"{extra}= of this value")
        only = c.lit("numeric_only") if numeric else False
        c.need(only in (True, False), "numeric_only= of this form")
        return result(c, Spec(name, params), bool(only))

    given = "ddof=0" if extra == "ddof" else ""
    example = f"df[df['d'] > '2022-01-01'].resample('QE', on='d')[['i', 'f']].{name}()"
    second = f"df[df['d'] > '2022-01-01'].resample('MS', on='d')['f'].{name}({given})"
    rule(f"DataFrameResampler.{name}({source})", example=example)(apply)
    rule(f"SeriesResampler.{name}({source})", example=example if name in ("prod", "sem") else second)(apply)  # fmt: skip


for _name in _PLAIN:
    _register(_name)


@rule(
    "DataFrameResampler.size()", example="df[df['d'] > '2022-01-01'].resample('MS', on='d').size()"
)
@rule(
    "SeriesResampler.size()",
    example="df[df['d'] > '2022-01-01'].resample('MS', on='d')['i'].size()",
)
def size(c: Call) -> Value:
    """The number of rows of every bin."""
    g = Groups(c, c.grouped)
    v = g.value(g.grouped.series) if g.grouped.series is not None else None
    return outcome(c, g, [(v.label if v is not None else None, made(g, Spec("size"), v))], True)


_AGG = (
    _OFTEN[3],
    "df[df['d'] > '2022-01-01'].resample('QE', on='d')[['i', 'f']].agg(['sum', 'max'])",
    "df[df['d'] > '2022-01-01'].resample('QE', on='d').agg({'i': ['sum', 'mean'], 'f': 'max'})",
    "df[df['d'] > '2022-01-01'].resample('QE', on='d').agg(total=('i', 'sum'), best=('f', 'max'))",
)


@rule("DataFrameResampler.agg(func=None, *args, **kwargs)", example=_AGG)
@rule("DataFrameResampler.aggregate(func=None, *args, **kwargs)", example=_AGG[0])
def agg_frame(c: Call) -> Value:
    """A dict of aggregations by column, one or several for all, or named ones."""
    c.need(not c["args"], "further arguments of a resampled aggregate")
    g, func = Groups(c, c.grouped), c["func"]
    if c["kwargs"]:
        c.need(isinstance(func, Const) and func.value is None, "func= beside named aggregates")
        return outcome(c, g, named_aggregates(c, g, c["kwargs"]), False)
    by_column = pairs(func)
    if by_column is not None:
        return outcome(c, g, from_dict(g, by_column), False)
    c.need(len(g.grouped.keys) == 1, "several aggregates of every column in groups")
    listed = items(func)
    if listed is not None:
        return outcome(c, g, from_dict(g, [(v.label, func) for v in g.values()]), False)
    _, spec = spec_of(func)
    return result(c, spec)


def named_aggregates(c: Call, g: Groups, named: dict) -> list:
    """``agg(name=(column, function), …)``."""
    outputs = []
    for label, value in named.items():
        c.need(isinstance(value, Sequence) or isinstance(value, Const), "an aggregate of this form")
        parts = value.items if isinstance(value, Sequence) else [Const(x) for x in value.value]
        c.need(len(parts) == 2 and isinstance(parts[0], Const), "an aggregate of this form")
        v = g.value(parts[0].value)
        outputs.append((label, made(g, spec_of(parts[1])[1], v)))
    return outputs


@rule(
    "SeriesResampler.agg(func=None, *args, **kwargs)",
    example=(
        "df[df['d'] > '2022-01-01'].resample('MS', on='d')['i'].agg(['sum', 'max', lambda x: x.max() - x.min()])",
        "df[df['d'] > '2022-01-01'].resample('MS', on='d')['f'].agg(low='min', high='max')",
    ),
)
@rule(
    "SeriesResampler.aggregate(func=None, *args, **kwargs)",
    example="df[df['d'] > '2022-01-01'].resample('MS', on='d')['f'].agg('sum')",
)
def agg_series(c: Call) -> Value:
    """One aggregation, a list of them, or named ones."""
    c.need(not c["args"], "further arguments of a resampled aggregate")
    g, func = Groups(c, c.grouped), c["func"]
    v = g.value(g.grouped.series)
    if c["kwargs"]:
        c.need(isinstance(func, Const) and func.value is None, "func= beside named aggregates")
        named = [(k, made(g, spec_of(f)[1], v)) for k, f in c["kwargs"].items()]
        return outcome(c, g, named, False)
    listed = items(func)
    if listed is None:
        return result(c, spec_of(func)[1])
    return outcome(c, g, [(n, made(g, s, v)) for n, s in several(listed)], False)


@rule("SeriesResampler.quantile(q=0.5, **kwargs)", example="df[df['t'] > '2022-01-01'].resample('QS', on='t')['i'].quantile(0.9)")  # fmt: skip
@rule("DataFrameResampler.quantile(q=0.5, **kwargs)", example="df[df['t'] > '2022-01-01'].resample('QS', on='t')[['i', 'f']].quantile(0.25)")  # fmt: skip
def quantile(c: Call) -> Value:
    """A quantile of every bin."""
    q = c.lit("q")
    c.need(isinstance(q, (int, float)) and 0 <= q <= 1 and not c["kwargs"], "q= of this form")
    return result(c, Spec("quantile", {"q": float(q), "by_group": True}))


_DAYS = "df[df['d'] > '2022-11-01'].dropna(subset=['d']).drop_duplicates('d').set_index('d')"


__all__ = ["Binned", "agg_frame", "agg_series", "Const", "Freq", "Grouper", "freq_of", "time_key"]
