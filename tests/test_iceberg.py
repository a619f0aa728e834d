"""Iceberg tables as targets and sources of jobs, with Iceberg's own Spark runtime."""

import json
import os
import subprocess
import sys
from pathlib import Path

import aws_env
import pytest

from tests import maven
from transpiler import transpile
from transpiler.emit.spec import spec_of

aws = aws_env.aws
ROOT = Path(__file__).parents[1]
HEAD = "import awswrangler as wr\nimport pandas as pd\n"
FRAMES = {
    "base": "pd.DataFrame({'id': [1, 2, 3], 'day': ['a', 'a', 'b'], 'v': [1.5, None, 3.0]})",
    "more": "pd.DataFrame({'id': [3, 4], 'day': ['b', 'c'], 'v': [30.0, 40.0]})",
    "wider": "pd.DataFrame({'id': [9], 'day': ['z'], 'v': [9.0], 'note': ['it\\'s']})",
    "narrow": "pd.DataFrame({'id': [7], 'v': [7.0]})",
    "twice": "pd.DataFrame({'id': [5, 5], 'day': ['e', 'e'], 'v': [1.0, 2.0]})",
}
#: table → the calls that write it, in order: (frame, further arguments)
WRITES = {
    "appended": [("base", ""), ("more", "")],
    "replaced": [("base", ""), ("more", "mode='overwrite'")],
    "by_day": [
        ("base", "partition_cols=['day']"),
        ("more", "partition_cols=['day'], mode='overwrite_partitions'"),
    ],
    "merged": [("base", ""), ("more", "merge_cols=['id']")],
    "kept": [("base", ""), ("more", "merge_cols=['id'], merge_condition='ignore'")],
    "by_two": [("base", ""), ("more", "merge_cols=['id', 'day'], merge_match_nulls=True")],
    "evolved": [("base", ""), ("wider", "schema_evolution=True"), ("narrow", "")],
    "refused": [("base", ""), ("wider", "")],
    "unique": [("base", ""), ("twice", "merge_cols=['id']")],
    "strict": [("base", ""), ("narrow", "fill_missing_columns_in_df=False")],
}
BASE, MORE = [(1, "a", 1.5), (2, "a", None), (3, "b", 3.0)], [(3, "b", 30.0), (4, "c", 40.0)]
ROWS = {
    "appended": BASE + MORE,
    "replaced": MORE,
    "by_day": BASE[:2] + MORE,
    "merged": BASE[:2] + MORE,
    "kept": BASE + MORE[1:],
    "by_two": BASE[:2] + MORE,
    "evolved": [(*row, None) for row in BASE] + [(9, "z", 9.0, "it's"), (7, None, 7.0, None)],
    "refused": BASE,
    "unique": BASE,
    "strict": BASE,
}
PROBLEMS = {
    "refused": "has no column ['note']",
    "unique": "are not unique by ['id']",
    "strict": "has columns ['day'] that the frame lacks",
}
#: the warehouse of the tables is what the job's own arguments on AWS would name
RUN = """
import json, os, sys
from glue_runtime.local import local_session, run_job
found, spark = {}, local_session()
for name, script in json.load(open(sys.argv[1])).items():
    try:
        run_job(script, {"JOB_NAME": name})
        problem = ""
    except Exception as error:
        problem = str(error)
    if spark.catalog.tableExists(f"glue_catalog.db.{name}"):
        table = spark.table(f"glue_catalog.db.{name}")
        rows = [list(row) for row in table.collect()]
        count = spark.table(f"glue_catalog.db.{name}.snapshots").count()
    else:
        rows, count = None, 0
    found[name] = [problem, rows, count]
json.dump(found, open(sys.argv[2], "w"))
"""


def program(table: str) -> str:
    lines = [
        f"wr.athena.to_iceberg(df={FRAMES[frame]}, database='db', table={table!r}, temp_path='s3://b/t/', {more})\n"
        for frame, more in WRITES[table]
    ]
    return HEAD + "".join(lines)


READS = HEAD + (
    "df = pd.read_iceberg('db.appended', columns=['v', 'id']).sort_values(['id', 'v'])\n"
    "df.head(4).to_iceberg('db.read_back')\n"
    "df[df['id'] == 3].to_iceberg('db.read_back', append=True)\n"
)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """{table: (problem, rows, number of snapshots)} after all jobs, run in one process."""
    jars = maven.jars(maven.ICEBERG)
    folder = tmp_path_factory.mktemp("iceberg")
    scripts = {name: transpile(program(name)).script for name in WRITES}
    scripts["read_back"] = transpile(READS).script
    (folder / "scripts.json").write_text(json.dumps(scripts))
    settings = {"P2G_JARS": jars, "P2G_ICEBERG": str(folder / "warehouse"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", RUN, "scripts.json", "out.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, **settings, "P2G_INTERPRETED": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "out.json").read_text())


@pytest.mark.parametrize("table", WRITES)
def test_what_a_table_holds(outcomes, table):
    problem, rows, snapshots = outcomes[table]
    assert PROBLEMS.get(table, "") in problem and bool(problem) == (table in PROBLEMS), problem
    assert sorted(map(tuple, rows), key=str) == sorted(ROWS[table], key=str)
    assert snapshots == len(WRITES[table]) - (table in PROBLEMS)


def test_a_table_is_read(outcomes):
    problem, rows, _ = outcomes["read_back"]
    assert problem == ""
    expected = [(1.5, 1), (None, 2), (3.0, 3), (30.0, 3), (3.0, 3), (30.0, 3)]
    assert sorted(map(tuple, rows), key=str) == sorted(expected, key=str)


def test_the_deployment_knows(outcomes):
    spec = spec_of(transpile(program("by_day") + READS.removeprefix(HEAD)))
    assert {(t["table"], t["access"]) for t in spec.tables} == {
        ("by_day", "write"), ("appended", "read"), ("read_back", "write"),
    }  # fmt: skip
    assert all(t["format"] == "iceberg" for t in spec.tables)
    assert {"partition_keys": ["day"]}.items() <= spec.tables[0].items()


ON_GLUE = """
import os, sys
from glue_runtime.local import local_session, run_job
settings = dict(part.split("=", 1) for part in open("conf").read().split(" --conf "))
catalog, url = "spark.sql.catalog.glue_catalog", os.environ["AWS_ENDPOINT_URL"]
settings |= {f"{catalog}.glue.endpoint": url, f"{catalog}.s3.endpoint": url}
settings |= {f"{catalog}.s3.path-style-access": "true", f"{catalog}.client.region": "eu-west-1"}
spark = local_session(settings)
for number in range(2):
    run_job(open("job").read(), {"JOB_NAME": "orders"})
spark.table("glue_catalog.db.orders").show()
"""


def test_the_catalog_that_the_deployment_sets_up(aws):
    jars = maven.jars(maven.ICEBERG, maven.ICEBERG_AWS)
    source = HEAD + f"wr.athena.to_iceberg({FRAMES['base']}, 'db', 'orders', merge_cols=['id'])\n"
    made = transpile(source)
    spec = spec_of(made)
    spec.job_name, spec.bucket, spec.role = "orders", aws_env.BUCKET, aws_env.ROLE
    status, out, err = aws.run(spec=spec)
    assert status == 0, err
    Path("conf").write_text(aws.job["DefaultArguments"]["--conf"])
    Path("job").write_text(made.script)
    glue = aws.client("glue")
    glue.create_database(DatabaseInput={"Name": "db"})
    done = subprocess.run(
        [sys.executable, "-c", ON_GLUE],
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "P2G_JARS": jars, "PYTHONPATH": str(ROOT), "P2G_INTERPRETED": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    table = glue.get_table(DatabaseName="db", Name="orders")["Table"]
    assert table["Parameters"]["table_type"].upper() == "ICEBERG"
    place = f"s3://{aws_env.BUCKET}/orders/data/warehouse/db.db/orders"
    assert table["StorageDescriptor"]["Location"] == place
    columns = [[c["Name"], c["Type"]] for c in table["StorageDescriptor"]["Columns"]]
    assert columns == [["id", "bigint"], ["day", "string"], ["v", "double"]]
    # The same rows merged twice are there once.
    assert done.stdout.count("|  a|") == 2 and done.stdout.count("|  b|") == 1
    # The role's policy allows the place, and the schema comparison knows the table.
    assert place.removeprefix("s3://") in aws.run("policy", spec=spec)[1]
    assert "as the job's" in aws.run("schema", spec=spec)[1] or not spec.tables[0].get("columns")
