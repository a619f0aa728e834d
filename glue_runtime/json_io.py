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
from glue_runtime.infinities import finite_numbers
from glue_runtime.quoting import quoted, schema_fields

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
    infinite=(),
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
        frame = line_records(
            glueContext, path, files, schema, transformation_ctx, convert_dates, position
        )
    if schema is not None:
        frame = finite_numbers(frame, infinite, path)
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


def line_records(glueContext, path, files, schema, transformation_ctx, convert_dates, position):
    """Records of one object a line; with a pinned schema by Glue's reader, else by Spark's."""
    spark = glueContext.spark_session
    if schema is not None and position is None:
        frame = glueContext.create_dynamic_frame.from_options(
            connection_type="s3",
            connection_options={"paths": [path], "recurse": True},
            format="json",
            transformation_ctx=transformation_ctx,
        ).toDF()
    else:
        frame = spark.read.json([uri for uri, _ in files])
        row = F.monotonically_increasing_id()
        frame = file_order(spark, frame, files, row) if position else frame
    if "_corrupt_record" in frame.columns:
        raise ValueError(f"{path} has a line that is not a JSON object")
    found = {f.name: f.dataType.simpleString() for f in frame.schema.fields}
    if schema is not None:
        wanted = schema_fields(spark, schema)
        cells = [json_cell(name, kind, found, path).alias(name) for name, kind in wanted]
    else:
        cells = inferred_cells(frame, key_order(spark, files), found, convert_dates, path)
    return frame.select(*cells, *([F.col("__row").alias(position)] if position else []))


def key_order(spark, files):
    """The keys of the records in the order in which pandas meets them."""
    keys = spark.read.text([uri for uri, _ in files]).select(
        F.monotonically_increasing_id().alias("row"),
        F.posexplode(F.json_object_keys("value")).alias("place", "key"),
    )
    first = keys.groupBy("key").agg(F.min(F.struct("row", "place")).alias("first"))
    return [row["key"] for row in first.orderBy("first").collect()]


def json_cell(name, kind, found, path):
    """A column in its pinned type; a value that does not fit fails the job."""
    if name not in found:
        return F.lit(None).cast(kind)
    cell = quoted(name)
    if found[name] == kind:
        return cell
    if found[name] == "string" and kind == "timestamp":
        value = F.try_to_timestamp(cell)
    else:
        value = F.expr(f"try_cast(`{name.replace('`', '``')}` as {kind})")
    message = f"{path}: column {name!r} has a value that is not {kind}: "
    failed = F.raise_error(F.concat(F.lit(message), cell.cast("string"))).cast(kind)
    return F.when(cell.isNull() | value.isNotNull(), value).otherwise(failed)


def inferred_cells(frame, names, found, convert_dates, path):
    """The columns as pd.read_json types them: text of numbers is numbers, whole floats are
    integers, booleans with gaps are numbers, text under a date-like name is dates."""
    facts = [F.count(F.lit(1)).alias("rows")]
    for number, name in enumerate(names):
        cell = quoted(name)
        if found[name] in ("string", "double"):
            value = numbers_of(cell, found[name])
            facts.append(F.count(cell).alias(f"n{number}"))
            facts.append(F.count(value).alias(f"floats{number}"))
            facts.append(F.count(F.when(F.floor(value) == value, 1)).alias(f"whole{number}"))
        if found[name] == "string" and date_like(name):
            facts.append(F.count(F.try_to_timestamp(cell)).alias(f"dates{number}"))
        if found[name] == "boolean":
            facts.append(F.count(cell).alias(f"n{number}"))
    row = frame.agg(*facts).first()
    cells = []
    for number, name in enumerate(names):
        kind = json_kind(row, number, name, found[name], convert_dates, path)
        cell = quoted(name)
        if kind == "timestamp":
            cell = F.try_to_timestamp(cell)
        elif found[name] == "string" and kind != "string":
            cell = numbers_of(cell, "string").cast(kind)
        elif kind != found[name]:
            cell = cell.cast(kind)
        cells.append(cell.alias(name))
    return cells


def numbers_of(cell, kind):
    """A double or text column as numbers, NULL where the text is none."""
    if kind == "double":
        return cell
    number = r"\A\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\s*\z"
    return F.when(cell.rlike(number), F.trim(cell)).cast("double")


def json_kind(row, number, name, kind, convert_dates, path):
    """The type that pandas gives a column that Spark read as `kind`."""
    if kind == "boolean":
        return "boolean" if row[f"n{number}"] == row["rows"] else "double"
    if kind == "bigint" and convert_dates and date_like(name):
        raise NotImplementedError(f"{path}: pandas reads the numbers of {name!r} as times")
    if kind not in ("string", "double"):
        return kind
    count = row[f"n{number}"]
    if count > 0 and row[f"floats{number}"] == count:
        return "bigint" if row[f"whole{number}"] == row["rows"] else "double"
    dates = kind == "string" and convert_dates and date_like(name)
    return "timestamp" if dates and row[f"dates{number}"] == count else kind


def date_like(name):
    """True for the names that pd.read_json takes for dates."""
    lower = name.lower()
    ends = lower.endswith(("_at", "_time")) or lower in ("modified", "date")
    return ends or lower.startswith("timestamp") or lower == "datetime"


def write_json(
    glueContext,
    df,
    path,
    *,
    transformation_ctx,
    orient="records",
    lines=True,
    date_format=None,
    dtypes=None,
):
    """Write `df` as JSON records in the order of its rows, replacing what is at `path`.

    lines=True: a folder of files of one object a line; else one file with an array.
    Times are milliseconds since 1970 (date_format="iso": text), as pandas writes them.
    """
    if orient not in (None, "records"):
        raise NotImplementedError(f"to_json(orient={orient!r})")
    spark = glueContext.spark_session
    dtypes = dtypes or {}
    cells = [
        json_value(quoted(f.name), f.dataType, dtypes.get(f.name), date_format).alias(f.name)
        for f in df.schema.fields
    ]
    text = F.to_json(F.struct(*cells), {"ignoreNullFields": "false"})
    if lines:
        records = df.select(text.alias("value"))
        replace_dataset(spark, path, lambda target: records.write.mode("append").text(target))
        return
    records = df.select(F.concat(F.lit(","), text).alias("value"))
    folder = f"{path}.{uuid.uuid4().hex}.parts"
    try:
        records.write.text(folder)
        merge_parts(spark, folder, path, b"[", b"]", skip=1)
    finally:
        fs, place = hadoop_path(spark, folder)
        fs.delete(place, True)


def json_value(cell, found, dtype, date_format):
    """A column as pandas writes it in JSON: times as numbers, ten decimals, no NaN."""
    if isinstance(found, (T.TimestampType, T.TimestampNTZType)):
        cell = cell.cast("timestamp")
        if date_format == "iso":
            return F.date_format(cell, "yyyy-MM-dd'T'HH:mm:ss.SSS")
        return F.floor(F.unix_micros(cell) / 1000).cast("bigint")
    if isinstance(found, T.DateType):
        if date_format == "iso":
            return F.date_format(cell, "yyyy-MM-dd'T'00:00:00.000")
        return (F.unix_date(cell) * 86_400_000).cast("bigint")
    if isinstance(found, T.DoubleType) or dtype in ("float64", "Float64"):
        number = cell.cast("double")
        short = F.when(F.abs(number) < 1e5, F.rint(number * 1e10) / 1e10).otherwise(number)
        return F.when(~F.isnan(number) & (F.abs(number) != float("inf")), short)
    return cell
