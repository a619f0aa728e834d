"""``df[[a, b]] = df[[a, b]].step()``: columns computed in place, never joined by row number."""

from __future__ import annotations

import pytest

from tests.nasty import write_inputs
from transpiler import Options, transpile

STEPS = [
    *(
        "abs()",
        "bfill()",
        "clip(0, 3)",
        "clip(lower=0)",
        "convert_dtypes()",
        "cummax()",
        "cumsum()",
    ),
    *("diff()", "div(df[['i', 'f']].sum())", "ffill()", "fillna(0)", "fillna(0).astype(int)"),
    *("fillna(df[['i', 'f']].median())", "fillna({'i': 1, 'f': 2.0})", "interpolate()", "isna()"),
    *(
        "astype(float).round(2)",
        "astype(float).round(2).clip(0)",
        "astype({'i': float})",
        "astype(str)",
    ),
    *("map(lambda v: v + 1)", "mask(df['j'] > 1, 0)", "mul(2)", "pct_change()", "rank()"),
    *("replace(1, 2)", "replace({1: 2})", "rolling(2).mean()", "round(1)", "round(2).astype(str)"),
    *("apply(lambda s: s * 2)", "apply(lambda s: s.fillna(s.mean()))", "apply(np.log1p)"),
    *("apply(pd.to_numeric, errors='coerce')", "transform(lambda s: s - s.mean())", "shift()"),
    *("sub(df[['i', 'f']].mean(axis=1), axis=0)", "where(df['j'] > 1)", "add(df['j'], axis=0)"),
]


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("inputs")
    write_inputs(folder)
    return folder


@pytest.mark.parametrize("step", STEPS)
def test_columns_set_from_themselves_are_expressions(step, inputs):
    source = (
        "import numpy as np\nimport pandas as pd\ndf = pd.read_csv('nasty.csv')\n"
        f"df[['i', 'f']] = df[['i', 'f']].{step}\ndf.to_csv('out.csv', index=False)\n"
    )
    job = transpile(source, Options(input_root=inputs))
    body = job.script[job.script.index("job.init(") :]
    assert ".join(" not in body
    assert not {e.verdict for e in job.report.entries} & {"driver", "udf"}
