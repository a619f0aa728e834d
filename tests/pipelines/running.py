"""Runs the pandas source of a pipeline in a folder of its own, as its user would."""

import contextlib
import importlib.util
import io
import locale
import os
import shutil
import sys
import types
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

from tests.pipelines.catalogue import DATA

BUCKET = "bucket"
# Words of Case.pandas for what is translated here, but not run.
NOT_RUN = ("service", "machine", "files")


def lacking(needs: str) -> str:
    """What a case needs (a module, or a locale) and this machine has not; empty when it has."""
    kind, _, name = needs.rpartition(":")
    if kind == "locale":
        here = locale.setlocale(locale.LC_TIME)
        try:
            locale.setlocale(locale.LC_TIME, name)
        except locale.Error:
            return f"the locale {name}"
        finally:
            locale.setlocale(locale.LC_TIME, here)
        return ""
    return "" if not name or importlib.util.find_spec(name) else f"the package {name}"


def lay_inputs(folder: Path) -> Path:
    """Copy the input files under `folder`/data, also into its bucket, and make the out/ of both."""
    shutil.copytree(DATA, folder / "data")
    (folder / "out").mkdir()
    bucket = folder / "s3" / BUCKET
    shutil.copytree(DATA, bucket / "data")
    (bucket / "out").mkdir()
    return folder


@contextlib.contextmanager
def s3_is(folder: Path) -> Iterator[None]:
    """`s3://…` is `folder` for pandas (through fsspec) and for a job run here.

    The file system takes any storage options, as s3fs does, and asks nobody about them.
    """
    from fsspec.implementations.dirfs import DirFileSystem
    from fsspec.implementations.local import LocalFileSystem
    from pandas.io import parquet
    from fsspec.registry import _registry, register_implementation

    class BucketFolders(DirFileSystem):
        protocol = "s3"

        def __init__(self, **storage_options: object) -> None:
            super().__init__(path=str(folder), fs=LocalFileSystem(), skip_instance_cache=True)

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return path.removeprefix("s3://")

    real = parquet._get_path_or_handle

    def opened(path, fs, storage_options=None, mode="rb", is_dir=False):
        # Without storage options pandas asks pyarrow's own S3 client, not fsspec.
        if str(path).startswith("s3://"):
            storage_options = storage_options or {"anon": False}
        return real(path, fs, storage_options, mode, is_dir)

    before = _registry.get("s3")
    register_implementation("s3", BucketFolders, clobber=True)
    mounts = {"P2G_S3_MOUNT": f"{BUCKET}={folder / BUCKET}"}
    try:
        with (
            mock.patch.dict(os.environ, mounts),
            mock.patch.object(parquet, "_get_path_or_handle", opened),
        ):
            yield
    finally:
        if before is not None:
            register_implementation("s3", before, clobber=True)


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
        with (
            _placeholder_polars(),
            s3_is(folder / "s3"),
            warnings.catch_warnings(),
            contextlib.redirect_stdout(printed),
        ):
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


def translated(source: str, input_root: Path):
    """(transpilation or None, Outcome): what is said of `source` without running it."""
    from transpiler import Options, TranspileError, transpile

    try:
        job = transpile(source, options=Options(input_root=input_root))
    except TranspileError as problem:
        return None, Outcome("refused", {"refused": 1}, [str(problem)])
    verdicts = {word: count for word, count in job.report.counts.items() if count}
    messages = [f"{e.verdict}: {e.message}" for e in job.report.entries if e.message]
    return job, Outcome("translated", verdicts, [], messages)


def on_disk(path: str, side: Path) -> Path:
    """Where an output is: `s3://…` is in the folder's s3/."""
    text = str(path)
    return side / "s3" / text.removeprefix("s3://") if text.startswith("s3://") else side / text


def written(side: Path) -> set[str]:
    folders = (side / "out", side / "s3" / BUCKET / "out")
    return {path.name for folder in folders for path in folder.iterdir()}


def run_both(source: str, base: Path, name: str = "pipeline") -> Outcome:
    """Run `source` in pandas and as a job under `base`, and compare every output.

    A program that pandas does not run raises pandas' exception.
    """
    from glue_runtime.local import compare_outputs, run_job

    expected, actual = base / "pandas", base / "job"
    for side in (expected, actual):
        side.mkdir(parents=True)
        lay_inputs(side)
    job, outcome = translated(source, actual)
    if job is None:
        return outcome
    run_pandas(source, expected, name)
    try:
        with s3_is(actual / "s3"), contextlib.redirect_stdout(io.StringIO()):
            run_job(job.script, args={"JOB_NAME": name}, workdir=actual)
    except Exception as problem:
        outcome.word, outcome.told = "job raises", [f"{type(problem).__name__}: {problem}"]
        return outcome
    for output in job.outputs:
        sides = on_disk(output.path, expected), on_disk(output.path, actual)
        found = compare_outputs(*sides, output.format, order=output.order, **output.options)
        outcome.told += [f"{output.path}: {words}" for words in found]
    missing = written(expected) - {Path(str(output.path)).name for output in job.outputs}
    outcome.told += [f"the job did not write out/{name}" for name in sorted(missing)]
    outcome.word = "different" if outcome.told else "same"
    return outcome
