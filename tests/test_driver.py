"""to_pandas, from_pandas, read_local, write_bytes, write_text, scalar."""

import datetime
import io
import os

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from glue_runtime import driver
from glue_runtime.driver import from_pandas, scalar, to_pandas
from glue_runtime.files import read_local, write_bytes, write_text
from tests.harness import verify
from tests.io_tools import dataset_files, glue  # noqa: F401

FRAME = pd.DataFrame(
    {
        "i": [1, 2**62, -3],
        "f": [1.5, np.nan, -0.0],
        "s": ["a", np.nan, ""],
        "b": [True, False, True],
        "t": pd.to_datetime(["2024-01-31 10:15:30.123456", "1960-02-03 00:00:00.0", None]),
        "I": pd.array([2**62 + 1, None, 3], dtype="Int64"),
        "F": pd.array([0.1, None, 3.5], dtype="Float64"),
        "B": pd.array([True, None, False], dtype="boolean"),
        "S": pd.array(["x", None, "é"], dtype="string"),
        "c": pd.Categorical(["u", None, "v"]),
        "d": [datetime.date(2024, 2, 29), datetime.date(1900, 1, 1), datetime.date(1970, 1, 1)],
        "l": [[1, 2], [], [3]],
        "x.y": [1, 2, 3],
        "td": pd.to_timedelta(["1 days 02:03:04.5", "-1 days", None]),
    }
)
DTYPES = {"I": "Int64", "F": "Float64", "B": "boolean", "S": "string", "c": "category"}


@pytest.mark.parametrize("rows", [1, 10_000], ids=["tuples", "arrow"])
def test_there_and_back(glue, spark, monkeypatch, rows):  # noqa: F811
    monkeypatch.setattr(driver, "ARROW_ROWS", rows)
    frame = FRAME if rows == 10_000 else FRAME.drop(columns=["l", "td"])
    df = from_pandas(spark, frame, position="__pos")
    back = to_pandas(df.drop("__pos"), dtypes=DTYPES)
    pd.testing.assert_frame_equal(back, frame)
    assert [row["__pos"] for row in df.select("__pos").collect()] == [0, 1, 2]


def test_types(glue, spark):  # noqa: F811
    kinds = dict(from_pandas(spark, FRAME).dtypes)
    assert [kinds[c] for c in "ifsbtIFBScd"] == [
        *("bigint", "double", "string", "boolean", "timestamp", "bigint", "double", "boolean"),
        *("string", "string", "date"),
    ]
    assert kinds["l"] == "array<bigint>" and kinds["td"] == "interval day to second"
    df = from_pandas(spark, FRAME)
    gaps = df.select([F.count(F.when(F.col(f"`{c}`").isNull(), 1)).alias("n") for c in df.columns])
    assert list(gaps.first()) == [0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1]


@pytest.mark.parametrize("rows", [1, 10_000], ids=["arrow", "tuples"])
def test_no_rows_keep_their_types(glue, spark, monkeypatch, rows):  # noqa: F811
    monkeypatch.setattr(driver, "ARROW_ROWS", rows)
    frame = FRAME[["i", "f", "s", "b", "t"]].head(0)
    pd.testing.assert_frame_equal(to_pandas(from_pandas(spark, frame)), frame)


def test_nothing_but_missing(glue, spark):  # noqa: F811
    frame = pd.DataFrame(
        {"o": pd.Series([None, np.nan], dtype=object), "f": [np.nan, np.nan], "t": [pd.NaT, pd.NaT]}
    )
    df = from_pandas(spark, frame)
    assert df.dtypes == [("o", "string"), ("f", "double"), ("t", "timestamp")]
    assert to_pandas(df).isna().all().all()


def test_gaps_by_dtype(glue, spark):  # noqa: F811
    df = spark.createDataFrame(
        [(1, True, None), (None, None, 2)], "a long, b boolean, c int"
    ).withColumn("d", F.lit(7))
    plain = to_pandas(df)
    assert [str(t) for t in plain.dtypes] == ["float64", "object", "float64", "int64"]
    assert plain["b"].tolist()[0] is True and np.isnan(plain["b"][1])
    nullable = to_pandas(df, nullable=True)
    assert [str(t) for t in nullable.dtypes] == ["Int64", "boolean", "Int64", "Int64"]
    named = to_pandas(df, dtypes={"a": "int64?", "b": "bool?", "c": "Int64", "d": "float64"})
    assert [str(t) for t in named.dtypes] == ["float64", "object", "Int64", "float64"]


def test_index_order_and_limit(glue, spark):  # noqa: F811
    df = spark.createDataFrame(
        [("b", 2, 1.0), ("a", 1, 2.0), ("a", 0, 3.0)], "k string, n int, v double"
    )
    one = to_pandas(df, index=["k"], order=[F.col("k"), F.col("n")])
    assert one.index.name == "k" and one.index.tolist() == ["a", "a", "b"]
    assert one["v"].tolist() == [3.0, 2.0, 1.0]
    two = to_pandas(df, index=["k", "n"], index_names=[None, "num"], order=[F.col("n").desc()])
    assert two.index.names == [None, "num"] and two.index.tolist()[0] == ("b", 2)
    assert isinstance(to_pandas(df).index, pd.RangeIndex)
    with pytest.raises(RuntimeError, match="more than 2 rows"):
        to_pandas(df, limit=2)
    assert len(to_pandas(df, limit=3)) == 3


def test_duplicate_names(glue, spark):  # noqa: F811
    df = spark.createDataFrame([(1, "x")], "a long, b string").toDF("a", "a")
    assert to_pandas(df).values.tolist() == [[1, "x"]]


def test_nested_values(glue, spark):  # noqa: F811
    frame = pd.DataFrame({"d": [{"a": 1, "b": ["x"]}, {"a": None, "b": []}]})
    df = from_pandas(spark, frame)
    assert df.dtypes == [("d", "struct<a:bigint,b:array<string>>")]
    assert to_pandas(df)["d"].tolist()[0] == {"a": 1, "b": ["x"]}


def test_mixed_values_are_refused(glue, spark):  # noqa: F811
    with pytest.raises(TypeError, match="column 'o' mixes values of types"):
        from_pandas(spark, pd.DataFrame({"o": [1, "a"]}))
    assert from_pandas(spark, pd.DataFrame({"o": pd.Series([1, 2.5], dtype=object)})).dtypes == [
        ("o", "double")
    ]


def test_files(glue, spark, tmp_path):  # noqa: F811
    path = str(tmp_path / "a b" / "out.bin")
    write_bytes(path, b"\x00\xff\n")
    write_bytes(path, b"\x00\xfe\n")
    assert open(path, "rb").read() == b"\x00\xfe\n"
    write_text(str(tmp_path / "t.txt"), "é\r\n", encoding="latin-1")
    assert (tmp_path / "t.txt").read_bytes() == b"\xe9\r\n"
    assert read_local(path) == path
    assert open(read_local(f"file:{path}"), "rb").read() == b"\x00\xfe\n"
    assert open(read_local(str(tmp_path / "a b")), "rb").read() == b"\x00\xfe\n"
    with pytest.raises(FileNotFoundError):
        read_local(str(tmp_path / "none"))
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    buffer = io.BytesIO()
    frame.to_pickle(buffer, compression=None)
    write_bytes(path, buffer.getvalue())
    pd.testing.assert_frame_equal(pd.read_pickle(read_local(path), compression=None), frame)
    spark.range(3).write.mode("overwrite").csv(str(tmp_path / "folder"))
    write_text(str(tmp_path / "folder"), "now a file")
    assert os.path.isfile(tmp_path / "folder")
    assert len(dataset_files(tmp_path / "a b")) == 1


def test_scalar(glue, spark):  # noqa: F811
    df = from_pandas(spark, FRAME)
    assert scalar(df, F.avg("f")) == 0.75 and isinstance(scalar(df, F.avg("f")), float)
    assert scalar(df, F.max("i")) == 2**62 and isinstance(scalar(df, F.max("i")), int)
    none = df.where("i = 0")
    assert np.isnan(scalar(none, F.avg("f"))) and np.isnan(scalar(none, F.max("i")))
    assert scalar(none, F.max("t")) is pd.NaT
    latest, count, name = scalar(df, F.max("t"), F.count("s"), F.min("s"))
    assert latest == pd.Timestamp("2024-01-31 10:15:30.123456") and (count, name) == (2, "")
    assert scalar(df, F.max("td")) == pd.Timedelta("1 days 02:03:04.5")


@pytest.mark.parametrize(
    "name, options",
    [
        ("a.csv", {}),
        ("a.csv", {"encoding": "utf-16-le"}),
        ("a.csv", {"encoding": "utf-8-sig"}),
        ("a.csv.gz", {}),
        ("a.csv.bz2", {"compression": "infer"}),
        ("a.csv.gz", {"compression": None}),
    ],
)
def test_text_is_written_and_added_to_as_pandas_does(
    glue, spark, tmp_path, name, options
):  # noqa: F811
    ours, theirs = tmp_path / name, tmp_path / f"theirs_{name}"
    for mode, header in (("w", True), ("a", False), ("a", False)):
        part = FRAME[["i", "s"]].assign(u="é")
        write_text(str(ours), part.to_csv(None, header=header), mode=mode, **options)
        part.to_csv(theirs, header=header, mode=mode, **options)
    kind = {"compression": options.get("compression", "infer"), "encoding": options.get("encoding")}
    pd.testing.assert_frame_equal(pd.read_csv(ours, **kind), pd.read_csv(theirs, **kind))
    if not name.endswith((".gz", ".bz2")):
        assert ours.read_bytes() == theirs.read_bytes()


def test_a_loop_that_is_kept_adds_to_its_output(spark, tmp_path):
    text = (
        "import pandas as pd\nouts = {'o': 'second.csv'}\nn = 0\n"
        "for chunk in pd.read_csv('nasty.csv', chunksize=2):\n    n += len(chunk) % 3\n"
        "    chunk.to_csv(path_or_buf='first.csv', mode='a', header=n < 3, index=False)\n"
        "    chunk.to_csv(outs['o'], mode='a', header=n < 3, index=False, encoding='utf-8-sig')\n"
    )
    (inputs := tmp_path / "inputs").mkdir()
    FRAME[["i", "s"]].assign(u="é ✓").to_csv(inputs / "nasty.csv", index=False)
    result = verify(text, tmp_path, True, inputs=inputs)
    assert result.word == "same", str(result)
