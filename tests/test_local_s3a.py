"""Jobs that read and write ``s3://`` through Spark's own S3A, against moto's server."""

import json
import os
import subprocess
import sys
from pathlib import Path

import aws_env
import pandas as pd
import pytest

from glue_runtime.local import compare_outputs
from tests import maven
from tests.harness import run_pandas
from transpiler import transpile

aws = aws_env.aws
ROOT = Path(__file__).parents[1]
RUN = """
import json, sys
from glue_runtime.local import run_job
for name in json.loads(sys.argv[1]):
    try:
        run_job(open(name).read(), {"JOB_NAME": name, "DATA_ROOT": "s3://data-lake-1/root"})
        print("OUTCOME", name, "done", flush=True)
    except Exception as error:
        print("OUTCOME", name, type(error).__name__, " ".join(str(error).split())[:900], flush=True)
"""
SALES = "id,day,region,amount\n" + "".join(
    f"{i},2024-01-{i % 28 + 1:02},r{i % 3},{'' if i % 7 == 0 else i * 0.5}\n" for i in range(60)
)
#: name → the program; paths without a scheme are under DATA_ROOT, which is on S3 too
PROGRAMS = {
    "totals": """
df = pd.read_csv("in/sales.csv", parse_dates=["day"])
out = df.groupby("region").agg(n=("id", "count"), total=("amount", "sum")).reset_index()
out.sort_values("region").to_csv("out/totals.csv", index=False)
df.to_parquet("out/sales.parquet", index=False, partition_cols=["region"])
""",
    "again": """
df = pd.read_csv("out/totals.csv")
df["n"] = df["n"] + 1
df.to_csv("out/totals.csv", index=False)
""",
    "elsewhere": """
df = pd.read_csv("s3://data-lake-1/root/in/sales.csv")
df.head(3).to_json("s3://data-lake-1/far/three.json", orient="records", lines=True)
""",
    "missing": """
df = pd.read_csv("in/nothing.csv")
df.to_csv("out/kept.csv", index=False)
""",
    "failing": """
df = pd.read_csv("in/sales.csv")
df["id"] = df["id"].map(lambda i: 1 // (i - 30))
df.to_csv("out/kept.csv", index=False)
""",
    "nowhere": """
df = pd.read_csv("in/sales.csv")
df.to_csv("s3://no-such-bucket-1/x.csv", index=False)
""",
}


def download(s3, prefix: str, folder: Path) -> Path:
    """The objects under a prefix, as files."""
    for entry in s3.list_objects_v2(Bucket="data-lake-1", Prefix=prefix).get("Contents", []):
        target = folder / entry["Key"]
        if not entry["Key"].endswith("/"):
            target.parent.mkdir(parents=True, exist_ok=True)
            s3.download_file("data-lake-1", entry["Key"], str(target))
    return folder / prefix


def test_jobs_on_s3(aws, tmp_path, monkeypatch):
    monkeypatch.setenv("P2G_JARS", maven.jars(*maven.S3A))
    s3 = aws.client("s3")
    s3.put_object(Bucket="data-lake-1", Key="root/in/sales.csv", Body=SALES.encode())
    s3.put_object(Bucket="data-lake-1", Key="root/out/kept.csv", Body=b"a\n1\n")
    home = tmp_path / "pandas"
    for folder in ("in", "out"):
        (home / folder).mkdir(parents=True)
    (home / "in" / "sales.csv").write_text(SALES)
    for name, source in PROGRAMS.items():
        Path(name).write_text(transpile("import pandas as pd\n" + source).script)
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(list(PROGRAMS))],
        capture_output=True,
        text=True,
        timeout=280,
        env={**os.environ, "PYTHONPATH": str(ROOT), "P2G_INTERPRETED": "1"},
    )
    outcomes = dict(
        line.split(" ", 2)[1:] for line in done.stdout.splitlines() if "OUTCOME" in line
    )
    assert list(outcomes) == list(PROGRAMS), done.stderr[-3000:]
    assert [name for name, word in outcomes.items() if word != "done"] == [
        "missing",
        "failing",
        "nowhere",
    ], outcomes
    assert "No such file" in outcomes["missing"] and "bucket" in outcomes["nowhere"].lower()
    for name in ("totals", "again"):
        assert run_pandas("import pandas as pd\n" + PROGRAMS[name], home) is None
    got = download(s3, "root", tmp_path / "s3")
    assert compare_outputs(home / "out/totals.csv", got / "out/totals.csv", "csv", ["region"]) == []
    assert (
        compare_outputs(home / "out/sales.parquet", got / "out/sales.parquet", "parquet", None)
        == []
    )
    assert len(list((got / "out/sales.parquet").glob("region=*"))) == 3
    three = pd.read_json(next(download(s3, "far", tmp_path / "s3").rglob("*part*")), lines=True)
    assert three["id"].tolist() == [0, 1, 2]
    # What failed has changed nothing, and left nothing beside it.
    assert (got / "out" / "kept.csv").read_text() == "a\n1\n"
    assert sorted(p.name for p in (got / "out").iterdir()) == [
        "kept.csv",
        "sales.parquet",
        "totals.csv",
    ]


if __name__ == "__main__":
    pytest.main([__file__])
