"""Runs: start once, watch, read the logs, stop."""

import datetime
import hashlib
import json
import os
import re
import sys
import time

import botocore.exceptions

from transpiler.aws.definition import WORKER_DPU
from transpiler.aws.errors import error_code
from transpiler.aws.names import DeployError

# Glue's documentation: these are final, the others are not.
FINAL_STATES = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED")
RUN_MARK = "--deploy-run-mark"
PRICES = {"STANDARD": 0.44, "FLEX": 0.29}
STREAMS = (("output", ""), ("error", ""), ("logs-v2", "-driver"))
NOISE = re.compile(r"^\s*$|\b(INFO|DEBUG|TRACE)\b")
LOG_LINES = 20
# So often a run that goes on is told of where no terminal shows it.
TOLD_EVERY_SECONDS = 60
PLACE = re.compile(r"(?:[Ll]ine[: ]+|\.py:)(\d+)")


def run_mark(job, arguments, salt=None):
    """A text that is the same for the same job, script and arguments (and salt)."""
    told = {
        "salt": salt,
        "command": job.get("Command"),
        "arguments": job.get("DefaultArguments"),
        "given": arguments,
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:24]


def known_soon(call, **arguments):
    """What a call answers; what was made just now may be unknown for a moment (EntityNotFound)."""
    for attempt in range(1, 6):
        try:
            return call(**arguments)
        except botocore.exceptions.ClientError as error:
            if attempt == 5 or error_code(error) != "EntityNotFoundException":
                raise
        time.sleep(2**attempt / 4)
    return None


def find_run(glue, name, mark, since=None):
    """The id of an unfinished run with this mark (or any one started after `since`), or None."""
    answer = known_soon(glue.get_job_runs, JobName=name, MaxResults=20)
    for run in answer.get("JobRuns", []):
        ours = (run.get("Arguments") or {}).get(RUN_MARK) == mark
        fresh = since is not None and run.get("StartedOn") and run["StartedOn"] >= since
        if ours and (fresh or run["JobRunState"] not in FINAL_STATES):
            return run["Id"]
    return None


def start_run(glue, once, name, arguments=None, new_run=False):
    """
    Start the job, once. Returns the run's id.

    glue: client; once: a client that never repeats a call. An interrupted deployment may have
    started the run already: an unfinished run of the same script with the same arguments is
    taken up instead of doubled, unless new_run. When the connection breaks during the call, we
    look whether the run was started before we try again.
    """
    arguments = dict(arguments or {})
    salt = os.urandom(8).hex() if new_run else None
    mark = run_mark(known_soon(glue.get_job, JobName=name)["Job"], arguments, salt)
    if not new_run:
        going = find_run(glue, name, mark)
        if going:
            print(f"Run {going} of this script is going on already; taking it up")
            return going
    arguments[RUN_MARK] = mark
    since = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)
    for attempt in range(1, 6):
        try:
            return once.start_job_run(JobName=name, Arguments=arguments)["JobRunId"]
        except (botocore.exceptions.HTTPClientError, botocore.exceptions.ClientError) as error:
            if error_code(error) == "ConcurrentRunsExceededException":
                raise DeployError(
                    f"the job {name!r} is running already, with another script or other"
                    " arguments: wait for that run (`status`), stop it (`stop`), or allow more"
                    " with --max-concurrent-runs or --queue"
                ) from error
            if attempt == 5 or not may_try_again(error):
                raise
        time.sleep(2**attempt / 2)
        started = find_run(glue, name, mark, since)
        if started:
            return started
    return None


def may_try_again(error):
    """Whether a call that failed like this can be made again once we have looked."""
    status = (getattr(error, "response", None) or {}).get("ResponseMetadata", {})
    return (
        isinstance(error, botocore.exceptions.HTTPClientError)
        or status.get("HTTPStatusCode", 0) >= 500
        or bool(
            # A job that was made just now may be unknown for a moment.
            re.search(r"Throttl|TooManyRequests|OperationTimeout|EntityNotFound", error_code(error))
        )
    )


def run_cost(run, price=None, now=None):
    """
    (DPU-hours, cost) of a run so far.

    Glue tells DPU-seconds at the end of a run, and for auto scaling and FLEX; until then it is
    workers times time, at least one minute. price: per DPU-hour; None takes a usual one.
    """
    seconds = run.get("DPUSeconds")
    if not seconds:
        now = now or datetime.datetime.now(datetime.timezone.utc)
        started = run.get("StartedOn") or now
        elapsed = run.get("ExecutionTime") or 0
        if not elapsed and run["JobRunState"] in ("RUNNING", "STOPPING"):
            elapsed = max(0.0, (now - started).total_seconds())
        workers = run.get("NumberOfWorkers")
        dpu = (
            workers * WORKER_DPU.get(run.get("WorkerType"), 1)
            if workers
            else run.get("MaxCapacity") or 0
        )
        seconds = dpu * max(elapsed, 60) if elapsed else 0
    hours = seconds / 3600
    if price is None:
        price = PRICES.get(run.get("ExecutionClass") or "STANDARD", PRICES["STANDARD"])
    return hours, hours * price


def run_line(run, price=None):
    """One line about a run."""
    hours, cost = run_cost(run, price)
    spent = datetime.timedelta(seconds=int(run.get("ExecutionTime") or 0))
    return f"{run['JobRunState']:<9} {spent}  {hours:.3f} DPU-hours, about ${cost:.2f}" + (
        f"  {run['StateDetail']}" if run.get("StateDetail") else ""
    )


def log_pages(logs, group, stream, token=None):
    """New events of a log stream and the token to go on from; ([], token) when it is not there."""
    wanted = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
    events = []
    while True:
        if token:
            wanted["nextToken"] = token
        try:
            page = logs.get_log_events(**wanted)
        except botocore.exceptions.ClientError as error:
            if error_code(error) == "ResourceNotFoundException":
                return events, token
            raise
        events += [event["message"].rstrip("\n") for event in page["events"]]
        if page["nextForwardToken"] == token or not page["events"]:
            return events, page["nextForwardToken"]
        token = page["nextForwardToken"]


def read_logs(logs, run, tokens, everything=False):
    """
    The new lines of a run's driver log, from all places where Glue versions put it.

    tokens: a dict that remembers how far we have read, changed in place.
    """
    lines, base = [], (run.get("LogGroupName") or "/aws-glue/jobs").rstrip("/")
    for name, ending in STREAMS:
        group, stream = f"{base}/{name}", run["Id"] + ending
        events, tokens[group, stream] = log_pages(logs, group, stream, tokens.get((group, stream)))
        for message in events:
            lines += [line for line in message.splitlines() if everything or not NOISE.search(line)]
    return lines


def script_place(message, script):
    """
    Where in the job's script an error happened: (line number, its text, the step's comment).

    message: Glue's error text, or log lines; script: the text of the script. The last line
    number of a traceback counts. None when there is none.
    """
    lines = script.splitlines()
    numbers = [int(number) for number in PLACE.findall(message or "")]
    numbers = [number for number in numbers if 1 <= number <= len(lines)]
    if not numbers:
        return None
    number, comment = numbers[-1], ""
    for index in range(number - 1, max(number - 40, 0) - 1, -1):
        stripped = lines[index].strip()
        if stripped.startswith("#"):
            comment = stripped.lstrip("# ").strip()
            break
        if index < number - 1 and not stripped:
            break
    return number, lines[number - 1].strip(), comment


def pandas_line(source_lines, script, number):
    """The line of the pandas program that a line of the job comes from; None if in doubt."""
    digest = hashlib.sha256(script.encode()).hexdigest()
    if source_lines.get("sha256") != digest:
        return None  # the job was edited since
    lines = [source for start, source in source_lines["lines"] if start <= number]
    return lines[-1] if lines else None


def explain_failure(run, script_text, script_name, log_lines=(), source_lines=None):
    """Print why a run failed and which step it was."""
    message = run.get("ErrorMessage") or ""
    print(f"Run {run['Id']}: {run['JobRunState']}", file=sys.stderr)
    if message:
        print(f"  {message}", file=sys.stderr)
    place = script_text and (
        script_place(message, script_text)
        or script_place(
            "\n".join(line for line in log_lines if script_name in line or "line" in line),
            script_text,
        )
    )
    if place:
        number, text, comment = place
        print(f"  {script_name}, line {number}: {text}", file=sys.stderr)
        if comment:
            print(f"  in the step: {comment}", file=sys.stderr)
        source = pandas_line(source_lines or {}, script_text, number)
        if source:
            print(f"  made from line {source} of the pandas program", file=sys.stderr)


def watch_run(glue, logs, name, run_id, options, script_text="", script_name="the script"):
    """
    Follow a run to its end: state, cost so far, the driver's log. Returns its last description.

    Raises DeployError when options.wait_timeout minutes are over; the run goes on then.
    """
    tokens, shown, tail, told = {}, None, [], 0.0
    end = time.monotonic() + 60 * options.wait_timeout if options.wait_timeout else None
    while True:
        run = known_soon(glue.get_job_run, JobName=name, RunId=run_id)["JobRun"]
        tail = (tail + show_logs(logs, run, tokens, options))[-LOG_LINES:]
        late = time.monotonic() - told >= TOLD_EVERY_SECONDS
        if run["JobRunState"] != shown or late or sys.stderr.isatty():
            shown, told = run["JobRunState"], time.monotonic()
            print(f"{run_id}: {run_line(run, options.price)}", flush=True)
        if shown in FINAL_STATES:
            retry = next_attempt(glue, name, run, options)
            if retry is None:
                break
            print(f"{run_id}: {run.get('ErrorMessage') or shown}; Glue tries again", flush=True)
            run_id, shown = retry, None
            continue
        if end and time.monotonic() > end:
            raise DeployError(
                f"the run {run_id} has not ended after {options.wait_timeout} minutes and goes on:"
                f" look at it with `status`, end it with `stop`"
            )
        time.sleep(options.poll_seconds)
    if shown != "SUCCEEDED":
        explain_failure(run, script_text, script_name, tail, options.source_lines)
    return run


def next_attempt(glue, name, run, options):
    """The id of the run with which Glue repeats a failed one, or None when it does not."""
    if run["JobRunState"] not in ("FAILED", "ERROR"):
        return None
    attempt = run.get("Attempt") or 0
    if attempt >= (glue.get_job(JobName=name)["Job"].get("MaxRetries") or 0):
        return None
    base = run["Id"].split("_attempt_")[0]
    for _ in range(12):
        for other in glue.get_job_runs(JobName=name, MaxResults=20).get("JobRuns", []):
            if other["Id"].startswith(base) and (other.get("Attempt") or 0) > attempt:
                return other["Id"]
        time.sleep(options.poll_seconds)
    return None


def show_logs(logs, run, tokens, options):
    """Print new log lines; a role that may not read logs is told once and does not stop us."""
    if tokens.get("denied"):
        return []
    try:
        lines = read_logs(logs, run, tokens, options.verbose)
    except botocore.exceptions.ClientError as error:
        tokens["denied"] = True
        print(f"Note: the logs cannot be read ({error_code(error)})", file=sys.stderr)
        return []
    for line in lines:
        print(f"  | {line}", flush=True)
    return lines


def last_runs(glue, name, count=5):
    """The last runs of a job, newest first."""
    runs = []
    for page in glue.get_paginator("get_job_runs").paginate(JobName=name):
        runs += page.get("JobRuns", [])
        if len(runs) >= 200:
            break
    runs.sort(key=lambda run: str(run.get("StartedOn", "")), reverse=True)
    return runs[:count]


def pick_run(glue, name, run_id):
    """The description of a run: the one named, or the last."""
    if run_id:
        return glue.get_job_run(JobName=name, RunId=run_id)["JobRun"]
    runs = last_runs(glue, name, 1)
    if not runs:
        raise DeployError(f"the job {name!r} has not run yet: start it with `deploy --run`")
    return runs[0]


def stop_runs(glue, name, run_id):
    """Stop one run, or all unfinished ones. Returns the ids; raises DeployError with AWS's why."""
    ids = (
        [run_id]
        if run_id
        else [
            run["Id"]
            for run in last_runs(glue, name, 200)
            if run["JobRunState"] not in FINAL_STATES
        ]
    )
    for start in range(0, len(ids), 25):  # as many as one call takes
        answer = glue.batch_stop_job_run(JobName=name, JobRunIds=ids[start : start + 25])
        for failed in answer.get("Errors", []):
            detail = failed.get("ErrorDetail", {})
            raise DeployError(
                f"the run {failed.get('JobRunId')} cannot be stopped"
                f" ({detail.get('ErrorCode')}: {detail.get('ErrorMessage')}): look at `status`"
            )
    return ids
