"""No text crashes ``transpile``: it gives a job that compiles, or a TranspileError."""

from __future__ import annotations

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_rules import HEAD, examples
from transpiler import Options, TranspileError, transpile


@pytest.fixture(autouse=True)
def as_users_run_it(monkeypatch):
    """Slips of rules fall down the ladder, as outside the tests."""
    monkeypatch.delenv("P2G_STRICT", raising=False)


def assert_survives(source: str) -> None:
    """A job that compiles, or an error that says where."""
    try:
        job = transpile(source)
    except TranspileError as error:
        assert error.line is None or error.line >= 1
        return
    compile(job.script, "job", "exec")


@given(st.text(max_size=80))
@settings(max_examples=150)
def test_any_text(text):
    assert_survives(text)


@given(st.lists(st.sampled_from(
    "df pd np x y ( ) [ ] { } : , . = == + - * / 'a' \"b\" 1 2.5 if else for in while def return lambda import from "
    "as try except with class pass \n \n \n    df.a df['a'] pd.read_csv('a.csv') groupby merge head() :".split(" ")
), max_size=25))  # fmt: skip
@settings(max_examples=300)
def test_any_words(words):
    assert_survives(
        "import pandas as pd\nimport numpy as np\ndf = pd.read_csv('a.csv')\n" + " ".join(words)
    )


MUTATIONS = int(os.environ.get("P2G_MUTATIONS", "250"))


def test_mutated_examples():
    """Real programs with tokens dropped, doubled and swapped."""
    chance = random.Random(7)
    pool = [e for _, e in examples()]
    for _ in range(MUTATIONS):
        lines = [
            f"out = {e}" if "\n" not in e and "=" not in e.split("(")[0] else e
            for e in chance.sample(pool, 2)
        ]
        text = list("df = base\n" + "\n".join(lines) + "\nout.to_csv('o.csv')\n")
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            change = chance.choice(["drop", "double", "swap"])
            if change == "drop":
                del text[at]
            elif change == "double":
                text.insert(at, text[at])
            else:
                other = chance.randrange(len(text))
                text[at], text[other] = text[other], text[at]
        assert_survives(HEAD + "".join(text))


def test_options_do_not_change_that():
    for version in ("5.0", "5.1", "6.0"):
        survives_with = Options(glue_version=version)
        assert transpile(
            "import pandas as pd\npd.read_csv('a.csv').to_csv('b.csv', index=False)\n",
            survives_with,
        ).script
