"""Between Spark and pandas on the driver: collect a frame as pandas has it, send one back."""

import datetime

import numpy as np
import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.quoting import gaps_of, is_ndarray

# The numpy dtype, and the nullable one, of each Spark type.
NUMPY_DTYPES = {
    "bigint": "int64?",
    "int": "int64?",
    "smallint": "int64?",
    "tinyint": "int64?",
    "double": "float64",
    "float": "float64",
    "boolean": "bool?",
    "string": "object",
    "timestamp": "datetime64[ns]",
    "timestamp_ntz": "datetime64[ns]",
    "date": "date",
}
NULLABLE_DTYPES = {
    "int64?": "Int64",
    "float64": "Float64",
    "bool?": "boolean",
    "object": "string",
}


def pandas_dtype(spark_type, nullable):
    """The dtype name that pandas would have for a Spark type text, e.g. 'bigint' → 'int64?'."""
    if spark_type.startswith("interval"):
        return "timedelta64[ns]"
    if spark_type.startswith("decimal"):
        return "float64"
    name = NUMPY_DTYPES.get(spark_type, "list")
    return NULLABLE_DTYPES.get(name, name) if nullable else name


def to_pandas(
    df,
    *,
    dtypes=None,
    nullable=False,
    none=(),
    only_none=(),
    objects=(),
    index=None,
    index_names=None,
    index_gaps=False,
    order=None,
    limit=5_000_000,
):
    """Collect a Spark frame as the pandas frame that it stands for.

    dtypes: {column: pandas dtype name}; a column without one gets the dtype of its Spark type
    (nullable: Int64, Float64, boolean, string, for all or for the columns listed). "int64?" and
    "bool?" become float64 and object where a value is missing.
    none: columns of texts or lists whose missing values are None, not NaN; True for all; only_none: columns of
    nothing else.
    objects: columns that a Python function gave, of which the missing values are pd.NA.
    index: columns that become the index, named index_names (default: their own names); index_gaps:
    a missing label is a value of its level, the last one, as groupby(dropna=False) makes it.
    order: sort keys. Raises RuntimeError for more than `limit` rows.
    """
    dtypes = dtypes or {}
    types = [(f.name, f.dataType.simpleString()) for f in df.schema.fields]
    names = [name for name, _ in types]
    arrays = {f.name for f in df.schema.fields if is_ndarray(f)}
    nans = {f.name for f in df.schema.fields if gaps_of(f) == "nan"}
    ordered = df.orderBy(*order) if order else df
    # Names may repeat: number the columns.
    ordered = ordered.toDF(*[f"c{number}" for number in range(len(names))])
    cells = [F.col(f"c{number}") for number in range(len(names))]
    # Arrow would turn integers and booleans with gaps into floats and objects: fetch the gaps.
    plain = []
    for number, (cell, (_, kind)) in enumerate(zip(cells, types)):
        kind_of_gap = FILLED.get(kind)
        value = cell if kind_of_gap is None else F.coalesce(cell, F.lit(kind_of_gap).cast(kind))
        plain.append(collectable(value, kind).alias(f"v{number}"))
        if kind_of_gap is not None:
            plain.append(cell.isNull().alias(f"m{number}"))
    fetched = fetch(ordered.select(*plain), limit)
    columns = {}
    for number, (name, kind) in enumerate(types):
        missing = fetched[f"m{number}"].to_numpy(bool) if kind in FILLED else None
        by_kind = pandas_dtype(kind, nullable if isinstance(nullable, bool) else name in nullable)
        dtype = dtypes.get(name) or by_kind
        columns[number] = as_dtype(fetched[f"v{number}"], missing, dtype)
        if name in arrays:
            columns[number] = fetched[f"v{number}"]
        if dtype in ("object", "list") and kind[:5] in GAPS and name not in nans and (none is True or name in none):  # fmt: skip
            columns[number] = columns[number].where(columns[number].notna(), None)
        if name in only_none:
            columns[number] = pd.Series(None, fetched.index, dtype="object")
        if name in objects:
            given = columns[number].astype("object")
            columns[number] = pd.Series(given.where(given.notna(), pd.NA).tolist(), given.index)
    out = pd.DataFrame(columns, index=fetched.index)
    out.columns = names
    if index:
        out = out.set_index(list(index))
        if index_gaps:
            out.index = with_gaps_as_values(out.index)
        out.index.names = list(index_names) if index_names is not None else list(index)
    out.columns.name = None
    return out


def with_gaps_as_values(index):
    """A MultiIndex in which a missing label is a value of its level, the last one."""
    parts = [index.get_level_values(n) for n in range(index.nlevels)]
    found = [pd.factorize(values, sort=True, use_na_sentinel=False) for values in parts]
    codes, levels = [codes for codes, _ in found], [values for _, values in found]
    # what pandas checks here are missing labels, which it would take out of their levels
    return pd.MultiIndex(levels, codes, names=index.names, verify_integrity=False)


# How the types of objects begin that may have None in pandas.
GAPS = ("strin", "array")
# What stands in for a missing value while a column of this type is collected.
FILLED = {"bigint": 0, "int": 0, "smallint": 0, "tinyint": 0, "boolean": False}


def collectable(column, kind):
    """A column in a form that is collected the same by every version."""
    if kind.startswith("decimal"):
        return column.cast("double")
    if kind == "timestamp_ntz":
        return column.cast("timestamp")
    if kind == "timestamp":
        return F.unix_micros(column)
    return column


def fetch(df, limit):
    """toPandas, or RuntimeError when there are more than `limit` rows."""
    try:
        out = df.toPandas()
    except Exception as error:
        if "spark.driver.maxResultSize" in str(error):
            raise RuntimeError(f"{TOO_MUCH} than the driver takes; {TOO_MUCH_HELP}") from error
        raise
    if limit is not None and len(out) > limit:
        raise RuntimeError(f"{TOO_MUCH} than {limit:,} rows ({len(out):,}); {TOO_MUCH_HELP}")
    return out


TOO_MUCH = "This step runs in pandas on the driver and collects more"
TOO_MUCH_HELP = "filter or aggregate before it, or raise its limit"


def as_dtype(values, missing, dtype):
    """One collected column (a Series, and a mask of its gaps or None) as a pandas dtype."""
    if missing is not None:
        return FROM_MASKED.get(dtype, masked_other)(values, missing, dtype)
    return FROM_VALUES.get(dtype, other_values)(values, dtype)


def masked_int(values, missing, dtype):
    """int64 where no value is missing, else float64 (pandas' own habit)."""
    if not missing.any():
        return values.astype("int64")
    return values.astype("float64").mask(missing)


def masked_bool(values, missing, dtype):
    """bool where no value is missing, else an object column with NaN."""
    if not missing.any():
        return values.astype("bool")
    return put_nan(values, missing)


def masked_narrow(values, missing, dtype):
    """The width of "int8?" where no value is missing, else float64."""
    return values.astype("float64").mask(missing) if missing.any() else values.astype(dtype[:-1])


def masked_object(values, missing, dtype):
    """Python values with NaN where one is missing."""
    return put_nan(values, missing)


def put_nan(values, missing):
    """Python values with the one np.nan where one is missing: a dict knows it by its identity."""
    out = values.astype("object").copy()
    out[missing] = np.nan
    return out


def masked_other(values, missing, dtype):
    """A nullable or any other dtype, from its nullable form."""
    if dtype.endswith("?"):
        return masked_narrow(values, missing, dtype)
    nullable = "boolean" if values.dtype == bool else "Int64"
    out = values.astype(nullable).mask(missing, pd.NA)
    return out if dtype == nullable else out.astype(dtype)


FROM_MASKED = {
    "int64": masked_int,
    "int64?": masked_int,
    "bool": masked_bool,
    "bool?": masked_bool,
    "object": masked_object,
}


def with_nan(values, dtype):
    """Python objects, NaN for None."""
    return put_nan(values, values.isna())


def as_dates(values, dtype):
    """datetime.date objects, NaT as pandas' .dt.date leaves it."""
    return values.astype("object").where(values.notna(), pd.NaT)


def as_timestamps(values, dtype):
    """datetime64[ns] from microseconds since 1970."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.astype("datetime64[ns]")
    return pd.to_datetime(values.astype("Int64"), unit="us").astype("datetime64[ns]")


def as_lists(values, dtype):
    """Python lists and dicts; Arrow hands out numpy arrays."""
    return values.map(plain_value).astype("object")


def plain_value(value):
    """A nested value in plain Python: list, dict, scalars."""
    if isinstance(value, (np.ndarray, list, tuple)) and not hasattr(value, "asDict"):
        return [plain_value(v) for v in value]
    if hasattr(value, "asDict"):
        return {k: plain_value(v) for k, v in value.asDict().items()}
    if isinstance(value, dict):
        return {k: plain_value(v) for k, v in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return np.nan if value is None else value


def other_values(values, dtype):
    """Any other dtype by its name; text that is not a dtype of pandas stays an object column."""
    if isinstance(dtype, pd.CategoricalDtype) and dtype.categories is not None:
        # Spark has the texts of the categories, which may be numbers or intervals.
        codes = pd.Index([str(c) for c in dtype.categories]).get_indexer(values)
        return pd.Series(pd.Categorical.from_codes(codes, dtype=dtype), index=values.index)
    if dtype.startswith("datetime64[ns, "):
        return as_timestamps(values, dtype).dt.tz_localize("UTC").astype(dtype)
    if dtype.startswith("period["):
        return as_timestamps(values, dtype).dt.to_period(dtype[7:-1])
    if dtype == "string":
        return values.where(values.notna(), pd.NA).astype("string")
    if dtype == "Float64":
        return values.astype("Float64")
    if dtype in ("int64", "int64?"):
        return values.astype("int64") if values.notna().all() else values.astype("float64")
    return values.astype(dtype)


FROM_VALUES = {
    "object": with_nan,
    "str": with_nan,
    "date": as_dates,
    "datetime64[ns]": as_timestamps,
    "list": as_lists,
}


def spark_type(series, name):
    """The Spark type of a pandas column, or TypeError for a column of mixed values."""
    kind = str(series.dtype)
    if kind in SPARK_TYPES:
        return SPARK_TYPES[kind]
    if kind.startswith("datetime64"):
        return T.TimestampType()
    if kind.startswith("timedelta64"):
        return T.DayTimeIntervalType()
    if kind == "category":
        return spark_type(pd.Series(series.cat.categories), name)
    if kind.lower().startswith(("int", "uint")):
        return T.LongType()
    if kind.lower().startswith("float"):
        return T.DoubleType()
    return object_type([v for v in series if not is_missing(v)], name)


SPARK_TYPES = {"bool": T.BooleanType(), "boolean": T.BooleanType(), "string": T.StringType()}

OBJECT_TYPES = [
    (str, T.StringType()),
    ((bool, np.bool_), T.BooleanType()),
    ((int, np.integer), T.LongType()),
    ((int, float, np.integer, np.floating), T.DoubleType()),
    ((pd.Timestamp, datetime.datetime, np.datetime64), T.TimestampType()),
    (datetime.date, T.DateType()),
    ((pd.Timedelta, datetime.timedelta), T.DayTimeIntervalType()),
]


def is_missing(value):
    """True for None, NaN, NaT and NA; False for lists and other containers."""
    return not isinstance(value, (list, tuple, dict, set, np.ndarray)) and bool(pd.isna(value))


def object_type(values, name):
    """The Spark type that all these Python values share."""
    if not values:
        return T.StringType()
    truths = {isinstance(v, bool) for v in values}  # which Python takes for numbers, and pandas not
    for classes, found in OBJECT_TYPES:
        if len(truths) == 1 and all(isinstance(v, classes) for v in values):
            return found
    if all(isinstance(v, (list, tuple, set, np.ndarray)) for v in values):
        inner = [x for v in values for x in v if not is_missing(x)]
        return T.ArrayType(object_type(inner, name))
    if all(isinstance(v, dict) for v in values):
        keys = list(dict.fromkeys(k for v in values for k in v))
        if all(isinstance(k, str) for k in keys):
            return T.StructType(
                [
                    T.StructField(k, object_type([v[k] for v in values if not_gap(v, k)], name))
                    for k in keys
                ]
            )
    found = sorted({type(v).__name__ for v in values})
    raise TypeError(f"column {name!r} mixes values of types {found}; Spark needs one type")


def not_gap(record, key):
    """True where a dict has a value for this key."""
    return key in record and not is_missing(record[key])


def from_pandas(spark, pdf, position=None):
    """A pandas frame as a Spark frame: missing is NULL, types by the map of the project.

    The index is not kept (reset_index first). position: name of a bigint column with 0, 1, 2, …
    Raises TypeError for an object column of mixed values.
    """
    names = [str(c) for c in pdf.columns]
    series = {number: pdf.iloc[:, number].reset_index(drop=True) for number in range(len(names))}
    found = [spark_type(series[number], name) for number, name in enumerate(names)]
    if position is not None:
        names.append(position)
        series[len(found)] = pd.Series(range(len(pdf)), dtype="int64")
        found.append(T.LongType())
    schema = T.StructType([T.StructField(name, kind) for name, kind in zip(names, found)])
    flat = all(type(kind) in ARROW_FORMS for kind in found)
    arrow = spark.conf.get("spark.sql.execution.arrow.pyspark.enabled", "false") == "true"
    if flat and arrow and len(pdf) >= ARROW_ROWS:
        typed = {n: ARROW_FORMS[type(kind)](series[n]) for n, kind in enumerate(found)}
        return spark.createDataFrame(pd.DataFrame(typed), schema)
    columns = [[python_value(v, kind) for v in series[n]] for n, kind in enumerate(found)]
    return spark.createDataFrame(list(zip(*columns)), schema)


# From here on a frame is sent through Arrow, which costs more to start and far less a row.
ARROW_ROWS = 1000


def naive_times(series):
    """Timestamps as datetime64[ns] in UTC without a zone."""
    return pd.to_datetime(series, utc=True).dt.tz_localize(None)


def objects(series):
    """Python objects with None for what is missing."""
    plain = series.astype("object")
    return plain.where(series.notna(), None)


# Spark type → the pandas form of a column that Arrow turns into it.
ARROW_FORMS = {
    T.LongType: lambda s: s.astype("Int64"),
    T.DoubleType: lambda s: s.astype("Float64").astype("float64"),
    T.BooleanType: lambda s: s.astype("boolean"),
    T.StringType: objects,
    T.DateType: objects,
    T.TimestampType: naive_times,
}


def python_value(value, found):
    """One pandas value as Spark takes it for a type."""
    if value is None or is_missing(value):
        return None
    convert = TO_PYTHON.get(type(found))
    if convert is not None:
        return convert(value)
    if isinstance(found, T.ArrayType):
        return [python_value(v, found.elementType) for v in value]
    if isinstance(found, T.StructType):
        return tuple(python_value(value.get(f.name), f.dataType) for f in found.fields)
    return value


def utc_datetime(value):
    """A timestamp as an aware datetime in UTC, which no session or system zone can shift."""
    stamp = pd.Timestamp(value)
    stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
    return stamp.to_pydatetime(warn=False)


TO_PYTHON = {
    T.LongType: int,
    T.DoubleType: float,
    T.BooleanType: bool,
    T.StringType: str,
    T.TimestampType: utc_datetime,
    T.DayTimeIntervalType: lambda v: pd.Timedelta(v).to_pytimedelta(),
}


def distinct_values(df):
    """The values of a frame's one column, each once and in no order; a missing one is nan."""
    return [np.nan if row[0] is None else row[0] for row in df.distinct().collect()]


def scalar(df, *aggs):
    """Run one aggregate and give its value as pandas has it; several give a tuple.

    NULL is nan (NaT for a timestamp or an interval), bigint int, double float.
    """
    # Two aggregates may spell the same name.
    result = df.agg(*[a.alias(f"a{i}") for i, a in enumerate(aggs)])
    row = result.select(
        *[
            collectable(F.col(f"`{f.name}`"), f.dataType.simpleString()).alias(f"v{i}")
            for i, f in enumerate(result.schema.fields)
        ]
    ).first()
    values = [pandas_scalar(v, f.dataType) for v, f in zip(row, result.schema.fields)]
    return values[0] if len(values) == 1 else tuple(values)


def numpy_number(value):
    """A number of the job as pandas has it: divided by 0 it is infinite or missing, and no error."""
    kind = {int: np.int64, float: np.float64}.get(type(value))
    return value if kind is None else kind(value)


def pandas_scalar(value, found):
    """One collected value as pandas has it."""
    if isinstance(found, (T.TimestampType, T.TimestampNTZType)):
        return pd.NaT if value is None else pd.Timestamp(value, unit="us")
    if isinstance(found, T.DayTimeIntervalType):
        return pd.NaT if value is None else pd.Timedelta(value)
    return plain_value(value)
