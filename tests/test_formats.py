"""Parquet and JSON against pandas: types, order, times, what replaces what."""

import json

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from glue_runtime.csv_input import read_csv
from glue_runtime.csv_output import write_csv
from glue_runtime.driver import from_pandas, to_pandas
from glue_runtime.files import read_local, write_text
from glue_runtime.json_io import write_json
from glue_runtime.local.session import mount_s3
from glue_runtime.parquet import read_parquet, write_parquet
from tests.io_tools import dataset_files, glue  # noqa: F401
from tests.nasty import nasty

FRAME = nasty().assign(t=pd.to_datetime(nasty()["t"]), d=pd.to_datetime(nasty()["d"]))


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
@pytest.mark.parametrize("position", [None, "__pos"])
def test_parquet_as_pandas_reads_it(glue, tmp_path, unit, position):  # noqa: F811
    path = tmp_path / "in.parquet"
    FRAME.astype({"t": f"datetime64[{unit}]"}).to_parquet(path)
    df = read_parquet(glue, str(path), transformation_ctx="t", position=position)
    assert dict(df.dtypes)["t"] == "timestamp"
    if position:
        assert [row[0] for row in df.select(position).collect()] == list(range(len(FRAME)))
        df = df.drop(position)
    pd.testing.assert_frame_equal(to_pandas(df), FRAME.fillna({"s": np.nan}))


def test_parquet_types(glue, tmp_path):  # noqa: F811
    frame = pd.DataFrame(
        {
            "i8": np.array([1, -2], "int8"),
            "i32": np.array([1, -2], "int32"),
            "f32": np.array([0.5, np.nan], "float32"),
            "I": pd.array([1, None], dtype="Int64"),
            "B": pd.array([True, None], dtype="boolean"),
            "c": pd.Categorical(["a", "b"]),
            "l": [[1, 2], []],
            "z": pd.to_datetime(["2024-01-01 12:00", "2024-06-01 12:00"]).tz_localize("UTC"),
            "x.y": ["a", "b"],
        }
    )
    frame.to_parquet(tmp_path / "in.parquet")
    with pytest.raises(NotImplementedError, match=r"times of a zone in \['z'\]"):
        read_parquet(glue, str(tmp_path / "in.parquet"), transformation_ctx="t")
    df = read_parquet(glue, str(tmp_path / "in.parquet"), transformation_ctx="t", zoned=["z"])
    assert df.dtypes == [
        *(("i8", "bigint"), ("i32", "bigint"), ("f32", "double"), ("I", "bigint")),
        *(("B", "boolean"), ("c", "string"), ("l", "array<bigint>"), ("z", "timestamp")),
        ("x.y", "string"),
    ]
    assert df.where("f32 is null").count() == 1
    assert to_pandas(df)["z"].tolist() == list(frame["z"].dt.tz_localize(None))
    kept = read_parquet(
        glue,
        str(tmp_path / "in.parquet"),
        "i8 tinyint, c string",
        transformation_ctx="t",
        columns=["c", "i8"],
    )
    assert kept.columns == ["c", "i8"]
    with pytest.raises(ValueError, match="'c' is string"):
        read_parquet(
            glue, str(tmp_path / "in.parquet"), "c double", transformation_ctx="t", columns=["c"]
        )
    with pytest.raises(ValueError, match="no column"):
        read_parquet(glue, str(tmp_path / "in.parquet"), transformation_ctx="t", columns=["q"])


def test_stored_index(glue, tmp_path):  # noqa: F811
    FRAME.set_index("k").to_parquet(tmp_path / "in.parquet")
    with pytest.raises(NotImplementedError, match=r"index \['k'\]"):
        read_parquet(glue, str(tmp_path / "in.parquet"), transformation_ctx="t")
    with pytest.raises(FileNotFoundError):
        read_parquet(glue, str(tmp_path / "none"), transformation_ctx="t")


def test_parquet_round_trip_and_order(glue, spark, tmp_path):  # noqa: F811
    path = str(tmp_path / "out")
    df = spark.range(500, numPartitions=5).select(F.col("id").alias("n"))
    write_parquet(glue, df, path, transformation_ctx="t")
    assert len(dataset_files(path)) == 5
    back = read_parquet(glue, path, transformation_ctx="t", position="__p")
    assert [row["n"] for row in back.orderBy("__p").collect()] == list(range(500))
    # It reads what it overwrites, and the old files go.
    write_parquet(glue, back.where("n < 3").select("n"), path, transformation_ctx="t")
    assert pd.read_parquet(path)["n"].tolist() == [0, 1, 2]
    bad = df.withColumn("n", F.raise_error(F.lit("boom")).cast("bigint"))
    with pytest.raises(Exception, match="boom"):
        write_parquet(glue, bad, path, transformation_ctx="t")
    assert pd.read_parquet(path)["n"].tolist() == [0, 1, 2]
    write_parquet(glue, df.limit(0), path, transformation_ctx="t", compression=None)
    assert list(pd.read_parquet(path).columns) == ["n"]


def test_parquet_partitions_and_dtypes(glue, spark, tmp_path):  # noqa: F811
    path = str(tmp_path / "out")
    df = spark.createDataFrame([(1, "a"), (2, "b"), (None, "a")], "v long, k string")
    write_parquet(glue, df, path, transformation_ctx="t", partition_cols=["k"])
    write_parquet(
        glue, df.where("k = 'a'"), path, transformation_ctx="t", partition_cols=["k"],
        dtypes={"v": "float64"},
    )  # fmt: skip
    back = read_parquet(glue, path, transformation_ctx="t")
    assert back.dtypes == [("v", "double"), ("k", "string")]
    assert back.count() == 2
    assert not (tmp_path / "out" / "k=b").exists()


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("date_format", [None, "iso"])
def test_json_written(glue, tmp_path, lines, date_format):  # noqa: F811
    path = tmp_path / "out.json"
    frame = FRAME.assign(x=1 / 3, inf=np.inf)
    write_json(
        glue, from_pandas(glue.spark_session, frame), str(path), transformation_ctx="t",
        lines=lines, date_format=date_format,
    )  # fmt: skip
    text = "".join(p.read_text() for p in dataset_files(path))
    got = [json.loads(line) for line in text.splitlines()] if lines else json.loads(text)
    expected = json.loads(frame.to_json(orient="records", date_format=date_format))
    assert got == expected
    assert [list(record) for record in got] == [list(record) for record in expected]


def test_json_without_rows(glue, tmp_path):  # noqa: F811
    df = from_pandas(glue.spark_session, FRAME.head(0))
    write_json(glue, df, str(tmp_path / "a"), transformation_ctx="t", lines=False)
    assert (tmp_path / "a").read_text() == "[]"


def test_on_s3(glue, spark, tmp_path):  # noqa: F811
    """The same calls on s3:// paths: replace, move, list, order over files."""
    mount_s3(spark, f"io-bucket={tmp_path}")
    df = spark.range(100, numPartitions=4).select(F.col("id").alias("n"), F.lit("é").alias("s"))
    for single in (True, False, False, True, True):
        path = "s3://io-bucket/some folder/out.csv"
        write_csv(glue, df, path, transformation_ctx="t", single_file=single)
        back = read_csv(glue, path, transformation_ctx="t", position="__p")
        assert [row["n"] for row in back.orderBy("__p").collect()] == list(range(100))
        assert len(dataset_files(tmp_path / "some folder" / "out.csv")) == (1 if single else 4)
    write_parquet(glue, df, "s3://io-bucket/p", transformation_ctx="t")
    write_parquet(glue, df.limit(3), "s3://io-bucket/p", transformation_ctx="t")
    assert read_parquet(glue, "s3://io-bucket/p", transformation_ctx="t").count() == 3
    write_text("s3://io-bucket/t.txt", "x")
    assert open(read_local("s3://io-bucket/t.txt")).read() == "x"
