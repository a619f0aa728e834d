"""df.to_sql in a job: a table of a database gets all rows or none."""

from pyspark.sql import functions as F

from glue_runtime.database import (
    connection_settings,
    first_row,
    jdbc_options,
    open_database,
    qualified,
    run_sql,
    sql_literal,
    sql_name,
)
from glue_runtime.quoting import quoted

# Spark type → the type of the column that pandas (by SQLAlchemy) makes.
COLUMN_TYPES = {
    "postgresql": {
        "bigint": "BIGINT", "int": "INTEGER", "smallint": "SMALLINT", "tinyint": "SMALLINT",
        "double": "DOUBLE PRECISION", "float": "REAL", "string": "TEXT", "void": "TEXT",
        "boolean": "BOOLEAN", "timestamp": "TIMESTAMP", "date": "DATE",
    },
    "mysql": {
        "bigint": "BIGINT", "int": "INTEGER", "smallint": "SMALLINT", "tinyint": "SMALLINT",
        "double": "DOUBLE", "float": "FLOAT", "string": "TEXT", "void": "TEXT",
        "boolean": "BOOLEAN", "timestamp": "DATETIME", "date": "DATE",
    },
}  # fmt: skip
# The staged rows carry a key, so that a task that is run twice cannot store its rows twice.
ROW_KEY = "__key"
LONGEST_NAME = 63
WRITERS = "8"


def write_sql(glueContext, df, table, *, connection, schema=None, if_exists="fail", dtypes=None):
    """Write `df` into a table of the database that a Glue connection names, in one transaction.

    The rows go into a table of their own first, which takes the other's place or whose rows are
    added to it once they are complete: a job that fails has changed nothing.
    if_exists: "fail", "replace" or "append". dtypes: {column: pandas dtype}; an "int64?" column
    with missing values is one of floats.
    Raises ValueError for a table that exists, RuntimeError when the database refuses something.
    """
    spark = glueContext.spark_session
    settings = connection_settings(glueContext, connection)
    dialect = settings["dialect"]
    if dialect not in COLUMN_TYPES:
        raise NotImplementedError(f"to_sql into {dialect}: PostgreSQL, MySQL and MariaDB are")
    rows = as_stored(df, dtypes or {})
    kinds = {field.name: field.dataType.simpleString() for field in rows.schema.fields}
    columns = [column_text(name, kind, dialect) for name, kind in kinds.items()]
    names = [sql_name(name, dialect) for name in kinds]
    target = qualified(table, schema, dialect)
    staged = qualified(table[: LONGEST_NAME - 5] + "__new", schema, dialect)
    old = qualified(table[: LONGEST_NAME - 5] + "__old", schema, dialect)
    database = open_database(spark, settings)
    try:
        hold_table(database, target, dialect)
        there = has_table(database, table, schema, dialect)
        if there and if_exists == "fail":
            raise ValueError(f"Table '{table}' already exists.")
        key = sql_name(ROW_KEY, dialect)
        run_sql(database, f"DROP TABLE IF EXISTS {staged}")
        definition = ", ".join([*columns, f"{key} BIGINT PRIMARY KEY"])
        run_sql(database, f"CREATE TABLE {staged} ({definition})")
        keyed = rows.withColumn(ROW_KEY, F.monotonically_increasing_id())
        options = {**jdbc_options(settings), "dbtable": staged, "numPartitions": WRITERS}
        keyed.write.format("jdbc").options(**options).mode("append").save()
        if there and if_exists == "append":
            cells = stored_cells(database, table, schema, kinds, dialect)
            add_rows(database, target, staged, names, cells, key)
        else:
            swap_tables(database, table, target, staged, old, key, there, dialect)
    finally:
        database.close()


def as_stored(df, dtypes):
    """The frame with the types that pandas stores: an "int64?" column with missing values as double."""
    doubtful = [name for name, dtype in dtypes.items() if dtype == "int64?"]
    if not doubtful:
        return df
    missing = df.agg(*[F.max(quoted(name).isNull()).alias(name) for name in doubtful]).first()
    for name in doubtful:
        if missing[name]:
            df = df.withColumn(name, quoted(name).cast("double"))
    return df


def column_text(name, kind, dialect):
    """A column of CREATE TABLE. Raises NotImplementedError for a type that no column holds."""
    if kind not in COLUMN_TYPES[dialect]:
        raise NotImplementedError(f"to_sql: column {name!r} holds {kind}: make it a text first")
    return f"{sql_name(name, dialect)} {COLUMN_TYPES[dialect][kind]}"


def hold_table(database, target, dialect):
    """Keep other jobs off the table until the connection is closed. RuntimeError when one has it."""
    name = sql_literal(f"p2g {target}"[-60:], dialect)
    sql = {
        "postgresql": f"SELECT CASE WHEN pg_try_advisory_lock(hashtext({name})) THEN 1 ELSE 0 END",
        "mysql": f"SELECT GET_LOCK({name}, 0)",
    }
    if first_row(database, sql[dialect], 1) != ["1"]:
        raise RuntimeError(f"another job is writing {target}: run this one when it has ended")


def has_table(database, table, schema, dialect):
    """Whether the table is there."""
    name = sql_literal(qualified(table, schema, dialect), dialect)
    home = sql_literal(schema, dialect) if schema else "DATABASE()"
    sql = {
        "postgresql": f"SELECT CASE WHEN to_regclass({name}) IS NULL THEN 0 ELSE 1 END",
        "mysql": "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema ="
        f" {home} AND table_name = {sql_literal(table, dialect)}",
    }
    return first_row(database, sql[dialect], 1) == ["1"]


def stored_cells(database, table, schema, kinds, dialect):
    """What is selected for each column of an existing table: texts take its type, as literals do."""
    names = [sql_name(name, dialect) for name in kinds]
    if dialect != "postgresql":
        return names
    target = qualified(table, schema, dialect)
    cells = []
    for name, quoted_name in zip(kinds, names):
        sql = (
            "SELECT MAX(format_type(atttypid, NULL)) FROM pg_attribute WHERE attname ="
            f" {sql_literal(name, dialect)} AND attrelid = to_regclass({sql_literal(target, dialect)})"
        )
        there = first_row(database, sql, 1)[0]
        wants = kinds[name] == "string" and there not in (None, "text")
        cells.append(f"CAST({quoted_name} AS {there})" if wants else quoted_name)
    return cells


def add_rows(database, target, staged, names, cells, key):
    """Add the staged rows to a table in one transaction."""
    insert = f"INSERT INTO {target} ({', '.join(names)}) SELECT {', '.join(cells)} FROM {staged}"
    database.setAutoCommit(False)
    try:
        run_sql(database, f"{insert} ORDER BY {key}")
        database.commit()
    except BaseException:
        database.rollback()
        raise
    database.setAutoCommit(True)
    run_sql(database, f"DROP TABLE {staged}")


def swap_tables(database, table, target, staged, old, key, there, dialect):
    """Put the staged table into the place of the other, in one step."""
    drop_key = f"ALTER TABLE {staged} DROP COLUMN {key}"
    if dialect == "mysql":  # it commits each definition by itself, and renames at once
        run_sql(database, drop_key)
        run_sql(database, f"DROP TABLE IF EXISTS {old}")
        away = f"{target} TO {old}, " if there else ""
        run_sql(database, f"RENAME TABLE {away}{staged} TO {target}")
        run_sql(database, f"DROP TABLE IF EXISTS {old}")
        return
    database.setAutoCommit(False)
    try:
        if there:
            run_sql(database, f"DROP TABLE {target}")
        run_sql(database, drop_key)
        run_sql(database, f"ALTER TABLE {staged} RENAME TO {sql_name(table, dialect)}")
        database.commit()
    except BaseException:
        database.rollback()
        raise
