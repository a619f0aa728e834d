"""Whether values are among those of another table, and what that has for them."""

from pyspark.sql import functions as F

from glue_runtime.joins import NUMERIC
from glue_runtime.quoting import quoted


def with_member(df, key, values, *, name):
    """`df` with a column `name`: whether the Column `key` is one of the `values`, a table of one
    column. A missing value is one of them where they have one.

    Raises TypeError for values of another kind than the key, which pandas finds nowhere.
    """
    one, two = df.select(key).dtypes[0][1], values.dtypes[0][1]
    if one != two and not {one, two} <= {*NUMERIC}:
        raise TypeError(f"{one} values among {two} ones: compare values of one type")
    found = values.toDF("__value").distinct().withColumn(name, F.lit(True))
    out = df.join(found, key.eqNullSafe(F.col("__value")), "left").drop("__value")
    return out.withColumn(name, F.col(name).isNotNull())


def with_found(df, key, table, label, value, *, name, gaps=True):
    """`df` with a column `name`: the Column `value` of the row of `table` whose `label` equals the
    Column `key`, missing where there is none. gaps: a missing key finds a missing label.

    Raises TypeError for keys of different kinds.
    """
    types = df.select(key).dtypes[0][1], dict(table.dtypes)[label]
    one, two = ("number" if t in NUMERIC else t for t in types)
    if one != two:
        raise TypeError(f"{types[0]} values are looked up among {types[1]} labels")
    found = table.select(quoted(label).alias("__label"), value.alias(name))
    same = key.eqNullSafe(F.col("__label")) if gaps else key == F.col("__label")
    return df.join(found, same, "left").drop("__label")
