"""
A pretended AWS for the deployment tests: moto over HTTP, an empty home, a bucket and a role.

A test module takes the fixture by `aws = aws_env.aws`.
"""

import functools
import json
import os
import pathlib
import subprocess
import sys

import boto3
import botocore.loaders
import botocore.session
import pytest
from moto_glue import ACCOUNT, MotoServer

from transpiler.aws.main import deploy_main
from transpiler.emit.deploy import deploy_script
from transpiler.emit.spec import DeploySpec

ROOT = pathlib.Path(__file__).resolve().parent.parent
REGION, BUCKET, ROLE = "eu-west-1", "data-lake-1", "glue-role"
JOB = """import sys

# Reading data from data/orders.csv
orders = read_csv("data/orders.csv")

# Paid orders only
paid = orders.filter(broken)
"""


# Every session reads botocore's large service models anew; one loader for all halves the time.
botocore.session.create_loader = functools.lru_cache(maxsize=None)(botocore.loaders.create_loader)


@functools.lru_cache(maxsize=None)
def moto_server():
    """The one server of this test process."""
    return MotoServer()


class Aws:
    """What a test needs: clients, a job on disk, the two ways to run the code."""

    def __init__(self, server, folder, capsys):
        self.server, self.folder, self.capsys = server, folder, capsys
        self.spec = DeploySpec(job_name="orders", bucket=BUCKET, role=ROLE)
        (folder / "job.py").write_text(JOB, encoding="utf-8")

    def client(self, service):
        return boto3.client(service, region_name=REGION, endpoint_url=self.server.url)

    @property
    def job(self):
        return self.client("glue").get_job(JobName=self.spec.job_name)["Job"]

    def run(self, *arguments, spec=None):
        """Run in this process: (exit status, stdout, stderr)."""
        self.capsys.readouterr()
        given = ["--poll-seconds", "0.02", *map(str, arguments)]
        spec = (spec or self.spec).as_dict()
        try:
            status = deploy_main(spec, given, folder=self.folder, script_name="job.py")
        except SystemExit as error:
            status = error.code
        out, err = self.capsys.readouterr()
        return status, out, err

    def make_connection(self, name):
        """A Glue connection that a job uses."""
        properties = {"JDBC_CONNECTION_URL": "jdbc:postgresql://h/d", "SECRET_ID": "shop/db"}
        wanted = {"Name": name, "ConnectionType": "JDBC", "ConnectionProperties": properties}
        self.client("glue").create_connection(ConnectionInput=wanted)

    def script(self, spec=None):
        """The generated script, on disk beside the job."""
        path = self.folder / "deploy.py"
        path.write_text(deploy_script(spec or self.spec, "job.py"), encoding="utf-8")
        return path

    def start(self, *arguments, spec=None):
        """Start the generated script as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-I", str(self.script(spec)), "--poll-seconds", "0.02", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.folder.parent,
            env=dict(os.environ),
        )

    def process(self, *arguments, spec=None):
        """Run the generated script to its end: (exit status, stdout, stderr)."""
        process = self.start(*arguments, spec=spec)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def calls(self, pattern=""):
        """The calls so far that change something, or those that contain the pattern."""
        reading = ("Get", "HEAD", "GET ", "List", "Describe", "Filter")
        return [
            call
            for call in self.server.calls
            if (pattern in call if pattern else not any(word in call for word in reading))
        ]


@pytest.fixture
def aws(monkeypatch, tmp_path, capsys):
    server = moto_server()
    server.reset()
    home = tmp_path / "home"
    home.mkdir()
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    settings = {
        "HOME": str(home),
        "AWS_ENDPOINT_URL": server.url,
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    made = Aws(server, folder, capsys)
    made.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    trust = {"Version": "2012-10-17", "Statement": []}
    made.client("iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    server.calls.clear()
    return made


__all__ = ["ACCOUNT", "BUCKET", "REGION", "ROLE", "ROOT", "Aws", "aws"]
