"""Columns: names that Spark would read as paths, fields of a pinned schema and of lists."""

from pyspark.sql import functions as F


def resolved(name):
    """A name that may hold dots and backticks, for calls that resolve names as ``F.col`` does."""
    return f"`{name.replace('`', '``')}`"


def quoted(name):
    """A column by a name that may hold dots and backticks."""
    return F.col(resolved(name))


def with_value(df):
    """The rows of a frame of one column that have a value: ``dropna()`` would parse the name."""
    return df.where(quoted(df.columns[0]).isNotNull())


def is_ndarray(field):
    """Whether a field of a schema holds lists that are numpy arrays in pandas: Parquet has those."""
    return bool(field.metadata.get("ndarray"))


def gaps_of(field):
    """What is missing of a field of a JSON reader in pandas, "None", "nan" or "both"; None where that
    is not known."""
    return field.metadata.get("gaps")


def schema_fields(spark, schema):
    """A schema "name type, `other name` type" as [(name, type)]."""
    fields = spark.createDataFrame([], schema).schema.fields
    return [(field.name, field.dataType.simpleString()) for field in fields]
