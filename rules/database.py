"""Databases: SQLAlchemy, ODBC and DB-API connections become Glue connections; pandas' SQL calls, JDBC.

What a program connects with (user, password) stays out of the job: the job names a Glue connection,
and the deploy script can make it. A query goes to the database as it is written.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, replace
from typing import Any

from rules.io import output, with_index
from rules.registry import Call, rule
from transpiler.errors import NoRule, Refused, attempt
from transpiler.facts import (
    Column,
    Const,
    Database,
    Frame,
    Index,
    Order,
    Plain,
    Rows,
    Value,
    fresh,
)
from transpiler.symbolic import render

#: SQLAlchemy's dialect or an ODBC driver's word → what JDBC calls it, and its usual port
DIALECTS = {
    "postgresql": ("postgresql", 5432), "postgres": ("postgresql", 5432),
    "mysql": ("mysql", 3306), "mariadb": ("mysql", 3306),
    "mssql": ("sqlserver", 1433), "sql server": ("sqlserver", 1433),
    "oracle": ("oracle", 1521), "redshift": ("redshift", 5439),
}  # fmt: skip
JDBC_URLS = {
    "sqlserver": "jdbc:sqlserver://{host}:{port};databaseName={database}",
    "oracle": "jdbc:oracle:thin:@//{host}:{port}/{database}",
}
_URL = re.compile(
    r"(?P<dialect>\w+)(?:\+\w+)?://(?:[^@/]*@)?(?P<host>[^:/?@]*)(?::(?P<port>[^/?]*))?"
    r"(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?",
    re.DOTALL,
)
#: what stands for a part of an address that only the running program knows
_UNKNOWN = re.compile(r"\{[^{}]*\}")
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


# --- connections ----------------------------------------------------------------------------


def database(dialect: str, host: str, port: Any, name: str) -> Database:
    """A connection to a database at an address of which unknown parts are empty."""
    words = dialect.lower().strip()
    found = next((DIALECTS[w] for w in DIALECTS if w in words), None)
    if found is None:
        raise Refused(
            f"a {dialect!r} database is not reached by Glue's JDBC connections: PostgreSQL, MySQL,"
            " MariaDB, SQL Server, Oracle and Redshift are"
        )
    kind, usual = found
    url = ""
    if host and name:
        form = JDBC_URLS.get(kind, f"jdbc:{kind}://{{host}}:{{port}}/{{database}}")
        url = form.format(host=host, port=port or usual, database=name)
    label = re.sub(r"[^A-Za-z0-9_.-]+", "-", f"{kind}-{name}" if name else kind).strip("-")
    return Database(label, url, kind)


def known(text: str) -> str:
    """A part of an address, "" where only the running program knows it."""
    return "" if _UNKNOWN.search(text) else urllib.parse.unquote(text)


def of_address(text: str) -> Database:
    """The database of a SQLAlchemy address. Raises Refused for one that is not understood."""
    found = _URL.fullmatch(text.strip())
    if found is None:
        raise Refused("the database's address is not understood: dialect://user:password@host/name")
    query = dict(urllib.parse.parse_qsl(found["query"] or ""))
    if "odbc_connect" in query:
        return of_odbc(query["odbc_connect"])
    name = known((found["database"] or "").strip("/")) or query.get("service_name", "")
    port = known(found["port"] or "")
    return database(found["dialect"], known(found["host"] or ""), port, known(name))


def of_odbc(text: str) -> Database:
    """The database of an ODBC connection string. Raises Refused for one that names a DSN."""
    parts: dict[str, str] = {}
    for key, value in re.findall(r"\s*([^=;]+?)\s*=\s*(\{[^}]*\}|[^;]*)", text):
        parts.setdefault(key.upper(), value.strip())
    driver = parts.get("DRIVER", "").strip("{}")
    if not driver:
        raise Refused("an ODBC data source by name says nothing of the database: give its DRIVER")
    host = known(
        next((parts[k] for k in ("SERVER", "SERVERNAME", "HOST", "ADDRESS") if k in parts), "")
    )
    host, comma, port = host.removeprefix("tcp:").partition(",")
    name = known(next((parts[k] for k in ("DATABASE", "DB", "INITIAL CATALOG") if k in parts), ""))
    made = database(driver, host, port if comma else known(parts.get("PORT", "")), name)
    if made.dialect == "postgresql":
        raise Refused(
            "PostgreSQL's ODBC driver gives booleans and numbers as text, JDBC does not: connect with"
            " SQLAlchemy (postgresql+psycopg2://…)"
        )
    return made


def address_text(value: Any) -> str:
    """The text of an address, with {…} where it is put together from parts that are not known."""
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    if isinstance(value, Plain):
        inner = re.fullmatch(r'f?(["\'])(.*)\1', value.text, re.DOTALL)
        if inner and value.text.startswith("f"):
            return inner[2]
    raise NoRule("the address is not known here")


def of_value(value: Any, variable: str = "") -> Database:
    """The database that a connection, an engine or an address means. Raises Refused for others."""
    if isinstance(value, Database):
        return value
    address = attempt(address_text, value)
    if address is not None:
        return of_address(address)
    # An address that only the environment knows: the connection is named after its variable.
    named = re.search(
        r"environ(?:\.get)?[\[(]\s*['\"](\w+)|getenv\(\s*['\"](\w+)",
        getattr(value, "text", "") or "",
    )
    if named is None:
        raise Refused("what database this connects to is not known here")
    return Database((named[1] or named[2]).lower().replace("_", "-"), style="sqlalchemy")


def noted(c: Call, made: Database) -> Database:
    renamed = dict(getattr(c.ctx.options, "connections", None) or {})
    connection = renamed.get(made.connection, made.connection)
    c.message = f"user and password stay out of the job: it uses the Glue connection {connection!r}"  # type: ignore[attr-defined]
    return replace(made, connection=connection)


_ENGINES = "url, **options"


@rule(
    f"sqlalchemy.create_engine({_ENGINES})",
    verdict="kept",
    example="engine = create_engine('postgresql://db/shop')",
)
def create_engine(c: Call) -> Database:
    """An engine: a Glue connection."""
    return noted(c, of_value(c["url"]))


@rule(
    "sqlalchemy.URL.create(drivername, username=None, password=None, host=None, port=None, database=None, query=None)",
    ignored="username password query",
    verdict="kept",
    example="URL.create('postgresql', host='db', database='shop')",
)
def url_create(c: Call) -> Database:
    """An address in parts."""

    def part(name: str) -> str:
        value = c[name]
        return str(value.value or "") if isinstance(value, Const) else ""

    return database(c.lit("drivername"), part("host"), part("port"), part("database"))


def _same_rule(names: str, function: Any, parameters: str, example: str) -> None:
    for name in names.split():
        rule(f"{name}({parameters})", verdict="kept", example=example)(function)


_same_rule(
    "sqlalchemy.engine.create_engine",
    create_engine,
    _ENGINES,
    "create_engine('postgresql://db/shop')",
)
_same_rule(
    "sqlalchemy.engine.URL.create sqlalchemy.engine.url.URL.create",
    url_create,
    "drivername, username=None, password=None, host=None, port=None, database=None, query=None",
    "URL.create('postgresql', host='db', database='shop')",
)


@rule(
    "pyodbc.connect(*parts, **options)",
    verdict="kept",
    example="pyodbc.connect('DRIVER=…;SERVER=…;DATABASE=…')",
)
def odbc_connect(c: Call) -> Database:
    """An ODBC connection, by its connection string or keywords."""
    texts = [address_text(part) for part in c["parts"]]
    for name, value in c["options"].items():
        if isinstance(value, Const) and isinstance(value.value, (str, int)):
            texts.append(f"{name}={value.value}")
    return replace(noted(c, of_odbc(";".join(texts))), style="qmark")


def db_api(dialect: str) -> Any:
    def connect(c: Call) -> Database:
        """A DB-API connection, by keywords or libpq's text."""
        given = {n: v.value for n, v in c["options"].items() if isinstance(v, Const)}
        for part in c["parts"]:
            text = address_text(part)
            if "://" in text:
                return replace(noted(c, of_address(text)), style="dbapi")
            given |= dict(re.findall(r"(\w+)\s*=\s*'?([^'\s]*)'?", text))
        host = given.get("host") or given.get("server") or ""
        name = given.get("dbname") or given.get("database") or given.get("db") or ""
        made = database(dialect, str(host), given.get("port"), str(name))
        return replace(noted(c, made), style="dbapi")

    return connect


for _module, _dialect in (("psycopg2", "postgresql"), ("psycopg", "postgresql"), ("pymysql", "mysql"),
                          ("MySQLdb", "mysql"), ("mysql.connector", "mysql"), ("mariadb", "mysql"),
                          ("pymssql", "mssql")):  # fmt: skip
    rule(
        f"{_module}.connect(*parts, **options)",
        verdict="kept",
        example=f"{_module}.connect(host='db', database='shop')",
    )(db_api(_dialect))


for _name in ("raw_connection", "connection"):

    @rule(f"Database.{_name}(**options)", verdict="kept", example="engine.raw_connection()")
    def driver_connection(c: Call) -> Database:
        """The driver's own connection: queries are written as it has them."""
        return replace(c.self, style="dbapi")  # type: ignore[type-var]


for _name in ("connect", "begin", "execution_options", "engine"):

    @rule(f"Database.{_name}(**options)", verdict="kept", example="engine.connect()")
    def same_database(c: Call) -> Database:
        """Still the same database."""
        return c.self  # type: ignore[return-value]


for _name in ("dispose", "close", "commit"):

    @rule(f"Database.{_name}(**options)", verdict="kept", example="engine.dispose()")
    def nothing_to_do(c: Call) -> Const:
        """Every step opens and closes its own connections."""
        return Const(None)


@dataclass(frozen=True)
class SqlText(Value):
    """A query in SQLAlchemy's ``text()``: parameters are :name, and % is nothing special."""

    query: Value
    kind = "query"

    @property
    def vars(self) -> frozenset[str]:  # type: ignore[override]
        return self.query.vars


@rule("sqlalchemy.text(text)", verdict="kept", example="text('SELECT 1')")
def sql_text(c: Call) -> Value:
    """A query."""
    return SqlText(c["text"])


for _name in ("quote", "quote_plus"):

    @rule(f"urllib.parse.{_name}(string)", verdict="kept", example="quote_plus('a b')")
    def quoted_text(c: Call) -> Value:
        """A part of an address, quoted for it."""
        value = c["string"]
        c.need(
            isinstance(value, Const) and isinstance(value.value, str),
            "not a text that is known here",
        )
        change = getattr(urllib.parse, c.rule.name.rsplit(".", 1)[1])
        return Const(change(value.value), secret=value.secret)


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


_READ = (
    "coerce_float=True, {more}parse_dates=None, {columns}chunksize=None, dtype_backend=None{dtype}"
)


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
    c.ctx.outputs[-1].options = {"connection": passed["connection"], "url": made.url}
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


__all__ = ["database", "is_ordered", "of_address", "of_odbc", "one_table"]
