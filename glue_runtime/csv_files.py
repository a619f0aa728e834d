"""``pd.concat`` of several files: each is read by itself, as pandas types it, then they are one."""

from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.csv_input import read_csv
from glue_runtime.paths import data_path
from glue_runtime.position import with_position
from glue_runtime.quoting import quoted

# 50 bits hold the rows of a file, 13 bits the files.
FILE_BITS = 50


def read_csv_files(glueContext, root, files, schema=None, **options):
    """The rows of all CSV `files`; schema and options: those of ``files_together`` and ``read_csv``."""
    return files_together(read_csv, glueContext, root, files, schema=schema, **options)


def files_together(
    read,
    glueContext,
    root,
    files,
    *,
    transformation_ctx,
    path=None,
    added=None,
    position=None,
    labels=None,
    full=False,
    **options,
):
    """The rows of all `files`, in that order, as pd.concat puts them together.

    read: the reader of one of them, with its `options`. path: a function that gives the path of one
    of `files`. added: {column: function of one of `files` that gives its value}. position: name of a
    bigint column that rises over all rows; labels: of one with the row number in each file.
    full: leave files without rows out.
    Raises ValueError where there is no file, TypeError for a column of text in some files and of
    numbers in others, which pandas would mix.
    """
    files = list(files)
    if not files:
        raise ValueError("No objects to concatenate")
    parts, names = [], []
    for number, file in enumerate(files):
        place = data_path(root, path(file) if path is not None else file)
        part = read(
            glueContext, place, position="__row", transformation_ctx=f"{transformation_ctx}_{number}", **options
        )  # fmt: skip
        if full and part.isEmpty():
            continue
        if labels is not None:
            part = with_position(part, "__row", name=labels)
        for column, function in (added or {}).items():
            part = part.withColumn(column, constant(function(file)))
        row = F.col("__row") + F.lit(number << FILE_BITS)
        part = part.withColumn(position, row) if position is not None else part
        parts.append(part.drop("__row"))
        names += [n for n in part.columns if n not in names and not n.startswith("__")]
    kinds = {name: common_type(parts, name) for name in names}
    if not parts:
        raise ValueError("No objects to concatenate")
    hidden = [n for n in (position, labels) if n is not None]
    out = None
    for part in parts:
        columns = [
            (quoted(n) if n in part.columns else F.lit(None)).cast(kinds[n]).alias(n) for n in names
        ]
        part = part.select(*columns, *hidden)
        out = part if out is None else out.unionAll(part)
    return out


def constant(value):
    """A value of a program as a column of the type that pandas gives it."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return F.lit(value).cast("bigint") if whole else F.lit(value)


def common_type(parts, name):
    """The type that pandas gives a column when it puts the parts together."""
    having = [p for p in parts if name in p.columns]
    found = {p.schema[name].dataType for p in having}
    if len(found) > 1 and not found <= {T.LongType(), T.DoubleType()}:
        # What has no value at all is read as numbers, and goes with anything.
        full = [p for p in having if not p.filter(quoted(name).isNotNull()).isEmpty()]
        found = {p.schema[name].dataType for p in full} or {T.DoubleType()}
    if len(found) == 1:
        kind = found.pop()
        gaps = len(having) < len(parts)
        return T.DoubleType() if kind == T.LongType() and gaps else kind
    if found == {T.LongType(), T.DoubleType()}:
        return T.DoubleType()
    kinds = ", ".join(sorted(k.simpleString() for k in found))
    raise TypeError(
        f"the column {name!r} has other types in other files ({kinds}), which pandas would mix:"
        " give the reader a dtype= for it"
    )
