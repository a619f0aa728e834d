"""A column that is known by what it was computed from is still a column of its own frame's rows."""

from __future__ import annotations

import pytest

from tests.harness import verify

HEAD = "import pandas as pd\ndf = pd.read_csv('nasty.csv')\nx = df[['f', 'g']] * 2\n"
SOME = "x[x['f'] > 3]"
PROGRAMS = {
    "join": f"out = df.join({SOME}.rename(columns={{'f': 'f2', 'g': 'g2'}}))\n",
    "set": f"out = df\nout[['x', 'y']] = {SOME}\n",
    "update": f"out = df\nout.update({SOME})\n",
}


@pytest.mark.parametrize("body", PROGRAMS.values(), ids=PROGRAMS)
def test_rows_that_were_left_out_stay_out(body, spark, tmp_path):
    result = verify(f"{HEAD}{body}out.to_csv('out.csv', index=False)\n", tmp_path, True)
    assert result.word == "same", str(result)
