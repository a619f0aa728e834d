"""Rows at the times of a frequency."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.calendars import TIME_KINDS, filled_cell
from glue_runtime.quoting import quoted


def at_frequency(df, level, freq, place, fill=None):
    """`df.asfreq(freq)` of a frame with its times in column `level`: a row for each time from the
    first to the last, numbered by column `place`. pandas lays out the times on the driver.

    Raises ValueError for a time that two rows have, TypeError for labels that are no times, or a
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
    there = df.withColumns({"__there": F.lit(True), "__at": F.unix_micros(time)})
    out = wanted.join(there, F.col("__time") == F.col("__at"), "left")
    for name in df.columns:
        if name == level:
            out = out.withColumn(name, F.timestamp_micros("__time"))
        elif fill is not None:
            out = out.withColumn(name, filled_cell(name, types[name], fill))
    return out.select(*[quoted(c) for c in df.columns], place)
