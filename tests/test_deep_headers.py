"""CSV files with two lines of header: columns with labels of two levels."""

from __future__ import annotations

import pytest

from glue_runtime.local import run_job
from tests.harness import verify
from transpiler import Options, transpile

CSV = 'region,2023,2023,2024,2024\nname,sales,cost,sales,cost\nnorth,10,4.5,12,\nsouth,,3,7,2.5\n"e, ""x""",1,1,1,1\n'
READ = "import pandas as pd\ndf = pd.read_csv('two.csv', header=[0, 1])\n"
PROGRAMS = {
    "names of both": "df.columns = ['_'.join(c) for c in df.columns]\ndf['total'] = df['2023_sales'].fillna(0) + df['2024_sales']\n",
    "one of them": "df = df['2024'].assign(change=df['2024', 'sales'] - df['2023', 'sales'])\n",
    "by the lower": "df = df.xs('sales', axis=1, level=1)\n",
    "without some": "df = df.drop(columns='2023').rename(columns={'name': 'who'})\ndf.columns = ['/'.join(c) for c in df.columns]\n",
}


def write(folder, text=CSV):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "two.csv").write_text(text)
    return folder


@pytest.mark.parametrize("steps", PROGRAMS.values(), ids=PROGRAMS)
def test_columns_of_two_levels(steps, spark, tmp_path):
    source = f"{READ}{steps}df.to_csv('out.csv', index=False)\n"
    outcome = verify(source, tmp_path / "run", True, inputs=write(tmp_path / "in"))
    assert outcome, str(outcome)
    assert not [e for e in outcome.job.report.entries if e.verdict == "driver"], str(outcome)


def test_another_header_stops_the_job(spark, tmp_path):
    source = f"{READ}df.columns = ['_'.join(c) for c in df.columns]\ndf.to_csv('out.csv')\n"
    job = transpile(source, Options(input_root=write(tmp_path / "in")))
    write(tmp_path / "day", CSV.replace("cost", "price"))
    with pytest.raises(Exception, match="this job was made for"):
        run_job(job.script, {"JOB_NAME": "test"}, workdir=tmp_path / "day")
