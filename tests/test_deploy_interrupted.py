"""
kill -9 between any two calls of a deployment, then the same command again: nothing is lost, nothing
doubled.

A call that only reads leaves AWS as it is, so dying before each call that changes something, and
after the last one, is dying anywhere. (`test_deploy_run` kills real processes at some of them.)
"""

import json
import re
import shutil

import aws_env
import botocore.endpoint
import pytest
from aws_env import BUCKET
from moto.glue.models import glue_backends
from moto_glue import ACCOUNT

from transpiler.aws import upload

aws = aws_env.aws
MB = 1024 * 1024
FIRST = (
    *("--role", "made-role", "--create-role", "--schedule", "cron(0 6 * * ? *)"),
    *("--create-connection", "c", "--jdbc-url", "jdbc:mysql://h:3306/d", "--secret", "s"),
    *("--upload-data", "--run", "--argument", "one=1"),
)
SECOND = (*FIRST[:-1], "two=2", "--tag", "team=x", "--prefix", "elsewhere")


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


READS = re.compile(r"(Get|List|Describe|Head)\w*$|^(GET|HEAD) ")


def call_name(request):
    """ "CreateJob", "CreateRole", "PUT http://…"."""
    target = request.headers.get("X-Amz-Target")
    if target:
        return (target.decode() if isinstance(target, bytes) else target).rsplit(".", 1)[-1]
    body = request.body or ""
    text = body[:300].decode("latin-1") if isinstance(body, bytes) else str(body)
    action = re.search(r"(?:^|&)Action=(\w+)", text)
    return action.group(1) if action else f"{request.method} {request.url}"


class Line:
    """The line to AWS: counts the calls that change something, and dies before one of them."""

    def __init__(self, monkeypatch):
        self.names, self.dies_before = [], None
        real = botocore.endpoint.Endpoint._send

        def send(endpoint, request):
            name = call_name(request)
            if not READS.search(name):
                self.names.append(name)
                if len(self.names) == self.dies_before:
                    raise Killed
            return real(endpoint, request)

        monkeypatch.setattr(botocore.endpoint.Endpoint, "_send", send)


@pytest.fixture
def line(monkeypatch):
    monkeypatch.setattr(upload, "PART_BYTES", 5 * MB)
    # Files one after the other, so that the n-th call is the same one each time.
    monkeypatch.setattr(upload, "UPLOADS_AT_ONCE", 1)
    return Line(monkeypatch)


def fresh(aws):
    """AWS is empty again but for the bucket; the folder as at the start."""
    aws.server.reset()
    aws.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": aws_env.REGION}
    )
    aws.server.jobs.hold = "RUNNING"
    shutil.rmtree(aws.folder.parent / "home" / ".cache", ignore_errors=True)
    (aws.folder / "job.py").write_text(aws_env.JOB, encoding="utf-8")


def set_by_hand(aws):
    """Somebody changes the job in the console."""
    job = aws.server.jobs.jobs["orders"]
    job["DefaultArguments"] = job["DefaultArguments"] | {
        "--mine": "x",
        "--enable-metrics": "false",
    }


def state(aws):
    """All that is on AWS, without times and ids."""
    s3, glue, iam = (aws.client(service) for service in ("s3", "glue", "iam"))
    objects = {
        entry["Key"]: s3.get_object(Bucket=BUCKET, Key=entry["Key"])["Body"].read()
        for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]
    }
    arn = f"arn:aws:glue:{aws_env.REGION}:{ACCOUNT}:job/orders"
    jobs = {
        name: {key: value for key, value in job.items() if not key.endswith("On")}
        for name, job in aws.server.jobs.jobs.items()
    }
    runs = [
        (run["JobRunState"] not in ("FAILED",), sorted(run["Arguments"]))
        for run in aws.server.jobs.runs["orders"]
    ]
    policy = iam.get_role_policy(RoleName="made-role", PolicyName="pandas-to-glue-job")
    triggers = [
        {key: trigger[key] for key in ("Name", "Type", "Schedule", "State")}
        for trigger in glue.get_triggers()["Triggers"]
    ]
    connections = sorted(glue_backends[ACCOUNT][aws_env.REGION].connections)
    tags = glue.get_tags(ResourceArn=arn)["Tags"]
    told = [jobs, runs, policy["PolicyDocument"], triggers, connections, tags]
    return objects, json.dumps(told, sort_keys=True, default=str)


def deploy(aws, line, arguments, dies_before=None):
    """Run the command; dies_before: the how manieth change it does not live to make."""
    line.names, line.dies_before = [], dies_before
    if dies_before is None:
        status, _, err = aws.run(*arguments)
        assert status == 0, err
    else:
        with pytest.raises(Killed):
            aws.run(*arguments)
    return line.names


def between(aws):
    """What happens before the second deployment."""
    set_by_hand(aws)
    (aws.folder / "job.py").write_text("print(2)\n")
    aws.server.jobs.runs["orders"][0]["JobRunState"] = "SUCCEEDED"


def test_killed_anywhere_and_run_again(aws, line):
    (aws.folder / "in.csv").write_bytes(b"a,b\n" + b"1,2\n" * (6 * MB // 4))
    (aws.folder / "small.csv").write_bytes(b"a\n1\n")
    aws.spec.inputs = ["in.csv", "small.csv"]
    fresh(aws)
    changes = [deploy(aws, line, FIRST)]
    between(aws)
    changes.append(deploy(aws, line, SECOND))
    expected = state(aws)
    assert [len(names) for names in changes] == [13, 13], changes
    assert '"--mine": "x"' in expected[1] and '"--enable-metrics": "false"' in expected[1]
    for number in range(1, 14):
        fresh(aws)
        for arguments in (FIRST, SECOND):
            if arguments is SECOND:
                between(aws)
            died = deploy(aws, line, arguments, number)[-1]
            deploy(aws, line, arguments)
        found = state(aws)
        assert found[0].keys() == expected[0].keys(), f"killed before {died} ({number})"
        assert found == expected, f"killed before {died} ({number})"
    # The last change is the start of the run: after it, the run is taken up.
    assert deploy(aws, line, SECOND) == []
