"""JSON documents that are no array of records, written from parts that the cluster makes."""

import json
import uuid

from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.files import data_files, hadoop_path, replace_file
from glue_runtime.quoting import quoted


def write_document(spark, df, cells, path, orient, labels):
    """Write `df` as one document of this orient, in the order of its rows.

    cells: {column: Column of its JSON value}; labels: the column that labels the rows, which has to
    be unique as in pandas where it becomes keys.
    """
    values = {name: json_text(cell) for name, cell in cells.items()}
    key = json_text(quoted(labels))
    if orient != "split":
        if not isinstance(df.schema[labels].dataType, T.StringType):
            key = F.concat(F.lit('"'), key, F.lit('"'))
        check_unique(df, labels, orient)
    rows = df.select(key.alias("key"), *(v.alias(f"c{n}") for n, v in enumerate(values.values())))
    rows = rows.persist()
    texts = [F.col(f"c{n}") for n in range(len(values))]
    folder = f"{path}.{uuid.uuid4().hex}.parts"
    try:
        pieces = []
        for number, part in enumerate(DOCUMENTS[orient](list(values), texts)):
            if isinstance(part, str):
                pieces.append(part.encode())
                continue
            place = f"{folder}/{number}"
            rows.select(F.concat(F.lit(","), part).alias("value")).write.text(place)
            pieces.append(place)
        put_together(spark, pieces, path)
    finally:
        rows.unpersist()
        fs, place = hadoop_path(spark, folder)
        fs.delete(place, True)


def json_text(cell):
    """The JSON text of one value."""
    text = F.to_json(F.struct(cell.alias("v")), {"ignoreNullFields": "false"})
    return F.substring(text, 6, 1 << 30).substr(F.lit(1), F.length(text) - 6)


def check_unique(df, labels, orient):
    """Raises ValueError where a label is there twice."""
    again = df.groupBy(quoted(labels)).count().where(F.col("count") > 1).limit(1).count()
    if again:
        raise ValueError(f"DataFrame index must be unique for orient='{orient}'.")


def document_of_columns(names, texts):
    """{"a": {"0": 1, …}, "b": …}"""
    out = ["{"]
    for number, (name, text) in enumerate(zip(names, texts)):
        out.append(("," if number else "") + json.dumps(name) + ":{")
        out += [F.concat("key", F.lit(":"), text), "}"]
    return [*out, "}"]


def document_of_rows(names, texts):
    """{"0": {"a": 1, …}, "1": …}"""
    inner = [F.concat(F.lit(json.dumps(n) + ":"), t) for n, t in zip(names, texts)]
    row = F.concat("key", F.lit(":{"), F.concat_ws(",", *inner), F.lit("}"))
    return ["{", row, "}"]


def document_lists(texts):
    return F.concat(F.lit("["), F.concat_ws(",", *texts), F.lit("]"))


def document_split(names, texts):
    """{"columns": […], "index": […], "data": [[…], …]}"""
    head = f'{{"columns":{json.dumps(names)},"index":['
    return [head, F.col("key"), '],"data":[', document_lists(texts), "]}"]


DOCUMENTS = {"columns": document_of_columns, "index": document_of_rows, "split": document_split}


def put_together(spark, pieces, path):
    """Make `path` one file of texts (bytes) and of folders of parts, whose first comma goes."""
    io_utils = spark._jvm.org.apache.hadoop.io.IOUtils

    def fill(stream):
        for piece in pieces:
            if isinstance(piece, bytes):
                stream.write(bytearray(piece))
                continue
            found = [uri for uri, size in data_files(spark, piece) if size]
            for uri in found:
                fs, place = hadoop_path(spark, uri)
                source = fs.open(place)
                source.seek(1 if uri == found[0] else 0)
                io_utils.copyBytes(source, stream, 1 << 20, False)
                source.close()

    replace_file(spark, path, fill)
