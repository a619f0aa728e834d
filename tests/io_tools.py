"""What the tests of readers and writers share: a GlueContext as a job has it, and comparisons."""

import os
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from glue_runtime import parquet
from glue_runtime.csv_cut import cut_cells
from glue_runtime.csv_input import read_csv
from glue_runtime.driver import to_pandas
from glue_runtime.local.awsglue.context import GlueContext
from glue_runtime.local.awsglue.dynamicframe import DynamicFrame

JOB_SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "false",
    "spark.sql.caseSensitive": "true",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}


@contextmanager
def job_settings(spark):
    """The settings of a job on the session of the tests."""
    before = {name: spark.conf.get(name, None) for name in JOB_SETTINGS}
    for name, value in JOB_SETTINGS.items():
        spark.conf.set(name, value)
    yield
    for name, value in before.items():
        spark.conf.unset(name) if value is None else spark.conf.set(name, value)


@pytest.fixture
def glue(spark, monkeypatch):
    """The GlueContext of a job, on the session of the tests."""
    monkeypatch.setattr(parquet, "DynamicFrame", DynamicFrame)
    with job_settings(spark):
        yield GlueContext(spark.sparkContext)


def dataset_files(path):
    """The data files of a dataset by name; the file itself where `path` is one."""
    if os.path.isfile(path):
        return [Path(path)]
    return sorted(p for p in Path(path).rglob("*") if p.is_file() and p.name[0] not in "._")


def dataset_text(path):
    """The text of a CSV dataset as one file: the header of the first part only."""
    texts = [p.read_bytes().decode() for p in dataset_files(path)]
    first = texts[0].split("\n", 1)[0] + "\n"
    return texts[0] + "".join(t.removeprefix(first) for t in texts[1:])


def assert_same_read(glue, path, schema=None, **options):
    """read_csv gives pandas' frame: values, dtypes, order. Both raise: the job's error."""
    read = partial(read_csv, glue, str(path), schema, transformation_ctx="t", cut=cut_cells)
    try:
        expected = pd.read_csv(path, **options)
    except Exception:
        with pytest.raises(Exception) as caught:
            to_pandas(read(**options))
        return caught.value
    got = to_pandas(read(**options))
    expected.columns = [str(c) for c in expected.columns]
    pd.testing.assert_frame_equal(got, expected, check_column_type=False)
    return expected
