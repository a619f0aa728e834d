"""Bins of numbers whose edges depend on the data: ``pd.cut`` by a number of bins, ``pd.qcut``."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.driver import scalar


def equal_bins(df, column, bins, right=True, **options):
    """The edges, and the dtype, of ``pd.cut(column, bins)``: pandas makes both of the extremes."""
    low, high, rows = scalar(df, F.min(column), F.max(column), F.count(F.lit(1)))
    ends = pd.Series([low, high] if rows else [], dtype=None if rows else "float64")
    cut, edges = pd.cut(ends, bins, right=right, retbins=True, **options)
    return [float(e) for e in edges], cut.dtype


def quantile_bins(df, column, q, **options):
    """The edges, and the dtype, of ``pd.qcut(column, q)``."""
    quantiles = np.linspace(0, 1, q + 1) if isinstance(q, int) else np.asarray(q, dtype="float64")
    edges = pd.Index(exact_quantiles(df, column, quantiles))
    ends = pd.Series([edges[0], edges[-1]])
    cut, edges = pd.cut(ends, edges, include_lowest=True, retbins=True, **options)
    return [float(e) for e in edges], cut.dtype


def exact_quantiles(df, column, quantiles):
    """Quantiles to the last bit as numpy has them, so that the values on an edge are on its side."""
    n = scalar(df, F.count(column))
    if not n:
        return [float("nan") for _ in quantiles]
    places = [(n - 1) * (float(q) * 100.0 / 100) for q in quantiles]
    ranks = sorted({r for p in places for r in (math.floor(p), min(math.floor(p) + 1, n - 1))})
    # Each value counted twice: half way between the two copies there is nothing to interpolate.
    halves = [(2 * r + 0.5) / (2 * n - 1) for r in ranks]
    found = scalar(df, F.percentile(column, halves, F.lit(2)))
    values = dict(zip(ranks, map(float, found)))
    return [
        float(np.quantile([values[math.floor(p)], values[min(math.floor(p) + 1, n - 1)]], p % 1))
        for p in places
    ]


def stated_bins(edges, **options):
    """The edges, and the dtype, of ``pd.cut`` with edges that the program computed."""
    cut, edges = pd.cut(pd.Series([edges[0]]), edges, retbins=True, **options)
    return [float(e) for e in edges], cut.dtype


def binned(column, edges, labels, right=True, lowest=False):
    """The bin of each number: its label as text; missing outside of all. ``labels``: a list of them,
    pandas' dtype, or None for the number of the bin."""
    if labels is None:
        names = range(len(edges) - 1)
    else:
        names = [str(x) for x in getattr(labels, "categories", labels)]
    outside = column <= edges[0] if right and not lowest else column < edges[0]
    found = F.when(column.isNull() | outside, F.lit(None))
    for edge, name in zip(edges[1:], names):
        found = found.when(column <= edge if right else column < edge, F.lit(name))
    return found if labels is not None else found.cast("bigint")


def category_counts(df, column, label, dtype=None, normalize=False, sort=True, ascending=False, dropna=True):  # fmt: skip
    """``value_counts()`` of a column of categories, those without rows too. ``dtype`` None: the
    categories are the texts that there are."""
    found = {row[0]: row[1] for row in df.groupBy(column.alias("value")).count().collect()}
    missing = found.pop(None, 0)
    dtype = dtype if dtype is not None else pd.CategoricalDtype(sorted(found))
    counts = [found.get(str(name), 0) for name in dtype.categories]
    codes = list(range(len(counts)))
    if missing and not dropna:
        counts, codes = [*counts, missing], [*codes, -1]
    index = pd.CategoricalIndex(pd.Categorical.from_codes(codes, dtype=dtype), name=label)
    out = pd.Series(counts, index=index, dtype="int64", name="proportion" if normalize else "count")
    out = out.sort_values(ascending=ascending) if sort else out
    return out / out.sum() if normalize else out


def bin_counts(df, column, dtype, normalize=False, sort=True, ascending=False, dropna=True):
    """``value_counts(bins=…)``: how many numbers are in each bin of `dtype`, by their intervals.
    Shares are of all rows, also of those in no bin."""
    found = {row[0]: row[1] for row in df.groupBy(column.alias("value")).count().collect()}
    counts = [found.get(str(name), 0) for name in dtype.categories]
    name = "proportion" if normalize else "count"
    out = pd.Series(counts, index=dtype.categories, dtype="int64", name=name)
    if dropna and not any(counts):
        out = out.iloc[:0]
    out = out.sort_values(ascending=ascending) if sort else out
    return out / np.int64(sum(found.values())) if normalize else out
