"""write_csv against DataFrame.to_csv: the very text, and what happens to what was there."""

import csv
import io
import os
import struct

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from glue_runtime.csv_input import read_csv
from glue_runtime.csv_output import write_csv
from glue_runtime.driver import from_pandas, to_pandas
from glue_runtime.float_text import float_text
from tests.io_tools import dataset_files, dataset_text, glue  # noqa: F401
from tests.nasty import nasty

FRAME = pd.DataFrame(
    {
        "i": [1, -2, 3, 4],
        "f": [1.5, None, 1e16, 1e-5],
        "w": [1.0, 2.0, -0.0, 123456789.0],
        "s": ["a,b", 'q"x\n', None, ""],
        "e": [" pad ", "x\ry", "NA", "é\\"],
        "b": [True, False, True, False],
        "t": pd.to_datetime(["2020-01-01 10:00", "1960-02-03 00:00", None, "2262-01-01 00:00"]),
        "day": pd.to_datetime(["2020-01-01", "1960-02-03", None, "1700-01-01"]),
        "frac": pd.to_datetime(["2020-01-01 10:00:00.5", None, None, "1960-02-03 00:00:00.0"]),
        'na"me, x': ["x", "y", "z", "w"],
        "two\nlines": [1, 2, 3, 4],
    }
)


def written(glue, frame, path, **options):  # noqa: F811
    """The text that write_csv leaves at `path`."""
    df = frame if not isinstance(frame, pd.DataFrame) else from_pandas(glue.spark_session, frame)
    write_csv(glue, df, str(path), transformation_ctx="t", **options)
    return dataset_text(path)


def quoted_returns(text):
    """pandas under Python 3.11 leaves a bare carriage return unquoted, and cannot read it back."""
    return text.replace("x\ry", '"x\ry"')


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"sep": ";"},
        {"sep": "\t", "na_rep": "NULL"},
        {"header": False},
        {"header": [f"n{i}" for i in range(11)]},
        {"date_format": "%d/%m/%Y %H:%M"},
        {"date_format": "%Y-%m-%dT%H:%M:%S"},
        {"float_format": "%.2f"},
        {"decimal": ","},
        {"lineterminator": "\r\n"},
    ],
)
def test_text(glue, tmp_path, options):  # noqa: F811
    path = tmp_path / "out.csv"
    got = written(glue, FRAME, path, single_file=True, **options)
    expected = FRAME.to_csv(index=False, **options)
    assert got == (expected if "lineterminator" in options else quoted_returns(expected))


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE])
def test_quoting(glue, tmp_path, quoting):  # noqa: F811
    frame = FRAME[["i", "f", "s", "b", "day"]].assign(s=["a", None, "b", "c"])
    got = written(glue, frame, tmp_path / "out", quoting=quoting)
    assert got == frame.to_csv(index=False, quoting=quoting)


def test_nothing_to_escape_with(glue, tmp_path):  # noqa: F811
    with pytest.raises(Exception, match="need to escape"):
        written(glue, FRAME[["s"]], tmp_path / "out", quoting=csv.QUOTE_NONE)
    frame = FRAME[["i", "s"]].assign(s=["a,b", 'c"d', "e", "f"])
    got = written(glue, frame, tmp_path / "out", quoting=csv.QUOTE_NONE, escapechar="\\")
    assert got == frame.to_csv(index=False, quoting=csv.QUOTE_NONE, escapechar="\\")


def test_one_column_of_missing_values(glue, tmp_path):  # noqa: F811
    frame = pd.DataFrame({"s": ["a", None, ""]})
    assert written(glue, frame, tmp_path / "out") == frame.to_csv(index=False)


def test_nasty(glue, tmp_path):  # noqa: F811
    frame = nasty().assign(t=pd.to_datetime(nasty()["t"]), d=pd.to_datetime(nasty()["d"]))
    assert written(glue, frame, tmp_path / "out") == frame.to_csv(index=False)


def test_integers_of_a_float_column(glue, spark, tmp_path):  # noqa: F811
    df = spark.createDataFrame([(1, 1, None), (2, None, None)], "a long, b long, c long")
    dtypes = {"a": "int64?", "b": "int64?", "c": "float64"}
    assert written(glue, df, tmp_path / "a", dtypes=dtypes) == "a,b,c\n1,1.0,\n2,,\n"
    assert written(glue, df, tmp_path / "b") == "a,b,c\n1,1,\n2,,\n"
    assert written(glue, df, tmp_path / "c", dtypes={"a": "float64"}) == "a,b,c\n1.0,1,\n2.0,,\n"


def test_lists_and_dates(glue, spark, tmp_path):  # noqa: F811
    rows = [([1, 2], ["a", "it's", 'q"'], [1.0, 1e20]), ([], [None], None)]
    df = spark.createDataFrame(rows, "a array<long>, b array<string>, c array<double>")
    expected = pd.DataFrame(rows, columns=["a", "b", "c"]).to_csv(index=False)
    assert written(glue, df, tmp_path / "a") == expected
    df = spark.sql("select date'2020-02-29' as d, cast(1.5 as float) as f, cast(3 as int) as i")
    assert written(glue, df, tmp_path / "b") == "d,f,i\n2020-02-29,1.5,3\n"
    with pytest.raises(NotImplementedError, match="map<"):
        written(glue, spark.sql("select map('a', 1) as m"), tmp_path / "c")


def test_intervals(glue, tmp_path):  # noqa: F811
    frame = pd.DataFrame(
        {
            "d": pd.to_timedelta(["1 days", "-2 days", None]),
            "h": pd.to_timedelta(["1 days 02:03:04.5", "-1 days", "-00:00:01"]),
        }
    )
    assert written(glue, frame, tmp_path / "out", single_file=True) == frame.to_csv(index=False)


@pytest.mark.parametrize("single", [False, True])
def test_gzip(glue, tmp_path, single):  # noqa: F811
    path = tmp_path / "out.csv.gz"
    for frame in (FRAME[["i", "s"]], FRAME[["i", "s"]].head(0)):
        df = from_pandas(glue.spark_session, frame)
        write_csv(glue, df, str(path), transformation_ctx="t", single_file=single)
        back = to_pandas(read_csv(glue, str(path), transformation_ctx="t"))
        assert back["i"].tolist() == frame["i"].tolist()
        assert all(p.suffix == ".gz" for p in dataset_files(path))
        if single:
            assert pd.read_csv(path)["i"].tolist() == frame["i"].tolist()


def test_no_rows(glue, tmp_path):  # noqa: F811
    for single in (False, True):
        path = tmp_path / f"out{single}"
        assert written(glue, FRAME.head(0), path, single_file=single) == quoted_returns(
            FRAME.head(0).to_csv(index=False)
        )
        assert len(dataset_files(path)) == 1


def test_order_over_parts(glue, spark, tmp_path):  # noqa: F811
    df = spark.range(1000, numPartitions=7).select(F.col("id").alias("n"), F.lit("x").alias("s"))
    write_csv(glue, df, str(tmp_path / "out"), transformation_ctx="t")
    parts = dataset_files(tmp_path / "out")
    assert len(parts) == 7
    assert all(p.read_text().startswith("n,s\n") for p in parts)
    assert pd.read_csv(io.StringIO(dataset_text(tmp_path / "out")))["n"].tolist() == list(
        range(1000)
    )
    back = read_csv(glue, str(tmp_path / "out"), transformation_ctx="t", position="__p")
    assert back.orderBy("__p").toPandas()["n"].tolist() == list(range(1000))


def test_replaces(glue, spark, tmp_path):  # noqa: F811
    path = tmp_path / "out"
    written(glue, FRAME, path)
    assert written(glue, FRAME[["i"]], path) == FRAME[["i"]].to_csv(index=False)
    file = tmp_path / "file.csv"
    file.write_text("old\n1\n")
    assert written(glue, FRAME[["i"]], file) == FRAME[["i"]].to_csv(index=False)
    assert os.path.isdir(file)
    written(glue, FRAME[["i"]], file, single_file=True)
    assert os.path.isfile(file)
    assert sorted(p.name for p in tmp_path.iterdir() if p.name[0] != ".") == ["file.csv", "out"]


@pytest.mark.parametrize("single", [False, True])
@pytest.mark.parametrize("as_file", [False, True])
def test_a_failure_destroys_nothing(glue, spark, tmp_path, single, as_file):  # noqa: F811
    path = tmp_path / "out"
    before = written(glue, FRAME[["i", "s"]], path, single_file=as_file)
    bad = spark.range(100, numPartitions=4).select(
        F.when(F.col("id") == 90, F.raise_error(F.lit("boom"))).otherwise(F.lit("x")).alias("s")
    )
    with pytest.raises(Exception, match="boom"):
        write_csv(glue, bad, str(path), transformation_ctx="t", single_file=single)
    assert dataset_text(path) == before
    assert [p.name for p in tmp_path.iterdir() if p.name[0] != "."] == ["out"]


@pytest.mark.parametrize("single", [False, True])
def test_overwrites_its_own_input(glue, tmp_path, single):  # noqa: F811
    path = tmp_path / "data.csv"
    path.write_text("a,b\n1,x\n2,y\n")
    for expected in ("a,b\n2,x\n3,y\n", "a,b\n3,x\n4,y\n"):
        df = read_csv(glue, str(path), transformation_ctx="t")
        df = df.withColumn("a", F.col("a") + 1)
        assert written(glue, df, path, single_file=single) == expected


def test_appends(glue, tmp_path):  # noqa: F811
    written(glue, FRAME[["i"]], tmp_path / "out")
    written(glue, FRAME[["i"]], tmp_path / "out", mode="a", header=False)
    texts = [p.read_text() for p in dataset_files(tmp_path / "out")]
    assert sorted("".join(texts).replace("i\n", "").split()) == ["-2", "-2", *"113344"]


SPECIAL = [0.0, -0.0, 1e15, 1e16, 1e17, 0.0001, 0.00001, 0.001, 1e7, 9999999.999, 123456789.123]
SPECIAL += [float("inf"), float("-inf"), 2.0**53, 2.0**53 - 1, 1 / 3, 5e-14, 2e23, 8.41e21, 1e23]
SPECIAL += [2.0**n for n in range(-60, 80)] + [10.0**n for n in range(-30, 40)]


def texts_of(spark, numbers):
    """float_text of plain floats."""
    df = spark.createDataFrame([(x,) for x in numbers], "x double")
    return [row[0] for row in df.select(float_text(F.col("x"))).collect()]


def test_special_floats(spark):
    assert texts_of(spark, SPECIAL) == [repr(x) for x in SPECIAL]
    assert texts_of(spark, [None, float("nan")]) == [None, "nan"]


@settings(max_examples=8)
@given(st.lists(st.floats(-1e16, 1e16, allow_subnormal=False), min_size=200, max_size=200))
def test_floats_as_repr(spark, numbers):
    ordinary = [x for x in numbers if x == 0 or abs(x) > 1e-5]
    assert texts_of(spark, ordinary) == [repr(x) for x in ordinary]


@settings(max_examples=8)
@given(st.lists(st.integers(0, 2**64 - 1), min_size=500, max_size=500))
def test_all_floats_read_back(spark, bits):
    numbers = [struct.unpack("d", struct.pack("Q", b))[0] for b in bits]
    numbers = [x for x in numbers if not np.isnan(x)]
    texts = texts_of(spark, numbers)
    assert [float(t) for t in texts] == numbers
    normal = [(t, repr(x)) for t, x in zip(texts, numbers) if abs(x) > 2.3e-308]
    assert all(len(t) == len(r) and t[:15] == r[:15] for t, r in normal)


TEXTS = st.text(st.sampled_from("ab \"',;\n\\é日\t"), max_size=5) | st.none()


@settings(max_examples=8)
@given(
    st.lists(
        st.tuples(TEXTS, TEXTS, st.floats(allow_nan=False, width=32), st.integers(-5, 5)),
        min_size=1,
        max_size=30,
    )
)
def test_any_frame(tmp_path_factory, glue, rows):  # noqa: F811
    """Text and numbers as pandas writes them, and reading back gives what pandas reads."""
    frame = pd.DataFrame(rows, columns=["a", "b", "x", "n"]).astype({"a": object, "b": object})
    path = tmp_path_factory.mktemp("csv") / "out.csv"
    text = written(glue, frame, path, single_file=True)
    assert text == frame.to_csv(index=False)
    got = to_pandas(read_csv(glue, str(path), transformation_ctx="t"))
    pd.testing.assert_frame_equal(got, pd.read_csv(path), check_column_type=False)
