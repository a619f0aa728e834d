"""`t.test_script`: it passes for the job as it is, and fails when the job is broken on purpose."""

import os
import pathlib

import pytest

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
