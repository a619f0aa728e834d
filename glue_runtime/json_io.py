"""pd.read_json and df.to_json in a job."""

import uuid

import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.driver import from_pandas
from glue_runtime.files import (
    existing_files,
    hadoop_path,
    merge_parts,
    read_local,
    replace_dataset,
)
from glue_runtime.position import file_order
from glue_runtime.quoting import quoted

# A JSON array is one piece of text that nothing can cut: it is read on the driver, up to this.
ONE_PIECE_BYTES = 256 << 20


def read_json(
    glueContext,
    path,
    schema=None,
    *,
    transformation_ctx,
    orient="records",
    lines=False,
    columns=None,
    position=None,
    convert_dates=True,
    dtype=True,
):
    """Read JSON records as pandas types them; missing is NULL.

    lines=True: one object a line, read by Spark; its types must be pinned in `schema`
    ("name type, …") or are found in one pass. Else one array, read by pandas on the driver.
    position: name of a bigint column that rises in file order.
    """
    spark = glueContext.spark_session
    files = existing_files(spark, path)
    if not lines or orient not in (None, "records"):
        frame = driver_records(spark, path, files, orient, lines, convert_dates, dtype, position)
    else:
        frame = line_records(spark, path, files, schema, convert_dates, position)
    if columns is None:
        return frame
    unknown = [c for c in columns if c not in frame.columns]
    if unknown:
        raise ValueError(f"{path} has no column {unknown}, only {frame.columns}")
    return frame.select(*map(quoted, columns), *([position] if position else []))


def driver_records(spark, path, files, orient, lines, convert_dates, dtype, position):
    """Records by pandas itself, sent to Spark."""
    total = sum(size for _, size in files)
    if total > ONE_PIECE_BYTES:
        raise RuntimeError(f"{path}: {total:,} bytes of JSON that is not in lines; use lines=True")
    keep = {"orient": orient, "lines": lines, "convert_dates": convert_dates, "dtype": dtype}
    parts = [pd.read_json(read_local(uri), **keep) for uri, _ in files]
    frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    return from_pandas(spark, frame, position=position)
