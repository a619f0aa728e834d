"""Names of columns: those that Spark would read as paths, and those of a pinned schema."""

from pyspark.sql import functions as F


def quoted(name):
    """A column by a name that may hold dots and backticks."""
    return F.col(f"`{name.replace('`', '``')}`")


def schema_fields(spark, schema):
    """A schema "name type, `other name` type" as [(name, type)]."""
    fields = spark.createDataFrame([], schema).schema.fields
    return [(field.name, field.dataType.simpleString()) for field in fields]
