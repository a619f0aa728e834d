"""Values put into some rows of a column whose type, and what becomes of it, the job sees."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import lit
from glue_runtime.quoting import quoted

WHOLE = ("tinyint", "smallint", "int", "bigint")


def set_where(df, name, mask, value):
    """`df.loc[mask, name] = value`: a column that is not there is missing elsewhere.

    value: a Column, or a Python value. Raises TypeError for a value that would change the
    column's type in pandas, but for a fraction among whole numbers (`fraction_where`).
    """
    given, value = value, value if hasattr(value, "cast") else lit(value)
    found = df.select(value).schema[0].dataType.simpleString()
    if name not in df.columns:
        new = value.cast("double") if found in WHOLE else value
        return df.withColumn(name, F.when(mask, new))
    had = df.select(quoted(name)).schema[0].dataType.simpleString()
    if had == "bigint" and found == "double" and given is not value:
        return fraction_where(df, name, mask, float(given))
    same = had == found or found == "void" or (had in WHOLE and found in WHOLE)
    if not same and not (had == "double" and found in WHOLE):
        raise TypeError(f"{found} values in column {name!r} of type {had}")
    return df.withColumn(name, F.when(mask, value.cast(had)).otherwise(quoted(name)))


def fraction_where(df, name, mask, value):
    """A float put into whole numbers: one that is not whole makes all of them fractions, whether a
    row takes it or not, but for a frame without rows. With gaps they are fractions already."""
    old = quoted(name)
    gaps = df.agg(F.max(old.isNull())).first()[0]
    if gaps or gaps is not None and not value.is_integer():
        return df.withColumn(name, F.when(mask, value).otherwise(old.cast("double")))
    return (
        df.withColumn(name, F.when(mask, int(value)).otherwise(old)) if value.is_integer() else df
    )


__all__ = ["fraction_where", "set_where"]
