"""Runs a pandas program and its job on this machine and compares every output.

A process of its own, `python -m amphi_plugin.local_run FOLDER`, so that a Spark session does not
live on in the Jupyter server. Reads `{"source", "job"}` on standard input; answers with lines of
JSON: `{"stage": TEXT}` as it goes, at last `{"state", "message", "outputs"}`. The user's folder is
only read: both programs work on links to its files in temporary folders.
"""

import contextlib
import importlib.util
import io
import json
import os
import runpy
import sys
import tempfile
import warnings
from pathlib import Path

MAX_FILES = 5_000


def say(**words: object) -> None:
    sys.__stdout__.write(json.dumps(words) + "\n")
    sys.__stdout__.flush()


def lay_links(folder: Path, into: Path, outputs: list[str]) -> None:
    """The tree of `folder` as links, without what the program is going to write."""
    written = [Path(output).parts for output in outputs]
    linked = 0
    for file in sorted(folder.rglob("*")):
        parts = file.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "node_modules" for part in parts)
        made = any(parts[: len(output)] == output for output in written)
        if linked >= MAX_FILES or hidden or made or not file.is_file():
            continue
        linked += 1
        link = into.joinpath(*parts)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    for output in written:
        into.joinpath(*output).parent.mkdir(parents=True, exist_ok=True)


class RunFailed(Exception):
    """One of the two programs failed, or cannot be run here; the message says which and why."""


@contextlib.contextmanager
def told_as(words: str):
    """What goes wrong inside, as RunFailed with `words` before it."""
    try:
        yield
    except BaseException as problem:  # SystemExit too: it is the program's own
        raise RunFailed(f"{words}: {type(problem).__name__}: {problem}") from problem


def check_spark() -> None:
    """Raises RunFailed where no Spark is installed, before the user waits for anything."""
    if importlib.util.find_spec("pyspark") is None:
        raise RunFailed("there is no Spark here: pip install 'pandas-to-glue[local]'")


@contextlib.contextmanager
def working_in(folder: Path):
    here = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(here)


def run_pandas(source: str, folder: Path) -> None:
    script = folder / ".pandas_program.py"
    script.write_text(source, encoding="utf-8")
    with working_in(folder), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(str(script), run_name="__main__")


def compare(outputs: list, expected: Path, actual: Path) -> list[dict]:
    from glue_runtime.local import compare_outputs

    told = []
    for output in outputs:
        path = str(output.path)
        try:
            differences = compare_outputs(
                expected / path, actual / path, output.format, order=output.order, **output.options
            )
        except Exception as problem:  # an output that nobody can read back is a difference too
            differences = [f"cannot be read back: {problem}"]
        told.append({"path": path, "equal": not differences, "message": "; ".join(differences[:2])})
    return told


def main() -> None:
    request = json.load(sys.stdin)
    folder = Path(sys.argv[1]).resolve()
    check_spark()
    from transpiler import Options, transpile
    from transpiler.verify import writes_database

    outputs = transpile(request["source"], options=Options(input_root=folder)).outputs
    if writes_database(outputs):
        raise RunFailed("not run here: both the program and the job would write to the database")
    local = [str(output.path) for output in outputs if "://" not in str(output.path)]
    paths = [path for path in local if path != "?"]  # "?": only the job knows where
    with tempfile.TemporaryDirectory(prefix="pandas-to-glue-") as made:
        sides = [Path(made, side) for side in ("pandas", "job")]
        for side in sides:
            side.mkdir()
            lay_links(folder, side, paths)
        say(stage="Running the pandas program")
        with told_as("the pandas program failed"):
            run_pandas(request["source"], sides[0])
        say(stage="Running the job on Spark")
        from glue_runtime.local import run_job

        with told_as("the job failed"), contextlib.redirect_stdout(io.StringIO()):
            run_job(request["job"], args={"JOB_NAME": "preview"}, workdir=sides[1])
        say(stage="Comparing the outputs")
        told = compare([o for o in outputs if str(o.path) in paths], *sides)
    equal = all(output["equal"] for output in told)
    words = f"{len(told)} output{'s' if len(told) != 1 else ''}"
    message = (
        f"the job wrote what pandas wrote ({words})" if equal else "the job differs from pandas"
    )
    if not told:
        message = "both ran; the program writes no file to compare"
    say(state="equal" if equal else "different", message=message, outputs=told)


if __name__ == "__main__":
    try:
        main()
    except BaseException as problem:  # whatever it was, the editor shows it
        known = isinstance(problem, RunFailed)
        words = str(problem) if known else f"{type(problem).__name__}: {problem}"
        say(state="failed", message=words[:2000], outputs=[])
