"""Whether values are among those of another table."""

from pyspark.sql import functions as F


def with_member(df, key, values, *, name):
    """`df` with a column `name`: whether the Column `key` is one of the `values`, a table of one
    column. A missing value is one of them where they have one."""
    found = values.toDF("__value").distinct().withColumn(name, F.lit(True))
    out = df.join(found, key.eqNullSafe(F.col("__value")), "left").drop("__value")
    return out.withColumn(name, F.col(name).isNotNull())
