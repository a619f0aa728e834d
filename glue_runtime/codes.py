"""Numbers for the distinct values of a column."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.position import with_position


def with_codes(df, value, name, first=None):
    """Add bigint column `name`: 0, 1, 2, … for the distinct values of the Column `value`, -1 where it
    is missing; in the order of the values or, with `first` (a Column of row positions), in that of
    their first rows."""
    seen = df.where(value.isNotNull()).groupBy(value.alias("__value"))
    if first is None:
        numbered = with_position(seen.agg(F.lit(0).alias("__first")), "__value", name=name)
    else:
        numbered = with_position(seen.agg(F.min(first).alias("__first")), "__first", name=name)
    numbered = numbered.select("__value", name)
    out = df.join(numbered, value == F.col("__value"), "left").drop("__value")
    return out.fillna(-1, subset=[name])
