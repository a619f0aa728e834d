"""Times: read from text or numbers, rounded, moved by calendar offsets."""

from pyspark.sql import functions as F

from glue_runtime.casts import failure
from glue_runtime.text_dates import guess_format, timestamp_from_text

# Texts that pandas reads as a missing time, and the times that datetime64[ns] can hold.
NO_TIME = ("", "NaT", "nat", "NAT", "nan", "NaN", "NAN")
FIRST_MICROS, LAST_MICROS = -9_223_372_036_854_775, 9_223_372_036_854_775


def micros(span):
    """The microseconds of an interval."""
    return F.unix_micros(F.timestamp_micros(F.lit(0).cast("bigint")) + span)


def in_bounds(time):
    """Whether datetime64[ns] holds a time."""
    return F.unix_micros(time).between(FIRST_MICROS, LAST_MICROS)


def time_from_text(text, date_format, coerce=False):
    """Times by a strptime format; text that does not fit fails the job, or is missing."""
    time = timestamp_from_text(text, date_format)
    time = F.when(in_bounds(time), time)
    if coerce:
        return time
    missing = text.isNull() | text.isin(*NO_TIME)
    problem = failure(f"time data does not match format {date_format!r}", text, "timestamp")
    return F.when(missing | time.isNotNull(), time).otherwise(problem)


def to_datetime(df, column, *order, coerce=False, dayfirst=False):
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
    date_format = guess_format(found[0], dayfirst, "to_datetime: the column")
    return time_from_text(column, date_format, coerce)


def time_from_number(number, unit, coerce=False):
    """Times from numbers of units since 1970, to the microsecond."""
    size = {
        "D": 86_400_000_000,
        "h": 3_600_000_000,
        "m": 60_000_000,
        "s": 1_000_000,
        "ms": 1000,
        "us": 1,
    }[unit]
    fits = F.abs(number.cast("double") * size) <= LAST_MICROS
    time = F.timestamp_micros(
        F.rint(number * size).cast("bigint") if size != 1 else number.cast("bigint")
    )
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


def month_end(time, n):
    """``time + MonthEnd(n)``: the n-th month end after (before, for negative n) a time of day."""
    day = F.to_date(time)
    at_end = day == F.last_day(day)
    months = n if n > 0 else n
    steps = F.lit(months) - (0 if n <= 0 else F.when(at_end, 0).otherwise(1))
    if n == 0:
        steps = F.lit(0)
    ended = F.last_day(F.add_months(F.trunc(day, "month"), steps))
    return time + (F.unix_date(ended) - F.unix_date(day)) * F.expr("INTERVAL 1 DAY")


def month_begin(time, n):
    """``time + MonthBegin(n)``: the n-th first day of a month after (before) a time of day."""
    day = F.to_date(time)
    first = F.trunc(day, "month")
    at_start = day == first
    if n > 0:
        steps = F.lit(n)
    elif n < 0:
        steps = F.when(at_start, n).otherwise(n + 1)
    else:
        steps = F.when(at_start, 0).otherwise(1)
    begun = F.add_months(first, steps)
    return time + (F.unix_date(begun) - F.unix_date(day)) * F.expr("INTERVAL 1 DAY")
