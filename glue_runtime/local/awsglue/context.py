"""GlueContext: the readers and writers of a job."""

from __future__ import annotations

import logging
import time

from pyspark.sql import DataFrame

from glue_runtime.local.awsglue import catalog, formats, not_played
from glue_runtime.local.awsglue.dynamicframe import (
    DynamicFrame,
    DynamicFrameReader,
    DynamicFrameWriter,
)
from glue_runtime.local.session import local_session

FILES = {"s3", "file"}
# connection_type → the JDBC driver class, None where the URL tells Spark's DriverManager enough.
DATABASES = {
    "postgresql": "org.postgresql.Driver",
    "mysql": None,
    "sqlserver": None,
    "oracle": None,
    "redshift": None,
    "jdbc": None,
}
LEVELS = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}


class GlueContext:
    """Reads and writes as Glue does. What it does not name, it takes from the Spark session."""

    def __init__(self, sparkContext=None, **options):
        self.spark_session = local_session()
        self.create_dynamic_frame = DynamicFrameReader(self)
        self.write_dynamic_frame = DynamicFrameWriter(self)

    def __getattr__(self, name):
        if name.startswith("_") or name == "spark_session":
            raise AttributeError(name)
        try:
            return getattr(self.spark_session, name)
        except AttributeError:
            raise not_played("GlueContext", name) from None

    def get_logger(self):
        return GlueLogger()

    def currentTimeMillis(self):
        return int(time.time() * 1000)

    # reading

    def create_dynamic_frame_from_rdd(
        self, data, name, schema=None, sample_ratio=None, transformation_ctx=""
    ):
        frame = self.spark_session.createDataFrame(data, schema, sample_ratio)
        return DynamicFrame(frame, self, name)

    def create_dynamic_frame_from_options(
        self,
        connection_type,
        connection_options={},
        format=None,
        format_options={},
        transformation_ctx="",
        push_down_predicate="",
        **kwargs,
    ):
        frame = self._read(connection_type, connection_options, format, format_options)
        return DynamicFrame(_filtered(frame, push_down_predicate), self, transformation_ctx)

    def create_data_frame_from_options(
        self,
        connection_type,
        connection_options={},
        format=None,
        format_options={},
        transformation_ctx="",
        push_down_predicate="",
        **kwargs,
    ):
        frame = self._read(connection_type, connection_options, format, format_options)
        return _filtered(frame, push_down_predicate)

    def create_dynamic_frame_from_catalog(
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
        frame = self.create_data_frame_from_catalog(
            database,
            table_name,
            redshift_tmp_dir,
            transformation_ctx,
            push_down_predicate,
            additional_options,
            catalog_id,
        )
        return DynamicFrame(frame, self, transformation_ctx or table_name)

    def create_data_frame_from_catalog(
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
        table = catalog.get_table(database, table_name, catalog_id)
        connection = table.get("Parameters", {}).get("connectionName")
        if connection:
            options = {
                "connectionName": connection,
                "dbtable": table["StorageDescriptor"]["Location"],
            }
            frame = self._read("jdbc", {**options, **additional_options}, None, {})
        else:
            format, format_options = catalog.table_format(table)
            place = {"paths": [table["StorageDescriptor"]["Location"]]}
            frame = formats.read_frame(self.spark_session, place, format, format_options)
            frame = catalog.as_catalogued(frame, table, format)
        for predicate in (push_down_predicate, additional_options.get("catalogPartitionPredicate")):
            frame = _filtered(frame, predicate)
        return frame

    def _read(self, connection_type, connection_options, format, format_options) -> DataFrame:
        if connection_type in FILES:
            return formats.read_frame(
                self.spark_session, connection_options, format, format_options
            )
        if connection_type in formats.READ_OPTIONS:  # "parquet", "csv", …: also a connection type
            return formats.read_frame(
                self.spark_session, connection_options, connection_type, format_options
            )
        if connection_type in DATABASES:
            options = {"driver": DATABASES[connection_type], **connection_options}
            reader = self.spark_session.read.format("jdbc")
            return reader.options(**catalog.jdbc_options(options)).load()
        raise not_played("connection_type", str(connection_type))

    # writing

    def write_dynamic_frame_from_options(
        self,
        frame,
        connection_type,
        connection_options={},
        format=None,
        format_options={},
        transformation_ctx="",
    ):
        return self.write_from_options(
            frame, connection_type, connection_options, format, format_options, transformation_ctx
        )

    def write_from_options(
        self,
        frame_or_dfc,
        connection_type,
        connection_options={},
        format={},
        format_options={},
        transformation_ctx="",
        **kwargs,
    ):
        if connection_type in FILES:
            formats.write_frame(frame_or_dfc.toDF(), connection_options, format, format_options)
        elif connection_type in DATABASES:
            options = {"driver": DATABASES[connection_type], **connection_options}
            writer = frame_or_dfc.toDF().write.format("jdbc").mode("append")
            writer.options(**catalog.jdbc_options(options)).save()
        else:
            raise not_played("connection_type", str(connection_type))
        return frame_or_dfc

    def write_dynamic_frame_from_catalog(
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
        table = catalog.get_table(database, table_name, catalog_id)
        format, read_options = catalog.table_format(table)
        sink = self.getSink(
            "s3",
            path=table["StorageDescriptor"]["Location"],
            partitionKeys=[key["Name"] for key in table.get("PartitionKeys", [])],
            **additional_options,
        )
        options = {"separator": read_options["separator"]} if format == "csv" else {}
        if format == "csv":
            options["writeHeader"] = read_options["withHeader"]
        sink.setFormat(format, **options)
        sink.setCatalogInfo(database, table_name)
        return sink.writeFrame(frame)

    def write_data_frame_from_catalog(
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
        dynamic = DynamicFrame(frame, self, transformation_ctx)
        self.write_dynamic_frame_from_catalog(
            dynamic, database, table_name, additional_options=additional_options
        )
        return frame

    def write_dynamic_frame_from_jdbc_conf(
        self,
        frame,
        catalog_connection,
        connection_options={},
        redshift_tmp_dir="",
        transformation_ctx="",
        catalog_id=None,
    ):
        options = {**connection_options, "connectionName": catalog_connection}
        return self.write_from_options(frame, "jdbc", options)

    def getSink(self, connection_type, format=None, transformation_ctx="", **options):
        if connection_type not in FILES:
            raise not_played("getSink", str(connection_type))
        return DataSink(self, options, format)

    # taking away

    def purge_s3_path(self, s3_path, options={}, transformation_ctx=""):
        # A week, unless the job says otherwise.
        formats.purge(self.spark_session, s3_path, float(options.get("retentionPeriod", 168)))

    def purge_table(self, database, table_name, options={}, transformation_ctx="", catalog_id=None):
        table = catalog.get_table(database, table_name, catalog_id)
        self.purge_s3_path(table["StorageDescriptor"]["Location"], options)

    def extract_jdbc_conf(self, connection_name, catalog_id=None):
        found = catalog.jdbc_options({"connectionName": connection_name}, catalog_id)
        return {"fullUrl": found["url"], "vendor": found["url"].split(":")[1], **found}


def _filtered(frame: DataFrame, predicate: str | None) -> DataFrame:
    return frame.where(predicate) if predicate else frame


class DataSink:
    """What ``getSink`` gives: writes files, and keeps the catalog's table in step."""

    def __init__(self, glue_context, options, format=None):
        self._glue_context = glue_context
        self._format, self._format_options = format, {}
        self._update = str(options.pop("enableUpdateCatalog", False)).lower() == "true"
        self._behavior = options.pop("updateBehavior", "UPDATE_IN_DATABASE")
        self._options = options
        self._table = None

    def setFormat(self, format, **options):
        self._format, self._format_options = format, options

    def setCatalogInfo(self, catalogDatabase, catalogTableName, catalogId=""):
        self._table = (catalogDatabase, catalogTableName)

    def setAccumulableSize(self, size):
        return None

    def writeFrame(self, dynamic_frame, info=""):
        frame = dynamic_frame.toDF()
        formats.write_frame(frame, self._options, self._format, self._format_options)
        if self._update and self._table and self._behavior == "UPDATE_IN_DATABASE":
            keys = self._options.get("partitionKeys", [])
            catalog.register(frame, *self._table, self._options["path"], self._format, keys)
        return dynamic_frame

    def write(self, dynamic_frame_or_dfc, info=""):
        return self.writeFrame(dynamic_frame_or_dfc)


class GlueLogger:
    """Log lines of the job, through Python's logging under the name ``glue``."""

    def __init__(self):
        self._logger = logging.getLogger("glue")

    def __getattr__(self, name):
        if name not in LEVELS:
            raise AttributeError(name)
        return lambda message, *ignored: self._logger.log(LEVELS[name], message)
