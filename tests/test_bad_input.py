"""What cannot become a job has a defined answer: an error with its line, or a report entry."""

from __future__ import annotations

import pytest

from transpiler import Options, TranspileError, transpile

READ = "import pandas as pd\ndf = pd.read_csv('in.csv')\n"
ERRORS = {
    "not python": ("import pandas as pd\ndf = pd.read_csv('a.csv'\n", 2, "not valid Python"),
    "bad indent": ("import pandas as pd\n  df = 1\n", 2, "not valid Python"),
    "null byte": ("x = 1\0", 1, "not valid Python"),
    "empty": ("", 1, "empty"),
    "undefined name": (READ + "out = dff['a']\n", 3, "'dff' is used before it is defined"),
    "star import": ("from pandas import *\n", 1, "star import"),
    "exec": (READ + "exec('df = 1')\n", 3, "exec()"),
    "eval": (READ + "x = eval('1 + 1')\n", 3, "eval()"),
    "append to a file": ("f = open('x.txt', 'a')\n", 1, "changes a file"),
    "return outside": (READ + "return df\n", 3, "'return' outside function"),
    "endless loop": (READ + "while True:\n    print(len(df))\n", 3, "never ends"),
    "constant error": ("x = 1 / 0\n", 1, "ZeroDivisionError"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_an_error_says_where_and_why(name):
    source, line, words = ERRORS[name]
    with pytest.raises(TranspileError) as caught:
        transpile(source)
    assert caught.value.line == line
    assert words in str(caught.value)


def test_an_unknown_method_runs_on_the_driver_and_says_so():
    job = transpile(READ + "x = df.some_new_method(3)\nx.to_csv('out.csv')\n")
    entries = [e for e in job.report.entries if e.verdict == "driver"]
    assert entries and entries[0].line == 3 and "some_new_method" in entries[0].rule
    assert ".some_new_method(3)" in job.script


def test_an_unknown_keyword_is_never_dropped():
    job = transpile(READ + "x = df.drop(columns=['a'], level=1)\nx.to_csv('out.csv')\n")
    assert "level=1" in job.script
    assert any(e.verdict == "driver" and "level" in e.message for e in job.report.entries)


def test_unsupported_error_refuses_instead_of_the_driver():
    with pytest.raises(TranspileError, match="some_new_method") as caught:
        transpile(READ + "x = df.some_new_method(3)\n", Options(unsupported="error"))
    assert caught.value.line == 3


def test_a_program_without_pandas_is_kept_as_it_is():
    job = transpile("import math\nx = math.sqrt(16)\nprint(x)\n")
    assert "print(" in job.script
    assert not job.outputs


def test_a_frame_that_is_never_written_makes_no_output():
    job = transpile(READ + "top = df.head()\ntop\n")
    assert job.outputs == []


def test_a_module_that_is_not_known_is_kept():
    job = transpile("import requests\nr = requests.get('http://x')\nprint(r.status_code)\n")
    assert "import requests" in job.script and "requests.get(" in job.script


@pytest.mark.parametrize(
    "field, value", [("glue_version", "3.0"), ("unsupported", "maybe"), ("runtime", "magic")]
)
def test_options_are_checked(field, value):
    with pytest.raises(ValueError, match=field):
        Options(**{field: value})


@pytest.mark.parametrize(
    "call", ["to_csv", "to_parquet", "to_excel", "to_pickle", "to_json", "to_html", "to_feather"]
)
def test_nothing_is_written_to_the_driver_s_own_disk(call):
    """A writer on the driver goes through the dataset's path, directly or on what a step left there."""
    for receiver in ("df.describe()", "df.some_method()", "df.groupby('a').describe()"):
        script = transpile(
            READ + f"x = {receiver}\n{receiver}.{call}('out/file')\nx.{call}('out/other')\n"
        ).script
        steps = script[script.index("job.init(") :]
        for path in ("out/file", "out/other"):
            assert f'f"{{DATA_ROOT}}/{path}"' in steps and f'{call}("{path}"' not in steps


def test_a_long_loop_over_plain_values_stays_a_loop():
    """Programs found in public repositories: a thousand turns would be a thousand statements."""
    source = (
        READ
        + "import random\nwalk = [0]\nfor step in range(1000):\n    walk.append(walk[-1] + random.choice([-1, 1]))\n"
    )
    job = transpile(source + "df['x'] = walk[0]\ndf.to_csv('out.csv')\n")
    assert "for step in range(1000):" in job.script
    assert job.script.count("random.choice") == 1


def test_a_constant_index_is_written_whole():
    source = "import pandas as pd\ndays = pd.date_range('2024-01-01', periods=180)\nprint(days, list(days[:2]))\n"
    script = transpile(source).script
    main = script[script.index("job.init(") :]
    assert "..." not in main and "periods=180" in main
    assert 'pd.Timestamp("2024-01-02 00:00:00")' in main
    assert "import pandas as pd" in script
