"""Symbolic values: what a Python function sees of one value or one row while it is followed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

from rules.lib import is_missing
from transpiler.errors import NoRule
from transpiler.facts import ANY_GAP, NA, Const
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
    ``gap``: what a missing one is, as in Column. ``finite``: never infinite. ``whole``: the whole
    number that a fraction was cast from.
    """

    expr: E | None
    kind: str
    full: bool = True
    numpy: bool = False
    fraction: E | None = None
    gap: str | None = "nan"
    loose: bool = False  # a condition in which NULL stands for False
    cases: tuple = ()  # of a choice: (condition, value) pairs, and the last value or None
    finite: bool = False
    whole: E | None = None


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
#: types with one value, which `is` may ask for, as what a missing value is
SINGLES = {"NoneType": "None", "NAType": NA, "NaTType": "NaT"}


class _One:
    """Stands for the one value of a type of pandas, which may not be installed here."""


MISSING = {name: Const(type(f"{name}Type", (_One,), {})()) for name in ("NA", "NaT")}


def const_kind(value: Any) -> str:
    if is_missing(value):
        return "none"
    return {"bool": "bool", "int": "int", "float": "float", "str": "str"}.get(
        type(value).__name__, "other"
    )


def common_gap(gaps: Any) -> str | None:
    """What a missing value is that may come from any of these."""
    found = set(gaps)
    if len(found) == 1:
        return found.pop()
    return ANY_GAP if found & {NA, ANY_GAP} else None


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
            gap = SINGLES.get(type(value.value).__name__, "nan")
            return S(F.lit(None), "none", False, gap=gap)
        if kind == "other":
            raise NoRule("a constant of such a type")
        if kind == "int" and abs(value.value) >= 1 << 63:
            raise NoRule("a whole number too large for Spark")
        text = E(value.text) if value.text else value.value
        expr = F.lit(text).cast("bigint") if kind == "int" and value.text else F.lit(text)
        return S(expr, kind, finite=kind != "float" or math.isfinite(value.value))
    raise NoRule("a value of such a kind")


__all__ = [
    "ANY_GAP",
    "MISSING",
    "NA",
    "common_gap",
    "DTYPE_KIND",
    "NOTHING",
    "Record",
    "Row",
    "S",
    "SINGLES",
    "SPARK",
    "State",
    "as_double",
    "as_s",
    "bare",
    "const_kind",
    "lacks",
    "tight",
]
