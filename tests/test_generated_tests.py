"""The generated pytest file passes for the job, and fails for one that is broken on purpose."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from transpiler import Options, transpile

PROGRAM = """import pandas as pd
df = pd.read_csv("in.csv")
out = df[df["n"] > 1]
out.to_csv("out.csv", index=False)
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in.csv").write_text("n,s\n1,a\n2,b\n3,\n2,c\n")
    job = transpile(PROGRAM, Options(input_root=tmp_path, job_name="small"))
    (tmp_path / "test_small.py").write_text(job.test_script)
    (tmp_path / "small_glue_job.py").write_text(job.script)
    return tmp_path


def run_tests(folder) -> subprocess.CompletedProcess:
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    environment = {**os.environ, "PYTHONPATH": root}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_small.py"],
        cwd=folder, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_they_pass_for_the_job_and_fail_for_a_broken_one(folder):
    done = run_tests(folder)
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout + done.stderr
    job = folder / "small_glue_job.py"
    assert 'F.col("n") > 1' in job.read_text()
    job.write_text(job.read_text().replace('F.col("n") > 1', 'F.col("n") > 2'))
    broken = run_tests(folder)
    assert broken.returncode == 1 and "2 failed" in broken.stdout, broken.stdout
