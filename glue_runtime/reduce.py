"""Numbers computed from columns, as pandas has them on the driver."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.driver import pandas_scalar, scalar


def gappy(value, missing):
    """A whole number is a fraction where any value of its column was missing."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and missing else value


def or_na(value):
    """The missing value of pandas' nullable columns."""
    return pd.NA if pd.isna(value) else value


def label_of(label, present, rows):
    """The label that an idxmax found; no rows is an error, only missing values give nan."""
    if not rows:
        raise ValueError("attempt to get argmax of an empty sequence")
    return label if present else float("nan")


def value_at(df, position, error=IndexError("single positional indexer is out-of-bounds")):
    """The value of the only column of ``df`` in the row at ``position`` of the frame's order."""
    rows = df.limit(position + 1).tail(1) if position else df.take(1)
    if not rows or (position and df.limit(position + 1).count() <= position):
        raise error
    return pandas_scalar(rows[0][0], df.schema[0].dataType)


def most_frequent(df, *names):
    """The rows of ``df`` (values and their ``__count``) that are the most frequent."""
    top = df.agg(F.max("__count")).first()[0]
    return df.filter(F.col("__count") == F.lit(top)).drop("__count")


def by_column(df, aggregate, labels, dtype=None):
    """One number per column, as a Series on the driver: ``aggregate(label)`` gives its aggregate."""
    values = scalar(df, *[aggregate(label) for label in labels])
    return pd.Series([values] if len(labels) == 1 else list(values), index=labels, dtype=dtype)


def missing_counts(df, present=False):
    """How many values of each column are missing (``present``: are there)."""
    labels = list(column_labels(df))
    cells = {name: F.col("`" + name.replace("`", "``") + "`") for name in labels}
    tests = {name: c.isNotNull() if present else c.isNull() for name, c in cells.items()}
    return by_column(df, lambda name: F.count_if(tests[name]), labels, "int64")


def column_labels(df):
    """The columns of a frame as pandas has them; helper columns start with "__"."""
    return pd.Index([name for name in df.columns if not name.startswith("__")])
