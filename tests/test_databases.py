"""pandas' SQL calls as jobs, against a real PostgreSQL and a real MariaDB."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from glue_runtime.local import compare_outputs, run_job
from tests.databases import STARTERS, Server
from tests.harness import run_pandas
from transpiler import transpile

HEAD = """import os
import pandas as pd
from sqlalchemy import create_engine, text

engine = create_engine(os.environ["SHOP_URL"])
"""
#: columns of every type that pandas has a plain column for, and rows that a careless reader changes
TYPES = {
    "postgresql": "id integer primary key, i2 smallint, i8 bigint, f4 real, f8 double precision,"
    " n numeric(12,3), wide numeric, b boolean, t text, v varchar(20), c char(5), d date, ts timestamp",
    "mysql": "id integer primary key, i1 tinyint, one tinyint(1), flag bool, i2 smallint, i3 mediumint,"
    " i8 bigint, u4 int unsigned, f4 float, f8 double, n decimal(12,3), t text, v varchar(20), c char(5),"
    " kind enum('a','b'), d date, ts datetime(6), y year",
}
ROWS = {
    "postgresql": [
        "1, 1, 9007199254740993, 0.1, 0.1, 1.005, 1e-20, true, 'x', 'it''s', 'ab', '2024-02-29', '2024-01-31 23:59:59.123456'",
        "2, NULL, -1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "3, -3, 3, 16777217, 'NaN', 12345678.125, 12345678901234567890.25, false, E'a\\nb\"\\\\', 'ünï €', '', '1969-12-31', '1969-12-31 00:00:00'",
        "4, 7, 4, 3.4e38, 1e308, -0.001, 'NaN', true, '', ' pad ', 'abcde', '2262-01-01', '2200-06-01 12:00:00'",
    ],
    "mysql": [
        "1, -128, 1, true, 1, 8388607, 9007199254740993, 4294967295, 0.1, 0.1, 1.005, 'x', 'it''s', 'ab', 'a', '2024-02-29', '2024-01-31 23:59:59.123456', 1999",
        "2, NULL, NULL, NULL, NULL, NULL, -1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL",
        "3, 127, 5, false, -3, -8388608, 3, 0, 16777217, 1e308, 12345678.125, 'a\\nb\"\\\\\\\\', 'ünï €', '', 'b', '1969-12-31', '1969-12-31 00:00:00', 2024",
        "4, 0, 0, true, 7, 0, 4, 7, 3.4e38, -1e-300, -0.001, '', ' pad ', 'abcde', 'a', '2262-01-01', '2200-06-01 12:00:00.5', NULL",
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=list(STARTERS))
def server(request, spark, tmp_path_factory):
    """A running database with a table `every` of all types and a table `orders` of 500 rows."""
    made = STARTERS[request.param](tmp_path_factory.mktemp("db"))
    rows = [
        f"INSERT INTO every VALUES ({row.replace(':', chr(92) + ':')})"
        for row in ROWS[made.dialect]
    ]
    orders = ", ".join(
        f"({i * 3}, 'c{i % 7}', {i % 11 if i % 5 else 'NULL'}, {i}.25)" for i in range(500)
    )
    made.run(
        f"CREATE TABLE every ({TYPES[made.dialect]})",
        *rows,
        "CREATE TABLE orders (id integer primary key, customer varchar(10), qty integer, price numeric(9,2))",
        f"INSERT INTO orders VALUES {orders}",
    )
    yield made
    made.stop()


@pytest.fixture
def shop(server: Server, tmp_path: Path, monkeypatch):
    """Runs a program in pandas and as a job in folders of their own; see `Shop`."""
    file = tmp_path / "connections.json"
    file.write_text(json.dumps({"shop-url": server.connection}))
    monkeypatch.setenv("P2G_CONNECTIONS", str(file))
    monkeypatch.setenv("SHOP_URL", server.url)
    return Shop(server, tmp_path)


class Shop:
    def __init__(self, server: Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.script, self.names = "", {}

    def job(self, source: str, change=None) -> Path:
        """Run the job of a program; gives its folder. `change`: (text, text) swapped in the script."""
        self.script = transpile(HEAD + source).script
        if change:
            assert change[0] in self.script
            self.script = self.script.replace(*change)
        folder = self.folder / "job"
        folder.mkdir(exist_ok=True)
        self.names = run_job(self.script, {"JOB_NAME": "shop"}, workdir=folder)
        return folder

    def pandas(self, source: str) -> Path:
        folder = self.folder / "pandas"
        folder.mkdir(exist_ok=True)
        problem = run_pandas(HEAD + source, folder)
        if problem is not None:
            raise problem
        return folder

    def assert_same(self, source: str, change=None, order=None) -> None:
        """Every output of both is equal."""
        expected, actual = self.pandas(source), self.job(source, change)
        outputs = sorted(p.name for p in expected.glob("out*"))
        assert outputs
        for name in outputs:
            kind = "csv" if name.endswith(".csv") else "parquet"
            assert compare_outputs(expected / name, actual / name, kind, order) == []

    def table(self, name: str) -> tuple[list, list]:
        """(columns with their types, rows) of a table."""
        columns = self.server.rows(
            "SELECT column_name, data_type FROM information_schema.columns"
            f" WHERE table_name = '{name}' ORDER BY ordinal_position"
        )
        return columns, sorted(self.server.rows(f"SELECT * FROM {name}"), key=str)

    def assert_same_table(self, source: str, name: str = "made") -> None:
        """A table is the same after either, columns, types and rows."""
        self.server.run(f"DROP TABLE IF EXISTS {name}")
        self.pandas(source)
        expected = self.table(name)
        self.server.run(f"DROP TABLE {name}")
        self.job(source)
        assert self.table(name) == expected
        left = self.server.rows(
            "SELECT table_name FROM information_schema.tables WHERE table_name LIKE '%\\_\\_%' AND table_schema NOT LIKE '%schema%'"
        )
        assert [row for row in left if row[0].endswith(("__new", "__old"))] == []


def test_every_type_by_a_query(shop):
    shop.assert_same(
        "df = pd.read_sql('SELECT * FROM every ORDER BY id', engine)\n"
        "df.to_csv('out.csv', index=False)\n"
        "df.drop(columns=['d']).to_parquet('out.parquet', index=False)\n"
    )


def test_every_type_of_a_whole_table(shop):
    shop.assert_same(
        "df = pd.read_sql_table('every', engine).sort_values('id')\n"
        "df.to_csv('out.csv', index=False)\n"
        "df.to_parquet('out.parquet', index=False)\n"
    )


def test_a_connection_amphi_makes(shop):
    source = """df = None
try:
    with engine.connect() as conn:
        df = pd.read_sql(
            \"\"\"
            SELECT * FROM orders
            \"\"\",
            con=conn{raw}
        ).convert_dtypes()
finally:
    engine.dispose()
out = df[df["qty"] > 3].groupby("customer").agg(n=("qty", "sum"), most=("price", "max")).reset_index()
out.sort_values("customer").to_csv("out.csv", index=False)
"""
    raw = ".connection" if shop.server.dialect == "mysql" else ""
    shop.assert_same(source.replace("{raw}", raw).replace("df = None\n", ""))


def test_a_key_divides_the_work(shop, spark):
    source = (
        "df = pd.read_sql('SELECT id, customer, price FROM orders WHERE price > 3', engine)\n"
        "df.sort_values('id').to_csv('out.csv', index=False)\n"
    )
    shop.assert_same(source, change=("KEYS_A_READER = 50_000", "KEYS_A_READER = 10"))
    assert shop.names["df"].rdd.getNumPartitions() == spark.sparkContext.defaultParallelism > 1
    # A query of another kind comes in one piece.
    shop.job("df = pd.read_sql('SELECT DISTINCT id FROM orders', engine)\ndf.to_csv('out.csv')\n")
    assert shop.names["df"].rdd.getNumPartitions() == 1


@pytest.mark.parametrize(
    "tail, order",
    [
        ("df.to_csv('out.csv', index=False)\n", ["customer", "price"]),
        ("df.head(7).to_csv('out.csv', index=False)\n", ["price"]),
        ("df['before'] = df['price'].shift(1)\ndf.to_csv('out.csv', index=False)\n", ["price"]),
    ],
)
def test_the_order_of_a_query_is_kept(shop, tail, order):
    # Collations differ between a database and Spark: the rows must come as the database sorts them.
    query = "SELECT customer, price, id FROM orders ORDER BY customer DESC, price"
    shop.assert_same(f"df = pd.read_sql_query('{query}', engine)\n{tail}", order=[])


def test_a_filter_compares_as_pandas_does(shop):
    # MariaDB's usual collation takes 'C1' for 'c1': the filter must not be the database's.
    source = "df = pd.read_sql('SELECT * FROM orders', engine)\n"
    source += "df[df['customer'] == 'C1'].to_csv('out.csv', index=False)\n"
    source += "df[df['customer'] == 'c1'].to_csv('out_2.csv', index=False)\n"
    shop.assert_same(source)


@pytest.mark.parametrize(
    "call",
    [
        "text('SELECT * FROM every WHERE v = :v OR i8 = :n'), con, params={'v': \"it's\", 'n': -1}",
        "text(\"SELECT id, '%%' AS c FROM every WHERE t = :t\"), con, params={'t': 'a\\nb\"\\\\'}",
        "\"SELECT id, '%%(n)s' AS c FROM every WHERE i8 = %(n)s OR t LIKE 'x%%'\", con, params={'n': -1}",
        "\"SELECT id, '%s' AS c FROM every WHERE i8 = %s\".replace(\"'%s'\", \"'%%'\"), engine, params=(3,)",
        "\"SELECT id, '%' AS c FROM every WHERE t LIKE 'x%'\", engine.raw_connection()",
        "text('SELECT * FROM orders WHERE price BETWEEN :a AND :b'), con, params={'a': 3, 'b': 7.5}",
    ],
)
def test_parameters_of_a_query(shop, call):
    source = f"with engine.connect() as con:\n    df = pd.read_sql_query({call})\n"
    shop.assert_same(source + "df.sort_values('id').to_csv('out.csv', index=False)\n")


MAKE = """df = pd.DataFrame({
    "i": [1, 2, 3], "f": [0.1, None, 1e300], "s": ["it's", None, "a\\nb"], "b": [True, False, True],
    "t": pd.to_datetime(["2024-01-31 12:00:01", None, "1969-12-31 00:00:00"]), "select": ["x", "y", "ü€"],
})
"""


@pytest.mark.parametrize("if_exists", ["fail", "replace", "append"])
def test_a_table_that_is_not_there_is_made(shop, if_exists):
    shop.assert_same_table(
        MAKE + f"df.to_sql('made', engine, if_exists='{if_exists}', index=False)\n"
    )


def test_a_table_is_replaced_or_added_to(shop):
    shop.assert_same_table(
        MAKE + "df.to_sql('made', engine, index=False)\n"
        "df.drop(columns='f').to_sql('made', engine, if_exists='append', index=False)\n"
    )
    shop.assert_same_table(
        MAKE + "df.to_sql('made', engine, index=False)\n"
        "df[['s', 'i']].to_sql('made', engine, if_exists='replace', index=False)\n"
    )


def test_the_index_is_stored(shop):
    shop.assert_same_table(MAKE + "df[df['i'] > 1].to_sql('made', engine)\n")
    shop.assert_same_table(
        MAKE + "df.groupby('i').agg(n=('s', 'count')).to_sql('made', engine, if_exists='replace')\n"
    )


def test_what_is_read_goes_back(shop):
    shop.assert_same_table(
        "df = pd.read_sql('SELECT id, i8, f8, n, t, ts FROM every', engine)\n"
        "df.to_sql('made', engine, if_exists='replace', index=False)\n"
        if shop.server.dialect == "postgresql"
        else "df = pd.read_sql('SELECT id, i8, n, t, d FROM every', engine)\n"
        "df.to_sql('made', engine, if_exists='replace', index=False)\n"
    )


def test_a_table_that_exists_is_left_alone(shop):
    source = MAKE + "df.to_sql('orders', engine, index=False)\n"
    before = shop.table("orders")
    with pytest.raises(ValueError, match="Table 'orders' already exists"):
        shop.pandas(source)
    with pytest.raises(ValueError, match="Table 'orders' already exists"):
        shop.job(source)
    assert shop.table("orders") == before


@pytest.mark.parametrize("if_exists", ["replace", "append"])
def test_a_job_that_fails_changes_nothing(shop, if_exists):
    before = shop.table("orders")
    source = "df = pd.read_sql('SELECT id, customer FROM orders', engine)\n"
    source += "df['id'] = df['id'].map(lambda i: 1 // (i - 300))\n"
    source += f"df.to_sql('orders', engine, if_exists='{if_exists}', index=False)\n"
    with pytest.raises(Exception, match="ZeroDivision|division"):
        shop.job(source)
    assert shop.table("orders") == before
    # What it left lying is no obstacle to the next run.
    fixed = source.replace("(i - 300)", "(i + 1)").replace(
        "'orders', engine, if", "'made', engine, if"
    )
    shop.server.run("DROP TABLE IF EXISTS made")
    shop.job(fixed)
    assert len(shop.table("made")[1]) == 500


KILLED = """
import sys
from glue_runtime.local import run_job
run_job(open(sys.argv[1]).read(), {"JOB_NAME": "killed"})
"""


def test_kill_9_while_rows_are_staged(shop):
    if_exists = {"postgresql": "append", "mysql": "replace"}[shop.server.dialect]
    shop.server.run("DROP TABLE IF EXISTS made", "CREATE TABLE made (id bigint, customer text)")
    shop.server.run("INSERT INTO made VALUES (-1, 'before')")
    source = "import time\ndef slow(i):\n    time.sleep(0.1)\n    return i\n"
    source += "df = pd.read_sql('SELECT id, customer FROM orders', engine)\n"
    source += "df['id'] = df['id'].map(slow)\n"
    source += f"df.to_sql('made', engine, if_exists='{if_exists}', index=False)\n"
    script = transpile(HEAD + source).script
    (shop.folder / "job.py").write_text(script)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(shop.folder / "job.py")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        start_new_session=True,
    )
    staged = "SELECT table_name FROM information_schema.tables WHERE table_name = 'made__new'"
    end = time.monotonic() + 120
    while not shop.server.rows(staged):
        assert process.poll() is None and time.monotonic() < end, "the job does not get that far"
        time.sleep(0.2)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert shop.table("made")[1] == [(-1, "before")]
    # The database lets go of what the dead job held as soon as it sees the connection closed.
    for attempt in range(20):
        try:
            shop.job(source.replace("0.1", "0"))
            break
        except RuntimeError as error:
            assert "another job is writing" in str(error) and attempt < 19
            time.sleep(0.5)
    assert len(shop.table("made")[1]) == 500 + (if_exists == "append")
    assert shop.server.rows(staged) == []


def test_rows_that_the_table_refuses(shop):
    shop.server.run(
        "DROP TABLE IF EXISTS narrow", "CREATE TABLE narrow (customer varchar(10) primary key)"
    )
    source = "df = pd.read_sql('SELECT customer FROM orders', engine)\n"
    source += "df.to_sql('narrow', engine, if_exists='append', index=False)\n"
    with pytest.raises(RuntimeError, match="(?i)duplicate"):
        shop.job(source)
    assert shop.table("narrow")[1] == []


def test_two_jobs_do_not_write_one_table_at_once(shop):
    if shop.server.dialect == "postgresql":
        hold = "SELECT pg_advisory_lock(hashtext('p2g \"made\"'))"
    else:
        hold = "SELECT GET_LOCK('p2g `made`', 5)"
    with shop.server.engine.connect() as connection:
        connection.exec_driver_sql(hold)
        with pytest.raises(RuntimeError, match="another job is writing"):
            shop.job(MAKE + "df.to_sql('made', engine, if_exists='replace', index=False)\n")


@pytest.mark.parametrize("kind", ["time", "bytes"])
def test_a_type_that_is_not_translated(shop, kind):
    cast = {
        "postgresql": {"time": "CAST('12:00' AS time)", "bytes": "CAST('x' AS bytea)"},
        "mysql": {"time": "CAST('12:00' AS time)", "bytes": "CAST('x' AS BINARY)"},
    }[shop.server.dialect][kind].replace("'", '"' if shop.server.dialect == "mysql" else "'")
    source = f'df = pd.read_sql("""SELECT {cast} AS odd""", engine)\ndf.to_csv(\'out.csv\', index=False)\n'
    with pytest.raises(TypeError, match="column 'odd' is of the SQL type"):
        shop.job(source)


def test_no_password_anywhere(shop):
    source = f"engine = create_engine({shop.server.url!r})\n"
    source += (
        "df = pd.read_sql('SELECT * FROM orders', engine)\ndf.to_csv('out.csv', index=False)\n"
    )
    made = transpile(HEAD + source)
    text = made.script + made.deploy_script + made.report.to_json() + made.report.to_html()
    assert "s3cret" not in text
