"""The Glue Data Catalog: AWS SDK for pandas (awswrangler) at the edges of a program."""

from __future__ import annotations

import re
from typing import Any

from rules.io import output
from rules.registry import Call, rule
from transpiler.facts import Const, Frame, Index, Local, Order, Rows, fresh
from transpiler.symbolic import render

#: SELECT columns FROM one table, perhaps with a filter: what a catalog read can do
_SELECT = re.compile(
    r'\s*SELECT\s+(?P<columns>\*|"[^"]+"(?:\s*,\s*"[^"]+")*|\w+(?:\s*,\s*\w+)*)'
    r'\s+FROM\s+"?(?P<table>\w+)"?(?:\s+WHERE\s+(?P<where>.+?))?\s*;?\s*',
    re.IGNORECASE | re.DOTALL,
)
_CLAUSES = re.compile(r"\b(group\s+by|order\s+by|having|limit|union|join|select|offset)\b", re.I)


def table_frame(c: Call, table: str, columns: list[str] | None, predicate: str) -> Frame:
    """A frame read from a table. Its columns are known when the job runs."""
    ctx, step = c.ctx, c.ctx.step()
    passed: dict[str, Any] = {}
    if predicate:
        passed["predicate"] = predicate
    if columns is not None:
        passed["columns"] = columns
    if c.lit("data_source") is not None:
        passed["catalog_id"] = c.lit("data_source")
    hidden: tuple[str, ...] = ()
    if ctx.wants(step, "order") or ctx.wants(step, "number"):
        hidden = (ctx.position_name(step),)
        passed["position"] = hidden[0]
    passed["transformation_ctx"] = ctx.hint or "catalog_input"
    args = ["glueContext", render(c.lit("database")), render(table)]
    args += [f"{k}={render(v)}" for k, v in passed.items()]
    text = f"{ctx.call('read_catalog')}({', '.join(args)})"
    place = f"{c.lit('database')}.{table}"
    ctx.inputs.append({"path": None, "format": "catalog", "pinned": False, "table": place})
    index, order = Index("range", step), Order((), step)
    return Frame(
        text, (), open=True, base=fresh(), rows=Rows(), index=index, order=order, hidden=hidden
    )


_READ = (
    "database, ctas_approach=True, unload_approach=False, categories=None, chunksize=None, "
    "s3_output=None, workgroup='primary', data_source=None, {own}boto3_session=None, "
    "client_request_token=None, use_threads=True{more}"
)
_IGNORED = "ctas_approach s3_output workgroup boto3_session client_request_token use_threads"


@rule(
    f"awswrangler.athena.read_sql_table(table, {_READ.format(own='', more=', pyarrow_additional_kwargs=None')})",
    not_yet="categories chunksize unload_approach pyarrow_additional_kwargs",
    ignored=_IGNORED,
    example="wr.athena.read_sql_table('orders', 'sales')",
)
def read_sql_table(c: Call) -> Frame:
    """A whole table of the catalog."""
    return table_frame(c, c.lit("table"), None, "")


@rule(
    f"awswrangler.athena.read_sql_query(sql, {_READ.format(own='params=None, ', more='')})",
    not_yet="categories chunksize unload_approach params",
    ignored=_IGNORED,
    example="wr.athena.read_sql_query('SELECT * FROM orders', 'sales')",
)
def read_sql_query(c: Call) -> Frame:
    """``SELECT … FROM table WHERE …`` over partition columns becomes a push-down predicate."""
    found = _SELECT.fullmatch(c.lit("sql"))
    c.need(found, "only SELECT columns FROM one table WHERE … reads the catalog")
    where = (found["where"] or "").strip()
    c.need(not _CLAUSES.search(where), "only a filter may follow the table")
    # Athena quotes names with ", Spark with `.
    predicate = re.sub(r'"([^"]+)"', r"`\1`", where)
    chosen = found["columns"].strip()
    columns = None if chosen == "*" else [name.strip().strip('"') for name in chosen.split(",")]
    return table_frame(c, found["table"], columns, predicate)


def write_table(c: Call, fmt: str) -> Const:
    """A dataset on S3 and its table."""
    frame = c["df"]
    if isinstance(frame, Local):
        text = f"{c.ctx.call('from_pandas')}(spark, {frame.text})"
        frame = Frame(text, (), open=True, base=fresh(), rows=Rows(), vars=frame.vars)
    c.need(isinstance(frame, Frame), "the frame is not known here")
    path = c["path"]
    c.need(isinstance(path, Const) and isinstance(path.value, str), "the path is not known here")
    c.need(c.lit("dataset") is True and c.lit("database") and c.lit("table"), "no table is named")
    mode = c.lit("mode") or "append"
    known = ("append", "overwrite", "overwrite_partitions")
    c.need(mode in known, f"mode={mode!r}")
    c.need(c.lit("index") is False or fmt != "csv", "the index goes into the file")
    passed = {"database": c.lit("database"), "table": c.lit("table"), "mode": mode}
    if fmt != "parquet":
        passed["format"] = fmt
    if c.lit("partition_cols"):
        passed["partition_cols"] = c.lit("partition_cols")
    if fmt == "parquet" and c.given("compression"):
        passed["compression"] = c.lit("compression") or "uncompressed"
    if c.given("schema_evolution") and c.lit("schema_evolution") is False:
        passed["update"] = False
    if c.lit("catalog_id"):
        passed["catalog_id"] = c.lit("catalog_id")
    output(c, "write_catalog", fmt, frame, path, passed)
    c.ctx.outputs[-1].table = (c.lit("database"), c.lit("table"))
    return Const(None)


_COMMON = (
    "df, path=None, index=False, {own}boto3_session=None, s3_additional_kwargs=None, use_threads=True, "
    "sanitize_columns=False, dataset=False, filename_prefix=None, partition_cols=None, mode=None, "
    "catalog_versioning=False, schema_evolution={evolution}, database=None, table=None, dtype=None, "
    "catalog_id=None"
)

#: format → (parameters of its own, pandas' default of schema_evolution, what is written)
_WRITERS = {
    "parquet": ("compression=None, ", True, "Parquet files and their table."),
    "csv": ("", False, "CSV files and their table."),
    "json": ("", False, "JSON files, a record a line, and their table."),
}


def _writer(fmt: str) -> None:
    own, evolution, what = _WRITERS[fmt]

    def write(c: Call) -> Const:
        return write_table(c, fmt)

    write.__doc__ = what
    rule(
        f"awswrangler.s3.to_{fmt}({_COMMON.format(own=own, evolution=evolution)})",
        not_yet="sanitize_columns filename_prefix dtype s3_additional_kwargs",
        ignored="boto3_session use_threads catalog_versioning",
        example=f"wr.s3.to_{fmt}(df, path='s3://b/t/', dataset=True, database='sales', table='t')",
    )(write)


for _fmt in _WRITERS:
    _writer(_fmt)
