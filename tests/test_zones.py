"""Times of zones against pandas: at every change of the clocks, before 1901, after 2037."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from glue_runtime import zones
from glue_runtime.local import run_job
from rules import carried, registry
from tests.harness import verify
from transpiler import Options, transpile
from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Frame, Grouped, GroupKey, Index
from transpiler.symbolic import E

ZONES = ("UTC", "Europe/Berlin", "America/Sao_Paulo", "Africa/Casablanca", "Australia/Lord_Howe", "EST", "UTC+02:00")  # fmt: skip
HOUR = 3_600_000_000


def instants(zone: str) -> np.ndarray:
    """Times around the changes of a zone's clocks, and others over five centuries."""
    starts, _ = zones.clock_changes(zone)
    near = [np.array(starts[1:], dtype="int64") + by for by in (-1, 0, HOUR // 2, -HOUR // 2)]
    some = np.random.default_rng(0).integers(-8 * 10**15, 8 * 10**15, 100)
    return np.unique(np.concatenate([*near, some]))


def micros(times: pd.Series) -> pd.Series:
    """Times as microseconds, with gaps."""
    if times.dt.tz is not None:
        times = times.dt.tz_convert("UTC").dt.tz_localize(None)
    return times.astype("datetime64[us]").astype("int64").astype("Int64").mask(times.isna())


@pytest.mark.parametrize("zone", ZONES)
def test_the_clocks_of_a_zone_are_those_of_pandas(zone, spark):
    values = instants(zone)
    time = F.timestamp_micros("us")
    shown = {
        "clock": F.unix_micros(zones.local_time(time, zone)),
        "read": F.unix_micros(zones.instant(time, zone, "NaT", "NaT")),
        "forward": F.when(
            zones.well_inside(F.col("us"), zone),
            F.unix_micros(zones.instant(time, zone, "NaT", "shift_forward")),
        ),
        "text": zones.zoned_text(time, zone),
    }
    df = spark.createDataFrame([(int(v),) for v in values], "us bigint")
    found = df.select("us", *[e.alias(n) for n, e in shown.items()]).orderBy("us").toPandas()
    times = pd.Series(pd.to_datetime(values, unit="us"))
    there = times.dt.tz_localize("UTC").dt.tz_convert(zone)
    expected = {
        "clock": micros(there.dt.tz_localize(None)),
        "read": micros(times.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")),
        "forward": micros(times.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")),
    }
    inside = df.select("us", zones.well_inside(F.col("us"), zone).alias("x")).orderBy("us")
    expected["forward"] = expected["forward"].where(inside.toPandas()["x"])
    for name, want in expected.items():
        pd.testing.assert_series_equal(found[name].astype("Int64"), want, check_names=False, obj=name)  # fmt: skip
    assert found["text"].tolist() == there.astype(str).tolist()


PROGRAM = """import pandas as pd

df = pd.read_csv("nasty.csv", parse_dates=["t"])
df["z"] = pd.to_datetime(df["t"], utc=True)
df["local"] = df["z"].dt.tz_convert("Europe/Berlin")
df["hour"] = df["local"].dt.hour
df["month"] = df["t"].dt.to_period("M")
late = df[df["z"] > pd.Timestamp("1960-01-01", tz="UTC")]
late[["i", "z", "local", "hour", "month"]].to_csv("out.csv", index=False)
late.groupby("month")["i"].sum().reset_index().to_csv("months.csv", index=False)
"""


def test_a_csv_shows_offsets_and_periods(spark, tmp_path):
    result = verify(PROGRAM, tmp_path, True)
    assert result.word == "same", str(result)
    assert not result.job.report.counts.get("driver")


@pytest.mark.parametrize(
    "step, words",
    [
        ("df['t'].dt.tz_localize('Europe/Berlin')", "NonExistentTimeError"),  # 2022-03-27 02:30
        ("df['t'].dt.tz_localize('Asia/Nowhere')", ""),
    ],
)
def test_times_that_a_zone_never_had_fail_the_job_as_in_pandas(step, words, spark, tmp_path):
    program = f"import pandas as pd\ndf = pd.read_csv('nasty.csv', parse_dates=['t'])\ndf['z'] = {step}\ndf.to_csv('out.csv')\n"
    result = verify(program, tmp_path, True)
    assert result.word == "both raise", str(result)
    assert words in str(result)


def test_only_listed_steps_meet_what_spark_stands_in_for():
    zoned = Col(E("x"), "datetime64[ns, UTC]", Frame("df"))
    for name in ("Series.fillna", "Series.where", "Series.apply", "numpy.where", "pandas.concat"):
        with pytest.raises(NoRule, match="datetime64"):
            carried.check(name, None, zoned)
    for name in ("Series.dt.hour", "Series.isna", "Series.__eq__"):
        carried.check(name, zoned)


def test_groups_of_a_series_may_have_periods_beside_it():
    month, number = Column("m", "m", "period[M]"), Column("f", "f", "float64")
    beside = Frame("df", (month, number))
    for frame, met in ((beside, False), (beside.but(index=Index("columns", None, (month,))), True)):
        series = Col(E("f"), "float64", frame, column=number)
        grouped = Grouped(frame, (GroupKey("f", series),), series=series)
        try:
            carried.check("SeriesGroupBy.idxmin", grouped)
            assert not met
        except NoRule:
            assert met
        carried.check("DataFrame.fillna", frame.but(columns=(number,)))
    with pytest.raises(NoRule, match="period"):
        carried.check("DataFrame.fillna", beside)


def test_the_listed_steps_are_rules():
    registry.load()
    absent = [n for n in carried._KNOWN | carried._OF_COLUMNS if not registry.find(n)]
    assert not absent


def test_a_zone_that_is_not_known_stays_in_pandas():
    text = "import os\nimport pandas as pd\ndf = pd.read_csv('x.csv', parse_dates=['t'])\nz = df['t'].dt.tz_localize(os.environ['ZONE'])\nz.to_csv('y.csv')\n"
    job = transpile(text)
    assert "instant(" not in job.script


def zoned_inputs(folder) -> None:
    """Times of zones in a Parquet file, and texts of them in a CSV."""
    text = ["2024-03-31T00:30:00Z", "2024-03-31T01:30:00+00:00", None, "2023-12-31T23:59:59Z"]
    times = pd.to_datetime(pd.Series(text), utc=True)
    there = times.dt.tz_convert("Europe/Berlin")
    table = pd.DataFrame({"t": times, "z": there, "n": times.dt.tz_localize(None), "i": range(4)})
    table.to_parquet(folder / "zoned.parquet")
    pd.DataFrame({"t": text, "i": range(4)}).to_csv(folder / "zoned.csv", index=False)


PARQUET = """
df = pd.read_parquet("zoned.parquet")
df["hour"] = df["z"].dt.hour
df.to_csv("out.csv", index=False)
"""
CSV = """
df = pd.read_csv("zoned.csv", parse_dates=["t"])
df["hour"] = df["t"].dt.tz_convert("Asia/Kolkata").dt.hour
df.to_csv("out.csv", index=False)
"""


@pytest.mark.parametrize("program", (PARQUET, CSV))
def test_times_of_a_zone_in_an_input(program, tmp_path):
    inputs = tmp_path / "inputs"
    inputs.mkdir()
    zoned_inputs(inputs)
    source = "import pandas as pd\n" + program
    found = verify(source, tmp_path / "known", True, inputs=inputs)
    assert found, str(found)
    assert not found.job.report.counts.get("driver")
    found = verify(source, tmp_path / "unknown", False, inputs=inputs)
    assert found.word == "job raises" and "at hand" in str(found)


@pytest.mark.parametrize("program", (PARQUET, CSV))
def test_times_that_have_lost_their_zone(program, tmp_path):
    zoned_inputs(tmp_path)
    job = transpile("import pandas as pd\n" + program, Options(input_root=tmp_path))
    table = pd.read_parquet(tmp_path / "zoned.parquet")
    table["t"], table["z"] = table["n"], table["n"]
    table.to_parquet(tmp_path / "zoned.parquet")
    table.assign(t="2024-01-01T00:00:00+01:00")[["t", "i"]].to_csv(tmp_path / "zoned.csv", index=False)  # fmt: skip
    with pytest.raises(Exception, match="zone|not timestamp"):
        run_job(job.script, {"JOB_NAME": "test"}, workdir=tmp_path)
