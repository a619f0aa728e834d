"""pd.read_csv at the head of a job: Glue reads text, then each cell gets the type pandas gives it."""

import codecs
import io
import re

import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.csv_cells import NEVER_MISSING, cell_values, infer_kinds, missing_markers
from glue_runtime.files import existing_files, first_bytes, read_local
from glue_runtime.position import file_order
from glue_runtime.quoting import quoted, schema_fields

# How much of the first file the driver looks at for the header.
HEAD_BYTES = 1 << 18
# Of a folder of files, so many have their first line compared.
FILES_CHECKED = 100
LINE_BYTES = 1 << 14
# Up to this size a file is one task anyway, so line breaks inside quotes cost nothing to allow.
ONE_TASK_BYTES = 64 << 20


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
    encoding="utf-8",
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
    infinite=(),
    utc=(),
):
    """Read a CSV file or folder as pd.read_csv types it; missing is NULL.

    schema: "name type, …", the columns of the file in order with bigint, double, boolean, string
    or timestamp, as learnt when the job was made. Without it the types are inferred from the data
    in one pass, as pandas does: all missing is double, then int64, float64, bool, text.
    utc: columns of times whose texts end in an offset from UTC, which is 0.
    columns: the columns to keep. position: name of a bigint column that rises in file order
    (files of a folder by name).
    Raises ValueError for a header other than the pinned one, for a row with too many fields, and
    (as the job runs) for a cell that does not fit its column.
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
        "encoding": encoding,
        "comment": comment,
        "skipinitialspace": skipinitialspace,
        "skip_blank_lines": skip_blank_lines,
        "skipfooter": skipfooter,
        "on_bad_lines": on_bad_lines,
        "compression": compression,
    }
    head = first_bytes(spark, files[0][0], HEAD_BYTES)
    pinned = schema_fields(spark, schema) if schema is not None else None
    found = checked_names(spark, path, files, head, layout, pinned)
    raw = raw_cells(glueContext, spark, path, files, found, layout, head, transformation_ctx)
    if nrows is not None:
        raw = raw.orderBy("__row").limit(nrows)
    wanted = kept_columns(found, columns, path)
    markers = missing_markers(found, na_values, keep_default_na, na_filter)
    cells = {
        "thousands": thousands,
        "decimal": decimal,
        "true": ["true"] if true_values is None else ["true", *true_values],
        "false": ["false"] if false_values is None else ["false", *false_values],
        "dayfirst": dayfirst,
        "date_format": date_format,
        "path": path,
        "utc": {f"t{i}" for i, name in enumerate(wanted) if name in utc},
        "finite": set(wanted) - set(infinite) if pinned else set(),
    }
    texts = raw.select(
        *[present_text(f"c{found.index(n)}", markers[n], i) for i, n in enumerate(wanted)],
        "__row",
    )
    asked = asked_kinds(wanted, dtype, parse_dates)
    kinds = infer_kinds(texts, wanted, dict(pinned or ()), asked, cells)
    out = [
        cell_values(
            f"t{i}", name, kinds[name], markers[name], cells, asked.get(name) in NEVER_MISSING
        ).alias(name)
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
        also = header_names(first_bytes(spark, uri, LINE_BYTES), uri, {**layout, "nrows": 0})
        if also != found:
            raise ValueError(f"{uri} has the columns {also}, {files[0][0]} has {found}")
    return found


def header_row(header, names):
    """pandas' header argument as 0 or None; True and False are taken too."""
    if header == "infer":
        return None if names is not None else 0
    if header is True or (header == 0 and header is not False):
        return 0
    if header is None or header is False:
        return None
    raise NotImplementedError(f"read_csv(header={header!r})")


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
    """The columns to keep in file order, or ValueError (as pandas' usecols) for unknown ones."""
    if columns is None:
        return found
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


def present_text(cell, markers, number):
    """The text of a cell as t<number>; NULL where pandas sees a missing value."""
    text = F.coalesce(F.col(cell), F.lit(""))
    present = text if not markers else F.when(~text.isin(*sorted(markers)), text)
    return present.alias(f"t{number}")


def raw_cells(glueContext, spark, path, files, names, layout, head, transformation_ctx):
    """All cells as text in c0, c1, …, and __row, a number that rises in file order.

    Glue's own reader where it gives pandas' cells; a layout that Spark cannot read as pandas does
    is read by pandas on the driver, as long as the files are small.
    """
    total = sum(size for _, size in files)
    usual = usual_layout(layout, files)
    if not usual and total > ONE_TASK_BYTES:
        raise NotImplementedError(f"{path}: this layout of a CSV of {total:,} bytes")
    if not usual:
        return driver_cells(spark, files, names, layout)
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


def usual_layout(layout, files):
    """True for what Spark's and Glue's readers cut into cells as pandas does."""
    usual = not layout["skiprows"] and layout["comment"] is None and layout["escapechar"] is None
    usual = usual and not layout["skipinitialspace"] and layout["skip_blank_lines"]
    usual = usual and not layout["skipfooter"]
    usual = usual and len(layout["sep"]) == 1 and layout["compression"] in ("infer", "gzip", None)
    usual = usual and codecs.lookup(layout["encoding"]).name in ("utf-8", "ascii")
    return usual and not any(uri.endswith((".zip", ".xz", ".tar", ".zst")) for uri, _ in files)


def plain_header(head, names, layout):
    """True where the first line is these names as they are: none doubled, empty or with a mark."""
    if layout["header"] is None or layout["names"] is not None or head.startswith(b"\xef\xbb\xbf"):
        return False
    kept = {k: layout[k] for k in ("sep", "quotechar", "encoding")}
    row = pd.read_csv(
        io.BytesIO(head), header=None, nrows=1, dtype=str, keep_default_na=False, **kept
    )
    return row.iloc[0].tolist() == names


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


def driver_cells(spark, files, names, layout):
    """The cells of small files, cut by pandas itself on the driver."""
    parts = [
        pd.read_csv(read_local(uri), dtype=str, keep_default_na=False, **layout) for uri, _ in files
    ]
    frame = pd.concat(parts, ignore_index=True).fillna("")
    frame.columns = [f"c{i}" for i in range(len(names))]
    fields = [T.StructField(c, T.StringType()) for c in frame.columns]
    rows = [(*row, i) for i, row in enumerate(frame.itertuples(index=False, name=None))]
    fields.append(T.StructField("__row", T.LongType()))
    return spark.createDataFrame(rows, T.StructType(fields))


def spark_cells(spark, files, names, layout, multiline):
    """The cells of a folder of files by Spark's reader, which tells the file of each row.

    A row with more fields than there are names fails the job, as in pandas, or is left out
    (on_bad_lines "skip", "warn").
    """
    texts = [T.StructField(f"c{i}", T.StringType()) for i in range(len(names))]
    rows = (
        spark.read.schema(T.StructType([*texts, T.StructField("__bad", T.StringType())]))
        .option("sep", layout["sep"])
        .option("quote", layout["quotechar"])
        .option("escape", layout["quotechar"])
        .option("header", layout["header"] == 0)
        .option("multiLine", multiline)
        .option("columnNameOfCorruptRecord", "__bad")
        .option("nullValue", "\u0000")
        .csv([uri for uri, _ in files])
    )
    quote, sep = re.escape(layout["quotechar"]), layout["sep"]
    bare = F.regexp_replace("__bad", f"{quote}[^{quote}]*{quote}", "")
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


def needs_multiline(spark, files, layout):
    """True where a quoted cell may hold a line break, so that a file cannot be cut into tasks.

    Always for files that are one task anyway; of large ones each line's quotes are counted.
    """
    if max(size for _, size in files) <= ONE_TASK_BYTES:
        return True
    lines = spark.read.text([uri for uri, _ in files])
    quotes = F.length("value") - F.length(F.translate("value", layout["quotechar"], ""))
    return lines.where(quotes % 2 == 1).limit(1).count() > 0
