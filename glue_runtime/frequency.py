"""Rows at the times of a frequency."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.calendars import TIME_KINDS, filled_cell
from glue_runtime.position import with_position
from glue_runtime.quoting import quoted
from glue_runtime.running import filled_forward


def at_frequency(df, level, freq, place, fill=None, method=None, normalize=False):
    """`df.asfreq(freq)` of a frame with its times in column `level`: a row for each time from the
    first to the last, numbered by column `place`. pandas lays out the times on the driver.

    method: "ffill" takes the last row up to each time, "bfill" the next from it on; normalize: the
    times that are shown are midnights. Raises ValueError for a time that two rows have, TypeError for labels that are no times, or a
    fill value that a column cannot hold.
    """
    time, types = quoted(level), dict(df.dtypes)
    if types[level] not in TIME_KINDS:
        raise TypeError(f"a frequency of labels of type {types[level]}, which are no times")
    if df.where(time.isNotNull()).groupBy(time).count().where("count > 1").limit(1).count():
        raise ValueError("cannot reindex on an axis with duplicate labels")
    ends = df.agg(F.min(F.unix_micros(time)), F.max(F.unix_micros(time))).first()
    first, last = (pd.Timestamp(x, unit="us") for x in ends)
    times = [] if pd.isna(first) else pd.date_range(first, last, freq=freq)
    listed = [(n, x.value // 1000) for n, x in enumerate(times)]
    wanted = df.sparkSession.createDataFrame(listed, f"{place} bigint, __time bigint")
    shown = F.timestamp_micros("__time")
    shown = F.date_trunc("day", shown) if normalize else shown
    if method is not None:
        out = nearest_rows(df, time, wanted, place, method)
    else:
        there = df.withColumns({"__there": F.lit(True), "__at": F.unix_micros(time)})
        out = wanted.join(there, F.col("__time") == F.col("__at"), "left")
    for name in df.columns:
        if name == level:
            out = out.withColumn(name, shown)
        elif fill is not None:
            out = out.withColumn(name, filled_cell(name, types[name], fill))
    return out.select(*[quoted(c) for c in df.columns], place)


def nearest_rows(df, time, wanted, place, method):
    """For each ``__time`` of `wanted` the last row of `df` whose `time` is not later ("ffill"), or
    the first that is not earlier ("bfill"). Raises ValueError for a missing time."""
    if df.where(time.isNull()).limit(1).count():
        raise ValueError("index must be monotonic increasing or decreasing")
    row = F.struct(*[quoted(c) for c in df.columns])
    rows = df.select(F.lit(None).cast("bigint").alias(place), F.unix_micros(time).alias("__time"), row.alias("__row"))  # fmt: skip
    kind = rows.schema["__row"].dataType
    both = rows.unionByName(wanted.withColumn("__row", F.lit(None).cast(kind)))
    forward = method == "ffill"
    tie = F.col(place).asc_nulls_first() if forward else F.col(place).asc_nulls_last()
    placed = with_position(both, F.col("__time").asc(), tie, name="__at")
    at = F.col("__at") if forward else -F.col("__at")
    found = filled_forward(placed, "__found", F.col("__row"), at).where(F.col(place).isNotNull())
    cells = [F.col("__found").getField(c).alias(c) for c in df.columns]
    return found.select(place, "__time", *cells)
