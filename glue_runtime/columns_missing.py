"""Missing values: filling them with what pandas would put there."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import type_in
from glue_runtime.quoting import quoted

WHOLE = ("tinyint", "smallint", "int", "bigint")


def fill_missing(df, column, value, nullable=False):
    """``column`` of ``df`` with its missing values replaced by a Python value or another column.

    Whole numbers become fractions where any of them is missing, as in pandas (not in its nullable
    columns). A value of another kind than the column's raises where it would have to be put in.
    """
    kind = type_in(df, column)
    if kind in WHOLE and not nullable:
        column = whole(df, column)
        if type_in(df, column) == kind:
            return column  # nothing to fill: it stays whole whatever the value is
    if not hasattr(value, "cast"):
        if value is None or value != value:
            return column
        is_whole = kind in WHOLE and isinstance(value, float) and value % 1 == 0
        value = F.lit(int(value) if is_whole else value)
    found = type_in(df, value)
    if fits(found, kind) and not (nullable and kind in WHOLE and found not in WHOLE):
        return F.coalesce(column, value.cast("double") if kind == "double" else value)
    return F.coalesce(column, F.raise_error(F.lit(f"a {kind} column cannot hold the fill value")))


def fits(kind, column_kind):
    """Whether a value of Spark type ``kind`` can stand in a column of ``column_kind``."""
    numbers = (*WHOLE, "double", "float")
    return kind == column_kind or (kind in numbers and column_kind in numbers)


def whole(df, column, nullable=False):
    """Whole numbers as pandas has them: fractions as soon as one is missing.

    Looks at the data, once, while the plan is built. Columns of another type stay as they are.
    """
    if nullable or type_in(df, column) not in WHOLE:
        return column
    complete = df.filter(column.isNull()).isEmpty()
    return column if complete else column.cast("double")


def fill_frame(df, values, nullable=False, aside=()):
    """``df`` with the missing values of its columns filled: ``values`` is one for all columns, or
    {column: value}. Columns whose name starts with "__" are helpers and stay, and so do ``aside``.
    """
    wanted = values if isinstance(values, dict) else {c: values for c in df.columns}
    filled = {
        name: fill_missing(df, quoted(name), value, nullable)
        for name, value in wanted.items()
        if name in df.columns and not name.startswith("__") and name not in aside
    }
    return df.withColumns(filled) if filled else df


def drop_gappy_columns(df, how="any", thresh=None, aside=()):
    """Without the columns that have a missing value (how="all": that have no value; thresh: that
    have fewer values than that). One pass over the rows decides. Helpers and `aside` stay."""
    asked = [n for n in df.columns if not n.startswith("__") and n not in aside]
    counts = [F.count(quoted(n)).alias(f"c{i}") for i, n in enumerate(asked)]
    rows, *found = df.agg(F.count(F.lit(1)).alias("rows"), *counts).first()
    least = thresh if thresh is not None else min(rows, 1) if how == "all" else rows
    return df.drop(*[n for n, count in zip(asked, found) if count < least])


def missing_flags(df, present=False, aside=()):
    """For every column whether its value is missing (``present``: is there); helpers and what is
    set `aside` stay."""
    cells = [(name, quoted(name)) for name in df.columns]
    flags = [
        (
            c
            if name.startswith("__") or name in aside
            else (c.isNotNull() if present else c.isNull()).alias(name)
        )
        for name, c in cells
    ]
    return df.select(*flags)


def row_flags(df, how, present=False, aside=()):
    """A Column: whether "any" or "all" of a row's values are missing (``present``: are there), and how
    many ("sum"), or which share ("mean")."""
    names = [n for n in df.columns if not n.startswith("__") and n not in aside]
    if how in ("sum", "mean"):
        tests = [quoted(n).isNotNull() if present else quoted(n).isNull() for n in names]
        count = sum([t.cast("bigint") for t in tests], F.lit(0).cast("bigint"))
        if how == "sum":
            return count
        return count / len(names) if names else F.lit(None).cast("double")
    found = None
    for cell in map(quoted, names):
        test = cell.isNotNull() if present else cell.isNull()
        found = test if found is None else found | test if how == "any" else found & test
    return F.lit(how == "all") if found is None else found


def gappy_column(a, ta, texts=True):
    """Whole numbers as fractions, because some will be missing; anything else as it is. ``texts``:
    False where a later step tells the None that pandas puts among them from NaN."""
    if ta == "string" and not texts:
        raise NotImplementedError(
            "a shifted text column of which a later step tells None from NaN: .fillna() before that step"
        )
    return a.cast("double") if ta in WHOLE else a


def whole_or_mixed(df, column, nullable=False):
    """The ``value`` of a struct (value, fraction): whole numbers unless some row is a fraction."""
    fractions = not df.filter(column["fraction"]).isEmpty()
    return column["value"] if fractions else column["value"].cast("bigint")
