"""Cells of files that Spark does not cut as pandas does: pandas itself cuts each file, as one task."""

import io
import os
import re

import pandas as pd

from glue_runtime.files import ENDINGS

# A file is one value of Spark's reader of whole files.
LARGEST_FILE = (1 << 31) - (1 << 20)
# So many rows of a file are handed on at a time.
ROWS_AT_ONCE = 50_000
# 50 bits hold the rows of a file, 13 bits the files.
FILE_SHIFT = 50


def cut_cells(spark, path, files, names, layout, reader="read_csv"):
    """All cells of `files` as text in c0, c1, … (one for each of `names`), and __row in file order.

    reader: the name of pandas' reader, which gets `layout`.
    """
    large = [uri for uri, size in files if size > LARGEST_FILE]
    if large or len(files) >= 1 << 13:
        words = f"{len(files):,} files" if not large else f"{large[0]} of more than 2 GB"
        raise NotImplementedError(f"{path}: {words} in a layout that only pandas reads")
    ranks = {same_address(uri): rank for rank, (uri, _) in enumerate(files)}

    def cut(batches):
        for batch in batches:
            for address, content in zip(batch["path"], batch["content"]):
                yield from file_pieces(content, address, ranks, reader, layout, names)

    content = spark.read.format("binaryFile").load([uri for uri, _ in files])
    fields = ", ".join([*(f"c{i} string" for i in range(len(names))), "__row bigint"])
    return content.select("path", "content").mapInPandas(cut, fields)


def same_address(uri):
    """The address of a file, with as many slashes after its scheme as all others have."""
    return re.sub("^([a-z0-9]+):/+", r"\1:/", uri)


def packing_of(address, compression):
    """How a file is packed, as `compression` or its ending says."""
    if compression != "infer":
        return compression
    return ENDINGS.get(os.path.splitext(address)[1].lower())


def file_pieces(content, address, ranks, reader, layout, names):
    """The rows of one file, as frames of text."""
    options = {"dtype": str, "keep_default_na": False, **layout}
    options["compression"] = packing_of(address, layout.get("compression", "infer"))
    if not options.get("skipfooter"):  # which pandas only knows at the end of the file
        options["chunksize"] = ROWS_AT_ONCE
    found = getattr(pd, reader)(io.BytesIO(content), **options)
    row = ranks[same_address(address)] << FILE_SHIFT
    for piece in [found] if isinstance(found, pd.DataFrame) else found:
        labels = [str(name) for name in piece.columns]
        if labels != names or not isinstance(piece.index, pd.RangeIndex):
            raise ValueError(f"{address} has the columns {labels}, not {names} alone")
        cells = piece.fillna("")
        cells.columns = [f"c{i}" for i in range(len(cells.columns))]
        cells["__row"] = range(row, row + len(cells))
        row += len(cells)
        yield cells
