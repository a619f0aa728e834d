"""The generated script: one readable file, boto3 only, and nothing in a value becomes code."""

import ast
import io
import subprocess
import sys
import zipfile

import aws_env
import black
import pytest
from aws_env import BUCKET
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pyflakes import api, reporter

from transpiler.cli_aws import COMMANDS
from transpiler.emit import deploy as emit
from transpiler.emit.deploy import deploy_script
from transpiler.emit.spec import DeploySpec, spec_of_job

aws = aws_env.aws
NASTY = "x\"'''\\ \n$(touch pwned) `id` {1} %s #\u2028é\U0001f600"


def test_it_is_black_and_has_no_undefined_name(tmp_path):
    text = deploy_script(DeploySpec(job_name="x"), "job.py")
    assert black.format_str(text, mode=black.Mode(line_length=100)) == text
    assert deploy_script(DeploySpec(job_name="x"), "job.py") == text
    ast.parse(text, feature_version=(3, 9))
    path = tmp_path / "deploy.py"
    path.write_text(text, encoding="utf-8")
    with open(tmp_path / "flakes", "w+") as flakes:
        api.checkPath(str(path), reporter.Reporter(flakes, flakes))
        flakes.seek(0)
        assert flakes.read() == ""


def test_it_imports_boto3_and_the_standard_library_only():
    tree = ast.parse(deploy_script(DeploySpec(), "job.py"))
    modules = set()
    for node in ast.walk(tree):
        assert not isinstance(node, ast.ImportFrom)
        if isinstance(node, ast.Import):
            modules |= {alias.name.split(".")[0] for alias in node.names}
    assert modules - set(sys.stdlib_module_names) == {"boto3", "botocore"}


def test_all_names_of_the_package_are_unique_and_all_of_it_is_used():
    names = [
        name
        for module in emit.MODULES
        for node in emit.aws_module(module)[1].body
        for name in emit.defined_names(node)
    ]
    assert len(names) == len(set(names))
    used = {
        name
        for nodes in emit.needed_statements().values()
        for node in nodes
        for name in emit.defined_names(node)
    }
    assert set(names) == used


def test_transpiler_does_without_boto3():
    code = (
        "import sys; sys.modules['boto3'] = sys.modules['botocore'] = None\n"
        "import transpiler.emit.deploy, transpiler.cli_aws\n"
        "from transpiler.emit.spec import DeploySpec\n"
        "transpiler.emit.deploy.deploy_script(DeploySpec(), 'job.py')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def literals(tree):
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("JOB", "SCRIPT")
    }


TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    [NASTY, '"""', "'''", "\\", "{}", "'); import os; os.abort()  #", "\r\n", "\x00", "\N{BOM}"]
)


@given(TEXTS, TEXTS, st.dictionaries(TEXTS, TEXTS, max_size=3), st.lists(TEXTS, max_size=3))
@settings(max_examples=25)
def test_values_stay_values(name, script, arguments, inputs):
    spec = DeploySpec(job_name=name, default_arguments=arguments, inputs=inputs, tags=arguments)
    text = deploy_script(spec, script)
    plain = deploy_script(DeploySpec(), "job.py")
    functions = plain[plain.index("# ---- Names, addresses, texts") :]
    assert text.endswith(functions)
    head, plain_head = (ast.parse(t.removesuffix(functions)) for t in (text, plain))
    assert literals(head) == {"JOB": spec.as_dict(), "SCRIPT": script}
    assert [type(node) for node in head.body] == [type(node) for node in plain_head.body]


def test_nasty_values_arrive_as_they_are(aws):
    (aws.folder / "job $(x).py").write_text("print(1)\n")
    value = NASTY.replace("\n", " ")
    spec = DeploySpec(
        job_name='it\'s $(a) "job" é',
        description=NASTY.replace("\u2028", ""),
        bucket=BUCKET,
        role="glue-role",
        default_arguments={"a'b": value},
        tags={"k'\"": "v$(x)"},
    )
    path = aws.folder / "deploy.py"
    path.write_text(deploy_script(spec, "job $(x).py"), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    job = aws.client("glue").get_job(JobName=spec.job_name)["Job"]
    assert job["Description"] == spec.description
    assert job["DefaultArguments"]["--a'b"] == value
    assert job["Command"]["ScriptLocation"].endswith("/job $(x).py")
    assert not list(aws.folder.rglob("pwned"))


def test_help_without_aws(tmp_path):
    path = tmp_path / "deploy.py"
    path.write_text(deploy_script(DeploySpec(job_name="100% x"), "job.py"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-I", str(path), "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0 and "100% x" in done.stdout and "--dry-run" in done.stdout


JOB = """
import boto3
from awsglue.context import GlueContext

def read_csv(context, path):
    return context.create_dynamic_frame.from_catalog(database="no", table_name="no")

orders = read_csv(glueContext, f"{DATA_ROOT}/data/orders.csv", transformation_ctx="orders")
both = orders.join(read_parquet(glueContext, "s3://lake/x/*.parquet"), "id").groupBy("a").count()
rows = glueContext.create_dynamic_frame.from_catalog(database="shop", table_name="rows")
people = glueContext.create_dynamic_frame.from_options(
    connection_type="postgresql",
    connection_options={"useConnectionProperties": "true", "connectionName": "warehouse"},
)
key = boto3.client("secretsmanager").get_secret_value(SecretId="shop/key")
sink = glueContext.getSink(connection_type="s3", path="s3://lake/out/")
sink.setCatalogInfo(catalogDatabase="shop", catalogTableName="totals")
shops = read_catalog(glueContext, "shop", "shops", transformation_ctx="shops")
write_catalog(glueContext, merge(both, shops), "s3://lake/done/", database="shop", table="done",
              partition_cols=["day"], transformation_ctx="x")
write_csv(glueContext, read_csv(glueContext, f"{DATA_ROOT}/in/b.csv"), f"{DATA_ROOT}/out/b.csv")
to_pandas(read_csv(glueContext, f"{DATA_ROOT}/in/c.csv")).to_csv(f"{DATA_ROOT}/out/c.csv")
write_csv(glueContext, both.orderBy("a"), f"{DATA_ROOT}/out/a.csv", transformation_ctx="both")
"""


def test_a_job_tells_what_it_needs():
    spec = spec_of_job(JOB, "x")
    inputs = ["data/orders.csv", "s3://lake/x/*.parquet", "in/b.csv", "in/c.csv"]
    assert sorted(spec.inputs) == sorted(inputs)
    assert sorted(spec.outputs) == ["out/a.csv", "out/b.csv", "out/c.csv", "s3://lake/done/"]
    assert spec.tables == [
        {"database": "shop", "table": "rows", "access": "read"},
        {"database": "shop", "table": "totals", "access": "write"},
        {"database": "shop", "table": "shops", "access": "read"},
        {"database": "shop", "table": "done", "access": "write", "partition_keys": ["day"]},
    ]
    assert (spec.connections, spec.secrets) == (["warehouse"], ["shop/key"])
    assert spec.plan == {"joins": 2, "shuffles": 1, "sorts": 1, "driver_steps": 1}


def command(name, *arguments):
    by_name = {command.name: command for command in COMMANDS}
    return CliRunner().invoke(by_name[name], ["--poll-seconds", "0.02", *map(str, arguments)])


def test_the_command_line(aws):
    script = aws.script(DeploySpec(job_name="orders", bucket=BUCKET, role="glue-role"))
    done = command("deploy", "--dry-run", script)
    assert done.exit_code == 3, done.output
    done = command("deploy", script, "--run", "--wait")
    assert done.exit_code == 0 and "SUCCEEDED" in done.output, done.output
    assert aws.job["Command"]["ScriptLocation"].endswith("/job.py")
    for arguments in (["--job-name", "orders"], [script]):
        done = command("status", *arguments)
        assert done.exit_code == 0 and "SUCCEEDED" in done.output, done.output
    assert command("logs", "--job-name", "orders").exit_code == 0
    assert "No run is going on" in command("stop", script).output
    assert command("status").exit_code == 1
    assert command("deploy", "--no-such-option").exit_code == 2
    done = command("deploy", "--help")
    assert done.exit_code == 0 and "--create-role" in done.output


def test_the_command_line_takes_a_glue_job(aws):
    job = aws.folder / "nightly.py"
    job.write_text(JOB)
    aws.make_connection("warehouse")
    done = command("deploy", "--bucket", BUCKET, "--role", "glue-role", job)
    assert done.exit_code == 0, done.output
    made = aws.client("glue").get_job(JobName="nightly")["Job"]
    assert made["Connections"] == {"Connections": ["warehouse"]}


def test_the_runtime_goes_along_when_the_job_imports_it(aws):
    job = aws.folder / "job.py"
    job.write_text("import awsglue\nfrom glue_runtime.position import with_position\n")
    status, _, err = aws.run()
    assert status == 1 and "--extra-py-file" in err
    options = ["--bucket", BUCKET, "--role", "glue-role", "--job-name", "orders"]
    done = command("deploy", *options, job)
    assert done.exit_code == 0, done.output
    where = aws.job["DefaultArguments"]["--extra-py-files"]
    body = aws.client("s3").get_object(Bucket=BUCKET, Key=where.split("/", 3)[3])["Body"].read()
    names = zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert "glue_runtime/position.py" in names and not any("local" in name for name in names)
    done = command("deploy", *options, job)
    assert "unchanged" in done.output and "Uploaded" not in done.output


def test_a_pandas_program_is_translated_first(aws):
    (aws.folder / "data.csv").write_text("a,b\n1,x\n2,y\n")
    program = aws.folder / "small.py"
    program.write_text(
        "import pandas as pd\n"
        "df = pd.read_csv('data.csv')\n"
        "df[df['a'] > 1].to_csv('out.csv', index=False)\n"
    )
    done = command(
        "deploy", program, "--bucket", BUCKET, "--role", "glue-role", "--upload-data", aws.folder
    )
    assert done.exit_code == 0 and "1 files uploaded" in done.output, done.output
    made = aws.client("glue").get_job(JobName="small")["Job"]
    key = made["Command"]["ScriptLocation"].split("/", 3)[3]
    text = aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    assert "awsglue" in text and key.endswith("/small.py")
    program.write_text("x = 1 +\n")
    assert command("deploy", program).exit_code == 1


@pytest.mark.parametrize("text", ["x = (", "\x00"])
def test_the_command_line_refuses_what_is_no_program(aws, text):
    path = aws.folder / "broken.py"
    path.write_text(text)
    done = command("deploy", path)
    assert done.exit_code == 1 and "cannot be read" in done.output
    assert command("deploy", aws.folder / "missing.py").exit_code == 1
