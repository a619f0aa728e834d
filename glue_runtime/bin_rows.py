"""The rows at the labels of bins of time: ``resample(…).ffill()``, also in groups."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Window
from pyspark.sql import functions as F

from glue_runtime.calendars import filled_cell
from glue_runtime.groups import labels_between
from glue_runtime.position import with_position
from glue_runtime.quoting import quoted
from glue_runtime.running import filled_forward

def at_bins(df, name, label, time, step, fill=None, month_end=False, weekdays=False, by=None, limit=None, value=None, only=None):  # fmt: skip
    """The rows of `df` at the labels of its bins of time (column `name`): those of exactly that
    time, or (fill "ffill", "bfill") the last ones before it, the first ones after it.

    by: {name of a level: key} of groups with bins of their own; limit: so many labels in a row get
    a row of another time; value: what is in labels that no row has; only: the columns of the result
    (default: all). Raises ValueError where two rows (of a group) have the same time, as pandas does.
    """
    groups = {f"__key{n}": key for n, key in enumerate((by or {}).values())}
    there = reduce(lambda a, b: a & b.isNotNull(), groups.values(), time.isNotNull())
    rows = df.filter(there).withColumns({"__label": label, "__time": time, **groups})
    if not rows.groupBy(*groups, "__time").count().filter("count > 1").isEmpty():
        raise ValueError("cannot reindex on an axis with duplicate labels")
    bins = labels_between(rows, "__label", step, month_end, weekdays, tuple(groups))
    names = only or [c for c in df.columns if c != name]
    found = F.struct(*[quoted(c) for c in names])
    rows = rows.select(*groups, F.col("__time").alias("__label"), found.alias("__row"))
    done = bins.join(rows, [*groups, "__label"], "left") if fill is None else None
    if done is None:
        done = nearest_in_groups(bins, rows, list(groups), fill == "ffill", limit)
    levels = [F.col(key).alias(level) for key, level in zip(groups, by or {})]
    cells = [F.col("__row")[c].alias(c) for c in names]
    shown, there = F.col("__label").alias(name), F.col("__row").isNotNull().alias("__there")
    if value is None:
        return done.select(*levels, shown, *cells)
    types, out = dict(df.dtypes), done.select(*levels, shown, *cells, there)
    filled = [filled_cell(c, types[c], value) for c in names]
    return out.select(*map(quoted, by or {}), quoted(name), *filled)


def nearest_in_groups(bins, rows, groups, forward, limit=None):
    """The labels of `bins` with the last row of the group up to each, or the first from it on."""
    rows = rows.withColumn("__row", F.struct(*groups, "__label", "__row"))
    both = bins.withColumn("__bin", F.lit(True))
    both = both.unionByName(rows.withColumn("__bin", F.lit(False)), allowMissingColumns=True)
    # A row of the label's own time counts: it comes before the label, or after it.
    beside = F.col("__bin") if forward else ~F.col("__bin")
    numbered = with_position(both, *groups, "__label", beside, name="__at")
    way = F.col("__at") if forward else -F.col("__at")
    done = filled_forward(numbered, "__found", F.col("__row"), way).filter("__bin")
    source = F.col("__found")
    own = reduce(lambda a, b: a & (source[b] == F.col(b)), groups, source.isNotNull())
    if limit is not None:
        order = F.col("__label") if forward else F.col("__label").desc()
        window = Window.partitionBy(*groups, source["__label"]).orderBy(order)
        apart = (source["__label"] != F.col("__label")).cast("int")
        so_far = F.sum(apart).over(window.rowsBetween(Window.unboundedPreceding, 0))
        done = done.withColumn("__near", so_far <= limit)
        own = own & F.col("__near")
    return done.select(*groups, "__label", F.when(own, source["__row"]).alias("__row"))
