"""Iceberg tables of the Glue Data Catalog in a job: appended to, replaced, merged into."""

from pyspark.sql import functions as F

from glue_runtime.parquet import table_columns
from glue_runtime.quoting import quoted

# The name under which the deployment sets Iceberg's catalog up (--conf).
CATALOG = "glue_catalog"


def read_iceberg(glueContext, database, table, *, columns=None, snapshot=None, position=None):
    """Read an Iceberg table; missing is NULL, integers are bigint.

    snapshot: id of the version to read; the last one unless given. position: name of a bigint
    column 0, 1, 2, … (a table has no order of its own).
    Raises ValueError for a column that the table does not have.
    """
    reader = glueContext.spark_session.read.format("iceberg")
    if snapshot is not None:
        reader = reader.option("snapshot-id", str(snapshot))
    frame = reader.load(iceberg_name(database, table))
    return table_columns(frame, columns, f"{database}.{table}", position)


def write_iceberg(
    glueContext,
    df,
    database,
    table,
    *,
    path=None,
    mode="append",
    partition_cols=None,
    merge_cols=None,
    merge_update=True,
    merge_nulls=False,
    add_columns=False,
    fill_missing=True,
):
    """Write `df` into an Iceberg table, made when it is not there; each call is one snapshot.

    mode: "append", "overwrite" (all rows) or "overwrite_partitions". merge_cols: rows that are
    there by these columns are updated (or left, merge_update=False), the others added; NULL keys
    meet only with merge_nulls. add_columns: whether new columns get into the table.
    fill_missing: whether columns of the table that `df` lacks become NULL.
    Raises ValueError for columns that do not fit, and for keys that are not unique in `df`.
    """
    spark = glueContext.spark_session
    name = iceberg_name(database, table)
    if not spark.catalog.tableExists(name):
        writer = df.writeTo(name).using("iceberg").tableProperty("format-version", "2")
        if path is not None:
            writer = writer.tableProperty("location", path.rstrip("/"))
        if partition_cols:
            writer = writer.partitionedBy(*[quoted(column) for column in partition_cols])
        writer.create()
        return
    rows = fitted(spark, df, name, add_columns, fill_missing)
    if merge_cols:
        merge_rows(spark, rows, name, list(merge_cols), merge_update, merge_nulls)
    elif mode == "overwrite":
        rows.writeTo(name).overwrite(F.lit(True))
    elif mode == "overwrite_partitions":
        rows.writeTo(name).overwritePartitions()
    else:
        rows.writeTo(name).append()


def iceberg_name(database, table):
    """A table's full name in SQL."""
    return f"{CATALOG}.{sql_word(database)}.{sql_word(table)}"


def sql_word(name):
    """A name in Spark's SQL."""
    return "`" + name.replace("`", "``") + "`"


def fitted(spark, df, name, add_columns, fill_missing):
    """`df` with the columns of the table, in its order. ValueError where they do not fit."""
    there = [field.name for field in spark.table(name).schema.fields]
    new = [column for column in df.columns if column not in there]
    if new and not add_columns:
        raise ValueError(f"{name} has no column {new}: pass schema_evolution=True to add it")
    if new:
        kinds = {field.name: field.dataType.simpleString() for field in df.schema.fields}
        spark.sql(
            f"ALTER TABLE {name} ADD COLUMNS"
            f" ({', '.join(f'{sql_word(column)} {kinds[column]}' for column in new)})"
        )
    gone = [column for column in there if column not in df.columns]
    if gone and not fill_missing:
        raise ValueError(f"{name} has columns {gone} that the frame lacks")
    cells = [F.lit(None).alias(c) if c in gone else quoted(c) for c in [*there, *new]]
    return df.select(*cells)


def merge_rows(spark, rows, name, keys, update, nulls):
    """MERGE INTO the table by keys, which have to be unique in `rows`."""
    twice = rows.groupBy(*[quoted(key) for key in keys]).count().where("count > 1")
    if not nulls:
        twice = twice.dropna(subset=[sql_word(key) if "." in key else key for key in keys])
    if twice.limit(1).count():
        raise ValueError(f"the rows to merge into {name} are not unique by {keys}")
    rows.createOrReplaceTempView("rows_to_merge")
    equal = "<=>" if nulls else "="
    on = " AND ".join(f"t.{sql_word(key)} {equal} s.{sql_word(key)}" for key in keys)
    matched = "WHEN MATCHED THEN UPDATE SET *" if update else ""
    spark.sql(
        f"MERGE INTO {name} t USING rows_to_merge s ON {on} {matched} WHEN NOT MATCHED THEN INSERT *"
    )
    spark.catalog.dropTempView("rows_to_merge")
