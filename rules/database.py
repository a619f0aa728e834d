"""pandas' SQL calls: queries and tables of a database, over JDBC.

A query goes to the database as it is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rules.connections import UNPROVEN, SqlText, noted, of_value
from rules.csv_header import with_index
from rules.io import output
from rules.registry import Call, rule
from transpiler.errors import NoRule, Refused
from transpiler.facts import Column, Const, Database, Frame, Index, Order, Rows, Value, fresh
from transpiler.symbolic import render

_TABLE = r'(?:(?:"[^"]+"|`[^`]+`|\w+)\.)?(?:"[^"]+"|`[^`]+`|\w+)'
#: SELECT … FROM one table, perhaps with a filter: rows that a key of the table can divide
_ONE_TABLE = re.compile(
    rf"\s*SELECT\s+(?!DISTINCT\b|TOP\b|ALL\b)[^()]+?\s+FROM\s+(?P<table>{_TABLE})(?P<rest>\s+WHERE\s+.+)?\s*",
    re.IGNORECASE | re.DOTALL,
)
_DIVIDED = re.compile(
    r"\b(group\s+by|order\s+by|having|limit|offset|fetch|union|intersect|except|join|select|for)\b",
    re.I,
)


@dataclass(frozen=True)
class RowCount(Value):
    """What to_sql gives back: how many rows the database says were written."""

    kind = "row count of to_sql"


# --- reading --------------------------------------------------------------------------------


def bare(sql: str) -> str:
    """A query without its texts, comments and what stands in parentheses."""
    text = re.sub(
        r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|--[^\n]*|/\*.*?\*/", " ", sql, flags=re.DOTALL
    )
    previous = None
    while previous != text:
        previous, text = text, re.sub(r"\([^()]*\)", " ", text)
    return text


def is_ordered(sql: str) -> bool:
    return bool(re.search(r"\border\s+by\b", bare(sql), re.I))


def one_table(sql: str) -> str | None:
    """The table that a query reads row by row; None for another query."""
    found = _ONE_TABLE.fullmatch(sql)
    if found is None or _DIVIDED.search(bare(sql[found.end("table") :])):
        return None
    return None if re.search(r"\bselect\b", (found["rest"] or ""), re.I) else found["table"]


def query_parts(c: Call, made: Database) -> tuple[str, list]:
    """The query's text in the job with \\0 where a parameter belongs, and the parameters.

    Raises Refused for a query that is not known, does not read, or that pandas itself would refuse.
    """
    value, params = c["sql"], bound_values(c)
    style = made.style
    if isinstance(value, SqlText):
        value, style = value.query, "text"
    if not (isinstance(value, Const) and isinstance(value.value, str)):
        raise Refused("the query is not known here")
    sql = value.value.strip().rstrip(";").rstrip()
    if not re.match(r"\(*\s*(select|with|values|table)\b", sql, re.I):
        raise Refused("only a query that reads (SELECT, WITH) is sent to the database")
    if params is None and style in ("dbapi", "qmark"):
        return sql, []
    return bound(sql, params if params is not None else {}, style)


#: style → what stands for a parameter: by name, by place, and what is written for itself
_PLACEHOLDERS = {
    "text": re.compile(r"(?<![:\w\\]):(?P<name>\w+)(?!:)|(?P<next>\0)|\\(?P<same>:)"),
    "sqlalchemy": re.compile(r"%\((?P<name>\w+)\)s|(?P<next>%s)|%(?P<same>%)|(?P<odd>%)"),
    "dbapi": re.compile(r"%\((?P<name>\w+)\)s|(?P<next>%s)|%(?P<same>%)|(?P<odd>%)"),
    "qmark": re.compile(r"(?P<name>\0)|(?P<next>\?)|(?P<same>'(?:[^']|'')*'|\"[^\"]*\")"),
}


def bound(sql: str, params: Any, style: str) -> tuple[str, list]:
    """A query with \\0 for its parameters, and their values in that order. Raises Refused."""
    if "\0" in sql:
        raise Refused("the query holds a NUL character")
    by_name = isinstance(params, dict)
    if not isinstance(params, (dict, list, tuple)):
        raise Refused("params= is neither a dict nor a list of constants")
    values: list = []

    def one(found: re.Match) -> str:
        groups = found.groupdict()
        if groups.get("same"):
            return groups["same"]
        if groups.get("odd"):
            raise Refused("a % in a query is written %% (or the query goes into sqlalchemy.text)")
        if groups["name"] and by_name and groups["name"] in params:
            values.append(params[groups["name"]])
        elif groups["next"] and not by_name and len(values) < len(params):
            values.append(params[len(values)])
        else:
            raise Refused(f"params= has no value for {found[0]!r}")
        return "\0"

    text = _PLACEHOLDERS[style].sub(one, sql)
    if not by_name and len(values) != len(params):
        raise Refused("params= has more values than the query has placeholders")
    if any(isinstance(value, (list, tuple, dict, set, bytes)) for value in values):
        raise Refused(
            "a parameter that is a list is not translated: write its values into the query"
        )
    return text, values


def database_frame(
    c: Call, query: str, made: Database, passed: dict[str, Any], ordered: bool
) -> Frame:
    """A frame read from a database. Its columns are known when the job runs."""
    ctx, step = c.ctx, c.ctx.step()
    hidden: tuple[str, ...] = ()
    if ctx.wants(step, "order") or ctx.wants(step, "number"):
        hidden = (ctx.position_name(step),)
        if ordered:
            passed["ordered"] = True
        passed["position"] = hidden[0]
    options = "".join(f", {k}={render(v)}" for k, v in passed.items())
    text = f"{ctx.call('read_sql')}(glueContext, {render(query)}, connection={render(made.connection)}{options})"
    ctx.inputs.append(
        {
            "path": None,
            "format": "database",
            "pinned": False,
            "connection": made.connection,
            "url": made.url,
        }
    )
    order = Order((), step, explicit=ordered)
    return Frame(
        text, (), open=True, base=fresh(), rows=Rows(), index=Index("range", step), order=order,
        hidden=hidden, gap="None",
    )  # fmt: skip


def checked(c: Call) -> None:
    """What a reader of a database may be asked. Raises Refused, since pandas cannot take over."""
    for name, usual in (("index_col", None), ("chunksize", None), ("parse_dates", None), ("dtype", None),
                        ("coerce_float", True), ("dtype_backend", None)):  # fmt: skip
        if name in c.args and c.given(name):
            value = c[name]
            if not (isinstance(value, Const) and value.value == usual):
                raise Refused(f"{c.rule.name}({name}=…) is not translated: {_INSTEAD[name]}")


_INSTEAD = {
    "index_col": "call .set_index() on the result",
    "chunksize": "read it at once, the job does so in parallel",
    "parse_dates": "use pd.to_datetime on the column, or cast it in the query",
    "dtype": "use .astype on the result",
    "coerce_float": "decimals become floats, as by default",
    "dtype_backend": "use .convert_dtypes() on the result",
}


def table_name(c: Call, name: str) -> str:
    value = c[name]
    if not (isinstance(value, Const) and isinstance(value.value, str)):
        raise Refused("the table's name is not known here")
    return value.value


@rule(
    "pandas.read_sql_query(sql, con, index_col=None, coerce_float=True, params=None, parse_dates=None, "
    "chunksize=None, dtype=None, dtype_backend=None)",
    verdict="runtime",
    example="pd.read_sql_query('SELECT * FROM orders', engine)",
)
def read_sql_query(c: Call) -> Frame:
    """A query, run by the database; its rows come in parallel where a key of the table allows."""
    made = of_value(c["con"])
    checked(c)
    query, values = query_parts(c, made)
    passed: dict[str, Any] = {}
    if values:
        passed["params"] = values
        query = query.split("\0")  # type: ignore[assignment]
    elif one_table(query) is not None:
        passed["table"] = one_table(query)
    text = query if isinstance(query, str) else "\0".join(query)
    return database_frame(c, query, noted(c, made), passed, is_ordered(text))


def bound_values(c: Call) -> Any:
    try:
        return c.lit("params")
    except NoRule:
        raise Refused("params= is not a constant: put the value into the query") from None


@rule(
    "pandas.read_sql_table(table_name, con, schema=None, index_col=None, coerce_float=True, parse_dates=None, "
    "columns=None, chunksize=None, dtype_backend=None)",
    verdict="runtime",
    example="pd.read_sql_table('orders', engine, schema='public')",
)
def read_sql_table(c: Call) -> Frame:
    """A whole table, in parallel where its key allows; dates are timestamps, as pandas has them here."""
    made = of_value(c["con"])
    checked(c)
    passed: dict[str, Any] = {"whole_table": True}
    for name in ("schema", "columns"):
        if c.given(name) and c.lit(name) is not None:
            passed[name] = c.lit(name)
    return database_frame(c, table_name(c, "table_name"), noted(c, made), passed, False)


@rule(
    "pandas.read_sql(sql, con, index_col=None, coerce_float=True, params=None, parse_dates=None, columns=None, "
    "chunksize=None, dtype_backend=None, dtype=None)",
    verdict="runtime",
    example="pd.read_sql('SELECT * FROM orders', engine)",
)
def read_sql(c: Call) -> Frame:
    """A query, or a whole table by its name."""
    value = c["sql"]
    if (
        isinstance(value, Const)
        and isinstance(value.value, str)
        and re.fullmatch(r"\w+", value.value.strip())
    ):
        c.args["table_name"], c.args["schema"] = value, Const(None)
        return read_sql_table(c)
    return read_sql_query(c)


# --- writing --------------------------------------------------------------------------------


@rule(
    "DataFrame.to_sql(name, con, *, schema=None, if_exists='fail', index=True, index_label=None, chunksize=None, "
    "dtype=None, method=None)",
    ignored="chunksize method",
    verdict="runtime",
    example="df.to_sql('totals', engine, if_exists='replace', index=False)",
)
def to_sql(c: Call) -> RowCount:
    """A table of a database: all rows or none."""
    made = of_value(c["con"])
    frame = c.frame
    dtype = c["dtype"]
    if not (isinstance(dtype, Const) and dtype.value is None):
        raise Refused(
            "to_sql(dtype=…) is not translated: make the table first, then if_exists='append'"
        )
    passed: dict[str, Any] = {"connection": noted(c, made).connection}
    if made.dialect in UNPROVEN:
        c.message = f"the job stops here: to_sql into {UNPROVEN[made.dialect]} is not translated, only into PostgreSQL, MySQL and MariaDB; {c.message}"  # type: ignore[attr-defined]
    try:
        if c.lit("schema") is not None:
            passed["schema"] = c.lit("schema")
        if c.lit("if_exists") not in ("fail", "replace", "append"):
            raise Refused("if_exists= is fail, replace or append")
        passed["if_exists"] = c.lit("if_exists")
        if c.lit("index"):
            frame = with_label_columns(c, frame)
    except NoRule as error:
        raise Refused(f"to_sql: {error}") from None
    dtypes = {
        str(x.label): x.dtype for x in frame.columns if x.dtype in ("int64?", "bool?", "category")
    }
    if dtypes:
        passed["dtypes"] = dtypes
    name = Const(table_name(c, "name"))
    output(c, "write_sql", "database", frame, name, passed, render(name.value))
    c.ctx.outputs[-1].path = "?"
    c.ctx.outputs[-1].options = {
        "connection": passed["connection"],
        "url": made.url,
        "schema": passed.get("schema"),
        "table": name.value,
    }
    return RowCount()


def with_label_columns(c: Call, frame: Frame) -> Frame:
    """The index as first columns, named as pandas names them in a table."""
    if frame.open:
        raise NoRule("the index of a frame whose columns are not known here: pass index=False")
    given = c.lit("index_label")
    given = [given] if isinstance(given, str) else given
    shown = with_index(c, frame, None)
    count = len(shown.columns) - len(frame.columns)
    labels = [str(x.label) for x in frame.columns]
    for place in range(count):
        column = shown.columns[place]
        label = given[place] if given else column.label
        if not given and label in ("", None):
            label = "index" if count == 1 and "index" not in labels else f"level_{place}"
        columns = list(shown.columns)
        columns[place] = Column(label, column.name, column.dtype, column.uid)
        shown = shown.with_columns(columns)
    return shown


@rule(
    "Local.to_sql(name, con, *, schema=None, if_exists='fail', index=True, index_label=None, chunksize=None, "
    "dtype=None, method=None)",
    ignored="chunksize method",
    verdict="runtime",
    example="df.to_sql('totals', engine, if_exists='replace', index=False)",
)
def local_to_sql(c: Call) -> RowCount:
    """A frame that is pandas on the driver, sent back to the cluster to be written."""
    owner = c.self
    pandas_text = owner.text  # type: ignore[union-attr]
    if c.lit("index"):
        if c.given("index_label"):
            raise Refused("index_label= of a frame on the driver: call reset_index() first")
        pandas_text += ".reset_index()"
    text = f"{c.ctx.call('from_pandas')}(spark, {pandas_text})"
    frame = Frame(text, (), open=True, base=fresh(), rows=Rows(), vars=owner.vars)  # type: ignore[union-attr]
    sent = Call(c.rule, frame, {**c.args, "index": Const(False)}, c._given, c.ctx)
    sent.interpreter = c.interpreter  # type: ignore[attr-defined]
    return to_sql(sent)
