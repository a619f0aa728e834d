"""What the editor's export does on the server: pandas source and settings in, files out."""

import dataclasses
import re
import unicodedata
from pathlib import Path
from typing import Any

from amphi_plugin.matching import matches
from amphi_plugin.repairs import repair

VERDICTS = ("native", "runtime", "udf", "driver", "kept", "refused")
MAX_WORKERS = 299
MAX_NAME = 255  # bytes of UTF-8, for Glue
CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\ufffe\uffff]")
SIGN_ONS = ("sso", "environment", "keys")
REGION = re.compile(r"[a-z]{2,}(-[a-z]+)+-\d+")


def file_stem(job_name: str) -> str:
    """A job's name as the beginning of file and module names: `Monthly sales!` → Monthly_sales."""
    return re.sub(r"\W+", "_", unicodedata.normalize("NFC", job_name)).strip("_") or "pandas"


def _job_name_problem(name: str) -> str:
    if not 1 <= len(name.strip()) or len(name.encode("utf-8", "replace")) > MAX_NAME:
        return f"a job name has 1 to {MAX_NAME} characters (letters beyond ASCII count as several)"
    return "a job name has no control characters" if CONTROLS.search(name) else ""


def _sign_on_problems(settings: dict[str, Any]) -> dict[str, str]:
    """What the deploy script could not sign on with."""
    problems = {}
    sign_on, region = settings.get("signOn"), str(settings.get("region") or "")
    if sign_on not in SIGN_ONS:
        problems["signOn"] = f"signs on by {', '.join(SIGN_ONS)}, not {sign_on!r}"
    if sign_on == "sso" and not str(settings.get("profile") or "").strip():
        problems["profile"] = "the name of a profile in ~/.aws/config"
    if region and not REGION.fullmatch(region):
        problems["region"] = f"{region!r} is not the name of a region: one looks like eu-central-1"
    if not region and sign_on != "sso":
        problems["region"] = "without a profile the region has to be given"
    return problems


def check_settings(settings: dict[str, Any]) -> dict[str, str]:
    """Field → what AWS would not take of it. The same checks as the deploy script's."""
    from transpiler.aws.definition import WORKER_DPU
    from transpiler.aws.errors import DeployError
    from transpiler.aws.validate import check_bucket_name, check_role
    from transpiler.options import GLUE_VERSIONS

    problems: dict[str, str] = {}
    checks = {
        "bucket": lambda: check_bucket_name(settings.get("bucket")),
        "role": lambda: check_role(settings.get("role"), None),
    }
    for field, check in checks.items():
        try:
            check()
        except DeployError as problem:
            problems[field] = str(problem)
    if problem := _job_name_problem(str(settings.get("jobName") or "")):
        problems["jobName"] = problem
    problems |= _sign_on_problems(settings)
    if settings.get("glueVersion") not in GLUE_VERSIONS:
        problems["glueVersion"] = f"Glue has {', '.join(GLUE_VERSIONS)}"
    if settings.get("workerType") not in WORKER_DPU:
        problems["workerType"] = f"{settings.get('workerType')!r} is no worker type"
    workers = settings.get("numberOfWorkers")
    if not isinstance(workers, int) or not 2 <= workers <= MAX_WORKERS:
        problems["numberOfWorkers"] = f"a Spark job has 2 to {MAX_WORKERS} workers"
    return problems


def _deploy_text(result: Any, settings: dict[str, Any], job_file: str, name: str) -> str:
    """The deploy script with what the dialog asked for as its defaults. No secret gets in."""
    from transpiler.emit.deploy import deploy_script
    from transpiler.emit.spec import spec_of

    sign_on = settings.get("signOn")
    spec = dataclasses.replace(
        spec_of(result),
        job_name=settings["jobName"],
        bucket=settings["bucket"],
        role=settings["role"],
        region=settings.get("region") or None,
        profile=(settings.get("profile") or None) if sign_on == "sso" else None,
        ask_keys=True if sign_on == "keys" else None,
        glue_version=settings["glueVersion"],
        worker_type=settings["workerType"],
        number_of_workers=settings["numberOfWorkers"],
    )
    return deploy_script(spec, job_file, name)


def _files(result: Any, settings: dict[str, Any]) -> list[dict[str, str]]:
    stem = file_stem(settings["jobName"])
    job_file = f"{stem}_glue_job.py"
    made = [{"kind": "job", "name": job_file, "text": result.script}]
    if settings.get("deployScript"):
        name = f"{stem}_deploy.py"
        deploy = _deploy_text(result, settings, job_file, name)
        made.append({"kind": "deploy", "name": name, "text": deploy})
    if settings.get("tests"):
        from transpiler.emit.tests import test_script_of

        text = test_script_of(result, job_file)
        made.append({"kind": "test", "name": f"test_{job_file}", "text": text})
    if settings.get("report"):
        page = result.report.to_html()
        made.append({"kind": "report", "name": f"{stem}_report.html", "text": page})
    return made


def make_export(source: str, settings: dict[str, Any], folder: Path | None) -> dict[str, Any]:
    """The answer to the editor (see `ITranspilation` in labextension/src/api.ts).

    `source` is what Amphi generated; `folder` the pipeline's own, whose input files tell the types
    of the columns. A program that is refused gives `error` with its line, and no files.
    """
    from transpiler import Options, TranspileError, transpile

    pandas, repairs = repair(source)
    answer: dict[str, Any] = {
        "pandas": pandas,
        "job": "",
        "files": [],
        "entries": [],
        "counts": dict.fromkeys(VERDICTS, 0),
        "matches": [],
        "repairs": [dataclasses.asdict(r) for r in repairs],
        "error": None,
        "fields": check_settings(settings),
    }
    if answer["fields"]:
        return answer
    options = Options(
        glue_version=settings["glueVersion"],
        job_name=settings["jobName"],
        input_root=folder if folder and folder.is_dir() else None,
    )
    try:
        result = transpile(pandas, options=options)
    except TranspileError as problem:
        message = getattr(problem, "message", str(problem))
        answer["error"] = {"line": problem.line or 1, "message": message}
        answer["counts"]["refused"] = 1
        return answer
    answer["job"] = result.script
    answer["entries"] = [dataclasses.asdict(entry) for entry in result.report.entries]
    answer["counts"] = dict(result.report.counts)
    answer["matches"] = matches(pandas, result.script)
    answer["files"] = _files(result, settings)
    return answer
