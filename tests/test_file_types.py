"""Several files read as one: typed from those at hand as pandas types what it puts together."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from glue_runtime.local import run_job
from tests.harness import MODE_NAMES, MODES, verify
from transpiler import Options, transpile

FILES = {
    "same": {"p1.csv": "k,i,f,s\na,1,1.5,x\nb,2,,\n", "p2.csv": "k,i,f,s\na,3,2.0,é\n"},
    "whole numbers and fractions": {"p1.csv": "k,i\na,1\nb,2\n", "p2.csv": "k,i\na,1.5\n,4\n"},
    "a gap in one": {"p1.csv": "k,i\na,1\nb,\n", "p2.csv": "k,i\na,9007199254740991\n"},
    "a column without values in one": {"p1.csv": "k,i,s\na,1,\nb,2,\n", "p2.csv": "k,i,s\na,3,x\n"},
    "truth values and gaps": {"p1.csv": "k,b\na,True\nb,False\n", "p2.csv": "k,b\na,\nb,True\n"},
    "no rows in one": {"p1.csv": "k,i\na,1\n", "p2.csv": "k,i\n"},
    "an infinity in one": {"p1.csv": "k,f\na,1.5\n", "p2.csv": "k,f\na,inf\nb,-inf\n"},
    "columns in another order": {"p1.csv": "k,i\na,1\n", "p2.csv": "i,k\n2,b\n"},
    "a column of one alone": {"p1.csv": "k,i\na,1\n", "p2.csv": "k,i,z\na,2,7\n"},
}
READ = """import glob
from pathlib import Path
import pandas as pd
"""
LOOPS = [
    "df = pd.concat([pd.read_csv(f) for f in sorted(glob.glob('p*.csv'))], ignore_index=True)",
    "parts = []\nfor p in sorted(Path('.').glob('p?.csv')):\n    part = pd.read_csv(p)\n    part['file'] = p.stem\n    parts.append(part)\ndf = pd.concat(parts)",
]
STEPS = "out = df.groupby('k').size().reset_index(name='n')\nout.to_csv('n.csv', index=False)\ndf.to_csv('all.csv', index=False)\n"


TABLES = {
    "same": [{"k": ["a", None], "i": [1, 2], "f": [1.5, None]}, {"k": ["é"], "i": [3], "f": [2.0]}],
    "gaps in whole numbers": [{"k": ["a", "b"], "i": [1, None]}, {"k": ["a"], "i": [2]}],
    "whole numbers and fractions": [{"k": ["a"], "i": [1]}, {"k": ["b"], "i": [1.5]}],
    "texts of which one has none": [{"k": ["a"], "s": [None]}, {"k": ["b"], "s": ["x"]}],
    "truth values": [{"k": ["a", "b"], "b": [True, False]}, {"k": ["b"], "b": [True]}],
    "infinities": [{"k": ["a"], "f": [float("inf")]}, {"k": ["b"], "f": [0.5]}],
}
PARQUET = "df = pd.concat([pd.read_parquet(f) for f in sorted(glob.glob('p*.parquet'))], ignore_index=True)"


def lay(folder, files):
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("loop", LOOPS, ids=["glob", "pathlib"])
@pytest.mark.parametrize("files", FILES.values(), ids=FILES)
def test_files_are_one_frame(files, loop, known, spark, tmp_path):
    inputs = lay(tmp_path / "inputs", files)
    result = verify(f"{READ}{loop}\n{STEPS}", tmp_path / "run", known, inputs)
    assert result.word == "same", str(result)


@pytest.mark.parametrize("known", MODES, ids=MODE_NAMES.get)
@pytest.mark.parametrize("tables", TABLES.values(), ids=TABLES)
def test_parquet_files_are_one_frame(tables, known, spark, tmp_path):
    inputs = lay(tmp_path / "inputs", {})
    for number, columns in enumerate(tables):
        # with types of their own, as Spark writes them: whole numbers with gaps stay whole
        pq.write_table(pa.table(columns), inputs / f"p{number}.parquet")
    result = verify(f"{READ}{PARQUET}\n{STEPS}", tmp_path / "run", known, inputs)
    assert result.word == "same", str(result)
    assert not {e.verdict for e in result.job.report.entries} & {"driver", "udf"}


def test_types_of_the_files_at_hand_are_those_of_the_job(tmp_path):
    inputs = lay(tmp_path / "inputs", FILES["whole numbers and fractions"])
    job = transpile(f"{READ}{LOOPS[0]}\n{STEPS}", Options(input_root=inputs))
    assert '"k string, i double"' in job.script
    mixed = lay(tmp_path / "mixed", {"p1.csv": "k,i\na,1\n", "p2.csv": "k,i\na,x\n"})
    job = transpile(f"{READ}{LOOPS[0]}\n{STEPS}", Options(input_root=mixed))
    assert "string, i" not in job.script  # numbers among texts: pandas keeps them apart


def test_a_file_that_does_not_fit_stops_the_job(spark, tmp_path):
    inputs = lay(tmp_path / "inputs", FILES["same"])
    job = transpile(f"{READ}{LOOPS[0]}\n{STEPS}", Options(input_root=inputs))
    (inputs / "p3.csv").write_text("k,i,f,s\na,many,1.0,x\n")
    with pytest.raises(Exception, match="not bigint"):
        run_job(job.script, {"JOB_NAME": "test"}, workdir=inputs)
