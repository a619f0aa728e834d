"""Helpers of Amphi that a rule knows by their text: the job does what they do, on random tables."""

import random

import pandas as pd
import pytest

pytest.importorskip("py_mini_racer", reason="the extra `amphi` is not installed")

from amphi_plugin import components, export_all
from glue_runtime.local import compare_outputs, run_job
from tests.pipelines.cases import CASES
from tests.pipelines.running import run_pandas
from transpiler import Options, transpile

POOLS = {
    "s": ["a", "B", "é", None, '"x,', "ab"],
    "i": [1, 2, None, -3, 40],
    "f": [1.5, None, -0.25, 27.75],
    "b": [True, False, None],
}


def table(seed: int, rows: int, columns: list[str]) -> pd.DataFrame:
    """Few different rows, so that many are there twice, in one table or in both."""
    draw = random.Random(seed)
    picked = {c: [draw.choice(POOLS[c[0]][:3]) for _ in range(rows)] for c in columns}
    made = {c: picked[c] + POOLS[c[0]] + [POOLS[c[0]][0]] * 6 for c in columns}
    size = rows + 6
    frame = pd.DataFrame({c: values[:size] for c, values in made.items()})
    kinds = {"s": "string", "i": "Int64", "f": "Float64", "b": "boolean"}
    return frame.astype({c: kinds[c[0]] for c in columns})


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Name of a case → the program that Amphi makes of it."""
    defaults = {c["id"]: c["default"] or {} for c in components()}
    cases = [c for c in CASES if c.component == "CompareDataframes"]
    made = export_all([c.text(defaults) for c in cases])
    return {c.name: m.text for c, m in zip(cases, made)}


SHUFFLED = "index_data_for_compare=True", "index_data_for_compare=False"
NUMBERED = "CompareDataframes1.reset_index().to_csv('out/order.csv', index=False)\n"


@pytest.mark.parametrize("seed, option", [(1, "data"), (2, "times_by_the_second,_no_count")])
def test_compared_tables(sources, seed, option, spark, tmp_path):
    source = sources[f"CompareDataframes-{option}"].replace(*SHUFFLED) + NUMBERED
    tables = {"orders": table(seed, 20, list("sifb")), "returns": table(seed + 9, 14, list("bisf"))}
    for side in ("pandas", "job"):
        for folder in ("data", "out"):
            (tmp_path / side / folder).mkdir(parents=True)
        for name, frame in tables.items():
            frame.to_csv(tmp_path / side / "data" / f"{name}.csv", index=False)
    job = transpile(source, Options(input_root=tmp_path / "job"))
    assert not job.report.counts.get("driver")
    run_pandas(source, tmp_path / "pandas")
    run_job(job.script, {"JOB_NAME": "compared"}, workdir=tmp_path / "job")
    for path in ("out/result.csv", "out/order.csv"):
        assert compare_outputs(tmp_path / "pandas" / path, tmp_path / "job" / path, "csv") == []
    assert len(pd.read_csv(tmp_path / "pandas" / "out" / "order.csv")) > 10
