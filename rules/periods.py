"""Periods: ``to_period`` and what is asked of them. Spark has the first moment of each."""

from __future__ import annotations

from typing import Any

from rules.dates import time_of
from rules.frequencies import freq_of
from rules.lib import derive
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, period_of
from transpiler.symbolic import E, F

#: frequency -> the first moment of the period of a time, and the text of a period
_UNITS = {
    "M": "month",
    "Q-DEC": "quarter",
    "Y-DEC": "year",
    "D": "day",
    "h": "hour",
    "min": "minute",
    "s": "second",
}
_TEXTS = {"M": "yyyy-MM", "Q-DEC": "yyyy'Q'Q", "Y-DEC": "yyyy", "D": "yyyy-MM-dd", "h": "yyyy-MM-dd HH:mm",
          "min": "yyyy-MM-dd HH:mm", "s": "yyyy-MM-dd HH:mm:ss"}  # fmt: skip


def dtype_of_periods(freq: Any) -> str:
    """The dtype of periods of a frequency, as pandas names it. Raises NoRule for one that has no
    form here."""
    import warnings

    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            name = str(pd.PeriodDtype(freq))
    except (ValueError, TypeError, AttributeError):
        raise NoRule(f"periods of {freq!r}") from None
    kind = period_of(name) or ""
    if kind not in _UNITS and not kind.startswith("W-"):
        raise NoRule(f"periods of {freq!r}")
    return name


def begins(ctx: Any, series: Col, freq: str) -> E:
    """The first moment of the period of each time."""
    if freq in _UNITS:
        return F.date_trunc(_UNITS[freq], series.expr)
    return F.date_sub(freq_of(freq).bin(ctx, series), 6).cast("timestamp")


def period_text(series: Col) -> E:
    """Periods as pandas writes them."""
    freq = period_of(series.dtype) or ""
    if freq in _TEXTS:
        return F.date_format(series.expr, _TEXTS[freq])
    days = (series.expr, F.date_add(series.expr, 6))
    first, last = (F.date_format(day, "yyyy-MM-dd") for day in days)
    return F.concat(first, F.lit("/"), last)


_BY_PERIOD = (
    "df.groupby(df['d'].dt.to_period('M'))['i'].sum()",
    "df.assign(m=df['t'].dt.to_period('Q')).groupby('m')['i'].sum().reset_index()",
    "df.assign(m=df['d'].dt.to_period('W')).groupby(['m', 'b'])[['i', 'f']].mean()",
    "df.assign(m=df['d'].dt.to_period('M').astype(str)).groupby('m')['i'].sum().reset_index()",
    "df.assign(m=df['d'].dt.to_period('M')).sort_values(['m', 'i'])[['m', 'i']]",
    "df['d'].dt.to_period('Y').nunique()",
    "df['d'].dt.to_period('M').value_counts()",
    "df['d'].dt.to_period('M').dt.month",
    "df['t'].dt.to_period('Q').dt.quarter",
    "df['t'].dt.to_period('W').dt.day",
    "df['t'].dt.to_period('Y').dt.dayofyear",
    "df['t'].dt.to_period('h').dt.hour",
    "df[df['d'].dt.to_period('M') == '2024-01'][['d', 'i']]",
    "df[df['d'].dt.to_period('M') >= pd.Period('2023-03', freq='M')][['d', 'i']]",
    "df.assign(m=df['d'].dt.to_period('M')).groupby('k').agg(last=('m', 'max'), months=('m', 'nunique'))",
    "df.assign(m=df['d'].dt.to_period('M')).groupby('m')['i'].transform('sum')",
    "df.assign(m=df['d'].dt.to_period('M')).pivot_table(index='m', columns='k', values='i', aggfunc='sum')",
    "df.assign(m=df['d'].dt.to_period('M')).groupby(['m', 'k'])['i'].sum().unstack(fill_value=0)",
)


@rule(
    "Series.dt.to_period(freq=None)",
    example=(
        "df['t'].dt.to_period('M')",
        "df['t'].dt.to_period('D')",
        "df['t'].dt.to_period('h')",
        "df['d'].dt.to_period('W-WED')",
        *_BY_PERIOD,
        *(
            f"df['t'].dt.to_period('{f}').astype(str)"
            for f in ("M", "Q", "Y", "W", "D", "h", "min", "s")
        ),
    ),
)
def to_period(c: Call) -> Col:
    """The period that each time is in."""
    dtype = dtype_of_periods(c.lit("freq"))
    series = c.col
    time = time_of(c)
    expr = begins(c.ctx, series.but(expr=time, dtype="datetime64[ns]"), period_of(dtype) or "")
    return derive(expr, dtype, series, nullable=False)


_M = "df['d'].dt.to_period('M')"
#: frequencies of a day and within, each finer than the one before it
_CLOCK = ("D", "h", "min", "s")


@rule(
    "Series.dt.to_timestamp(freq=None, how='start')",
    example=(
        f"{_M}.dt.to_timestamp('D')",
        "df['t'].dt.to_period('W').dt.to_timestamp(freq='h', how='s')",
        f"{_M}.dt.to_timestamp()",
        "df['t'].dt.to_period('W').dt.to_timestamp()",
        "df['t'].dt.to_period('Q').dt.to_timestamp(how='start')",
    ),
)
def to_timestamp(c: Call) -> Col:
    """The first moment of each period."""
    c.need(period_of(c.col.dtype), "to_timestamp of what is not a period")
    c.need(c.lit("how") in ("start", "s", "S"), "the last nanosecond of periods")
    own, freq = period_of(c.col.dtype), c.lit("freq")
    finer = freq in _CLOCK[_CLOCK.index(own) :] if own in _CLOCK else freq in _CLOCK
    c.need(freq is None or finer, "periods of another freq=")
    return derive(c.col.expr, "datetime64[ns]", c.col)


@rule(
    "Series.dt.start_time()",
    example=(f"{_M}.dt.start_time", "df['t'].dt.to_period('W').dt.start_time.dt.date"),
)
def start_time(c: Call) -> Col:
    """The first moment of each period."""
    c.need(period_of(c.col.dtype), "start_time of what is not a period")
    return derive(c.col.expr, "datetime64[ns]", c.col)
