"""Numbers for the distinct values of a column."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.position import with_position


def with_codes(df, value, name, first=None, gaps=False):
    """Add bigint column `name`: 0, 1, 2, … for the distinct values of the Column `value`, -1 where it
    is missing (`gaps`: missing is a value, the last one); in the order of the values or, with `first`
    (a Column of row positions), in that of their first rows."""
    seen = (df if gaps else df.where(value.isNotNull())).groupBy(value.alias("__value"))
    if first is None:
        last = F.col("__value").asc_nulls_last()
        numbered = with_position(seen.agg(F.lit(0).alias("__first")), last, name=name)
    else:
        numbered = with_position(seen.agg(F.min(first).alias("__first")), "__first", name=name)
    numbered = numbered.select("__value", name)
    same = value.eqNullSafe(F.col("__value")) if gaps else value == F.col("__value")
    out = df.join(numbered, same, "left").drop("__value")
    return out if gaps else out.fillna(-1, subset=[name])
