"""Every rule's examples, in pandas and in Spark, on the nasty data, types known and unknown."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

from glue_runtime.local import compare_frames, run_job
from rules import registry
from tests.capture import as_frame, taken
from tests.harness import MODE_NAMES, MODES, run_pandas, verify
from tests.nasty import write_inputs
from transpiler import Options, transpile

HEAD = """import numpy as np
import pandas as pd
from tests.capture import capture

base = pd.read_csv("nasty.csv", parse_dates=["t", "d"], dtype={"u": str})
other = pd.read_csv("other.csv")
"""
BATCH = 75  # reading the inputs costs as much as ten examples


def examples() -> list[tuple[str, str]]:
    """(rule name, example) of every rule, in order, each example once."""
    registry.load()
    found = {}
    for name, rules in registry.RULES.items():
        if name.startswith("awswrangler."):
            continue  # there is no AWS here: tests/test_catalog_rules.py proves them
        if name.startswith(("duckdb.", "Relation.")):
            continue  # tests/test_sql.py proves them
        for rule in rules:
            if rule.where.startswith(("rules.connections:", "rules.database:", "rules.iceberg:")):
                continue  # tests/test_databases.py and test_iceberg.py prove them
            for example in rule.examples:
                found.setdefault(example, rule.name)
    return [(name, example) for example, name in found.items()]


def writes(example: str) -> bool:
    return any(f".to_{kind}(" in example for kind in ("csv", "parquet", "json", "sql", "excel"))


def lines_of(number: int, example: str) -> str:
    """The example as part of a program: ``df`` is fresh, the result is captured."""
    try:
        ast.parse(example, mode="eval")
        body = f"out = {example}"
    except SyntaxError:
        body = example
    return f"df = base.copy()\n{body}\ncapture('e{number}', out)\n"


def outcome(batch: list[tuple[int, str]], folder: Path, known: bool) -> tuple[dict, dict, object]:
    """Captured values of pandas and of the job."""
    write_inputs(folder)
    source = HEAD + "".join(lines_of(n, e) for n, e in batch)
    job = transpile(source, Options(input_root=folder if known else None))
    problem = run_pandas(source, folder)
    assert problem is None, f"pandas itself raises {problem!r}"
    expected = taken()
    run_job(job.script, {"JOB_NAME": "examples"}, workdir=folder)
    return expected, taken(), job


def differences(number: int, expected: dict, actual: dict) -> list[str]:
    name = f"e{number}"
    if name not in actual:
        return ["the job did not get there"]
    return compare_frames(as_frame(expected[name]), as_frame(actual[name]), order=True)


def check_one(number: int, example: str, folder: Path, known: bool) -> str:
    """What is wrong with one example, in words; empty when nothing is."""
    try:
        expected, actual, _ = outcome([(number, example)], folder, known)
        return "; ".join(differences(number, expected, actual))
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:600]}"


def wrong_among(snippets: dict[str, str], folder: Path, known: bool) -> list[str]:
    """What is wrong with named programs: in one run, each by itself where that one fails."""
    pairs = list(enumerate(snippets.values()))
    try:
        expected, actual, _ = outcome(pairs, folder, known)
    except Exception:
        expected = actual = None
    wrong = []
    for (number, snippet), name in zip(pairs, snippets):
        found = (
            "; ".join(differences(number, expected, actual))
            if actual is not None
            else check_one(number, snippet, folder, known)
        )
        if found:
            wrong.append(f"{name}: {found}")
    return wrong


def on_driver(job: object, example: str) -> list[str]:
    """Steps of an example that left the cluster (captures do, by design)."""
    return [
        f"{e.source}: {e.message}"
        for e in job.report.entries
        if e.verdict == "driver" and not e.source.startswith("capture(")
    ]


PLAIN = [(n, name, e) for n, (name, e) in enumerate(examples()) if not writes(e)]
WRITING = [(n, name, e) for n, (name, e) in enumerate(examples()) if writes(e)]
BATCHES = [PLAIN[i : i + BATCH] for i in range(0, len(PLAIN), BATCH)]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("batch", BATCHES, ids=lambda b: f"{b[0][1]}..{b[-1][1]}")
def test_examples_mean_the_same(batch, known, spark, tmp_path):
    pairs = [(n, e) for n, _, e in batch]
    try:
        expected, actual, job = outcome(pairs, tmp_path, known)
    except Exception:
        expected, actual, job = None, None, None
    wrong = []
    for number, name, example in batch:
        found = (
            "; ".join(differences(number, expected, actual))
            if job
            else check_one(number, example, tmp_path, known)
        )
        if found:
            wrong.append(f"{name}: {example}\n    {found}")
    assert not wrong, "\n".join(wrong)
    if known and job:
        left = on_driver(job, "")
        assert not left, "examples that should stay on the cluster:\n" + "\n".join(left)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("example", [e for _, _, e in WRITING])
def test_writing_examples_mean_the_same(example, known, spark, tmp_path):
    source = HEAD.replace("from tests.capture import capture\n", "") + f"df = base\n{example}\n"
    result = verify(source, tmp_path, known)
    assert result.word == "same", str(result)
    assert os.listdir(tmp_path / "job")
