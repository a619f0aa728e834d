"""Catalog tables: what a job would change in them is known before it runs."""

import aws_env
import pytest
from aws_env import BUCKET

from transpiler.aws.catalog import plain_type, table_differences
from transpiler.emit.spec import DeploySpec

aws = aws_env.aws
COLUMNS = [["id", "bigint"], ["name", "string"], ["day", "date"]]


def described(columns, keys=()):
    return {
        "StorageDescriptor": {"Columns": [{"Name": n, "Type": t} for n, t in columns]},
        "PartitionKeys": [{"Name": n, "Type": t} for n, t in keys],
    }


@pytest.mark.parametrize(
    "there, keys, expected",
    [
        (described(COLUMNS), [], []),
        (described([["ID", "BIGINT"], ["name", "string"], ["Day", "date"]]), [], []),
        (described(COLUMNS[:2], [["day", "date"]]), ["day"], []),
        (described(COLUMNS[:2], [["day", "date"]]), ["Day"], []),
        (described(COLUMNS[:2]), [], [("added", "+ day date")]),
        (described([*COLUMNS, ["old", "int"]]), [], [("dropped", "- old int")]),
        (
            described([["id", "int"], *COLUMNS[1:]]),
            [],
            [("changed", "~ id: int → bigint")],
        ),
        (
            described(COLUMNS),
            ["day"],
            [("partition keys", "~ partition keys: none → day")],
        ),
        (
            described(COLUMNS[:2], [["day", "date"]]),
            [],
            [("partition keys", "~ partition keys: day → none")],
        ),
    ],
)
def test_differences(there, keys, expected):
    assert table_differences(there, COLUMNS, keys) == expected


@pytest.mark.parametrize(
    "one, other",
    [("integer", "int"), ("LONG", "bigint"), ("decimal(10, 2)", "DECIMAL(10,2)"),
     ("array<long >", "array<long>")],
)  # fmt: skip
def test_spellings_of_types(one, other):
    assert plain_type(one) == plain_type(other)


@pytest.fixture
def spec(aws):
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": "shop"})
    glue.create_table(
        DatabaseName="shop",
        TableInput={
            "Name": "totals",
            "StorageDescriptor": described(COLUMNS[:2])["StorageDescriptor"],
        },
    )
    table = {"database": "shop", "table": "totals", "access": "write", "columns": COLUMNS}
    return DeploySpec(job_name="orders", bucket=BUCKET, role="glue-role", tables=[table])


def test_policies(aws, spec):
    status, out, _ = aws.run("schema", spec=spec)
    assert status == 0 and "+ day date" in out and "not allowed" not in out
    status, out, _ = aws.run("schema", "--schema-policy", "strict", spec=spec)
    assert status == 3 and "+ day date  (not allowed by --schema-policy strict)" in out
    spec.tables[0]["columns"] = [["id", "string"]]
    assert aws.run("schema", spec=spec)[0] == 3
    assert aws.run("schema", "--schema-policy", "ignore", spec=spec)[0] == 0


def test_a_run_that_would_break_a_table_does_not_start(aws, spec):
    spec.tables[0]["columns"] = [["id", "string"], ["name", "string"]]
    status, _, err = aws.run("--run", spec=spec)
    assert status == 1 and "changed id: bigint → string" in err and "was not started" in err
    assert err.count("\n") == 1 and aws.calls("StartJobRun") == [] and aws.calls("CreateJob") == []
    status, _, err = aws.run("--run", "--schema-policy", "ignore", spec=spec)
    assert status == 0, err


def test_new_tables_and_unknown_columns(aws, spec):
    spec.tables.append({"database": "shop", "table": "new", "access": "write"})
    spec.tables[0].pop("columns")
    status, out, _ = aws.run("schema", spec=spec)
    assert status == 0 and "shop.new: does not exist yet" in out and "not known" in out


def test_iceberg(aws, spec):
    spec.tables[0]["format"] = "iceberg"
    spec.default_arguments = {"conf": "spark.x=1"}
    assert aws.run(spec=spec)[0] == 0
    arguments = aws.job["DefaultArguments"]
    assert arguments["--datalake-formats"] == "iceberg"
    chained = arguments["--conf"].split(" --conf ")
    assert chained[0].startswith("spark.sql.extensions=") and chained[-1] == "spark.x=1"
    assert (
        f"spark.sql.catalog.glue_catalog.warehouse=s3://{BUCKET}/orders/data/warehouse" in chained
    )
    assert all(part.count("=") == 1 for part in chained)
