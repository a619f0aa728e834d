"""A real PostgreSQL and a real MariaDB for tests, on loopback, in a folder of their own.

Both come from Debian (`.ci/run` installs them); a test that needs one skips when it is missing.
"""

from __future__ import annotations

import contextlib
import functools
import getpass
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

USER, PASSWORD, NAME = "shop", "s3cret'pass", "shop"
START_LIMIT = 60.0


@dataclass
class Server:
    """A running database: where it is, and how programs and jobs reach it."""

    dialect: str
    port: int
    process: subprocess.Popen
    scheme: str
    folder: Path = field(default_factory=Path)

    @property
    def url(self) -> str:
        """SQLAlchemy's address, with the password."""
        return f"{self.scheme}://{USER}:{PASSWORD.replace(chr(39), '%27')}@127.0.0.1:{self.port}/{NAME}"

    @property
    def jdbc_url(self) -> str:
        return f"jdbc:{self.dialect}://127.0.0.1:{self.port}/{NAME}"

    @property
    def connection(self) -> dict:
        """The properties of the Glue connection that stands for it."""
        return {"JDBC_CONNECTION_URL": self.jdbc_url, "USERNAME": USER, "PASSWORD": PASSWORD}

    @functools.cached_property
    def engine(self):
        from sqlalchemy import create_engine

        return create_engine(self.url)

    def run(self, *statements: str) -> None:
        from sqlalchemy import text

        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def rows(self, query: str) -> list[tuple]:
        from sqlalchemy import text

        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def stop(self) -> None:
        if "engine" in self.__dict__:
            self.engine.dispose()
        # PostgreSQL's own word for "now, whoever is connected".
        self.process.send_signal(signal.SIGINT if self.dialect == "postgresql" else signal.SIGTERM)
        self.process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def program(*names: str) -> str | None:
    """The path of the first of these programs that is there (a name or a glob)."""
    for name in names:
        found = shutil.which(name) or next(iter(sorted(glob.glob(name), reverse=True)), None)
        if found:
            return found
    return None


def needed(programs: dict[str, str | None], jar: str, *modules: str) -> None:
    """Skip the test, saying what to install, unless all is there."""
    lacking = [package for package, path in programs.items() if path is None]
    if not Path(jar).is_file():
        lacking.append(jar)
    for module in modules:
        pytest.importorskip(module)
    if lacking:
        pytest.skip(f"not installed (Debian): {', '.join(lacking)}")


def ordinary_user() -> dict:
    """Databases refuse to run as root: Popen's arguments for another user."""
    if getpass.getuser() != "root":
        return {}
    user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def own_folder(folder: Path) -> Path:
    """A folder that the server's user may write."""
    folder.mkdir(parents=True)
    for parent in [folder, *folder.parents]:
        if parent == Path("/tmp") or parent == Path("/"):
            break
        if os.stat(parent).st_uid == os.getuid():
            parent.chmod(parent.stat().st_mode | 0o055)
    if ordinary_user():
        shutil.chown(folder, "nobody")
    return folder


def waited(server: Server, log: Path, ready) -> Server:
    end = time.monotonic() + START_LIMIT
    while True:
        try:
            ready()
            return server
        except Exception as error:
            if server.process.poll() is not None or time.monotonic() > end:
                server.process.kill()
                text = log.read_text(errors="replace")[-3000:] if log.is_file() else ""
                raise RuntimeError(f"{server.dialect} does not start: {error}\n{text}") from error
        time.sleep(0.2)


def start_postgresql(folder: Path) -> Server:
    postgres = program("/usr/lib/postgresql/*/bin/postgres", "postgres")
    initdb = program("/usr/lib/postgresql/*/bin/initdb", "initdb")
    needed(
        {"postgresql": postgres and initdb},
        "/usr/share/java/postgresql.jar",
        "sqlalchemy",
        "psycopg2",
    )
    home, port = own_folder(folder / "pg"), free_port()
    rights = ordinary_user()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": home, **rights}
    made = [
        initdb,
        "-D",
        home / "data",
        "-U",
        "root",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "-N",
    ]
    subprocess.run(made, check=True, **quiet)
    log = folder / "pg.log"
    command = [
        postgres,
        "-D",
        home / "data",
        "-p",
        str(port),
        "-k",
        str(home),
        "-h",
        "127.0.0.1",
        "-F",
    ]
    with log.open("w") as out:
        process = subprocess.Popen([*command, "-c", "timezone=UTC"], **{**quiet, "stdout": out})
    server = Server("postgresql", port, process, "postgresql+psycopg2", home)

    def ready():
        import psycopg2

        there = psycopg2.connect(host="127.0.0.1", port=port, user="root", dbname="postgres")
        there.autocommit = True
        with contextlib.closing(there), there.cursor() as cursor:
            cursor.execute(f"CREATE ROLE {USER} LOGIN PASSWORD %s", (PASSWORD,))
            cursor.execute(f"CREATE DATABASE {NAME} OWNER {USER}")

    return waited(server, log, ready)


def start_mariadb(folder: Path) -> Server:
    daemon = program("mariadbd", "/usr/sbin/mariadbd", "mysqld")
    install = program("mariadb-install-db", "mysql_install_db")
    jar = "/usr/share/java/mariadb-java-client.jar"
    needed({"mariadb-server": daemon and install}, jar, "sqlalchemy", "pymysql")
    home, port = own_folder(folder / "maria"), free_port()
    rights = ordinary_user()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT, "cwd": home, **rights}
    plain = ["--no-defaults", f"--datadir={home / 'data'}"]
    subprocess.run(
        [install, *plain, "--auth-root-authentication-method=normal", "--skip-test-db"],
        check=True,
        **quiet,
    )
    log = folder / "maria.log"
    socket_file = str(home / "s")
    command = [
        daemon,
        *plain,
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={socket_file}",
    ]
    small = ["--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", f"--pid-file={home / 'pid'}",
             "--default-time-zone=+00:00", "--character-set-server=utf8mb4"]  # fmt: skip
    with log.open("w") as out:
        process = subprocess.Popen([*command, *small], **{**quiet, "stdout": out})
    server = Server("mysql", port, process, "mysql+pymysql", home)

    def ready():
        import pymysql

        with pymysql.connect(unix_socket=socket_file, user="root", autocommit=True) as there:
            with there.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {NAME} CHARACTER SET utf8mb4")
                cursor.execute(f"CREATE USER {USER}@'%%' IDENTIFIED BY %s", (PASSWORD,))
                cursor.execute(f"GRANT ALL ON {NAME}.* TO {USER}@'%'")

    return waited(server, log, ready)


STARTERS = {"postgresql": start_postgresql, "mysql": start_mariadb}
