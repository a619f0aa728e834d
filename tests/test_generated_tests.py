"""`t.test_script`: it passes for the job as it is, and fails when the job is broken on purpose."""

import json
import os
import pathlib

import pytest

from tests.databases import STARTERS
from transpiler import Options, transpile

PROGRAM = """
import pandas as pd

orders = pd.read_csv("data/orders.csv")
customers = pd.read_csv("data/customers.csv")
paid = orders[orders["status"] == "paid"]
both = paid.merge(customers, on="customer_id", how="left")
both["revenue"] = both["qty"] * both["price"]
totals = both.groupby("country").agg(revenue=("revenue", "sum"), n=("order_id", "count"))
totals = totals.reset_index().sort_values("revenue", ascending=False)
totals.to_csv("out/totals.csv", index=False)
paid.to_csv("out/paid.csv", index=False)
"""
ORDERS = """order_id,customer_id,qty,price,status
1,1,2,10.5,paid
2,2,1,99.0,open
3,2,3,1.25,paid
4,3,4,2.5,paid
5,1,1,7.0,paid
6,3,9,1.0,open
"""
CUSTOMERS = "customer_id,country\n1,DE\n2,FR\n3,DE\n4,IT\n"

# Each breaks the job in one way that a test must see: (what is replaced, by what).
MUTANTS = {
    "another condition": ('== "paid"', '!= "paid"'),
    "another join": ('"left"', '"right"'),
    "another aggregate": ("F.count(", "F.max("),
    "another order": (".desc", ".asc"),
    "rows lost": ("write_csv(glueContext, paid,", "write_csv(glueContext, paid.limit(1),"),
    "rows doubled": ("write_csv(glueContext, paid,", "write_csv(glueContext, paid.union(paid),"),
    "another column name": ('.alias("revenue")', '.alias("revenues")'),
    "an output missing": ("out/totals.csv", "out/other.csv"),
    "a crash": ("job.commit()", "raise SystemError('broken')"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder with the inputs, the job and its tests."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "data").mkdir()
    (folder / "data" / "orders.csv").write_text(ORDERS)
    (folder / "data" / "customers.csv").write_text(CUSTOMERS)
    result = transpile(PROGRAM, Options(input_root=folder, job_name="totals"))
    (folder / "totals_glue_job.py").write_text(result.script, encoding="utf-8")
    (folder / "test_totals.py").write_text(result.test_script, encoding="utf-8")
    return folder


def outcome(made: pathlib.Path, folder: pathlib.Path, job: str, monkeypatch) -> int:
    """The exit status of the generated tests for a job, in this process and its Spark session.

    The tests are a new file each time: Python would not read the same one again.
    """
    (folder / "job.py").write_text(job, encoding="utf-8")
    test = folder / f"test_in_{folder.name}.py"
    test.write_text((made / "test_totals.py").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("P2G_JOB", str(folder / "job.py"))
    if "P2G_INPUTS" not in os.environ:
        monkeypatch.setenv("P2G_INPUTS", str(made))
    return int(
        pytest.main(
            ["-q", "-p", "no:cacheprovider", "--rootdir", str(folder), "-c", "/dev/null", str(test)]
        )
    )


def job_text(made: pathlib.Path) -> str:
    return (made / "totals_glue_job.py").read_text(encoding="utf-8")


def test_the_job_passes_its_tests(spark, made, tmp_path, monkeypatch):
    assert outcome(made, tmp_path, job_text(made), monkeypatch) == 0


@pytest.mark.parametrize("name", MUTANTS)
def test_a_broken_job_does_not(spark, made, tmp_path, monkeypatch, name):
    text = job_text(made)
    old, new = MUTANTS[name]
    assert old in text, f"the mutant {name!r} needs another text:\n{text[-3000:]}"
    assert outcome(made, tmp_path, text.replace(old, new), monkeypatch) == 1


def test_without_sample_inputs_the_tests_are_skipped(spark, made, tmp_path, monkeypatch):
    (tmp_path / "empty").mkdir()
    monkeypatch.setenv("P2G_INPUTS", str(tmp_path / "empty"))
    assert outcome(made, tmp_path, job_text(made), monkeypatch) == 0


def written(folder: pathlib.Path, source: str, **options) -> tuple[str, str]:
    """(job, test file) of a program, the program beside them."""
    result = transpile(source, Options(input_root=folder, job_name="totals", **options))
    (folder / "totals.py").write_text(source, encoding="utf-8")
    (folder / "test_totals.py").write_text(result.test_script, encoding="utf-8")
    return result.script, result.test_script


def fails(folder: pathlib.Path, job: str, monkeypatch, name: str) -> bool:
    """Whether the generated tests in a folder refuse this job; they pass or fail, never skip all."""
    own = folder / f"{name}_{folder.name}"
    own.mkdir()
    monkeypatch.setenv("P2G_PROGRAM", str(folder / "totals.py"))
    monkeypatch.setenv("P2G_INPUTS", str(folder))
    status = outcome(folder, own, job, monkeypatch)
    assert status in (0, 1)
    return status == 1


ON_S3 = """
import pandas as pd

orders = pd.read_csv("s3://lake/orders.csv")
bucket = "lake"
orders[orders["status"] == "paid"].to_csv(f"s3://{bucket}/out/paid.csv", index=False)
orders.to_parquet("s3a://other/all.parquet", index=False)
"""


def test_buckets_are_folders(spark, tmp_path, monkeypatch):
    (tmp_path / "s3" / "lake").mkdir(parents=True)
    (tmp_path / "s3" / "lake" / "orders.csv").write_text(ORDERS)
    # What would reach the real S3 does not come through.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    job, _ = written(tmp_path, ON_S3)
    assert not fails(tmp_path, job, monkeypatch, "good")
    for number, (old, new) in enumerate(
        [
            ('"paid", op="eq"', '"open", op="eq"'),
            ("all.parquet", "one.parquet"),
            ("out/paid.csv", "paid.csv"),
        ]
    ):
        assert old in job, job[-900:]
        assert fails(tmp_path, job.replace(old, new), monkeypatch, f"bad{number}")
    assert sorted(path.name for path in (tmp_path / "s3").iterdir()) == ["lake"]


def test_without_outputs_the_job_has_to_run(spark, tmp_path, monkeypatch):
    job, _ = written(tmp_path, "import pandas as pd\ndf = pd.DataFrame({'a': [1]})\n")
    assert not fails(tmp_path, job, monkeypatch, "good")
    broken = job.replace("job.commit()", "raise SystemError('broken')")
    assert broken != job and fails(tmp_path, broken, monkeypatch, "bad")


def test_what_is_real_is_never_reached():
    catalog = "import awswrangler as wr\ndf = wr.athena.read_sql_table('orders', 'shop')\n"
    catalog += "wr.s3.to_parquet(df, 's3://lake/x/', dataset=True, database='shop', table='y')\n"
    stored = (
        "import pandas as pd\ndf = pd.read_csv('s3://lake/x.csv', storage_options={'anon': True})\n"
    )
    for source in (catalog, stored + "df.to_csv('out.csv', index=False)\n"):
        text = transpile(source).test_script
        body = text[text.index("def results(") : text.index("def run_pandas(")]
        assert body.rstrip().splitlines()[-1].strip().startswith(("pytest.skip(", '"', ")"))
        assert "run_pandas(root)" not in body


@pytest.fixture(scope="module", params=list(STARTERS))
def server(request, spark, tmp_path_factory):
    made = STARTERS[request.param](tmp_path_factory.mktemp("db"))
    yield made
    made.stop()


IN_A_DATABASE = """
import pandas as pd
from sqlalchemy import create_engine

engine = create_engine("{scheme}://me:hunter2@db.example.com/shop")
orders = pd.read_sql("SELECT * FROM orders", engine)
paid = orders[orders["status"] == "paid"]
paid.to_sql("paid", engine, if_exists="replace", index=False)
paid.to_sql("history", engine, if_exists="append", index=False)
paid.to_sql("fresh", engine, index=False)
"""


def test_tables_of_a_database(server, tmp_path, monkeypatch):
    server.run(
        "CREATE TABLE orders (id integer primary key, qty integer, status varchar(9))",
        "INSERT INTO orders VALUES (1, 2, 'paid'), (2, 1, 'open'), (3, NULL, 'paid')",
        "CREATE TABLE history (id integer primary key, qty integer, status varchar(9))",
        "INSERT INTO history VALUES (7, 7, 'paid')",
        "CREATE TABLE paid (x integer)",
        "INSERT INTO paid VALUES (9)",
    )
    job, text = written(tmp_path, IN_A_DATABASE.replace("{scheme}", server.scheme))
    assert "hunter2" not in job + text
    label = f"{server.dialect}-shop"
    monkeypatch.delenv("P2G_TEST_DATABASES", raising=False)
    # Without a database to play with nothing runs: the one of the program is real.
    assert not fails(tmp_path, "raise SystemError('must not run')\n", monkeypatch, "unset")
    monkeypatch.setenv("P2G_TEST_DATABASES", json.dumps({label: server.url}))
    assert not fails(tmp_path, job, monkeypatch, "good")
    mutants = [
        ('"paid", op="eq"', '"open", op="eq"'),
        ('"history"', '"elsewhere"'),
        ('if_exists="append"', 'if_exists="replace"'),
        ('paid, "fresh"', 'paid.limit(1), "fresh"'),
    ]
    for number, (old, new) in enumerate(mutants):
        assert old in job, job[-900:]
        assert fails(tmp_path, job.replace(old, new), monkeypatch, f"bad{number}"), old
        server.run("DROP TABLE IF EXISTS elsewhere")
    # The database is as it was.
    assert server.rows("SELECT * FROM history") == [(7, 7, "paid")]
    assert server.rows("SELECT * FROM paid") == [(9,)]
    names = server.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public', 'shop')"
    )
    assert sorted(names) == [("history",), ("orders",), ("paid",)]
