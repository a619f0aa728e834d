"""The rule tables against pandas' own signatures, and against themselves."""

from __future__ import annotations

import inspect
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from rules import registry

registry.load()
ALL = [r for rules in registry.RULES.values() for r in rules]
FRAME = pd.DataFrame({"a": [1], "s": ["x"], "t": pd.to_datetime(["2024-01-01"])})
#: an object of every kind that rules name, to ask for the method's signature
OWNERS = {
    "DataFrame": FRAME, "Series": FRAME["a"], "Series.str": FRAME["s"].str, "Series.dt": FRAME["t"].dt,
    "DataFrameGroupBy": FRAME.groupby("s"), "SeriesGroupBy": FRAME.groupby("s")["a"], "pandas": pd, "numpy": np,
    "DataFrame.loc": FRAME.loc, "DataFrame.iloc": FRAME.iloc,
}  # fmt: skip


def pandas_parameters(rule: registry.Rule) -> list[str] | None:
    """The parameter names of the pandas function of a rule; None where Python cannot tell."""
    owner, _, method = rule.name.rpartition(".")
    if owner not in OWNERS or method.startswith("__"):
        return None
    target = getattr(OWNERS[owner], method, None)
    if not callable(target) or isinstance(target, np.ufunc):
        return None
    try:
        return list(inspect.signature(target).parameters)
    except (TypeError, ValueError):
        return None


@pytest.mark.parametrize("rule", ALL, ids=lambda r: f"{r.name}@{r.where}")
def test_a_rule_takes_the_parameters_that_pandas_takes(rule):
    names = pandas_parameters(rule)
    if names is None:
        assert rule.name
        return
    # *args and **kwargs stand for anything; `self` is bound already.
    rest = {"args", "kwargs"}
    ours = {p.name for p in rule.parameters if p.kind in ("normal", "keyword")}
    assert not ours - set(names) or rest & set(names), f"pandas has no {ours - set(names)}"
    missing = [n for n in names if n not in {p.name for p in rule.parameters} and n not in rest]
    assert not missing, f"{rule.name} does not name {missing}: list them in not_yet"


@pytest.mark.parametrize("rule", ALL, ids=lambda r: f"{r.name}@{r.where}")
def test_a_rule_has_an_example_and_says_what_it_does(rule):
    assert rule.examples and all(e.strip() for e in rule.examples)
    assert (
        (rule.apply.__doc__ or "").strip()
        or rule.name.split(".")[-1].startswith("__")
        or "_" in rule.apply.__name__
    )


def test_positional_order_is_that_of_pandas():
    wrong = []
    for rule in ALL:
        names = pandas_parameters(rule)
        if names is None or set(names) <= {"args", "kwargs"}:  # pandas' own signature does not tell
            continue
        ours = [p.name for p in rule.parameters if p.kind == "normal"]
        theirs = [n for n in names if n in ours]
        if ours != theirs:
            wrong.append(f"{rule.name}: {ours}, pandas has {theirs}")
    assert not wrong, "\n".join(wrong)


def test_what_a_rule_does_not_take_makes_it_not_fire():
    rule = registry.find("DataFrame.to_csv")[0]
    from transpiler.errors import NoRule
    from transpiler.facts import Const

    with pytest.raises(NoRule, match="mode"):
        registry.bind(rule, [Const("x.csv")], {"mode": Const("a")})
    with pytest.raises(NoRule, match="nonsense"):
        registry.bind(rule, [Const("x.csv")], {"nonsense": Const(1)})
    bound, _ = registry.bind(rule, [Const("x.csv")], {"mode": Const("w")})
    assert bound["sep"].value == ","


@pytest.mark.parametrize(
    "module", ["rules.registry", "rules.lib", "transpiler.facts", "glue_runtime"]
)
def test_every_package_can_be_imported_first(module):
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, timeout=120)  # fmt: skip
    assert done.returncode == 0, done.stderr
