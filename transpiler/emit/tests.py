"""The generated tests: a pytest file that holds the job against the pandas program."""

from __future__ import annotations

import re
from pprint import pformat
from typing import Any

import black

from transpiler.source import redacted

TEMPLATE = '''"""Tests for the Glue job "{name}", made by pandas-to-glue.

They run here, without AWS: pip install "pandas-to-glue[local]" pytest; pytest {file}
Sample inputs are taken from INPUTS (next to this file unless P2G_INPUTS says otherwise); what is at
s3://BUCKET/KEY from s3/BUCKET/KEY in there. Nothing is read from or written to S3{or_database}.
"""

import os
import re
import runpy
import shutil
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest

from glue_runtime.local import {imports}

HERE = Path(__file__).resolve().parent
INPUTS = Path(os.environ.get("P2G_INPUTS", HERE))
JOB = Path(os.environ.get("P2G_JOB", HERE / {job!r}))

PANDAS_PROGRAM = {source}

# What the program writes: path, format, the columns that it sorted by (None: no order asked for), and
# how to read it back.
OUTPUTS = {outputs}
INPUT_FILES = {inputs}
S3 = re.compile(r"s3[an]?://")
BUCKETS = {buckets}
{databases}

@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Both programs, run once on copies of the inputs."""
    root = tmp_path_factory.mktemp("glue")
    for side in ("pandas", "job"):
        (root / side).mkdir()
        for name in INPUT_FILES:
            source, target = INPUTS / name, root / side / name
            if not source.exists():
                pytest.skip(f"no sample input {{source}}")
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        for path, *_ in OUTPUTS:
            (root / side / path).parent.mkdir(parents=True, exist_ok=True)
        for bucket in BUCKETS:
            (root / side / "s3" / bucket).mkdir(parents=True, exist_ok=True)
{run}

def run_pandas(root):
    """Run the pandas program; its buckets are folders."""
    program = root / "pandas" / "program.py"
    here = f"{{program.parent.as_posix()}}/s3/"
    program.write_text(S3.sub(lambda match: here, PANDAS_PROGRAM), encoding="utf-8")
    home = os.getcwd()
    os.chdir(program.parent)
    try:
        runpy.run_path(str(program), run_name="__main__")
    finally:
        os.chdir(home)


def run_glue(root):
    """Run the job; its buckets are folders."""
    mounts = ",".join(f"{{bucket}}={{root / 'job' / 's3' / bucket}}" for bucket in BUCKETS)
    with mock.patch.dict(os.environ, {{"P2G_S3_MOUNT": mounts}}):
        run_job(JOB, {{"JOB_NAME": {name!r}}}, workdir=root / "job")


'''

FILE_TESTS = """
@pytest.mark.parametrize("path, fmt, order, options", OUTPUTS)
def test_output_equals_what_pandas_writes(results, path, fmt, order, options):
    assert compare_outputs(results.root / "pandas" / path, results.root / "job" / path, fmt, order, **options) == []


@pytest.mark.parametrize("path, fmt, order, options", OUTPUTS)
def test_output_has_the_rows_and_columns_it_should(results, path, fmt, order, options):
    expected = read_output(results.root / "pandas" / path, fmt, **options)
    actual = read_output(results.root / "job" / path, fmt, **options)
    assert list(actual.columns) == list(expected.columns)
    assert len(actual) == len(expected)
    # A column that pandas fills completely has no missing values in the job's output either.
    full = [c for c in expected.columns if not expected[c].isna().any()]
    assert not actual[full].isna().any().any()


@pytest.mark.parametrize("path, fmt, order, options", OUTPUTS)
def test_columns_that_are_unique_stay_unique(results, path, fmt, order, options):
    expected = read_output(results.root / "pandas" / path, fmt, **options)
    actual = read_output(results.root / "job" / path, fmt, **options)
    for column in expected.columns:
        values = expected[column]
        if values.map(lambda v: isinstance(v, (list, dict))).any():
            continue
        assert actual[column].is_unique or not values.is_unique
"""


PLAIN_RUN = """\
    run_pandas(root)
    run_glue(root)
    return SimpleNamespace(root=root)
"""

DATABASE_RUN = """\
    try:
        databases = StandIns(CONNECTIONS, TABLES, root)
    except LookupError as error:
        pytest.skip(str(error))
    found = SimpleNamespace(root=root)
    databases.keep()
    try:
        with databases.in_place():
            run_pandas(root)
            found.pandas = databases.contents()
            databases.put_back()
            run_glue(root)
            found.job = databases.contents()
    finally:
        databases.close()
    return found
"""

DATABASES = """
# The connections of the job, and what the program writes there: connection, schema, table. Databases
# to play with stand for them: P2G_TEST_DATABASES={{"CONNECTION": "postgresql://user:password@host/db"}}.
CONNECTIONS = {connections}
TABLES = {tables}
"""

TABLE_TESTS = """

@pytest.mark.parametrize("table", TABLES, ids=str)
def test_table_holds_what_pandas_writes(results, table):
    assert results.pandas[table] is not None
    assert results.job[table] is not None, "the job did not write it"
    assert compare_frames(results.pandas[table], results.job[table]) == []
"""

RUN_TEST = """
def test_the_job_runs(results):
    assert results.root.exists()
"""

NOT_COMPARED = """

@pytest.mark.parametrize("what", {what})
def test_what_is_not_compared_here(what):
    pytest.skip(what)
"""

NOT_HERE = """\
    pytest.skip({reason!r})
"""


def not_here(result: Any) -> str | None:
    """Why a program cannot be run without reaching what is real; None when it can."""
    if any(o.table for o in result.outputs) or "awswrangler" in result.source:
        return "the program works on the catalog of an AWS account: try it in one of your own"
    found = {o.path for o in result.outputs} | {str(i.get("path")) for i in result.inputs}
    if "storage_options" in result.source and any(S3_ADDRESS.match(path) for path in found):
        return "storage_options are for S3 itself: leave them out to have buckets played by folders"
    return None


S3_ADDRESS = re.compile(r"s3[an]?://")


def local_path(path: str) -> str:
    """Where a path of the program is in a folder: buckets are folders under s3/."""
    return S3_ADDRESS.sub("s3/", path)


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
    name = result.options.job_name
    files = [o for o in result.outputs if o.format != "database" and not o.table]
    known = [o for o in files if o.path != "?" and "://" not in local_path(o.path)]
    outputs = [(local_path(o.path), o.format, o.order, o.options) for o in known]
    inputs = sorted(
        {
            local_path(i["path"])
            for i in result.inputs
            if isinstance(i.get("path"), str) and "://" not in local_path(i["path"])
        }
    )
    buckets = {
        path.split("/")[1] for path in (*inputs, *(o[0] for o in outputs)) if path[:3] == "s3/"
    }
    tables, connections = tables_of(result)
    left = [
        f"line {o.line}: {o.format}, where it goes is not known here"
        for o in files
        if o not in known
    ]
    reason = not_here(result)
    parts = [TEMPLATE]
    parts += [FILE_TESTS] if outputs else []
    parts += [TABLE_TESTS] if tables else []
    parts += [RUN_TEST] if not outputs and not tables else []
    parts += [NOT_COMPARED] if left else []
    imports = ["run_job"]
    imports += ["compare_outputs", "read_output"] if outputs else []
    imports += ["StandIns"] if connections else []
    imports += ["compare_frames"] if tables else []
    shown = {"connections": pformat(connections, width=90), "tables": pformat(tables, width=90)}
    if reason:
        run = NOT_HERE.format(reason=reason)
    else:
        run = DATABASE_RUN if connections else PLAIN_RUN
    text = parts[0].format(
        name=name,
        file=f"test_{job_file}",
        job=job_file,
        source=program_text(result.source, name),
        outputs=pformat(outputs, width=90),
        inputs=pformat(inputs, width=90),
        buckets=sorted(buckets),
        imports=", ".join(sorted(imports)),
        or_database=" or the program's databases" if connections else "",
        databases=DATABASES.format(**shown) if connections else "",
        run=run,
    )
    text += "".join(parts[1:]).replace("{what}", pformat(left, width=90))
    return black.format_str(text, mode=black.Mode(line_length=100))


def tables_of(result: Any) -> tuple[list[tuple[str, str | None, str]], list[str]]:
    """([(connection, schema, table) that the program writes], [connections that it uses])."""
    written = [o.options for o in result.outputs if o.format == "database"]
    tables = [(o["connection"], o.get("schema"), o["table"]) for o in written]
    used = [o["connection"] for o in written]
    used += [i["connection"] for i in result.inputs if i.get("connection")]
    return list(dict.fromkeys(tables)), sorted(set(used))
