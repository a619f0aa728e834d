"""pd.read_parquet and df.to_parquet in a job."""

import json

from awsglue.dynamicframe import DynamicFrame
from pyspark.sql import functions as F

from glue_runtime.files import existing_files, expect_usual_names, hadoop_path, replace_dataset
from glue_runtime.position import file_order, with_position
from glue_runtime.infinities import finite_numbers
from glue_runtime.parquet_filters import filtered_rows
from glue_runtime.quoting import quoted, schema_fields

# The one Spark type that each family of Parquet types becomes.
WIDER = {
    "tinyint": "bigint",
    "smallint": "bigint",
    "int": "bigint",
    "float": "double",
    "timestamp_ntz": "timestamp",
}
NANOS_SETTING = "spark.sql.legacy.parquet.nanosAsLong"


def read_parquet(
    glueContext, path, schema=None, *, transformation_ctx, columns=None, position=None, infinite=(),
    zoned=(), own=(), filters=None, nullable=False,
):  # fmt: skip
    """Read a Parquet file or folder as pandas does; missing is NULL, integers are bigint.

    schema: "name type, …" as pinned when the job was made; ValueError where the data differs.
    position: name of a bigint column that rises in file order. Nanosecond timestamps and the
    order of rows need Spark's reader, all else goes through Glue's.
    own: columns called like hidden ones that the job knows of.
    zoned: the columns of times that have a zone in pandas, which only a job made with the input at
    hand knows. Raises NotImplementedError for others, and for an index that pandas stored.
    filters: as pandas has them, on values that are no times of a zone.
    nullable: dtype_backend="numpy_nullable", where a NaN is no missing value: it fails the job.
    """
    spark = glueContext.spark_session
    files = existing_files(spark, path)
    nanos, instants = time_columns(spark, files[0][0], path)
    folders = any("=" in uri for uri, _ in files)
    if position is None and not nanos and not folders and not filters:
        frame = glueContext.create_dynamic_frame.from_options(
            connection_type="s3",
            connection_options={"paths": [path], "recurse": True},
            format="parquet",
            transformation_ctx=transformation_ctx,
        ).toDF()
    else:
        if nanos:
            spark.conf.set(NANOS_SETTING, "true")
        frame = spark.read.parquet(path)
    names = frame.columns
    if schema is None:
        expect_usual_names(names, own, path)
    if position is not None:
        frame = file_order(spark, frame, files, F.col("_metadata.row_index"))
    if filters:
        frame = filtered_rows(frame, filters, nanos, instants, path)
    wanted = names if columns is None else list(columns)
    unknown = [name for name in wanted if name not in names]
    if unknown:
        raise ValueError(f"{path} has no column {unknown}, only {names}")
    if other := [name for name in wanted if (name in instants) != (name in zoned)]:
        raise NotImplementedError(
            f"{path}: times of a zone in {other}, of which this job was not told: make it with the"
            " input at hand"
        )
    kinds = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    cells = [usual_column(name, kinds[name], name in nanos, nullable) for name in wanted]
    cells = [cell.alias(name, **kept_as(kinds[name])) for name, cell in zip(wanted, cells)]
    if position is not None:
        cells.append(F.col("__row").alias(position))
    kept = frame.select(*cells)
    if schema is not None:
        kept = as_pinned(kept, schema_fields(spark, schema), wanted, path)
        return finite_numbers(kept, infinite, path)
    return kept


def time_columns(spark, uri, path):
    """The TIMESTAMP(NANOS) columns of a Parquet file, and those of instants, which have a zone in
    pandas, by its footer.

    Raises NotImplementedError where pandas stored an index that is not a plain range.
    """
    parquet = spark._jvm.org.apache.parquet.hadoop
    settings = spark._jsc.hadoopConfiguration()
    source = parquet.util.HadoopInputFile.fromPath(hadoop_path(spark, uri)[1], settings)
    reader = parquet.ParquetFileReader.open(source)
    try:
        notes = reader.getFileMetaData()
        stored = notes.getKeyValueMetaData().get("pandas")
        index = json.loads(stored)["index_columns"] if stored else []
        labels = [c for c in index if isinstance(c, str)]
        if labels:
            raise NotImplementedError(f"{path}: pandas stored the index {labels} with the data")
        fields = notes.getSchema().getFields()
        kinds = {f.getName(): str(f.getLogicalTypeAnnotation()) for f in fields}
    finally:
        reader.close()
    times = {name: kind for name, kind in kinds.items() if kind.startswith("TIMESTAMP(")}
    nanos = {name for name, kind in times.items() if "NANOS" in kind}
    return nanos, {name for name, kind in times.items() if kind.endswith("true)")}


def table_columns(frame, columns, table, position=None):
    """These columns of a table (None: all) in the types that a job has, numbered by `position`."""
    wanted = frame.columns if columns is None else list(columns)
    unknown = [name for name in wanted if name not in frame.columns]
    if unknown:
        raise ValueError(f"{table} has no column {unknown}, only {frame.columns}")
    kinds = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    kept = frame.select(*[usual_column(name, kinds[name], False).alias(name) for name in wanted])
    return kept if position is None else with_position(kept, name=position)


def usual_column(name, kind, nanos, nullable=False):
    """A column in the Spark type of its family, NaN as NULL; in ``nullable`` ones it is an error."""
    cell = quoted(name)
    if nanos:
        return F.timestamp_micros(
            F.floor(cell.cast("decimal(20, 0)") / 1000).cast("bigint")
        )  # exact
    if kind in ("double", "float"):
        known = F.when(~F.isnan(cell), cell)
        problem = F.raise_error(F.lit(f"NaN in the nullable column {name!r}")).cast(kind)
        cell = known.when(F.isnan(cell), problem) if nullable else known
    return cell.cast(WIDER[kind]) if kind in WIDER else cell


def kept_as(kind):
    """What a column is known to be in pandas: its lists are numpy arrays there."""
    return {"metadata": {"ndarray": True}} if kind.startswith("array") else {}


def as_pinned(frame, pinned, wanted, path):
    """The frame where it has the pinned types [(name, type)]; a column that was stored without a type,
    since it has no value, gets its own, and whole numbers with gaps are fractions, as in pandas.
    Raises ValueError for another type."""
    found = {field.name: field.dataType.simpleString() for field in frame.schema.fields}
    for name, kind in pinned:
        if name not in wanted:
            continue
        if found[name] == "void" or (found[name], kind) == ("bigint", "double"):
            frame = frame.withColumn(name, quoted(name).cast(kind))
        elif found[name] != WIDER.get(kind, kind):
            raise ValueError(f"{path}: column {name!r} is {found[name]}, this job expects {kind}")
    return frame


def write_parquet(
    glueContext,
    df,
    path,
    *,
    transformation_ctx,
    partition_cols=None,
    compression="snappy",
    dtypes=None,
):
    """Write `df` as a Parquet dataset in the order of its rows, replacing what is at `path`.

    dtypes: {column: pandas dtype}; bigint of a float64 column is written as double.
    """
    out = df
    for name, dtype in (dtypes or {}).items():
        if dtype in ("float64", "Float64") and name in df.columns:
            out = out.withColumn(name, quoted(name).cast("double"))
    frame = DynamicFrame.fromDF(out, glueContext, transformation_ctx)

    def write(target):
        glueContext.write_dynamic_frame.from_options(
            frame=frame,
            connection_type="s3",
            connection_options={"path": target, "partitionKeys": list(partition_cols or [])},
            format="parquet",
            format_options={"compression": compression or "uncompressed"},
            transformation_ctx=transformation_ctx,
        )

    replace_dataset(glueContext.spark_session, path, write)
