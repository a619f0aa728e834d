"""pd.read_sql, read_sql_query and read_sql_table in a job, over JDBC."""

import datetime
import json
import math
import re

from py4j.protocol import Py4JJavaError
from pyspark.sql import functions as F

from glue_runtime.position import with_position
from glue_runtime.quoting import quoted

# What JDBC calls a database → the drivers that reach it; the first one that is there is taken.
DRIVERS = {
    "postgresql": ["org.postgresql.Driver"],
    "mysql": ["com.mysql.cj.jdbc.Driver", "org.mariadb.jdbc.Driver"],
    "sqlserver": ["com.microsoft.sqlserver.jdbc.SQLServerDriver"],
    "oracle": ["oracle.jdbc.OracleDriver"],
    "redshift": ["com.amazon.redshift.jdbc42.Driver", "com.amazon.redshift.Driver"],
}
# Numbers come as text, in which they are exact, and a TINYINT(1) is a number.
PROPERTIES = {
    "postgresql": {"prepareThreshold": "0", "binaryTransfer": "false", "tcpKeepAlive": "true"},
    "mysql": {"tinyInt1isBit": "false", "yearIsDateType": "false"},
}
ENCRYPTED = {
    "postgresql": {"sslmode": "require"},
    "mysql": {"sslMode": "REQUIRED"},
    "sqlserver": {"encrypt": "true", "trustServerCertificate": "true"},
}
# java.sql.Types → the Spark type of what pandas makes of such a column.
SQL_TYPES = {
    -7: "boolean", 16: "boolean",
    -6: "bigint", 5: "bigint", 4: "bigint", -5: "bigint",
    2: "double", 3: "double", 6: "double", 7: "double", 8: "double",
    1: "string", 12: "string", -1: "string", -15: "string", -9: "string", -16: "string",
    91: "date", 93: "timestamp",
}  # fmt: skip
# A MySQL FLOAT has six digits, and more of them only as a number: pandas sees its text.
AS_READ = {"float text": "string"}
# Types that JDBC calls by another's number, and that pandas has no plain column for.
OTHER_TYPES = {
    "postgresql": ["timestamptz", "money", "bit", "varbit"],
    "mysql": ["bit"],
    "redshift": ["timestamptz"],
}
# A reader for each so many values of the key, at most one a core.
KEYS_A_READER = 50_000
ROWS_A_FETCH = {"mysql": str(-(1 << 31))}  # its driver's word for "as they come"
CHAR_PADDING = "spark.sql.readSideCharPadding"


def read_sql(
    glueContext,
    query,
    *,
    connection,
    params=None,
    table=None,
    whole_table=False,
    schema=None,
    columns=None,
    ordered=False,
    position=None,
):
    """What pandas reads by a query, which the database runs; missing is NULL, decimals are doubles.

    connection: name of a Glue connection. params: values that belong between the parts of `query`,
    a list then. table: the one table that the query reads row by row; an integer primary key of it
    divides the work. whole_table: `query` is the name of a table, and its dates become timestamps.
    ordered: the query has an ORDER BY, so its rows are read in that order. position: name of a
    bigint column 0, 1, 2, …
    Filters of later steps stay in Spark: the database may compare texts in another way.
    Raises TypeError for a column of a type that pandas has no plain column for.
    """
    spark = glueContext.spark_session
    settings = connection_settings(glueContext, connection)
    dialect = settings["dialect"]
    if whole_table:
        table = qualified(query, schema, dialect)
        chosen = ", ".join(sql_name(name, dialect) for name in columns) if columns else "*"
        query = f"SELECT {chosen} FROM {table}"
    if params is not None:
        query = bound_query(query, params, dialect)
    if ordered:
        query = ordered_query(query, dialect)
    options = jdbc_options(settings)
    database = open_database(spark, settings)
    try:
        kinds = result_kinds(database, query, dialect)
        if table is not None and not ordered:
            options |= key_ranges(spark, database, query, table, kinds, dialect)
    finally:
        database.close()
    fields = [f"`{name.replace('`', '``')}` {AS_READ.get(kind, kind)}" for name, kind in kinds]
    spark.conf.set(CHAR_PADDING, "false")  # a CHAR comes as the database gives it
    options |= {"dbtable": f"({query}\n) p2g_query", "customSchema": ", ".join(fields)}
    rows = spark.read.format("jdbc").options(**options).load()
    frame = rows.select(*[sql_cell(name, kind, whole_table) for name, kind in kinds])
    return frame if position is None else with_position(frame, name=position)


def connection_settings(glueContext, connection):
    """Address, user, password and driver of a Glue connection; a secret that it names is asked for.

    Raises ValueError for a connection to something else than a database.
    """
    found = glueContext.extract_jdbc_conf(connection)
    url = found.get("fullUrl") or found.get("url") or ""
    kind = url.split(":")[1] if url.startswith("jdbc:") else ""
    dialect = {"mariadb": "mysql"}.get(kind, kind)
    if dialect not in DRIVERS:
        raise ValueError(f"the connection {connection!r} is not to a database: {url!r}")
    user, password = found.get("user"), found.get("password")
    if not password:
        user, password = secret_login(connection)
    properties = dict(PROPERTIES.get(dialect, {}))
    if str(found.get("enforceSSL", "")).lower() == "true":
        properties |= ENCRYPTED.get(dialect, {})
    # MariaDB's own scheme makes Spark quote names as if they were texts.
    url = url.replace("jdbc:mariadb:", "jdbc:mysql:", 1)
    return {
        "url": url,
        "user": user,
        "password": password,
        "dialect": dialect,
        "properties": properties,
        "driver": driver_class(glueContext.spark_session, dialect),
    }


def secret_login(connection):
    """User and password from the secret that a Glue connection names."""
    import boto3  # only where a connection keeps its password in Secrets Manager

    there = boto3.client("glue").get_connection(Name=connection)["Connection"]
    secret = there["ConnectionProperties"].get("SECRET_ID")
    if secret is None:
        raise ValueError(f"the connection {connection!r} has neither a password nor a secret")
    text = boto3.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
    login = json.loads(text)
    return login["username"], login["password"]


def driver_class(spark, dialect):
    """The JDBC driver of a database. Raises RuntimeError when none is there."""
    registry = spark._jvm.org.apache.spark.sql.execution.datasources.jdbc.DriverRegistry
    for name in DRIVERS[dialect]:
        try:
            registry.register(name)
        except Py4JJavaError as error:
            if "ClassNotFound" not in str(error.java_exception):
                raise
            continue  # not on the class path: the next one may be
        return name
    raise RuntimeError(f"no JDBC driver ({' or '.join(DRIVERS[dialect])}): add it by --extra-jars")


def jdbc_options(settings):
    """The options of Spark's JDBC reader and writer for a connection."""
    login = {"url": settings["url"], "user": settings["user"], "password": settings["password"]}
    usual = {
        "pushDownPredicate": "false",
        "fetchsize": ROWS_A_FETCH.get(settings["dialect"], "10000"),
    }
    return {**login, **usual, **settings["properties"], "driver": settings["driver"]}


def open_database(spark, settings):
    """A JDBC connection (a Java object). ConnectionError when the database does not answer."""
    jvm = spark._jvm
    properties = jvm.java.util.Properties()
    login = {"user": settings["user"] or "", "password": settings["password"] or ""}
    for name, value in {**login, **settings["properties"]}.items():
        properties.setProperty(name, value)
    try:
        return jvm.java.sql.DriverManager.getConnection(settings["url"], properties)
    except Py4JJavaError as error:
        raise ConnectionError(f"{settings['url']}: {database_words(error)}") from None


def database_words(error):
    """What the database says is wrong, without the Java around it."""
    return str(error.java_exception.getMessage())


def run_sql(database, sql):
    """Run one statement; RuntimeError with the database's words when it refuses."""
    statement = database.createStatement()
    try:
        statement.execute(sql)
    except Py4JJavaError as error:
        raise RuntimeError(f"the database refuses this: {database_words(error)}\n{sql}") from None
    finally:
        statement.close()


def first_row(database, sql, count):
    """The first `count` cells of the one row that a query gives, as texts."""
    statement = database.createStatement()
    try:
        rows = statement.executeQuery(sql)
        rows.next()
        return [rows.getString(place + 1) for place in range(count)]
    except Py4JJavaError as error:
        raise RuntimeError(f"the database refuses this: {database_words(error)}\n{sql}") from None
    finally:
        statement.close()


def result_kinds(database, query, dialect):
    """[(name, Spark type)] of the columns of a query. Raises TypeError for a type without one."""
    statement = database.createStatement()
    try:
        rows = statement.executeQuery(f"SELECT * FROM ({query}\n) p2g_query WHERE 1 = 0")
        notes = rows.getMetaData()
        places = range(1, notes.getColumnCount() + 1)
        found = [
            (notes.getColumnLabel(p), notes.getColumnType(p), notes.getColumnTypeName(p), notes.getScale(p))
            for p in places
        ]  # fmt: skip
    except Py4JJavaError as error:
        raise RuntimeError(f"the database refuses this: {database_words(error)}\n{query}") from None
    finally:
        statement.close()
    return [(name, spark_kind(name, *facts, dialect)) for name, *facts in found]


def spark_kind(name, code, type_name, scale, dialect):
    """The Spark type of a column. Raises TypeError for a type that is not translated."""
    kind = SQL_TYPES.get(code)
    if kind is None or type_name.lower().split("(")[0] in OTHER_TYPES.get(dialect, []):
        raise TypeError(
            f"column {name!r} is of the SQL type {type_name}, which is not translated:"
            " cast it in the query (to text, or to timestamp in UTC)"
        )
    if dialect == "oracle" and code == 2 and scale == 0:
        return "bigint"  # Oracle has no integers of its own
    if dialect == "mysql" and type_name.lower().startswith("float"):
        return "float text"
    return kind


def sql_cell(name, kind, whole_table):
    """A column as pandas has it: NaN is missing, dates of a whole table are timestamps."""
    cell = quoted(name)
    if kind == "float text":
        cell = cell.cast("double")
    if kind == "double":
        cell = F.when(~F.isnan(cell), cell)
    if kind == "date" and whole_table:
        cell = cell.cast("timestamp")
    return cell.alias(name)


def key_ranges(spark, database, query, table, kinds, dialect):
    """The options that read a query in parallel by its table's primary key; {} without one."""
    parts = [part.strip('"`') for part in re.findall(r'"[^"]+"|`[^`]+`|\w+', table)]
    schema = parts[-2] if len(parts) > 1 else None
    catalog = database.getCatalog()
    if dialect == "mysql":
        catalog, schema = schema or catalog, None
    elif schema is None:
        schema = database.getSchema()
    keys, found = [], database.getMetaData().getPrimaryKeys(catalog, schema, parts[-1])
    while found.next():
        keys.append(found.getString("COLUMN_NAME"))
    if len(keys) != 1 or (keys[0], "bigint") not in kinds:
        return {}
    key = sql_name(keys[0], dialect)
    bounds = f"SELECT MIN({key}), MAX({key}) FROM ({query}\n) p2g_query"
    low, high = first_row(database, bounds, 2)
    if low is None:
        return {}
    low, high = int(low), int(high)
    readers = min(spark.sparkContext.defaultParallelism, (high - low) // KEYS_A_READER + 1)
    if readers < 2:
        return {}
    return {
        "partitionColumn": keys[0],
        "lowerBound": str(low),
        "upperBound": str(high),
        "numPartitions": str(readers),
    }


def ordered_query(query, dialect):
    """A query whose ORDER BY still counts when it stands within another query."""
    if dialect == "mysql" and not re.search(r"\blimit\b[^()]*$", query, re.IGNORECASE):
        return f"{query}\nLIMIT 18446744073709551615"  # all rows; without it the order is dropped
    return query


def sql_name(name, dialect):
    """A name in SQL, quoted."""
    mark = "`" if dialect == "mysql" else '"'
    return mark + name.replace(mark, mark * 2) + mark


def qualified(name, schema, dialect):
    """A table's name in SQL, with its schema where one is given."""
    parts = [schema, name] if schema else [name]
    return ".".join(sql_name(part, dialect) for part in parts)


def bound_query(texts, values, dialect):
    """The parts of a query with the values between them, as the database writes them."""
    literals = [sql_literal(value, dialect) for value in values]
    return "".join(text + literal for text, literal in zip(texts, [*literals, ""]))


def sql_literal(value, dialect):
    """A value in SQL. Raises TypeError for a kind of value that has no plain form."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, (int, float)) and math.isfinite(value):
        return f"({value!r})"
    if isinstance(value, (datetime.date, datetime.datetime)):
        value = str(value)
    if not isinstance(value, str) or "\0" in value:
        raise TypeError(f"{value!r} cannot be put into a query")
    if dialect == "mysql":
        value = value.replace("\\", "\\\\")
    return "'" + value.replace("'", "''") + "'"
