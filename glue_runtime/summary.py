"""Summaries of whole frames: ``describe``, several quantiles, correlations."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from pandas.io.formats.format import format_percentiles
from pyspark.sql import functions as F

from glue_runtime.columns_group import quantile_beside_infinities
from glue_runtime.columns_quantiles import quantile_at
from glue_runtime.columns_reduce import fraction_at
from glue_runtime.driver import NULLABLE_DTYPES
from glue_runtime.quoting import quoted
from glue_runtime.reduce import TIMES, fields_of, numbers_among, scalar_list
from glue_runtime.running import ranked

def described(df, percentiles=None, include=None, exclude=None, row=None, nullable=False, dtypes=None, aside=()):  # fmt: skip
    """``df.describe(…)``. ``row``: a column that tells which of two equally frequent values came
    first. One pass over the data for all numbers and times, and one for each other column."""
    fields = fields_of(df, nullable, dtypes, aside)
    chosen = chosen_fields(df, fields, include, exclude)
    at = percentiles_of(percentiles)
    measured = [f for f in chosen if is_measured(f)]
    aggregates = [a for name, kind, _ in measured for a in measures(quoted(name), kind, at)]
    values = scalar_list(df, aggregates) if aggregates else []
    size = len(values) // len(measured) if measured else 0
    columns = {}
    for number, (name, _, dtype) in enumerate(measured):
        columns[name] = measured_column(values[number * size : (number + 1) * size], dtype, at)
    for name, _, dtype in chosen:
        if name not in columns:
            columns[name] = counted_column(df, name, row)
    rows = []
    for label in sorted((columns[f[0]].index for f in chosen), key=len):
        rows += [x for x in label if x not in rows]
    return pd.concat([columns[f[0]].reindex(rows) for f in chosen], axis=1, keys=[f[0] for f in chosen])  # fmt: skip


def chosen_fields(df, fields, include, exclude):
    """The columns that pandas describes: it chooses among empty columns of the same dtypes."""
    if isinstance(include, str) and include == "all":
        return fields
    plain = {"int64?": "int64", "bool?": "bool", "date": "object", "list": "object"}
    kinds = {name: plain.get(dtype, dtype) for name, _, dtype in fields}
    doubtful = [name for name, _, dtype in fields if dtype in ("bool?", "int64?")]
    if doubtful and (include is not None or exclude is not None):
        gaps = scalar_list(df, [F.count_if(quoted(name).isNull()) for name in doubtful])
        for name, gap in zip(doubtful, gaps):
            if gap:
                kinds[name] = "object" if kinds[name] == "bool" else "float64"
    empty = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in kinds.items()})
    if include is None and exclude is None:
        names = list(empty.select_dtypes(include=[np.number, "datetime"]).columns) or list(kinds)
    else:
        names = list(empty.select_dtypes(include=include, exclude=exclude).columns)
    return [f for f in fields if f[0] in names]


def percentiles_of(percentiles):
    """The percentiles that describe shows: sorted, always with the median."""
    if percentiles is None:
        return [0.25, 0.5, 0.75]
    found = sorted({*map(float, percentiles), 0.5})
    if len(found) < len(set([*map(float, percentiles), 0.5])) or len(percentiles) > len(set(percentiles)):  # fmt: skip
        raise ValueError("percentiles cannot contain duplicates")
    return found


def is_measured(field):
    """Whether describe treats a column as numbers or times, not as values to be counted."""
    if field[1].startswith("interval"):
        raise TypeError(f"describe of the column of durations {field[0]!r}")
    return (field in numbers_among([field]) or field[2] == "datetime64[ns]") and field[1] != "boolean"  # fmt: skip


def measures(column, kind, at):
    """Count, mean, deviation, least, quantiles, greatest. Times as microseconds."""
    cell = F.unix_micros(column) if kind == "timestamp" else column.cast("double")
    shares = [F.percentile(cell, q) for q in at]
    if kind in ("double", "float"):
        shares = [quantile_beside_infinities(x, cell, q) for x, q in zip(shares, at)]
    return [F.count(cell), F.avg(cell), F.stddev_samp(cell), F.min(cell), *shares, F.max(cell)]


def measured_column(values, dtype, at):
    """What describe says of a column of numbers or times."""
    labels = list(format_percentiles(at))
    count, mean, deviation, least, *rest = values
    if dtype == "datetime64[ns]":
        # pandas computes the mean and quantiles from fractions of nanoseconds.
        middle = [v if pd.isna(v) else int(v * 1000.0) for v in (mean, *rest[:-1])]
        ends = [v if pd.isna(v) else int(v) * 1000 for v in (least, rest[-1])]
        stamps = [pd.Timestamp(v) for v in (middle[0], ends[0], *middle[1:], ends[1])]
        return pd.Series([count, *stamps], index=["count", "mean", "min", *labels, "max"])
    plain = "Float64" if dtype in NULLABLE_DTYPES.values() else "float64"
    index = ["count", "mean", "std", "min", *labels, "max"]
    return pd.Series([count, mean, deviation, least, *rest], index=index, dtype=plain)


def counted_column(df, name, row):
    """What describe says of a column of other values: how many, how many different, the top one."""
    cell = quoted(name)
    groups = df.where(cell.isNotNull()).groupBy(cell.alias("value"))
    first = [F.min(row).alias("first")] if row is not None else []
    groups = groups.agg(F.count(F.lit(1)).alias("n"), *first)
    total, unique = groups.agg(F.sum("n"), F.count(F.lit(1))).first()
    index = ["count", "unique", "top", "freq"]
    if not unique:
        return pd.Series([0, 0, np.nan, np.nan], index=index, dtype="object")
    order = [F.desc("n"), *([F.asc("first")] if first else [])]
    top = groups.orderBy(*order).first()
    return pd.Series([total, unique, top["value"], top["n"]], index=index)


def quantiles(df, q, numeric_only=False, nullable=False, dtypes=None, aside=(), how=None):
    """``df.quantile(q)`` for a list of fractions: a row for each, in one pass over the data. ``how``:
    values of the columns, or the middle of two, in place of the line between two."""
    fields = fields_of(df, nullable, dtypes, aside)
    fields = numbers_among(fields) if numeric_only else fields
    at = fraction_at if how is None else partial(quantile_at, how=how)
    cells = [at(quoted(name), kind, f) for name, kind, _ in fields for f in q]
    values = scalar_list(df, cells) if cells else []
    columns = {}
    for number, (name, _, dtype) in enumerate(fields):
        part = values[number * len(q) : (number + 1) * len(q)]
        plain = None if dtype in TIMES else "Float64" if dtype in NULLABLE_DTYPES.values() else "float64"  # fmt: skip
        if how not in (None, "midpoint") and all(isinstance(x, int) for x in part):
            plain = "Int64" if plain == "Float64" else "int64"
        columns[name] = pd.Series(part, index=pd.Index(q, dtype="float64"), dtype=plain)
    return pd.DataFrame(columns, index=pd.Index(q, dtype="float64"))


def correlations(df, numeric_only=False, min_periods=1):
    """``df.corr()``: Pearson's correlation of every two columns of numbers, in one pass."""
    return pairwise(df, F.corr, numeric_only, min_periods).clip(-1, 1)


def covariances(df, numeric_only=False, min_periods=1, ddof=1):
    """``df.cov()``: the covariance of every two columns of numbers, in one pass. An infinite number
    fails the job: pandas takes it for missing only where another value is missing. It looks at
    ``ddof`` only where no value is."""
    problem = F.raise_error(F.lit("a covariance of infinite numbers")).cast("double")
    if ddof != 1:
        gaps = [F.count_if(quoted(name).isNull()) for name in compared_names(df, numeric_only)]
        rows, *missing = scalar_list(df, [F.count(F.lit(1)), *gaps])
        if not any(missing):
            with np.errstate(divide="ignore", invalid="ignore"):
                weight = np.float64(rows) / max(rows - ddof, 0)
                return pairwise(df, F.covar_pop, numeric_only, min_periods, problem) * weight
    return pairwise(df, F.covar_samp, numeric_only, min_periods, problem)


def rank_correlations(df, numeric_only=False, min_periods=1):
    """``df.corr("spearman")``: the correlation of the ranks of every two columns, among the rows that
    have both; each pair is sorted by each of its columns."""
    names = compared_names(df, numeric_only)
    values = []
    for i, j in pairs_of(names):
        a, b = (quoted(names[n]).cast("double") for n in (i, j))
        finite = [F.abs(x) < F.lit(float("inf")) for x in (a, b)]
        rows = df.where(finite[0] & finite[1]).select(a.alias("__a"), b.alias("__b"))
        rows = ranked(ranked(rows, "__x", F.col("__a"), []), "__y", F.col("__b"), [])
        values += scalar_list(rows, [enough(F.col("__x"), F.col("__y"), F.corr, min_periods)])
    return symmetric(names, values).clip(-1, 1)


def pairwise(df, build, numeric_only, min_periods, infinite=None):
    """``build(a, b)`` for every two columns of numbers, over the rows that have both; ``infinite``
    stands for an infinite number (None: it is missing)."""
    names = compared_names(df, numeric_only)
    cells = [quoted(name).cast("double") for name in names]
    stands = F.lit(None) if infinite is None else infinite
    cells = [F.when(F.abs(x) == float("inf"), stands).otherwise(x) for x in cells]
    aggregates = [enough(cells[i], cells[j], build, min_periods) for i, j in pairs_of(names)]
    return symmetric(names, scalar_list(df, aggregates) if aggregates else [])


def compared_names(df, numeric_only):
    """The columns of numbers. Raises ValueError for others, unless ``numeric_only``."""
    fields = fields_of(df)
    found = numbers_among(fields)
    if not numeric_only and len(found) < len(fields):
        other = next(f for f in fields if f not in found)
        raise ValueError(f"could not convert column {other[0]!r} of type {other[1]} to float")
    return [name for name, _, _ in found]


def pairs_of(names):
    """The places of every two of them, and of each with itself."""
    return [(i, j) for i in range(len(names)) for j in range(i + 1)]


def symmetric(names, values):
    """The matrix of the values of ``pairs_of(names)``."""
    matrix = np.full((len(names), len(names)), np.nan)
    for (i, j), value in zip(pairs_of(names), values):
        matrix[i, j] = matrix[j, i] = value
    return pd.DataFrame(matrix, index=names, columns=names)


def enough(a, b, build, min_periods=1):
    """An aggregate of two columns, where so many rows have both."""
    both = F.count_if(a.isNotNull() & b.isNotNull())
    return F.when(both >= max(min_periods, 1), build(a, b))


def correlations_with(df, other, numeric_only=False):
    """``df.corrwith(other)``: Pearson's correlation of each column with another."""
    fields = fields_of(df)
    found = numbers_among(fields)
    if not numeric_only and len(found) < len(fields):
        raise TypeError("the correlation of a column that is not of numbers")
    other = other.cast("double")
    aggregates = [F.corr(quoted(name).cast("double"), other) for name, _, _ in found]
    values = scalar_list(df, aggregates) if aggregates else []
    return pd.Series(values, index=[f[0] for f in found], dtype="float64").clip(-1, 1)
