"""``astype`` by the Spark type of a column: builders (column, its type) → Column."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.casts import (
    bool_text,
    float_from_text,
    int_from_float,
    int_from_text,
    present,
    whole_number,
    zero_or_one,
)
from glue_runtime.float_text import float_text

WHOLE_TYPES = ("tinyint", "smallint", "int", "bigint")


def refuse(ta, target):
    """No such conversion."""
    raise TypeError(f"a column of type {ta} is not converted to {target} here")


def as_int(a, ta, full=False):
    """``astype(int)``; ``full``: the column is known to have no missing value."""
    if ta in WHOLE_TYPES or ta == "boolean":
        return a.cast("bigint") if full else present(a.cast("bigint"))
    if ta in ("double", "float"):
        return int_from_float(a)
    return int_from_text(a) if ta == "string" else refuse(ta, "int64")


def as_float(a, ta):
    """``astype(float)``."""
    if ta in WHOLE_TYPES or ta in ("double", "float"):
        return a.cast("double")
    if ta == "boolean":
        return a.cast("bigint").cast("double")
    return float_from_text(a) if ta == "string" else refuse(ta, "float64")


def as_nullable_int(a, ta):
    """``astype("Int64")``: missing stays missing, floats must be whole."""
    if ta in WHOLE_TYPES or ta == "boolean":
        return a.cast("bigint")
    if ta in ("double", "float"):
        return whole_number(a)
    return F.when(a.isNotNull(), int_from_text(a)) if ta == "string" else refuse(ta, "Int64")


def as_bool(a, ta, missing=True, nullable=False, full=False):
    """``astype(bool)``: zero and the empty text are False, NaN is True. ``nullable``: a missing value
    fails, as NA is neither; ``full``: the column is known to have none."""
    if nullable:
        test = a if ta == "boolean" else a != "" if ta == "string" else a != 0
        return test if full else present(test, "boolean")
    if ta == "boolean":
        return F.coalesce(a, F.lit(missing))
    if ta in WHOLE_TYPES or ta in ("double", "float"):
        return F.coalesce(a != 0, F.lit(True))
    return F.coalesce(a != "", F.lit(missing)) if ta == "string" else refuse(ta, "bool")


def as_boolean(a, ta, nullable=False):
    """``astype("boolean")``: missing stays missing; numbers of numpy must be 0 or 1."""
    if ta == "boolean":
        return a
    if ta not in WHOLE_TYPES and ta not in ("double", "float"):
        refuse(ta, "boolean")
    return a != 0 if nullable else zero_or_one(a)


def as_written(a, ta, missing=None):
    """``astype(str)`` where the text of a value does not depend on the others."""
    if ta in WHOLE_TYPES:
        shown = a.cast("string")
    elif ta == "double":
        shown = float_text(a)
    elif ta == "boolean":
        shown = bool_text(a)
    else:
        shown = a
    return shown if missing is None else F.coalesce(shown, F.lit(missing))


def as_time(a, ta):
    """``astype("datetime64[ns]")`` of times and dates."""
    if ta.startswith("timestamp"):
        return a
    return a.cast("timestamp") if ta == "date" else refuse(ta, "datetime64[ns]")
