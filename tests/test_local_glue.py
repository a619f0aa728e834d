"""run_job and our awsglue: an unmodified job runs, and what it touches is put back."""

import importlib
import inspect
import json
import os
import sys
import traceback
import zipfile
from pathlib import Path

import pytest

from glue_runtime.local import read_output, run_job
from glue_runtime.local.awsglue import context, dynamicframe, job, transforms, utils

HEAD = """\
import sys
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame
from awsglue.job import Job
from awsglue.transforms import *
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import functions as F

args = getResolvedOptions(sys.argv, ["JOB_NAME", "DATA_ROOT"])
root = args["DATA_ROOT"]
sc = SparkContext()
glueContext = GlueContext(sc)
spark = glueContext.spark_session
job = Job(glueContext)
job.init(args["JOB_NAME"], args)
"""

ORDERS = 'n,s,v\n1,a,\n2,"x, ""y""",3.5\n3,"", z\n'


@pytest.fixture
def run(spark, tmp_path):
    """Runs the text of a job after HEAD, in a folder with orders.csv; gives its names."""
    (tmp_path / "orders.csv").write_text(ORDERS)

    def run_text(text, **args):
        return run_job(HEAD + text, {"JOB_NAME": "test", **args}, workdir=tmp_path)

    run_text.folder = tmp_path
    return run_text


def reads(options, **kwargs):
    """A line that reads orders.csv as ``df``."""
    words = {
        "connection_type": "s3",
        "connection_options": {"paths": ["orders.csv"]},
        "format": "csv",
        "format_options": options,
        **kwargs,
    }
    return f"df = glueContext.create_dynamic_frame.from_options(**{words!r}).toDF()\n"


def rows(frame):
    return [tuple(row) for row in frame.collect()]


# what a job finds, and what is left behind


def test_a_job_of_the_usual_shape(run):
    text = """

import pandas as pd

STEP = 10

@F.pandas_udf("bigint")
def later(n: pd.Series) -> pd.Series:
    return n + STEP

orders = glueContext.create_dynamic_frame.from_options(
    connection_type="s3",
    connection_options={"paths": [f"{root}/orders.csv"], "recurse": True},
    format="csv",
    format_options={"withHeader": True, "separator": ",", "multiLine": True},
    transformation_ctx="orders",
)
result = orders.toDF().withColumn("n", later(F.col("n").cast("bigint"))).coalesce(1)
glueContext.write_dynamic_frame.from_options(
    frame=DynamicFrame.fromDF(result, glueContext, "result"),
    connection_type="s3",
    connection_options={"path": f"{root}/result"},
    format="csv",
    transformation_ctx="result",
)
job.commit()
sc.stop()
"""
    run(text)
    (part,) = (run.folder / "result").glob("part-*")
    assert part.read_text() == 'n,s,v\n11,a,""\n12,"x, ""y""",3.5\n13,"", z\n'
    run(text)
    assert len(read_output(run.folder / "result", "csv")) == 6, "Glue appends"


def test_everything_is_put_back(run, spark):
    before = (list(sys.argv), os.getcwd(), dict(sys.modules), list(sys.path))
    timezone = spark.conf.get("spark.sql.session.timeZone")
    names = run("""
import os, awsglue, __main__
spark.conf.set("spark.sql.session.timeZone", "Asia/Tokyo")
spark.conf.set("spark.sql.ansi.enabled", "true")
spark.conf.set("test.own", "1")
cached = spark.range(3).cache()
cached.count()
own = __main__.root, os.getcwd(), __name__, sys.argv[1:]
relative = spark.read.text("orders.csv").count()
sys.exit(0)
""")
    folder = str(run.folder)
    arguments = ["--JOB_NAME", "test", "--DATA_ROOT", folder]
    assert names["own"] == (folder, folder, "__main__", arguments)
    assert names["relative"] == 4
    assert sys.argv == before[0] and os.getcwd() == before[1] and sys.path == before[3]
    assert sys.modules["__main__"] is before[2]["__main__"]
    own = {n for n in sys.modules if n.split(".")[0] == "awsglue"}
    assert own == {n for n in before[2] if n.split(".")[0] == "awsglue"}
    assert spark.conf.get("spark.sql.session.timeZone") == timezone
    assert spark.conf.get("test.own", None) is None
    assert not names["cached"].storageLevel.useMemory
    assert spark.range(2).count() == 2, "the session goes on"


def test_a_failure_shows_the_line_of_the_job(run, spark):
    text = 'spark.conf.set("test.own", "1")\n\ndef step():\n    return {}["absent"]\n\nstep()\n'
    with pytest.raises(KeyError, match="absent") as failed:
        run(text)
    shown = "".join(traceback.format_exception(failed.value))
    assert 'File "<job test>"' in shown and 'return {}["absent"]' in shown
    assert spark.conf.get("test.own", None) is None
    with pytest.raises(RuntimeError, match="status 3"):
        run("sys.exit(3)\n")
    with pytest.raises(SyntaxError):
        run("this is no Python\n")


def test_a_script_from_a_file(spark, tmp_path):
    script = tmp_path / "job.py"
    script.write_text("import sys\nfound = sys.argv\nhere = __file__\n")
    for given in (script, str(script)):
        names = run_job(given, {"--YEAR": 2024}, workdir=tmp_path)
        assert names["here"] == str(script)
        assert names["found"][1:] == [
            *("--JOB_NAME", "local", "--DATA_ROOT", str(tmp_path)),
            *("--YEAR", "2024"),
        ]


def test_extra_py_files_reach_the_job_and_its_udfs(spark, tmp_path):
    text = """
import extra_lib
from awsglue.context import GlueContext
spark = GlueContext().spark_session
found = spark.sparkContext.parallelize([1], 1).map(lambda x: __import__("extra_lib").VALUE).first()
here = extra_lib.VALUE
"""
    library = tmp_path / "extra_lib.zip"
    with zipfile.ZipFile(library, "w") as archive:
        archive.writestr("extra_lib.py", "VALUE = 7\n")
    names = run_job(text, {"extra-py-files": str(library)}, workdir=tmp_path)
    assert (names["found"], names["here"]) == (7, 7)
    assert "extra_lib" not in sys.modules


# arguments


def test_resolved_options():
    argv = [
        "job.py",
        "--JOB_NAME",
        "x",
        "--day=2024-01-31",
        "--TempDir",
        "s3://b/t",
        "--JOB_ID",
        "j",
    ]
    found = utils.getResolvedOptions(argv, ["JOB_NAME", "day"])
    assert (found["JOB_NAME"], found["day"], found["TempDir"]) == ("x", "2024-01-31", "s3://b/t")
    assert found["JOB_ID"] == "j" and found["job_bookmark_option"] == "job-bookmark-disable"
    with pytest.raises(utils.GlueArgumentError, match="--month"):
        utils.getResolvedOptions(argv, ["month"])
    with pytest.raises(utils.GlueArgumentError, match="--da"):
        utils.getResolvedOptions(argv, ["da"])  # no abbreviation
    with pytest.raises(RuntimeError, match="JOB_ID"):
        utils.getResolvedOptions(argv, ["JOB_ID"])


# reading


def test_csv_gives_strings(run):
    df = run(reads({"withHeader": True}))["df"]
    assert set(dict(df.dtypes).values()) == {"string"}
    assert rows(df) == [("1", "a", ""), ("2", 'x, "y"', "3.5"), ("3", "", " z")]


def test_csv_without_header(run):
    df = run(reads({}))["df"]
    assert df.columns == ["col0", "col1", "col2"] and rows(df)[0] == ("n", "s", "v")
    assert rows(run(reads({"skipFirst": True}))["df"])[0] == ("1", "a", "")


def test_csv_options(run):
    (run.folder / "orders.csv").write_text("a;b\n'x;y';'p\nq'\n'i\\'j';z\n", encoding="latin-1")
    words = {"separator": ";", "quoteChar": "'", "escaper": "\\", "multiLine": True}
    df = run(reads({"withHeader": True, **words}))["df"]
    assert rows(df) == [("x;y", "p\nq"), ("i'j", "z")]
    with pytest.raises(ValueError, match="optimizePerformance"):
        run(reads({"optimizePerformance": True, "multiLine": True}))
    with pytest.raises(NotImplementedError, match="nonsense"):
        run(reads({"nonsense": True}))


def test_folders(run):
    (run.folder / "in" / "deep").mkdir(parents=True)
    (run.folder / "in" / "a.csv").write_text("x\n1\n")
    (run.folder / "in" / "deep" / "b.csv").write_text("x\n2\n")
    (run.folder / "in" / "_ignored.csv").write_text("x\n3\n")
    place = {"paths": ["in"], "recurse": True}
    header = {"withHeader": True}
    assert sorted(rows(run(reads(header, connection_options=place))["df"])) == [("1",), ("2",)]
    place["exclusions"] = json.dumps(["**/b.*"])
    assert rows(run(reads(header, connection_options=place))["df"]) == [("1",)]
    place = {"paths": ["absent"]}
    assert run(reads(header, connection_options=place))["df"].columns == []


def test_typed_files_and_partitions(run):
    names = run("""
df = spark.createDataFrame([(1, "x", 2023), (2, None, 2024)], "n bigint, s string, year int")
frame = DynamicFrame.fromDF(df, glueContext, "frame")
back = {}
for format in ("parquet", "glueparquet", "json", "orc"):
    options = {"path": f"{root}/{format}", "partitionKeys": ["year"]}
    glueContext.write_dynamic_frame.from_options(frame, "s3", options, format)
    reader = glueContext.create_dynamic_frame.from_options
    source = {"paths": [f"{root}/{format}"], "recurse": True}
    read = reader("s3", source, format, push_down_predicate="year = 2023").toDF()
    back[format] = [tuple(row) for row in read.select("n", "s", "year").collect()]
""")
    assert names["back"] == dict.fromkeys(
        ["parquet", "glueparquet", "json", "orc"], [(1, "x", 2023)]
    )
    assert (run.folder / "parquet" / "year=2024").is_dir()


def test_csv_writing(run):
    run("""
df = spark.createDataFrame([(' a"b ', None), ("x,y", 1.0)], "s string, v double").coalesce(1)
frame = DynamicFrame.fromDF(df, glueContext)
words = {"separator": "|", "writeHeader": False}
frame.write("s3", {"path": f"{root}/out"}, "csv", words)
""")
    (part,) = (run.folder / "out").glob("part-*")
    assert part.read_text() == '" a""b "|\nx,y|1.0\n'


def test_purge(run):
    out = run.folder / "out"
    write = 'spark.range(2).write.mode("append").csv(f"{root}/out")\n'
    run(write + 'glueContext.purge_s3_path(f"{root}/out")\n')
    assert list(out.glob("part-*")), "files younger than a week stay unless told otherwise"
    run('glueContext.purge_s3_path(f"{root}/out", {"retentionPeriod": 0})\n')
    assert not out.exists()
    run('glueContext.purge_s3_path(f"{root}/out", {"retentionPeriod": 0})\n')


def test_s3_mount(run, monkeypatch):
    (run.folder / "bucket").mkdir()
    monkeypatch.setenv("P2G_S3_MOUNT", f"mounted={run.folder}/bucket")
    names = run("""
spark.range(3).write.parquet("s3://mounted/out")
read = glueContext.create_dynamic_frame.from_options
count = read("s3", {"paths": ["s3a://mounted/out"]}, "parquet").count()
""")
    assert names["count"] == 3
    assert len(read_output(run.folder / "bucket" / "out", "parquet")) == 3


# DynamicFrame


def test_transforms(run):
    names = run("""
from pyspark.sql import Row
rows = [Row(n="1", s=Row(a=1, b="x"), e=None), Row(n="no", s=Row(a=2, b="y"), e=None)]
schema = "n string, s struct<a:int,b:string>, e string"
f = DynamicFrame.fromDF(spark.createDataFrame(rows, schema), glueContext, "f")
other = DynamicFrame.fromDF(spark.createDataFrame([("1", 5)], "n string, k int"), glueContext, "o")

def got(frame):
    return frame.toDF().columns, [tuple(r) for r in frame.toDF().collect()]

mapping = [("n", "string", "number", "long"), ("s.b", "string", "letter", "string")]
split = SplitRows.apply(f, {"s.a": {">": 1}}, "big", "small")
answers = dict(
    mapped=got(ApplyMapping.apply(frame=f, mappings=mapping, transformation_ctx="m")),
    cast=got(f.resolveChoice(specs=[("n", "cast:int")]).select_fields(["n"])),
    renamed=f.rename_field("n", "m").toDF().columns,
    selected=got(SelectFields.apply(f, ["s.a", "absent"])),
    dropped=DropFields.apply(f, ["s.a", "e"]).toDF().dtypes,
    no_nulls=DropNullFields.apply(f).toDF().columns,
    unnested=f.unnest().toDF().columns,
    filtered=got(Filter.apply(f, lambda r: r["s"]["a"] > 1).select_fields(["n"])),
    mapped_rows=got(Map.apply(f, lambda r: {"t": r["n"] * 2})),
    joined=got(Join.apply(f.select_fields(["n"]), other, ["n"], ["n"])),
    union=Union.apply(f, other).count(),
    big=got(SelectFromCollection.apply(split, "big").select_fields("n")),
    keys=sorted(split.keys()),
)
""")
    assert names["answers"] == {
        "mapped": (["number", "letter"], [(1, "x"), (None, "y")]),
        "cast": (["n"], [(1,), (None,)]),
        "renamed": ["m", "s", "e"],
        "selected": (["a"], [(1,), (2,)]),
        "dropped": [("n", "string"), ("s", "struct<b:string>")],
        "no_nulls": ["n", "s"],
        "unnested": ["n", "s.a", "s.b", "e"],
        "filtered": (["n"], [("no",)]),
        "mapped_rows": (["t"], [("11",), ("nono",)]),
        "joined": (["n", ".n", "k"], [("1", "1", 5)]),
        "union": 3,
        "big": (["n"], [("no",)]),
        "keys": ["big", "small"],
    }


def test_what_is_not_played_says_so(run):
    for call in (
        "glueContext.forEachBatch",
        "DynamicFrame.fromDF(spark.range(1), glueContext).relationalize",
        "__import__('awsglue.transforms').transforms.Relationalize",
        "glueContext.create_dynamic_frame.from_options('kafka', {})",
    ):
        with pytest.raises(NotImplementedError, match="local Glue does not play"):
            run(call + "\n")


# the catalog


@pytest.fixture
def glue(monkeypatch):
    boto3, moto = pytest.importorskip("boto3"), pytest.importorskip("moto")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    with moto.mock_aws():
        client = boto3.client("glue")
        client.create_database(DatabaseInput={"Name": "db"})
        yield client


def test_catalog_sink_and_source(run, glue):
    text = """
df = spark.createDataFrame([(1, "x", 2023), (2, "y", 2024)], "n bigint, s string, year int")
sink = glueContext.getSink(
    connection_type="s3", path=f"{root}/sales", enableUpdateCatalog=True,
    updateBehavior="UPDATE_IN_DATABASE", partitionKeys=["year"], transformation_ctx="sales",
)
sink.setFormat("glueparquet")
sink.setCatalogInfo(catalogDatabase="db", catalogTableName="sales")
sink.writeFrame(DynamicFrame.fromDF(df, glueContext, "sales"))
frame = glueContext.create_dynamic_frame.from_catalog(
    database="db", table_name="sales", push_down_predicate="year > 2023"
)
found = [tuple(row) for row in frame.toDF().select("n", "s", "year").collect()]
glueContext.write_dynamic_frame.from_catalog(frame, database="db", table_name="sales")
count = glueContext.create_data_frame_from_catalog("db", "sales").count()
"""
    names = run(text)
    assert names["found"] == [(2, "y", 2024)] and names["count"] == 3
    table = glue.get_table(DatabaseName="db", Name="sales")["Table"]
    columns = [(c["Name"], c["Type"]) for c in table["StorageDescriptor"]["Columns"]]
    assert columns == [("n", "bigint"), ("s", "string")]
    partitions = glue.get_partitions(DatabaseName="db", TableName="sales")["Partitions"]
    assert sorted(p["Values"] for p in partitions) == [["2023"], ["2024"]]
    run(text)


def test_catalogued_csv_has_the_catalogs_types(run, glue):
    columns = [("n", "bigint"), ("s", "string"), ("v", "double")]
    table = {
        "Name": "orders",
        "Parameters": {"classification": "csv", "skip.header.line.count": "1"},
        "StorageDescriptor": {
            "Columns": [{"Name": n, "Type": t} for n, t in columns],
            "Location": str(run.folder / "orders.csv"),
            "SerdeInfo": {"Parameters": {"field.delim": ","}},
        },
    }
    glue.create_table(DatabaseName="db", TableInput=table)
    df = run('df = glueContext.create_dynamic_frame.from_catalog("db", "orders").toDF()\n')["df"]
    assert df.dtypes == columns
    assert rows(df) == [(1, "a", None), (2, 'x, "y"', 3.5), (3, "", None)]


def test_jdbc_options_of_a_connection(glue):
    from glue_runtime.local.awsglue import catalog

    url = "jdbc:postgresql://localhost/shop"
    properties = {"JDBC_CONNECTION_URL": url, "USERNAME": "me", "PASSWORD": "word"}
    glue.create_connection(
        ConnectionInput={
            "Name": "shop",
            "ConnectionType": "JDBC",
            "ConnectionProperties": properties,
        }
    )
    given = {"useConnectionProperties": "true", "connectionName": "shop", "dbtable": "orders"}
    assert catalog.jdbc_options(given) == {
        "url": url,
        "user": "me",
        "password": "word",
        "dbtable": "orders",
    }


# the real package


def real_module(name):
    """A module of the real awsglue, imported without leaving it to the jobs of other tests."""
    return importlib.import_module(f"awsglue.{name}")


@pytest.fixture
def real(monkeypatch):
    pytest.importorskip("awsglue")
    before = set(sys.modules)
    yield {n: real_module(n) for n in ("context", "dynamicframe", "job", "transforms", "utils")}
    for name in set(sys.modules) - before:
        if name.split(".")[0] == "awsglue":
            del sys.modules[name]


def functions_of(cls):
    for name in (n for c in cls.__mro__ if c is not object for n in vars(c)):
        function = inspect.getattr_static(cls, name)
        function = getattr(function, "__func__", function)
        public = not name.startswith("_") or name in ("__init__", "__call__")
        if inspect.isfunction(function) and public:
            yield name, function


def described(function):
    parameters = inspect.signature(function).parameters.values()
    return [(p.name, p.kind, p.default) for p in parameters]


OURS = [
    (module, name)
    for module in (context, dynamicframe, job, transforms)
    for name, thing in vars(module).items()
    if inspect.isclass(thing) and thing.__module__ == module.__name__ and name != "GlueLogger"
]


@pytest.mark.parametrize("module, name", OURS, ids=[name for _, name in OURS])
def test_signatures_are_the_real_ones(real, module, name):
    short = module.__name__.rsplit(".", 1)[1]
    real_class = getattr(real[short], name)
    ours = dict(functions_of(getattr(module, name)))
    assert ours
    theirs = dict(functions_of(real_class))
    constructed_by_jobs = name not in ("DataSink",)
    for method, function in ours.items():
        if method == "__init__" and not constructed_by_jobs:
            continue
        assert method in theirs, f"{name}.{method} is not in the real package"
        assert described(function) == described(theirs[method]), f"{name}.{method}"


def test_resolved_options_has_the_real_signature(real):
    assert described(utils.getResolvedOptions) == described(real["utils"].getResolvedOptions)


def test_the_real_package_is_not_what_jobs_get(run, real):
    module = run("import awsglue.context as found\n")["found"]
    assert module is context and Path(module.__file__).parent.name == "awsglue"
