"""Symbolic values: what a Python function sees of one value or one row while it is followed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from rules.lib import is_missing
from transpiler.errors import NoRule
from transpiler.facts import Const
from transpiler.symbolic import E, F, lift

SPARK = {
    "int": "bigint",
    "float": "double",
    "bool": "boolean",
    "str": "string",
    "time": "timestamp",
    "mixed": "double",
}
DTYPE_KIND = {
    "int64": "int",
    "float64": "float",
    "bool": "bool",
    "object": "str",
    "datetime64[ns]": "time",
}


@dataclass(frozen=True)
class S:
    """One symbolic value. ``expr`` None: its meaning has no Spark form. ``full``: never missing.

    ``numpy``: a numpy number, which divides by zero. ``fraction``: for "mixed", where it is a float.
    """

    expr: E | None
    kind: str
    full: bool = True
    numpy: bool = False
    fraction: E | None = None
    gap: str | None = "nan"
    loose: bool = False  # a condition in which NULL stands for False
    cases: tuple = ()  # of a choice: (condition, value) pairs, and the last value or None


@dataclass(frozen=True)
class Row:
    """The row of a frame: labels to values."""

    items: tuple[tuple[Any, S], ...]


@dataclass(frozen=True)
class Record:
    """Several values that a function gives at once. ``labels``: of a dict or a Series;
    ``form``: "tuple", "list", "dict" or "Series"."""

    items: tuple[Any, ...]
    form: str = "tuple"
    labels: tuple = ()


@dataclass(frozen=True)
class State:
    """What is known along one path: names, and texts of expressions that are not missing or zero."""

    names: dict
    present: frozenset = frozenset()
    nonzero: frozenset = frozenset()


NOTHING = Const(None)


def const_kind(value: Any) -> str:
    if is_missing(value):
        return "none"
    return {"bool": "bool", "int": "int", "float": "float", "str": "str"}.get(
        type(value).__name__, "other"
    )


def tight(value: S) -> E | None:
    """A condition with False for NULL."""
    if value.expr is None or not value.loose:
        return value.expr
    return F.coalesce(value.expr, F.lit(False))


def bare(expr: E) -> E:
    """A literal as Python has it, for a place beside a column."""
    text = expr.text
    return lift(E(text[6:-1])) if re.fullmatch(r"F\.lit\(([\w.+]+|'[^'\\]*')\)", text) else expr


def as_double(expr: E) -> E:
    """A whole number as a fraction."""
    found = re.fullmatch(r"F\.lit\((-?\d+)\)", expr.text)
    return F.lit(float(found[1])) if found else expr.cast("double")


def lacks(*exprs: E | None) -> bool:
    """Whether any of the parts has no Spark form."""
    return any(e is None for e in exprs)


def as_s(value: Any) -> S:
    """A symbolic value from a constant."""
    if isinstance(value, S):
        return value
    if isinstance(value, Const):
        kind = const_kind(value.value)
        if kind == "none":
            return S(F.lit(None), "none", False, gap="None" if value.value is None else "nan")
        if kind == "other":
            raise NoRule("a constant of such a type")
        if kind == "int" and abs(value.value) >= 1 << 63:
            raise NoRule("a whole number too large for Spark")
        text = E(value.text) if value.text else value.value
        return S(F.lit(text).cast("bigint") if kind == "int" and value.text else F.lit(text), kind)
    raise NoRule("a value of such a kind")


__all__ = [
    "DTYPE_KIND",
    "NOTHING",
    "Record",
    "Row",
    "S",
    "SPARK",
    "State",
    "as_double",
    "as_s",
    "bare",
    "const_kind",
    "lacks",
    "tight",
]
