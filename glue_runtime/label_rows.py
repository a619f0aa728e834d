"""Rows by their labels."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted


def rows_labelled(df, label, wanted, place=None):
    """The rows whose `label` (a Column) is one of `wanted`; KeyError where one of them is nowhere.

    place: the name of a column that gets the place of the row's label among the wanted ones.
    """
    found = df.where(label.isin(wanted))
    if found.agg(F.count_distinct(label)).first()[0] < len(set(wanted)):
        raise KeyError(f"not all of {wanted} are labels of rows")
    if place is None:
        return found
    kind = df.select(label).schema[0].dataType
    listed = F.array(*[F.lit(w).cast(kind) for w in wanted])
    # Spark 3.5 takes a Column as the value only through call_function
    return found.withColumn(place, F.call_function("array_position", listed, label))


def rows_not_labelled(df, label, unwanted):
    """The rows whose `label` is none of `unwanted`; KeyError where one of them is nowhere."""
    if df.where(label.isin(unwanted)).agg(F.count_distinct(label)).first()[0] < len(set(unwanted)):
        raise KeyError(f"not all of {unwanted} found in axis")
    return df.where(~F.coalesce(label.isin(unwanted), F.lit(False)))


def rows_not_at_level(df, label, unwanted, levels):
    """The rows whose `label`, one of several levels, is none of `unwanted`. KeyError as in pandas:
    where one of them is nowhere if no two rows have the same labels, else where all of them are."""
    there = df.where(label.isin(unwanted)).agg(F.count_distinct(label)).first()[0]
    if there < len(set(unwanted)):
        again = df.groupBy(*[quoted(x) for x in levels]).count().where("count > 1").limit(1)
        if not there or not again.count():
            raise KeyError(f"not all of {unwanted} found in axis")
    return df.where(~F.coalesce(label.isin(unwanted), F.lit(False)))


def some_rows(df, key):
    """The frame; KeyError(key) where it has no rows."""
    if not df.limit(1).count():
        raise KeyError(key)
    return df


def rows_at(df, label, keys, wanted):
    """A row of `df` for each row of `keys`: the one whose `label` (a Column of `df`) is the value in
    its column `wanted`, which goes. KeyError where there is none.
    """
    found = keys.join(df.withColumn("__found", label), quoted(wanted) == F.col("__found"), "left")
    if found.where("__found IS NULL").limit(1).count():
        raise KeyError(f"some of the labels in {wanted} are labels of no row")
    return found.drop(wanted, "__found")


def reindexed(spark, df, level, labels, place, fill=None):
    """A row for each of `labels`, in their order: the row of `df` with that label in its column
    `level`, or one of missing values (of `fill`).

    place: the name of a column that gets the place of the label. Raises ValueError for labels of
    rows that repeat, TypeError for labels of another type than those of the rows.
    """
    kind = df.schema[level].dataType
    if any(not isinstance(x, PYTHON_TYPES[kind.simpleString()]) for x in labels):
        raise TypeError(f"labels {labels} among ones of type {kind.simpleString()}")
    if df.groupBy(quoted(level)).count().where("count > 1").limit(1).count():
        raise ValueError("cannot reindex on an axis with duplicate labels")
    wanted = spark.createDataFrame(list(enumerate(labels)), f"{place} bigint, __label {kind.simpleString()}")  # fmt: skip
    there = df.withColumn("__there", F.lit(True))
    out = wanted.join(there, F.col("__label") == quoted(level), "left")
    out = out.withColumn(level, F.col("__label"))
    if fill is not None:
        for name in df.columns:
            if name != level:
                out = out.withColumn(name, F.when(F.col("__there"), quoted(name)).otherwise(fill))
    return out.select(*[quoted(c) for c in df.columns], place)


PYTHON_TYPES = {"string": str, "bigint": int, "int": int, "double": float, "boolean": bool}


def unique_rows(df, levels):
    """The frame; ValueError where two rows have the same labels in these columns."""
    rows = df.groupBy(*[quoted(x) for x in levels]).count()
    if rows.where("count > 1").limit(1).count():
        raise ValueError("Index has duplicate keys")
    return df


def unlabelled(df, level, label):
    """The frame, of which no row may have the label in column `level`: setting it would change
    that row where this job puts one below."""
    taken = F.raise_error(F.lit(f"there is a row labelled {label!r}, which would be set"))
    return df.where(F.when(quoted(level) == label, taken.cast("boolean")).otherwise(True))
