"""Run a pandas program and its job side by side on copies of the inputs, and compare."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from transpiler.transpile import Transpilation

#: what is not copied with a program's folder
SKIP = shutil.ignore_patterns(".*", "__pycache__", "node_modules", "*.egg-info")


@dataclass
class Verification:
    """``same``: every output equal; ``lines``: one finding each."""

    same: bool = True
    lines: list[str] = field(default_factory=list)

    def add(self, line: str, same: bool = False) -> None:
        self.lines.append(line)
        self.same = self.same and same


def verify_script(
    script: Path, job: Transpilation, folder: Path, tell: Callable[[str], None]
) -> Verification:
    """Run both in subfolders of ``folder`` that hold copies of the script's folder.

    What pandas raises the job has to raise too: then both count as the same.
    """
    from glue_runtime.local import compare_outputs, run_job

    found = Verification()
    if writes_database(job.outputs):
        found.add("not run here: both the program and the job would write to the database")
        return found
    expected, actual = folder / "pandas", folder / "glue"
    for copy in (expected, actual):
        shutil.copytree(script.resolve().parent, copy, ignore=SKIP)
        for output in job.outputs:
            clear(copy / output.path.lstrip("/"))
    tell("running the pandas program")
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [sys.executable, script.name], cwd=expected, capture_output=True, text=True, env=environment
    )
    tell("running the job")
    problem: Exception | None = None
    try:
        run_job(job.script, {"JOB_NAME": script.stem}, workdir=actual)
    except Exception as error:
        problem = error
    if done.returncode != 0 or problem is not None:
        last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
        words = f"pandas: {last if done.returncode else 'ran'}; the job: {problem or 'ran'}"
        found.add(words, same=done.returncode != 0 and problem is not None)
        return found
    if not job.outputs:
        found.add("the program writes nothing that could be compared", same=True)
    for output in job.outputs:
        if output.path == "?" or "://" in output.path:
            found.add(f"{output.path}: not compared (its path is not known here)", same=True)
            continue
        differences = compare_outputs(
            expected / output.path,
            actual / output.path.lstrip("/"),
            output.format,
            output.order,
            **output.options,
        )
        found.add(
            f"{output.path}: {'the same' if not differences else '; '.join(differences)}",
            same=not differences,
        )
    return found


def writes_database(outputs: list) -> bool:
    """Whether running a program twice would write to a database twice."""
    return any(output.format == "database" for output in outputs)


def clear(path: Path) -> None:
    """Remove an output of an earlier run."""
    if path.is_dir():
        shutil.rmtree(path)
    elif path.exists():
        path.unlink()
