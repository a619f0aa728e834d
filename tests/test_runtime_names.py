"""Rules name glue_runtime functions by their bare names, so a name must mean one function."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from transpiler.emit.embed import library

ROOT = Path(__file__).resolve().parents[1]


def named_by_rules() -> set[str]:
    """Words in quotes in the rules and the walk: functions to call are among them."""
    files = [*(ROOT / "rules").glob("*.py"), *(ROOT / "transpiler").rglob("*.py")]
    return {w for f in files for w in re.findall(r"""["'](\w+)["']""", f.read_text())}


def test_a_function_that_rules_name_is_defined_once():
    homes = defaultdict(set)
    for (module, name), (text, _) in library().definitions.items():
        if text.startswith(("def ", "@")):
            homes[name].add(module)
    named = named_by_rules()
    twice = {n: sorted(m) for n, m in homes.items() if len(m) > 1 and n in named}
    assert not twice


def test_hidden_columns_that_stay_are_called_like_none_that_a_helper_drops():
    texts = [
        f.read_text() for room in ("rules", "glue_runtime") for f in (ROOT / room).glob("*.py")
    ]
    text = "\n".join(texts)
    stay = set(re.findall(r'SortKey\("(__[a-z]+)"', text))
    go = {n for names in re.findall(r"\.drop\(([^()]*)\)", text) for n in re.findall(r'"(__[a-z]+)"', names)}  # fmt: skip
    assert stay and not stay & go
