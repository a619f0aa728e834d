"""SQL of DuckDB over frames: DuckDB itself and the job's Spark SQL, on the nasty data."""

from __future__ import annotations

import pytest

pytest.importorskip("duckdb", reason="DuckDB is not installed")

from glue_runtime.local import compare_frames, run_job
from tests.capture import as_frame, taken
from tests.harness import MODE_NAMES, MODES, run_pandas
from tests.nasty import write_inputs
from transpiler import Options, transpile

HEAD = """import duckdb
import pandas as pd
from tests.capture import capture

df = pd.read_csv("nasty.csv", parse_dates=["t", "d"], dtype={"u": str}).convert_dtypes()
plain = pd.read_csv("nasty.csv", parse_dates=["t", "d"], dtype={"u": str})
other = pd.read_csv("other.csv").convert_dtypes()
"""

SPARK = [
    "SELECT * FROM df",
    "SELECT i, F, S AS text FROM plain",
    "select df.I as a, k from df where i > 3",
    "SELECT i, j FROM df WHERE f > 1.5 AND (k = 'a' OR k IS NULL)",
    "SELECT i FROM df WHERE NOT (f > 1) OR f IS NULL",
    "SELECT i FROM df WHERE k IN ('a', 'b', NULL) AND i NOT IN (1, 2)",
    "SELECT i FROM plain WHERE i BETWEEN 2 AND 7.5",
    "SELECT i, f * 2 AS a, f + g AS b, f - 1 AS c, -f AS d FROM df",
    "SELECT i * j AS a, i + 1 AS b, i - j AS c, 3 * i AS d FROM df",
    "SELECT i * 1.25 AS a, 0.5 + i AS b, f * 2.5 AS c, i * 0.1 * 2 AS d FROM df",
    "SELECT i / 4 AS a, f / 2 AS b, i / 2.5 AS c, (0 - i) / 3 AS d FROM df",
    "SELECT i // 4 AS a, i % 4 AS b, (i - 9) // 4 AS c, (i - 9) % 4 AS d FROM df",
    "SELECT i, CASE WHEN f > 2 THEN 'high' WHEN f <= 2 THEN 'low' END AS level FROM df",
    "SELECT CASE k WHEN 'a' THEN 1 WHEN 'b' THEN 2 ELSE 0 END AS n FROM df",
    "SELECT CASE WHEN i > 3 THEN f ELSE i END AS n, CASE WHEN i > 3 THEN 1 ELSE 0.5 END AS m FROM df",
    "SELECT coalesce(f, g, 0) AS a, coalesce(k, '-') AS b, nullif(i, 3) AS c, if(b, 1, 2) AS d FROM df",
    "SELECT length(s) AS a, substring(s, 2, 3) AS c, left(s, 2) AS d FROM df",
    "SELECT s || '!' AS a, replace(s, 'a', 'o') AS b, s LIKE '%a_%' AS c FROM df",
    "SELECT i FROM df WHERE starts_with(s, 'a') OR contains(s, 'e') OR k LIKE 'b%'",
    "SELECT round(f, 2) AS a, round(f) AS b, round(g * 1.005, 2) AS c FROM df",
    "SELECT CAST(i AS DOUBLE) AS a, i::varchar AS b, CAST(f AS DOUBLE) AS c FROM df",
    "SELECT year(t) AS y, month(t) AS m, extract(day FROM t) AS d, date_trunc('month', t) AS s FROM df",
    "SELECT i FROM df WHERE t >= '2024-02-01' AND t < TIMESTAMP '2025-01-01 00:00:00'",
    "SELECT i, b, NOT b AS c, b AND i > 3 AS d, b OR f > 0 AS e FROM df",
    "SELECT k, count(*) AS n, count(f) AS m, sum(i) AS i, sum(f) AS f FROM df GROUP BY k ORDER BY k",
    "SELECT k, count(*), sum(i), avg(f), min(s), max(t) FROM df GROUP BY 1 ORDER BY 1 DESC",
    "SELECT k, median(f) AS a, stddev(f) AS b, var_samp(i) AS c FROM df GROUP BY k ORDER BY k",
    "SELECT k, count(DISTINCT s) AS n, bool_or(b) AS o, bool_and(b) AS a FROM df GROUP BY k ORDER BY k",
    "SELECT k, b, max(i) AS top FROM df GROUP BY k, b ORDER BY k DESC NULLS FIRST, b",
    "SELECT k, sum(f) AS total FROM df GROUP BY k HAVING count(*) > 1 AND sum(f) > 0 ORDER BY k",
    "SELECT count(*) AS n, sum(i) AS i, avg(i) AS a, max(f) AS f FROM df WHERE i > 1000",
    "SELECT k, count(*) FILTER (WHERE i > 3) AS n, min(f) FILTER (WHERE b) AS f FROM df GROUP BY k ORDER BY k",
    "SELECT length(k) AS letters, count(*) AS c FROM df GROUP BY letters ORDER BY letters",
    "SELECT DISTINCT k, b FROM df ORDER BY k, b",
    "SELECT i, s FROM df ORDER BY s DESC, i LIMIT 4",
    "SELECT i, k FROM df ORDER BY k, i DESC",
    "WITH big AS (SELECT k, i FROM df WHERE i > 2) SELECT k, max(i) AS i FROM big GROUP BY k ORDER BY k",
    "SELECT q.k, q.n FROM (SELECT k, count(*) AS n FROM df GROUP BY k) q WHERE q.n > 1 ORDER BY q.k",
    "SELECT a.i, b.w FROM df a JOIN other b ON a.k = b.k ORDER BY a.i, b.w",
    "SELECT a.i, o.w FROM df AS a LEFT JOIN other AS o ON a.k = o.k AND o.w > 1 ORDER BY i, w",
    "SELECT i, rank() OVER (PARTITION BY k ORDER BY i DESC) AS r FROM df ORDER BY i, r",
    "SELECT i, k, sum(i) OVER (PARTITION BY k) AS s, count(*) OVER (PARTITION BY k) AS c FROM df ORDER BY i, k",
    'SELECT i AS "a b", s AS "select", k AS "Größe" FROM df',
    "SELECT * EXCLUDE (s, u) FROM df",
]
DRIVER = {
    "SELECT upper(s) AS u FROM df": "Upper",
    "SELECT trim(s) AS t FROM df": "Trim",
    "SELECT sum(i) AS i FROM df HAVING i > 2": "calls two things",
    "WITH other AS (SELECT k FROM df) SELECT k FROM other": "as a frame is called",
    "SELECT i / j AS q FROM df": "division by what may be zero",
    "SELECT f // 2 AS q FROM df": "not whole",
    "SELECT i FROM df LIMIT 3": "LIMIT without ORDER BY",
    "SELECT f, count(*) AS n FROM df GROUP BY f ORDER BY f": "groups by floats",
    "SELECT i + 1 FROM df": "has no name",
    "SELECT i FROM df WHERE i * 0.1 > 0.3": "decimal",
    "SELECT string_agg(k, ',' ORDER BY i) AS ks FROM df": "GroupConcat",
    "SELECT row_number() OVER (ORDER BY i) AS n FROM df": "all rows",
    "SELECT k FROM df UNION ALL SELECT k FROM other": "not one SELECT",
    "SELECT * FROM df JOIN other USING (k) ORDER BY i": "not on a condition",
    "SELECT CAST(f AS INTEGER) AS n FROM df WHERE f < 1000": "CAST of DOUBLE",
}


def program(queries: list[str]) -> str:
    ways = ("query", "to_df"), ("sql", "df"), ("query", "fetchdf")
    lines = []
    for n, query in enumerate(queries):
        start, end = ways[n % len(ways)]
        lines.append(f"q{n} = duckdb.{start}({query!r}).{end}()\ncapture('q{n}', q{n})")
    return HEAD + "\n".join(lines) + "\n"


def both(queries: list[str], folder, known: bool):
    """(captures of pandas and DuckDB, of the job, the transpilation)."""
    write_inputs(folder)
    job = transpile(program(queries), Options(input_root=folder if known else None))
    problem = run_pandas(program(queries), folder)
    assert problem is None, repr(problem)
    expected = taken()
    run_job(job.script, {"JOB_NAME": "sql"}, workdir=folder)
    return expected, taken(), job


def differences(queries: list[str], expected: dict, actual: dict) -> list[str]:
    wrong = []
    for n, query in enumerate(queries):
        sides = as_frame(expected[f"q{n}"]), as_frame(actual[f"q{n}"])
        found = compare_frames(*sides, order=True)
        wrong += [f"{query}\n    {words}" for words in found]
    return wrong


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_queries_mean_the_same(known, spark, tmp_path):
    expected, actual, job = both(SPARK, tmp_path, known)
    wrong = differences(SPARK, expected, actual)
    assert not wrong, "\n".join(wrong)
    if known:
        left = [e for e in job.report.entries if e.verdict == "driver"]
        assert not [f"{e.source}: {e.message}" for e in left if "duckdb" in e.source]


def test_what_is_not_known_to_be_the_same_stays_in_duckdb(spark, tmp_path):
    queries = list(DRIVER)
    expected, actual, job = both(queries, tmp_path, True)
    wrong = differences(queries, expected, actual)
    assert not wrong, "\n".join(wrong)
    assert any(e.verdict == "driver" for e in job.report.entries)
    for query, why in DRIVER.items():  # one by one: a frame that is pandas once stays pandas
        alone = transpile(program([query]), Options(input_root=tmp_path))
        told = [
            e.message for e in alone.report.entries if query in e.source and e.verdict == "driver"
        ]
        assert any(why in words for words in told), (query, told)


def test_spark_sql_reads_well():
    source = (
        "import duckdb\nimport pandas as pd\n"
        "sales = pd.DataFrame({'region': ['n', 's', 'n'], 'units': [1, 2, 3]})\n"
        "best = duckdb.sql('SELECT region, max(units) AS most FROM sales GROUP BY region').df()\n"
        "best.to_csv('best.csv', index=False)\n"
    )
    script = transpile(source).script
    assert "SELECT region, MAX(units) AS most FROM {sales} GROUP BY region" in script
    assert "sales=sales" in script and "import duckdb" not in script


@pytest.mark.parametrize(
    "query", ["DROP TABLE df", "SELECT 1", "SELECT * FROM nothing", "SELEC i FROM df", ""]
)
def test_other_sql_is_not_taken_for_spark(query, tmp_path):
    write_inputs(tmp_path)
    source = f"{HEAD}q = duckdb.sql({query!r}).df()\nq.to_csv('out.csv', index=False)\n"
    job = transpile(source, Options(input_root=tmp_path))
    assert "spark.sql(" not in job.script
