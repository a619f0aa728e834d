"""Steps that look at the rows before or after, over a whole frame in order.

A window over all rows would pull them into one partition. Rows are numbered instead (see
with_position), and worked on in blocks of consecutive numbers: a block gets copies of the rows that
its neighbours need from it, or the totals of the blocks before it.
"""

from __future__ import annotations

from pyspark.sql import Window
from pyspark.sql import functions as F

from glue_runtime.columns import type_in
from glue_runtime.position import with_position

BLOCK_ROWS = 250_000


def block_of(row, size=None):
    """The number of the block that a row is in."""
    return F.floor(row / F.lit(size or BLOCK_ROWS))


def over_rows(df, name, build, row, before=0, after=0):
    """Add column `name`: ``build(window)``, where the window is of rows in the order of `row`.

    row: a column with 0, 1, 2, … ; before, after: how many rows away the expression looks.
    """
    size = max(BLOCK_ROWS, before, after)
    row = column_of(row)
    home, place = block_of(row, size), row % size
    blocks = [home]
    if before:
        blocks.append(F.when(place >= size - before, home + 1))
    if after:
        blocks.append(F.when(place < after, home - 1))
    copied = df.withColumn("__block", F.explode(F.array_compact(F.array(*blocks))))
    window = Window.partitionBy("__block").orderBy(row)
    done = copied.withColumn(name, build(window))
    return done.filter(F.col("__block") == home).drop("__block")


def column_of(value):
    """A column, from itself or its name."""
    return F.col(value) if isinstance(value, str) else value


COMBINE = {"sum": F.sum, "max": F.max, "min": F.min, "prod": F.product, "count": F.count}
JOIN = {
    "sum": lambda here, before: F.coalesce(here + before, here),  # of numbers or of spans
    "count": lambda here, before: here + F.coalesce(before, F.lit(0)),
    "prod": lambda here, before: here * F.coalesce(before, F.lit(1.0)),
    "max": F.greatest,
    "min": F.least,
}


def cumulative(df, name, column, how, row, gaps=True):
    """Add column `name`: the sum, max, min, prod or count of all rows up to this one.

    gaps: a missing value gives a missing result (cumsum), else the result so far (expanding).
    """
    row, combine = column_of(row), COMBINE[how]
    blocked = df.withColumns({"__block": block_of(row), "__value": column})
    totals = blocked.groupBy("__block").agg(combine("__value").alias("__total"))
    carried = "sum" if how == "count" else how
    joined = with_carry(blocked, totals, COMBINE[carried]("__total"))
    window = Window.partitionBy("__block").orderBy(row)
    window = window.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    value = JOIN[how](combine("__value").over(window), F.col("__carry"))
    if how in ("sum", "prod") and not gaps:
        value = JOIN[how](
            F.coalesce(combine("__value").over(window), F.lit(NOTHING[how])), F.col("__carry")
        )
    if gaps:
        value = F.when(F.col("__value").isNotNull(), value)
    return joined.withColumn(name, value).drop("__block", "__value", "__carry")


NOTHING = {"sum": 0, "prod": 1.0}


def spread_so_far(df, name, column, row, ddof=1, least=1, root=False):
    """Add column `name`: the variance of all values up to this row, or (root) its root, where there
    are more than `ddof` of them and `least` at the least."""
    joined, found = all_so_far(df, column, row, moments, nothing_yet, both_moments)
    spread = F.when(found["low"] < found["high"], found["squares"]).otherwise(0.0)
    value = spread / (found["n"] - ddof)
    enough = (found["n"] > ddof) & (found["n"] >= least)
    joined = joined.withColumn(name, F.when(enough, F.sqrt(value) if root else value))
    return joined.drop(*SO_FAR)


# The columns that `all_so_far` adds.
SO_FAR = ("__block", "__value", "__carry", "__here", "__all")


def all_so_far(df, column, row, facts, none, both):
    """The frame with facts about all values up to each row, and these as a Column: those of a block
    of rows, and of the rows of it so far, are put together.

    facts(name, over): of a column; none(): of no values; both(a, b): of two sets of values.
    """
    row = column_of(row)
    blocked = df.withColumns({"__block": block_of(row), "__value": column.cast("double")})
    totals = blocked.groupBy("__block").agg(facts("__value").alias("__total"))
    # Not inside the aggregate: Spark 3.5 resolves no lambda there.
    folded = F.aggregate("__carry", none(), both)
    joined = with_carry(blocked, totals, F.collect_list("__total"), folded)
    window = Window.partitionBy("__block").orderBy(row)
    window = window.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    joined = joined.withColumn("__here", facts("__value", lambda x: x.over(window)))
    joined = joined.withColumn("__carry", F.coalesce("__carry", none()))
    return joined.withColumn("__all", both(F.col("__carry"), F.col("__here"))), F.col("__all")


def moments(column, over=lambda x: x):
    """How many values there are, their mean, the sum of squared distances to it, and their ends."""
    n = over(F.count(column)).cast("double")
    return F.struct(
        n.alias("n"),
        F.coalesce(over(F.avg(column)), F.lit(0.0)).alias("mean"),
        F.coalesce(over(F.var_pop(column)) * n, F.lit(0.0)).alias("squares"),
        over(F.min(column)).alias("low"),
        over(F.max(column)).alias("high"),
    )


def nothing_yet():
    """The moments of no values."""
    none = F.lit(None).cast("double")
    zeros = [F.lit(0.0).alias(x) for x in ("n", "mean", "squares")]
    return F.struct(*zeros, none.alias("low"), none.alias("high"))


def both_moments(a, b):
    """The moments of two sets of values together."""
    n, distance = a["n"] + b["n"], b["mean"] - a["mean"]
    share = F.when(n > 0, b["n"] / n).otherwise(0.0)
    return F.struct(
        n.alias("n"),
        (a["mean"] + distance * share).alias("mean"),
        (a["squares"] + b["squares"] + distance * distance * a["n"] * share).alias("squares"),
        F.least(a["low"], b["low"]).alias("low"),
        F.greatest(a["high"], b["high"]).alias("high"),
    )


def with_carry(blocked, totals, combined, finished=None):
    """Each row of `blocked` with ``__carry``: `combined` over the ``__total`` of earlier blocks.

    finished: what is made of that ``__carry``, once for each block.

    The totals, some thousands at most, are worked out now: a chain of such steps would otherwise
    go through all that comes before it three times at each step.
    """
    totals = totals.localCheckpoint()
    later = totals.select(F.col("__block").alias("__later"))
    carry = (
        later.join(totals, F.col("__block") < F.col("__later"))
        .groupBy("__later")
        .agg(combined.alias("__carry"))
        .withColumnRenamed("__later", "__block")
    )
    if finished is not None:
        carry = carry.withColumn("__carry", finished)
    return blocked.join(F.broadcast(carry), "__block", "left")


def filled_forward(df, name, column, row):
    """Add column `name`: the last value up to this row that is not missing.

    With row=-position it is the next value from this row on.
    """
    row = column_of(row)
    blocked = df.withColumns({"__block": block_of(row), "__value": column})
    last = F.max_by("__value", F.when(F.col("__value").isNotNull(), row))
    totals = blocked.groupBy("__block").agg(last.alias("__total"))
    carried = F.max_by("__total", F.when(F.col("__total").isNotNull(), F.col("__block")))
    joined = with_carry(blocked, totals, carried)
    window = Window.partitionBy("__block").orderBy(row)
    window = window.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    value = F.coalesce(F.last("__value", ignorenulls=True).over(window), F.col("__carry"))
    return joined.withColumn(name, value).drop("__block", "__value", "__carry")


def all_filled_forward(df, values, row):
    """The columns `values` {name: Column} with the last value up to each row that is not missing, all
    of them in one pass. With row=-position it is the next value from this row on."""
    row = column_of(row)
    names = {f"v{n}": name for n, name in enumerate(values)}
    cells = F.struct(*[values[name].alias(v) for v, name in names.items()])
    blocked = df.withColumns({"__block": block_of(row), "__value": cells})

    def latest(cells, at):
        return F.struct(*[F.max_by(cells[v], F.when(cells[v].isNotNull(), at)).alias(v) for v in names])  # fmt: skip

    totals = blocked.groupBy("__block").agg(latest(F.col("__value"), row).alias("__total"))
    joined = with_carry(blocked, totals, latest(F.col("__total"), F.col("__block")))
    window = Window.partitionBy("__block").orderBy(row)
    window = window.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    filled = {
        name: F.coalesce(F.last(F.col("__value")[v], ignorenulls=True).over(window), F.col("__carry")[v])
        for v, name in names.items()
    }  # fmt: skip
    return joined.withColumns(filled).drop("__block", "__value", "__carry")


def interpolated(df, name, column, row, limit=None, way="forward", area=None, at=None):
    """Add column `name`: missing values on the line between the values before and after.

    Beyond the last value (before the first, where `way` is "backward" or "both") it is that value.
    limit: so many missing values in a row are filled, counted from the value that `way` comes from;
    area: "inside" fills between two values only, "outside" beyond them only. at: where the rows are
    on the line, in their order (default: each one further than the one before).
    """
    if type_in(df, column) == "bigint":
        return df.withColumn(name, column)  # whole numbers, of which none is missing
    row = column_of(row)
    place = row if at is None else at
    parts = [row.alias("at"), column.cast("double").alias("x")]
    parts += [] if at is None else [at.alias("place")]
    known = F.when(column.isNotNull(), F.struct(*parts))
    wide = filled_forward(df.withColumn("__known", known), "__low", F.col("__known"), row)
    wide = filled_forward(wide, "__high", F.col("__known"), -row)
    low, high = F.col("__low"), F.col("__high")
    here = "at" if at is None else "place"
    slope = (high["x"] - low["x"]) / (high[here] - low[here])
    inside = low.isNotNull() & high.isNotNull()
    fits = {
        "forward": low.isNotNull() & (row - low["at"] <= (limit or row)),
        "backward": high.isNotNull() & (high["at"] - row <= (limit or high["at"])),
    }
    allowed = fits.get(way, fits["forward"] | fits["backward"])
    if area is not None:
        allowed = allowed & (inside if area == "inside" else ~inside)
    # Beside infinite values numpy tries the line from above, then takes what both are.
    below, above = (slope * (place - end[here]) + end["x"] for end in (low, high))
    level = F.when(low["x"] == high["x"], low["x"])
    line = F.nanvl(below, F.nanvl(above, level))
    value = F.when(inside, line).otherwise(F.coalesce(low["x"], high["x"]))
    filled = F.when(column.isNotNull(), column).when(allowed, value)
    if at is not None:
        same = (low["place"] == place) | (high["place"] == place)
        odd = F.raise_error(F.lit("a gap at the label of another value, or a missing label"))
        filled = F.when(at.isNull() | (column.isNull() & same), odd).otherwise(filled)
    return wide.withColumn(name, filled).drop("__known", "__low", "__high")


def ranked(df, name, column, order, method="average", ascending=True, na="keep", pct=False):
    """Add column `name`: the rank of each value among all, as pandas counts it.

    order: sort keys of the frame's own order, which tell equal values apart (method "first").
    """
    first = F.col("__value").asc_nulls_last() if ascending else F.col("__value").desc_nulls_last()
    if na == "top":
        first = (
            F.col("__value").asc_nulls_first() if ascending else F.col("__value").desc_nulls_first()
        )
    placed = with_position(df.withColumn("__value", column), first, *order, name="__place")
    ties = Window.partitionBy("__value")
    if method == "dense":
        distinct = with_position(placed.select("__value").distinct(), first, name="__dense")
        distinct = distinct.withColumnRenamed("__value", "__same")
        placed = placed.join(distinct, F.col("__value").eqNullSafe(F.col("__same"))).drop("__same")
    rank = {
        "average": lambda: (F.min("__place").over(ties) + F.max("__place").over(ties)) / 2 + 1,
        "min": lambda: F.min("__place").over(ties) + 1,
        "max": lambda: F.max("__place").over(ties) + 1,
        "first": lambda: F.col("__place") + 1,
        "dense": lambda: F.col("__dense") + 1,
    }[method]().cast("double")
    if pct:
        counted = placed if na != "keep" else placed.filter(F.col("__value").isNotNull())
        rows = (
            counted.count() if method != "dense" else counted.select("__value").distinct().count()
        )
        rank = rank / F.lit(rows or 1)
    if na == "keep":
        rank = F.when(F.col("__value").isNotNull(), rank)
    return placed.withColumn(name, rank).drop("__value", "__place", "__dense")


def distinct_rows(df, order, keep="first"):
    """One of the rows that are equal in all columns: the first or last in `order`, or (keep=False)
    only rows that have no equal. Helper columns, whose name starts with "__", do not count."""
    names = [f"`{c.replace('`', '``')}`" for c in df.columns if not c.startswith("__")]
    window = Window.partitionBy(*names)
    if keep:
        wanted = F.row_number().over(window.orderBy(*order)) == 1
    else:
        wanted = F.count(F.lit(1)).over(window) == 1
    return df.withColumn("__kept", wanted).filter("__kept").drop("__kept")
