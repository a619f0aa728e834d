"""Two tables compared row by row."""

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted


def compared_rows(left, right, columns, origin, number, kind, difference, counts=True):
    """The rows of `columns` that one table has and the other not, or (counts) not as often.

    Missing values equal each other. A row for each side that has it: `origin` is "left" or "right",
    `number` how often it is there, `kind` "row_differs" or "count_differs", and `difference` how
    many times more than on the other side.
    """
    keys = [quoted(c) for c in columns]
    both = left.select(*keys, F.lit("left").alias(origin)).unionAll(
        right.select(*keys, F.lit("right").alias(origin))
    )
    sides = {s: F.count(F.when(quoted(origin) == s, 1)) for s in ("left", "right")}
    times = both.groupBy(*keys).agg(*[n.alias(f"__{s}") for s, n in sides.items()])
    alone = (F.col("__left") == 0) | (F.col("__right") == 0)
    differ = times.where(F.col("__left") != F.col("__right") if counts else alone)
    parts = [F.struct(F.lit(s).alias("s"), F.col(f"__{s}").alias("n")) for s in sides]
    rows = differ.withColumn("__side", F.explode(F.array(*parts))).where("__side.n > 0")
    return rows.select(
        *keys,
        F.col("__side.s").alias(origin),
        F.col("__side.n").alias(number),
        F.when(alone, "row_differs").otherwise("count_differs").alias(kind),
        F.abs(F.col("__left") - F.col("__right")).alias(difference),
    )
