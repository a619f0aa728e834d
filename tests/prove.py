"""Grown programs in pandas and as one job: what differs, and the shortest program that still does."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from glue_runtime.local import compare_frames, compare_outputs, run_job
from tests.capture import as_frame, taken
from tests.grow import Program
from tests.harness import run_pandas
from transpiler import Options, Transpilation, transpile

HEAD = "import numpy as np\nimport pandas as pd\nfrom tests.capture import capture\n\n"
#: the first words of what is wrong
JOB_RAISES, PANDAS_RAISES = "the job raises", "pandas raises"


def differences(programs: list[Program], known: bool) -> tuple[dict[int, str], Transpilation]:
    """What is wrong with each, by number, when they all run as one job; and that job.

    Raises what the job raises: ``prove`` finds out whose fault it was.
    """
    with tempfile.TemporaryDirectory() as name:
        expected, actual = Path(name) / "pandas", Path(name) / "job"
        for folder in (expected, actual):
            folder.mkdir()
            for program in {p.file: p for p in programs}.values():
                program.write_inputs(folder, 1 if folder == expected else program.parts)
        before = [None, *(p.file for p in programs)]
        source = HEAD + "\n".join(p.source(p.file != was) for p, was in zip(programs, before))
        taken()
        problem = run_pandas(source, expected)
        if problem is not None:
            raise AssertionError(f"{PANDAS_RAISES}: {problem!r}")
        want = taken()
        job = transpile(source, Options(input_root=expected if known else None))
        try:
            run_job(job.script, {"JOB_NAME": "grown"}, workdir=actual)
        finally:
            got = taken()
        orders = {o.path: o.order for o in job.outputs}
        found = {}
        for program in programs:
            name = f"p{program.number}"
            path = f"out{program.number}.csv"
            if program.ends != "csv":
                wrong = ["the job did not get there"]
                if name in got:
                    wrong = compare_frames(as_frame(want[name]), as_frame(got[name]), order=True)
            else:
                wrong = compare_outputs(expected / path, actual / path, "csv", orders.get(path))
            if wrong:
                found[program.number] = "; ".join(wrong)
        return found, job


def saved(programs: list[Program]) -> list[dict]:
    """Programs as they go into a JSON file: as rules come, a seed grows another program."""
    kept = ("number", "steps", "rules", "ends", "names", "parts")
    texts = ("main", "other")
    return [{**{k: getattr(p, k) for k in kept}, **{k: getattr(p, k).to_csv(index=False) for k in texts}} for p in programs]  # fmt: skip


def loaded(items: list[dict]) -> list[Program]:
    """The programs back."""
    frames = ({k: pd.read_csv(io.StringIO(i[k]), dtype=str) for k in ("main", "other")} for i in items)  # fmt: skip
    return [Program(**{**item, **made}) for item, made in zip(items, frames)]


def prove(programs: list[Program], known: bool) -> tuple[dict[int, str], list[Transpilation]]:
    """As ``differences``, but a job that raises is taken apart until it is known which program does."""
    try:
        found, job = differences(programs, known)
        return found, [job]
    except Exception as error:
        if len(programs) == 1:
            words = f"{JOB_RAISES}: {type(error).__name__}: {str(error)[:600]}"
            return {programs[0].number: words}, []
    half = len(programs) // 2
    (one, some), (two, more) = (prove(p, known) for p in (programs[:half], programs[half:]))
    return {**one, **two}, [*some, *more]


def shrink(program: Program, known: bool, still: Callable[[str], bool] | None = None) -> tuple[Program, str]:  # fmt: skip
    """The program without the steps that the difference does not need, and what is wrong with it."""
    still = still or bool

    def wrong_with(steps: list[str]) -> str:
        return prove([program.reduced(steps)], known)[0].get(program.number, "")

    steps, words = list(program.steps), ""
    size = max(1, len(steps) // 2)
    while size:
        at = 0
        while at < len(steps):
            fewer = steps[:at] + steps[at + size :]
            found = wrong_with(fewer)
            if found and PANDAS_RAISES not in found and still(found):
                steps, words = fewer, found
            else:
                at += size
        size //= 2
    return program.reduced(steps), words or wrong_with(steps)
