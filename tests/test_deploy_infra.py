"""Infrastructure code: the same job, the same policy, and values that stay values."""

import ast
import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import black
import boto3
import pytest
from aws_env import ACCOUNT, REGION
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from transpiler.aws.policy import job_policy
from transpiler.cli_aws import deploy
from transpiler.emit import infra
from transpiler.emit.description import Description
from transpiler.emit.terraform import hcl_string
from transpiler.emit.spec import DeploySpec

NASTY = "a\"b\\c'${x}%{y}$${z}\\n\n\té\u2028\U0001f600{{w}} $(touch x)$"
SPEC = DeploySpec(
    job_name="orders",
    description="daily",
    bucket="data-lake-1",
    prefix="orders",
    glue_version="5.1",
    worker_type="G.2X",
    number_of_workers=5,
    timeout=90,
    max_retries=1,
    execution_class="FLEX",
    max_concurrent_runs=2,
    queue=False,
    security_configuration="secure",
    notify_after=7,
    connections=["warehouse"],
    bookmarks=True,
    auto_scaling=True,
    default_arguments={"x": "1"},
    tags={"team": "data"},
    inputs=["data/a.csv", "s3://lake/x/"],
    outputs=["out/b.csv"],
    secrets=["shop/key"],
)
terraform_there = pytest.mark.skipif(not shutil.which("terraform"), reason="no terraform here")


def described(spec):
    return Description(spec, "job.py")


def resolve(value, names):
    """A CloudFormation value with its Fn::Sub carried out."""
    if isinstance(value, list):
        return [resolve(item, names) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::Sub"}:
        return re.sub(
            r"\$\{(!?)([^}]*)\}",
            lambda m: "${" + m[2] + "}" if m[1] else names[m[2]],
            value["Fn::Sub"],
        )
    return {key: resolve(item, names) for key, item in value.items()}


NAMES = {
    "Bucket": "data-lake-1",
    "Prefix": "orders",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
}
POLICY = job_policy(
    SPEC.as_dict(),
    "data-lake-1",
    "orders",
    "s3://data-lake-1/orders/data",
    REGION,
    ACCOUNT,
)


def test_cloudformation_is_the_job():
    template = json.loads(infra.infrastructure(SPEC, "job.py", "cloudformation"))
    job = resolve(template["Resources"]["Job"]["Properties"], NAMES)
    assert job["Role"]["Fn::If"][0] == "MakeRole"
    model = boto3.client("glue", region_name=REGION).meta.service_model
    assert set(job) <= set(model.shape_for("CreateJobRequest").members)
    assert job["Name"] == "orders" and job["Command"]["ScriptLocation"] == "job.py"
    assert (job["WorkerType"], job["NumberOfWorkers"], job["Timeout"]) == ("G.2X", 5, 90)
    assert job["DefaultArguments"]["--DATA_ROOT"] == "s3://data-lake-1/orders/data"
    assert job["DefaultArguments"]["--x"] == "1"
    assert job["Tags"] == {"created-by": "pandas-to-glue", "team": "data"}
    role = template["Resources"]["JobRole"]["Properties"]
    policy = resolve(role["Policies"][0]["PolicyDocument"], NAMES)

    def ordered(document):
        statements = [s | {"Sid": ""} for s in sort_lists(document)["Statement"]]
        return sorted(json.dumps(statement, sort_keys=True) for statement in statements)

    assert ordered(policy) == ordered(POLICY)


def sort_lists(value):
    if isinstance(value, dict):
        return {key: sort_lists(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((sort_lists(item) for item in value), key=json.dumps)
    return value


CRON = {
    "Name": "orders-schedule",
    "Type": "SCHEDULED",
    "Schedule": "cron(0 6 * * ? *)",
    "Actions": [{"JobName": "orders"}],
}
CHAIN = {
    "Name": "orders-after",
    "Type": "CONDITIONAL",
    "Predicate": {
        "Conditions": [
            {"LogicalOperator": "EQUALS", "JobName": name, "State": "SUCCEEDED"}
            for name in ("first", "it's ${x}")
        ],
        "Logical": "AND",
    },
    "Actions": [{"JobName": "orders"}],
}


@pytest.mark.parametrize("trigger", [CRON, CHAIN], ids=["cron", "chain"])
def test_what_starts_the_job(trigger, tmp_path):
    template = json.loads(
        infra.infrastructure(SPEC, "job.py", "cloudformation", trigger, "alias/k")
    )
    made = template["Resources"]["Trigger"]["Properties"]
    assert made["Actions"] == [{"JobName": {"Ref": "Job"}}] and made["StartOnCreation"] is True
    for name in ("Name", "Type", "Schedule", "Predicate"):
        assert made.get(name) == trigger.get(name)
    model = boto3.client("glue", region_name=REGION).meta.service_model
    assert set(made) <= set(model.shape_for("CreateTriggerRequest").members)
    assert "kms:ResourceAliases" in json.dumps(template)
    assert findings(tmp_path, template) == ""
    text = infra.infrastructure(SPEC, "job.py", "terraform", trigger)
    assert '"aws_glue_trigger"' in blocks(text)["resource"]
    assert "job_name = aws_glue_job.job.name" in text
    code = infra.infrastructure(SPEC, "job.py", "cdk", trigger)
    call = next(
        node
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "glue.CfnTrigger"
    )
    given_values = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    assert ast.literal_eval(given_values["name"]) == trigger["Name"]
    for word in ("cron(0 6 * * ? *)", "it's ${x}"):
        assert (word in code) == (word in str(trigger))


@terraform_there
@pytest.mark.parametrize("trigger", [CRON, CHAIN], ids=["cron", "chain"])
def test_the_trigger_is_formatted_too(trigger, tmp_path):
    text = infra.infrastructure(SPEC, "job.py", "terraform", trigger)
    done = subprocess.run(
        ["terraform", "fmt", "-"], input=text, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.stdout == text, done.stderr


def test_terraform_has_all_fields():
    text = infra.infrastructure(SPEC, "job.py", "terraform")
    for line in (
        "glue_version",
        'worker_type             = "G.2X"',
        "number_of_workers       = 5",
        "max_concurrent_runs = 2",
        "notify_delay_after = 7",
        'security_configuration  = "secure"',
        "job_run_queuing_enabled = false",
        '"s3://${var.bucket}/${aws_s3_object.script.key}"',
        '"--DATA_ROOT"',
        'default     = "data-lake-1"',
    ):
        assert line in text, line


@terraform_there
def test_terraform_is_formatted(tmp_path):
    for number, spec in enumerate(
        [SPEC, DeploySpec(job_name=NASTY, default_arguments={"k": NASTY})]
    ):
        path = tmp_path / f"job{number}.tf"
        path.write_text(infra.infrastructure(spec, "job.py", "terraform"), encoding="utf-8")
        done = subprocess.run(
            ["terraform", "fmt", "-check", "-diff", str(path)], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr


@terraform_there
def test_terraform_reads_values_as_they_are(tmp_path):
    spec = described(DeploySpec())
    mark = spec.marks["prefix"]
    texts = [NASTY, "${", "%{ if true }", "\\", '"', "$$", "\x00\x7f", f"a${mark}", f"%{mark}$", ""]
    pairs = {f"v{n}": hcl_string(spec, text) for n, text in enumerate(texts)}
    body = "\n".join(f"  {name} = {text}" for name, text in pairs.items())
    (tmp_path / "x.tf").write_text(
        'variable "prefix" {\n  default = "P"\n}\nlocals {\n' + body + "\n}\n", encoding="utf-8"
    )
    names = ", ".join(f"local.{name}" for name in pairs)
    done = subprocess.run(
        ["terraform", f"-chdir={tmp_path}", "console"],
        input=f"base64encode(jsonencode([{names}]))\n",
        capture_output=True,
        text=True,
    )
    found = json.loads(base64.b64decode(done.stdout.strip().strip('"')))
    assert found == [text.replace(mark, "P") for text in texts]


@pytest.mark.parametrize("form", infra.FORMATS)
def test_the_same_text_twice(form):
    text = infra.infrastructure(SPEC, "job.py", form)
    assert text == infra.infrastructure(SPEC, "job.py", form)
    assert not any(0xE000 <= ord(sign) <= 0xF8FF for sign in text)


def test_cdk_is_python_that_makes_the_job():
    text = infra.infrastructure(SPEC, "job.py", "cdk")
    assert black.format_str(text, mode=black.Mode(line_length=100)) == text
    tree = ast.parse(text)
    call = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "glue.CfnJob"
    )
    given_names = {keyword.arg for keyword in call.keywords}
    assert {
        "role",
        "command",
        "worker_type",
        "default_arguments",
        "execution_property",
    } <= given_names
    assert {"job_run_queuing_enabled", "notification_property", "connections"} <= given_names


TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=20) | st.sampled_from(
    [NASTY, "${AWS::Region}", "${!x}", "${Bucket", "%{for}", "'''", '"""', "\\"]
)


@given(TEXTS, TEXTS)
@settings(max_examples=12)
def test_values_stay_values(name, value):
    spec = DeploySpec(job_name=name or "x", default_arguments={"k": value}, tags={"t": name})
    template = json.loads(infra.infrastructure(spec, "job.py", "cloudformation"))
    job = resolve(template["Resources"]["Job"]["Properties"], NAMES)
    assert job["Name"] == (name or "x") and job["DefaultArguments"]["--k"] == value
    tree = ast.parse(infra.infrastructure(spec, "job.py", "cdk"))
    constants = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert {name or "x", value} <= constants
    infra.infrastructure(spec, "job.py", "terraform")


def test_what_cannot_be_written_is_refused():
    with pytest.raises(ValueError, match="resolve"):
        infra.infrastructure(DeploySpec(description="{{resolve:ssm:x}}"), "j", "cloudformation")
    with pytest.raises(ValueError, match="expected one of"):
        infra.infrastructure(SPEC, "job.py", "pulumi")


@pytest.mark.parametrize("form, name", infra.FORMATS.items())
def test_the_command_line_writes_it(tmp_path, form, name):
    job = tmp_path / "job.py"
    job.write_text("import awsglue\nread_csv(f'{DATA_ROOT}/a.csv')\n")
    arguments = [
        str(job),
        "--format",
        form,
        "--worker-type",
        "G.4X",
        "--save",
        str(tmp_path / name),
    ]
    done = CliRunner().invoke(deploy, arguments)
    assert done.exit_code == 0, done.output
    assert "G.4X" in (tmp_path / name).read_text()
    done = CliRunner().invoke(deploy, arguments[:-2])
    assert done.exit_code == 0 and "G.4X" in done.output


@pytest.mark.parametrize("spec", [SPEC, DeploySpec(job_name="plain", inputs=["a.csv"])], ids=str)
def test_cloudformation_has_no_findings(tmp_path, spec):
    template = json.loads(infra.infrastructure(spec, "job.py", "cloudformation"))
    assert findings(tmp_path, template) == ""


def findings(folder, template):
    """What cfn-lint has against a template."""
    pytest.importorskip("cfnlint")
    path = folder / "template.json"
    path.write_text(json.dumps(template), encoding="utf-8")
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), "--regions", REGION, "--", path],
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


def format_command(tmp_path, *arguments, text="import awsglue\n"):
    """`deploy job.py --format …` on a job of this text."""
    job = tmp_path / "job.py"
    job.write_text(text)
    return CliRunner().invoke(deploy, [str(job), "--format", *arguments])


@pytest.mark.parametrize("form", infra.FORMATS)
def test_options_get_into_the_code(tmp_path, form):
    options = ["--schedule", "cron(0 6 * * ? *)", "--tag", "team=x", "--secret", "shop/db"]
    done = format_command(tmp_path, form, *options, "--kms-key", "alias/lake")
    assert done.exit_code == 0, done.output
    for word in ("cron(0 6 * * ? *)", "team", "shop/db", "alias/lake"):
        assert word in done.output, word


@pytest.mark.parametrize(
    "options, told",
    [
        (["--upload-data"], "--upload-data: not possible with --format"),
        (["--run"], "--run: not possible with --format"),
        (["--create-connection", "x"], "--create-connection: not possible"),
        (["--schedule", "daily"], "not a schedule"),
        (["--save", "/nowhere/x"], "cannot be read or written"),
        (["--tag", "x"], "--tag wants NAME=VALUE"),
    ],
)
def test_what_has_no_word_in_the_code_is_refused(tmp_path, options, told):
    done = format_command(tmp_path, "terraform", *options)
    assert done.exit_code == 1 and told in done.output, done.output


def test_a_job_that_needs_the_runtimes_zip_is_refused(tmp_path):
    text = "import awsglue\nfrom glue_runtime.position import with_position\n"
    done = format_command(tmp_path, "cdk", text=text)
    assert done.exit_code == 1 and "does not upload it" in done.output


def blocks(text):
    """The blocks of a Terraform file: {kind: names}."""
    found = pytest.importorskip("hcl2").loads(text)
    return {kind: [next(iter(block)) for block in found[kind]] for kind in found if kind[0] != "_"}


@given(TEXTS)
@settings(max_examples=12)
def test_terraform_parses_whatever_a_value_holds(value):
    usual = DeploySpec(job_name="x", description="d", default_arguments={"k": "v"}, tags={"t": "v"})
    nasty = DeploySpec(
        job_name="x", description=value or "d", default_arguments={"k": value}, tags={"t": value}
    )
    parsed = blocks(infra.infrastructure(nasty, "job.py", "terraform"))
    assert parsed == blocks(infra.infrastructure(usual, "job.py", "terraform"))
    assert {'"aws_s3_object"', '"aws_glue_job"'} <= set(parsed["resource"])


@pytest.mark.parametrize("form, name", infra.FORMATS.items())
def test_of_a_pandas_program_the_job_goes_along(tmp_path, form, name):
    program = tmp_path / "small.py"
    program.write_text("import pandas as pd\npd.DataFrame({'a': [1]}).to_csv('o.csv')\n")
    before = program.read_text()
    done = CliRunner().invoke(
        deploy, [str(program), "--format", form, "--save", str(tmp_path / name)]
    )
    assert done.exit_code == 0, done.output
    assert "awsglue" in (tmp_path / "small_glue_job.py").read_text()
    assert "small_glue_job.py" in (tmp_path / name).read_text()
    assert '"small.py"' not in (tmp_path / name).read_text() and program.read_text() == before


def test_cdk_makes_the_job_of_the_template(tmp_path):
    pytest.importorskip("aws_cdk")
    (tmp_path / "job.py").write_text("print(1)\n")
    app = tmp_path / "app.py"
    app.write_text(infra.infrastructure(SPEC, "job.py", "cdk", CHAIN), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, app],
        capture_output=True,
        text=True,
        env=dict(os.environ) | {"CDK_OUTDIR": str(tmp_path / "out")},
    )
    assert done.returncode == 0, done.stderr
    made = json.loads((tmp_path / "out" / "orders.template.json").read_text())["Resources"]
    template = json.loads(infra.infrastructure(SPEC, "job.py", "cloudformation", CHAIN))
    wanted = resolve(template["Resources"]["Job"]["Properties"], NAMES)
    for kind, expected in (
        ("AWS::Glue::Job", wanted),
        ("AWS::Glue::Trigger", template["Resources"]["Trigger"]["Properties"]),
    ):
        found = next(r["Properties"] for r in made.values() if r["Type"] == kind)
        place = ("Role", "Command")  # roles and scripts are made in each one's own way
        assert {k: v for k, v in found.items() if k not in place} == {
            k: v for k, v in expected.items() if k not in place
        }
