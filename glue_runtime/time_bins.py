"""Bins of time that ``resample`` makes: the label of the bin that each time is in."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F

DAY = 86_400_000_000


def first_time(df, time):
    """The first time of a column, as microseconds since 1970: bins may be counted from it."""
    return df.agg(F.unix_micros(F.min(time))).first()[0] or 0


def tick_bin(time, step, start=0, closed="left", label="left"):
    """The label of bins of `step` microseconds, of which one begins at `start`."""
    after = F.unix_micros(time) - start
    if closed == "left":
        left = after - F.pmod(after, F.lit(step))
    else:
        left = after + F.pmod(-after, F.lit(step)) - step
    return F.timestamp_micros(left + (start + step if label == "right" else start))


def week_bin(time, weekday, weeks=1, first=None, closed="right", label="right"):
    """The label of bins of `weeks` weeks that end (and begin) on a day of the week.

    first: the first time of all, where bins of several weeks are counted from it.
    """
    day, size = F.unix_date(F.to_date(time)), 7 * weeks
    start = 0 if first is None else first // DAY
    ahead = (weekday - (start + 3)) % 7  # 1970 began on a Thursday, which is day 3
    if closed == "right":
        end = day + F.pmod(start + ahead - day, F.lit(size))
    else:
        begin = start + ahead - (7 if ahead else 0)
        end = day - F.pmod(day - begin, F.lit(size)) + size
    shown = end if label == "right" else end - size
    return F.date_from_unix_date(shown.cast("int")).cast("timestamp")


def month_bin(time, every=1, month=1, count=1, first=None, end=False, closed=None, label=None):
    """The label of bins of `count` times `every` months, counted from `month` of a year.

    end: labels are the last days of months, and bins run up to and with them (closed "right");
    else they are first days. first: as in week_bin.
    """
    size = every * count
    closed = closed or ("right" if end else "left")
    label = label or ("right" if end else "left")
    day = F.to_date(time)
    if end and closed == "left":
        day = F.date_add(day, 1)
    number = F.year(day) * 12 + F.month(day) - 1
    start = month if end and closed == "left" else month - 1
    if first is not None:
        start = first_month(first, every, start, end, closed)
    if not end or closed == "left":
        left = number - F.pmod(number - start, F.lit(size))
        edges = (left, left + size)
    else:
        right = number + F.pmod(start - number, F.lit(size))
        edges = (right - size, right)
    shown = edges[0] if label == "left" else edges[1]
    if end and closed == "left":
        shown = shown - 1
    begins = F.make_date(
        F.floor(shown / 12).cast("int"), F.pmod(shown, F.lit(12)).cast("int") + 1, F.lit(1)
    )
    return (F.last_day(begins) if end else begins).cast("timestamp")


def first_month(first, every, start, end, closed):
    """The number of the month with which the first bin begins (ends, where bins end with it)."""
    day = pd.Timestamp(first, unit="us").normalize()
    if end and closed == "left":
        day = day + pd.Timedelta(days=1)
    number = day.year * 12 + day.month - 1
    if end and closed == "right":
        return number + (start - number) % every
    return number - (number - start) % every


def business_bin(time):
    """The day from Monday to Friday that a time is counted to: weekends go to Friday."""
    day = F.to_date(time)
    return F.date_sub(day, F.greatest(F.weekday(day) - 4, F.lit(0))).cast("timestamp")
