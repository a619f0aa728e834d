"""DynamicFrame: a Spark DataFrame behind Glue's names.

Records of one frame all have its DataFrame's schema here, so there are no choice types to resolve
and no error records to count. The arguments ``transformation_ctx``, ``info``, ``stageThreshold``
and ``totalThreshold`` are taken and mean nothing.
"""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.local.awsglue import not_played

# Glue's names of types, where Spark's differ.
SPARK_TYPES = {"long": "bigint", "short": "smallint", "byte": "tinyint", "integer": "int"}


def _bare(path: str) -> str:
    return path[1:-1] if path.startswith("`") and path.endswith("`") else path


def _column(frame: DataFrame, path: str) -> Column:
    """The column that a path means: one of just this name first, then a field inside another."""
    name = _bare(path)
    return F.col(f"`{name}`") if name in frame.columns else F.col(name)


def _cast(column_sql: str, type_name: str) -> Column:
    """As Glue casts: a value that does not fit becomes null, under ANSI too."""
    return F.expr(f"try_cast({column_sql} as {SPARK_TYPES.get(type_name, type_name)})")


def _path_sql(frame: DataFrame, path: str) -> str:
    name = _bare(path)
    return f"`{name}`" if name in frame.columns else name


class DynamicFrame:
    """See the module. Made by ``DynamicFrame.fromDF`` and by the readers of GlueContext."""

    def __init__(self, jdf, glue_ctx, name=""):
        self._df: DataFrame = jdf
        self.glue_ctx = glue_ctx
        self.name = name

    def __getattr__(self, name):
        raise AttributeError(name) if name.startswith("_") else not_played("DynamicFrame", name)

    @classmethod
    def fromDF(cls, dataframe, glue_ctx, name=""):
        return cls(dataframe, glue_ctx, name)

    def _with(self, frame: DataFrame) -> DynamicFrame:
        return DynamicFrame(frame, self.glue_ctx, self.name)

    def toDF(self, options=None):
        return self._df

    # looking

    def count(self):
        return self._df.count()

    def schema(self):
        return self._df.schema

    def printSchema(self):
        self._df.printSchema()

    def show(self, num_rows=20):
        for line in self._df.limit(num_rows).toJSON().collect():
            print(line)

    def getNumPartitions(self):
        return self._df.rdd.getNumPartitions()

    def errorsCount(self):
        return 0

    def stageErrorsCount(self):
        return 0

    def assertErrorThreshold(self):
        return None

    # fields

    def rename_field(
        self,
        oldName,
        newName,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return self._with(self._df.withColumnRenamed(_bare(oldName), _bare(newName)))

    def select_fields(
        self, paths, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0
    ):
        paths = [paths] if isinstance(paths, str) else paths
        present = [p for p in paths if _bare(p).split(".")[0] in self._df.columns]
        present += [p for p in paths if _bare(p) in self._df.columns and p not in present]
        return self._with(self._df.select(*[_column(self._df, p) for p in present]))

    def drop_fields(
        self, paths, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0
    ):
        frame = self._df
        for path in [paths] if isinstance(paths, str) else paths:
            name = _bare(path)
            outer, _, inner = name.partition(".")
            if name in frame.columns:
                frame = frame.drop(name)
            elif inner and outer in frame.columns:
                frame = frame.withColumn(outer, F.col(f"`{outer}`").dropFields(inner))
        return self._with(frame)

    def split_fields(
        self,
        paths,
        name1,
        name2,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        frames = {name1: self.select_fields(paths), name2: self.drop_fields(paths)}
        return DynamicFrameCollection(frames, self.glue_ctx)

    def apply_mapping(
        self,
        mappings,
        case_sensitive=False,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        columns = []
        for mapping in mappings:
            # (source, target) or (source, source type, target, target type)
            source, target = (mapping[0], mapping[2]) if len(mapping) == 4 else mapping
            if not case_sensitive:
                source = self._as_spelt(source)
            type_name = mapping[3] if len(mapping) == 4 else None
            sql = _path_sql(self._df, source)
            column = _cast(sql, type_name) if type_name else _column(self._df, source)
            columns.append(column.alias(_bare(target)))
        return self._with(self._df.select(*columns))

    def applyMapping(self, *args, **kwargs):
        return self.apply_mapping(*args, **kwargs)

    def _as_spelt(self, path: str) -> str:
        name = _bare(path)
        return next((c for c in self._df.columns if c.lower() == name.lower()), path)

    def resolveChoice(
        self,
        specs=None,
        choice="",
        database=None,
        table_name=None,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
        catalog_id=None,
    ):
        if choice == "match_catalog":
            from glue_runtime.local.awsglue import catalog

            types = catalog.table_types(catalog.get_table(database, table_name, catalog_id))
            actions = {name: f"cast:{types[name]}" for name in self._df.columns if name in types}
        elif specs:
            actions = {_bare(path): action for path, action in specs}
        else:
            actions = {name: choice for name in self._df.columns}
        columns = []
        for name in self._df.columns:
            word, _, type_name = actions.get(name, "").partition(":")
            if word in ("cast", "project"):
                columns.append(_cast(f"`{name}`", type_name).alias(name))
            else:  # make_cols, make_struct: there is no choice, so nothing to do
                columns.append(F.col(f"`{name}`"))
        return self._with(self._df.select(*columns))

    def unnest(self, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        def leaves(schema, path=()):
            for field in schema.fields:
                here = (*path, field.name)
                if isinstance(field.dataType, T.StructType):
                    yield from leaves(field.dataType, here)
                else:
                    yield here

        paths = list(leaves(self._df.schema))
        columns = [F.col(".".join(f"`{p}`" for p in path)).alias(".".join(path)) for path in paths]
        return self._with(self._df.select(*columns))

    # records

    def filter(self, f, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        kept = self._df.rdd.filter(lambda row: f(row.asDict(recursive=True)))
        return self._with(self._df.sparkSession.createDataFrame(kept, self._df.schema))

    def map(
        self,
        f,
        preservesPartitioning=False,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        records = self._df.rdd.map(lambda row: f(row.asDict(recursive=True)))
        return self._with(self._df.sparkSession.createDataFrame(records, samplingRatio=1.0))

    def split_rows(
        self,
        comparison_dict,
        name1,
        name2,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        condition = F.lit(True)
        for path, comparisons in comparison_dict.items():
            for operator, value in comparisons.items():
                literal = "'" + value.replace("'", "\\'") + "'" if isinstance(value, str) else value
                sql = f"{_path_sql(self._df, path)} {operator} {literal}"
                condition = condition & F.coalesce(F.expr(sql), F.lit(False))
        frames = {
            name1: self._with(self._df.where(condition)),
            name2: self._with(self._df.where(~condition)),
        }
        return DynamicFrameCollection(frames, self.glue_ctx)

    def join(
        self,
        paths1,
        paths2,
        frame2,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        left, right = self._df, frame2._df
        # A name that both have stays the left's; the right's gets a dot before it.
        renamed = {c: f".{c}" if c in left.columns else c for c in right.columns}
        right = right.toDF(*renamed.values())
        keys2 = [renamed.get(_bare(p), p) for p in paths2]
        condition = F.lit(True)
        for one, two in zip(paths1, keys2):
            condition = condition & (left[_path_sql(left, one)] == right[_path_sql(right, two)])
        return self._with(left.join(right, condition, "inner"))

    def union(
        self,
        other_frame,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return self._with(self._df.unionByName(other_frame._df, allowMissingColumns=True))

    # partitions

    def repartition(
        self,
        num_partitions,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return self._with(self._df.repartition(num_partitions))

    def coalesce(
        self,
        num_partitions,
        shuffle=False,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        change = self._df.repartition if shuffle else self._df.coalesce
        return self._with(change(num_partitions))

    # writing

    def write(
        self,
        connection_type,
        connection_options={},
        format=None,
        format_options={},
        accumulator_size=0,
    ):
        self.glue_ctx.write_dynamic_frame_from_options(
            self, connection_type, connection_options, format, format_options
        )
        return self


class DynamicFrameCollection:
    """Frames by name."""

    def __init__(self, dynamic_frames, glue_ctx):
        self._frames: dict[str, DynamicFrame] = dict(dynamic_frames)
        self._glue_ctx = glue_ctx

    def __getitem__(self, key):
        return self._frames[key]

    def __len__(self):
        return len(self._frames)

    def keys(self):
        return self._frames.keys()

    def values(self):
        return self._frames.values()

    def select(self, key, transformation_ctx=""):
        return self._frames[key]

    def map(self, callable, transformation_ctx=""):
        return DynamicFrameCollection(
            {name: callable(frame, transformation_ctx) for name, frame in self._frames.items()},
            self._glue_ctx,
        )


class DynamicFrameReader:
    """``glueContext.create_dynamic_frame``."""

    def __init__(self, glue_context):
        self._glue_context = glue_context

    def from_rdd(self, data, name, schema=None, sampleRatio=None):
        return self._glue_context.create_dynamic_frame_from_rdd(data, name, schema, sampleRatio)

    def from_options(
        self,
        connection_type,
        connection_options={},
        format=None,
        format_options={},
        transformation_ctx="",
        push_down_predicate="",
        **kwargs,
    ):
        return self._glue_context.create_dynamic_frame_from_options(
            connection_type,
            connection_options,
            format,
            format_options,
            transformation_ctx,
            push_down_predicate,
            **kwargs,
        )

    def from_catalog(
        self,
        database=None,
        table_name=None,
        redshift_tmp_dir="",
        transformation_ctx="",
        push_down_predicate="",
        additional_options={},
        catalog_id=None,
        **kwargs,
    ):
        return self._glue_context.create_dynamic_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
            **kwargs,
        )


class DynamicFrameWriter:
    """``glueContext.write_dynamic_frame``."""

    def __init__(self, glue_context):
        self._glue_context = glue_context

    def from_options(
        self,
        frame,
        connection_type,
        connection_options={},
        format=None,
        format_options={},
        transformation_ctx="",
    ):
        return self._glue_context.write_dynamic_frame_from_options(
            frame, connection_type, connection_options, format, format_options, transformation_ctx
        )

    def from_catalog(
        self,
        frame,
        database=None,
        table_name=None,
        redshift_tmp_dir="",
        transformation_ctx="",
        additional_options={},
        catalog_id=None,
        **kwargs,
    ):
        return self._glue_context.write_dynamic_frame_from_catalog(
            frame,
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            additional_options,
            catalog_id,
            **kwargs,
        )

    def from_jdbc_conf(
        self,
        frame,
        catalog_connection,
        connection_options={},
        redshift_tmp_dir="",
        transformation_ctx="",
    ):
        return self._glue_context.write_dynamic_frame_from_jdbc_conf(
            frame, catalog_connection, connection_options, redshift_tmp_dir, transformation_ctx
        )
