"""What ``.dt`` asks of a column: checks of its type, parts of times and of intervals."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.times import micros, span_from_number, span_from_text


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


TIMES_NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double")


def apart(a, ta):
    """The column for a difference between its rows: numbers as fractions, or times."""
    if ta in TIMES_NUMBERS:
        return a.cast("double")
    if not ta.startswith(("timestamp", "interval")):
        raise TypeError(f"a difference between rows of type {ta}")
    return a


def fits_fill(a, ta, fill):
    """The column, which must be able to hold the value that fills its gaps after a shift."""
    kinds = {"string": str, "boolean": bool, "double": (int, float), "bigint": int}
    fits = isinstance(fill, kinds.get(ta, ())) and isinstance(fill, bool) == (ta == "boolean")
    if not fits:
        raise TypeError(f"a shift of a {ta} column filled with {fill!r}")
    return a


def date_text(a, ta):
    """Text, or whole numbers as text, to be read as dates by a format."""
    if ta in TIMES_NUMBERS[:4]:
        return a.cast("string")
    if ta != "string":
        raise TypeError(f"dates by a format in a column of type {ta}")
    return a


def some_span(a, ta, unit=None):
    """``to_timedelta`` of numbers of a unit, or of text."""
    if ta.startswith("interval"):
        return a
    if ta == "string":
        return span_from_text(a)
    if unit is None or ta not in TIMES_NUMBERS:
        raise TypeError(f"intervals of unit {unit} from a column of type {ta}")
    return span_from_number(a, unit)
