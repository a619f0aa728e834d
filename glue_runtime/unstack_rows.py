"""The order of rows of which a level of the labels became columns."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted, with_value


def with_level_place(df, long, names, values, seen, name, total=None):
    """Add column `name`, by which the rows come before they are sorted by a level of their labels:
    that of the level's first rows in `long`, by `seen`, where no row has some of the `values` that
    the level had at first; the same for all rows otherwise. names: of the level in both frames;
    total: a column of `long` and what stands in it in rows of totals, which come later in pandas.
    """
    source, target = names
    held = with_value(long.select(quoted(source))).distinct()
    if with_value(values).distinct().count() == held.count():
        return df.withColumn(name, F.lit(0))
    place = F.min(F.struct(*[quoted(s) for s in seen])).alias(name)
    rows = long if total is None else long.where(~quoted(total[0]).eqNullSafe(F.lit(total[1])))
    firsts = rows.groupBy(quoted(source).alias("__level")).agg(place)
    return df.join(firsts, quoted(target).eqNullSafe(F.col("__level")), "left").drop("__level")
