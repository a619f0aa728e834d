"""The generated tests: a pytest file that holds the job against the pandas program."""

from __future__ import annotations

from pprint import pformat
from typing import Any

import black

from transpiler.source import redacted

TEMPLATE = '''"""Tests for the Glue job "{name}", made by pandas-to-glue.

They run here, without AWS: pip install "pandas-to-glue[local]" pytest; pytest {file}
Sample inputs are taken from INPUTS (next to this file unless P2G_INPUTS says otherwise).
"""

import os
import runpy
import shutil
from pathlib import Path

import pytest

from glue_runtime.local import compare_outputs, read_output, run_job

HERE = Path(__file__).resolve().parent
INPUTS = Path(os.environ.get("P2G_INPUTS", HERE))
JOB = Path(os.environ.get("P2G_JOB", HERE / {job!r}))

PANDAS_PROGRAM = {source}

# What the program writes: path, format, the columns that it sorted by (None: no order asked for), and
# how to read it back.
OUTPUTS = {outputs}
INPUT_FILES = {inputs}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Both programs, run once on copies of the inputs."""
    root = tmp_path_factory.mktemp("glue")
    for side in ("pandas", "job"):
        for name in INPUT_FILES:
            source, target = INPUTS / name, root / side / name
            if not source.exists():
                pytest.skip(f"no sample input {{source}}")
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        for path, *_ in OUTPUTS:
            (root / side / path).parent.mkdir(parents=True, exist_ok=True)
    program = root / "pandas" / "program.py"
    program.write_text(PANDAS_PROGRAM, encoding="utf-8")
    home = os.getcwd()
    os.chdir(program.parent)
    try:
        runpy.run_path(str(program), run_name="__main__")
    finally:
        os.chdir(home)
    run_job(JOB, {{"JOB_NAME": {name!r}}}, workdir=root / "job")
    return root


@pytest.mark.parametrize("path, fmt, order, options", OUTPUTS)
def test_output_equals_what_pandas_writes(results, path, fmt, order, options):
    assert compare_outputs(results / "pandas" / path, results / "job" / path, fmt, order, **options) == []


@pytest.mark.parametrize("path, fmt, order, options", OUTPUTS)
def test_output_has_the_rows_and_columns_it_should(results, path, fmt, order, options):
    expected = read_output(results / "pandas" / path, fmt, **options)
    actual = read_output(results / "job" / path, fmt, **options)
    assert list(actual.columns) == list(expected.columns)
    assert len(actual) == len(expected)
    # A column that pandas fills completely has no missing values in the job's output either.
    full = [c for c in expected.columns if not expected[c].isna().any()]
    assert not actual[full].isna().any().any()


@pytest.mark.parametrize("path, fmt, order, options", OUTPUTS)
def test_columns_that_are_unique_stay_unique(results, path, fmt, order, options):
    expected = read_output(results / "pandas" / path, fmt, **options)
    actual = read_output(results / "job" / path, fmt, **options)
    for column in expected.columns:
        values = expected[column]
        if values.map(lambda v: isinstance(v, (list, dict))).any():
            continue
        assert actual[column].is_unique or not values.is_unique
'''


def program_text(source: str, name: str) -> str:
    """What gives the pandas program in the tests: its text, or its file where it holds a secret."""
    if redacted(source) == source:
        return repr(source)
    file = f"{name}.py"
    return f'Path(os.environ.get("P2G_PROGRAM", HERE / {file!r})).read_text(encoding="utf-8")'


def test_script_of(result: Any, job_file: str | None = None) -> str:
    """The pytest file of a Transpilation; it fails when the job is not what the program means.

    job_file: the name of the job's file beside it; NAME_glue_job.py unless given.
    """
    job_file = job_file or f"{result.options.job_name}_glue_job.py"
    outputs = [
        (o.path, o.format, o.order, o.options)
        for o in result.outputs
        if o.path != "?" and "://" not in o.path
    ]
    inputs = sorted(
        {
            i["path"]
            for i in result.inputs
            if isinstance(i.get("path"), str) and "://" not in i["path"]
        }
    )
    name = result.options.job_name
    text = TEMPLATE.format(
        name=name,
        file=f"test_{job_file}",
        job=job_file,
        source=program_text(result.source, name),
        outputs=pformat(outputs, width=90),
        inputs=pformat(inputs, width=90),
    )
    return black.format_str(text, mode=black.Mode(line_length=100))
