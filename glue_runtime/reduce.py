"""Numbers computed from columns, as pandas has them on the driver."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.driver import NULLABLE_DTYPES, pandas_dtype, pandas_scalar, scalar
from glue_runtime.position import with_position
from glue_runtime.quoting import quoted


def gappy(value, missing):
    """A whole number is a fraction where any value of its column was missing."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return float(value) if whole and missing else value


def numpy_round(value, digits):
    """Python's ``round`` of a number that numpy gave."""
    return (
        round(np.float64(value), digits).item()
        if isinstance(value, float)
        else round(value, digits)
    )


def quotient(a, b):
    """``a / b`` as numpy divides: infinite or missing where ``b`` is 0."""
    with np.errstate(all="ignore"):
        return float(np.float64(a) / np.float64(b))


def or_na(value):
    """The missing value of pandas' nullable columns."""
    return pd.NA if pd.isna(value) else value


def label_of(label, present, rows):
    """The label that an idxmax found; no rows is an error, only missing values give nan."""
    if not rows:
        raise ValueError("attempt to get argmax of an empty sequence")
    return label if present else float("nan")


def first_label(df):
    """The label in the first of two columns, of the first row of ``df``, whose value is in the other:
    no rows is an error, no value gives nan."""
    rows = df.take(1)
    if not rows:
        raise ValueError("attempt to get argmax of an empty sequence")
    label, value = rows[0]
    return float("nan") if value is None else pandas_scalar(label, df.schema[0].dataType)


def value_at(df, position, error=IndexError("single positional indexer is out-of-bounds")):
    """The value of the only column of ``df`` in the row at ``position`` of the frame's order."""
    rows = df.limit(position + 1).tail(1) if position else df.take(1)
    if not rows or (position and df.limit(position + 1).count() <= position):
        raise error
    return pandas_scalar(rows[0][0], df.schema[0].dataType)


def most_frequent(df, *names):
    """The rows of ``df`` (values and their ``__count``) that are the most frequent."""
    top = df.agg(F.max("__count")).first()[0]
    return df.filter(F.col("__count") == F.lit(top)).drop("__count")


def modes(df, names, row, dropna=True, aside=()):
    """The most frequent values of each column, sorted, beside each other; `row` numbers the rows.
    `names` None: of all columns that are no helpers and not set `aside`."""
    if names is None:
        names = [n for n in df.columns if not n.startswith("__") and n not in aside]
    out = None
    for name in names:
        value = quoted(name)
        present = df.where(value.isNotNull()) if dropna else df
        counts = present.groupBy(value).agg(F.count(F.lit(1)).alias("__count"))
        found = with_position(most_frequent(counts, name), value.asc_nulls_last(), name=row)
        out = found if out is None else out.join(found, row, "full")
    return out.select(*[quoted(name) for name in names], row)


def by_column(df, aggregate, labels, dtype=None):
    """One number per column, as a Series on the driver: ``aggregate(label)`` gives its aggregate."""
    values = scalar(df, *[aggregate(label) for label in labels])
    return pd.Series([values] if len(labels) == 1 else list(values), index=labels, dtype=dtype)


def missing_counts(df, present=False, aside=()):
    """How many values of each column that is not set `aside` are missing (``present``: are there)."""
    labels = [name for name in column_labels(df) if name not in aside]
    cells = {name: F.col("`" + name.replace("`", "``") + "`") for name in labels}
    tests = {name: c.isNotNull() if present else c.isNull() for name, c in cells.items()}
    return by_column(df, lambda name: F.count_if(tests[name]), labels, "int64")


def column_labels(df):
    """The columns of a frame as pandas has them; helper columns start with "__"."""
    return pd.Index([name for name in df.columns if not name.startswith("__")])


# --- a number for each column, whatever their types -----------------------------------------


def fields_of(df, nullable=False, dtypes=None, aside=()):
    """(name, Spark type, pandas dtype) of the columns that pandas sees; ``aside``: index levels."""
    found = []
    for field in df.schema.fields:
        if field.name.startswith("__") or field.name in aside:
            continue
        kind = field.dataType.simpleString()
        known = (dtypes or {}).get(field.name)
        found.append((field.name, kind, str(known or pandas_dtype(kind, nullable))))
    return found


NUMBER_KINDS = ("tinyint", "smallint", "int", "bigint", "float", "double", "boolean")


def numbers_among(fields):
    """The columns that may be numbers or booleans."""
    return [f for f in fields if f[1] in NUMBER_KINDS or f[1].startswith("decimal")]


def reduced(df, how, build, numeric_only=False, skipna=True, min_count=0, nullable=False, dtypes=None, aside=(), **options):  # fmt: skip
    """``df.how(…)``: a Series of one value per column, computed in one pass over the data.

    build: gives the aggregate of a column and its type. pandas itself joins the dtypes of the
    results: it reduces a small frame that has the same result.
    """
    fields = fields_of(df, nullable, dtypes, aside)
    if numeric_only:
        fields = numbers_among(fields)
    aggregates = [F.count(F.lit(1))]
    for name, kind, _ in fields:
        aggregates += [build(quoted(name), kind, **options), F.count_if(quoted(name).isNull())]
    rows, *cells = scalar_list(df, aggregates)
    found = list(zip(fields, cells[::2], cells[1::2]))
    if numeric_only:  # booleans with gaps are objects in pandas
        found = [x for x in found if not (x[0][2] == "bool?" and x[2])]
    if how not in PADDING:
        values = [v if skipna or not missing else np.nan for _, v, missing in found]
        if how in ("count", "nunique"):
            return pd.Series(values, index=[f[0] for f, _, _ in found], dtype="int64")
        kinds = {f[2] for f, _, _ in found}
        masked = bool(kinds) and kinds <= set(NULLABLE_DTYPES.values())
        result = pd.Series(values, index=[f[0] for f, _, _ in found])
        plain = "Float64" if masked else "float64"
        return result.astype(plain) if not kinds & set(TIMES) else result
    gaps = any(missing for _, _, missing in found)
    small = {}  # by number: names may repeat
    for number, ((_, kind, dtype), value, missing) in enumerate(found):
        enough = rows - missing >= min_count
        pad = value if PADDING[how] is None else PADDING[how]
        parts = [value if enough else np.nan]
        parts += [np.nan if missing else pad if enough else np.nan] if gaps else []
        small[number] = small_column(parts if rows else [], dtype, how, missing or not enough)
    extra = {"min_count": min(min_count, 1)} if min_count else {}
    made = pd.DataFrame(small).set_axis([f[0] for f, _, _ in found], axis=1)
    result = getattr(made, how)(skipna=skipna, **extra)
    for number, (_, value, _) in enumerate(found):
        if how in ("sum", "prod") and isinstance(value, float) and value != value:
            result.iloc[number] = np.nan  # what infinities make of each other
    return result


# What can follow the result of a reduction without a change: None stands for the result itself.
PADDING = {"sum": 0, "prod": 1, "min": None, "max": None, "any": None, "all": None}
TIMES = ("datetime64[ns]", "timedelta64[ns]")


def scalar_list(df, aggregates):
    """The values of several aggregates as a list."""
    values = scalar(df, *aggregates)
    return [values] if len(aggregates) == 1 else list(values)


def small_column(values, dtype, how, gaps):
    """A small Series of the dtype that pandas has for the whole column."""
    if dtype in ("bool?", "bool") and how in ("sum", "prod"):
        dtype = "int64?"
    if dtype in ("int64?", "int64"):
        dtype = "float64" if gaps else "int64"
    if dtype == "bool?":
        dtype = "object" if gaps else "bool"
    if dtype == "boolean" and how in ("sum", "prod"):
        dtype = "Int64"
    if dtype == "Float64" or dtype == "Int64" or dtype == "boolean":
        values = [pd.NA if pd.isna(v) else v for v in values]
    if dtype in ("date", "list", "category") or dtype in TIMES and how in ("any", "all"):
        dtype = "object"
    return pd.Series(values, dtype=dtype)


def aggregate_values(df, wanted, nullable=False, dtypes=None):
    """{column: {row label: builder}} with the values in place of the builders, in one pass."""
    kinds = {f[0]: f for f in fields_of(df, nullable, dtypes)}
    cells = [(column, row, build) for column, rows in wanted.items() for row, build in rows.items()]
    aggregates = []
    for column, _, build in cells:
        cell = quoted(column)
        aggregates += [build(cell, kinds[column][1]), F.count_if(cell.isNull())]
    values = scalar_list(df, aggregates)
    columns = {column: {} for column in wanted}
    for (column, row, build), value, missing in zip(cells, values[::2], values[1::2]):
        same = build.__name__ in ("total", "smallest", "largest", "product")
        masked = kinds[column][2] in NULLABLE_DTYPES.values()
        columns[column][row] = gappy(value, missing) if same and not masked else value
    return columns


def aggregated(df, wanted, rows=None, **types):
    """``df.agg(…)``: a frame of the values of {column: {row label: builder}}; ``rows``: their order."""
    columns = aggregate_values(df, wanted, **types)
    series = [pd.Series(list(v.values()), index=list(v), name=c) for c, v in columns.items()]
    out = pd.concat(series, axis=1)
    return out if rows is None else out.reindex(rows)


def aggregated_column(df, name, wanted, **types):
    """``df[name].agg([…])``: a Series of the values of {row label: builder}."""
    values = aggregate_values(df, {name: wanted}, **types)[name]
    return pd.Series(list(values.values()), index=list(values), name=name)


def aggregated_each(df, wanted, **types):
    """``df.agg({column: …})``: a Series of the values of {column: builder}."""
    columns = aggregate_values(df, {c: {"": build} for c, build in wanted.items()}, **types)
    return pd.Series([v[""] for v in columns.values()], index=list(columns))


def weighted(total, weight, gaps):
    """The mean by weights, from the sums. Raises ZeroDivisionError where the weights sum to zero."""
    if gaps or pd.isna(weight):
        return float("nan")
    if weight == 0:
        raise ZeroDivisionError("Weights sum to zero, can't be normalized")
    return total / weight


def extremes(df, name, n, largest=False):
    """The rows with the `n` smallest (largest) values in column `name` and those equal to the last of
    them; all rows where fewer have a value."""
    value = quoted(name)
    if df.schema[name].dataType.typeName() == "timestamp":
        value = F.unix_micros(value)
    order = value.desc_nulls_last() if largest else value.asc_nulls_last()
    last = df.select(value).orderBy(order).offset(n - 1).limit(1).collect()
    if not last or last[0][0] is None:
        return df
    return df.where(value >= last[0][0] if largest else value <= last[0][0])
