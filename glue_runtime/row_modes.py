"""The most frequent values of every row."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted


def values_of_most(values):
    """Those of the values of an array that are in it most often, each once and in order; missing ones
    do not count."""
    there = F.filter(values, lambda x: x.isNotNull())

    def times(value):
        return F.size(F.filter(there, lambda y: y == value))

    most = F.array_max(F.transform(there, times))
    return F.array_sort(F.array_distinct(F.filter(there, lambda x: times(x) == most)))


def side_by_side(df, name, kept=()):
    """The values of the arrays in a column as columns "0", "1" …, and the columns `kept`. Raises
    ValueError where there are no rows: pandas has the columns that there were then."""
    count = df.agg(F.max(F.size(quoted(name)))).first()[0]
    if count is None:
        raise ValueError("the most frequent values of each row of an empty frame")
    parts = [F.get(quoted(name), F.lit(n)).alias(str(n)) for n in range(count)]
    return df.select(*parts, *[quoted(c) for c in kept])
