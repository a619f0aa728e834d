"""Run a program in pandas and as a job, and compare every output: the one way tests prove things."""

from __future__ import annotations

import os
import re
import runpy
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import pyspark

from glue_runtime.local import compare_outputs, run_job
from tests.nasty import write_inputs
from transpiler import Options, Transpilation, transpile

#: ways of knowing types that this run tries: with the newer Spark the types are known, with the
#: older one not; P2G_WHOLE=1 tries both on each
MODES = [True, False] if os.environ.get("P2G_WHOLE") else [pyspark.__version__ >= "4"]
MODE_NAMES = {True: "types-known", False: "types-unknown"}


@dataclass
class Outcome:
    """What happened: "same", "different", "both raise", "pandas raises", "job raises"."""

    word: str
    differences: list[str] = field(default_factory=list)
    job: Transpilation | None = None

    def __bool__(self) -> bool:
        return self.word in ("same", "both raise")

    def __str__(self) -> str:
        counts = {k: v for k, v in self.job.report.counts.items() if v} if self.job else {}
        return "\n".join([f"outcome: {self.word}; verdicts: {counts}", *self.differences])


def run_pandas(source: str, folder: Path) -> Exception | None:
    """Run the program in ``folder``; gives the exception that it raised."""
    script = folder / "program.py"
    script.write_text(source)
    home = os.getcwd()
    os.chdir(folder)
    try:
        runpy.run_path(str(script), run_name="__main__")
    except Exception as error:
        return error
    finally:
        os.chdir(home)
    return None


def verify(
    source: str, folder: Path, types_known: bool = True, inputs: bool | Path = True, **options
) -> Outcome:
    """Transpile ``source``, run it both ways in subfolders of ``folder``, compare the outputs.

    ``inputs``: True for the nasty ones, a folder to copy from, False when they are there already.
    """
    expected, actual = folder / "pandas", folder / "job"
    if isinstance(inputs, Path):
        copy_inputs(inputs, expected, actual)
    elif inputs:
        write_inputs(expected)
        write_inputs(actual)
    root = expected if types_known else None
    job = transpile(source, Options(input_root=root, **options))
    before = files_under(expected)
    problem = run_pandas(source, expected)
    try:
        run_job(job.script, {"JOB_NAME": "test"}, workdir=actual)
    except Exception as error:
        if problem is not None:
            return Outcome("both raise", [repr(problem), repr(error)[:300]], job)
        causes = re.findall(r"^Caused by: .*", str(error), flags=re.M)
        told = "\n".join([f"{type(error).__name__}: {str(error)[:1500]}", *causes])
        return Outcome("job raises", [told], job)
    if problem is not None:
        return Outcome("pandas raises", [repr(problem)], job)
    differences: list[str] = []
    for output in job.outputs:
        neither = not (expected / output.path).exists() and not (actual / output.path).exists()
        if output.path == "?" or neither:  # a branch that was not taken writes nothing
            continue
        found = compare_outputs(
            expected / output.path,
            actual / output.path,
            output.format,
            output.order,
            **output.options,
        )
        differences += [f"{output.path}: {d}" for d in found]
    listed = {str(Path(output.path)) for output in job.outputs}
    for path in sorted(files_under(expected) - before - listed - {"program.py"}):
        kind = KINDS.get(Path(path).suffix, "csv")
        found = compare_outputs(expected / path, actual / path, kind)
        differences += [f"{path} (not among the job's outputs): {d}" for d in found]
    if not job.outputs:
        differences.append("the job writes nothing")
    return Outcome("different" if differences else "same", differences, job)


KINDS = {".csv": "csv", ".parquet": "parquet", ".json": "json", ".jsonl": "json"}


def files_under(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def copy_inputs(source: Path, *targets: Path) -> None:
    for target in targets:
        shutil.copytree(source, target, dirs_exist_ok=True)
