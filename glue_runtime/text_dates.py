"""Dates in text: the format that pandas would find, and the timestamps that it reads by it."""

import re
import warnings

import pandas as pd
from pandas.tseries.api import guess_datetime_format
from pyspark.sql import functions as F

# Texts that pandas reads as a missing time, and the times that datetime64[ns] can hold.
NO_TIME = ("", "NaT", "nat", "NAT", "nan", "NaN", "NAN")
FIRST_MICROS, LAST_MICROS = -9_223_372_036_854_775, 9_223_372_036_854_775

# What each directive of a format matches (as in pandas' own parser), and what it gives.
DIRECTIVES = {
    "%Y": r"(?<Y>[0-9]{4})",
    "%y": r"(?<y>[0-9]{2})",
    "%m": r"(?<m>1[0-2]|0[1-9]|[1-9])",
    "%d": r"(?<d>3[0-1]|[1-2][0-9]|0[1-9]|[1-9]| [1-9])",
    "%H": r"(?<H>2[0-3]|[0-1][0-9]|[0-9])",
    "%I": r"(?<I>1[0-2]|0[1-9]|[1-9])",
    "%M": r"(?<M>[0-5][0-9]|[0-9])",
    "%S": r"(?<S>6[0-1]|[0-5][0-9]|[0-9])",
    "%f": r"(?<f>[0-9]{1,9})",
    "%b": r"(?<b>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)",
    "%B": (
        r"(?<B>january|february|march|april|may|june|july|august|september|october|november"
        r"|december)"
    ),
    "%a": r"(?:mon|tue|wed|thu|fri|sat|sun)",
    "%A": r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)",
    "%p": r"(?<p>am|pm)",
    "%z": r"(?<z>(?-i:Z)|[+-][0-9:.]+)",
    "%%": "%",
}
OFFSET = r"(?-i:Z)|[+-](2[0-3]|[01][0-9]):?[0-5][0-9]"  # those of %z that all formats know
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def guess_format(text, dayfirst=False):
    """The format that pandas guesses from a value; "mixed" where it finds none, and then reads
    every value by itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return guess_datetime_format(text, dayfirst=bool(dayfirst)) or "mixed"


def in_bounds(time):
    """Whether datetime64[ns] holds a time."""
    return F.unix_micros(time).between(FIRST_MICROS, LAST_MICROS)


def time_by_pandas(text, date_format="mixed", dayfirst=False, utc=False):
    """The times that pandas itself reads in a text column; NULL where it finds none.

    For what no Spark pattern says: values of several formats, weeks of the year. Raises TypeError
    (as the job runs) for times with a zone.
    """

    @F.pandas_udf("bigint")
    def micros(values: pd.Series) -> pd.Series:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            times = pd.to_datetime(
                values, format=date_format, dayfirst=dayfirst, utc=utc, errors="coerce"
            )
        if utc:
            times = times.dt.tz_localize(None)
        if times.dtype != "datetime64[ns]":
            raise TypeError(f"times with a zone: {values.dropna().iloc[0]}")
        return times.astype("int64").floordiv(1000).astype("Int64").mask(times.isna())

    return F.timestamp_micros(micros(text))


def format_parts(date_format):
    """A strptime format as (Java regular expression, the letters of its groups in order)."""
    pattern, letters = "", []
    for piece in re.findall(r"%.|[^%]+", date_format):
        if not piece.startswith("%"):
            pattern += re.sub(r"\s+", r"\\s+", re.escape(piece).replace("\\ ", " "))
            continue
        if piece not in DIRECTIVES:
            raise NotImplementedError(f"dates with {piece} in {date_format!r}")
        part = DIRECTIVES[piece]
        if part.startswith("(?<"):
            letters.append(part[3])
            part = "(" + part[5:]
        pattern += part
    return r"(?i)\A" + pattern + r"\z", letters


def timestamp_from_text(text, date_format, dayfirst=False, utc=False):
    """A text column as timestamps in UTC by a strptime format, "mixed" or "ISO8601"; NULL where the
    text differs, or is out of the range of datetime64[ns]. utc: times with an offset are read."""
    if not set(re.findall("%.", date_format)) - {"%Z"} <= set(DIRECTIVES) or "%" not in (
        date_format
    ):
        return time_by_pandas(text, date_format, dayfirst, utc)
    if "%z" in date_format and not utc:
        raise NotImplementedError(f"dates with %z in {date_format!r}")
    pattern, letters = format_parts(date_format)
    group = {
        letter: F.regexp_extract(text, pattern, number)
        for number, letter in enumerate(letters, start=1)
    }
    zero = F.lit("0")
    written = F.concat(
        year_text(group),
        F.lit("-"),
        month_text(group),
        F.lit("-"),
        F.lpad(F.trim(group.get("d", F.lit("1"))), 2, "0"),
        F.lit(" "),
        hour_text(group),
        F.lit(":"),
        F.lpad(group.get("M", zero), 2, "0"),
        F.lit(":"),
        F.lpad(F.least(group.get("S", zero).cast("int"), F.lit(59)).cast("string"), 2, "0"),
        F.lit("."),
        F.rpad(group.get("f", zero), 6, "0"),
        F.lit("Z"),
    )
    time = F.try_to_timestamp(written)
    if "S" in group:  # seconds 60 and 61 are read, as the next minute's
        leap = F.when(group["S"].isin("60", "61"), group["S"].cast("int") - 59).otherwise(0)
        time = time + leap * F.expr("INTERVAL 1 SECOND")
    if "z" in group:
        time = time - offset_of(group["z"])
    return F.when(text.rlike(pattern) & in_bounds(time), time)


def offset_of(text):
    """An offset from UTC as an interval; one in a form that only some formats know fails the job."""
    digits = F.regexp_replace(text, "[:Z]", "")
    hours, minutes = (F.substring(digits, place, 2).cast("int") for place in (2, 4))
    size = F.coalesce(hours * 60 + minutes, F.lit(0))
    span = F.when(text.startswith("-"), -size).otherwise(size) * F.expr("INTERVAL 1 MINUTE")
    problem = F.raise_error(F.concat(F.lit("an offset from UTC of this form: "), text))
    odd = (text != "") & ~text.rlike(rf"(?i)\A({OFFSET})\z")
    return F.when(odd, problem.cast("interval day to second")).otherwise(span)


def year_text(group):
    """Four digits; %y means 1969 to 2068."""
    if "Y" in group:
        return group["Y"]
    if "y" in group:
        return F.concat(F.when(group["y"] >= "69", F.lit("19")).otherwise(F.lit("20")), group["y"])
    return F.lit("1900")


def month_text(group):
    """Two digits, from a number or a name."""
    if "m" in group:
        return F.lpad(group["m"], 2, "0")
    name = group.get("b", group.get("B"))
    if name is None:
        return F.lit("01")
    short = F.lower(F.substring(name, 1, 3))
    return F.element_at(
        F.create_map(*[F.lit(x) for i, m in enumerate(MONTHS, 1) for x in (m, f"{i:02d}")]), short
    )


def hour_text(group):
    """Two digits of a 24-hour clock."""
    if "I" not in group:
        return F.lpad(group.get("H", F.lit("0")), 2, "0")
    hour = F.when(group["I"].isin("12"), F.lit("0")).otherwise(group["I"]).cast("int")
    after_noon = F.lower(group["p"]) == "pm" if "p" in group else F.lit(False)
    return F.lpad(F.when(after_noon, hour + 12).otherwise(hour).cast("string"), 2, "0")
