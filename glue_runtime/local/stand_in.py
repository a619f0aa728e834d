"""Databases that stand for a program's own while it is tried out: nothing reaches the real ones."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pandas as pd

VARIABLE = "P2G_TEST_DATABASES"
#: SQLAlchemy's word for a database → JDBC's, and its usual port
JDBC = {"postgresql": ("postgresql", 5432), "mysql": ("mysql", 3306), "mariadb": ("mysql", 3306)}
#: what programs connect with beside SQLAlchemy
DRIVERS = ("psycopg2", "psycopg", "pymysql", "MySQLdb", "pyodbc")
KEPT = "__p2g_kept"
#: a table: (connection, schema or None, name)
Table = tuple[str, "str | None", str]


class StandIns:
    """
    The databases that stand for those that a program connects to.

    connections: the Glue connections of its job. The environment variable ``P2G_TEST_DATABASES``
    names a database to play with for each: {"postgresql-shop": "postgresql://user:password@host/db"}
    (PostgreSQL, MySQL or MariaDB; an address as SQLAlchemy has them). Raises LookupError when one is
    not named or is of another kind.
    """

    def __init__(self, connections: list[str], tables: list[Table], folder: Path) -> None:
        import sqlalchemy

        known = json.loads(os.environ.get(VARIABLE) or "{}")
        self.tables, self.folder = tables, folder
        self.engines, described = {}, {}
        for name in connections:
            if name not in known:
                raise LookupError(
                    f'no database to play with: set {VARIABLE} to {{"{name}": "ADDRESS"}}'
                )
            url = sqlalchemy.make_url(known[name])
            kind = JDBC.get(url.get_backend_name())
            if kind is None:
                raise LookupError(f"{VARIABLE}: {name} is neither PostgreSQL nor MySQL or MariaDB")
            self.engines[name] = sqlalchemy.create_engine(url)
            described[name] = {
                "JDBC_CONNECTION_URL": f"jdbc:{kind[0]}://{url.host}:{url.port or kind[1]}"
                f"/{url.database}",
                "USERNAME": url.username,
                "PASSWORD": url.password,
            }
        self.file = folder / "connections.json"
        self.file.write_text(json.dumps(described), encoding="utf-8")

    @contextlib.contextmanager
    def in_place(self) -> Iterator[StandIns]:
        """While this lasts, all that connects to a database gets the one that stands for it."""
        with contextlib.ExitStack() as stack:
            variables = {"P2G_CONNECTIONS": str(self.file)}
            for name, engine in self.engines.items():
                # A connection may be named after the variable that held its address.
                address = engine.url.render_as_string(hide_password=False)
                variables[name.upper().replace("-", "_")] = address
            stack.enter_context(mock.patch.dict(os.environ, variables))
            stack.enter_context(mock.patch("sqlalchemy.create_engine", self.engine_for))
            for module in DRIVERS:
                if importlib.util.find_spec(module):
                    real = importlib.import_module(module).connect
                    stack.enter_context(mock.patch(f"{module}.connect", self.connecting(real)))
            yield self

    def engine_for(self, address: Any, **options: Any) -> Any:
        """Instead of sqlalchemy.create_engine."""
        if len(self.engines) == 1:
            return next(iter(self.engines.values()))
        import sqlalchemy

        wanted = sqlalchemy.make_url(address)
        for name, engine in self.engines.items():
            if engine.url == wanted or name.endswith(f"-{wanted.database}"):
                return engine
        raise LookupError(f"which of {sorted(self.engines)} stands for {wanted!r} is not known")

    def connecting(self, real: Any) -> Any:
        """Instead of a driver's connect()."""

        def connect(*given: Any, **options: Any) -> Any:
            addresses = [e.dialect.create_connect_args(e.url) for e in self.engines.values()]
            if len(addresses) == 1:
                given, options = addresses[0]
            elif (list(given), options) not in [(list(a), dict(o)) for a, o in addresses]:
                raise LookupError(f"which of {sorted(self.engines)} is meant is not known")
            return real(*given, **options)

        return connect

    def contents(self) -> dict[Table, pd.DataFrame | None]:
        """What is in the tables; None for one that is not there."""
        return {
            table: (
                pd.read_sql_table(table[2], self.engines[table[0]], schema=table[1])
                if self.there(table)
                else None
            )
            for table in self.tables
        }

    def there(self, table: Table, ending: str = "") -> bool:
        import sqlalchemy

        inspector = sqlalchemy.inspect(self.engines[table[0]])
        return inspector.has_table(table[2] + ending, schema=table[1])

    def run(self, table: Table, statement: str) -> None:
        """Run a statement in which {table} and {kept} stand for the table and its copy."""
        engine = self.engines[table[0]]
        quote = engine.dialect.identifier_preparer.quote
        lead = f"{quote(table[1])}." if table[1] else ""
        names = {"table": lead + quote(table[2]), "kept": lead + quote(table[2] + KEPT)}
        with engine.begin() as connection:
            connection.exec_driver_sql(statement.format(**names))

    def keep(self) -> None:
        """Put a copy of each table aside."""
        for table in self.tables:
            if self.there(table):
                self.run(table, "DROP TABLE IF EXISTS {kept}")
                self.run(table, "CREATE TABLE {kept} AS SELECT * FROM {table}")

    def put_back(self) -> None:
        """The tables as they were when ``keep`` was called, keys and all where they are still there."""
        for table in self.tables:
            if not self.there(table, KEPT):
                self.run(table, "DROP TABLE IF EXISTS {table}")
            elif self.same_columns(table):
                self.run(table, "DELETE FROM {table}")
                self.run(table, "INSERT INTO {table} SELECT * FROM {kept}")
            else:
                self.run(table, "DROP TABLE IF EXISTS {table}")
                self.run(table, "CREATE TABLE {table} AS SELECT * FROM {kept}")

    def same_columns(self, table: Table) -> bool:
        """Whether a table has the columns of its copy, types too."""
        import sqlalchemy

        if not self.there(table):
            return False
        inspector = sqlalchemy.inspect(self.engines[table[0]])
        one, other = (
            [
                (column["name"], str(column["type"]))
                for column in inspector.get_columns(table[2] + ending, schema=table[1])
            ]
            for ending in ("", KEPT)
        )
        return one == other

    def close(self) -> None:
        """Put everything back and let go of the databases."""
        self.put_back()
        for table in self.tables:
            self.run(table, "DROP TABLE IF EXISTS {kept}")
        for engine in self.engines.values():
            engine.dispose()
