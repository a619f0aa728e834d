"""Start once, watch, logs, stop; and kill -9 anywhere."""

import dataclasses
import datetime
import time

import aws_env
import pytest
from aws_env import BUCKET
from moto_glue import Fault, wait_until

from transpiler import Options, transpile
from transpiler.aws import watch
from transpiler.emit.spec import spec_of

aws = aws_env.aws


def put_logs(aws, run_id, group, messages, ending=""):
    logs = aws.client("logs")
    stream = run_id + ending
    try:
        logs.create_log_group(logGroupName=f"/aws-glue/jobs/{group}")
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    try:
        logs.create_log_stream(logGroupName=f"/aws-glue/jobs/{group}", logStreamName=stream)
    except logs.exceptions.ResourceAlreadyExistsException:
        pass
    now = int(time.time() * 1000)
    logs.put_log_events(
        logGroupName=f"/aws-glue/jobs/{group}",
        logStreamName=stream,
        logEvents=[{"timestamp": now, "message": text} for text in messages],
    )


def test_run_and_wait_in_the_script(aws):
    status, out, err = aws.process("--run", "--wait")
    assert status == 0, err
    lines = [line for line in out.splitlines() if line.startswith("jr_")]
    assert [line.split()[1] for line in lines] == ["STARTING", "RUNNING", "SUCCEEDED"]
    # 90 seconds on 2 G.1X workers: 0.05 DPU-hours.
    assert "0.050 DPU-hours, about $0.02" in lines[-1]


def test_a_failure_names_the_step(aws):
    aws.server.jobs.script["orders"] = ["STARTING", "RUNNING", "FAILED"]
    aws.server.jobs.message = "NameError: name 'broken' is not defined; line 7"
    status, _, err = aws.process("--run", "--wait")
    assert status == 4
    assert "NameError: name 'broken' is not defined" in err
    assert "job.py, line 7: paid = orders.filter(broken)" in err
    assert "in the step: Paid orders only" in err
    status, out, _ = aws.run("status")
    assert status == 4 and "FAILED" in out and "NameError" in out


def test_the_step_may_be_in_the_log_only(aws):
    aws.server.jobs.script["orders"] = ["RUNNING", "FAILED"]
    aws.server.jobs.message = "Command failed with exit code 1"
    aws.server.jobs.hold = "RUNNING"
    process = aws.start("--run", "--wait")
    runs = aws.server.jobs.runs
    run_id = wait_until(lambda: runs.get("orders") and runs["orders"][0]["Id"])
    trace = (
        'Traceback (most recent call last):\n  File "/tmp/job.py", line 4, in <module>\nKeyError'
    )
    put_logs(aws, run_id, "error", ["25/01/01 INFO Noise: started", trace])
    wait_until(lambda: sum("GetLogEvents" in call for call in aws.server.calls) > 12)
    aws.server.jobs.hold = None
    out, err = process.communicate(timeout=30)
    assert process.returncode == 4
    assert "  | KeyError" in out and "Noise" not in out
    assert out.count("| KeyError") == 1
    assert "line 4: orders = read_csv" in err and "Reading data from data/orders.csv" in err


@pytest.mark.parametrize("state", ["STOPPED", "TIMEOUT", "ERROR"])
def test_the_exit_status_follows_the_run(aws, state):
    aws.server.jobs.script["orders"] = ["RUNNING", state]
    assert aws.run("--run", "--wait")[0] == 4


@pytest.mark.parametrize("end, expected", [("SUCCEEDED", 0), ("FAILED", 4)])
def test_repetitions_by_glue_are_followed(aws, end, expected):
    jobs = aws.server.jobs
    jobs.script["orders"], jobs.after_retries = ["RUNNING", "FAILED"], end
    status, out, err = aws.run("--max-retries", 2, "--run", "--wait")
    assert status == expected, err
    assert out.count("Glue tries again") == 2
    assert [run["Attempt"] for run in jobs.runs["orders"]] == [2, 1, 0]


def test_run_without_wait(aws):
    status, out, _ = aws.run("--run")
    assert status == 0 and "started" in out and "GetJobRun " not in out
    assert len(aws.server.jobs.runs["orders"]) == 1


def test_a_sign_on_that_ends_during_the_wait(aws):
    aws.server.jobs.hold = "RUNNING"
    aws.server.faults.append(Fault("glue:GetJobRun$", code="ExpiredTokenException", skip=2))
    status, _, err = aws.run("--run", "--wait")
    assert status == 1 and "run the same command again" in err
    aws.server.jobs.hold = None
    status, out, _ = aws.run("--run", "--wait")
    assert status == 0 and "taking it up" in out
    assert len(aws.server.jobs.runs["orders"]) == 1


def test_a_long_run_tells_what_it_costs_so_far(aws, monkeypatch):
    aws.server.jobs.hold = "RUNNING"
    status, out, _ = aws.run("--run", "--wait", "--wait-timeout", "0.03")
    assert status == 1 and out.count(": RUNNING") == 1
    monkeypatch.setattr(watch, "TOLD_EVERY_SECONDS", 0)
    status, out, _ = aws.run("--run", "--wait", "--wait-timeout", "0.03")
    lines = [line for line in out.splitlines() if ": RUNNING" in line]
    assert len(lines) > 1 and "DPU-hours, about $" in lines[-1]


def test_waiting_has_an_end(aws):
    aws.server.jobs.hold = "RUNNING"
    status, _, err = aws.run("--run", "--wait", "--wait-timeout", "0.002")
    assert status == 1 and "goes on" in err and "`status`" in err


def test_a_run_that_goes_on_is_taken_up_not_doubled(aws):
    aws.server.jobs.hold = "STARTING"
    assert aws.run("--run")[0] == 0
    status, out, _ = aws.run("--run")
    assert status == 0 and "taking it up" in out
    assert len(aws.server.jobs.runs["orders"]) == 1
    # With other arguments it is another run, and AWS allows one at a time.
    status, _, err = aws.run("--run", "--run-argument", "day=2")
    assert status == 1 and "is running already" in err and "--queue" in err
    assert aws.run("--queue", "--run", "--run-argument", "day=2")[0] == 0
    assert aws.server.jobs.runs["orders"][0]["JobRunState"] == "WAITING"
    assert aws.server.jobs.runs["orders"][0]["Arguments"]["--day"] == "2"
    assert aws.run("--queue", "--run", "--new-run")[0] == 0
    assert len(aws.server.jobs.runs["orders"]) == 3


@pytest.mark.parametrize(
    "fault",
    [{"cut": "before"}, {"cut": "after"}, {"code": "InternalServiceException", "status": 500}],
)
def test_a_start_that_breaks_is_looked_up(aws, monkeypatch, fault):
    monkeypatch.setattr("transpiler.aws.watch.time.sleep", lambda seconds: None)
    aws.server.faults.append(Fault("glue:StartJobRun", **fault))
    status, out, err = aws.run("--run", "--wait")
    assert status == 0, err
    assert len(aws.server.jobs.runs["orders"]) == 1


def test_throttled_start(aws, monkeypatch):
    monkeypatch.setattr("transpiler.aws.watch.time.sleep", lambda seconds: None)
    aws.server.faults.append(Fault("glue:StartJobRun", code="ThrottlingException", times=2))
    assert aws.run("--run")[0] == 0
    assert len(aws.server.jobs.runs["orders"]) == 1


def test_status_logs_stop(aws):
    assert "has not run yet" in aws.run("logs")[2] or aws.run("status")[0] == 1
    assert aws.run()[0] == 0
    assert "has not run yet" in aws.run("status")[1]
    assert "has not run yet" in aws.run("logs")[2]
    assert "No run is going on" in aws.run("stop")[1]
    aws.server.jobs.hold = "RUNNING"
    assert aws.run("--run")[0] == 0
    run_id = aws.server.jobs.runs["orders"][0]["Id"]
    put_logs(aws, run_id, "output", ["rows: 3"])
    put_logs(aws, run_id, "logs-v2", ["INFO noise", "WARN careful"], "-driver")
    status, out, _ = aws.run("logs")
    assert status == 0 and "| rows: 3" in out and "| WARN careful" in out and "noise" not in out
    assert "INFO noise" in aws.run("logs", "--verbose", "--run-id", run_id)[1]
    status, out, _ = aws.run("status")
    assert status == 0 and run_id in out and "2 × G.1X" in out
    status, out, err = aws.run("stop")
    assert status == 0 and f"Stopping {run_id}" in out, err
    assert aws.server.jobs.runs["orders"][0]["JobRunState"] == "STOPPING"
    aws.server.jobs.hold = None
    status, _, _ = aws.run("logs", "--follow")
    assert status == 4
    status, _, err = aws.run("stop", "--run-id", run_id)
    assert status == 1 and "cannot be stopped" in err
    assert "no job 'missing'" in aws.run("stop", "--job-name", "missing")[2]


def test_logs_that_may_not_be_read_do_not_stop_the_watch(aws):
    aws.server.faults.append(Fault("logs:", code="AccessDeniedException", times=99))
    status, out, err = aws.run("--run", "--wait")
    assert status == 0 and err.count("the logs cannot be read (AccessDeniedException)") == 1


def test_log_lines_come_once_and_in_order(aws):
    assert aws.run("--run")[0] == 0
    run_id = aws.server.jobs.runs["orders"][0]["Id"]
    logs, run, tokens = aws.client("logs"), {"Id": run_id}, {}
    put_logs(aws, run_id, "output", ["one", "two"])
    assert watch.read_logs(logs, run, tokens) == ["one", "two"]
    assert watch.read_logs(logs, run, tokens) == []
    put_logs(aws, run_id, "output", ["three"])
    assert watch.read_logs(logs, run, tokens) == ["three"]


def test_costs():
    started = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    run = {"JobRunState": "RUNNING", "WorkerType": "G.2X", "NumberOfWorkers": 5}
    run["StartedOn"] = started
    hours, cost = watch.run_cost(run, now=started + datetime.timedelta(minutes=30))
    assert (hours, round(cost, 6)) == (5.0, 2.2)
    # One minute is billed at least; AWS's own number counts where there is one.
    assert watch.run_cost(run, now=started + datetime.timedelta(seconds=6))[0] == 10 / 60
    done = run | {"DPUSeconds": 7200.0, "JobRunState": "SUCCEEDED", "ExecutionClass": "FLEX"}
    assert watch.run_cost(done) == (2.0, 2.0 * 0.29)
    assert watch.run_cost(done, price=1.5) == (2.0, 3.0)
    assert watch.run_cost({"JobRunState": "WAITING", "NumberOfWorkers": 2}) == (0, 0)
    assert (
        watch.run_cost({"JobRunState": "FAILED", "MaxCapacity": 4.0, "ExecutionTime": 900})[0] == 1
    )


def test_places_in_the_script():
    script = "import x\n\n# Step one\na = (\n    1\n)\n\nb = 2\n"
    assert watch.script_place("job.py:5: error", script) == (5, "1", "Step one")
    assert watch.script_place("line 900 and line 8", script) == (8, "b = 2", "")
    assert watch.script_place("no number", script) is None
    assert watch.script_place(None, script) is None


def test_the_line_of_the_pandas_program(aws):
    program = (
        "import pandas as pd\n"
        "# Orders\n"
        "df = pd.DataFrame({'a': [1, 2]})\n"
        "\n"
        "big = df[df['a'] > 1]\n"
        "big.to_csv('out.csv', index=False)\n"
    )
    result = transpile(program, Options(job_name="orders"))
    spec = dataclasses.replace(spec_of(result), bucket=BUCKET, role="glue-role")
    (aws.folder / "job.py").write_text(result.script, encoding="utf-8")
    lines = result.script.splitlines()
    number = next(n for n, line in enumerate(lines, 1) if line.startswith("big = "))
    aws.server.jobs.script["orders"] = ["RUNNING", "FAILED"]
    aws.server.jobs.message = f"AnalysisException; line {number}"
    status, _, err = aws.run("--run", "--wait", spec=spec)
    assert status == 4 and "made from line 5 of the pandas program" in err, err
    # Not when somebody has edited the job since: the lines may have moved.
    (aws.folder / "job.py").write_text("\n" + result.script, encoding="utf-8")
    assert "of the pandas program" not in aws.run("--run", "--wait", spec=spec)[2]


def test_wait_without_run(aws):
    assert "--wait needs --run" in aws.run("--wait")[2]


def test_schedule(aws):
    cron = "cron(0 6 * * ? *)"
    status, out, err = aws.run("--schedule", cron)
    assert status == 0, err
    glue = aws.client("glue")
    trigger = glue.get_trigger(Name="orders-schedule")["Trigger"]
    assert (trigger["Schedule"], trigger["Actions"]) == (cron, [{"JobName": "orders"}])
    assert trigger["State"] == "ACTIVATED"
    assert aws.run("--schedule", cron)[0] == 0
    assert aws.run("--schedule", "cron(0 7 * * ? *)")[0] == 0
    assert glue.get_trigger(Name="orders-schedule")["Trigger"]["Schedule"] == "cron(0 7 * * ? *)"
    assert "not a schedule" in aws.run("--schedule", "daily")[2]
    glue.delete_trigger(Name="orders-schedule")
    glue.create_trigger(Name="orders-schedule", Type="ON_DEMAND", Actions=[{"JobName": "other"}])
    assert "another trigger" in aws.run("--schedule", cron)[2]


def test_start_after_other_jobs(aws):
    glue = aws.client("glue")
    for name in ("first", "second"):
        assert aws.run("--job-name", name)[0] == 0
    assert aws.run("--after", "first")[0] == 0
    trigger = glue.get_trigger(Name="orders-after")["Trigger"]
    assert trigger["Type"] == "CONDITIONAL" and trigger["State"] == "ACTIVATED"
    assert trigger["Actions"] == [{"JobName": "orders"}]
    status, out, err = aws.run("--after", "first", "--after", "second")
    assert status == 0 and "to change (after first → after first, second)" in out, err
    predicate = glue.get_trigger(Name="orders-after")["Trigger"]["Predicate"]
    assert predicate["Logical"] == "AND"
    assert [(c["JobName"], c["State"]) for c in predicate["Conditions"]] == [
        ("first", "SUCCEEDED"),
        ("second", "SUCCEEDED"),
    ]
    assert aws.run("--after", "first", "--after", "second", "--dry-run")[0] == 0


def test_triggers_of_others_and_those_switched_off(aws):
    cron, glue = "cron(0 6 * * ? *)", aws.client("glue")
    assert aws.run()[0] == 0
    glue.create_trigger(
        Name="orders-schedule", Type="SCHEDULED", Schedule=cron, Actions=[{"JobName": "orders"}]
    )
    # It starts this job, but we did not make it.
    status, _, err = aws.run("--schedule", "cron(0 7 * * ? *)")
    assert status == 1 and "another trigger" in err
    assert glue.get_trigger(Name="orders-schedule")["Trigger"]["Schedule"] == cron
    glue.delete_trigger(Name="orders-schedule")
    assert aws.run("--schedule", cron)[0] == 0
    glue.stop_trigger(Name="orders-schedule")
    status, _, err = aws.run("--schedule", "cron(0 7 * * ? *)")
    assert status == 0 and "aws glue start-trigger --name orders-schedule" in err
    trigger = glue.get_trigger(Name="orders-schedule")["Trigger"]
    assert (trigger["State"], trigger["Schedule"]) == ("DEACTIVATED", "cron(0 7 * * ? *)")


# Every call that changes something, in order; kill -9 before each, and after the last.
STEPS = [
    ("s3:PUT .*/scripts/", "before"),
    ("s3:PUT .*/data/", "before"),
    ("glue:CreateJob", "before"),
    ("s3:PUT .*/deployed/", "before"),
    ("glue:StartJobRun", "before"),
    ("glue:StartJobRun", "after"),
]


@pytest.mark.parametrize("step, when", STEPS)
def test_kill_9_then_again(aws, step, when):
    (aws.folder / "in.csv").write_text("a\n1\n")
    aws.spec.inputs = ["in.csv"]
    aws.server.jobs.hold = "RUNNING"
    command = ("--upload-data", str(aws.folder), "--run")
    process = aws.start(*command)
    aws.server.faults.append(Fault(step, kill=process.kill, when=when))
    process.communicate(timeout=30)
    assert process.returncode == -9
    status, out, err = aws.run(*command)
    assert status == 0, err
    s3 = aws.client("s3")
    found = [entry["Key"] for entry in s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert len(found) == 3 and found[0] == "orders/data/in.csv"
    assert list(aws.server.jobs.jobs) == ["orders"]
    assert len(aws.server.jobs.runs["orders"]) == 1
    assert aws.run()[1].count("unchanged") == 1


NEEDS = [
    ("iam:CreateRole", "before"),
    ("iam:CreateRole", "after"),
    ("iam:PutRolePolicy", "before"),
    ("glue:CreateConnection", "before"),
    ("glue:CreateConnection", "after"),
    ("glue:CreateJob", "after"),
    ("glue:CreateTrigger", "before"),
    ("glue:CreateTrigger", "after"),
]


@pytest.mark.parametrize("step, when", NEEDS)
def test_kill_9_while_making_what_the_job_needs(aws, step, when):
    command = ["--role", "made-role", "--create-role", "--schedule", "cron(0 6 * * ? *)"]
    command += ["--create-connection", "c", "--jdbc-url", "jdbc:mysql://h:3306/d", "--secret", "s"]
    process = aws.start(*command)
    aws.server.faults.append(Fault(step, kill=process.kill, when=when))
    process.communicate(timeout=30)
    assert process.returncode == -9
    status, _, err = aws.run(*command)
    assert status == 0, err
    assert aws.run(*command, "--dry-run")[0] == 0
    iam, glue = aws.client("iam"), aws.client("glue")
    assert len(iam.list_role_policies(RoleName="made-role")["PolicyNames"]) == 1
    assert [c["Name"] for c in glue.get_connections()["ConnectionList"]] == ["c"]
    assert len(glue.get_triggers()["Triggers"]) == 1
    assert list(aws.server.jobs.jobs) == ["orders"]


def test_kill_9_during_an_update(aws):
    assert aws.run("--argument", "old=1")[0] == 0
    for when in ("before", "after"):
        (aws.folder / "job.py").write_text(f"print({when!r})\n")
        process = aws.start("--argument", "new=2")
        aws.server.faults.append(Fault("glue:UpdateJob", kill=process.kill, when=when))
        process.communicate(timeout=30)
        assert process.returncode == -9
        assert aws.run("--argument", "new=2")[0] == 0
        arguments = aws.job["DefaultArguments"]
        assert "--old" not in arguments and arguments["--new"] == "2"
