"""Files of one piece (Excel, XML, JSON documents …): pandas reads each in one task of the cluster."""

import os
import tempfile

import pandas as pd

from glue_runtime.csv_cut import LARGEST_FILE
from glue_runtime.files import existing_files
from glue_runtime.quoting import schema_fields


def read_whole(
    glueContext, path, read, schema, *, transformation_ctx, gaps=(), whole=None, position=None
):
    """The table that `read` makes of the one file at `path`.

    read: a function of the path of a local copy that gives a pandas frame. schema: "name type, …",
    the columns that the frame has to have; gaps: those of bigint and boolean in which a value may be
    missing. whole: all columns of the frame, where some are left out. position: name of a bigint column with 0, 1, 2, …
    Raises ValueError for other columns or labels of rows, and for a value that does not fit.
    """
    spark = glueContext.spark_session
    files = existing_files(spark, path)
    if len(files) > 1:
        raise ValueError(f"{path} holds {len(files)} files; one file is needed here")
    uri, size = files[0]
    if size > LARGEST_FILE:
        raise NotImplementedError(f"{path}: more than 2 GB in one piece")
    fields = schema_fields(spark, schema)
    name = uri.rpartition("/")[2]

    def tables(batches):
        for batch in batches:
            for content in batch["content"]:
                with tempfile.TemporaryDirectory() as folder:
                    place = os.path.join(folder, name)
                    with open(place, "wb") as file:
                        file.write(content)
                    frame = read(place)
                yield typed_table(frame, fields, gaps, whole, path)

    content = spark.read.format("binaryFile").load(uri).select("content")
    # every step that reads the table would have it made again
    rows = content.mapInPandas(tables, f"{schema}, __row bigint").persist()
    if position is None:
        return rows.drop("__row")
    return rows.withColumnRenamed("__row", position)


def flattened(frame, names):
    """The table under other `names` of its columns, whose labels have several levels."""
    return frame.set_axis([names.get(x, str(x)) for x in frame.columns], axis=1)


def typed_table(frame, fields, gaps, whole, path):
    """A pandas frame with its columns as Spark takes them for the types of `fields`."""
    names, labels = whole or [name for name, _ in fields], list(frame.columns)
    if labels != names:
        raise ValueError(f"{path} has the columns {labels}, this job was made for {names}")
    if not frame.index.equals(pd.RangeIndex(len(frame))):
        raise ValueError(f"{path}: its rows have labels, this job was made for numbered ones")
    columns = {
        name: typed_values(frame[name].reset_index(drop=True), kind, name in gaps, name, path)
        for name, kind in fields
    }
    return pd.DataFrame({**columns, "__row": range(len(frame))})


def typed_values(values, kind, gaps, name, path):
    """One column, as Arrow takes it for a type of Spark. Raises ValueError for another value."""
    missing = values.isna()
    present = values[~missing]
    whole, numbers = pd.api.types.is_integer_dtype(values), pd.api.types.is_numeric_dtype(values)
    truth = pd.api.types.is_bool_dtype(values) or all(isinstance(v, bool) for v in present)
    fits = {
        "bigint": whole and (gaps or not missing.any()),
        "double": numbers and not pd.api.types.is_bool_dtype(values),
        "boolean": truth and (gaps or not missing.any()),
        "string": all(isinstance(v, str) for v in present),
        "timestamp": str(values.dtype).startswith("datetime64[") and "," not in str(values.dtype),
    }
    if len(values) and not fits[kind] and not (missing.all() and kind in ("double", "string")):
        shown = ", ".join(map(repr, present.head(3))) or "a gap"
        raise ValueError(f"{path}: column {name!r} has a value that is not {kind}: {shown}")
    if kind == "timestamp":
        return (
            values.astype("datetime64[ns]")
            if len(values)
            else pd.Series([], dtype="datetime64[ns]")
        )
    if kind == "double":
        return values.astype("Float64").astype("float64") if numbers else values.astype("float64")
    plain = values.astype("object")
    return plain.where(~missing, None)
