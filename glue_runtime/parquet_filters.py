"""Which rows of Parquet files ``pd.read_parquet(filters=…)`` reads, as pyarrow compares values."""

import datetime
import operator
from functools import reduce

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.quoting import quoted

TESTS = {"=": operator.eq, "==": operator.eq, "!=": operator.ne, "<": operator.lt, ">": operator.gt,
         "<=": operator.le, ">=": operator.ge}  # fmt: skip
# Spark types → the Python types whose values pyarrow compares with theirs.
COMPARED = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint", "double"), (int, float)),
    "boolean": (bool,),
    "string": (str,),
    **dict.fromkeys(("timestamp", "timestamp_ntz", "date"), (datetime.date,)),
}


def filtered_rows(frame, filters, nanos, zoned, path):
    """The rows of `frame`, as Spark reads it, for which all tests (column, operator, value) of a list
    hold; of one of several lists. `nanos`: columns that count nanoseconds; `zoned`: times of a zone.

    Raises ValueError for a column that is not there, TypeError for a value of another type.
    """
    kinds = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    lists = [filters] if isinstance(filters[0][0], str) else filters
    for name, _, value in (test for tests in lists for test in tests):
        if name not in kinds:
            raise ValueError(f"{path} has no column {name!r} to filter by, only {list(kinds)}")
        kind = "timestamp" if name in nanos else kinds[name]
        for item in value if isinstance(value, list) else [value]:
            whole = isinstance(item, bool) == (kind == "boolean") and not pd.isna(item)
            if name in zoned or not whole or not isinstance(item, COMPARED.get(kind, ())):
                raise TypeError(f"{path}: column {name!r} of type {kind} filtered by {item!r}")
    found = [[is_met(*test, kinds[test[0]], test[0] in nanos) for test in tests] for tests in lists]
    return frame.where(reduce(operator.or_, [reduce(operator.and_, tests) for tests in found]))


def is_met(name, test, value, kind, nanos):
    """Whether a value passes one test. Nothing compares with a missing value, but it is "not in" any
    list; NaN is not missing here, and unequal to all."""
    cell = quoted(name)
    if test in ("in", "not in"):
        among = F.coalesce(cell.isin([comparable(x, nanos) for x in value]), F.lit(False))
        return among if test == "in" else ~among
    met = TESTS[test](cell, comparable(value, nanos))
    return met & ~F.isnan(cell) if kind == "double" and test in (">", ">=") else met


def comparable(value, nanos):
    """A Python value as Spark compares it with a column."""
    if not isinstance(value, datetime.date):
        return F.lit(value)
    stamp = pd.Timestamp(value)
    if nanos:
        return F.lit(stamp.as_unit("ns").value)
    return F.lit(str(stamp)).cast("timestamp")
