"""The Data Catalog and connections, through boto3 and whichever endpoint the environment names."""

from __future__ import annotations

import json
import os
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

SERDES = {
    "parquet": (
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    ),
    "csv": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    ),
    "json": (
        "org.apache.hadoop.mapred.TextInputFormat",
        "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        "org.openx.data.jsonserde.JsonSerDe",
    ),
}


def client(service: str):
    """A boto3 client; AWS_ENDPOINT_URL (or AWS_ENDPOINT_URL_GLUE …) says where it calls."""
    import boto3

    return boto3.client(service)


def get_table(database: str, table: str, catalog_id: str | None = None) -> dict:
    """The catalog's entry. Raises botocore's EntityNotFoundException when there is none."""
    extra = {"CatalogId": catalog_id} if catalog_id else {}
    return client("glue").get_table(DatabaseName=database, Name=table, **extra)["Table"]


def table_format(table: dict) -> tuple[str, dict]:
    """The format of a table's files, and Glue's ``format_options`` to read them with."""
    storage = table["StorageDescriptor"]
    words = {**storage.get("Parameters", {}), **table.get("Parameters", {})}
    format = words.get("classification")
    if not format:
        serde = storage.get("SerdeInfo", {}).get("SerializationLibrary", "").lower()
        format = next((f for f in ("parquet", "json", "orc", "avro") if f in serde), "csv")
    if format != "csv":
        return format, {}
    serde = {**words, **storage.get("SerdeInfo", {}).get("Parameters", {})}
    options = {"separator": serde.get("separatorChar") or serde.get("field.delim") or ","}
    if serde.get("quoteChar"):
        options["quoteChar"] = serde["quoteChar"]
    options["withHeader"] = serde.get("skip.header.line.count") == "1"
    return format, options


def table_types(table: dict) -> dict[str, str]:
    """Column name → the catalog's (Hive's) type, partition columns last."""
    columns = table["StorageDescriptor"].get("Columns", []) + table.get("PartitionKeys", [])
    return {column["Name"]: column["Type"] for column in columns}


def as_catalogued(frame: DataFrame, table: dict, format: str) -> DataFrame:
    """``frame`` with the catalog's names and types, where the files themselves have none."""
    types = table_types(table)
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    if format == "csv":
        own = [name for name in frame.columns if name not in keys]
        names = [name for name in types if name not in keys]
        if len(own) == len(names):
            frame = frame.select(
                *[F.col(f"`{old}`").alias(new) for old, new in zip(own, names)],
                *[f"`{key}`" for key in keys if key in frame.columns],
            )
    # Text is cast as Glue does it, to null where it does not fit; typed files keep their types.
    cast = set(frame.columns) & set(types if format in ("csv", "json") else keys)
    return frame.select(
        *[
            (
                F.expr(f"try_cast(`{name}` as {types[name]})").alias(name)
                if name in cast
                else f"`{name}`"
            )
            for name in frame.columns
        ]
    )


def register(
    frame: DataFrame, database: str, table: str, path: str, format: str, keys: list[str]
) -> None:
    """Creates the table, or adds the columns and the location's partitions that it lacks."""
    glue = client("glue")
    format = "parquet" if format == "glueparquet" else format
    columns = [
        {"Name": field.name, "Type": field.dataType.simpleString()}
        for field in frame.schema.fields
        if field.name not in keys
    ]
    partition_keys = [{"Name": k, "Type": frame.schema[k].dataType.simpleString()} for k in keys]
    input_format, output_format, serde = SERDES[format]
    storage = {
        "Columns": columns,
        "Location": path,
        "InputFormat": input_format,
        "OutputFormat": output_format,
        "SerdeInfo": {"SerializationLibrary": serde},
    }
    parameters = {"classification": format}
    if format == "csv":
        storage["SerdeInfo"]["Parameters"] = {"field.delim": ","}
        parameters["skip.header.line.count"] = "1"
    entry = {
        "Name": table,
        "TableType": "EXTERNAL_TABLE",
        "StorageDescriptor": storage,
        "PartitionKeys": partition_keys,
        "Parameters": parameters,
    }
    try:
        glue.create_table(DatabaseName=database, TableInput=entry)
    except glue.exceptions.AlreadyExistsException:
        glue.update_table(DatabaseName=database, TableInput=entry)
    if keys:
        _register_partitions(glue, frame, database, table, storage, keys)


def _register_partitions(glue, frame, database, table, storage, keys) -> None:
    for row in frame.select(*[F.col(f"`{k}`").cast("string") for k in keys]).distinct().collect():
        folders = "/".join(f"{key}={value}" for key, value in zip(keys, row))
        location = f"{storage['Location'].rstrip('/')}/{folders}"
        new = {"Values": list(row), "StorageDescriptor": {**storage, "Location": location}}
        place = {"DatabaseName": database, "TableName": table}
        try:
            glue.create_partition(**place, PartitionInput=new)
        except glue.exceptions.AlreadyExistsException:
            glue.update_partition(**place, PartitionValueList=list(row), PartitionInput=new)


def jdbc_options(connection_options: dict, catalog_id: str | None = None) -> dict[str, str]:
    """What Spark's JDBC reader needs: url, dbtable or query, user and password.

    With ``useConnectionProperties`` they come from the named Glue connection, its password from
    Secrets Manager when the connection names a secret.
    """
    given = dict(connection_options)
    found = {}
    if given.get("connectionName"):
        properties = get_connection(given["connectionName"], catalog_id)
        found["url"] = properties["JDBC_CONNECTION_URL"]
        found["user"] = properties.get("USERNAME")
        found["password"] = properties.get("PASSWORD")
        if properties.get("SECRET_ID"):
            secret = client("secretsmanager").get_secret_value(SecretId=properties["SECRET_ID"])
            words = json.loads(secret["SecretString"])
            found["user"], found["password"] = words.get("username"), words.get("password")
    for name in ("url", "user", "password", "dbtable", "query", "driver"):
        if given.get(name):
            found[name] = given[name]
    if given.get("sampleQuery"):
        found["query"] = given["sampleQuery"]
        found.pop("dbtable", None)
    return {name: value for name, value in found.items() if value is not None}


def get_connection(name: str, catalog_id: str | None = None) -> dict[str, str]:
    """The properties of a Glue connection, the password among them.

    ``P2G_CONNECTIONS`` may name a JSON file {connection: {"JDBC_CONNECTION_URL": …, "USERNAME": …,
    "PASSWORD": …}} that stands for Glue's, so that a job with a database runs without AWS.
    """
    file = os.environ.get("P2G_CONNECTIONS")
    if file:
        known = json.loads(Path(file).read_text(encoding="utf-8"))
        if name not in known:
            raise ValueError(f"{file} (P2G_CONNECTIONS) has no connection {name!r}")
        return known[name]
    extra = {"CatalogId": catalog_id} if catalog_id else {}
    answer = client("glue").get_connection(Name=name, HidePassword=False, **extra)
    return answer["Connection"]["ConnectionProperties"]
