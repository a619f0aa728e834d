"""The encoding of a text file, found by trying."""

import io

import pandas as pd

from glue_runtime.csv_cut import packing_of
from glue_runtime.files import active_spark, existing_files


def first_encoding(path, names):
    """The first of the encodings `names` in which the file at `path` (all files of a folder) is text.

    Where there is none the last one is given: reading in it fails as it does in pandas.
    """
    spark = active_spark()
    uris = [uri for uri, _ in existing_files(spark, path)]

    def tried(batches):
        for batch in batches:
            found = [
                decodes(content, address, names)
                for address, content in zip(batch["path"], batch["content"])
            ]
            yield pd.DataFrame({"fits": found})

    files = spark.read.format("binaryFile").load(uris).select("path", "content")
    rows = files.mapInPandas(tried, "fits array<boolean>").distinct().collect()
    fits = [all(row["fits"][n] for row in rows) for n in range(len(names))]
    return next((name for name, fit in zip(names, fits) if fit), names[-1])


def decodes(content, address, names):
    """For each of the encodings, whether these bytes are text in it."""
    from pandas.io.common import get_handle

    packing = packing_of(address, "infer")
    if packing is not None:
        with get_handle(io.BytesIO(content), "rb", compression=packing, is_text=False) as opened:
            content = opened.handle.read()
    found = []
    for name in names:
        try:
            content.decode(name)
        except UnicodeDecodeError:
            found.append(False)
        else:
            found.append(True)
    return found
