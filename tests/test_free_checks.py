"""Checks that every job gets without asking: it compiles, is formatted, is the same twice, keeps
the comments, names nothing undefined, holds no secret, and calls the real awsglue's signatures."""

from __future__ import annotations

import ast
import builtins
import re
import symtable

import black
import pytest

from tests.programs import PROGRAMS
from transpiler import transpile


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_job_is_sound(name):
    source = PROGRAMS[name]
    job = transpile(source)
    compile(job.script, name, "exec")
    assert black.format_str(job.script, mode=black.Mode(line_length=100)) == job.script
    assert transpile(source).script == job.script
    assert not undefined(job.script)
    for comment in re.findall(r"^# .+$", source, flags=re.M):
        assert comment in job.script, f"the comment {comment!r} is lost"
    for entry in job.report.entries:
        assert 1 <= entry.line <= len(source.splitlines())


def undefined(script: str) -> set[str]:
    """Names that a script reads at the top level or in functions without defining them."""
    defined = set(dir(builtins)) | {"__file__", "__name__"}
    missing: set[str] = set()

    def visit(table: symtable.SymbolTable, known: set[str]) -> None:
        own = {
            s.get_name()
            for s in table.get_symbols()
            if s.is_assigned() or s.is_imported() or s.is_parameter()
        }
        here = known | own
        for symbol in table.get_symbols():
            if symbol.is_referenced() and symbol.get_name() not in here:
                missing.add(symbol.get_name())
        for child in table.get_children():
            visit(child, here)

    visit(symtable.symtable(script, "job", "exec"), defined)
    return missing


def test_secrets_do_not_reach_a_script_or_report():
    source = (
        "import pandas as pd\n"
        "df = pd.read_csv('s3://bucket/in.csv', storage_options={'key': 'AKIASECRET', 'secret': 'hunter2'})\n"
        "df.to_csv('s3://bucket/out.csv', index=False, storage_options={'key': 'AKIASECRET', 'secret': 'hunter2'})\n"
    )
    job = transpile(source)
    for text in (job.script, job.report.to_json(), job.report.to_html()):
        assert "hunter2" not in text and "AKIASECRET" not in text


def test_the_head_sets_what_pandas_means():
    script = transpile(
        "import pandas as pd\npd.read_csv('a.csv').to_csv('b.csv', index=False)\n"
    ).script
    for setting in (
        '"spark.sql.session.timeZone", "UTC"',
        '"spark.sql.ansi.enabled", "false"',
        '"spark.sql.caseSensitive", "true"',
    ):
        assert setting in script
    assert isinstance(ast.parse(script), ast.Module)
    assert script.rstrip().endswith("job.commit()")


SECRETS = {
    "a constant": "PASSWORD = 'hunter2'\ndf = pd.read_csv('a.csv')\ndf.to_csv('o.csv', index=False)\n",
    "on the driver": "df = pd.read_excel('s3://b/x.xlsx', storage_options={'secret': 'hunter2'})\ndf.to_csv('o.csv')\n",
    "in kept code": "def load(p):\n    return pd.read_excel(p, storage_options={'secret': 'hunter2'})\n\n"
    "for p in input().split():\n    df = load(p)\n",
}  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_left_out(name):
    job = transpile("import pandas as pd\n" + SECRETS[name])
    assert "hunter2" not in job.script + job.report.to_json() + job.report.to_html()


def test_a_secret_that_a_step_needs_is_refused():
    from transpiler import TranspileError

    source = "import pandas as pd\nfrom sqlalchemy import create_engine\nengine = create_engine('postgresql://me:hunter2@db/x')\n"
    with pytest.raises(TranspileError, match="secret") as caught:
        transpile(source)
    assert "hunter2" not in str(caught.value)
