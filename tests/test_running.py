"""Steps over rows in order, in blocks: the same as pandas whatever the blocks, and no window that
pulls all rows into one partition."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from glue_runtime import running
from glue_runtime.position import with_position
from glue_runtime.shapes_so_far import shape_so_far
from glue_runtime.smoothing import (
    block_sum,
    carried,
    carried_spreads,
    running_mean,
    spread_of,
    spread_sum,
    spreads,
)

VALUES = [
    3.0,
    None,
    -1.5,
    4.0,
    4.0,
    None,
    None,
    0.0,
    9.25,
    -7.0,
    None,
    2.0,
    2.0,
    5.5,
    None,
    1.0,
    8.0,
]
ROWS = len(VALUES)


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(running, "BLOCK_ROWS", 3)


@pytest.fixture(scope="module")
def frame(spark):
    rows = [(i, v) for i, v in enumerate(VALUES)]
    shuffled = [rows[(i * 5) % ROWS] for i in range(ROWS)]
    return spark.createDataFrame(shuffled, "pos bigint, v double").repartition(4).localCheckpoint()


@pytest.fixture(scope="module")
def series():
    return pd.Series(VALUES, dtype="float64")


def collected(df, name="out"):
    return pd.Series([r[name] for r in df.orderBy("pos").collect()], dtype="float64")


def assert_same(df, expected):
    pd.testing.assert_series_equal(collected(df), expected, check_names=False)
    assert "SinglePartition" not in df._jdf.queryExecution().executedPlan().toString()
    assert df.count() == ROWS
    assert df.columns == ["pos", "v", "out"]


@pytest.mark.parametrize("n", [1, 2, 3, 7, 20])
def test_shift_crosses_blocks(frame, series, small_blocks, n):
    assert_same(
        running.over_rows(frame, "out", lambda w: F.lag("v", n).over(w), "pos", before=n),
        series.shift(n),
    )
    assert_same(
        running.over_rows(frame, "out", lambda w: F.lead("v", n).over(w), "pos", after=n),
        series.shift(-n),
    )


@pytest.mark.parametrize("n", [1, 2, 4, 6])
def test_rolling_crosses_blocks(frame, series, small_blocks, n):
    def mean(w):
        rows = w.rowsBetween(1 - n, 0)
        return F.when(F.count("v").over(rows) >= 1, F.avg("v").over(rows))

    done = running.over_rows(frame, "out", mean, "pos", before=n - 1)
    assert_same(done, series.rolling(n, min_periods=1).mean())


@pytest.mark.parametrize("how", ["sum", "max", "min", "prod"])
def test_running_totals_cross_blocks(frame, series, small_blocks, how):
    assert_same(
        running.cumulative(frame, "out", F.col("v"), how, "pos"), getattr(series, f"cum{how}")()
    )


@pytest.mark.parametrize("how", ["sum", "max", "min", "count"])
def test_expanding_crosses_blocks(frame, series, small_blocks, how):
    expected = getattr(series.expanding(min_periods=0 if how == "sum" else 1), how)()
    assert_same(
        running.cumulative(frame, "out", F.col("v"), how, "pos", gaps=False),
        expected.astype("float64"),
    )


@pytest.mark.parametrize("ddof, least, root", [(1, 1, True), (0, 3, False)])
def test_spreads_cross_blocks(frame, series, small_blocks, ddof, least, root):
    out = running.spread_so_far(frame, "out", F.col("v"), "pos", ddof, least, root)
    window = series.expanding(least)
    assert_same(out, (window.std if root else window.var)(ddof=ddof))


@pytest.mark.parametrize("how, least", [("skew", 1), ("kurt", 6), ("sem", 3)])
def test_shapes_cross_blocks(frame, series, small_blocks, how, least):
    out = shape_so_far(frame, "out", how, F.col("v"), "pos", least)
    assert_same(out, getattr(series.expanding(least), how)())


def test_filling_crosses_blocks(frame, series, small_blocks):
    assert_same(running.filled_forward(frame, "out", F.col("v"), "pos"), series.ffill())
    assert_same(running.filled_forward(frame, "out", F.col("v"), -F.col("pos")), series.bfill())


@pytest.mark.parametrize("method", ["average", "min", "max", "first", "dense"])
@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("na", ["keep", "top", "bottom"])
def test_ranks(frame, series, method, ascending, na):
    done = running.ranked(frame, "out", F.col("v"), [F.col("pos")], method, ascending, na)
    assert_same(done, series.rank(method=method, ascending=ascending, na_option=na))


@pytest.mark.parametrize("method", ["average", "dense"])
def test_ranks_as_fractions(frame, series, method):
    assert_same(
        running.ranked(frame, "out", F.col("v"), [F.col("pos")], method, pct=True),
        series.rank(method=method, pct=True),
    )


@pytest.mark.parametrize("keep", ["first", "last", False])
def test_distinct_rows_ignore_helper_columns(frame, keep):
    values = frame.select("v", F.col("pos").alias("__pos"))
    order = [F.col("__pos").asc() if keep != "last" else F.col("__pos").desc()]
    kept = running.distinct_rows(values, order, keep=keep)
    expected = pd.Series(VALUES, dtype="float64").drop_duplicates(keep=keep).index
    assert sorted(r["__pos"] for r in kept.collect()) == list(expected)


def test_positions_feed_the_blocks(frame, series, small_blocks):
    numbered = with_position(frame, F.col("pos").desc(), name="row")
    done = running.cumulative(numbered, "out", F.col("v"), "sum", "row").drop("row")
    expected = series[::-1].cumsum()[::-1]
    pd.testing.assert_series_equal(collected(done), expected, check_names=False)
    assert np.isclose(collected(done).dropna().iloc[0], series.sum())


@settings(max_examples=200)
@given(
    values=st.lists(st.sampled_from([None, 0.0, 1.5, -2.25, 7.0, 3.1]), min_size=1, max_size=12),
    size=st.integers(1, 5),
    alpha=st.sampled_from([0.1, 0.5, 0.9, 1.0]),
    adjust=st.booleans(),
    ignore_na=st.booleans(),
    least=st.sampled_from([0, 2]),
)
def test_weighted_means_block_by_block(values, size, alpha, adjust, ignore_na, least):
    numbers = [float("nan") if v is None else v for v in values]
    blocks = [numbers[n : n + size] for n in range(0, len(numbers), size)]
    parts = [(n, *block_sum(b, alpha, adjust, ignore_na)) for n, b in enumerate(blocks)]
    starts = carried(parts, alpha, adjust)
    means = [
        m
        for n, b in enumerate(blocks)
        for m in running_mean(b, starts[n], alpha, adjust, ignore_na, least)
    ]
    window = pd.Series(numbers).ewm(
        alpha=alpha, adjust=adjust, ignore_na=ignore_na, min_periods=least
    )
    expected = window.mean()
    assert pd.Series(means, dtype="float64").round(12).equals(expected.round(12)), (means, expected)


@settings(max_examples=100)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([None, 0.0, 1.5, -2.25, 7.0]), st.integers(0, 3)), min_size=1
    ),
    size=st.integers(1, 5),
    ignore_na=st.booleans(),
    least=st.sampled_from([0, 2]),
)
def test_weighted_means_in_time_block_by_block(rows, size, ignore_na, least):
    numbers = [float("nan") if v is None else v for v, _ in rows]
    deltas = [0.0] + [days / 2 for _, days in rows[1:]]
    places = range(0, len(rows), size)
    blocks = [(numbers[n : n + size], deltas[n : n + size]) for n in places]
    parts = [(n, *block_sum(b, 0.5, True, ignore_na, d)) for n, (b, d) in enumerate(blocks)]
    starts = carried(parts, 0.5, True)
    means = [
        m
        for n, (b, d) in enumerate(blocks)
        for m in running_mean(b, starts[n], 0.5, True, ignore_na, least, d)
    ]
    days = pd.to_timedelta(np.cumsum([0, *(days for _, days in rows[1:])]), unit="D")
    window = pd.Series(numbers).ewm(
        halflife="2D",
        times=pd.Timestamp("2024-01-01") + days,
        ignore_na=ignore_na,
        min_periods=least,
    )
    assert pd.Series(means, dtype="float64").round(12).equals(window.mean().round(12))


@settings(max_examples=200)
@given(
    values=st.lists(st.sampled_from([None, 0.0, 1.5, -2.25, 7.0, 3.1]), min_size=1, max_size=12),
    size=st.integers(1, 5),
    com=st.sampled_from([0.0, 0.25, 1.0, 3.0]),  # these leave nothing to rounding
    adjust=st.booleans(),
    ignore_na=st.booleans(),
    bias=st.booleans(),
    least=st.sampled_from([0, 3]),
)
def test_weighted_spreads_block_by_block(values, size, com, adjust, ignore_na, bias, least):
    alpha, numbers = 1 / (1 + com), [float("nan") if v is None else v for v in values]
    blocks = [numbers[n : n + size] for n in range(0, len(numbers), size)]
    parts = [(n, *spread_sum(b, alpha, adjust, ignore_na)) for n, b in enumerate(blocks)]
    starts = carried_spreads(parts, alpha, adjust)
    found = [
        spread_of(state, max(least, 1), bias, False)
        for n, block in enumerate(blocks)
        for state in spreads(block, starts[n], alpha, adjust, ignore_na)
    ]
    window = pd.Series(numbers).ewm(com=com, adjust=adjust, ignore_na=ignore_na, min_periods=least)
    expected = window.var(bias=bias)
    assert np.allclose(pd.Series(found, dtype="float64"), expected, rtol=1e-9, atol=1e-12, equal_nan=True), (found, expected)  # fmt: skip
