"""Loops over the pieces of a file: followed where a turn looks at its rows alone, kept elsewhere."""

import pytest

from tests.harness import verify
from transpiler import Options, transpile

READ = "pd.read_csv('x.csv', usecols=['k', 'f'], dtype={'k': str, 'f': float}, chunksize=2)"
HEAD = "import pandas as pd\nimport numpy as np\nn = 0\nparts = []\nids = [1, 2, 3]\n"
LOOP = HEAD + f"for c in {READ}:\n"
TAIL = "pd.concat(parts).assign(n=n).to_csv('y.csv')\n"


@pytest.mark.parametrize(
    "body",
    [
        "    c['g'] = c['f'].shift()\n    parts.append(c)\n",
        "    c['g'] = ids.pop()\n    parts.append(c)\n",
        "    n += 1\n    parts.append(c)\n",
        "    c['g'] = n\n    n += len(c)\n    parts.append(c)\n",
        "    parts.append(c.query('f > @n'))\n    n += len(c)\n",
        "    parts.append(c.head(1))\n",
        "    parts.append(c.drop_duplicates())\n",
        "    parts.append(c.fillna(c.mean(numeric_only=True)))\n",
        "    parts.append(c['k'].str.get_dummies())\n",
        "    if len(c) > 1:\n        parts.append(c)\n",
        "    parts.append(c)\n    last = c\nlast.to_csv('z.csv')\n",
        "    parts.append(c)\nprint(len(parts))\n",
    ],
)
def test_a_turn_that_looks_beyond_a_row_stays_a_turn(body):
    script = transpile(LOOP + body + TAIL).script
    assert "chunksize" in script and "for c in pd.read_csv" in script


def test_a_function_that_reads_what_changes_stays_in_the_loop():
    text = HEAD + "def f(d):\n    return d.assign(g=n)\n"
    text += f"for c in {READ}:\n    parts.append(f(c))\n    n += len(c)\n"
    assert "chunksize" in transpile(text + TAIL).script


def test_a_reader_gives_its_pieces_once():
    text = HEAD + f"r = {READ}\nparts = [c for c in r]\nmore = [c for c in r]\n"
    assert "chunksize" in transpile(text + "pd.concat(parts + more).to_csv('y.csv')\n").script


def test_types_have_to_be_those_of_every_piece(tmp_path):
    """Digits in one piece and words in the next: pandas has numbers beside texts."""
    loop = "import pandas as pd\npd.concat(pd.read_csv('x.csv', chunksize=2)).to_csv('y.csv')\n"
    for rows, kept in (("01\n02\nx\ny\n", True), ("1\n2\n3\n\n", False), ("a\nb\n", False)):
        (tmp_path / "x.csv").write_text("s\n" + rows)
        script = transpile(loop, Options(input_root=tmp_path)).script
        assert ("chunksize=2" in script) == kept
    assert "chunksize" in transpile(loop).script


def test_totals_and_lists_of_a_whole_file(spark, tmp_path):
    body = "    for x in ['f']:\n        c[x] = c[x].fillna(0).round(1)\n    c.dropna(subset=['k'], inplace=True)\n"
    body += "    keep = c.loc[c['f'] > 0, ['k', 'f']]\n    n = n + int(keep['k'].count())\n"
    body += "    parts.append(keep.rename(columns={'k': 'key'}).assign(g=lambda d: np.where(d['f'] > 1, 'a', 'b')))\n"
    text = HEAD + f"with {READ.replace('x.csv', 'nasty.csv')} as reader:\n  for c in reader:\n"
    result = verify(text + body.replace("    ", "      ") + TAIL, tmp_path, False)
    assert result.word == "same", str(result)
    assert not result.job.report.counts.get("driver"), result.job.script
