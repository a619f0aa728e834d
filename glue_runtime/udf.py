"""The user's own Python functions over columns, as pandas' apply runs them."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.columns import type_in
from glue_runtime.driver import plain_value
from glue_runtime.quoting import gaps_of, is_ndarray

# What rows of columns of nullable dtypes are, by the types of the columns; the first that fits.
NULLABLE_ROWS = {
    "Int64": {"bigint"},
    "Float64": {"bigint", "double"},
    "boolean": {"boolean"},
    "string": {"string"},
}
RESULTS = "struct<kind:string,i:bigint,f:double,s:string,b:boolean,t:timestamp>"


def apply_values(df, name, function, column, kind=None, nullable=False, objects=False, none=False):
    """Add column `name`: ``function`` of each value of `column`, as ``Series.apply`` calls it.

    kind: the Spark type of the results. Without it the results are looked at once, while the plan
    is built, and get the type that pandas would infer.
    nullable: a missing text or truth value is pd.NA, as in a column of nullable dtype (a missing
    number is NaN there, too). objects: whatever is missing is pd.NA. none: a missing object is None.
    """
    source = kind_in(df, column)
    na = objects or nullable and source in ("string", "boolean")
    gap = pd.NA if na else gap_in(df, column, source, none)

    def run(values):
        return [function(v) for v in python_values(values, gap, source)]

    return with_results(df, name, run, [sendable(column, gap, source)], kind)


def apply_rows(df, name, function, names, kind=None, dtype="object", columns=None, nullable=(), none=()):  # fmt: skip
    """Add column `name`: ``function`` of each row, as ``DataFrame.apply(axis=1)`` calls it.

    names: the labels of the row; columns: what stands under them, if not columns of those names.
    dtype: what pandas makes of a row ("object", or a number type where all columns are numbers).
    nullable: the labels whose missing values are pd.NA; none: those whose missing objects are None.
    """
    sources = columns or [F.col("`" + n.replace("`", "``") + "`") for n in names]
    kinds = [kind_in(df, c) for c in sources]
    found = zip(names, sources, kinds)
    gaps = [pd.NA if n in nullable else gap_in(df, c, kind, n in none) for n, c, kind in found]
    how = list(zip(gaps, kinds))

    def run(*values):
        cells = [list(python_values(v, *read)) for v, read in zip(values, how)]
        rows = zip(*cells) if cells else iter(())
        return [function(pd.Series(list(row), index=names, dtype=dtype)) for row in rows]

    sent = [sendable(column, *read) for column, read in zip(sources, how)]
    return with_results(df, name, run, sent, kind)


def apply_each(df, name, function, columns, kind=None, none=()):
    """Add column `name`: ``function`` of the values of `columns` side by side, as ``zip`` gives them.

    none: for each of them, whether a missing object is None.
    """
    kinds = [kind_in(df, c) for c in columns]
    nones = none or [False] * len(columns)
    how = [(gap_in(df, *found), found[1]) for found in zip(columns, kinds, nones)]

    def run(*values):
        return [function(*row) for row in zip(*(python_values(v, *h) for v, h in zip(values, how)))]

    return with_results(df, name, run, columns, kind)


def kind_in(df, column):
    """The Spark type of a column, "ndarray" for lists that are numpy arrays in pandas."""
    return "ndarray" if is_ndarray(df.select(column).schema[0]) else type_in(df, column)


def gap_in(df, column, kind, none):
    """What a missing value of a column of this type is: where objects have None, numbers and times do
    not. Raises NotImplementedError for a column of both, of which Spark keeps one."""
    if not none or not kind.startswith(("string", "boolean", "array", "ndarray")):
        return np.nan
    found = gaps_of(df.select(column).schema[0])
    if found == "both":
        raise NotImplementedError(
            "a function of values that are null in some records and not there in others"
        )
    return np.nan if found == "nan" else None


def sendable(column, gap, kind):
    """A column such that Arrow keeps its whole numbers: beside a gap it would make them fractions."""
    return column.cast("string") if gap is pd.NA and kind == "bigint" else column


def with_results(df, name, run, columns, kind):
    """The results of `run` over batches of `columns` as column `name`."""
    columns = [whole_or_fraction(df, c) for c in columns]
    if kind is not None:

        @F.pandas_udf(kind)
        def typed_results(*values: pd.Series) -> pd.Series:
            return plain_results(run(*values))

        return df.withColumn(name, typed_results(*columns))

    @F.pandas_udf(RESULTS)
    def tagged_results(*values: pd.Series) -> pd.DataFrame:
        return pd.DataFrame(
            [tagged(v) for v in run(*values)], columns=["kind", "i", "f", "s", "b", "t"]
        )

    with_tags = df.withColumn(name, tagged_results(*columns)).localCheckpoint()
    found = {r[0] for r in with_tags.select(F.col(name)["kind"]).distinct().collect()}
    return with_tags.withColumn(name, result_column(name, found))


def whole_or_fraction(df, column):
    """Whole numbers with gaps are fractions in pandas."""
    if type_in(df, column) != "bigint" or df.filter(column.isNull()).isEmpty():
        return column
    return column.cast("double")


def python_values(values, gap=np.nan, kind=None):
    """The values of a batch as pandas hands them out one by one; missing is `gap` (NaT for times).

    kind: their Spark type, of which whole numbers come as texts where the gap is pd.NA.
    """
    if isinstance(values, pd.DataFrame):
        return dicts_of(values)
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.astype("object")
    if gap is pd.NA:
        value = int if kind == "bigint" else lambda v: v
        return [gap if pd.isna(v) else value(v) for v in values.astype("object")]
    if values.dtype == object and kind is not None and kind.startswith("array"):
        return [gap if v is None else plain_value(v) for v in values]
    if values.dtype == object:
        return [gap if v is None else v for v in values]
    return values.astype("object")


def dicts_of(structs):
    """The dicts that structs were, which pandas UDFs get as the columns of a frame.

    Raises ValueError where a field has no value: a dict may lack its key, or be missing as a whole.
    """
    if structs.isna().to_numpy().any():
        raise ValueError("records whose fields are not all there, in a function of Python")
    return structs.astype("object").to_dict("records")


def plain_results(values):
    """Results of one type, with None for what is missing."""
    return pd.Series([None if is_missing_value(v) else v for v in values], dtype="object")


def is_missing_value(value):
    return (
        value is None
        or value is pd.NA
        or value is pd.NaT
        or (isinstance(value, float) and value != value)
    )


def tagged(value):
    """A result under a name of its type: (kind, int, float, text, boolean, time)."""
    if value is pd.NA:
        return ("NA", None, None, None, None, None)
    if is_missing_value(value):
        return ("none", None, None, None, None, None)
    if isinstance(value, (bool, np.bool_)):
        return ("b", None, None, None, bool(value), None)
    if isinstance(value, (int, np.integer)):
        return ("i", int(value), float(value), None, None, None)
    if isinstance(value, (float, np.floating)):
        return ("f", None, float(value), None, None, None)
    if isinstance(value, str):
        return ("s", None, None, value, None, None)
    if isinstance(value, datetime.datetime) and value.tzinfo is None:
        return ("t", None, None, None, None, pd.Timestamp(value))
    raise TypeError(
        f"the function gave a {type(value).__name__}, which has no column type in Spark"
    )


def result_column(name, found):
    """The column that pandas would make of results of these kinds."""
    results, kinds = F.col(name), found - {"none", "NA"}
    if kinds == {"i"} and "none" in found or kinds == {"i", "f"}:
        return results["f"]
    if len(kinds) > 1:
        raise TypeError(f"the function gives values of several types: {sorted(kinds)}")
    return results[kinds.pop()] if kinds else results["s"]


def row_dtype(df, names=None, nullable=False):
    """The dtype of a row of these columns as pandas makes it: a number type where all are numbers.

    nullable: the columns have nullable dtypes.
    """
    types = [
        (f.name, f.dataType.simpleString())
        for f in df.schema.fields
        if (f.name in names if names else not f.name.startswith("__"))
    ]
    kinds = {kind for _, kind in types}
    if nullable and kinds:
        fits = [dtype for dtype, held in NULLABLE_ROWS.items() if kinds <= held]
        return fits[0] if fits else "object"
    if kinds == {"bigint"}:
        gap = F.lit(False)
        for name, _ in types:
            gap = gap | F.col("`" + name.replace("`", "``") + "`").isNull()
        return "int64" if df.filter(gap).isEmpty() else "float64"
    return "float64" if kinds and kinds <= {"bigint", "double"} else "object"


def of_window(function, least, raw=True):
    """The user's `function` of the values in a window (``rolling.apply``), to be called with a
    column: NaN where fewer than `least` values are there."""

    @F.pandas_udf("double")
    def result(values: pd.Series) -> float:
        if values.notna().sum() < least:
            return np.nan
        return float(function(values.to_numpy() if raw else values))

    return result
