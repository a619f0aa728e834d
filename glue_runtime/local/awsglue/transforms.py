"""The transforms as classes: ``ApplyMapping.apply(frame=…)`` is ``frame.apply_mapping(…)``."""

from __future__ import annotations

from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.local.awsglue import not_played

__all__ = [
    "ApplyMapping",
    "Coalesce",
    "DropFields",
    "DropNullFields",
    "Filter",
    "GlueTransform",
    "Join",
    "Map",
    "RenameField",
    "Repartition",
    "ResolveChoice",
    "SelectFields",
    "SelectFromCollection",
    "SplitFields",
    "SplitRows",
    "Union",
    "UnnestFrame",
]


def __getattr__(name):
    if name[:1].isupper():
        raise not_played("transforms", name)
    raise AttributeError(name)


class GlueTransform:
    """What all transforms share."""

    @classmethod
    def apply(cls, *args, **kwargs):
        return cls()(*args, **kwargs)

    @classmethod
    def name(cls):
        return cls.__name__


class ApplyMapping(GlueTransform):
    def __call__(
        self,
        frame,
        mappings,
        case_sensitive=False,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.apply_mapping(mappings, case_sensitive)


class Coalesce(GlueTransform):
    def __call__(
        self,
        frame,
        num_partitions,
        shuffle=False,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.coalesce(num_partitions, shuffle)


class DropFields(GlueTransform):
    def __call__(
        self, frame, paths, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0
    ):
        return frame.drop_fields(paths)


class DropNullFields(GlueTransform):
    """Drops the columns that have no value in any record."""

    def __call__(self, frame, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        df = frame.toDF()
        counts = df.select(*[F.count(f"`{c}`").alias(str(i)) for i, c in enumerate(df.columns)])
        numbers = counts.first() if df.columns else []
        empty = {name for name, number in zip(df.columns, numbers) if number == 0}
        empty |= {f.name for f in df.schema.fields if isinstance(f.dataType, T.NullType)}
        return frame.drop_fields([f"`{name}`" for name in sorted(empty)])


class Filter(GlueTransform):
    def __call__(
        self, frame, f, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0
    ):
        return frame.filter(f)


class Join(GlueTransform):
    def __call__(self, frame1, frame2, keys1, keys2, transformation_ctx=""):
        return frame1.join(keys1, keys2, frame2)


class Map(GlueTransform):
    def __call__(
        self,
        frame,
        f,
        preservesPartitioning=False,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.map(f, preservesPartitioning)


class RenameField(GlueTransform):
    def __call__(
        self,
        frame,
        old_name,
        new_name,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.rename_field(old_name, new_name)


class Repartition(GlueTransform):
    def __call__(
        self,
        frame,
        num_partitions,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.repartition(num_partitions)


class ResolveChoice(GlueTransform):
    def __call__(
        self,
        frame,
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
        return frame.resolveChoice(specs, choice, database, table_name, catalog_id=catalog_id)


class SelectFields(GlueTransform):
    def __call__(
        self, frame, paths, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0
    ):
        return frame.select_fields(paths)


class SelectFromCollection(GlueTransform):
    def __call__(self, dfc, key, transformation_ctx=""):
        return dfc.select(key)


class SplitFields(GlueTransform):
    def __call__(
        self,
        frame,
        paths,
        name1=None,
        name2=None,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.split_fields(paths, name1 or f"{frame.name}1", name2 or f"{frame.name}2")


class SplitRows(GlueTransform):
    def __call__(
        self,
        frame,
        comparison_dict,
        name1="frame1",
        name2="frame2",
        transformation_ctx="",
        info=None,
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame.split_rows(comparison_dict, name1, name2)


class Union(GlueTransform):
    def __call__(
        self,
        frame1,
        frame2,
        transformation_ctx="",
        info="",
        stageThreshold=0,
        totalThreshold=0,
    ):
        return frame1.union(frame2)


class UnnestFrame(GlueTransform):
    def __call__(self, frame, transformation_ctx="", info="", stageThreshold=0, totalThreshold=0):
        return frame.unnest()
