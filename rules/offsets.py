"""Times moved by calendar offsets: ``pd.DateOffset``, ``MonthEnd``, ``BDay``, ``Week``, …"""

from __future__ import annotations

from typing import Any, Callable

from rules.convert import result
from rules.dates import runtime, time_of
from rules.constants import interval_text
from rules.ordered import expected
from rules.registry import Call, rule
from transpiler.facts import Col, Const
from transpiler.symbolic import E, F


def moved(c: Call, sign: int) -> Col:
    """A time plus or minus a constant offset of pandas."""
    offset, series = c["other"], c.col
    c.need(isinstance(offset, Const), "the other side is not a constant")
    build = _OFFSETS.get(type(offset.value).__name__)
    c.need(build is not None, "the other side is not a calendar offset")
    assert build is not None
    c.need(getattr(offset.value, "normalize", False) is False, "an offset that normalises")
    c.need(series.dtype in ("datetime64[ns]", None), "a calendar offset of what is not a time")
    series = expected(c, series)
    t = series.expr if series.dtype is not None else time_of(c)
    return result(series, build(c, t, offset.value, sign), "datetime64[ns]")


def by_date_offset(c: Call, t: E, offset: Any, sign: int) -> E:
    """Years and months first, the day cut to the month's length, then days and the rest."""
    parts = dict(offset.kwds) or {"days": 1}
    months = parts.pop("months", 0) + 12 * parts.pop("years", 0)
    days = parts.pop("days", 0) + 7 * parts.pop("weeks", 0)
    seconds = parts.pop("seconds", 0) + 60 * parts.pop("minutes", 0) + 3600 * parts.pop("hours", 0)
    c.need(not parts, f"the offset {offset!r}")
    whole = all(isinstance(x, int) for x in (months, days, seconds))
    c.need(whole and (offset.n == 1 or not months), f"the offset {offset!r}")
    n = sign * offset.n
    for amount, unit in ((months, "MONTH"), (days, "DAY"), (seconds, "SECOND")):
        if amount:
            t = t + F.expr(f"INTERVAL {n * amount} {unit}")
    return t


def by_fixed_time(c: Call, t: E, offset: Any, sign: int) -> E:
    """So many days, hours, minutes, …"""
    import pandas as pd

    c.need(offset.nanos % 1000 == 0, "an offset finer than a microsecond")
    return t + F.expr(interval_text(sign * pd.Timedelta(offset)))


def by_anchor(every: int, end: bool, month: str | None = None) -> Callable[..., E]:
    """The first or last day of a month, of every so many months."""

    def build(c: Call, t: E, offset: Any, sign: int) -> E:
        options: dict[str, Any] = {"end": True} if end else {}
        if month is not None:
            options = {"every": every, "month": getattr(offset, month), **options}
        return runtime(c, "anchored_day", t, sign * offset.n, **options)

    return build


def by_week(c: Call, t: E, offset: Any, sign: int) -> E:
    """So many weeks, or so many of a day of the week."""
    n = sign * offset.n
    if offset.weekday is None:
        return t + F.expr(f"INTERVAL {7 * n} DAY")
    return runtime(c, "weekday_after", t, n, offset.weekday)


def by_business_day(c: Call, t: E, offset: Any, sign: int) -> E:
    """So many days from Monday to Friday."""
    c.need(not offset.offset, "a business day with an offset of its own")
    return runtime(c, "business_day", t, sign * offset.n)


_OFFSETS: dict[str, Callable[..., E]] = {
    "DateOffset": by_date_offset,
    "MonthEnd": by_anchor(1, True), "MonthBegin": by_anchor(1, False),
    "QuarterEnd": by_anchor(3, True, "startingMonth"), "QuarterBegin": by_anchor(3, False, "startingMonth"),
    "YearEnd": by_anchor(12, True, "month"), "YearBegin": by_anchor(12, False, "month"),
    "Week": by_week, "BusinessDay": by_business_day,
    **dict.fromkeys(("Day", "Hour", "Minute", "Second", "Milli", "Micro"), by_fixed_time),
}  # fmt: skip


@rule(
    "Series.__add__(other)",
    example=(
        "df['t'] + pd.DateOffset(months=1)",
        "df['d'] + pd.DateOffset(years=1, days=-1, hours=5)",
        "df['t'] + pd.offsets.MonthEnd(1)",
        "df['t'] + pd.offsets.MonthEnd(0)",
        "df['d'] + pd.offsets.MonthBegin(2)",
        "df['t'] + pd.offsets.MonthEnd(-2)",
        "df['d'] + pd.offsets.QuarterEnd()",
        "df['t'] + pd.offsets.QuarterEnd(0)",
        "df['d'] + pd.offsets.QuarterBegin(2, startingMonth=2)",
        "df['t'] + pd.offsets.QuarterBegin(-1)",
        "df['d'] + pd.offsets.YearEnd(0)",
        "df['t'] + pd.offsets.YearEnd(2, month=6)",
        "df['d'] + pd.offsets.YearBegin(-1)",
        "df['d'] + pd.offsets.YearBegin(0)",
        "df['t'] + pd.offsets.Week(2)",
        "df['d'] + pd.offsets.Week(weekday=0)",
        "df['d'] + pd.offsets.Week(0, weekday=6)",
        "df['t'] + pd.offsets.Week(-2, weekday=3)",
        "df['t'] + pd.offsets.Day(3)",
        "df['t'] + pd.offsets.Hour(-30)",
        "df['t'] + pd.offsets.BDay(1)",
        "df['d'] + pd.offsets.BDay(0)",
        "df['d'] + pd.offsets.BusinessDay(12)",
        "df['t'] + pd.offsets.BDay(-8)",
    ),
)
def plus_offset(c: Call) -> Col:
    """A time moved by a calendar offset."""
    return moved(c, 1)


@rule(
    "Series.__sub__(other)",
    example=(
        "df['t'] - pd.DateOffset(months=3)",
        "df['d'] - pd.offsets.MonthBegin(1)",
        "df['t'] - pd.offsets.MonthBegin(0)",
        "df['d'] - pd.offsets.BDay(3)",
        "df['t'] - pd.offsets.Week(weekday=6)",
    ),
)
def minus_offset(c: Call) -> Col:
    """A time moved back by a calendar offset."""
    return moved(c, -1)


@rule(
    "Series.__radd__(other)",
    example=("pd.DateOffset(days=3) + df['t']", "df['t'] + pd.Timedelta(days=1)", "df['t'] - pd.Timedelta('1h')",
             "df[df['t'] >= pd.Timestamp('2020-01-01')][['t']]", "df['d'] + pd.Timedelta(weeks=2, minutes=3)", "pd.Timestamp('2024-02-01') - df['t']"),
)  # fmt: skip
def offset_plus(c: Call) -> Col:
    """A calendar offset added to a time."""
    return moved(c, 1)
