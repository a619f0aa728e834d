"""Lists that files hold, and what is missing in JSON records and Parquet: functions see what they see
in pandas, and the columns beside lists keep their types."""

import json

import pandas as pd
import pytest

from tests.harness import MODE_NAMES, MODES, verify
from transpiler import Options, transpile

RECORDS = [
    {"id": 1, "v": 1.5, "s": "x", "k": "a", "tags": ["red", "blue"], "sizes": [1, 2]},
    {"id": 2, "v": 2.5, "s": None, "tags": [], "sizes": [3]},
    {"id": 3, "v": None, "s": "y", "k": "b", "tags": None, "sizes": [5]},
    {"id": 4, "v": 4.0, "s": None, "k": "a", "tags": ['sa"y', "é"], "sizes": [5, 1]},
]
STEPS = """
df["n"] = df["tags"].str.len()
df["first"], df["last"] = df["tags"].str[0], df["sizes"].str[-1]
df["five"] = df["last"] == 5
df["joined"] = df["tags"].str.join("+")
df["kind"] = df["tags"].apply(lambda t: type(t).__name__)
df["text"] = df["sizes"].apply(lambda t: f"{t}")
for c in ("s", "k"):
    df[c + "_none"] = df[c].apply(lambda v: "none" if v is None else str(v)[:3])
df["row"] = df.apply(lambda r: f"{r['s']} {r['k']} {r['tags']} {r['v']}", axis=1)
df.drop(columns=["tags", "sizes"]).to_csv("out.csv", index=False)
df.explode("tags").groupby("tags", dropna=False)["v"].sum().to_csv("tags.csv")
"""
READERS = {
    "json": 'df = pd.read_json("in.jsonl", lines=True)',
    "parquet": 'df = pd.read_parquet("in.parquet")',
}


def write(folder):
    folder.mkdir()
    (folder / "in.jsonl").write_text("\n".join(map(json.dumps, RECORDS)))
    pd.DataFrame(RECORDS).to_parquet(folder / "in.parquet")


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("reader", list(READERS))
def test_what_functions_see(reader, known, tmp_path):
    write(tmp_path / "in")
    source = f"import pandas as pd\n{READERS[reader]}\n{STEPS}"
    outcome = verify(source, tmp_path / "job", known, tmp_path / "in")
    assert outcome.word == "same", outcome
    assert not [e for e in outcome.job.report.entries if e.verdict == "driver"]


def test_columns_beside_lists_are_known(tmp_path):
    write(tmp_path / "in")
    source = (
        'import pandas as pd\ndf = pd.read_json("in.jsonl", lines=True)\ndf["x"] = df["v"] * 2\n'
    )
    job = transpile(source + 'df.to_csv("out.csv")\n', Options(input_root=tmp_path / "in"))
    assert "tags array<string>, sizes array<bigint>" in job.script and "typed(" not in job.script


@pytest.mark.parametrize(
    "step, word",
    [
        ('df["a"].isin(["x", None])', "job raises"),
        ('df["a"].astype(str) + "!"', "job raises"),
        ('df["a"].str.strip().map(lambda v: f"<{v}>")', "job raises"),
        ('df["a"].fillna("none")', "same"),
    ],
)
def test_what_only_the_job_could_confuse(step, word, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "in.jsonl").write_text('{"a": "x", "b": 1}\n{"a": null, "b": 2}\n{"b": 3}\n')
    source = f'import pandas as pd\ndf = pd.read_json("in.jsonl", lines=True)\ndf["c"] = {step}\ndf.to_csv("out.csv")\n'
    assert verify(source, tmp_path / "unknown", False, tmp_path / "in").word == word
    assert verify(source, tmp_path / "known", True, tmp_path / "in").word == "same"


def test_null_beside_records_without_the_key(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "in.jsonl").write_text('{"a": "x", "b": 1}\n{"a": null, "b": 2}\n{"b": 3}\n')
    source = 'import pandas as pd\ndf = pd.read_json("in.jsonl", lines=True)\n'
    source += 'df["c"] = df["a"].apply(lambda v: v is None)\ndf.to_csv("out.csv")\n'
    job = transpile(source, Options(input_root=tmp_path / "in"))
    assert [e.verdict for e in job.report.entries if "read_json" in e.source] == ["driver"]
    assert verify(source, tmp_path / "job", False, tmp_path / "in").word == "job raises"


def test_arrays_of_parquet_have_another_text(tmp_path):
    write(tmp_path / "in")
    source = f"import pandas as pd\n{READERS['parquet']}\ndf.to_csv('out.csv')\n"
    assert verify(source, tmp_path / "job", False, tmp_path / "in").word == "job raises"
