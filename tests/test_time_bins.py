"""The bins that ``resample`` makes, against pandas: many frequencies and times in one Spark job."""

from __future__ import annotations

import itertools
import random

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime import time_bins
from rules.frequencies import Freq, freq_of
from transpiler.errors import NoRule

NAMES = ["D", "h", "7h", "5D", "36h", "15min", "W", "W-WED", "2W", "3W-MON", "ME", "MS", "2ME", "3MS", "QE", "QS",
         "QS-FEB", "QE-NOV", "2QE", "YE", "YS", "YE-JUN", "YS-APR", "2YS", "B", "6ME"]  # fmt: skip
STARTS = ["2023-01-01", "2023-01-31", "2024-02-28 10:00", "1969-12-30", "2023-06-15 12:30"]
SIDES = (None, "left", "right")
DAY = 86_400_000_000


def cases(count: int) -> list[tuple[str, dict, Freq, list[pd.Timestamp]]]:
    """(rule, options, the same as facts, times in order) of bins that are translated."""
    r = random.Random(7)
    found = []
    while len(found) < count:
        options = {"closed": r.choice(SIDES), "label": r.choice(SIDES),
                   "origin": r.choice(["start_day", "start_day", "start", "epoch"]), "offset": r.choice([None, None, "6h"])}  # fmt: skip
        name, hours = r.choice(NAMES), r.choice([1, 12, 24 * 7, 24 * 30])
        try:
            freq = freq_of(name, **options)
        except NoRule:
            continue
        steps = {r.randint(0, 120) for _ in range(r.randint(1, 7))}
        times = [pd.Timestamp(r.choice(STARTS)) + pd.Timedelta(hours=hours * n / 2) for n in steps]
        times = sorted({t.normalize() for t in times} if r.random() < 0.5 else set(times))
        found.append((name, {k: v for k, v in options.items() if v is not None}, freq, times))
    return found


def label(freq: Freq, time, first: int):
    """The label of the bin of a time, as a job makes it."""
    several = first if freq.count > 1 else None
    if freq.kind == "tick":
        size, start = freq.size * freq.count, freq.offset
        if not isinstance(freq.start, str):
            start += freq.start
        elif freq.start == "first" or DAY % size:
            start += first // DAY * DAY if freq.start == "day" else first
        return time_bins.tick_bin(time, size, start, freq.closed, freq.label)
    if freq.kind == "week":
        return time_bins.week_bin(time, freq.anchor, freq.count, several, freq.closed, freq.label)
    if freq.kind == "month":
        return time_bins.month_bin(
            time, freq.size, freq.anchor, freq.count, several, freq.end, freq.closed, freq.label
        )
    return time_bins.business_bin(time)


def test_bins_are_those_of_pandas(spark):
    picked = cases(150)
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    columns = [
        F.array(
            *[
                F.unix_micros(label(freq, F.timestamp_micros(F.lit(t.value // 1000)), times[0].value // 1000))
                for t in times
            ]
        ).alias(f"c{n}")
        for n, (_, _, freq, times) in enumerate(picked)
    ]  # fmt: skip
    row = spark.range(1).select(*columns).first()
    for n, (name, options, freq, times) in enumerate(picked):
        counts = pd.Series(1, index=pd.DatetimeIndex(times)).resample(name, **options).sum()
        expected = [t for t, many in counts.items() for _ in range(many)]
        assert [pd.Timestamp(m, unit="us") for m in row[n]] == expected, (name, options, times)
        if freq.kind != "business":
            assert counts.index[[0, -1]].tolist() == [expected[0], expected[-1]], (name, options)
    assert len({(name, *sorted(options)) for name, options, _, _ in picked}) > 50
    assert list(itertools.islice(row, 1))
