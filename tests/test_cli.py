"""The command line: exit codes that scripts can use, plain text in a pipe, errors that point."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from transpiler.cli import main

PROGRAM = """import pandas as pd

# Large ones only
df = pd.read_csv("in.csv")
big = df[df["n"] > 1]
big.to_csv("out.csv", index=False)
"""
DRIVER = "import pandas as pd\ndf = pd.read_csv('in.csv')\nx = df.interpolate(method='spline', order=2)\nx.to_csv('out.csv')\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "in.csv").write_text("n,s\n1,a\n2,b\n3,\n")
    (tmp_path / "good.py").write_text(PROGRAM)
    (tmp_path / "driver.py").write_text(DRIVER)
    (tmp_path / "bad.py").write_text("import pandas as pd\ndf = pd.read_csv('in.csv'\n")
    return tmp_path


def invoke(*words: object):
    return CliRunner().invoke(main, [str(w) for w in words])


def test_transpile_writes_all_that_is_asked_for(folder):
    files = {
        name: folder / "made" / name
        for name in ("job.py", "deploy.py", "test_job.py", "report.html", "report.json")
    }
    done = invoke("transpile", folder / "good.py", "-o", files["job.py"], "--deploy", files["deploy.py"],
                  "--tests", files["test_job.py"], "--report", files["report.html"])  # fmt: skip
    assert done.exit_code == 0, done.output
    invoke("transpile", folder / "good.py", "-o", files["job.py"], "--report", files["report.json"])
    assert "# Large ones only" in files["job.py"].read_text()
    for name in ("job.py", "deploy.py", "test_job.py"):
        compile(files[name].read_text(), name, "exec")
    assert "<table>" in files["report.html"].read_text()
    assert json.loads(files["report.json"].read_text())["counts"]["native"] >= 4


def test_transpile_prints_the_job_where_no_file_is_named(folder):
    done = invoke("transpile", folder / "good.py", "--no-inputs")
    assert done.exit_code == 0 and "job.commit()" in done.output


def test_check_tells_by_its_status(folder):
    assert invoke("check", folder / "good.py", "--strict").exit_code == 0
    assert invoke("check", folder / "driver.py").exit_code == 0
    assert invoke("check", folder / "driver.py", "--strict").exit_code == 1
    refused = invoke("check", folder / "driver.py", "--unsupported", "error")
    assert refused.exit_code == 2


def test_check_is_plain_text_in_a_pipe(folder):
    lines = invoke("check", folder / "good.py").output.splitlines()
    rows = [line.split("\t") for line in lines]
    assert ["4", "native", "pandas.read_csv"] in [r[:3] for r in rows]
    assert json.loads(invoke("check", folder / "good.py", "--json").stdout)["entries"]


def test_an_error_points_at_the_line(folder):
    done = invoke("check", folder / "bad.py")
    assert done.exit_code == 2
    assert "bad.py:2:" in done.output and "^" in done.output


def test_run_and_verify(folder, spark):
    assert invoke("transpile", folder / "good.py", "-o", folder / "job.py").exit_code == 0
    done = invoke("run", folder / "job.py", "--workdir", folder)
    assert done.exit_code == 0, done.output
    assert (folder / "out.csv").is_dir()
    done = invoke("verify", folder / "good.py")
    assert done.exit_code == 0 and "out.csv: the same" in done.output


def test_run_says_what_failed(folder, spark):
    (folder / "job.py").write_text("raise ValueError('no luck')\n")
    done = invoke("run", folder / "job.py", "--workdir", folder)
    assert done.exit_code == 3 and "no luck" in done.output
    assert invoke("run", folder / "job.py", "--arg", "nonsense").exit_code == 3


def test_rules_shows_parameters(folder):
    assert "Series.isin(values)" in invoke("rules", "Series.isin").output
    listed = invoke("rules").output
    assert "DataFrame.merge\t" in listed and "DataFrame.to_csv\t" in listed
    assert invoke("rules", "no_such_thing").exit_code == 1
