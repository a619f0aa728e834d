"""Runs the pandas source of a pipeline in a folder of its own, as its user would."""

import contextlib
import importlib.util
import io
import os
import shutil
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.pipelines.catalogue import DATA


def lay_inputs(folder: Path) -> Path:
    """Copy the input files under `folder`/data and make its out/."""
    shutil.copytree(DATA, folder / "data")
    (folder / "out").mkdir()
    return folder


@contextlib.contextmanager
def _placeholder_polars() -> Iterator[None]:
    """Amphi's helpers import polars for engines that no test chooses; an empty module does."""
    if "polars" in sys.modules or importlib.util.find_spec("polars"):
        yield
        return
    module = types.ModuleType("polars")
    module.DataFrame = type("DataFrame", (), {})
    sys.modules["polars"] = module
    try:
        yield
    finally:
        del sys.modules["polars"]


def run_pandas(source: str, folder: Path, name: str = "pipeline") -> str:
    """Run `source` with `folder` as working directory; what it printed is returned."""
    printed = io.StringIO()
    here = os.getcwd()
    os.chdir(folder)
    try:
        with _placeholder_polars(), warnings.catch_warnings(), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")
            exec(compile(source, f"<{name}>", "exec"), {"__name__": "__main__"})
    finally:
        os.chdir(here)
    return printed.getvalue()


@dataclass
class Outcome:
    """A pipeline run both ways: `word` is "same", "different", "job raises" or "refused"."""

    word: str
    verdicts: dict[str, int] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.word} {self.verdicts}: " + "; ".join(self.told)[:1500]


def run_both(source: str, base: Path, name: str = "pipeline") -> Outcome:
    """Run `source` in pandas and as a job under `base`, and compare every output.

    A program that pandas does not run raises pandas' exception.
    """
    from glue_runtime.local import compare_outputs, run_job
    from transpiler import Options, TranspileError, transpile

    expected, actual = base / "pandas", base / "job"
    for side in (expected, actual):
        side.mkdir(parents=True)
        lay_inputs(side)
    try:
        job = transpile(source, options=Options(input_root=actual))
    except TranspileError as problem:
        return Outcome("refused", {"refused": 1}, [str(problem)])
    verdicts = {word: count for word, count in job.report.counts.items() if count}
    messages = [f"{e.verdict}: {e.message}" for e in job.report.entries if e.message]
    run_pandas(source, expected, name)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            run_job(job.script, args={"JOB_NAME": name}, workdir=actual)
    except Exception as problem:
        told = f"{type(problem).__name__}: {problem}"
        return Outcome("job raises", verdicts, [told], messages)
    differences = []
    for output in job.outputs:
        sides = expected / output.path, actual / output.path
        found = compare_outputs(*sides, output.format, order=output.order, **output.options)
        differences += [f"{output.path}: {words}" for words in found]
    written = {p.name for p in (expected / "out").iterdir()}
    missing = written - {Path(output.path).name for output in job.outputs}
    differences += [f"the job did not write out/{name}" for name in sorted(missing)]
    return Outcome("different" if differences else "same", verdicts, differences, messages)
