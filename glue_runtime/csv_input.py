"""pd.read_csv at the head of a job: Glue reads text, then each cell gets the type pandas gives it."""

import csv
import io
import re

import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.csv_cells import cell_values, infer_kinds, missing_markers
from glue_runtime.csv_layout import (
    PACKED,
    needs_multiline,
    packed_head,
    plain_header,
    usual_layout,
)
from glue_runtime.files import existing_files, expect_usual_names, first_bytes, read_local
from glue_runtime.position import file_order
from glue_runtime.quoting import quoted, schema_fields

# How much of the first file the driver looks at for the header.
HEAD_BYTES = 1 << 18
# Of a folder of files, so many have their first line compared.
FILES_CHECKED = 100
LINE_BYTES = 1 << 14


def read_csv(
    glueContext,
    path,
    schema=None,
    *,
    transformation_ctx,
    columns=None,
    position=None,
    sep=",",
    header=True,
    names=None,
    skiprows=0,
    nrows=None,
    quotechar='"',
    escapechar=None,
    quoting=csv.QUOTE_MINIMAL,
    doublequote=True,
    lineterminator=None,
    encoding="utf-8",
    encoding_errors="strict",
    na_values=None,
    keep_default_na=True,
    na_filter=True,
    parse_dates=None,
    dayfirst=False,
    date_format=None,
    dtype=None,
    thousands=None,
    decimal=".",
    comment=None,
    true_values=None,
    false_values=None,
    skipinitialspace=False,
    skip_blank_lines=True,
    skipfooter=0,
    on_bad_lines="error",
    compression="infer",
    newlines=False,
    as_text=(),
    nullable=False,
    infinite=(),
    utc=(),
    own=(),
    cut=None,
):
    """Read a CSV file or folder as pd.read_csv types it; missing is NULL.

    schema: "name type, …", the columns of the file in order with bigint, double, boolean, string
    or timestamp, as learnt when the job was made. Without it the types are inferred from the data
    in one pass, as pandas does: all missing is double, then int64, float64, bool, text.
    newlines: every end of a line in a cell is "\\n", as in a file that Python opens.
    as_text: columns of which every cell is its text, also where it is empty or a marker.
    nullable: types that have gaps, as dtype_backend="numpy_nullable" has them.
    cut: `cut_cells`, for files in a layout or packing that Spark's readers do not take.
    own: columns called like hidden ones that the job knows of.
    utc: columns of times whose texts end in an offset from UTC, which is 0.
    columns: the columns to keep. position: name of a bigint column that rises in file order
    (files of a folder by name).
    Raises ValueError for a header other than the pinned one, for a row with too many fields, and
    (as the job runs) for a cell that does not fit its column; NotImplementedError for files that
    need `cut` where it is not given.
    """
    spark = glueContext.spark_session
    files = existing_files(spark, path)
    files = [file for file in files if file[1]] or files
    layout = {
        "sep": sep,
        "header": header_row(header, names),
        "names": names,
        "skiprows": skiprows,
        "quotechar": quotechar,
        "escapechar": escapechar,
        "quoting": quoting,
        "doublequote": doublequote,
        "lineterminator": lineterminator,
        "encoding": encoding,
        "encoding_errors": encoding_errors,
        "comment": comment,
        "skipinitialspace": skipinitialspace,
        "skip_blank_lines": skip_blank_lines,
        "skipfooter": skipfooter,
        "on_bad_lines": on_bad_lines,
        "compression": compression,
    }
    head = head_of(spark, files[0][0], HEAD_BYTES, layout)
    pinned = schema_fields(spark, schema) if schema is not None else None
    found = checked_names(spark, path, files, head, layout, pinned)
    if pinned is None:
        expect_usual_names(found, own, path)
    if usual_layout(layout, files):
        raw = raw_cells(glueContext, spark, path, files, found, layout, head, transformation_ctx)
    elif cut is not None:
        raw = cut(spark, path, files, found, layout)
    else:
        raise NotImplementedError(
            f"{path}: files packed as those that this job was made for are not"
        )
    if nrows is not None:
        raw = raw.orderBy("__row").limit(nrows)
    wanted = kept_columns(found, columns, path)
    markers = missing_markers(found, na_values, keep_default_na, na_filter)
    markers.update(dict.fromkeys(as_text, ()))
    cells = {
        "thousands": thousands,
        "decimal": decimal,
        "true": ["true"] if true_values is None else ["true", *true_values],
        "false": ["false"] if false_values is None else ["false", *false_values],
        "whole": quoting != csv.QUOTE_NONNUMERIC,
        "nullable": nullable,
        "dayfirst": dayfirst,
        "date_format": date_format,
        "path": path,
        "utc": {f"t{i}" for i, name in enumerate(wanted) if name in utc},
        "finite": set(wanted) - set(infinite) if pinned else set(),
    }
    texts = raw.select(
        *[
            present_text(f"c{found.index(n)}", markers[n], i, newlines)
            for i, n in enumerate(wanted)
        ],
        "__row",
    )
    asked = asked_kinds(wanted, dtype, parse_dates)
    asked.update({name: "str" for name in as_text if name in wanted})
    kinds = infer_kinds(texts, wanted, dict(pinned or ()), asked, cells)
    out = [
        cell_values(f"t{i}", name, kinds[name], markers[name], cells, asked.get(name)).alias(name)
        for i, name in enumerate(wanted)
    ]
    if position is not None:
        out.append(F.col("__row").alias(position))
    return texts.select(*out)


def checked_names(spark, path, files, head, layout, pinned):
    """The column names of all files, or ValueError where they differ or are not the pinned ones."""
    found = header_names(head, path, layout)
    expected = found if pinned is None else [name for name, _ in pinned]
    if expected != found:
        raise ValueError(f"{path} has the columns {found}, this job was made for {expected}")
    for uri, _ in files[1:FILES_CHECKED]:
        also = header_names(head_of(spark, uri, LINE_BYTES, layout), uri, {**layout, "nrows": 0})
        if also != found:
            raise ValueError(f"{uri} has the columns {also}, {files[0][0]} has {found}")
    return found


def head_of(spark, uri, size, layout):
    """The first `size` bytes of a file, unpacked."""
    if uri.lower().endswith(PACKED) or layout["compression"] not in ("infer", None):
        return packed_head(read_local(uri), layout["compression"], size)
    return first_bytes(spark, uri, size)


def header_row(header, names):
    """pandas' header argument as a number, a list of them or None; True and False are taken too."""
    if header == "infer":
        return None if names is not None else 0
    if header is None or header is False:
        return None
    return 0 if header is True else header


def header_names(head, path, layout):
    """The column names that pandas gives the file, from its first bytes (numbers as text).

    Raises what pandas raises for these bytes: a row with too many fields, a wrong encoding.
    """
    cut = len(head) in (HEAD_BYTES, LINE_BYTES)
    if cut:
        head = head[: head.rfind(b"\n") + 1]
    options = {**layout, "compression": None, "dtype": str, "skipfooter": 0}
    try:
        frame = pd.read_csv(io.BytesIO(head), **options)
    except pd.errors.EmptyDataError:
        raise pd.errors.EmptyDataError(f"No columns to parse from file {path}") from None
    except pd.errors.ParserError as error:
        if not cut or "EOF inside string" not in str(error):
            raise
        frame = pd.read_csv(io.BytesIO(head), **{**options, "nrows": 1})
    if not isinstance(frame.index, pd.RangeIndex):
        raise NotImplementedError(f"{path}: rows have more fields than the header has names")
    return [str(name) for name in frame.columns]


def kept_columns(found, columns, path):
    """The columns to keep (listed, or a function of a name) in file order, or ValueError (as pandas' usecols) for unknown ones."""
    if columns is None:
        return found
    if callable(columns):
        return [c for c in found if columns(c)]
    unknown = [c for c in columns if c not in found]
    if unknown:
        raise ValueError(f"{path} has no column {unknown}")
    return [c for c in found if c in columns]


def asked_kinds(wanted, dtype, parse_dates):
    """{column: pandas dtype name} asked for by dtype= and parse_dates=."""
    asked = dtype if isinstance(dtype, dict) else dict.fromkeys(wanted if dtype else [], dtype)
    names = {name: getattr(kind, "__name__", str(kind)) for name, kind in asked.items()}
    names.update(dict.fromkeys(parse_dates or [], "datetime64[ns]"))
    return {name: kind for name, kind in names.items() if name in wanted}


def present_text(cell, markers, number, newlines=False):
    """The text of a cell as t<number>; NULL where pandas sees a missing value."""
    text = F.coalesce(F.col(cell), F.lit(""))
    text = F.regexp_replace(text, "\r\n?", "\n") if newlines else text
    present = text if not markers else F.when(~text.isin(*sorted(markers)), text)
    return present.alias(f"t{number}")


def raw_cells(glueContext, spark, path, files, names, layout, head, transformation_ctx):
    """All cells as text in c0, c1, …, and __row, a number that rises in file order.

    Glue's own reader where it gives pandas' cells, else Spark's.
    """
    multiline = needs_multiline(spark, files, layout)
    # pandas skips a line of blanks. Glue does not tell it from a row whose cells are all empty.
    blanks = re.search(rb"(?m)^[ \t]+\r?$", head) is not None
    # pandas has checked a file that fits into the head. In a larger one a row may have too many
    # cells: Spark's reader tells (pandas raises), Glue's would drop them.
    if (
        len(files) == 1
        and not blanks
        and len(head) < HEAD_BYTES
        and layout["on_bad_lines"] == "error"
        and plain_header(head, names, layout)
    ):
        return glue_cells(glueContext, path, names, layout, multiline, transformation_ctx)
    rows = spark_cells(spark, files, names, layout, multiline)
    return rows.where(~blank_row(names, layout, None))


def blank_row(names, layout, absent):
    """True for the row that a line of blanks gives: the cells that it lacks are `absent`."""
    first = F.coalesce(F.col("c0"), F.lit(""))
    blank = first.rlike(r"\A[ \t]+\z" if layout["sep"] != "\t" else r"\A +\z")
    for number in range(1, len(names) if absent is not None else min(2, len(names))):
        cell = F.col(f"c{number}")
        blank = blank & (cell.isNull() if absent is None else F.coalesce(cell, F.lit("")) == absent)
    return blank


def glue_cells(glueContext, path, names, layout, multiline, transformation_ctx):
    """The cells of one file by Glue's reader; its rows come in file order."""
    frame = glueContext.create_dynamic_frame.from_options(
        connection_type="s3",
        connection_options={"paths": [path], "recurse": True},
        format="csv",
        format_options={
            "withHeader": True,
            "separator": layout["sep"],
            "quoteChar": layout["quotechar"],
            "multiLine": multiline,
        },
        transformation_ctx=transformation_ctx,
    ).toDF()
    there = set(frame.columns)
    # A column that no row reaches is not in the frame that Glue makes.
    cells = [quoted(name) if name in there else F.lit(None).cast("string") for name in names]
    return frame.select(
        *[cell.alias(f"c{i}") for i, cell in enumerate(cells)],
        F.monotonically_increasing_id().alias("__row"),
    )


def spark_cells(spark, files, names, layout, multiline):
    """The cells of a folder of files by Spark's reader, which tells the file of each row.

    A row with more fields than there are names fails the job, as in pandas, or is left out
    (on_bad_lines "skip", "warn").
    """
    texts = [T.StructField(f"c{i}", T.StringType()) for i in range(len(names))]
    mark = "" if layout["quoting"] == csv.QUOTE_NONE else layout["quotechar"]
    rows = (
        spark.read.schema(T.StructType([*texts, T.StructField("__bad", T.StringType())]))
        .option("sep", layout["sep"])
        .option("quote", mark)
        .option("escape", mark or "\u0000")
        .option("header", layout["header"] == 0)
        .option("multiLine", multiline)
        .option("columnNameOfCorruptRecord", "__bad")
        .option("nullValue", "\u0000")
        .csv([uri for uri, _ in files])
    )
    quote, sep = re.escape(mark), layout["sep"]
    bare = F.regexp_replace("__bad", f"{quote}[^{quote}]*{quote}", "") if mark else F.col("__bad")
    marks = F.length(bare) - F.length(F.translate(bare, sep, ""))
    too_long = F.raise_error(
        F.concat(F.lit(f"Expected {len(names)} fields in line, saw more: "), F.col("__bad"))
    )
    bad = too_long.cast("boolean") if layout["on_bad_lines"] == "error" else F.lit(False)
    checked = rows.where(
        F.when(F.col("__bad").isNull() | (marks < len(names)), True).otherwise(bad)
    )
    numbered = file_order(spark, checked, files, F.monotonically_increasing_id())
    return numbered.select(*[f"c{i}" for i in range(len(names))], "__row")
