"""Connections to databases: SQLAlchemy's, ODBC's and DB-API's become Glue connections.

What a program connects with (user, password) stays out of the job: the job names a Glue connection,
and the deploy script can make it.
"""

from __future__ import annotations

import re
import urllib.parse
from dataclasses import dataclass, replace
from typing import Any

from rules.registry import Call, rule
from transpiler.errors import NoRule, Refused, attempt
from transpiler.facts import Const, Database, Plain, Value

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
#: databases that are reached by their documented addresses and drivers alone
UNPROVEN = {"sqlserver": "SQL Server", "oracle": "Oracle", "redshift": "Redshift"}
_URL = re.compile(
    r"(?P<dialect>\w+)(?:\+\w+)?://(?:[^@/]*@)?(?P<host>[^:/?@]*)(?::(?P<port>[^/?]*))?"
    r"(?:/(?P<database>[^?]*))?(?:\?(?P<query>.*))?",
    re.DOTALL,
)
#: what stands for a part of an address that only the running program knows
_UNKNOWN = re.compile(r"\{[^{}]*\}")


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
    message = f"user and password stay out of the job: it uses the Glue connection {connection!r}"
    if made.dialect in UNPROVEN:
        message += (
            f"; {UNPROVEN[made.dialect]} has not been tried with a real server: check the first run"
        )
    c.message = message  # type: ignore[attr-defined]
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
