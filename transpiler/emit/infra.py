"""The same deployment as infrastructure code: Terraform, CloudFormation, CDK.

All three are built from one description (`job_properties` and the least-privilege policy). Values
that are known only when the code is applied (bucket, account, region) are marks in the texts, and
each format writes a mark as its own kind of reference. Everything else is a literal.
"""

from __future__ import annotations

import argparse
import json
import re
from typing import Any

import black

from transpiler.aws.definition import NEW_JOB, nest_definition, wanted_definition
from transpiler.aws.options import FROM_SPEC
from transpiler.aws.policy import job_policy, trust_policy
from transpiler.emit.spec import DeploySpec

MARKS = ("bucket", "prefix", "region", "account", "partition", "script_key")
FORMATS = {"terraform": "job.tf", "cloudformation": "job.template.json", "cdk": "app.py"}


class Description:
    """What all formats are written from: marks, properties, tags, policies."""

    def __init__(self, spec: DeploySpec, script_name: str) -> None:
        values = spec.as_dict()
        text = json.dumps([values, script_name], ensure_ascii=False)
        if "{{resolve:" in text:
            raise ValueError("a value contains {{resolve:…}}, which CloudFormation would fill in")
        # Characters for private use that no value contains.
        free = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in text)
        self.marks = {name: next(free) for name in MARKS}
        bucket, prefix = self.marks["bucket"], self.marks["prefix"]
        self.name = spec.job_name or "pandas_job"
        self.prefix = spec.prefix or re.sub(r"[^A-Za-z0-9._-]+", "-", self.name)
        data_root = (spec.data_root or f"s3://{bucket}/{prefix}/data").rstrip("/")
        options = argparse.Namespace(**{name: values.get(name) for name in FROM_SPEC})
        options.bucket, options.prefix, options.argument = bucket, prefix, []
        script = f"s3://{bucket}/{self.marks['script_key']}"
        wanted = wanted_definition(values, options, "", script, data_root)
        self.properties = nest_definition(NEW_JOB | wanted)
        self.properties.pop("Role")
        self.tags = {"created-by": "pandas-to-glue"} | spec.tags
        self.trust = trust_policy(self.marks["account"])
        self.policy = job_policy(
            values,
            bucket,
            prefix,
            data_root,
            self.marks["region"],
            self.marks["account"],
            self.marks["partition"],
        )
        self.bucket = spec.bucket
        self.script_name = script_name

    def pieces(self, text: str) -> list[tuple[str, str]]:
        """A text as [("text", literal) | ("mark", name)]."""
        names = {mark: name for name, mark in self.marks.items()}
        found = re.split("([" + "".join(names) + "])", text)
        return [
            ("mark", names[piece]) if piece in names else ("text", piece)
            for piece in found
            if piece
        ]


TERRAFORM_MARKS = {
    "bucket": "var.bucket",
    "prefix": "var.prefix",
    "region": "data.aws_region.current.id",
    "account": "data.aws_caller_identity.current.account_id",
    "partition": "data.aws_partition.current.partition",
    "script_key": "aws_s3_object.script.key",
}


HCL_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def hcl_sign(sign: str) -> str:
    """A character of an HCL string; what does not print as its number."""
    return sign if sign.isprintable() else f"\\U{ord(sign):08x}"


def hcl_string(described: Description, text: str) -> str:
    """A quoted HCL string; nothing in it is a template but our own references."""
    parts = []
    pieces = described.pieces(text)
    for number, (kind, piece) in enumerate(pieces):
        if kind == "mark":
            parts.append("${" + TERRAFORM_MARKS[piece] + "}")
            continue
        quoted = "".join(HCL_ESCAPES.get(sign) or hcl_sign(sign) for sign in piece)
        quoted = quoted.replace("${", "$${").replace("%{", "%%{")
        if number + 1 < len(pieces) and quoted[-1] in "$%":
            # "$" before a reference would read as the escape "$${".
            quoted = quoted[:-1] + '${"' + quoted[-1] + '"}'
        parts.append(quoted)
    text = '"' + "".join(parts) + '"'
    whole = re.fullmatch(r'"\$\{([\w.]+)\}"', text)
    return whole.group(1) if whole else text


def hcl_value(described: Description, value: Any, indent: int) -> str:
    """A Python value as HCL."""
    pad = "  " * (indent + 1)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, str):
        return hcl_string(described, value)
    if isinstance(value, list):
        inner = [pad + hcl_value(described, item, indent + 1) + "," for item in value]
        return "\n".join(["[", *inner, "  " * indent + "]"]) if inner else "[]"
    pairs = [
        (hcl_key(described, key), hcl_value(described, item, indent + 1))
        for key, item in value.items()
    ]
    inner = [pad + line for line in aligned(pairs)]
    return "\n".join(["{", *inner, "  " * indent + "}"]) if inner else "{}"


def aligned(pairs: list[tuple[str, str]]) -> list[str]:
    """ "name = value" with the equals signs of neighbouring one-line values below each other."""
    lines: list[str] = []
    group: list[tuple[str, str]] = []
    for key, text in [*pairs, ("", "\n")]:
        if "\n" not in text:
            group.append((key, text))
            continue
        width = max((len(name) for name, _ in group), default=0)
        lines += [f"{name:<{width}} = {one_line}" for name, one_line in group]
        group = []
        if key:
            lines.append(f"{key} = {text}")
    return lines


def hcl_key(described: Description, key: str) -> str:
    """A key of an HCL object; quoted unless it is a plain name."""
    return key if re.fullmatch(r"[A-Za-z_]\w*", key, re.A) else hcl_string(described, key)


TERRAFORM_FIELDS = {
    "Description": "description",
    "GlueVersion": "glue_version",
    "WorkerType": "worker_type",
    "NumberOfWorkers": "number_of_workers",
    "Timeout": "timeout",
    "MaxRetries": "max_retries",
    "ExecutionClass": "execution_class",
    "SecurityConfiguration": "security_configuration",
    "JobRunQueuingEnabled": "job_run_queuing_enabled",
    "DefaultArguments": "default_arguments",
}

TERRAFORM = """\
# The Glue job, its role, and the upload of its script. Generated by pandas-to-glue.
#   terraform init && terraform apply{bucket_hint}

terraform {{
  required_providers {{
    aws = {{
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }}
  }}
}}

variable "bucket" {{
  description = "Bucket for the script, the data and temporary files"
  type        = string{bucket_default}
}}

variable "prefix" {{
  description = "Prefix in the bucket"
  type        = string
  default     = {prefix}
}}

variable "role_arn" {{
  description = "The job's role; null makes one that may do what the job needs and no more"
  type        = string
  default     = null
}}

data "aws_caller_identity" "current" {{}}
data "aws_partition" "current" {{}}
data "aws_region" "current" {{}}

locals {{
  script = join("/", [path.module, {script}])
}}

# The content decides the key: a run that is going on keeps the script it started with.
resource "aws_s3_object" "script" {{
  bucket      = var.bucket
  key         = "${{var.prefix}}/scripts/${{substr(filesha256(local.script), 0, 16)}}/job.py"
  source      = local.script
  source_hash = filemd5(local.script)
}}

resource "aws_iam_role" "job" {{
  count       = var.role_arn == null ? 1 : 0
  name_prefix = "glue-job-"
  assume_role_policy = jsonencode({trust})
}}

resource "aws_iam_role_policy" "job" {{
  count = var.role_arn == null ? 1 : 0
  name  = "pandas-to-glue-job"
  role  = aws_iam_role.job[0].id
  policy = jsonencode({policy})
}}

resource "aws_glue_job" "job" {{
{job}
}}

output "job_name" {{
  value = aws_glue_job.job.name
}}
"""


def terraform_job(described: Description) -> str:
    """The inside of the aws_glue_job resource."""
    properties = described.properties
    plain = {"name": described.name}
    for field, name in TERRAFORM_FIELDS.items():
        if field in properties:
            plain[name] = properties[field]
    if "Connections" in properties:
        plain["connections"] = properties["Connections"]["Connections"]
    plain["tags"] = described.tags
    role = "var.role_arn == null ? aws_iam_role.job[0].arn : var.role_arn"
    pairs = [(name, hcl_value(described, value, 1)) for name, value in plain.items()]
    lines = ["  " + line for line in aligned([pairs[0], ("role_arn", role), *pairs[1:]])]
    blocks = {
        "command": {
            "name": properties["Command"]["Name"],
            "script_location": properties["Command"]["ScriptLocation"],
            "python_version": properties["Command"]["PythonVersion"],
        },
        "execution_property": {
            "max_concurrent_runs": properties["ExecutionProperty"]["MaxConcurrentRuns"]
        },
    }
    if "NotificationProperty" in properties:
        delay = properties["NotificationProperty"]["NotifyDelayAfter"]
        blocks["notification_property"] = {"notify_delay_after": delay}
    for name, block in blocks.items():
        lines += ["", f"  {name} {hcl_value(described, block, 1)}"]
    return "\n".join(lines)


def terraform(spec: DeploySpec, script_name: str) -> str:
    """A Terraform module for the job, as `terraform fmt` leaves it."""
    described = Description(spec, script_name)
    default = f"\n  default     = {hcl_string(described, spec.bucket)}" if spec.bucket else ""
    return TERRAFORM.format(
        bucket_hint="" if spec.bucket else " -var bucket=BUCKET",
        bucket_default=default,
        prefix=hcl_string(described, described.prefix),
        script=hcl_string(described, script_name),
        trust=hcl_value(described, described.trust, 1),
        policy=hcl_value(described, described.policy, 1),
        job=terraform_job(described),
    )


CLOUDFORMATION_MARKS = {
    "bucket": "${Bucket}",
    "prefix": "${Prefix}",
    "region": "${AWS::Region}",
    "account": "${AWS::AccountId}",
    "partition": "${AWS::Partition}",
}


def cloudformation_value(described: Description, value: Any) -> Any:
    """A value of a template; a text with marks becomes an Fn::Sub."""
    if isinstance(value, dict):
        return {key: cloudformation_value(described, item) for key, item in value.items()}
    if isinstance(value, list):
        return [cloudformation_value(described, item) for item in value]
    if not isinstance(value, str):
        return value
    pieces = described.pieces(value)
    if all(kind == "text" for kind, _ in pieces):
        return value
    parts = [
        CLOUDFORMATION_MARKS[piece] if kind == "mark" else piece.replace("${", "${!")
        for kind, piece in pieces
    ]
    return {"Fn::Sub": "".join(parts)}


def cloudformation(spec: DeploySpec, script_name: str) -> str:
    """A CloudFormation template for the job, in JSON; `aws cloudformation package` uploads."""
    described = Description(spec, script_name)
    properties = dict(described.properties)
    # A local path here is what `aws cloudformation package` uploads and replaces.
    properties["Command"] = properties["Command"] | {"ScriptLocation": script_name}
    job = cloudformation_value(described, {"Name": described.name} | properties)
    job["Role"] = {"Fn::If": ["MakeRole", {"Fn::GetAtt": ["JobRole", "Arn"]}, {"Ref": "RoleArn"}]}
    job["Tags"] = described.tags
    bucket: dict[str, Any] = {"Type": "String", "Description": "Bucket for script, data and more"}
    if spec.bucket:
        bucket["Default"] = spec.bucket
    role = {
        "AssumeRolePolicyDocument": cloudformation_value(described, described.trust),
        "Policies": [
            {
                "PolicyName": "pandas-to-glue-job",
                "PolicyDocument": cloudformation_value(described, described.policy),
            }
        ],
    }
    prefix = described.prefix
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A Glue job, generated by pandas-to-glue. Upload its script with: aws"
        " cloudformation package --template-file job.template.json --s3-bucket BUCKET --s3-prefix"
        f" {prefix}/scripts --output-template-file packaged.json; then: aws cloudformation deploy"
        " --template-file packaged.json --stack-name NAME --capabilities CAPABILITY_IAM",
        "Parameters": {
            "Bucket": bucket,
            "Prefix": {"Type": "String", "Default": prefix},
            "RoleArn": {
                "Type": "String",
                "Default": "",
                "Description": "The job's role; empty makes one",
            },
        },
        "Conditions": {"MakeRole": {"Fn::Equals": [{"Ref": "RoleArn"}, ""]}},
        "Resources": {
            "JobRole": {"Type": "AWS::IAM::Role", "Condition": "MakeRole", "Properties": role},
            "Job": {"Type": "AWS::Glue::Job", "Properties": job},
        },
        "Outputs": {"JobName": {"Value": {"Ref": "Job"}}},
    }
    return json.dumps(template, indent=2, ensure_ascii=False) + "\n"


CDK = '''#!/usr/bin/env python3
"""A CDK app with the Glue job, its role and its script. Generated by pandas-to-glue.

    pip install aws-cdk-lib && cdk deploy --app "python app.py" -c bucket=BUCKET
"""

import pathlib

import aws_cdk as cdk
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3_assets as assets

HERE = pathlib.Path(__file__).resolve().parent


class JobStack(cdk.Stack):
    """The job; bucket, prefix and role_arn may be set with `cdk deploy -c NAME=VALUE`."""

    def __init__(self, scope, name, **more):
        super().__init__(scope, name, **more)
        bucket = self.node.try_get_context("bucket") or {bucket}
        prefix = self.node.try_get_context("prefix") or {prefix}
        region, account, partition = self.region, self.account, self.partition
        if not bucket:
            raise SystemExit("pass the bucket: cdk deploy -c bucket=BUCKET")
        script = assets.Asset(self, "Script", path=str(HERE / {script}))
        role_arn = self.node.try_get_context("role_arn")
        if not role_arn:
            policy = iam.PolicyDocument.from_json({policy})
            role = iam.Role(
                self,
                "Role",
                assumed_by=iam.ServicePrincipal(
                    "glue.amazonaws.com",
                    conditions={{"StringEquals": {{"aws:SourceAccount": account}}}},
                ),
                inline_policies={{"pandas-to-glue-job": policy}},
            )
            script.grant_read(role)
            role_arn = role.role_arn
        glue.CfnJob(
            self,
            "Job",
            role=role_arn,
            command=glue.CfnJob.JobCommandProperty(
                name="glueetl", python_version="3", script_location=script.s3_object_url
            ),
            {arguments}
        )


app = cdk.App()
JobStack(app, {stack})
app.synth()
'''
CDK_STRUCTURES = {
    "ExecutionProperty": "glue.CfnJob.ExecutionPropertyProperty",
    "NotificationProperty": "glue.CfnJob.NotificationPropertyProperty",
    "Connections": "glue.CfnJob.ConnectionsListProperty",
}


def snake(name: str) -> str:
    """MaxConcurrentRuns as max_concurrent_runs."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def python_value(described: Description, value: Any) -> str:
    """A value as a Python expression; marks are names."""
    if isinstance(value, dict):
        inner = [
            f"{python_value(described, key)}: {python_value(described, item)}"
            for key, item in value.items()
        ]
        return "{" + ", ".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(python_value(described, item) for item in value) + "]"
    if not isinstance(value, str):
        return repr(value)
    pieces = described.pieces(value) or [("text", "")]
    return " + ".join(piece if kind == "mark" else repr(piece) for kind, piece in pieces)


def cdk(spec: DeploySpec, script_name: str) -> str:
    """A CDK app in Python for the job."""
    described = Description(spec, script_name)
    arguments = [f"name={described.name!r}"]
    for field, value in described.properties.items():
        if field == "Command":
            continue
        text = python_value(described, value)
        if field in CDK_STRUCTURES:
            inner = [
                f"{snake(name)}={python_value(described, item)}" for name, item in value.items()
            ]
            text = f"{CDK_STRUCTURES[field]}({', '.join(inner)})"
        arguments.append(f"{snake(field)}={text}")
    arguments.append(f"tags={described.tags!r}")
    stack = re.sub(r"[^A-Za-z0-9-]+", "-", described.name).strip("-") or "job"
    text = CDK.format(
        bucket=repr(spec.bucket),
        prefix=repr(described.prefix),
        script=repr(script_name),
        policy=python_value(described, described.policy),
        arguments=",\n            ".join(arguments) + ",",
        stack=repr(stack if stack[0].isalpha() else "job-" + stack),
    )
    return black.format_str(text, mode=black.Mode(line_length=100))


WRITERS = {"terraform": terraform, "cloudformation": cloudformation, "cdk": cdk}


def infrastructure(spec: DeploySpec, script_name: str, form: str) -> str:
    """
    The deployment as infrastructure code.

    form: "terraform", "cloudformation" or "cdk"; script_name: the job's file, beside the code.
    Raises ValueError for another form.
    """
    if form not in WRITERS:
        raise ValueError(f"{form!r}: expected one of {', '.join(WRITERS)}")
    return WRITERS[form](spec, script_name)
