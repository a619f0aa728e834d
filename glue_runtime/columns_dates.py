"""What ``.dt`` asks of a column: checks of its type, parts of times and of intervals."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.times import micros


def moment(a, ta):
    """The column, which must hold times as the .dt accessor demands."""
    if not ta.startswith("timestamp"):
        raise AttributeError(f"Can only use .dt accessor with datetimelike values, not {ta}")
    return a.cast("timestamp") if ta == "timestamp_ntz" else a


def span(a, ta):
    """The column, which must hold intervals."""
    if not ta.startswith("interval"):
        raise AttributeError(f"a column of type {ta} has no days or seconds")
    return a


def span_part(a, ta, part):
    """``.dt.days``, ``seconds``, ``microseconds`` and ``total_seconds()`` of intervals."""
    value = micros(span(a, ta))
    if part == "total_seconds":
        return value / 1000000
    if part == "days":
        return F.floor(value / 86400000000)
    rest = F.pmod(value, F.lit(86400000000))
    return F.floor(rest / 1000000) if part == "seconds" else F.pmod(rest, F.lit(1000000))
