"""Files that a program opens, tries in several encodings, or has plain Python read."""

import gzip
import json

import pandas as pd
import pytest

from tests.harness import MODE_NAMES, MODES, verify
from transpiler import Options, transpile

RECORDS = [{"id": n, "user": {"name": c, "zip": None}, "tags": [c]} for n, c in enumerate("aéc")]
TABLE = "id,k,v\n1,a,1.5\n2,b,\n3,a,2.0\n"
OPENED = """
import gzip
import json
import pandas as pd

with open("t.csv") as f:
    pd.read_csv(f).to_csv("a.csv")
with gzip.open("t.csv.gz", "rt") as f:
    pd.read_csv(f, usecols=lambda c: c != "k").to_csv("b.csv")
with open("latin.csv", encoding="latin-1", newline="") as f:
    pd.read_csv(f).to_csv("c.csv")
with open("lines.csv") as f:
    pd.read_csv(f).to_csv("d.csv")
with open("t.csv") as f:
    f.readline()
    pd.read_csv(f, names=["id", "k", "v"]).to_csv("e.csv")
f = open("t.csv")
head = f.readline()
pd.read_csv(f, names=["id", "k", "v"]).to_csv("f.csv")
with open("g.csv", "w") as f:
    pd.read_csv("t.csv").to_csv(f, index=False)
with open("h.csv", "w") as f:
    f.write("# head\\n")
    pd.read_csv("t.csv").to_csv(f, index=False)
"""
ENCODINGS = """
import pandas as pd

def load(path):
    for enc in ("utf-8", "gbk", "latin-1"):
        try:
            return pd.read_csv(path, encoding=enc)
        except UnicodeDecodeError:
            pass
    raise ValueError(path)

load("latin.csv").to_csv("a.csv", index=False)
load("t.csv").to_csv("b.csv", index=False)
try:
    df = pd.read_csv("latin.csv")
except UnicodeDecodeError:
    df = pd.read_csv("latin.csv", encoding="cp1252")
df.to_csv("c.csv", index=False)
for encoding in ["utf-8", "latin-1"]:
    try:
        df = pd.read_csv("latin.csv", encoding=encoding)
        print("read as", encoding)
        break
    except (UnicodeDecodeError, ValueError) as e:
        print("failed", e)
df.assign(e=encoding).to_csv("d.csv", index=False)
"""
DOCUMENTS = """
import csv
import json
import pandas as pd

with open("records.json") as f:
    data = json.load(f)
pd.json_normalize(data)[["id", "user.name"]].to_csv("a.csv")
rows = []
with open("records.jsonl") as f:
    for line in f:
        if not line.strip():
            continue
        r = json.loads(line)
        rows.append({"id": r["id"], "name": r["user"]["name"], "n": len(r["tags"])})
pd.DataFrame(rows).sort_values("name").to_csv("b.csv")
with open("t.csv", newline="") as f:
    table = pd.DataFrame(list(csv.DictReader(f)))
table.groupby("k").size().to_csv("c.csv")
pd.read_json("columns.json", orient="columns").to_csv("d.csv")
pd.read_fwf("fixed.txt", widths=[3, 4], dtype={"id": str}).to_csv("e.csv")
"""


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "inputs"
    folder.mkdir()
    (folder / "t.csv").write_text(TABLE)
    (folder / "t.csv.gz").write_bytes(gzip.compress(TABLE.encode()))
    (folder / "latin.csv").write_bytes("id,name\n1,Müller\n2,\xff\n".encode("latin-1"))
    (folder / "lines.csv").write_bytes(b'a,b\r\n1,"x\r\ny"\r\n')
    (folder / "records.json").write_text(json.dumps(RECORDS))
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, RECORDS)) + "\n\n")
    pd.DataFrame({"a": [1, 2], "b": ["x", None]}).to_json(folder / "columns.json")
    (folder / "fixed.txt").write_text("id name\n01 ab  \n2  c\n")
    return folder


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize(
    "text", [OPENED, ENCODINGS, DOCUMENTS], ids=["opened", "encodings", "documents"]
)
def test_the_same(spark, tmp_path, inputs, text, known):
    result = verify(text, tmp_path / "run", known, inputs)
    assert result.word == "same", str(result)


def test_where_it_runs(inputs):
    def verdicts(text):
        entries = transpile(text, Options(input_root=inputs)).report.entries
        return {e.verdict for e in entries}

    assert "driver" not in verdicts(ENCODINGS)
    assert "driver" not in verdicts(DOCUMENTS)
    changed = DOCUMENTS.replace("pd.json_normalize(data)", "data.pop()\npd.json_normalize(data)")
    assert "driver" in verdicts(changed)
    used = transpile(DOCUMENTS + "print(len(rows))\n", Options(input_root=inputs)).script
    assert (
        "rows.append" in used
        and "rows.append" not in transpile(DOCUMENTS, Options(input_root=inputs)).script
    )
