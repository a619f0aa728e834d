"""df.to_csv at the end of a job: the text that pandas writes, made in Spark expressions."""

import bz2
import codecs
import csv
import gzip
import uuid

from pyspark.sql import functions as F

from glue_runtime.csv_header import header_rows
from glue_runtime.csv_text import cell_texts, column_needs, header_line, line_of
from glue_runtime.files import (
    data_files,
    hadoop_path,
    merge_parts,
    remove_files,
    replace_dataset,
    write_bytes,
)

# monotonically_increasing_id() counts the rows of a partition in its low 33 bits.
FIRST_ROW_BITS = (1 << 33) - 1


def write_csv(
    glueContext,
    df,
    path,
    *,
    transformation_ctx,
    sep=",",
    header=True,
    na_rep="",
    float_format=None,
    date_format=None,
    quoting=csv.QUOTE_MINIMAL,
    quotechar='"',
    escapechar=None,
    doublequote=True,
    lineterminator="\n",
    decimal=".",
    encoding="utf-8",
    compression="infer",
    bool_as_text=True,
    dtypes=None,
    single_file=False,
    mode="w",
    labels=None,
    index=None,
    level_names=None,
):
    """Write `df` as the text that pandas writes, in the order of its rows, replacing `path`.

    The result is a folder of files that each have the header (single_file=True: one file).
    dtypes: {column: pandas dtype}, so that bigint of a float64 column is written 10.0, and of an
    "int64?" column where any value of it is missing. header: True, False or the names to write.
    labels, index, level_names: of columns with labels of several levels, see `header_rows`.
    The lines are written as text and not through a DynamicFrame, whose CSV writer has no say over
    quotes, numbers and dates.
    """
    if mode not in ("w", "a"):
        raise NotImplementedError(f"to_csv(mode={mode!r})")
    if codecs.lookup(encoding).name not in ("utf-8", "ascii"):
        raise NotImplementedError(f"to_csv(encoding={encoding!r})")
    spark = glueContext.spark_session
    style = {
        "sep": sep,
        "na_rep": na_rep,
        "float_format": float_format,
        "date_format": date_format,
        "quoting": quoting,
        "quotechar": quotechar,
        "escapechar": escapechar,
        "doublequote": doublequote,
        "lineterminator": lineterminator or "\n",
        "decimal": decimal,
        "bool_as_text": bool_as_text,
        "path": path,
    }
    if header is False:
        first = None
    elif labels is not None:
        lines = header_rows(df.columns, labels, index, level_names)
        first = style["lineterminator"].join(header_line(line, style) for line in lines)
    else:
        first = header_line(df.columns if header is True else list(header), style)
    needs = column_needs(df, dtypes or {}, style)
    codec = codec_of(path, compression)
    lines = df.select(line_of(cell_texts(df, needs, style), style).alias("value"))
    if mode == "a":
        write_lines(spark, lines, path, first, style, codec)
    elif single_file:
        write_one_file(spark, lines, path, first, style, codec)
    else:
        replace_dataset(
            spark,
            path,
            lambda target: write_lines(spark, lines, target, first, style, codec),
        )


# Spark's names of codecs, and how a file that is packed by one ends.
SUFFIXES = {"gzip": ".gz", "bzip2": ".bz2"}
CODECS = {"gzip": "gzip", "bz2": "bzip2"}
# What a packed file of no bytes takes up at most; a line takes more.
EMPTY_BYTES = 20


def codec_of(path, compression):
    """Spark's name of the codec that pandas would use, None for plain text."""
    if compression is None:
        return None
    if compression == "infer":
        found = [codec for codec, suffix in SUFFIXES.items() if str(path).endswith(suffix)]
        return found[0] if found else None
    if compression not in CODECS:
        raise NotImplementedError(f"to_csv(compression={compression!r})")
    return CODECS[compression]


def packed(text, codec):
    """The bytes of a text, packed as its file is."""
    data = text.encode()
    return {None: bytes, "gzip": gzip.compress, "bzip2": bz2.compress}[codec](data)


def write_lines(spark, lines, target, first, style, codec):
    """Add files of lines under `target`, each led by the header line `first`.

    A frame without rows gives one file with the header alone.
    """
    before = {uri for uri, _ in data_files(spark, target)}
    end = style["lineterminator"]
    if first is not None:
        row = F.monotonically_increasing_id()
        leads = row.bitwiseAND(F.lit(FIRST_ROW_BITS)) == 0
        lines = lines.select(
            F.when(leads, F.concat(F.lit(first + end), "value"))
            .otherwise(F.col("value"))
            .alias("value")
        )
    writer = lines.write.mode("append").option("lineSep", end)
    if codec is not None:
        writer = writer.option("compression", codec)
    writer.text(target)
    made = [(uri, size) for uri, size in data_files(spark, target) if uri not in before]
    if first is not None and all(size <= (EMPTY_BYTES if codec else 0) for _, size in made):
        name = f"part-00000-{uuid.uuid4()}.txt{'' if codec is None else SUFFIXES[codec]}"
        write_bytes(f"{target}/{name}", packed(first + end, codec))
        place = hadoop_path(spark, target)[1]
        remove_files(spark, [uri for uri, _ in made], place)


def write_one_file(spark, lines, path, first, style, codec):
    """Make `path` one file: the parts are written beside it and put together."""
    folder = f"{path}.{uuid.uuid4().hex}.parts"
    try:
        write_lines(spark, lines, folder, None, style, codec)
        head = first + style["lineterminator"] if first is not None else ""
        merge_parts(spark, folder, path, packed(head, codec))
    finally:
        fs, place = hadoop_path(spark, folder)
        fs.delete(place, True)
