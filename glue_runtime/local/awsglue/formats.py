"""Files of Glue's formats, read and written by Spark's readers and writers.

What differs from Spark's own ways follows Glue: CSV has no header unless asked for, and gives
strings (an empty field is an empty string); a path with nothing under it is an empty frame;
writing appends.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.local.awsglue import not_played

# Accepted where they only tune how Glue reads or writes, or how it remembers.
TUNING = {
    "groupFiles",
    "groupSize",
    "boundedFiles",
    "boundedSize",
    "boundedBytes",
    "maxBand",
    "maxFilesInBand",
    "isFailFast",
    "useS3ListImplementation",
    "compressionType",
    "optimizePerformance",
    "useGlueParquetWriter",
    "blockSize",
    "pageSize",
    "strictCheckForQuoting",
    "jobBookmarkKeys",
    "jobBookmarkKeysSortOrder",
}
PLACE_OPTIONS = {"path", "paths", "recurse", "exclusions", "partitionKeys", "compression"}

# format_options of Glue → options of Spark's reader; None: dealt with in the code below.
CSV_READ = {
    "withHeader": None,
    "separator": "sep",
    "quoteChar": "quote",
    "escaper": "escape",
    "multiLine": "multiLine",
    "multiline": "multiLine",
    "encoding": "encoding",
    "skipFirst": None,
    "version": None,
}
CSV_WRITE = {
    "writeHeader": "header",
    "separator": "sep",
    "quoteChar": "quote",
    "escaper": "escape",
    "encoding": "encoding",
}
READ_OPTIONS = {
    "csv": CSV_READ,
    "json": {"multiLine": "multiLine", "multiline": "multiLine", "encoding": "encoding"},
    "parquet": {},
    "glueparquet": {},
    "orc": {},
    "avro": {"version": None},
}
WRITE_OPTIONS = {
    "csv": CSV_WRITE,
    "json": {"encoding": "encoding"},
    "parquet": {"compression": "compression"},
    "glueparquet": {"compression": "compression"},
    "orc": {},
    "avro": {"version": None},
}


def absolute(path: str) -> str:
    """``path`` as the running job means it: without a scheme, from the working directory."""
    return path if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", path) else str(Path(path).absolute())


def read_frame(
    spark: SparkSession, connection_options: dict, format: str | None, format_options: dict
) -> DataFrame:
    """Reads the files under ``connection_options["paths"]`` (a list, or one string).

    Raises ValueError for a missing or unknown option, NotImplementedError for a format or option
    that is not played here.
    """
    known = _checked_options(connection_options, PLACE_OPTIONS | TUNING, "connection_options")
    paths = known.get("paths", known.get("path"))
    if not paths:
        raise ValueError("connection_options has no paths")
    paths = [absolute(p) for p in ([paths] if isinstance(paths, str) else paths)]
    paths = [p for p in paths if _files_under(spark, p)]
    if not paths:
        return spark.createDataFrame([], T.StructType([]))

    reader = spark.read
    if str(known.get("recurse", False)).lower() == "true" and not any(
        _has_partitions(spark, p) for p in paths
    ):
        reader = reader.option("recursiveFileLookup", True)
    frame = _read_format(reader, paths, format, format_options)
    for pattern in _exclusions(known.get("exclusions")):
        frame = frame.where(~F.input_file_name().rlike(pattern))
    return frame


def _read_format(reader, paths: list[str], format: str | None, format_options: dict) -> DataFrame:
    names = _table(READ_OPTIONS, format)
    given = _checked_options(format_options, names.keys() | TUNING, f"format_options of {format}")
    for glue, spark_name in names.items():
        if spark_name and glue in given:
            reader = reader.option(spark_name, _spark_value(given[glue]))
    if format != "csv":
        return reader.format(_spark_format(format)).load(paths)

    vectorised = _is_true(given.get("optimizePerformance"))
    if vectorised and (_is_true(given.get("multiLine")) or given.get("escaper")):
        raise ValueError("optimizePerformance reads neither multiLine nor escaper")
    header = _is_true(given.get("withHeader"))
    if header and _is_true(given.get("skipFirst")):
        raise not_played("csv", "skipFirst with withHeader")
    if "escaper" not in given:
        # A quote inside quotes is doubled; Spark alone would expect a backslash.
        reader = reader.option("escape", given.get("quoteChar", '"'))
    if given.get("quoteChar") in (-1, "-1"):
        reader = reader.option("quote", "").option("escape", "\\")
    frame = reader.csv(paths, header=header or _is_true(given.get("skipFirst")), inferSchema=False)
    names = frame.columns if header else [f"col{i}" for i in range(len(frame.columns))]
    # Glue gives an empty string where Spark gives null: a job that wants a missing value says so.
    return frame.select(
        *[
            F.coalesce(F.col("`" + old.replace("`", "``") + "`"), F.lit("")).alias(new)
            for old, new in zip(frame.columns, names)
        ]
    )


def write_frame(
    frame: DataFrame, connection_options: dict, format: str | None, format_options: dict
) -> None:
    """Adds files with the rows of ``frame`` under ``connection_options["path"]``.

    Raises as ``read_frame`` does.
    """
    known = _checked_options(connection_options, PLACE_OPTIONS | TUNING, "connection_options")
    if not known.get("path"):
        raise ValueError("connection_options has no path")
    names = _table(WRITE_OPTIONS, format)
    given = _checked_options(format_options, names.keys() | TUNING, f"format_options of {format}")
    writer = frame.write.mode("append").partitionBy(*known.get("partitionKeys", []))
    if format == "csv":
        # Glue writes a header unless told not to; Spark would also strip blanks.
        writer = writer.options(
            header=True, escape=given.get("quoteChar", '"'), emptyValue='""', nullValue=""
        ).options(ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False)
    for glue, spark_name in names.items():
        if spark_name and glue in given:
            writer = writer.option(spark_name, _spark_value(given[glue]))
    if given.get("quoteChar") in (-1, "-1"):
        writer = writer.option("quote", "").option("escape", "\\")
    if "compression" in known:
        writer = writer.option("compression", known["compression"])
    writer.format(_spark_format(format)).save(absolute(known["path"]))


def purge(spark: SparkSession, path: str, retention_hours: float) -> None:
    """Deletes the files under ``path`` that are older than ``retention_hours``."""
    root = spark._jvm.org.apache.hadoop.fs.Path(absolute(path))
    fs = root.getFileSystem(spark._jsc.hadoopConfiguration())
    if not fs.exists(root):
        return
    newest = spark._jvm.java.lang.System.currentTimeMillis() - int(retention_hours * 3_600_000)
    if retention_hours == 0:
        fs.delete(root, True)
        return
    files = fs.listFiles(root, True)
    while files.hasNext():
        status = files.next()
        if status.getModificationTime() < newest:
            fs.delete(status.getPath(), False)


def _spark_format(format: str) -> str:
    return "parquet" if format == "glueparquet" else format


def _table(tables: dict, format: str | None) -> dict:
    if format not in tables:
        raise not_played("format", str(format))
    return tables[format]


def _checked_options(options: dict, known: set, what: str) -> dict:
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise not_played(what, ", ".join(unknown))
    return options


def _is_true(value) -> bool:
    return str(value).lower() == "true"


def _spark_value(value):
    return str(value).lower() if isinstance(value, bool) else value


def _exclusions(text: str | list | None) -> list[str]:
    """Regular expressions for Glue's glob patterns, given as a JSON list in a string."""
    patterns = json.loads(text) if isinstance(text, str) else text or []
    parts = {"**": ".*", "*": "[^/]*", "?": "[^/]"}
    translate = lambda found: parts.get(found.group(), re.escape(found.group()))  # noqa: E731
    return [re.sub(r"\*\*|\*|\?|[^*?]+", translate, pattern) + "$" for pattern in patterns]


def _files_under(spark: SparkSession, path: str) -> bool:
    """Whether there is anything at ``path`` (a file, a folder with files, a glob that matches)."""
    hadoop_path = spark._jvm.org.apache.hadoop.fs.Path(path)
    fs = hadoop_path.getFileSystem(spark._jsc.hadoopConfiguration())
    found = fs.globStatus(hadoop_path)
    if found is None:
        return False
    for status in found:
        if status.isFile():
            return True
        files = fs.listFiles(status.getPath(), True)
        while files.hasNext():
            if not files.next().getPath().getName().startswith(("_", ".")):
                return True
    return False


def _has_partitions(spark: SparkSession, path: str) -> bool:
    hadoop_path = spark._jvm.org.apache.hadoop.fs.Path(path)
    fs = hadoop_path.getFileSystem(spark._jsc.hadoopConfiguration())
    return any(
        status.isDirectory() and "=" in status.getPath().getName()
        for folder in fs.globStatus(hadoop_path)
        if folder.isDirectory()
        for status in fs.listStatus(folder.getPath())
    )
