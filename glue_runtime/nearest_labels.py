"""Rows by labels that need not be theirs: ``reindex(…, method="ffill")``."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import Window
from pyspark.sql import functions as F

from glue_runtime.calendars import TIME_KINDS, check_alike, filled_cell, labels_frame
from glue_runtime.position import with_position
from glue_runtime.quoting import quoted
from glue_runtime.running import filled_forward, over_rows


def on_nearest(spark, df, level, labels, place, method, fill=None, limit=None, tolerance=None):
    """A row for each of `labels` (a pandas Index), in their order: the row of `df` with this label in
    its column `level`, or the last one before it (method "ffill"), the first after it ("bfill"), the
    nearer of both ("nearest"); numbered by the column `place`.

    limit: so many labels in a row get a row of another label; tolerance: how far away that may be.
    Raises ValueError where two rows have the same label or one has none, and where pandas takes no
    limit.
    """
    wanted, kinds = labels_frame(spark, labels, ["__label0"], place)
    types, (kind,) = dict(df.dtypes), kinds.values()
    if len(labels):
        check_alike(kind, types[level])
    if limit is not None and not labels.is_monotonic_increasing:
        raise ValueError("limit= is only defined for labels that rise")
    rows = df.select(at_of(quoted(level), types[level]).alias("__at"), F.struct(*map(quoted, df.columns)).alias("__row"))  # fmt: skip
    if rows.groupBy("__at").count().where("count > 1").limit(1).count():
        raise ValueError("cannot reindex on an axis with duplicate labels")
    if rows.where("__at IS NULL").limit(1).count() or labels.hasnans:
        raise ValueError("index must be monotonic increasing or decreasing")
    wanted = wanted.withColumn("__at", at_of(F.col("__label0"), kind))
    both = wanted.unionByName(rows, allowMissingColumns=True)
    sides = ["ffill", "bfill"] if method == "nearest" else [method]
    for side in sides:
        both = with_row(both, side, place, limit)
    done = both.where(F.col(place).isNotNull())
    found = F.col(f"__{sides[0]}")
    if method == "nearest":
        down, up = F.col("__ffill"), F.col("__bfill")
        lower = up.isNull() | (distance(down, kind) < distance(up, kind))
        found = F.when(lower, down).otherwise(up)
    if tolerance is not None:
        found = F.when(distance(found, kind) <= tolerance_of(tolerance, kind), found)
    done = done.withColumn("__found", found).withColumn("__there", F.col("__found").isNotNull())
    cells = [F.col("__found")["row"][c].alias(c) for c in df.columns if c != level]
    done = done.select(F.col("__label0").alias(level), place, "__there", *cells)
    shown = [quoted(c) if c == level else filled_cell(c, types[c], fill) for c in df.columns]
    return done.select(*shown, place)


def rising_labels(df, level, *order):
    """The frame. Raises ValueError where a label in the column `level` is not above the one before
    it in the `order` of the rows."""
    label, back = quoted(level), F.lag(quoted(level))
    numbered = with_position(df, *order, name="__row").select(label, "__row")
    falls = over_rows(numbered, "__falls", lambda w: back.over(w) >= label, "__row", before=1)
    if falls.where("__falls").limit(1).count():
        raise ValueError("index must be monotonic increasing")
    return df


def at_of(label, kind):
    """What labels of a type are compared by."""
    return F.unix_micros(label) if kind in TIME_KINDS else label


def with_row(both, side, place, limit):
    """Add the column ``__ffill`` or ``__bfill``: (label, row) of the row that a label gets."""
    forward, name = side == "ffill", f"__{side}"
    tie = F.col(place).asc_nulls_first() if forward else F.col(place).asc_nulls_last()
    placed = with_position(both, F.col("__at").asc(), tie, name="__position")
    row = F.struct(F.col("__at").alias("at"), F.col("__row").alias("row"))
    row = F.when(F.col(place).isNull(), row)
    way = F.col("__position") if forward else -F.col("__position")
    placed = filled_forward(placed.withColumn("__own", row), name, F.col("__own"), way)
    if limit is not None:
        order = F.col(place) if forward else F.col(place).desc()
        window = Window.partitionBy(F.col(name)["at"], F.col(place).isNull()).orderBy(order)
        apart = (F.col(name)["at"] != F.col("__at")).cast("int")
        so_far = F.sum(apart).over(window.rowsBetween(Window.unboundedPreceding, 0))
        placed = placed.withColumn("__near", so_far <= limit)
        placed = placed.withColumn(name, F.when(F.col("__near"), F.col(name))).drop("__near")
    return placed.drop("__position", "__own")


def distance(found, kind):
    """How far the label of a found row is away. Raises TypeError for labels that are no numbers."""
    if kind not in (*TIME_KINDS, "bigint", "double"):
        raise TypeError(f"the distance of labels of type {kind}")
    return F.abs(found["at"] - F.col("__at"))


def tolerance_of(tolerance, kind):
    """The tolerance in the unit that labels are compared in."""
    return pd.Timedelta(tolerance).value / 1000 if kind in TIME_KINDS else tolerance
