"""Names and values cannot leave their literals: not in the job, the deploy script, or the tests."""

import ast

import hypothesis
import hypothesis.strategies as st
import pytest

from transpiler import Options, transpile
from transpiler.emit.spec import spec_of

HEAD = (
    "import awswrangler as wr\nimport pandas as pd\nfrom sqlalchemy import create_engine, text\n"
    "engine = create_engine('postgresql://db/shop')\n"
)
#: where a program takes a text; {0} is a literal of it
PLACES = {
    "input path": "df = pd.read_csv({0})\ndf.to_csv('o.csv', index=False)\n",
    "output path": "df = pd.read_csv('a.csv')\ndf.to_csv({0}, index=False)\ndf.to_parquet({0}, index=False)\n",
    "s3 path": "df = pd.read_csv('s3://b/' + {0})\ndf.to_json('s3://b/' + {0}, orient='records', lines=True)\n",
    "column": "df = pd.read_csv('a.csv')\ndf[{0}] = df['a'] + 1\nout = df[df[{0}] > 1].rename(columns={{'a': {0} + 'x'}})\nout.to_csv('o.csv', index=False)\n",
    "value": "df = pd.read_csv('a.csv')\ndf['b'] = {0}\ndf = df[df['c'] != {0}].replace({0}, 'x').fillna({0})\ndf.to_csv('o.csv', na_rep={0}, index=False)\n",
    "group": "df = pd.read_csv('a.csv')\nout = df.groupby({0}).agg(**{{{0}: ('v', 'sum')}})\nout.reset_index().to_csv('o.csv', index=False)\n",
    "driver": "df = pd.read_excel({0}, sheet_name={0})\nprint({0}, df.shape)\ndf.style.set_caption({0}).to_html({0})\n",
    "format": "name = {0}\ndf = pd.read_csv(f'in/{{name}}.csv')\nprint(f'{{name!r}} {{len(df)}}')\ndf.to_csv(f'out/{{name}}.csv', index=False)\n",
    "table": "df = wr.athena.read_sql_table({0}, {0} + 'd')\nwr.s3.to_parquet(df, path='s3://b/' + {0}, dataset=True, database={0}, table={0})\n",
    "iceberg": "df = pd.read_csv('a.csv')\nwr.athena.to_iceberg(df, {0}, {0}, merge_cols=[{0}], partition_cols=['p' + {0}.replace('(', '')])\n",
    "query": "df = pd.read_sql(text('SELECT ' + {0}.replace(':', '')), engine)\ndf.to_sql({0}, engine, schema={0}, index=False)\n",
    "parameter": "df = pd.read_sql(text('SELECT * FROM t WHERE a = :a'), engine, params={{'a': {0}}})\ndf.to_csv('o.csv', index=False)\n",
}  # fmt: skip
NASTY = [
    "'); INJECTED(); ('", '"); INJECTED(); ("', '"""; INJECTED(); """', "''' + INJECTED() + '''", "\\'; INJECTED() #", "a\nINJECTED()\n",
    "a\r\nINJECTED()", "{INJECTED()}", "{{INJECTED()}}", "$(INJECTED)", "`INJECTED`", "%(INJECTED)s %s %", "\\", "\\\\", "a\\", "\\N{BULLET}", "\\x22",
    "ünïcödé €", "\u2028INJECTED()\u2028", "\x00", "\x0c", "\t", "{", "}", "{}", "{0}", "#", "'", '"', "'\"", "${INJECTED}", "../x", "a b", "${var.x}", "%{if}",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(NASTY),
    st.lists(st.sampled_from([*NASTY, "x", "1", " "]), min_size=1, max_size=3).map("".join),
    st.text(min_size=1, max_size=8),
)


def checked(text: str, script: str) -> None:
    """A script is Python, and what it calls or names is never ours to inject."""
    names = {n.id for n in ast.walk(ast.parse(script)) if isinstance(n, ast.Name)}
    assert "INJECTED" not in names, text


@hypothesis.given(text=texts, place=st.sampled_from(sorted(PLACES)))
@hypothesis.settings(max_examples=60)
def test_a_job_and_its_scripts(text, place):
    from transpiler import TranspileError

    source = HEAD + PLACES[place].format(repr(text))
    try:
        made = transpile(source, Options(job_name="x"))
    except TranspileError:
        return  # it may refuse, never let a text out
    for script in (made.script, made.deploy_script, made.test_script):
        checked(text, script)


@pytest.mark.parametrize("place", sorted(PLACES))
@pytest.mark.parametrize("text", ["it's", 'a"b', "back\\slash", "{curly}", "$(x)", "ü €"])
def test_the_text_arrives_as_it_is(place, text):
    from transpiler import TranspileError

    source = HEAD + PLACES[place].format(repr(text))
    try:
        script = transpile(source).script
    except TranspileError as error:
        pytest.skip(f"refused: {error}")
    body = script[script.index("job.init(") :]
    found = [
        n.value
        for n in ast.walk(ast.parse(body))
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    ]
    # A backslash in a path may be read as a separator; anything else is there letter by letter.
    wanted = {text, text.replace("\\", "/"), text.replace(":", ""), text.replace("`", "``")}
    assert any(w in f for w in wanted for f in found), (text, found)


def test_specs_of_nasty_jobs_are_literals():
    source = HEAD + PLACES["table"].format(repr('it\'s "x" {y}'))
    spec = spec_of(transpile(source))
    assert {t["database"] for t in spec.tables} == {'it\'s "x" {y}', 'it\'s "x" {y}d'}
