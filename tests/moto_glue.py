"""
moto's server, with what it lacks for Glue, and with faults on order.

moto 5.2 has no UpdateJob, BatchStopJobRun or bookmarks, overwrites a job on a second CreateJob,
forgets JobMode and JobRunQueuingEnabled, and lets every run succeed at once. `GlueJobs` replaces
its job calls by what AWS documents:

- CreateJob of a name that exists: AlreadyExistsException (IdempotentParameterMismatchException
  when it differs); MaxCapacity with WorkerType, an unknown worker type or Glue version:
  InvalidInputException.
- UpdateJob replaces the whole definition; what is not sent is reset.
- StartJobRun beyond MaxConcurrentRuns: ConcurrentRunsExceededException (WAITING with queueing).
- A run goes STARTING → RUNNING → its end, one step a look, unless a test holds it.
- S3 refuses a request whose x-amz-expected-bucket-owner is not the bucket's account.

`MotoServer.faults` is a list of `Fault`: what goes wrong, with which call, how often.
"""

import copy
import dataclasses
import datetime
import io
import json
import re
import socket
import threading
import time
import urllib.parse
import urllib.request

from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.responses import ActionResult, EmptyResult
from moto.glue.exceptions import GlueClientError
from moto.glue.models import Predicate, glue_backends
from moto.glue.responses import GlueResponse
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

ACCOUNT = DEFAULT_ACCOUNT_ID
FINAL = {"SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR", "EXPIRED"}
WORKERS = "Standard G.025X G.1X G.2X G.4X G.8X G.12X G.16X Z.2X R.1X R.2X R.4X R.8X".split()
VERSIONS = {"0.9", "1.0", "2.0", "3.0", "4.0", "5.0", "5.1", "6.0", "auto"}
DPU = {"G.1X": 1, "G.2X": 2, "G.4X": 4, "G.8X": 8, "R.1X": 1, "R.2X": 2}
CREATE_DEFAULTS = {
    "ExecutionProperty": {"MaxConcurrentRuns": 1},
    "MaxRetries": 0,
    "Timeout": 480,
    "GlueVersion": "6.0",
    "ExecutionClass": "STANDARD",
    "JobMode": "SCRIPT",
    "JobRunQueuingEnabled": False,
}


MOTOS_CREATE_TRIGGER = GlueResponse.create_trigger


class Refused(GlueClientError):
    """A Glue error by its code."""

    def __init__(self, code, message):
        super().__init__(code, message)


def now():
    return datetime.datetime.now(datetime.timezone.utc).timestamp()


class GlueJobs:
    """Jobs and their runs, as AWS documents them."""

    def __init__(self):
        self.lock = threading.RLock()
        self.jobs, self.runs, self.bookmarks = {}, {}, {}
        self.script = {}  # job name → the states that its next run goes through
        self.message = "Traceback: line 3"
        self.after_retries = None  # how the last repetition ends
        self.hold = None  # a state that runs do not leave
        self.tags_late = 0  # so many looks at tags show none yet
        self.count = 0

    def definition(self, given):
        kept = {key: value for key, value in given.items() if value is not None}
        worker, version = kept.get("WorkerType"), kept.get("GlueVersion", "6.0")
        if kept.get("MaxCapacity") is not None and (worker or kept.get("NumberOfWorkers")):
            raise Refused(
                "InvalidInputException",
                "Please set only Allocated Capacity or Max Capacity or Worker Type",
            )
        if worker and worker not in WORKERS:
            raise Refused("InvalidInputException", f"Unknown worker type {worker}")
        if version not in VERSIONS:
            raise Refused("InvalidInputException", f"Unsupported Glue version {version}")
        if not kept.get("Role") or not kept.get("Command"):
            raise Refused("InvalidInputException", "Role and Command must not be null")
        if kept.get("ExecutionClass") == "FLEX" and worker not in ("G.1X", "G.2X"):
            raise Refused("InvalidInputException", "FLEX supports G.1X and G.2X only")
        kept = copy.deepcopy(CREATE_DEFAULTS) | kept
        if kept.get("NumberOfWorkers"):
            capacity = kept["NumberOfWorkers"] * DPU.get(worker, 1)
            kept |= {"MaxCapacity": float(capacity), "AllocatedCapacity": int(capacity)}
        return kept

    def create(self, given):
        with self.lock:
            given = dict(given)
            name, tags = given["Name"], given.pop("Tags", None) or {}
            if name in self.jobs:
                same = self.definition(given)
                old = {k: v for k, v in self.jobs[name].items() if not k.endswith("On")}
                code = "AlreadyExists" if same == old else "IdempotentParameterMismatch"
                raise Refused(code + "Exception", f"Job {name} already exists")
            made = now()
            self.jobs[name] = self.definition(given) | {"CreatedOn": made, "LastModifiedOn": made}
            self.runs[name] = []
            return name, tags

    def find(self, name):
        if name not in self.jobs:
            raise Refused("EntityNotFoundException", f"Job with name: {name} not found.")
        return self.jobs[name]

    def update(self, name, given):
        with self.lock:
            old = self.find(name)
            self.jobs[name] = self.definition(given) | {
                "Name": name,
                "CreatedOn": old["CreatedOn"],
                "LastModifiedOn": now(),
            }

    def start(self, given):
        with self.lock:
            job = self.find(given["JobName"])
            runs = self.runs[given["JobName"]]
            going = [run for run in runs if run["JobRunState"] not in FINAL]
            waits = False
            if len(going) >= job["ExecutionProperty"].get("MaxConcurrentRuns", 1):
                waits = given.get("JobRunQueuingEnabled", job["JobRunQueuingEnabled"])
                if not waits:
                    raise Refused(
                        "ConcurrentRunsExceededException",
                        f"Concurrent runs exceeded for {given['JobName']}",
                    )
            self.count += 1
            states = self.script.get(given["JobName"], ["STARTING", "RUNNING", "SUCCEEDED"])
            run = {
                "Id": f"jr_{self.count:064x}",
                "Attempt": 0,
                "JobName": given["JobName"],
                "JobRunState": "WAITING" if waits else states[0],
                "StartedOn": now(),
                "LastModifiedOn": now(),
                "Arguments": given.get("Arguments") or {},
                "ExecutionTime": 0,
                "LogGroupName": "/aws-glue/jobs",
                "_next": list(states[1:]),
            }
            for field in ("WorkerType", "NumberOfWorkers", "MaxCapacity", "Timeout"):
                if given.get(field, job.get(field)) is not None:
                    run[field] = given.get(field, job.get(field))
            run["GlueVersion"], run["ExecutionClass"] = job["GlueVersion"], job["ExecutionClass"]
            runs.insert(0, run)
            return run["Id"]

    def look(self, run):
        """A run as it is, which then moves on."""
        shown = {key: value for key, value in run.items() if key != "_next"}
        state = run["JobRunState"]
        if state in FINAL or state == self.hold:
            return shown
        if state == "STOPPING":
            run["JobRunState"] = "STOPPED"
        elif run["_next"]:
            run["JobRunState"] = run["_next"].pop(0)
        if run["JobRunState"] == "RUNNING":
            run["ExecutionTime"] += 30
        if run["JobRunState"] in FINAL:
            run["ExecutionTime"] = 90
            run["CompletedOn"] = now()
            if run["JobRunState"] in ("FAILED", "ERROR"):
                run["ErrorMessage"] = self.message
                self.retry(run)
        return shown

    def retry(self, run):
        """Glue repeats a failed run, as a run of its own, up to MaxRetries times."""
        name, attempt = run["JobName"], run["Attempt"] + 1
        if attempt > self.jobs[name]["MaxRetries"]:
            return
        states = list(self.script.get(name, ["STARTING", "RUNNING", "SUCCEEDED"]))
        if self.after_retries and attempt == self.jobs[name]["MaxRetries"]:
            states = ["RUNNING", self.after_retries]
        again = {k: v for k, v in run.items() if k not in ("ErrorMessage", "CompletedOn")}
        again |= {
            "Id": f"{run['Id'].split('_attempt_')[0]}_attempt_{attempt}",
            "Attempt": attempt,
            "JobRunState": states[0],
            "ExecutionTime": 0,
            "StartedOn": now(),
            "_next": states[1:],
        }
        self.runs[name].insert(0, again)

    def run_of(self, name, run_id):
        self.find(name)
        for run in self.runs[name]:
            if run["Id"] == run_id:
                return run
        raise Refused("EntityNotFoundException", f"Job Run {run_id} not found")

    def stop(self, name, ids):
        done, errors = [], []
        for run_id in ids:
            try:
                run = self.run_of(name, run_id)
                if run["JobRunState"] in FINAL:
                    raise Refused("InvalidInputException", "Job run is not in a stoppable state")
                run["JobRunState"] = "STOPPING"
                done.append({"JobName": name, "JobRunId": run_id})
            except GlueClientError as error:
                detail = {"ErrorCode": error.error_type, "ErrorMessage": str(error.message)}
                errors.append({"JobName": name, "JobRunId": run_id, "ErrorDetail": detail})
        return {"SuccessfulSubmissions": done, "Errors": errors}


def job_store(response):
    backend = response.glue_backend
    if not hasattr(backend, "p2g_jobs"):
        backend.p2g_jobs = GlueJobs()
    return backend.p2g_jobs


def arn_of(response, name):
    return f"arn:aws:glue:{response.region}:{response.current_account}:job/{name}"


def create_job(self):
    name, tags = job_store(self).create(self.parameters)
    self.glue_backend.tag_resource(arn_of(self, name), tags)
    return ActionResult({"Name": name})


def get_job(self):
    return ActionResult({"Job": job_store(self).find(self.parameters["JobName"])})


def update_job(self):
    job_store(self).update(self.parameters["JobName"], self.parameters["JobUpdate"])
    return ActionResult({"JobName": self.parameters["JobName"]})


def delete_job(self):
    job_store(self).jobs.pop(self.parameters["JobName"], None)
    return ActionResult({"JobName": self.parameters["JobName"]})


def start_job_run(self):
    return ActionResult({"JobRunId": job_store(self).start(self.parameters)})


def get_job_run(self):
    store = job_store(self)
    run = store.run_of(self.parameters["JobName"], self.parameters["RunId"])
    return ActionResult({"JobRun": store.look(run)})


def get_job_runs(self):
    store, name = job_store(self), self.parameters["JobName"]
    store.find(name)
    runs = [{k: v for k, v in run.items() if k != "_next"} for run in store.runs[name]]
    start, size = int(self.parameters.get("NextToken") or 0), self.parameters.get("MaxResults", 200)
    answer = {"JobRuns": runs[start : start + size]}
    if start + size < len(runs):
        answer["NextToken"] = str(start + size)
    return ActionResult(answer)


def batch_stop_job_run(self):
    store = job_store(self)
    return ActionResult(store.stop(self.parameters["JobName"], self.parameters["JobRunIds"]))


def get_job_bookmark(self):
    store, name = job_store(self), self.parameters["JobName"]
    if name not in store.bookmarks:
        raise Refused("EntityNotFoundException", f"No bookmark for {name}")
    return ActionResult({"JobBookmarkEntry": store.bookmarks[name]})


def reset_job_bookmark(self):
    store, name = job_store(self), self.parameters["JobName"]
    store.bookmarks[name] = {"JobName": name, "Version": 0, "Run": 0, "Attempt": 0}
    return ActionResult({"JobBookmarkEntry": store.bookmarks[name]})


def update_trigger(self):
    trigger = self.glue_backend.get_trigger(self.parameters["Name"])
    update = self.parameters["TriggerUpdate"]
    trigger.schedule = update.get("Schedule", trigger.schedule)
    if "Predicate" in update:
        trigger.predicate = Predicate(update["Predicate"])
    return ActionResult({"Trigger": trigger.as_dict()})


def create_trigger(self):
    """moto overwrites a trigger of the same name."""
    if self.parameters["Name"] in self.glue_backend.triggers:
        raise Refused("AlreadyExistsException", "Trigger already exists")
    return MOTOS_CREATE_TRIGGER(self)


def get_tags(self):
    """Tags may be late: `tags_late` looks show none."""
    store = job_store(self)
    if store.tags_late:
        store.tags_late -= 1
        return ActionResult({"Tags": {}})
    return ActionResult({"Tags": self.glue_backend.get_tags(self.parameters["ResourceArn"])})


def get_connection(self):
    """moto leaves out ConnectionType and PhysicalConnectionRequirements."""
    found = self.glue_backend.get_connection(None, self.parameters["Name"], None)
    return ActionResult({"Connection": found.connection_input})


ADDITIONS = (
    get_connection,
    create_job,
    get_job,
    update_job,
    delete_job,
    start_job_run,
    get_job_run,
    get_job_runs,
    batch_stop_job_run,
    get_job_bookmark,
    reset_job_bookmark,
    create_trigger,
    update_trigger,
    get_tags,
)


@dataclasses.dataclass
class Fault:
    """
    What goes wrong.

    call: a regular expression on a call's name ("glue:UpdateJob", "s3:PUT /bucket/key?query").
    code, status, message: the error to answer with; or cut: break the connection ("before" the
    call is done, or "after"); or kill: a function to call. times: how often; skip: how many
    matching calls go well before.
    """

    call: str
    code: str = ""
    status: int = 400
    message: str = "injected"
    cut: str = ""
    kill: object = None
    when: str = "before"
    times: int = 1
    skip: int = 0


class Cut(ConnectionError):
    """The connection breaks."""


class MotoServer:
    """moto over HTTP on a free port of loopback, in a thread of this process."""

    def __init__(self):
        for function in ADDITIONS:
            setattr(GlueResponse, function.__name__, function)
        self.inner = DomainDispatcherApplication(create_backend_app)
        self.faults, self.calls, self.owners = [], [], {}
        self.lock = threading.Lock()

        class Handler(WSGIRequestHandler):
            protocol_version = "HTTP/1.1"

            def log(self, *args, **kwargs):
                pass

        self.server = make_server("127.0.0.1", 0, self.answer, True, request_handler=Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    @property
    def jobs(self):
        backend = glue_backends[ACCOUNT]["eu-west-1"]
        if not hasattr(backend, "p2g_jobs"):
            backend.p2g_jobs = GlueJobs()
        return backend.p2g_jobs

    def stop(self):
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()

    def reset(self):
        """Forget everything: AWS is empty again."""
        request = urllib.request.Request(f"{self.url}/moto-api/reset", method="POST")
        urllib.request.urlopen(request, timeout=10).read()
        for backend in glue_backends[ACCOUNT].values():
            backend.__dict__.pop("p2g_jobs", None)
        self.faults, self.calls, self.owners = [], [], {}

    def name_of(self, environ):
        """ "glue:GetJob" or "s3:PUT /bucket/key?query"."""
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        credential = re.search(r"/([a-z0-9-]+)/aws4_request", environ.get("HTTP_AUTHORIZATION", ""))
        service = credential.group(1) if credential else "?"
        if target:
            return f"{service}:{target.rsplit('.', 1)[-1]}"
        if service in ("sts", "iam"):
            length = int(environ.get("CONTENT_LENGTH") or 0)
            body = environ["wsgi.input"].read(length)
            environ["wsgi.input"] = io.BytesIO(body)
            action = urllib.parse.parse_qs(body.decode()).get("Action", ["?"])[0]
            return f"{service}:{action}"
        query = environ.get("QUERY_STRING", "")
        path = environ["PATH_INFO"] + (f"?{query}" if query else "")
        return f"{service}:{environ['REQUEST_METHOD']} {path}"

    def fault_for(self, name):
        with self.lock:
            for fault in self.faults:
                if fault.times and re.search(fault.call, name):
                    if fault.skip:
                        fault.skip -= 1
                        continue
                    fault.times -= 1
                    return fault
        return None

    def answer(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/moto-api"):
            return self.inner(environ, start_response)
        name = self.name_of(environ)
        self.calls.append(name)
        fault = self.fault_for(name)
        owner = environ.get("HTTP_X_AMZ_EXPECTED_BUCKET_OWNER")
        if owner and name.startswith("s3:"):
            bucket = environ["PATH_INFO"].split("/")[1]
            if owner != self.owners.get(bucket, ACCOUNT):
                fault = Fault("", code="AccessDenied", status=403, message="Access Denied")
        if fault and fault.code:
            drain(environ)
            return refuse(name, fault, start_response)
        if fault and (fault.cut == "before" or (fault.kill and fault.when == "before")):
            if fault.kill:
                fault.kill()
            drain(environ)
            raise self.cut(environ)
        result = self.inner(environ, start_response)
        if fault and (fault.cut == "after" or fault.kill):
            list(result)
            if fault.kill:
                fault.kill()
            raise self.cut(environ)
        return result

    @staticmethod
    def cut(environ):
        """Close the connection without an answer; werkzeug drops it quietly."""
        environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return Cut()


def drain(environ):
    """Read the request to its end, so that the connection stays in step."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length:
        environ["wsgi.input"].read(length)


def refuse(name, fault, start_response):
    """An error in the form of the service."""
    status = f"{fault.status} Injected"
    if name.startswith(("glue:", "logs:", "secretsmanager:")):
        body = json.dumps(
            {"__type": fault.code, "Message": fault.message, "message": fault.message}
        )
        kind = "application/x-amz-json-1.1"
    elif name.startswith(("sts:", "iam:")):
        body = (
            "<ErrorResponse><Error><Type>Sender</Type>"
            f"<Code>{fault.code}</Code><Message>{fault.message}</Message></Error></ErrorResponse>"
        )
        kind = "text/xml"
    else:
        body = f"<Error><Code>{fault.code}</Code><Message>{fault.message}</Message></Error>"
        kind = "application/xml"
    if name.startswith("s3:HEAD"):
        body = ""
    data = body.encode()
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(data)))])
    return [data]


def wait_until(check, seconds=10):
    """Wait until check() is true; returns its value."""
    end = time.monotonic() + seconds
    while not (value := check()):
        if time.monotonic() > end:
            raise AssertionError("waited in vain")
        time.sleep(0.02)
    return value


__all__ = ["ACCOUNT", "EmptyResult", "Fault", "GlueJobs", "MotoServer", "wait_until"]
