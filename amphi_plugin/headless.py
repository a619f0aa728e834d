"""Amphi's own code generator without a browser: a pipeline file in, its pandas source out.

The generator runs as the installed `jupyterlab-amphi` wheel has it, in V8 (`mini-racer`), in a
child process with a time limit. Nothing of Amphi is read, copied or changed.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from amphi_plugin.repairs import Repair, repair

MANAGER = "@amphi/pipeline-components-manager"
CORE = "@amphi/pipeline-components-core"
LOCAL = "@amphi/pipeline-components-local"
OWN = "pandas-to-glue"
# The wheels whose generator our tests have run. Outside, the text might mean something else.
TESTED_VERSIONS = ((0, 9, 0), (0, 9, 7))
STUB_MARK = "PANDAS_TO_GLUE_STUB"
TIMEOUT = 60.0


class AmphiError(Exception):
    """A pipeline could not be turned into pandas source; the message says why and what to do."""


class AmphiMissing(AmphiError):
    """`jupyterlab-amphi` or `mini-racer` is not installed."""


class AmphiVersion(AmphiError):
    """The installed Amphi is not one whose generator was tested."""


class UnknownComponent(AmphiError):
    """The pipeline has a node of a type that no installed package registers."""


class StubReached(AmphiError):
    """Text of the editor's user interface got into the generated code."""


class PipelineInvalid(AmphiError):
    """The file is not an Amphi pipeline, or a node lacks what its component needs."""


class GeneratorTimeout(AmphiError):
    """The generator did not answer in time."""


@dataclass(frozen=True)
class PandasSource:
    """What Amphi generates for a pipeline: `text`, with each `Repair` that was made to it.

    `warnings` names the modules of Amphi that did not start without a page. They draw; text that
    one of them has reached is refused (StubReached).
    """

    text: str
    repairs: tuple[Repair, ...] = ()
    amphi_version: str = ""
    name: str = "pipeline"
    warnings: tuple[str, ...] = field(default=())

    def __str__(self) -> str:
        return self.text


def labextension_folder() -> Path:
    """The folder that holds `@amphi/…` of the installed wheel. Raises AmphiMissing."""
    for name in ("jupyterlab-amphi", "amphi-etl"):
        try:
            files = metadata.files(name) or []
        except metadata.PackageNotFoundError:  # the other one may be installed
            continue
        for file in files:
            if file.match(f"*/labextensions/{CORE}/package.json"):
                found = Path(file.locate()).resolve()
                return found.parents[2]
    standard = Path(sys.prefix) / "share" / "jupyter" / "labextensions"
    if (standard / CORE / "package.json").is_file():
        return standard
    raise AmphiMissing(
        "Amphi is not installed here: its own generator makes the pandas source. "
        "Install it with: pip install 'pandas-to-glue[amphi]'"
    )


def amphi_version(folder: Path | None = None) -> str:
    """The version of the component package, e.g. "0.9.7"."""
    package = (folder or labextension_folder()) / CORE / "package.json"
    return json.loads(package.read_text(encoding="utf-8"))["version"]


def check_version(version: str) -> None:
    """Raises AmphiVersion outside TESTED_VERSIONS."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:3])
    low, high = TESTED_VERSIONS
    if low <= numbers <= high:
        return
    words = ["{}.{}.{}".format(*v) for v in TESTED_VERSIONS]
    raise AmphiVersion(
        f"Amphi {version} is installed, and its generator was tested from {words[0]} to "
        f"{words[1]} only. Install one of those, or pass any_version=True (--any-amphi-version) "
        "and compare the results yourself."
    )


def _own_labextension() -> Path | None:
    """Our own prebuilt extension, whose Glue components a pipeline may use."""
    folder = Path(__file__).with_name("bundle")
    return folder if (folder / "package.json").is_file() else None


def _ask_v8(pipelines: list[str], components: bool, folder: Path, timeout: float) -> dict:
    """One child process for all the pipelines. Raises AmphiError of every kind."""
    extensions = {n: str(folder / n) for n in (MANAGER, CORE, LOCAL) if (folder / n).is_dir()}
    own = _own_labextension()
    if own:
        extensions[OWN] = str(own)
    request = {"labextensions": extensions, "pipelines": pipelines, "components": components}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "amphi_plugin.v8_child"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(
                    [str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
                ).rstrip(os.pathsep),
                "PYTHONIOENCODING": "utf-8",
            },
        )
    except subprocess.TimeoutExpired as expired:
        raise GeneratorTimeout(
            f"Amphi's generator did not answer within {timeout:g} seconds and was ended."
        ) from expired
    if not done.stdout:
        tail = done.stderr.strip().splitlines()[-1:] or ["no output"]
        raise AmphiError(f"Amphi's generator ended with status {done.returncode}: {tail[0]}")
    reply = json.loads(done.stdout)
    if "error" in reply:
        if "py_mini_racer" in reply["error"] and "ModuleNotFound" in reply["error"]:
            raise AmphiMissing(
                "The package mini-racer (V8 for Python) is not installed: Amphi's generator runs "
                "in it. Install it with: pip install 'pandas-to-glue[amphi]'"
            )
        raise AmphiError(f"Amphi's generator could not be started: {reply['error']}")
    return reply


def components(*, folder: Path | None = None, timeout: float = TIMEOUT) -> list[dict]:
    """Every component that the installed Amphi registers.

    Each is `{"id", "name", "type", "category", "description", "default", "form"}`, the form as
    Amphi describes it (`form["fields"]`: id, type, label, options, …).
    """
    return _ask_v8([], True, folder or labextension_folder(), timeout)["components"]


def _read(pipeline: str | Path) -> tuple[str, str]:
    """(text, name) of a pipeline given as text or as a path. Raises PipelineInvalid."""
    name = "pipeline"
    if isinstance(pipeline, Path) or not pipeline.lstrip().startswith("{"):
        path = Path(pipeline)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as problem:
            raise PipelineInvalid(f"{path}: cannot be read: {problem}") from problem
        name = path.stem
    else:
        text = pipeline
    try:
        flow = json.loads(text)["pipelines"][0]["flow"]
        known = all(isinstance(flow[part], list) for part in ("nodes", "edges"))
        known = known and all(isinstance(n["id"] + n["type"], str) for n in flow["nodes"])
    except (ValueError, LookupError, TypeError):
        known = False
    if not known:
        raise PipelineInvalid(
            f"{name}: this is not an Amphi pipeline: JSON with pipelines[0].flow.nodes (each with an "
            "id and a type) and .edges is expected."
        )
    if not flow["nodes"]:
        raise PipelineInvalid(f"{name}: the pipeline has no components yet.")
    return text, name


def _finish(
    result: dict, text: str, name: str, version: str, failed: tuple[str, ...] = ()
) -> PandasSource:
    """One V8 result → PandasSource, or the error that names the node.

    `failed`: modules of Amphi that could not start without a page; stubs stand for them.
    """
    if result.get("unknown"):
        nodes = ", ".join(f"{n['type']} (node {n['id']})" for n in result["unknown"])
        raise UnknownComponent(
            f"{name}: no installed package registers the component {nodes}. "
            "Install the package it comes from, or take the node out."
        )
    if "error" in result:
        raise PipelineInvalid(f"{name}: {_explain(result, text)}")
    source = result["source"]
    if STUB_MARK in source:
        where = next(n for n, ln in enumerate(source.splitlines(), 1) if STUB_MARK in ln)
        raise StubReached(
            f"{name}: line {where} of what Amphi generated holds text of its user interface, "
            "which is not there without a browser. Export this pipeline from the editor."
        )
    fixed, repairs = repair(source)
    warnings = tuple(f"a module of Amphi did not start without a browser: {m}" for m in failed)
    return PandasSource(fixed, tuple(repairs), version, name, warnings)


def _explain(result: dict, text: str) -> str:
    """Amphi's exception, with the node it came from when its log names one."""
    message = result["error"]
    for line in result.get("log", []):
        node = re.search(r"Error processing node (\S+?):", line)
        if node:
            flow = json.loads(text)["pipelines"][0]["flow"]
            kinds = {n["id"]: n["type"] for n in flow["nodes"]}
            kind = kinds.get(node.group(1), "node")
            return (
                f"Amphi's generator stopped at {kind} (node {node.group(1)}): {message}. "
                "Is it connected, and its form filled in?"
            )
    return f"Amphi's generator stopped: {message}. Is every component's form filled in?"


def export(
    pipeline: str | Path,
    *,
    any_version: bool = False,
    folder: Path | None = None,
    timeout: float = TIMEOUT,
) -> PandasSource:
    """Amphi's pandas source for a pipeline (path, or its JSON text), repairs reported.

    Raises AmphiError: AmphiMissing, AmphiVersion, PipelineInvalid, UnknownComponent, StubReached,
    GeneratorTimeout.
    """
    results = export_all([pipeline], any_version=any_version, folder=folder, timeout=timeout)
    if isinstance(results[0], AmphiError):
        raise results[0]
    return results[0]


def export_all(
    pipelines: list[str | Path],
    *,
    any_version: bool = False,
    folder: Path | None = None,
    timeout: float = TIMEOUT,
) -> list[PandasSource | AmphiError]:
    """As `export` for many pipelines in one V8; a pipeline that fails gives its error instead."""
    folder = folder or labextension_folder()
    version = amphi_version(folder)
    if not any_version:
        check_version(version)
    read: list[tuple[str, str] | AmphiError] = []
    for pipeline in pipelines:
        try:
            read.append(_read(pipeline))
        except PipelineInvalid as problem:
            read.append(problem)
    texts = [item[0] for item in read if not isinstance(item, AmphiError)]
    reply = _ask_v8(texts, False, folder, timeout) if texts else {"results": [], "failed": []}
    answers, failed = iter(reply["results"]), tuple(reply["failed"])
    finished: list[PandasSource | AmphiError] = []
    for item in read:
        if isinstance(item, AmphiError):
            finished.append(item)
            continue
        try:
            finished.append(_finish(next(answers), *item, version, failed))
        except AmphiError as problem:
            finished.append(problem)
    return finished


def pandas_source(pipeline: str | Path, **options) -> str:
    """The pandas source that Amphi generates for `pipeline` (a path, or the file's text).

    Options and errors are those of `export`, which also tells the repairs.
    """
    return export(pipeline, **options).text
