"""None that JSON and Parquet files hold, beside NaN that a step puts there: functions see which."""

import json

import pandas as pd
import pytest

from glue_runtime.local import run_job
from tests.capture import taken
from tests.harness import MODE_NAMES, MODES, run_pandas
from transpiler import Options, transpile

A = [{"k": 1, "s": "x", "t": None}, {"k": 2, "s": None, "t": "p"}, {"k": 3, "s": "z", "t": "q"}]
B = [{"k": 1, "w": "one"}, {"k": 2, "w": None}]
READERS = {
    "json": 'a, b = pd.read_json("a.jsonl", lines=True), pd.read_json("b.jsonl", lines=True)',
    "parquet": 'a, b = pd.read_parquet("a.parquet"), pd.read_parquet("b.parquet")',
}
SERIES = [
    'a["s"]',
    'a["s"].str.upper()',
    'a["s"].str.get(3)',
    'a["s"].str[1]',
    'a["s"].str.split("z").str[1]',
    'a["s"].str.contains("z")',
    'a["s"].str.extract("(z)", expand=False)',
    'a["s"].str.extract("(z)")[0]',
    'a["t"].fillna(a["s"])',
    'a["s"].where(a["k"] > 1)',
    'a["t"].map({"p": None, "q": "Q"})',
    'a["k"].map(b.set_index("k")["w"])',
    'a.merge(b, on="k", how="left")["w"]',
    'a.merge(b, on="k", how="outer")["t"]',
    'b.merge(a, left_on="k", right_index=True, how="outer")["w"]',
    'pd.concat([a, b])["s"]',
    'pd.concat([a, a])["s"]',
    'pd.concat([a[["s"]], b[["w"]]], axis=1)["w"]',
    'a.set_index("k").join(b.set_index("k"))["w"]',
    'a.join(b.set_index("k"), on="k")["w"]',
    'a.replace("z", np.nan)["s"]',
    'a.replace("z", "y")["s"]',
    'a.groupby("k")[["s", "t"]].shift(1)["s"]',
    'a.groupby("t")["s"].transform("first")',
    'a.melt(id_vars="k", value_vars=["s", "t"])["value"]',
    'a.combine_first(b)["w"]',
]


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("reader", list(READERS))
def test_functions_tell_none_from_nan(reader, known, spark, tmp_path):
    for name, records in (("a", A), ("b", B)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, records)))
        pd.DataFrame(records).to_parquet(tmp_path / f"{name}.parquet")
    lines = ["import numpy as np", "import pandas as pd", "from tests.capture import capture", READERS[reader]]  # fmt: skip
    for number, series in enumerate(SERIES):
        lines += [f"s = {series}", f"capture('e{number}', s.map(lambda v: '<' + repr(v) + '>'))"]
    source = "\n".join(lines) + "\n"
    job = transpile(source, Options(input_root=tmp_path if known else None))
    assert run_pandas(source, tmp_path) is None
    expected = taken()
    run_job(job.script, {"JOB_NAME": "nones"}, workdir=tmp_path)
    actual = taken()
    wrong = {s: (list(expected[f"e{n}"]), list(actual[f"e{n}"])) for n, s in enumerate(SERIES)}
    assert not {s: pair for s, pair in wrong.items() if pair[0] != pair[1]}
    driver = [e.source for e in job.report.entries if e.verdict == "driver"]
    kept = (
        'a["s"].str.upper',
        *(["pd.concat([a, a])"] if known else []),
    )  # whose columns may differ
    assert not [x for x in driver if x.startswith(kept)]
