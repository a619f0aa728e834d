"""Frames turned: columns to rows, rows to columns, and columns moved about."""

from __future__ import annotations

from pyspark.sql import functions as F
from pyspark.sql import types as T


def quoted(name):
    """A column by its exact name, whatever characters that has."""
    return F.col("`" + name.replace("`", "``") + "`")


def in_front(df, *names):
    """These columns first, then all others in their order."""
    rest = [c for c in df.columns if c not in names]
    return df.select(*[quoted(c) for c in (*names, *rest)])


def numbers_in_front(df, name, number):
    """Column `name` with the row numbers first. Raises ValueError when there is one already."""
    if name in df.columns:
        raise ValueError(f"cannot insert {name}, already exists")
    return df.select(number.alias(name), *[quoted(c) for c in df.columns])


def moved(df, name, place, aside=()):
    """Column `name` at this place among those that are not set aside."""
    shown = [c for c in df.columns if c not in aside and c != name]
    if place > len(shown):
        raise IndexError(f"place {place} among {len(shown)} columns")
    shown.insert(place, name)
    return df.select(*[quoted(c) for c in (*shown, *aside)])


def set_where(df, name, mask, value):
    """`df.loc[mask, name] = value`: a column that is not there is missing elsewhere.

    value: a Column, or a Python value. Raises TypeError for a value that would change the
    column's type in pandas.
    """
    value = value if hasattr(value, "cast") else F.lit(value)
    found = df.select(value).schema[0].dataType.simpleString()
    if name not in df.columns:
        new = value.cast("double") if found in WHOLE else value
        return df.withColumn(name, F.when(mask, new))
    had = df.select(quoted(name)).schema[0].dataType.simpleString()
    same = had == found or found == "void" or (had in WHOLE and found in WHOLE)
    if not same and not (had == "double" and found in WHOLE):
        raise TypeError(f"{found} values in column {name!r} of type {had}")
    return df.withColumn(name, F.when(mask, value.cast(had)).otherwise(quoted(name)))


WHOLE = ("tinyint", "smallint", "int", "bigint")


def small_table(spark, rows, schema):
    """createDataFrame of values computed before: NaN becomes NULL, numbers take the column's type."""
    made = []
    types = spark.createDataFrame([], schema).schema
    for row in rows:
        cells = [None if v is None or v != v else v for v in row]
        made.append(tuple(CELLS.get(type(f.dataType), same)(v) if v is not None else None for v, f in zip(cells, types)))
    return spark.createDataFrame(made, types)


def same(value):
    return value


CELLS = {T.LongType: int, T.DoubleType: float, T.BooleanType: bool}
