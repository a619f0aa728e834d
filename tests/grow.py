"""Random programs over random nasty frames, grown step by step from a table.

A step is a function of the state (which columns of which kind a frame has) and a chooser; it gives
a line of pandas and the new state, or None where it does not apply. Every step leaves the frame
with a RangeIndex or labels with holes, as real programs do.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Callable

from hypothesis import strategies as st

TEXTS = [
    "a",
    "b",
    "B",
    "apple",
    "Apple ",
    " pad",
    "é",
    "日本",
    "",
    "x,y",
    'q"t',
    "a\nb",
    "NA?",
    "7",
    "-1",
    "o'neil",
]
KEYS = ["k1", "k2", "K2", "k3"]
TIMES = [
    "2024-01-31 10:15:30",
    "1969-12-31 23:59:59",
    "2024-02-29 00:00:00",
    "1900-03-01 00:00:01",
    "2023-12-31 12:00:00",
]


class NothingToPick(Exception):
    """The frame has no column of the kind that a step needs."""


@dataclass(frozen=True)
class State:
    """The frame's variable, and its columns by kind: int, float, text, key, bool, time."""

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    unique: str | None = None  # a column (or several) that tells the rows apart

    def of(self, *kinds: str) -> list[str]:
        return [c for c, k in self.columns.items() if k in kinds]

    def plus(self, column: str, kind: str) -> "State":
        return replace(self, columns={**self.columns, column: kind})


Pick = Callable[[list], Any]
Step = Callable[[State, Pick, str], "tuple[str, State] | None"]


def arithmetic(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    left, op = pick(s.of("int", "float")), pick(["+", "-", "*", "/"])
    right = pick([f"{s.name}['{c}']" for c in s.of("int", "float")] + ["2", "-3", "0.5"])
    floats = (
        op == "/"
        or s.columns[left] == "float"
        or "'" in right
        and s.columns[right.split("'")[1]] == "float"
        or right == "0.5"
    )
    return f"{s.name}['{new}'] = {s.name}['{left}'] {op} {right}", s.plus(
        new, "float" if floats else "int"
    )


def divide(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    column, op = pick(s.of("int", "float")), pick(["// 3", "% 4", "// -2", "% -3"])
    return f"{s.name}['{new}'] = {s.name}['{column}'] {op}", s.plus(new, s.columns[column])


def compare(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    column, op = pick(s.of("int", "float")), pick([">", "<", ">=", "<=", "==", "!="])
    return f"{s.name}['{new}'] = {s.name}['{column}'] {op} {pick([0, 1, 1.5])}", s.plus(new, "bool")


def keep(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    tests = [
        f"{s.name}['{c}'] {pick(['>', '<=', '!='])} {pick([0, 1, 2.5])}"
        for c in s.of("int", "float")
    ]
    tests += [f"{s.name}['{c}'] {pick(['==', '!='])} '{pick(KEYS)}'" for c in s.of("key")]
    tests += [
        f"{s.name}['{c}'].{pick(['isna', 'notna'])}()" for c in s.of("float", "text", "key", "time")
    ]
    tests += [f"{s.name}['{c}'].isin({KEYS[:2]!r})" for c in s.of("key")]
    first, second = pick(tests), pick(tests)
    mask = pick([first, f"~({first})", f"({first}) & ({second})", f"({first}) | ({second})"])
    return f"{s.name} = {s.name}[{mask}].copy()", s


def text(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    call = pick(
        [
            "str.upper()",
            "str.strip()",
            "str.lower()",
            "str[:2]",
            "str.replace('a', 'b', regex=False)",
            "fillna('none')",
            "str.zfill(4)",
        ]
    )
    return f"{s.name}['{new}'] = {s.name}['{pick(s.of('text', 'key'))}'].{call}", s.plus(
        new, "text"
    )


def length(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    return f"{s.name}['{new}'] = {s.name}['{pick(s.of('text', 'key'))}'].str.len()", s.plus(
        new, "float"
    )


def contains(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    call = pick(
        [
            "str.contains('a', na=False)",
            "str.startswith('k', na=False)",
            "str.contains('[ab]', na=False)",
            "isin(['a', 'b'])",
        ]
    )
    return f"{s.name}['{new}'] = {s.name}['{pick(s.of('text', 'key'))}'].{call}", s.plus(
        new, "bool"
    )


def fill(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    column = pick(s.of("float"))
    value = pick(["0", "-1.5", f"{s.name}['{column}'].mean()"])
    return f"{s.name}['{new}'] = {s.name}['{column}'].fillna({value})", s.plus(new, "float")


def rounded(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    call = pick(["round(1)", "abs()", "clip(lower=0)", "clip(0, 10)", "round(0)"])
    return f"{s.name}['{new}'] = {s.name}['{pick(s.of('float'))}'].{call}", s.plus(new, "float")


def dates(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    call = pick(["dt.year", "dt.month", "dt.dayofweek", "dt.day", "dt.hour"])
    return f"{s.name}['{new}'] = {s.name}['{pick(s.of('time'))}'].{call}", s.plus(new, "float")


def choose(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    column = pick(s.of("int", "float"))
    return f"{s.name}['{new}'] = np.where({s.name}['{column}'] > 1, 'high', 'low')", s.plus(
        new, "text"
    )


def mapped(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    return f"{s.name}['{new}'] = {s.name}['{pick(s.of('key'))}'].map({{'k1': 1, 'k2': 2}})", s.plus(
        new, "float"
    )


def distinct(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    return (
        f"{s.name} = {s.name}.drop_duplicates(subset=['{pick(s.of('key', 'bool', 'int'))}'], keep='{pick(['first', 'last'])}')",
        s,
    )


def dropped(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    return f"{s.name} = {s.name}.dropna(subset=['{pick(s.of('float', 'key', 'text'))}'])", s


def top(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    if s.unique is None:
        return None
    by = [pick(s.of("int", "float", "key")), s.unique]
    way = [pick([True, False]), True]
    return (
        f"{s.name} = {s.name}.sort_values({list(dict.fromkeys(by))!r}, ascending={way[: len(dict.fromkeys(by))]!r}).head({pick([1, 3, 6])})",
        s,
    )


def running(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    key, column = pick(s.of("key")), pick(s.of("int"))
    call = pick(
        [
            "cumsum()",
            "shift(1)",
            "cumcount()",
            "transform('sum')",
            "rank(method='first')",
            "transform('mean')",
        ]
    )
    return f"{s.name}['{new}'] = {s.name}.groupby('{key}')['{column}'].{call}", s.plus(new, "float")


def grouped(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    key, column = pick(s.of("key", "bool")), pick(s.of("int", "float"))
    how = pick(["sum", "mean", "min", "max", "count", "nunique", "size"])
    line = f"{s.name} = {s.name}.groupby('{key}', as_index=False).agg({new}=('{column}', '{how}'))"
    kind = (
        "int"
        if how in ("count", "nunique", "size") or s.columns[column] == "int" and how == "sum"
        else "float"
    )
    return line, State(s.name, {key: s.columns[key], new: kind}, key)


def joined(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    key = pick(s.of("key"))
    if "w" in s.columns or key != "k":
        return None
    how = pick(["left", "inner", "left"])
    columns = {**s.columns, "w": "float", "name": "text"}
    return f"{s.name} = {s.name}.merge(other, on='k', how='{how}')", State(s.name, columns, None)


def stacked(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    return f"{s.name} = pd.concat([{s.name}, {s.name}.head(0)], ignore_index=True)", s


def reset(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    return f"{s.name} = {s.name}.reset_index(drop=True)", s


def renamed(s: State, pick: Pick, new: str) -> tuple[str, State] | None:
    old = pick([c for c in s.columns if c not in ("k", s.unique)])
    columns = {(new if c == old else c): k for c, k in s.columns.items()}
    return f"{s.name} = {s.name}.rename(columns={{'{old}': '{new}'}})", State(
        s.name, columns, s.unique
    )


STEPS: list[Step] = [arithmetic, divide, compare, keep, text, length, contains, fill, rounded, dates, choose, mapped,
                     distinct, dropped, top, running, grouped, joined, stacked, reset, renamed]  # fmt: skip


@st.composite
def programs(draw: Any, flows: int = 3, steps: int = 6) -> tuple[str, list[dict], list[dict]]:
    """A program of several flows, and the rows of its inputs main.csv and other.csv."""
    rows = draw(st.lists(st.fixed_dictionaries({
        "i": st.integers(-5, 40), "f": st.sampled_from([None, 0.0, 1.5, -2.25, 3.0, 1e16, 0.1, 2.675]),
        "s": st.sampled_from([None, *TEXTS]), "k": st.sampled_from([None, *KEYS]),
        "t": st.sampled_from([None, *TIMES]),
    }), min_size=draw(st.sampled_from([0, 1, 4, 8])), max_size=14))  # fmt: skip
    other = draw(st.lists(st.fixed_dictionaries({
        "k": st.sampled_from([None, *KEYS]), "w": st.sampled_from([None, 1.5, 2.0]), "name": st.sampled_from([None, *TEXTS[:6]]),
    }), min_size=1, max_size=5))  # fmt: skip

    def pick(items: list) -> Any:
        if not items:
            raise NothingToPick
        return draw(st.sampled_from(items))

    lines = ["import numpy as np", "import pandas as pd", "",
             "main = pd.read_csv('main.csv', dtype={'s': str, 'k': str}, parse_dates=['t'])",
             "other = pd.read_csv('other.csv', dtype={'k': str, 'name': str})"]  # fmt: skip
    start = {"id": "int", "i": "int", "f": "float", "s": "text", "k": "key", "t": "time"}
    for flow in range(flows):
        state = State(f"df{flow}", dict(start), "id")
        lines += ["", f"{state.name} = main.copy()"]
        for n in range(draw(st.integers(2, steps))):
            made = None
            for _ in range(6):
                try:
                    made = draw(st.sampled_from(STEPS))(state, pick, f"c{n}")
                except NothingToPick:
                    made = None
                if made is not None:
                    break
            if made is not None:
                lines.append(made[0])
                state = made[1]
        lines.append(f"{state.name}.to_csv('out{flow}.csv', index=False)")
    return "\n".join(lines) + "\n", [{"id": i, **r} for i, r in enumerate(rows)], other
