"""Checks that every job gets without asking: it compiles, is formatted, is the same twice, keeps
the comments, names nothing undefined, holds no secret, and calls the real awsglue's signatures."""

from __future__ import annotations

import ast
import builtins
import os
import re
import subprocess
import symtable
import sys

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


HASHES = """
import hashlib
from tests.inputs.make import cached
from tests.programs import PROGRAMS
from transpiler import Options, transpile
for name in sorted(PROGRAMS)[::25]:
    for root in (cached(), None):
        job = transpile(PROGRAMS[name], Options(input_root=root))
        print(name, hashlib.sha256((job.script + job.deploy_script).encode()).hexdigest())
"""


def test_the_same_program_gives_the_same_job_in_every_process():
    """Python orders sets by a seed of the process; names such as those of bookmarks must not."""
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", HASHES],
            env={**os.environ, "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in ("1", "2")
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert all(run.returncode == 0 for run in runs)
    assert outputs[0] and len(set(outputs)) == 1


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
        '"spark.sql.lateralColumnAlias.enableImplicitResolution", "false"',
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
    assert "hunter2" not in job.test_script and "P2G_PROGRAM" in job.test_script


def test_a_secret_that_a_step_needs_is_refused():
    from transpiler import TranspileError

    source = "import pandas as pd\nimport requests\nr = requests.get('https://me:hunter2@db/x')\nprint(r)\n"
    with pytest.raises(TranspileError, match="secret") as caught:
        transpile(source)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "engine",
    [
        "create_engine('postgresql://me:hunter2@db.example:5433/shop')",
        "create_engine(URL.create('postgresql+psycopg2', 'me', 'hunter2', 'db.example', 5433, 'shop'))",
        "create_engine(f'postgresql://{USER}:{quote_plus(PASSWORD)}@db.example:5433/shop', pool_size=3)",
        "psycopg2.connect(host='db.example', port=5433, dbname='shop', user='me', password='hunter2')",
        "psycopg2.connect('host=db.example port=5433 dbname=shop password=hunter2')",
        "'postgresql://me:hunter2@db.example:5433/shop'",
    ],
)
def test_a_database_becomes_a_connection_without_its_password(engine):
    source = (
        "import pandas as pd\nimport psycopg2\nfrom sqlalchemy import URL, create_engine\n"
        "from urllib.parse import quote_plus\nUSER = 'me'\nPASSWORD = 'hunter2'\n"
        f"engine = {engine}\n"
        "df = pd.read_sql('SELECT * FROM t', engine)\ndf.to_csv('o.csv', index=False)\n"
    )
    job = transpile(source)
    for text in (
        job.script,
        job.deploy_script,
        job.test_script,
        job.report.to_json(),
        job.report.to_html(),
    ):
        assert "hunter2" not in text
    assert 'connection="postgresql-shop"' in job.script
    assert job.inputs[0]["url"] == "jdbc:postgresql://db.example:5433/shop"


@pytest.mark.parametrize(
    "made, url",
    [
        ("create_engine('mysql+pymysql://u:hunter2@h/d')", "jdbc:mysql://h:3306/d"),
        ("create_engine('mssql+pyodbc://u:hunter2@h/d?driver=ODBC+Driver+17+for+SQL+Server')",
         "jdbc:sqlserver://h:1433;databaseName=d"),
        ("create_engine('oracle+oracledb://u:hunter2@h:1522/?service_name=s')", "jdbc:oracle:thin:@//h:1522/s"),
        ("pyodbc.connect('DRIVER={ODBC Driver 17 for SQL Server};SERVER=tcp:h,1444;DATABASE=d;UID=u;PWD=hunter2')",
         "jdbc:sqlserver://h:1444;databaseName=d"),
        ("pyodbc.connect(driver='{MySQL ODBC 8.0 Driver}', server='h', database='d', uid='u', pwd='hunter2')",
         "jdbc:mysql://h:3306/d"),
        ("pymysql.connect(host='h', database='d', user='u', password='hunter2')", "jdbc:mysql://h:3306/d"),
    ],
)  # fmt: skip
def test_addresses_of_other_databases(made, url):
    source = (
        "import pandas as pd\nimport pymysql\nimport pyodbc\nfrom sqlalchemy import create_engine\n"
        f"con = {made}\ndf = pd.read_sql('SELECT 1 AS n', con)\ndf.to_csv('o.csv', index=False)\n"
    )
    job = transpile(source)
    assert job.inputs[0]["url"] == url
    assert "hunter2" not in job.script + job.deploy_script + job.report.to_json()
    # What was never tried with a real server is told.
    untried = url.startswith(("jdbc:sqlserver", "jdbc:oracle", "jdbc:redshift"))
    assert ("has not been tried with a real server" in job.report.to_json()) == untried


def test_writing_into_a_database_that_is_not_translated_is_told():
    source = (
        "import pandas as pd\nfrom sqlalchemy import create_engine\n"
        "con = create_engine('oracle+oracledb://h/s')\n"
        "pd.DataFrame({'a': [1]}).to_sql('t', con, index=False)\n"
    )
    messages = [entry.message for entry in transpile(source).report.entries if entry.line == 4]
    assert any("to_sql into Oracle is not translated" in message for message in messages)


@pytest.mark.parametrize(
    "step, why",
    [
        (
            "pd.read_sql('SELECT 1', create_engine('snowflake://u:p@h/d'))",
            "not reached by Glue's JDBC",
        ),
        ("pd.read_sql('DELETE FROM t', engine)", "only a query that reads"),
        ("pd.read_sql('SELECT * FROM t', engine, chunksize=10)", "chunksize=…"),
        ("pd.read_sql('SELECT * FROM t', engine, index_col='id')", "set_index"),
        ("pd.read_sql(\"SELECT * FROM t WHERE s LIKE 'a%'\", engine)", "%%"),
        ("pd.read_sql('SELECT * FROM t WHERE a = %(a)s', engine, params={'b': 1})", "no value for"),
        ("pd.read_sql('SELECT * FROM t WHERE a IN %(a)s', engine, params={'a': (1, 2)})", "a list"),
        ("engine.execute('DELETE FROM t')", "no Spark form"),
        (
            "pd.DataFrame({'a': [1]}).to_sql('t', engine, if_exists='replace', dtype={'a': 'x'})",
            "dtype",
        ),
        ("pyodbc.connect('DSN=shop;UID=u;PWD=hunter2')", "DRIVER"),
        ("pyodbc.connect('DRIVER={PostgreSQL Unicode};SERVER=h;DATABASE=d')", "SQLAlchemy"),
    ],
)
def test_what_a_database_is_not_asked(step, why):
    from transpiler import TranspileError

    source = "import pandas as pd\nimport pyodbc\nfrom sqlalchemy import create_engine\n"
    source += f"engine = create_engine('postgresql://me:hunter2@db/shop')\nout = {step}\n"
    with pytest.raises(TranspileError) as caught:
        transpile(source)
    assert why in str(caught.value) and "hunter2" not in str(caught.value)


def test_nothing_writes_to_a_database_twice(tmp_path):
    from transpiler.verify import verify_script

    script = tmp_path / "program.py"
    script.write_text(
        "import pandas as pd\nfrom sqlalchemy import create_engine\n"
        "engine = create_engine('postgresql://me:x@db/shop')\n"
        "pd.DataFrame({'a': [1]}).to_sql('t', engine, if_exists='append', index=False)\n"
    )
    found = verify_script(script, transpile(script.read_text()), tmp_path / "out", print)
    assert not found.same and "not run here" in found.lines[0]


def test_what_only_the_connection_needed_is_left_out():
    source = (
        "import os\nimport pandas as pd\nfrom sqlalchemy import create_engine\n"
        "user = os.getenv('DB_USER', 'me')\nlimit = os.environ['LIMIT']\n"
        "password = os.environ['DB_PASSWORD']\nhost = os.environ.get('DB_HOST')\n"
        "engine = create_engine(f'postgresql://{user}:{password}@{host}/shop')\n"
        "df = pd.read_sql('SELECT * FROM t', engine)\nprint(limit)\ndf.to_csv('o.csv', index=False)\n"
    )
    script = transpile(source).script
    assert "DB_PASSWORD" not in script and "DB_HOST" not in script and "DB_USER" not in script
    assert "LIMIT" in script and 'connection="postgresql-shop"' in script


def test_none_that_is_filled_is_not_looked_for_later():
    source = (
        "import pandas as pd\ndf = pd.read_csv('in.csv')\n"
        "df['name'] = df['name'].str.strip().replace('', pd.NA).fillna('unknown')\n"
        "df['size'] = df['size'].astype('category').cat.codes\ndf.to_csv('out.csv', index=False)\n"
    )
    entries = transpile(source).report.entries
    assert not [e for e in entries if e.line == 3 and e.verdict == "driver"]
    assert [e for e in entries if e.line == 4 and e.verdict == "driver"]
