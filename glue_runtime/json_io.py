"""pd.read_json and df.to_json in a job."""

import re
import uuid

from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.files import (
    existing_files,
    expect_usual_names,
    first_bytes,
    hadoop_path,
    merge_parts,
    replace_dataset,
)
from glue_runtime.csv_output import codec_of
from glue_runtime.json_output import write_document
from glue_runtime.position import file_order
from glue_runtime.infinities import finite_numbers
from glue_runtime.json_cells import STRICT_JSON, inferred_cells, pinned_cells, unlike
from glue_runtime.quoting import gaps_of, quoted

# As much of a document tells an array from anything else.
HEAD_OF_JSON = 1 << 12


def read_json(
    glueContext,
    path,
    schema=None,
    *,
    transformation_ctx,
    lines=False,
    columns=None,
    position=None,
    convert_dates=True,
    dtype=True,
    infinite=(),
    own=(),
    refused=(),
):
    """Read JSON records as pandas types them; missing is NULL.

    lines=True: one object a line; else every file is an array of objects, which one task reads.
    schema: pinned types ("name type, …"), in which every value must fit; without one they are found
    in a pass over the data. position: name of a bigint column that rises in file order.
    own: columns called like hidden ones that the job knows of. refused: what a column of objects
    must not have, "nan" (records without its key) or "both" (others where it is null).
    """
    spark = glueContext.spark_session
    files = existing_files(spark, path)
    uris = [uri for uri, _ in files]
    if not lines:
        check_arrays(spark, path, uris)
    if lines and schema is not None and position is None:
        frame = glueContext.create_dynamic_frame.from_options(
            connection_type="s3",
            connection_options={"paths": [path], "recurse": True},
            format="json",
            transformation_ctx=transformation_ctx,
        ).toDF()
    else:
        frame = spark.read.json(uris, multiLine=not lines, allowSingleQuotes=False)
        if position:
            frame = file_order(spark, frame, files, F.monotonically_increasing_id())
    if "_corrupt_record" in frame.columns:
        raise ValueError(f"{path} has a {'line' if lines else 'file'} that is not JSON")
    rows = frame.drop("__row", "__file", "__rank")
    if schema is None:
        expect_usual_names(rows.columns, own, path)
    if schema is not None:
        cells = pinned_cells(rows, schema, path, dtype)
    else:
        texts = record_texts(spark, uris, lines)
        cells = inferred_cells(rows, texts, path, convert_dates, dtype)
    frame = frame.select(*cells, *([F.col("__row").alias(position)] if position else []))
    if refused:
        refuse_gaps(frame, refused, path)
    if schema is not None:
        frame = finite_numbers(frame, infinite, path)
    if columns is None:
        return frame
    unknown = [c for c in columns if c not in frame.columns]
    if unknown:
        raise ValueError(f"{path} has no column {unknown}, only {frame.columns}")
    return frame.select(*map(quoted, columns), *([position] if position else []))


def refuse_gaps(frame, refused, path):
    """Fails where records lack the key of a column of objects."""
    lacking = [field.name for field in frame.schema.fields if gaps_of(field) in refused]
    if lacking:
        raise NotImplementedError(
            f"{path} has records without {lacking}, which is NaN in pandas where null is None, and a later step"
            " tells them apart: made with the inputs at hand (input_root=), the job is told"
        )


def check_arrays(spark, path, uris):
    """Fails where a document is no array of records, or goes on after it (Spark would not look)."""
    for uri in uris:
        head = first_bytes(spark, uri, HEAD_OF_JSON).decode("utf-8-sig", "replace")
        if not re.match(r"\s*\[\s*(\{|\]|$)", head):
            raise unlike(path, "this is not an array of records")
    bare = F.regexp_replace(F.regexp_replace("value", r"\\.", ""), '"[^"]*+"', "")
    more = ~bare.rlike(r"\]\s*\z") | bare.rlike(r"\]\s*\[")
    if spark.read.text(uris, wholetext=True).where(more).limit(1).count():
        raise ValueError(
            f"{path} has a file that is not JSON: it ends before, or after, the end of its array"
        )


def record_texts(spark, uris, lines):
    """The records as text, column `value`, in file order."""
    texts = spark.read.text(uris, wholetext=not lines)
    if lines:
        return texts.where(~F.col("value").rlike(r"\A\s*\z"))
    records = F.from_json("value", "array<string>", STRICT_JSON)
    return texts.select(F.explode(records).alias("value"))


def write_json(
    glueContext,
    df,
    path,
    *,
    transformation_ctx,
    orient="records",
    lines=True,
    date_format=None,
    date_unit="ms",
    double_precision=10,
    compression="infer",
    dtypes=None,
    labels=None,
):
    """Write `df` as JSON records in the order of its rows, replacing what is at `path`.

    lines=True: a folder of files of one object a line; else one file with an array.
    Times are numbers since 1970 in the date_unit (date_format="iso": text), as pandas writes them.
    labels: the column with the labels of the rows, for another orient than records.
    """
    spark = glueContext.spark_session
    dtypes = dtypes or {}
    style = {"iso": date_format == "iso", "unit": date_unit, "digits": double_precision}
    values = {
        f.name: json_value(quoted(f.name), f.dataType, dtypes.get(f.name), style)
        for f in df.schema.fields
        if f.name != labels
    }
    if orient != "records":
        write_document(spark, df, values, path, orient, labels)
        return
    cells = [value.alias(name) for name, value in values.items()]
    text = F.to_json(F.struct(*cells), {"ignoreNullFields": "false"})
    if lines:
        writer = df.select(text.alias("value")).write.mode("append")
        codec = codec_of(path, compression)
        if codec is not None:
            writer = writer.option("compression", codec)
        replace_dataset(spark, path, lambda target: writer.text(target))
        return
    records = df.select(F.concat(F.lit(","), text).alias("value"))
    folder = f"{path}.{uuid.uuid4().hex}.parts"
    try:
        records.write.text(folder)
        merge_parts(spark, folder, path, b"[", b"]", skip=1)
    finally:
        fs, place = hadoop_path(spark, folder)
        fs.delete(place, True)


# A unit of time: how many there are in a microsecond, or microseconds in it, and its digits.
UNITS = {
    "s": (1, 1_000_000, ""),
    "ms": (1, 1_000, ".SSS"),
    "us": (1, 1, ".SSSSSS"),
    "ns": (1_000, 1, ".SSSSSS'000'"),
}


def json_value(cell, found, dtype, style):
    """A column as pandas writes it in JSON: times as numbers, so many decimals, no NaN."""
    times, micros, digits = UNITS[style["unit"]]
    if isinstance(found, (T.TimestampType, T.TimestampNTZType, T.DateType)):
        cell = cell.cast("timestamp")
        if style["iso"]:
            return F.date_format(cell, f"yyyy-MM-dd'T'HH:mm:ss{digits}")
        return (F.floor(F.unix_micros(cell) / micros) * times).cast("bigint")
    if isinstance(found, T.DoubleType) or dtype in ("float64", "Float64"):
        number = cell.cast("double")
        return F.when(
            ~F.isnan(number) & (F.abs(number) != float("inf")), json_number(number, style["digits"])
        )
    return cell


def json_number(number, digits):
    """A number with so many decimals; a large one has no more anyway."""
    scale = 10.0**digits
    whole = F.floor(F.abs(number))
    part = (F.abs(number) - whole) * scale
    below = F.floor(part)
    half, odd = part - below, (below == 0) | (below % 2 == 1)  # as pandas rounds a half
    up = (half > 0.5) | (half == 0.5) & odd
    digit = F.when(up, below + 1).otherwise(below)
    short = F.signum(number) * (whole + digit / scale)
    return F.when(F.abs(number) < 10.0 ** (15 - digits), short).otherwise(number)
