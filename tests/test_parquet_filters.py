"""``read_parquet(filters=…)`` and nullable dtypes, on files that hold NULL and NaN."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.harness import MODE_NAMES, MODES, verify
from tests.test_rules import wrong_among

TESTS = (
    "('i', '>', 1)", "('i', '!=', 1)", "('i', 'not in', [1])", "('i', 'in', {1, 4})", "('i', '>', 1.5)",
    "('i', 'in', [1.5, 4])", "('f', '>', 1)", "('f', '>=', 4)", "('f', '!=', 1.5)", "('f', 'not in', (1.5,))",
    "('f', '<=', 4)", "('f', '=', 4)", "('s', '>', '')", "('s', 'not in', ['a'])", "('s', '==', 'b')",
    "('b', '=', True)", "('b', 'in', [False])", "('t', '>', pd.Timestamp('2000-01-01'))",
    "('t', 'in', [pd.Timestamp('2024-01-01')])", "('t', '>', pd.Timestamp('2000-01-01').date())",
    "('d', '>=', pd.Timestamp('2024-01-01').date())", "('d', '<', pd.Timestamp('2024-01-01 12:00'))",
    "('n', '>', pd.Timestamp('2024-01-01'))", "('n', '!=', pd.Timestamp('2024-01-01'))",
)  # fmt: skip
WRONG = ("('s', '=', 1)", "('i', '=', '1')", "('b', '=', 1)", "('i', '=', True)", "('z', '=', 1)",
         "('t', '>', '2000-01-01')", "('d', '>', '2000-01-01')")  # fmt: skip


def write(folder, nan=True):
    folder.mkdir(parents=True, exist_ok=True)
    times = [datetime.datetime(2024, 1, 1), None, datetime.datetime(2024, 2, 1), datetime.datetime(1960, 1, 1)]  # fmt: skip
    columns = {
        "i": pa.array([1, 2, None, 4]),
        "f": pa.array([1.5, float("nan") if nan else 2.0, None, 4.0]),
        "s": pa.array(["a", None, "b", ""]),
        "b": pa.array([True, None, False, True]),
        "t": pa.array(times, pa.timestamp("us")),
        "d": pa.array([t and t.date() for t in times]),
        "n": pa.array([1704067200000000000, 1704067200000000001, None, 0], pa.timestamp("ns")),
    }
    pq.write_table(pa.table(columns), folder / "gaps.parquet")


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
def test_rows_are_those_that_pyarrow_reads(known, spark, tmp_path):
    write(tmp_path)
    columns = "columns=['i', 'f', 's', 'b']"
    snippets = {t: f"out = pd.read_parquet('gaps.parquet', filters=[{t}], {columns})" for t in TESTS}  # fmt: skip
    snippets["either"] = (
        f"out = pd.read_parquet('gaps.parquet', filters=[[{TESTS[0]}, {TESTS[6]}], [{TESTS[14]}]])[['i', 's']]"
    )
    assert not wrong_among(snippets, tmp_path, known)


@pytest.mark.parametrize("test", WRONG)
def test_what_pyarrow_does_not_compare_fails(test, spark, tmp_path):
    source = f"import pandas as pd\npd.read_parquet('gaps.parquet', filters=[{test}]).to_csv('out.csv')\n"
    write(tmp_path / "in")
    assert verify(source, tmp_path / "both", False, inputs=tmp_path / "in").word == "both raise"


def test_nan_is_not_missing_in_nullable_columns(spark, tmp_path):
    source = "import pandas as pd\np = pd.read_parquet('gaps.parquet', columns=['i', 'f', 's', 'b'], dtype_backend='numpy_nullable')\np[p['f'] != 1.5].to_csv('out.csv', index=False)\n"
    write(tmp_path / "a")
    found = verify(source, tmp_path / "b", False, inputs=tmp_path / "a")
    assert found.word == "job raises" and "NaN in the nullable column" in str(found)
    write(tmp_path / "a", nan=False)
    assert verify(source, tmp_path / "c", False, inputs=tmp_path / "a")
