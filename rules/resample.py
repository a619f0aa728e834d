"""Groups by spans of time: ``resample``, ``pd.Grouper(key=…, freq=…)``."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from rules.aggregates import Spec, chosen, made, outcome
from rules.group_agg import from_dict, items, pairs, several, spec_of
from rules.groupby import level_key
from rules.groups import Groups
from rules.lib import derive, series_of
from rules.registry import Call, rule
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
    SortKey,
    Value,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import E, F, render

# --- frequencies ----------------------------------------------------------------------------

_OLD = {"H": "h", "T": "min", "S": "s", "M": "ME", "Q": "QE", "Y": "YE", "A": "YE", "AS": "YS"}
_SECONDS = {"D": 86400, "h": 3600, "min": 60, "s": 1}
_MONTHS = {
    "MS": ("month", 1),
    "ME": ("month", 1),
    "QS": ("quarter", 3),
    "QE": ("quarter", 3),
    "YS": ("year", 12),
    "YE": ("year", 12),
}
_DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]


@dataclass(frozen=True)
class Freq:
    """A frequency: how a time becomes the label of its bin, and the step between labels."""

    name: str
    seconds: int = 0
    unit: str = ""
    months: int = 0
    end: bool = False
    anchor: int | None = None

    def bin(self, t: E) -> E:
        """The label of the bin that a time is in."""
        if self.anchor is not None:
            ahead = F.pmod(F.lit(self.anchor) - F.weekday(t), F.lit(7))
            return F.date_add(t, ahead.cast("int")).cast("timestamp")
        if self.unit:
            start = F.date_trunc(self.unit, t)
            return (
                F.last_day(F.add_months(start, self.months - 1)).cast("timestamp")
                if self.end
                else start
            )
        unit = {86400: "day", 3600: "hour", 60: "minute", 1: "second"}.get(self.seconds)
        if unit:
            return F.date_trunc(unit, t)
        whole = F.floor(F.unix_seconds(t) / self.seconds) * self.seconds
        return F.timestamp_seconds(whole)

    @property
    def step(self) -> str:
        """The interval between two labels, as Spark writes it."""
        if self.anchor is not None:
            return "interval 7 days"
        return f"interval {self.months} months" if self.unit else f"interval {self.seconds} seconds"


def freq_of(text: Any) -> Freq:
    """A frequency by its name. Raises NoRule for one whose bins depend on the data's first day."""
    match = (
        re.fullmatch(r"(\d*)([A-Za-z]+)(?:-([A-Z]{3}))?", text) if isinstance(text, str) else None
    )
    if match is None:
        raise NoRule("a frequency of this form")
    n, unit, anchor = int(match[1] or 1), _OLD.get(match[2], match[2]), match[3]
    if unit in _SECONDS and anchor is None:
        seconds = n * _SECONDS[unit]
        if n < 1 or 86400 % seconds:
            raise NoRule("bins that do not divide a day start at the first day of the data")
        return Freq(text, seconds=seconds)
    if n != 1:
        raise NoRule("bins of several weeks or months start with the data")
    if unit == "W" and (anchor or "SUN") in _DAYS:
        return Freq(text, anchor=_DAYS.index(anchor or "SUN"))
    if unit in _MONTHS and anchor in (None, "DEC" if unit.endswith("E") else "JAN"):
        name, months = _MONTHS[unit]
        return Freq(text, unit=name, months=months, end=unit.endswith("E"))
    raise NoRule(f"frequency {text!r}")


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


@dataclass(frozen=True)
class Grouper(Plain):
    """``pd.Grouper``: the column and frequency of a key of time."""

    key: Any = None
    freq: Freq | None = None

    def key_of(self, c: Call, frame: Frame) -> GroupKey:
        """The key over a frame."""
        if self.freq is None:
            return GroupKey(self.key, series_of(c.ctx, frame, self.key))
        return time_key(series_of(c.ctx, frame, self.key), self.freq)


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
    frame: Frame, key: GroupKey, column: Column | None, series: Col | None, **facts: Any
) -> Binned:
    """Groups by one span of time."""
    if column is None:
        raise NoRule("bins of a column that is computed")
    parts = [key.col] + ([series] if series is not None else [])
    out, parts = in_time_order(frame, column, *parts)
    return Binned(
        out,
        (GroupKey(key.label, parts[0]),),
        series=parts[1] if series is not None else None,
        **facts,
    )


def time_key(series: Col, freq: Freq) -> GroupKey:
    if series.dtype != "datetime64[ns]":
        raise NoRule("bins of a column that is not of times for sure")
    label = derive(freq.bin(series.expr), "datetime64[ns]", series, column=None)
    return GroupKey(series.label, label)


@rule(
    "pandas.Grouper(key=None, level=None, freq=None, axis=0, sort=False, dropna=True)",
    not_yet="level axis sort dropna",
    example=(
        "df.groupby(['k', pd.Grouper(key='t', freq='YE')])['i'].sum()",
        "df.groupby(['b', pd.Grouper(key='d', freq='MS')])[['i', 'f']].mean()",
        "df[df['t'] > '2019-01-01'].groupby(pd.Grouper(key='t', freq='QE'))['i'].sum()",
        "df[df['t'] > '2019-01-01'].groupby(pd.Grouper(key='t', freq='YE'))['f'].cumsum()",
    ),
)
def grouper(c: Call) -> Grouper:
    """A key of time for groupby."""
    key, freq = c.lit("key"), c.lit("freq")
    c.need(key is not None, "a Grouper of the index")
    text = f"pd.Grouper(key={render(key)}" + (
        f", freq={render(freq)})" if freq is not None else ")"
    )
    c.ctx.runtime.add("import pandas as pd")
    return Grouper(text, key=key, freq=freq_of(freq) if freq is not None else None)


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


@rule(
    f"DataFrame.resample({_RESAMPLE})",
    not_yet="axis closed label convention kind level origin offset group_keys",
    example=_OFTEN,
)
def frame_resample(c: Call) -> Value:
    """Bins of time by a column, or by an index of times."""
    frame, on = c.frame, c.lit("on")
    freq = freq_of(c.lit("rule"))
    if on is not None:
        key = time_key(series_of(c.ctx, frame, on), freq)
        rest = None if frame.open else [x for x in frame.labels if x != on]
        c.need(rest is not None, "the columns of the frame are not known here")
        return binned(frame, key, frame.column(on), None, selection=rest, freq=freq, resampled=True)
    c.need(len(frame.index.levels) == 1, "bins of an index that is no column")
    level = level_key(c.ctx, frame, 0)
    key = time_key(level.col.but(label=level.label), freq)
    return binned(frame, key, frame.index.levels[0], None, freq=freq, resampled=True)


@rule(f"Series.resample({_RESAMPLE})", not_yet="axis closed label convention kind on level origin offset group_keys",
      example="df[df['d'] > '2021-01-01'].set_index('d')['i'].resample('QE').sum()")  # fmt: skip
def series_resample(c: Call) -> Value:
    """Bins of a Series with an index of times."""
    frame = c.col.frame
    c.need(len(frame.index.levels) == 1, "bins of an index that is no column")
    freq = freq_of(c.lit("rule"))
    level = level_key(c.ctx, frame, 0)
    key = time_key(level.col.but(label=level.label), freq)
    return binned(frame, key, frame.index.levels[0], c.col, freq=freq, resampled=True)


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

_PLAIN = ("sum", "mean", "min", "max", "count", "std", "var", "median", "first", "last", "nunique")


def result(c: Call, spec: Spec, numeric_only: bool = False) -> Value:
    g = Groups(c, c.grouped)
    if g.grouped.series is not None:
        v = g.value(g.grouped.series)
        return outcome(c, g, [(v.label, made(g, spec, v))], True)
    return outcome(c, g, [(v.label, made(g, spec, v)) for v in chosen(g, numeric_only)], False)


def _register(name: str) -> None:
    numeric = name not in ("count", "nunique")
    extra = ", min_count=0" if name == "sum" else ""
    source = f"numeric_only=False{extra}, *args, **kwargs" if numeric else "*args, **kwargs"

    def apply(c: Call) -> Value:
        """The aggregate of every bin."""
        c.need(not c["args"] and not c["kwargs"], "further arguments of a resampled aggregate")
        params = {"min_count": c.lit("min_count")} if extra and c.given("min_count") else {}
        only = c.lit("numeric_only") if numeric else False
        return result(c, Spec(name, params), bool(only))

    example = f"df[df['d'] > '2022-01-01'].resample('QE', on='d')[['i', 'f']].{name}()"
    rule(f"DataFrameResampler.{name}({source})", example=example)(apply)
    rule(
        f"SeriesResampler.{name}({source})",
        example=f"df[df['d'] > '2022-01-01'].resample('MS', on='d')['f'].{name}()",
    )(apply)


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


@rule("DataFrameResampler.agg(func=None, *args, **kwargs)", example=_OFTEN[3])
@rule("DataFrameResampler.aggregate(func=None, *args, **kwargs)", example=_OFTEN[3])
def agg_frame(c: Call) -> Value:
    """A dict of aggregations by column, or one for all."""
    c.need(not c["args"] and not c["kwargs"], "further arguments of a resampled aggregate")
    g, func = Groups(c, c.grouped), c["func"]
    by_column = pairs(func)
    if by_column is not None:
        return outcome(c, g, from_dict(g, by_column), False)
    c.need(items(func) is None, "a list of aggregations over bins")
    _, spec = spec_of(func)
    return result(c, spec)


@rule(
    "SeriesResampler.agg(func=None, *args, **kwargs)",
    example="df[df['d'] > '2022-01-01'].resample('MS', on='d')['f'].agg(['sum', 'max'])",
)
@rule(
    "SeriesResampler.aggregate(func=None, *args, **kwargs)",
    example="df[df['d'] > '2022-01-01'].resample('MS', on='d')['f'].agg('sum')",
)
def agg_series(c: Call) -> Value:
    """One aggregation, or a list of them."""
    c.need(not c["args"] and not c["kwargs"], "further arguments of a resampled aggregate")
    g, func = Groups(c, c.grouped), c["func"]
    listed = items(func)
    if listed is None:
        return result(c, spec_of(func)[1])
    v = g.value(g.grouped.series)
    return outcome(c, g, [(n, made(g, s, v)) for n, s in several(listed)], False)


__all__ = ["Binned", "Const", "Freq", "Grouper", "freq_of", "time_key"]
