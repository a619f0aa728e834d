"""Tables of the Glue Data Catalog in a job: what wr.athena.read_sql_table and wr.s3.to_* do."""

from awsglue.dynamicframe import DynamicFrame

from glue_runtime.files import data_files, hadoop_path, remove_files, replace_dataset
from glue_runtime.parquet import table_columns


def read_catalog(
    glueContext,
    database,
    table,
    *,
    transformation_ctx,
    predicate="",
    columns=None,
    catalog_id=None,
    position=None,
):
    """Read a table of the Data Catalog; missing is NULL, integers are bigint.

    predicate: SQL over the partition columns; only these partitions are read.
    position: name of a bigint column 0, 1, 2, … (a table has no order of its own).
    Raises ValueError for a column that the table does not have.
    """
    frame = glueContext.create_dynamic_frame.from_catalog(
        database=database,
        table_name=table,
        push_down_predicate=predicate,
        transformation_ctx=transformation_ctx,
        catalog_id=catalog_id,
    ).toDF()
    return table_columns(frame, columns, f"{database}.{table}", position)


def write_catalog(
    glueContext,
    df,
    path,
    *,
    database,
    table,
    transformation_ctx,
    format="parquet",
    mode="append",
    partition_cols=None,
    compression=None,
    update=True,
    catalog_id=None,
):
    """Write `df` to `path` and keep the catalog's table in step with it.

    mode: "overwrite" replaces all files, "overwrite_partitions" those of the partitions that are
    written, "append" none; old files go when the new ones are complete.
    update: whether new columns get into the table's definition.
    """
    spark = glueContext.spark_session
    frame = DynamicFrame.fromDF(df, glueContext, transformation_ctx)
    options = {"compression": compression} if compression and format == "parquet" else {}

    def write(target):
        sink = glueContext.getSink(
            connection_type="s3",
            path=target,
            enableUpdateCatalog=True,
            updateBehavior="UPDATE_IN_DATABASE" if update else "LOG",
            partitionKeys=list(partition_cols or []),
            transformation_ctx=transformation_ctx,
        )
        sink.setFormat("glueparquet" if format == "parquet" else format, **options)
        sink.setCatalogInfo(
            catalogDatabase=database, catalogTableName=table, catalogId=catalog_id or ""
        )
        sink.writeFrame(frame)

    if mode == "overwrite":
        replace_dataset(spark, path, write)
        return
    old = {uri for uri, _ in data_files(spark, path)}
    write(path)
    if mode == "overwrite_partitions":
        new = {uri for uri, _ in data_files(spark, path)} - old
        folders = {uri.rpartition("/")[0] for uri in new}
        stale = sorted(uri for uri in old if uri.rpartition("/")[0] in folders)
        remove_files(spark, stale, hadoop_path(spark, path)[1])
