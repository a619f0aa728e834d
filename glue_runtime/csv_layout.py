"""How a CSV is laid out: what Spark's and Glue's readers cut into cells as pandas does."""

import codecs
import csv
import io

import pandas as pd
from pyspark.sql import functions as F

# Up to this size a file is one task anyway, so line breaks inside quotes cost nothing to allow.
ONE_TASK_BYTES = 64 << 20


#: what of a layout Spark's and Glue's readers take as pandas does, and no other value
USUAL = {
    "lineterminator": (None,),
    "skiprows": (0, None),
    "header": (0, None),
    "comment": (None,),
    "escapechar": (None,),
    "skipinitialspace": (False,),
    "skip_blank_lines": (True,),
    "skipfooter": (0,),
    "compression": ("infer", None),
    "encoding_errors": ("strict",),
}
#: endings of packed files that Spark does not unpack
PACKED = (".zip", ".xz", ".tar", ".zst", ".tgz")


def usual_layout(layout, files):
    """True for what Spark's and Glue's readers cut into cells as pandas does."""
    if any(layout[name] not in values for name, values in USUAL.items()):
        return False
    if not layout["doublequote"] and layout["quoting"] != csv.QUOTE_NONE:
        return False
    usual = layout["sep"] is not None and len(layout["sep"]) == 1
    usual = usual and codecs.lookup(layout["encoding"]).name in ("utf-8", "ascii")
    return usual and not any(uri.lower().endswith(PACKED) for uri, _ in files)


def plain_header(head, names, layout):
    """True where the first line is these names as they are: none doubled, empty or with a mark."""
    if layout["quoting"] == csv.QUOTE_NONE or head.startswith(b"\xef\xbb\xbf"):
        return False
    if layout["header"] is None or layout["names"] is not None:
        return False
    kept = {k: layout[k] for k in ("sep", "quotechar", "encoding")}
    row = pd.read_csv(
        io.BytesIO(head), header=None, nrows=1, dtype=str, keep_default_na=False, **kept
    )
    return row.iloc[0].tolist() == names


def needs_multiline(spark, files, layout):
    """True where a quoted cell may hold a line break, so that a file cannot be cut into tasks.

    Always for files that are one task anyway; of large ones each line's quotes are counted.
    """
    if layout["quoting"] == csv.QUOTE_NONE:
        return False
    if max(size for _, size in files) <= ONE_TASK_BYTES:
        return True
    lines = spark.read.text([uri for uri, _ in files])
    quotes = F.length("value") - F.length(F.translate("value", layout["quotechar"], ""))
    return lines.where(quotes % 2 == 1).limit(1).count() > 0


def packed_head(path, compression, size):
    """The first bytes of a local file that only pandas unpacks."""
    from pandas.io.common import get_handle

    with get_handle(path, "rb", compression=compression, is_text=False) as opened:
        return opened.handle.read(size)
