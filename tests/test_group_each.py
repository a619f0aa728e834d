"""Aggregates of every column by groups: what pandas has as objects, or raises for, fails the job."""

import datetime as dt

import pandas as pd
import pytest
from pyspark.sql import functions as F

from glue_runtime import columns_group as build
from glue_runtime.group_each import each_group

HOURS = dt.datetime(2024, 1, 1), None, dt.datetime(2024, 1, 2)


def rows(spark, kind, values):
    """Groups a, a, b of three values."""
    cells = [(n, k, v) for n, (k, v) in enumerate(zip("aab", values))]
    return spark.createDataFrame(cells, f"at int, k string, v {kind}")


def found(df, function, **options):
    out = each_group(df, ["k"], function, aside=["at"], **options).orderBy("k")
    assert out.columns[-1] == "k"
    return [r.asDict().get("v", "no column") for r in out.collect()]


FAIL = {
    "text without any in a group": ("string", ("x", "y", None), "group_added", {"order": "at"}),
    "text in no known order": ("string", ("x", "y", "z"), "group_added", {}),
    "text and a gap compared": ("string", ("x", None, "z"), "group_extreme", {"gaps_fail": True}),
    "a mean of text": ("string", ("1", "2", "3"), "group_mean", {}),
    "a product of text": ("string", ("1", "2", "3"), "group_prod", {}),
    "a sum of times": ("timestamp", HOURS, "group_added", {"order": "at"}),
    "a sum of booleans and gaps": ("boolean", (True, None, True), "group_added", {"order": "at"}),
    "different lists": ("array<int>", ([1], [2], [3]), "group_nunique", {}),
    "a sum of float32": ("float", (0.1, 0.2, 0.3), "group_added", {}),
    "the least of days and a gap": ("date", (dt.date(2024, 1, 1), None, None), "group_extreme", {"gaps_fail": True}),
}  # fmt: skip
SAME = {
    "text": ("string", ("x", "y", None), "group_added", {"order": "at", "none": ""}, ["xy", ""]),
    "no fraction": ("double", (1.5, 2.0, None), "group_added", {}, [3.5, 0.0]),
    "nullable booleans": ("boolean", (True, None, True), "group_added", {"nullable": True}, [1, 1]),
    "days of different groups": ("date", (dt.date(2024, 1, 1),) * 2 + (None,), "group_extreme",
                                 {"gaps_fail": True}, [dt.date(2024, 1, 1), None]),
    "any of no times": ("timestamp", (HOURS[0], HOURS[0], None), "group_any", {}, [True, True]),
    "objects are no numbers": ("boolean", (True, None, True), "group_mean", {"numeric_only": True}, ["no column"] * 2),
    "booleans are numbers": ("boolean", (True, False, True), "group_mean", {"numeric_only": True}, [0.5, 1.0]),
    "first lists": ("array<int>", ([1], [2], [3]), "group_nearest", {"order": "at"}, [[1], [3]]),
}  # fmt: skip


def told(options):
    return {k: F.col(v) if k == "order" else v for k, v in options.items()}


@pytest.mark.parametrize("case", FAIL)
def test_what_fails(spark, case):
    kind, values, name, options = FAIL[case]
    with pytest.raises(Exception):
        found(rows(spark, kind, values), getattr(build, name), **told(options))


@pytest.mark.parametrize("case", SAME)
def test_what_is_the_same(spark, case):
    kind, values, name, options, expected = SAME[case]
    assert found(rows(spark, kind, values), getattr(build, name), **told(options)) == expected


def test_pandas_takes_missing_times_for_true():
    times = pd.DataFrame({"k": ["a"], "t": pd.to_datetime([None])})
    with pytest.warns(FutureWarning):
        assert times.groupby("k").any()["t"].tolist() == [True]
