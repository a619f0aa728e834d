"""Times: read from text or numbers, rounded, moved by calendar offsets."""

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.casts import failure
from glue_runtime.text_dates import (
    LAST_MICROS,
    NO_TIME,
    guess_format,
    in_bounds,
    timestamp_from_text,
)


def micros(span):
    """The microseconds of an interval."""
    return F.unix_micros(F.timestamp_micros(F.lit(0).cast("bigint")) + span)


def time_of_text(text):
    """A constant text that stands beside times, as pandas reads it; TypeError for one with a zone."""
    stamp = pd.Timestamp(text)
    if stamp.tzinfo is not None:
        raise TypeError(f"times without a zone beside {text!r}")
    return F.lit(str(stamp)).cast("timestamp")


def time_from_text(text, date_format, coerce=False, dayfirst=False, utc=False):
    """Times by a strptime format; text that does not fit fails the job, or is missing."""
    time = timestamp_from_text(text, date_format, dayfirst, utc)
    if coerce:
        return time
    missing = text.isNull() | text.isin(*NO_TIME)
    problem = failure(f"time data does not match format {date_format!r}", text, "timestamp")
    return F.when(missing | time.isNotNull(), time).otherwise(problem)


def to_datetime(df, column, *order, coerce=False, dayfirst=False, utc=False):
    """``pandas.to_datetime`` of a column of ``df``: pandas guesses the format from the first value
    that is not missing, so that one is fetched. ``order``: sort keys that make it the first."""
    kind = df.select(column).schema[0].dataType.simpleString()
    if kind.startswith("timestamp"):
        return column
    if kind == "date":
        return column.cast("timestamp")
    if kind != "string":
        raise TypeError(f"to_datetime of a column of type {kind} needs unit=")
    present = df.where(column.isNotNull() & ~column.isin(*NO_TIME))
    found = (present.orderBy(*order) if order else present).select(column).first()
    if found is None:
        return F.lit(None).cast("timestamp")
    return time_from_text(column, guess_format(found[0], dayfirst), coerce, dayfirst, utc)


# Nanoseconds of the units that numbers of time are counted in.
NANOS = {"D": 86_400_000_000_000, "h": 3_600_000_000_000, "m": 60_000_000_000, "s": 1_000_000_000,
         "ms": 1_000_000, "us": 1000}  # fmt: skip


def time_from_number(number, unit, coerce=False, whole=False):
    """Times from numbers of units since 1970 (`whole`: they have no fractions); one finer than a
    microsecond fails the job."""
    size = NANOS[unit] // 1000
    fits = F.abs(number.cast("double") * size) <= LAST_MICROS
    if whole:
        micros, fine = number * size if size != 1 else number, None
    else:  # as pandas: whole units, then the rest to the nanosecond
        units = F.signum(number) * F.floor(F.abs(number))
        digits = len(str(NANOS[unit])) - 1
        nanos = (F.round(number - units, digits) * NANOS[unit]).cast("bigint")
        micros = units.cast("bigint") * size + F.floor(nanos / 1000)
        fine = nanos % 1000 != 0
    time = F.timestamp_micros(micros.cast("bigint"))
    if fine is not None:
        problem = failure("a time finer than a microsecond", number, "timestamp")
        time = F.when(fine & fits, problem).otherwise(time)
    if coerce:
        return F.when(fits, time)
    return F.when(number.isNull() | fits, time).otherwise(
        failure("out of bounds", number, "timestamp")
    )


def floor_time(time, step):
    """The last multiple of ``step`` microseconds at or before a time."""
    value = F.unix_micros(time)
    return F.timestamp_micros(value - F.pmod(value, F.lit(step)))


def ceil_time(time, step):
    """The first multiple of ``step`` microseconds at or after a time."""
    value = F.unix_micros(time)
    return F.timestamp_micros(value + F.pmod(-value, F.lit(step)))


def round_time(time, step):
    """The nearest multiple of ``step`` microseconds; in the middle the even one."""
    value = F.unix_micros(time)
    rest = F.pmod(value, F.lit(step))
    odd = F.pmod((value - rest) / step, F.lit(2)) == 1
    up = (rest * 2 > step) | ((rest * 2 == step) & odd)
    return F.timestamp_micros(value - rest + F.when(up, step).otherwise(0))


def days_later(time, day, other):
    """The time of day of `time`, which is on the date `day`, on the date `other`."""
    return time + (F.unix_date(other) - F.unix_date(day)) * F.expr("INTERVAL 1 DAY")


def anchored_day(time, n, every=1, month=1, end=False):
    """``time + MonthEnd(n)`` and the like: the n-th first (`end`: last) day after a time, of every
    so many months counted from `month`; before it for a negative n, at or after it for 0."""
    day = F.to_date(time)
    first = F.trunc(day, "month")
    since = F.month(day) - month if every == 12 else F.month(day) % every - month % every
    place = F.dayofmonth(day)
    target = F.dayofmonth(F.last_day(day)) if end else F.lit(1)
    if n > 0:
        steps = F.when((since < 0) | ((since == 0) & (place < target)), n - 1).otherwise(n)
    else:
        steps = F.when((since > 0) | ((since == 0) & (place > target)), n + 1).otherwise(n)
    moved = F.add_months(first, (steps * every - since).cast("int"))
    return days_later(time, day, F.last_day(moved) if end else moved)


def weekday_after(time, n, weekday):
    """``time + Week(n, weekday=…)``: the n-th such day after a time (0: at or after it)."""
    ahead = F.pmod(F.lit(weekday) - F.weekday(time), F.lit(7))
    weeks = F.when(ahead > 0, n - 1).otherwise(n) if n > 0 else F.lit(n)
    return time + (ahead + weeks * 7) * F.expr("INTERVAL 1 DAY")


def business_day(time, n):
    """``time + BDay(n)``: the n-th day from Monday to Friday after a time (0: at or after it)."""
    day, weeks = F.weekday(time), n // 5
    rest = n - 5 * weeks
    weekend = (n + 1 if n <= 0 else n) - 5 * weeks
    from_weekend = 4 - day if weekend == 0 else 6 - day + weekend
    from_week = F.when(day + rest <= 4, rest).otherwise(rest + 2)
    days = F.when(day > 4, from_weekend).otherwise(from_week) + 7 * weeks
    return time + days * F.expr("INTERVAL 1 DAY")


def time_from_parts(year, month, day, coerce=False):
    """Midnight of a date; parts that make no date fail the job, or give a missing time."""
    parts = [F.when(p == F.rint(p), p.cast("int")) for p in (year, month, day)]
    time = F.make_date(*parts).cast("timestamp")
    time = F.when(in_bounds(time), time)
    if coerce:
        return time
    missing = year.isNull() | month.isNull() | day.isNull()
    shown = F.concat_ws("-", year.cast("string"), month.cast("string"), day.cast("string"))
    problem = failure("cannot assemble the datetimes", shown, "timestamp")
    return F.when(missing | time.isNotNull(), time).otherwise(problem)


def span_from_number(number, unit):
    """Intervals of fractions of a unit; one finer than a microsecond fails the job."""
    nanos = F.rint(number * NANOS[unit])
    span = F.expr("INTERVAL 1 SECOND") * (nanos / 1_000_000_000).cast("decimal(38,6)")
    fine = failure("an interval finer than a microsecond", number, "interval day to second")
    return F.when(number.isNotNull(), F.when(nanos % 1000 == 0, span).otherwise(fine))


def span_from_text(text, coerce=False):
    """The intervals that pandas reads in a text column; what is none fails the job, or is missing."""

    @F.pandas_udf("bigint")
    def micros_in(values: pd.Series) -> pd.Series:
        spans = pd.to_timedelta(values, errors="coerce" if coerce else "raise")
        if (spans.dt.nanoseconds.fillna(0) != 0).any():
            raise ValueError("an interval finer than a microsecond")
        return spans.astype("int64").floordiv(1000).astype("Int64").mask(spans.isna())

    return F.expr("INTERVAL 1 SECOND") * (micros_in(text) / 1_000_000).cast("decimal(38,6)")
