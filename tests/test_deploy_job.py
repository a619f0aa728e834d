"""Create or update: idempotent, complete, nothing of others is lost."""

import aws_env
import pytest
from aws_env import ACCOUNT, BUCKET, REGION
from moto.glue.models import glue_backends
from moto_glue import Fault

from transpiler.emit.spec import DeploySpec

aws = aws_env.aws
CHANGES = ("glue:CreateJob", "glue:UpdateJob", "glue:TagResource")


def changes(aws):
    return [call for call in aws.server.calls if call in CHANGES]


def test_the_script_creates_then_leaves_alone_then_updates(aws):
    status, out, err = aws.process()
    assert (status, err) == (0, "")
    assert f"Account {ACCOUNT}, region {REGION}" in out.splitlines()[0]
    assert "Job orders: created" in out
    job = aws.job
    assert job["Command"]["Name"] == "glueetl" and job["Command"]["PythonVersion"] == "3"
    assert job["GlueVersion"] == "6.0" and job["WorkerType"] == "G.1X"
    assert job["Role"] == f"arn:aws:iam::{ACCOUNT}:role/glue-role"
    assert job["DefaultArguments"]["--DATA_ROOT"] == f"s3://{BUCKET}/orders/data"
    key = job["Command"]["ScriptLocation"].removeprefix(f"s3://{BUCKET}/")
    body = aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read().decode()
    assert body == aws_env.JOB
    tags = aws.client("glue").get_tags(ResourceArn=f"arn:aws:glue:{REGION}:{ACCOUNT}:job/orders")
    assert tags["Tags"] == {"created-by": "pandas-to-glue"}

    aws.server.calls.clear()
    status, out, err = aws.process()
    assert status == 0 and "Job orders: unchanged" in out and "There already" in out
    assert aws.calls() == []

    (aws.folder / "job.py").write_text("print(2)\n")
    status, out, err = aws.process("--timeout", "30")
    assert status == 0 and "Job orders: updated" in out
    assert aws.job["Timeout"] == 30
    assert aws.job["Command"]["ScriptLocation"] != job["Command"]["ScriptLocation"]
    # The script of a run that is going on is still there.
    assert aws.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read().decode() == body


def test_dry_run_shows_the_difference_and_changes_nothing(aws):
    status, out, _ = aws.run("--dry-run")
    assert status == 3 and "+ WorkerType: 'G.1X'" in out and "does not exist yet" in out
    assert aws.calls() == []
    assert aws.run()[0] == 0
    assert aws.run("--dry-run")[0] == 0
    aws.server.calls.clear()
    status, out, _ = aws.run("--dry-run", "--timeout", "7", "--tag", "team=x")
    assert status == 3 and "~ Timeout: 480 → 7" in out and "+ tag team: 'x'" in out
    assert aws.calls() == []


def test_update_sends_all_and_keeps_what_was_set_by_hand(aws):
    spec = DeploySpec(
        job_name="orders",
        bucket=BUCKET,
        role="glue-role",
        number_of_workers=4,
        default_arguments={"old": "1", "same": "a"},
    )
    assert aws.run("--queue", "--notify-after", 5, spec=spec)[0] == 0
    glue, job = aws.client("glue"), aws.job
    drop = ("Name", "CreatedOn", "LastModifiedOn", "MaxCapacity", "AllocatedCapacity")
    by_hand = {key: value for key, value in job.items() if key not in drop}
    by_hand["NumberOfWorkers"] = 20
    by_hand["MaxRetries"] = 2
    by_hand["DefaultArguments"] = by_hand["DefaultArguments"] | {"--mine": "x", "--same": "b"}
    glue.update_job(JobName="orders", JobUpdate=by_hand)

    spec.default_arguments = {"same": "a", "new": "2"}
    status, out, err = aws.run("--timeout", 11, spec=spec)
    assert status == 0, err
    job = aws.job
    assert (job["NumberOfWorkers"], job["MaxRetries"], job["Timeout"]) == (20, 2, 11)
    assert "kept NumberOfWorkers: 20, set by hand" in out
    arguments = job["DefaultArguments"]
    assert arguments["--mine"] == "x" and arguments["--same"] == "b"
    assert arguments["--new"] == "2" and "--old" not in arguments
    # What was asked for once and no longer is goes back to AWS's default.
    assert job["JobRunQueuingEnabled"] is False and "NotificationProperty" not in job

    assert aws.run("--timeout", 11, spec=spec)[1].count("unchanged") == 1
    assert aws.run("--timeout", 11, "--overwrite", spec=spec)[0] == 0
    job = aws.job
    assert job["NumberOfWorkers"] == 4 and "--mine" not in job["DefaultArguments"]
    assert job["DefaultArguments"]["--same"] == "a"


def test_every_field_arrives(aws):
    spec = DeploySpec(
        job_name="orders",
        description="Orders, daily",
        bucket=BUCKET,
        prefix="jobs/orders",
        role="glue-role",
        glue_version="5.1",
        worker_type="G.2X",
        number_of_workers=6,
        timeout=90,
        max_retries=1,
        execution_class="FLEX",
        max_concurrent_runs=3,
        security_configuration="secure",
        notify_after=15,
        connections=["warehouse"],
        bookmarks=True,
        auto_scaling=True,
        default_arguments={"x": "1", "flag": True},
        tags={"team": "data"},
        data_root="s3://elsewhere/root/",
    )
    aws.make_connection("warehouse")
    assert aws.run(spec=spec)[0] == 0
    job = aws.job
    assert job["Description"] == "Orders, daily" and job["GlueVersion"] == "5.1"
    assert (job["WorkerType"], job["NumberOfWorkers"]) == ("G.2X", 6)
    assert (job["Timeout"], job["MaxRetries"], job["ExecutionClass"]) == (90, 1, "FLEX")
    assert job["ExecutionProperty"] == {"MaxConcurrentRuns": 3}
    assert job["SecurityConfiguration"] == "secure"
    assert job["NotificationProperty"] == {"NotifyDelayAfter": 15}
    assert job["Connections"] == {"Connections": ["warehouse"]}
    assert job["DefaultArguments"] == {
        "--TempDir": f"s3://{BUCKET}/jobs/orders/temp/",
        "--enable-metrics": "true",
        "--enable-continuous-cloudwatch-log": "true",
        "--DATA_ROOT": "s3://elsewhere/root",
        "--job-bookmark-option": "job-bookmark-enable",
        "--enable-auto-scaling": "true",
        "--x": "1",
        "--flag": "true",
    }
    tags = aws.client("glue").get_tags(ResourceArn=f"arn:aws:glue:{REGION}:{ACCOUNT}:job/orders")
    assert tags["Tags"] == {"created-by": "pandas-to-glue", "team": "data"}
    assert aws.run(spec=spec)[1].count("unchanged") == 1


def foreign_job(aws, **more):
    aws.client("glue").create_job(
        Name="orders",
        Role="other",
        Command={"Name": "glueetl", "ScriptLocation": "s3://x/y.py"},
        Tags={"team": "them"},
        **more,
    )
    aws.server.jobs.jobs["orders"]["CreatedOn"] -= 3600
    aws.server.calls.clear()


def test_a_job_of_others_is_left_alone(aws):
    foreign_job(aws, MaxCapacity=5.0)
    for arguments in ([], ["--dry-run"], ["--run"], ["stop"]):
        status, _, err = aws.run(*arguments)
        assert status == 1 and "--adopt" in err and err.count("\n") == 1
    assert aws.calls() == [] and aws.job["Role"] == "other"


def test_adopt_takes_it_over_and_keeps_its_capacity(aws):
    foreign_job(aws, MaxCapacity=5.0, LogUri="s3://logs/")
    status, out, err = aws.run("--adopt")
    assert status == 0, err
    job = aws.job
    assert job["MaxCapacity"] == 5.0 and "WorkerType" not in job and job["LogUri"] == "s3://logs/"
    assert job["Command"]["ScriptLocation"].endswith("/job.py")
    assert aws.run()[1].count("unchanged") == 1
    # Workers asked for take the place of the capacity (boto3 issue 2644).
    status, out, err = aws.run("--worker-type", "G.2X", "--number-of-workers", 3)
    assert status == 0, err
    assert (aws.job["WorkerType"], aws.job["MaxCapacity"]) == ("G.2X", 6.0 / 2 * 2)


def test_a_job_from_the_visual_editor_becomes_a_script(aws):
    nodes = {"node-1": {"S3CsvSource": {"Name": "x", "Paths": ["s3://x"], "Separator": "comma",
                                        "QuoteChar": "quote"}}}  # fmt: skip
    foreign_job(aws, JobMode="VISUAL", CodeGenConfigurationNodes=nodes)
    status, out, err = aws.run("--adopt")
    assert status == 0 and "- CodeGenConfigurationNodes" in out, err
    assert aws.job["JobMode"] == "SCRIPT" and "CodeGenConfigurationNodes" not in aws.job


def test_what_is_wrong_is_known_before_the_first_call(aws):
    for arguments in (["--bucket", "A"], ["--role", "?"], ["--timeout", "0"], ["--schedule", "x"]):
        assert aws.run(*arguments)[0] == 1
    assert aws.server.calls == []


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--bucket", "No_Bucket"], "cannot be the name of a bucket"),
        (["--bucket", "192.168.1.1"], "cannot be the name of a bucket"),
        (["--bucket", "a..b"], "cannot be the name of a bucket"),
        (["--role", "no role"], "not the name or the ARN of an IAM role"),
        (["--role", "arn:aws:iam::999999999999:role/x"], "belongs to account 999999999999"),
        (["--role", "missing-role"], "--create-role"),
        (["--worker-type", "G.3X"], "WorkerType is 'G.3X', not one of"),
        (["--glue-version", "six"], "GlueVersion has characters"),
        (["--glue-version", "auto"], "needs MaxRetries"),
        (["--timeout", "99999"], "above 10080"),
        (["--timeout", "0"], "below 1"),
        (["--number-of-workers", "1"], "needs 2 or more"),
        (["--number-of-workers", "-4"], "below 0"),
        (["--execution-class", "FLEX", "--worker-type", "G.4X"], "FLEX runs on"),
        (["--job-name", "a\nb"], "Name has characters"),
        (["--job-name", "n" * 256], "Name has 256 characters"),
        (["--argument", "db_password=hunter2"], "looks like a secret"),
        (["--argument", "x=AKIAIOSFODNN7EXAMPLE"], "looks like a secret"),
        (["--argument", "x=jdbc://user:hunter2@host/"], "looks like a secret"),
        (["--argument", "novalue"], "wants NAME=VALUE"),
        (["--tag", "aws:x=1"], "is not valid"),
        (["--script", "missing.py"], "there is no script"),
        (["--bucket", "nobody-has-this"], "aws s3 mb s3://nobody-has-this"),
        (["--account", "123456789013"], "belong to account 123456789012"),
        (["--region", "mars"], "not the name of a region"),
        (["--data-root", "lake"], "not an address like s3://"),
        (["--data-root", "s3://"], "not an address like s3://"),
        (["--data-root", "s3://B_/x"], "cannot be the name of a bucket"),
        (["--prefix", "a/../b"], "is not a prefix"),
        (["--prefix", "a//b"], "is not a prefix"),
        (["--prefix", "a$(x)"], "is not a prefix"),
        (["--run", "--run-argument", "db_password=hunter2"], "looks like a secret"),
        (["--run-argument", "a=b"], "--run-argument needs --run"),
        (["--wait"], "--wait needs --run"),
        (["--jdbc-url", "jdbc:mysql://h/d"], "--jdbc-url needs --create-connection"),
        (["--external-id", "x"], "--external-id needs --assume-role"),
        (["--assume-role", "admin"], "wants an ARN like"),
        (["--argument", "x=\udcff"], "--argument is not valid text"),
        (["--extra-py-file", "none.zip"], "there is no file none.zip"),
        (["--after", "orders"], "cannot start after itself"),
        (["--after", "missing"], "there is no job 'missing'"),
        (["--schedule", "rate(1 day)"], "written like cron(0 6 * * ? *)"),
    ],
)
def test_wrong_values_are_told_before_anything_changes(aws, arguments, told):
    aws.spec.worker_type = "G.1X"
    status, _, err = aws.run(*arguments)
    assert status == 1 and told in err and err.startswith("Error: ")
    assert err.count("\n") == 1, err
    assert "hunter2" not in err
    assert aws.calls() == []


def test_auto_version_is_warned_about(aws):
    status, _, err = aws.run("--glue-version", "auto", "--max-retries", 1)
    assert status == 0 and err.count("may then be written twice") == 1
    # What the job has already counts.
    aws.spec.glue_version = "auto"
    assert aws.run()[0] == 1
    aws.spec.max_retries = 1
    assert aws.run()[0] == 0


def test_flex_takes_the_usual_worker(aws):
    status, _, err = aws.run("--execution-class", "FLEX")
    assert status == 0 and (aws.job["ExecutionClass"], aws.job["WorkerType"]) == (
        "FLEX",
        "G.1X",
    ), err


def test_no_bucket_no_role(aws):
    assert "pass --bucket" in aws.run(spec=DeploySpec(job_name="x"))[2]
    assert "pass --role" in aws.run("--bucket", BUCKET, spec=DeploySpec(job_name="x"))[2]
    assert "pass --job-name" in aws.run(spec=DeploySpec())[2]


def test_a_race_is_decided_again(aws, monkeypatch):
    monkeypatch.setattr("transpiler.aws.job.time.sleep", lambda seconds: None)
    # Somebody else creates the job between our look and our call.
    aws.server.faults.append(Fault("glue:CreateJob", code="AlreadyExistsException"))
    assert aws.run()[0] == 0
    aws.server.faults.append(Fault("glue:UpdateJob", code="ConcurrentModificationException"))
    status, out, err = aws.run("--timeout", 5)
    assert status == 0 and aws.job["Timeout"] == 5, err


def test_a_role_that_aws_has_not_heard_of_yet_is_waited_for(aws, monkeypatch):
    monkeypatch.setattr("transpiler.aws.job.time.sleep", lambda seconds: None)
    message = "Role arn:aws:iam::1:role/x could not be assumed by Glue"
    aws.server.faults.append(
        Fault("glue:CreateJob", code="InvalidInputException", message=message, times=3)
    )
    assert aws.run()[0] == 0


def test_tags_that_are_late_do_not_make_it_somebody_elses(aws, monkeypatch):
    monkeypatch.setattr("transpiler.aws.job.time.sleep", lambda seconds: None)
    assert aws.run()[0] == 0
    aws.server.jobs.tags_late = 2
    status, out, err = aws.run("--timeout", 5)
    assert status == 0 and aws.job["Timeout"] == 5, err
    # For one that has been there for long, no tag means that it is not ours.
    aws.server.jobs.jobs["orders"]["CreatedOn"] -= 3600
    aws.server.jobs.tags_late = 1
    assert "--adopt" in aws.run("--timeout", 6)[2]


@pytest.mark.parametrize(
    "call", ["glue:GetJob$", "glue:GetJobRuns", "glue:StartJobRun", "glue:GetJobRun$"]
)
def test_a_new_job_may_be_unknown_for_a_moment(aws, monkeypatch, call):
    monkeypatch.setattr("transpiler.aws.watch.time.sleep", lambda seconds: None)
    assert aws.run()[0] == 0
    # The deployment itself looks at the job twice.
    skip = 2 if call == "glue:GetJob$" else 0
    aws.server.faults.append(Fault(call, code="EntityNotFoundException", times=2, skip=skip))
    status, _, err = aws.run("--run", "--wait")
    assert status == 0, err
    assert not aws.server.faults[0].times and len(aws.server.jobs.runs["orders"]) == 1


def test_what_was_deployed_last_is_found_under_another_prefix_too(aws):
    def root():
        return aws.job["DefaultArguments"]["--DATA_ROOT"]

    assert aws.run("--prefix", "one")[0] == 0
    assert aws.run("--prefix", "two")[0] == 0
    status, out, _ = aws.run("--prefix", "one")
    assert status == 0 and root() == f"s3://{BUCKET}/one/data" and "kept" not in out
    glue, job = aws.client("glue"), aws.job
    drop = ("Name", "CreatedOn", "LastModifiedOn", "MaxCapacity", "AllocatedCapacity")
    by_hand = {key: value for key, value in job.items() if key not in drop}
    arguments = by_hand["DefaultArguments"] | {"--enable-metrics": "false"}
    glue.update_job(JobName="orders", JobUpdate=by_hand | {"DefaultArguments": arguments})
    status, out, _ = aws.run("--prefix", "two")
    assert status == 0 and "kept DefaultArguments.--enable-metrics: 'false', set by hand" in out
    assert root() == f"s3://{BUCKET}/two/data"
    # The next one knows it as well, and so does one that was cut before the note was written.
    aws.server.faults.append(Fault("s3:PUT .*/deployed/", code="AccessDenied", status=403, skip=1))
    assert aws.run("--prefix", "three")[0] == 1
    status, out, _ = aws.run("--prefix", "three")
    assert status == 0 and "kept DefaultArguments.--enable-metrics" in out
    assert aws.job["DefaultArguments"]["--enable-metrics"] == "false"


def test_a_note_that_may_not_be_read_is_told(aws):
    assert aws.run("--prefix", "one")[0] == 0
    fault = Fault("s3:GET .*/one/deployed/", code="AccessDenied", status=403, times=9)
    aws.server.faults.append(fault)
    status, _, err = aws.run("--prefix", "two")
    assert status == 0 and "may not be read" in err
    status, _, err = aws.run("--prefix", "one")
    assert status == 0, err


def test_a_dry_run_shows_all_that_would_change(aws):
    (aws.folder / "in.csv").write_text("a\n1\n")
    aws.spec.inputs = ["in.csv"]
    command = ["--upload-data", "--schedule", "cron(0 6 * * ? *)", "--create-connection", "c"]
    command += ["--jdbc-url", "jdbc:mysql://h:3306/d", "--secret", "s"]
    status, out, _ = aws.run(*command, "--dry-run")
    assert status == 3 and aws.calls() == []
    for told in (
        "To upload: s3://data-lake-1/orders/scripts/",
        "Input data: 1 files to upload",
        "Connection c: to create",
        "Trigger orders-schedule: to create (cron(0 6 * * ? *))",
    ):
        assert told in out, out
    assert aws.run(*command)[0] == 0
    status, out, _ = aws.run(*command, "--dry-run")
    assert status == 0 and "To upload" not in out and "to create" not in out
    # Each difference alone makes the exit status.
    s3 = aws.client("s3")
    (aws.folder / "in.csv").write_text("a\n2\n")
    assert aws.run(*command, "--dry-run")[0] == 3
    assert aws.run(*command)[0] == 0
    later = ["cron(0 7 * * ? *)" if word.startswith("cron") else word for word in command]
    status, out, _ = aws.run(*later, "--dry-run")
    assert status == 3 and "to change (cron(0 6 * * ? *) → cron(0 7 * * ? *))" in out
    s3.delete_object(Bucket=BUCKET, Key=aws.job["Command"]["ScriptLocation"].split("/", 3)[3])
    status, out, _ = aws.run(*command, "--dry-run")
    assert status == 3 and "To upload" in out
    assert aws.run(*command)[0] == 0
    glue_backends[ACCOUNT][REGION].connections.pop("c")
    assert "Connection c: to create" in aws.run(*command, "--dry-run")[1]


def test_throttling_is_retried(aws, monkeypatch):
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    for call in ("glue:GetJob$", "glue:CreateJob", "s3:PUT", "sts:"):
        aws.server.faults.append(Fault(call, code="ThrottlingException", times=3))
    aws.server.faults.append(Fault("s3:HEAD", status=503, code="SlowDown", times=2))
    status, out, err = aws.run()
    assert status == 0, err
    assert not [fault for fault in aws.server.faults if fault.times]
    assert aws.calls("CreateJob") == ["glue:CreateJob"] * 4


@pytest.mark.parametrize(
    "call, code, status, told",
    [
        ("glue:CreateJob", "AccessDeniedException", 400, "access denied for arn:aws:"),
        ("glue:GetJob$", "AccessDeniedException", 400, "access denied"),
        ("s3:PUT", "AccessDenied", 403, "access denied"),
        ("s3:HEAD", "403", 403, "--bucket-owner"),
        ("glue:CreateJob", "ExpiredTokenException", 400, "have expired"),
        ("s3:PUT", "ExpiredToken", 400, "run the same command again"),
        ("sts:", "ExpiredToken", 403, "have expired"),
        ("glue:CreateJob", "ResourceNumberLimitExceededException", 400, "quota"),
        ("glue:CreateJob", "InvalidInputException", 400, "AWS refuses a value: injected"),
        ("glue:CreateJob", "SomethingNewException", 400, "SomethingNewException: injected"),
    ],
)
def test_every_error_is_one_sentence(aws, call, code, status, told):
    aws.server.faults.append(Fault(call, code=code, status=status, times=99))
    status, _, err = aws.run()
    assert status == 1 and told in err and err.count("\n") == 1, err
    aws.server.faults.clear()
    assert aws.run()[0] == 0


def test_two_deployments_at_once(aws):
    first, second = aws.start("--timeout", "21"), aws.start("--timeout", "21")
    for process in (first, second):
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert aws.job["Timeout"] == 21
    assert aws.run("--timeout", 21)[1].count("unchanged") == 1
