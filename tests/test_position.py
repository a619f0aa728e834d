"""with_position: consecutive numbers over many partitions, in any order, never in one partition."""

import pytest
from pyspark.sql import functions as F

from glue_runtime.position import with_position


def numbers(frame, *columns):
    return [tuple(row) for row in frame.orderBy("__pos").select("__pos", *columns).collect()]


@pytest.mark.parametrize("parts", [1, 2, 9])
def test_current_order(spark, parts):
    df = spark.range(100, numPartitions=parts)
    assert numbers(with_position(df), "id") == [(i, i) for i in range(100)]


@pytest.mark.parametrize("parts", [1, 5])
def test_sorted(spark, parts):
    df = spark.range(200, numPartitions=parts).select(((F.col("id") * 37) % 200).alias("n"))
    placed = with_position(df, F.col("n").desc(), name="__pos")
    assert placed.columns == ["n", "__pos"]
    assert numbers(placed, "n") == [(i, 199 - i) for i in range(200)]


def test_missing_values_and_ties(spark):
    df = spark.createDataFrame([(None, 3), (2, 2), (2, 1), (None, 0), (1, 4)], "k long, r long")
    placed = with_position(df, F.col("k").asc_nulls_last(), "r")
    assert numbers(placed, "k", "r") == [
        (0, 1, 4),
        (1, 2, 1),
        (2, 2, 2),
        (3, None, 0),
        (4, None, 3),
    ]


def test_names_no_rows_and_empty_partitions(spark):
    df = spark.range(50, numPartitions=10).where("id > 30 and id % 7 = 0")
    assert with_position(df, name="n.1").schema.names == ["id", "n.1"]
    rows = [tuple(row) for row in with_position(df, name="n.1").collect()]
    assert rows == [(35, 0), (42, 1), (49, 2)]
    empty = with_position(df.where("id < 0"), "id")
    assert empty.dtypes == [("id", "bigint"), ("__pos", "bigint")]
    assert empty.collect() == []


def test_stays_the_same_when_used_twice(spark):
    df = spark.range(300, numPartitions=4).select(F.rand(7).alias("x"))
    placed = with_position(df, "x")
    first = {row["__pos"]: row["x"] for row in placed.collect()}
    assert {row["__pos"]: row["x"] for row in placed.where("x >= 0").collect()} == first
    assert sorted(first) == list(range(300))
    assert [first[i] for i in range(300)] == sorted(first.values())


def test_no_single_partition(spark, monkeypatch):
    before = spark.conf.get("spark.sql.shuffle.partitions")
    spark.conf.set("spark.sql.shuffle.partitions", "4")
    spark.conf.set("spark.sql.adaptive.coalescePartitions.enabled", "false")
    try:
        placed = with_position(spark.range(1000, numPartitions=4), F.col("id").desc())
        assert placed.rdd.getNumPartitions() == 4
        plan = placed._jdf.queryExecution().toString()
        assert "SinglePartition" not in plan and "Window" not in plan
    finally:
        spark.conf.set("spark.sql.shuffle.partitions", before)
        spark.conf.unset("spark.sql.adaptive.coalescePartitions.enabled")
