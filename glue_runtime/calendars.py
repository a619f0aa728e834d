"""Rows by labels that the job lays out: the days of a calendar, every pair of a shop and a day."""

from __future__ import annotations

import datetime

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.quoting import quoted

NUMBER_KINDS = ("tinyint", "smallint", "int", "bigint", "float", "double")
TIME_KINDS = ("timestamp", "timestamp_ntz")


def label_kind_of(values):
    """The Spark type of a level of labels: bigint, double, boolean, timestamp, string or date.
    Raises TypeError for labels of others, or of several types."""
    found = {"i": "bigint", "u": "bigint", "f": "double", "b": "boolean", "M": "timestamp"}
    if values.dtype.kind in found and getattr(values.dtype, "tz", None) is None:
        return found[values.dtype.kind]
    present = [v for v in values if not pd.isna(v)]
    if all(isinstance(v, str) for v in present):
        return "string"
    if all(type(v) is datetime.date for v in present):
        return "date"
    raise TypeError(f"labels of the type {values.dtype}")


def labels_frame(spark, labels, names, place):
    """A row for each of `labels` (a pandas Index), whose levels are the columns `names`; the column
    `place` numbers them. Returns the frame, and the types of the levels by name."""
    levels = [labels.get_level_values(n) for n in range(labels.nlevels)]
    kinds = {name: label_kind_of(values) for name, values in zip(names, levels)}
    lists = [range(len(labels))]
    for values, kind in zip(levels, kinds.values()):
        known = values.astype("datetime64[us]").astype("int64") if kind == "timestamp" else values
        lists.append([None if gap else x for x, gap in zip(known.tolist(), values.isna())])
    stored = {n: "bigint" if k == "timestamp" else k for n, k in kinds.items()}
    schema = ", ".join(f"`{n}` {k}" for n, k in {place: "bigint", **stored}.items())
    out = spark.createDataFrame(list(zip(*lists)), schema)
    times = {n: F.timestamp_micros(quoted(n)) for n, k in kinds.items() if k == "timestamp"}
    return (out.withColumns(times) if times else out), kinds


def rows_of_labels(spark, labels, names, place):
    """A row for each of `labels` (a pandas Index): its levels in the columns `names`, its number in
    the column `place`."""
    return labels_frame(spark, labels, names, place)[0].select(*[quoted(n) for n in names], place)


def on_labels(spark, df, levels, labels, place, fill=None):
    """A row for each of `labels` (a pandas Index), in their order: the row of `df` with these labels
    in its columns `levels`, or one of missing values (of `fill`), numbered by the column `place`.

    The levels get the types of the labels. Raises ValueError where two rows have the same labels,
    TypeError for labels or a fill value of another type than those of the rows.
    """
    names = [f"__label{n}" for n in range(len(levels))]
    wanted, kinds = labels_frame(spark, labels, names, place)
    there, types = df.withColumn("__there", F.lit(True)), dict(df.dtypes)
    same = F.lit(True)
    for name, level in zip(names, levels):
        if len(labels):
            check_alike(kinds[name], types[level])
        same = same & F.col(name).eqNullSafe(quoted(level))
    if df.groupBy(*[quoted(x) for x in levels]).count().where("count > 1").limit(1).count():
        raise ValueError("cannot reindex on an axis with duplicate labels")
    cells = [
        F.col(names[levels.index(c)]).alias(c) if c in levels else filled_cell(c, types[c], fill)
        for c in df.columns
    ]
    return wanted.join(there, same, "left").select(*cells, place)


def check_alike(kind, other):
    """Raises TypeError for labels of types that pandas does not find among each other."""
    if kind != other and not any(kind in g and other in g for g in (NUMBER_KINDS, TIME_KINDS)):
        raise TypeError(f"labels of type {kind} among ones of type {other}")


def aligned(df, level, other, key, cell, name):
    """`df` with the column `name`: for each row the value in `cell` of the row of `other` whose label,
    in its column `key`, is that in `level`; labels are there once. Raises TypeError for labels of
    another type."""
    check_alike(dict(other.dtypes)[key], dict(df.dtypes)[level])
    found = other.select(quoted(key).alias("__found"), quoted(cell).alias(name))
    return df.join(found, quoted(level).eqNullSafe(F.col("__found")), "left").drop("__found")


def filled_cell(name, kind, fill):
    """The column, with `fill` in the rows that are not there."""
    if fill is None:
        return quoted(name)
    if kind != "double" and not (kind in NUMBER_KINDS and type(fill) is int):
        raise TypeError(f"the column {name!r} of type {kind} cannot hold the fill value {fill!r}")
    value = F.lit(float(fill) if kind == "double" else fill)
    return F.when(F.col("__there"), quoted(name)).otherwise(value).alias(name)
