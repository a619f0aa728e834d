"""What the editor's export does on the server: pandas source and settings in, files out."""

import dataclasses
import re
from pathlib import Path
from typing import Any

from amphi_plugin.matching import matches
from amphi_plugin.repairs import repair

VERDICTS = ("native", "runtime", "udf", "driver", "kept", "refused")
MAX_WORKERS = 299


def file_stem(job_name: str) -> str:
    """A job's name as the beginning of file and module names: `Monthly sales!` → Monthly_sales."""
    return re.sub(r"\W+", "_", job_name, flags=re.A).strip("_") or "pandas"


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
    name = str(settings.get("jobName") or "")
    if not 1 <= len(name.strip()) <= 255:
        problems["jobName"] = "a job name has 1 to 255 characters"
    if settings.get("glueVersion") not in GLUE_VERSIONS:
        problems["glueVersion"] = f"Glue has {', '.join(GLUE_VERSIONS)}"
    if settings.get("workerType") not in WORKER_DPU:
        problems["workerType"] = f"{settings.get('workerType')!r} is no worker type"
    workers = settings.get("numberOfWorkers")
    if not isinstance(workers, int) or not 2 <= workers <= MAX_WORKERS:
        problems["numberOfWorkers"] = f"a Spark job has 2 to {MAX_WORKERS} workers"
    return problems


def _deploy_text(result: Any, settings: dict[str, Any], job_file: str) -> str:
    """The deploy script with what the dialog asked for as its defaults. No secret gets in."""
    from transpiler.emit.deploy import deploy_script
    from transpiler.emit.spec import spec_of

    spec = dataclasses.replace(
        spec_of(result),
        job_name=settings["jobName"],
        bucket=settings["bucket"],
        role=settings["role"],
        region=settings.get("region") or None,
        profile=(settings.get("profile") or None) if settings.get("signOn") == "sso" else None,
        glue_version=settings["glueVersion"],
        worker_type=settings["workerType"],
        number_of_workers=settings["numberOfWorkers"],
    )
    return deploy_script(spec, job_file)


def _files(result: Any, settings: dict[str, Any]) -> list[dict[str, str]]:
    stem = file_stem(settings["jobName"])
    job_file = f"{stem}_glue_job.py"
    made = [{"kind": "job", "name": job_file, "text": result.script}]
    if settings.get("deployScript"):
        deploy = _deploy_text(result, settings, job_file)
        made.append({"kind": "deploy", "name": f"{stem}_deploy.py", "text": deploy})
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
