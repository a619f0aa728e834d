"""Our own components and the SSO method, through Amphi's own generator."""

import ast
import json

import pytest

pytest.importorskip("py_mini_racer", reason="the extra `amphi` is not installed")

from amphi_plugin import AmphiError, PipelineInvalid, components, export_all
from tests.pipelines.catalogue import col, pipeline
from transpiler import transpile

CATALOG_IN = {"database": "sales", "table": "orders"}
CATALOG_OUT = {"database": "sales", "table": "best", "path": "s3://my-bucket/best/"}
INLINE = ("rows", "inlineInput", {"inlineData": "a,b\n1,x"}, [])
S3 = {"fileLocation": "s3", "connectionMethod": "sso", "awsProfile": "dev"}
READERS = {
    "csvFileInput": ("csv", "read_csv"),
    "jsonFileInput": ("json", "read_json"),
    "parquetFileInput": ("parquet", "read_parquet"),
    "excelfileInput": ("excel", "read_excel"),
    "xmlFileInput": ("xml", "read_xml"),
}
WRITERS = {
    "csvFileOutput": "to_csv",
    "jsonFileOutput": "to_json",
    "parquetFileOutput": "to_parquet",
    "excelFileOutput": "to_excel",
}


@pytest.fixture(scope="module")
def known() -> dict[str, dict]:
    return {c["id"]: c for c in components()}


@pytest.fixture(scope="module")
def generated(known):
    """Pipelines' steps → their sources; one V8 a call."""
    defaults = {i: c["default"] or {} for i, c in known.items()}

    def make(*flows: list[tuple]):
        return export_all([pipeline(flow, defaults) for flow in flows])

    return make


def call_of(source: str, name: str) -> dict[str, object]:
    """Keyword arguments of the call of `….name(…)`, literals where they are."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == name:
            found = {}
            for keyword in node.keywords:
                try:
                    found[keyword.arg] = ast.literal_eval(keyword.value)
                except ValueError:
                    found[keyword.arg] = ast.unparse(keyword.value)
            return found
    raise AssertionError(f"no call of {name} in\n{source}")


def test_the_catalog_components_are_in_groups_of_their_own(known):
    assert known["glueCatalogInput"]["category"] == "inputs.AWS Glue"
    assert known["glueCatalogOutput"]["category"] == "outputs.AWS Glue"
    ids = [field["id"] for field in known["glueCatalogOutput"]["form"]["fields"]]
    wanted = "database table path format compression partitionColumns mode updateBehavior"
    assert ids == wanted.split() + ["catalogId", "awsProfile", "awsRegion"]


def test_a_catalog_table_is_read(generated):
    more = {"awsProfile": "dev", "awsRegion": "eu-central-1", "catalogId": "123456789012"}
    predicate = {"predicate": "year = '2026' AND \"month\" = '11'"}
    plain, all_of_it = generated(
        [("t", "glueCatalogInput", CATALOG_IN, [])],
        [("t", "glueCatalogInput", {**CATALOG_IN, **more, **predicate, "columns": ["a", "b"]}, [])],
    )
    assert call_of(plain.text, "read_sql_table") == {
        "table": "orders",
        "database": "sales",
        "ctas_approach": False,
    }
    assert plain.text.rstrip().endswith(").convert_dtypes()")
    made = call_of(all_of_it.text, "read_sql_query")
    assert made["sql"] == (
        'SELECT "a", "b" FROM "orders" WHERE year = \'2026\' AND "month" = \'11\''
    )
    assert made["data_source"] == "123456789012"
    session = "boto3.Session(profile_name='dev', region_name='eu-central-1')"
    assert made["boto3_session"] == session
    assert "import boto3" in all_of_it.text and "import boto3" not in plain.text


def test_a_catalog_table_is_written(generated):
    partitions = {"partitionColumns": [col("b")], "mode": "overwrite_partitions"}
    csv = {"format": "csv", "updateBehavior": "LOG"}
    parquet, text = generated(
        [INLINE, ("t", "glueCatalogOutput", {**CATALOG_OUT, **partitions}, ["rows"])],
        [INLINE, ("t", "glueCatalogOutput", {**CATALOG_OUT, **csv}, ["rows"])],
    )
    made = call_of(parquet.text, "to_parquet")
    assert made == {
        "df": "inlineInput1",
        "path": "s3://my-bucket/best/",
        "dataset": True,
        "database": "sales",
        "table": "best",
        "mode": "overwrite_partitions",
        "partition_cols": ["b"],
        "compression": "snappy",
        "schema_evolution": True,
    }
    made = call_of(text.text, "to_csv")
    assert made["index"] is False and made["schema_evolution"] is False
    assert "compression" not in made


def test_every_field_of_the_catalog_components_is_in_the_job(generated):
    """What the forms hold, through Amphi's code and the rules, as arguments of Glue's own calls."""
    account = {"awsProfile": "dev", "awsRegion": "eu-central-1", "catalogId": "123456789012"}
    read = {**CATALOG_IN, **account, "predicate": "year = '2026'", "columns": ["a", "b"]}
    wide = {"partitionColumns": [col("b")], "mode": "overwrite_partitions", "compression": "none"}
    flows = [
        [("t", "glueCatalogInput", read, []), ("o", "glueCatalogOutput", data, ["t"])]
        for data in (
            {**CATALOG_OUT, **account, **wide, "updateBehavior": "LOG"},
            {**CATALOG_OUT, "format": "csv", "mode": "append"},
            {**CATALOG_OUT, "format": "json", "mode": "overwrite"},
        )
    ]
    jobs = []
    for made in generated(*flows):
        result = transpile(made.text)
        assert not result.report.counts["driver"] + result.report.counts["refused"]
        assert "from_catalog(" in result.script and "getSink(" in result.script
        jobs.append(result.script.split("job.init(")[1])
    for argument in ('"sales"', '"orders"', "predicate=\"year = '2026'\"", 'columns=["a", "b"]'):
        assert argument in jobs[0]
    assert jobs[0].count('catalog_id="123456789012"') == 2
    written = ['database="sales"', 'table="best"', 'mode="overwrite_partitions"', "update=False"]
    for argument in [*written, 'partition_cols=["b"]', 'compression="uncompressed"']:
        assert argument in jobs[0]
    assert "profile" not in jobs[0] and "boto3" not in jobs[0]
    for job, words in zip(jobs[1:], (("csv", "append"), ("json", "overwrite")), strict=True):
        assert f'format="{words[0]}"' in job and f'mode="{words[1]}"' in job
        assert "update=False" not in job and "compression" not in job


def test_a_catalog_component_without_its_table_is_told(generated):
    (made,) = generated([("t", "glueCatalogInput", {"database": "sales"}, [])])
    assert isinstance(made, PipelineInvalid)
    assert "glueCatalogInput (node t)" in str(made) and "table must be given" in str(made)


def test_sso_is_offered_wherever_aws_keys_are(known):
    for component in known.values():
        fields = (component.get("form") or {}).get("fields", [])
        methods = [f for f in fields if f.get("id") == "connectionMethod"]
        for field in methods:
            values = [option["value"] for option in field["options"]]
            assert values[:2] == ["env", "storage_options"] and values[2:] == ["sso"]
        profiles = [f for f in fields if f.get("id") == "awsProfile"]
        assert len(profiles) >= len(methods)
    assert len([f for f in known["s3FileInput"]["form"]["fields"] if f["id"] == "awsProfile"]) == 5


@pytest.mark.parametrize("reader", READERS)
def test_an_input_signs_on_by_sso(reader, generated):
    kind, function = READERS[reader]
    entered = {f"{kind}Options.storage_options": [{"key": "use_ssl", "value": "true"}]}
    path = {"filePath": f"s3://bucket/file.{kind}"}
    (made,) = generated([("t", reader, {**S3, **path, **entered, "awsRegion": "eu-west-1"}, [])])
    assert call_of(made.text, function)["storage_options"] == {
        "use_ssl": "true",
        "profile": "dev",
        "client_kwargs": {"region_name": "eu-west-1"},
    }


@pytest.mark.parametrize("writer", WRITERS)
def test_an_output_signs_on_by_sso(writer, generated):
    entered = {"csvOptions.storage_options": [{"key": "use_ssl", "value": "true"}]}
    step = ("t", writer, {**S3, **entered, "filePath": "s3://bucket/file"}, ["rows"])
    (made,) = generated([INLINE, step])
    options = call_of(made.text, WRITERS[writer])["storage_options"]
    assert options == {"use_ssl": "true", "profile": "dev"}


def test_every_format_of_the_forms_for_several_signs_on_by_sso(generated):
    """S3 File Input and File Output; the XML output of Amphi opens an address as a file."""
    s3 = {**S3, "filePath": "s3://bucket/file", "awsRegion": "eu-west-1"}
    calls = list(READERS.values())
    flows = [[("t", "s3FileInput", {**s3, "fileType": kind}, [])] for kind, _ in calls]
    for writer, function in WRITERS.items():
        kind = writer.removesuffix("FileOutput")
        flows.append([INLINE, ("t", "fileOutput", {**s3, "fileType": kind}, ["rows"])])
        calls.append((kind, function))
    for made, (_, function) in zip(generated(*flows), calls, strict=True):
        options = call_of(made.text, function)["storage_options"]
        assert options == {"profile": "dev", "client_kwargs": {"region_name": "eu-west-1"}}


def test_the_other_methods_are_as_they_were(generated):
    keys = {"awsAccessKey": "{os.getenv('KEY')}", "awsSecretKey": "{os.getenv('SECRET')}"}
    s3 = {**S3, "filePath": "s3://bucket/file.csv", **keys}
    by_env, by_keys, local = generated(
        [("t", "csvFileInput", {**s3, "connectionMethod": "env"}, [])],
        [("t", "csvFileInput", {**s3, "connectionMethod": "storage_options"}, [])],
        [("t", "csvFileInput", {**s3, "fileLocation": "local", "filePath": "a.csv"}, [])],
    )
    assert "storage_options" not in by_env.text
    assert "profile" not in by_keys.text and "os.getenv('SECRET')" in by_keys.text
    assert "profile" not in local.text


def test_no_error_hides(generated):
    made = generated([INLINE])
    assert not [m for m in made if isinstance(m, AmphiError)]
    json.dumps(made[0].text)
