"""Averages of all rows so far, of which older ones weigh less: ``ewm``."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.running import block_of, column_of


def smoothed(df, name, column, row, alpha, adjust=True, ignore_na=False, least=0):
    """Add column `name`: the exponentially weighted mean of the values up to each row.

    row: a column with 0, 1, 2, … Blocks of rows are summed up one by one, what each passes on to
    the next is worked out on the driver (some numbers a block), then every block is gone through
    again from there.
    """
    row = column_of(row)
    cells = df.select(
        block_of(row).cast("bigint").alias("block"),
        row.cast("bigint").alias("row"),
        column.cast("double").alias("value"),
    )

    def end_of(block: pd.DataFrame) -> pd.DataFrame:
        values = block.sort_values("row")["value"].tolist()
        return pd.DataFrame(
            [(block["block"].iloc[0], *block_sum(values, alpha, adjust, ignore_na))]
        )

    parts = cells.groupBy("block").applyInPandas(end_of, PARTS).collect()
    starts = carried(sorted(tuple(p) for p in parts), alpha, adjust)

    def means_of(block: pd.DataFrame) -> pd.DataFrame:
        block = block.sort_values("row")
        start = starts[block["block"].iloc[0]]
        means = running_mean(block["value"].tolist(), start, alpha, adjust, ignore_na, least)
        return pd.DataFrame({"__at": block["row"], name: pd.array(means, dtype="Float64")})

    found = T.StructType([T.StructField("__at", T.LongType()), T.StructField(name, T.DoubleType())])
    means = cells.groupBy("block").applyInPandas(means_of, found)
    return df.join(means, row == F.col("__at")).drop("__at")


PARTS = (
    "block bigint, steps bigint, seen bigint, head bigint, first double, factor double,"
    " value double, weight double, tail bigint"
)


def steps_of(values, ignore_na):
    """How many times the weights of earlier rows shrink at each value."""
    return [0 if ignore_na and v != v else 1 for v in values]


def block_sum(values, alpha, adjust, ignore_na):
    """What a block adds to the mean that comes into it: see ``carried``."""
    keep = 1 - alpha
    steps = steps_of(values, ignore_na)
    places = [n for n, v in enumerate(values) if v == v]
    if not places:
        return sum(steps), 0, 0, None, 1.0, 0.0, 0.0, 0
    head = sum(steps[: places[0] + 1])
    value, weight, factor, gap = values[places[0]], 1.0, 1.0, 0
    for n in range(places[0] + 1, len(values)):
        gap += steps[n]
        if values[n] != values[n]:
            continue
        old = weight * keep**gap
        new = 1.0 if adjust else alpha
        factor *= old / (old + new)
        value = (old * value + new * values[n]) / (old + new)
        weight, gap = (old + new, 0) if adjust else (1.0, 0)
    return sum(steps), len(places), head, values[places[0]], factor, value, weight, gap


def carried(parts, alpha, adjust):
    """{block: (mean, weight, number of values) that come into it}."""
    keep = 1 - alpha
    mean, weight, seen = None, 1.0, 0
    starts = {}
    for block, steps, count, head, first, factor, value, own, tail in parts:
        starts[block] = (mean, weight, seen)
        if not count:
            weight *= keep**steps
        elif mean is None:
            mean, weight = value, own * keep**tail
        elif adjust:
            old = weight * keep ** (steps - tail)
            mean = (old * mean + own * value) / (old + own)
            weight = (old + own) * keep**tail
        else:
            old = weight * keep**head
            entered = (old * mean + alpha * first) / (old + alpha)
            mean, weight = value + factor * (entered - first), keep**tail
        seen += count
    return starts


def running_mean(values, start, alpha, adjust, ignore_na, least):
    """The mean at each value of a block, from what comes into it; None where there is none yet."""
    mean, weight, seen = start
    means = []
    for value, step in zip(values, steps_of(values, ignore_na)):
        present = value == value
        if mean is not None:
            weight *= (1 - alpha) ** step
        if present and mean is None:
            mean, weight = value, 1.0
        elif present:
            new = 1.0 if adjust else alpha
            if mean != value:
                mean = (weight * mean + new * value) / (weight + new)
            weight = weight + new if adjust else 1.0
        seen += present
        means.append(mean if mean is not None and seen >= least else None)
    return means
