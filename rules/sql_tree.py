"""Trees of SQL: what a node is, and changes of it in its place."""

from __future__ import annotations

import datetime
import re
from typing import Any

from transpiler.errors import NoRule

DECIMAL = "DECIMAL"
_SIMPLE = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def is_number(node: Any) -> bool:
    return type(node).__name__ == "Literal" and not node.is_string


def is_text(node: Any) -> bool:
    return type(node).__name__ == "Literal" and node.is_string


def is_null(node: Any) -> bool:
    return type(node).__name__ == "Null"


def not_literal(node: Any, left: str, right: str) -> bool:
    """Whether the decimal of an operation was computed, not written."""
    sides = ((node.left, left), (node.right, right))
    return any(kind == DECIMAL and not is_number(side) for side, kind in sides)


def rename(identifier: Any, name: str) -> None:
    from sqlglot.tokens import Tokenizer

    identifier.set("this", name)
    reserved = name.upper() in Tokenizer.KEYWORDS
    identifier.set("quoted", reserved or not _SIMPLE.fullmatch(name))


def cast(node: Any, target: str) -> None:
    """Put CAST(… AS target) in the place of an expression."""
    from sqlglot import exp

    if node.parent is None:
        raise NoRule("SQL that would be changed twice")
    node.replace(exp.cast(node.copy(), target))


def wrapped(node: Any, target: str) -> str:
    cast(node, target)
    return target


def checked(node: Any, functions: dict[str, str]) -> None:
    """DuckDB stops where a whole number does not fit; Spark would wrap around."""
    from sqlglot import exp

    if is_number(node.left) and is_number(node.right):
        return
    sides = [node.left, node.right]
    attempt = exp.func(functions[type(node).__name__], *(s.copy() for s in sides))
    gaps = [exp.Is(this=s.copy(), expression=exp.Null()) for s in sides if not is_number(s)]
    stop = exp.func("raise_error", exp.Literal.string("a whole number of the SQL does not fit"))
    whole = exp.func("coalesce", attempt, stop)
    node.replace(exp.func("if", exp.or_(*gaps), exp.Null(), whole))


def scaled(node: Any, places: int) -> None:
    from sqlglot import exp

    power = exp.cast(exp.Literal.number(f"1{'0' * places}"), "DOUBLE")
    inner = exp.Mul(this=exp.paren(node.this.copy()), expression=power.copy())
    node.replace(exp.Div(this=exp.Round(this=inner), expression=power))


def timestamp(node: Any) -> None:
    """A text that stands beside a time, as a time."""
    if not is_text(node):
        raise NoRule("SQL compares a time with a text from data")
    try:
        datetime.datetime.fromisoformat(node.name)
    except ValueError:
        raise NoRule(f"SQL compares a time with {node.name!r}") from None
    cast(node, "TIMESTAMP")


def inner_time(node: Any) -> Any:
    """The time in YEAR(…) or EXTRACT(… FROM …); sqlglot may wrap it."""
    found = node.expression if type(node).__name__ == "Extract" else node.this
    if type(node).__name__ == "Extract" and node.this.name.upper() not in _FIELDS:
        raise NoRule(f"SQL extract of {node.this.name}")
    while type(found).__name__ in ("TsOrDsToDate", "Paren"):
        found = found.this
    return found


_FIELDS = ("YEAR", "QUARTER", "MONTH", "DAY", "HOUR", "MINUTE")
