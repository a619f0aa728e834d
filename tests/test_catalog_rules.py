"""Programs that read and write the Glue Data Catalog, as jobs on a pretended AWS."""

import pandas as pd
import pytest

from glue_runtime.local import read_output, run_job
from transpiler import Options, transpile
from transpiler.aws.catalog import table_differences
from transpiler.emit.spec import spec_of

SALES = pd.DataFrame(
    {
        "n": [1, 2, 3, 4],
        "s": ["x", None, "ü", "x"],
        "v": [0.5, 1.5, None, 2.0],
        "year": [2025, 2026, 2026, 2026],
        "region": ["n", "n", "s", "s"],
    }
)
SALES_TABLE = {
    "Name": "sales",
    "Parameters": {"classification": "parquet"},
    "StorageDescriptor": {
        "Columns": [{"Name": n, "Type": t} for n, t in zip("nsv", ("bigint", "string", "double"))],
        "Location": "s3://lake/sales/",
    },
    "PartitionKeys": [{"Name": "year", "Type": "bigint"}, {"Name": "region", "Type": "string"}],
}
HEAD = "import awswrangler as wr\nimport boto3\nimport pandas as pd\n"
WRITE = (
    "wr.s3.to_{format}(df={frame}, path='s3://lake/{table}/', dataset=True, database='db', "
    "table='{table}', mode='{mode}', {more})\n"
)


def write(frame: str, table: str, mode: str = "overwrite", more: str = "", format="parquet") -> str:
    return WRITE.format(frame=frame, table=table, mode=mode, more=more, format=format)


@pytest.fixture
def lake(monkeypatch, tmp_path, spark):
    """A database `db`, a bucket `lake` that is a folder, and a table `sales` by year and region."""
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    folder = tmp_path / "lake"
    folder.mkdir()
    monkeypatch.setenv("P2G_S3_MOUNT", f"lake={folder}")
    with moto.mock_aws():
        client = boto3.client("glue")
        client.create_database(DatabaseInput={"Name": "db"})
        (tmp_path / "sales.csv").write_text(SALES.to_csv(index=False))
        SALES.to_parquet(folder / "sales", partition_cols=["year", "region"], index=False)
        client.create_table(DatabaseName="db", TableInput=SALES_TABLE)
        client.job = lambda source: run_job(transpile(HEAD + source).script, workdir=tmp_path)
        client.folder = folder
        yield client


def rows(path, columns: str) -> list[tuple]:
    frame = read_output(path, "parquet")[columns.split()]
    return sorted(map(tuple, frame.astype(object).where(frame.notna(), None).values.tolist()))


def table_of(lake, name: str) -> dict:
    return lake.get_table(DatabaseName="db", Name=name)["Table"]


def test_a_table_is_written_with_its_definition(lake):
    more = "partition_cols=['year', 'region'], compression='snappy'"
    lake.job("df = pd.read_csv('sales.csv')\n" + write("df", "made", more=more))
    table = table_of(lake, "made")
    columns = [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]
    assert columns == [("n", "bigint"), ("s", "string"), ("v", "double")]
    assert [k["Name"] for k in table["PartitionKeys"]] == ["year", "region"]
    assert (lake.folder / "made" / "year=2026" / "region=s").is_dir()


def test_files_are_compressed_as_they_were_asked_to_be(lake):
    head = "df = pd.read_csv('sales.csv')\n"
    for more, word in (("", "snappy"), ("compression=None", ""), ("compression='gzip'", "gz")):
        lake.job(head + write("df", "squeezed", more=more))
        (file,) = (lake.folder / "squeezed").glob("*.parquet")
        assert file.name.endswith(f".{word}.parquet" if word else ".parquet")
        assert word or "snappy" not in file.name


def test_a_filter_on_partitions_is_pushed_down(lake):
    source = """df = wr.athena.read_sql_query(
    sql='SELECT "n", "s", "year" FROM "sales" WHERE year = 2026 AND "region" = \\'s\\'',
    database="db", ctas_approach=False, boto3_session=boto3.Session(profile_name="dev"),
)
"""
    source += write("df", "south", more="schema_evolution=True")
    script = transpile(HEAD + source).script
    assert (
        "push_down_predicate=predicate" in script and "profile" not in script.split("job.init")[1]
    )
    assert "predicate=\"year = 2026 AND `region` = 's'\"" in script
    lake.job(source)
    assert rows(lake.folder / "south", "n s year") == [(3, "ü", 2026), (4, "x", 2026)]


def test_a_whole_table_through_pandas_steps(lake):
    source = "df = wr.athena.read_sql_table('sales', 'db').convert_dtypes()\n"
    source += "out = df[df['s'] == 'x'].groupby('region').agg(v=('v', 'sum')).reset_index()\n"
    lake.job(source + write("out", "sums"))
    assert rows(lake.folder / "sums", "region v") == [("n", 0.5), ("s", 2.0)]


def test_overwrite_replaces_append_adds_partitions_replace_theirs(lake):
    read = "df = wr.athena.read_sql_query('SELECT * FROM sales WHERE year = 2025', 'db')\n"
    lake.job(read + write("df", "copy", more="partition_cols=['year', 'region']"))
    lake.job(read + write("df", "copy", "append", "partition_cols=['year', 'region']"))
    assert len(rows(lake.folder / "copy", "n")) == 2
    whole = "df = wr.athena.read_sql_table('sales', 'db')\n"
    lake.job(whole + write("df", "copy", "append", "partition_cols=['year', 'region']"))
    assert rows(lake.folder / "copy", "n") == [(1,), (1,), (1,), (2,), (3,), (4,)]
    lake.job(
        read + write("df", "copy", "overwrite_partitions", "partition_cols=['year', 'region']")
    )
    assert rows(lake.folder / "copy", "n") == [(1,), (2,), (3,), (4,)]
    lake.job(read + write("df", "copy", more="partition_cols=['year', 'region']"))
    assert rows(lake.folder / "copy", "n") == [(1,)]


@pytest.mark.parametrize("format", ["csv", "json"])
def test_other_formats(lake, format):
    source = "df = wr.athena.read_sql_table('sales', 'db')[['n', 's']]\n"
    lake.job(source + write("df", "text", more="index=False", format=format))
    assert table_of(lake, "text")["Parameters"]["classification"] == format
    again = "df = wr.athena.read_sql_table('text', 'db')\n"
    lake.job(again + write("df", "back"))
    # In a CSV of the catalog a missing text is an empty one, for Athena too.
    missing = "" if format == "csv" else None
    assert rows(lake.folder / "back", "n s") == [(1, "x"), (2, missing), (3, "ü"), (4, "x")]


def test_the_definition_is_left_alone_when_asked(lake):
    source = "df = wr.athena.read_sql_table('sales', 'db')\n"
    lake.job(source + write("df", "log", more="schema_evolution=False"))
    with pytest.raises(lake.exceptions.EntityNotFoundException):
        table_of(lake, "log")


def test_a_column_that_the_table_lacks(lake):
    source = "df = wr.athena.read_sql_query('SELECT nope FROM sales', 'db')\n"
    with pytest.raises(ValueError, match=r"db\.sales has no column \['nope'\]"):
        lake.job(source + write("df", "x"))
    assert not (lake.folder / "x").exists()


@pytest.mark.parametrize(
    "sql",
    ["SELECT count(*) FROM sales", "SELECT * FROM sales WHERE year = 1 GROUP BY n", "SELECT 1"],
)
def test_other_sql_is_not_a_catalog_read(sql):
    script = transpile(HEAD + f"df = wr.athena.read_sql_query({sql!r}, 'db')\nprint(df)\n").script
    assert "read_catalog(" not in script


def test_the_columns_are_known_before_the_job_runs(lake, tmp_path):
    source = """df = pd.read_csv('sales.csv')
df["big"] = df["v"] > 1
df["when"] = pd.to_datetime(df["year"].astype(str) + "-01-31")
df["half"] = df["n"] / 2
"""
    source += write("df", "known", more="partition_cols=['year', 'region']")
    made = transpile(HEAD + source, Options(input_root=tmp_path))
    spec = spec_of(made)
    (table,) = spec.tables
    assert [name for name, _ in table["columns"]] == "n s v year region big when half".split()
    assert all(kind for _, kind in table["columns"])
    run_job(made.script, workdir=tmp_path)
    there = table_of(lake, "known")
    assert table_differences(there, table["columns"], table["partition_keys"]) == []
    # A column less, one more, and one of another type are seen.
    smaller = made.source.replace('df["half"] = df["n"] / 2', 'df["half"] = df["s"]')
    smaller = smaller.replace('df["big"] = df["v"] > 1', 'df["new"] = df["v"] > 1')
    (other,) = spec_of(transpile(smaller, Options(input_root=tmp_path))).tables
    found = table_differences(there, other["columns"], other["partition_keys"])
    assert sorted(text for _, text in found) == [
        "+ new boolean",
        "- big boolean",
        "~ half: double → string",
    ]


def test_columns_that_only_the_job_knows():
    source = "df = wr.athena.read_sql_table('sales', 'db')\n"
    assert "columns" not in spec_of(transpile(HEAD + source + write("df", "copy"))).tables[1]
    source += write("df[['n']]", "copy", more="schema_evolution=False")
    tables = spec_of(transpile(HEAD + source)).tables
    assert tables[1]["columns"] == [["n", ""]] and tables[1]["update"] is False
