"""What functions of single values and rows see of nullable columns: pd.NA, or NaN."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from rules.open_gaps import OBJECTS
from rules.registry import Call
from rules.scalars import DTYPE_KIND, Row, S
from transpiler.errors import NoRule, Restart
from transpiler.facts import NA, Col, Column, Func
from transpiler.source import read_names

#: nullable dtype → the one whose values a row has in the places that are not missing
AS_NUMPY = {"Int64": "int64", "Float64": "float64", "string": "object", "boolean": "bool"}
#: nullable dtype → what ``Series.apply`` makes of it: numbers get NaN there, and not pd.NA
_HANDED_OUT = {"Int64": "int64?", "Float64": "float64"}
_SUMS = ("Add", "Subtract", "Multiply", "Divide", "Minus")


def is_arithmetic(function: Any) -> bool:
    """Whether a row function is one expression of + - * / over the row's items and numbers: there
    pd.NA goes through as a missing number does, and nowhere else."""
    if not isinstance(function, Func):
        return False
    body = function.node.body
    if isinstance(function.node, cst.FunctionDef):
        plain_lines = [x for x in body.body if isinstance(x, cst.SimpleStatementLine)]
        if len(plain_lines) < len(body.body):
            return False
        lines = [x for line in plain_lines for x in line.body]
        if len(lines) != 1 or not isinstance(lines[0], cst.Return) or lines[0].value is None:
            return False
        body = lines[0].value

    def plain(node: Any) -> bool:
        if isinstance(node, cst.BinaryOperation):
            fits = type(node.operator).__name__ in _SUMS
            return fits and plain(node.left) and plain(node.right)
        if isinstance(node, cst.UnaryOperation):
            return type(node.operator).__name__ in _SUMS and plain(node.expression)
        return isinstance(node, (cst.Integer, cst.Float, cst.Subscript))

    return plain(body)


def told_apart(c: Call, series: list[Col], function: Any) -> None:
    """Note that a function sees whether a value is pd.NA or NaN: arithmetic goes through either."""
    if not is_arithmetic(function):
        c.ctx.look(*filter(may_be_na, series))


def made_in_pandas(series: list[Col]) -> None:
    """Raises Restart where a function gave the values and only the job sees their type: pandas has to
    make them, which knows whether a missing one is pd.NA."""
    for step in (s for x in series for s in x.functions):
        raise Restart(step)


def puts_na(c: Any, function: Any, seen: tuple = ()) -> bool:
    """Whether a function, or one of the program that it names, says ``pd.NA``."""
    if not isinstance(function, Func) or function.node in seen:
        return False
    if re.search(r"(?<![\"'])\bNA\b", c.interpreter.program.code(function.node)):
        return True
    refs = [function.scope.lookup(name) for name in read_names(function.node.body)]
    return any(puts_na(c, r.value, (*seen, function.node)) for r in refs if r is not None)


def may_be_na(series: Col) -> bool:
    """Whether a row function may see pd.NA in a column."""
    return (series.is_nullable or series.holds_na) and not series.null_free


def symbolic(series: Col) -> S:
    """The values of a Series as a function gets them."""
    dtype = series.dtype or ""
    kind = DTYPE_KIND.get(AS_NUMPY.get(dtype, dtype))
    if kind is None:
        raise NoRule(f"the values of a {series.dtype} column in a Python function")
    gap = series.gap if kind == "str" or series.holds_na else "nan"
    if series.is_nullable and not series.holds_na:
        gap = NA
    return S(series.expr, kind, series.null_free, gap=gap, finite=not series.may_be_infinite)


def has_none(series: Col) -> bool:
    """Whether missing objects of a column are None; of one of unknown type the job sees if it has any."""
    return series.gap == "None" and not series.null_free and series.dtype in OBJECTS


def as_handed_out(series: Col) -> tuple[Col, str]:
    """A Series as its ``apply`` hands the values out: NaN in place of a missing number of a nullable
    column, and whole numbers as fractions beside it. Second: how the job puts pd.NA or None in."""
    if series.holds_na:
        return series, ", objects=True"
    if not series.is_nullable:
        return series, ", none=True" if has_none(series) else ""
    dtype = (AS_NUMPY if series.null_free else _HANDED_OUT).get(series.dtype or "")
    return (series.but(dtype=dtype, nullable=False), "") if dtype else (series, ", nullable=True")


def row_type(column: Column) -> str | None:
    """The dtype of a column as the values of a row have it; an object column of numbers and pd.NA is
    one of numbers where nothing is missing."""
    if column.holds_na and column.dtype not in ("object", "string"):
        return "int64?" if column.dtype == "Int64" else None
    return AS_NUMPY.get(column.dtype or "", column.dtype)


def row_values(kind: str, series: dict[Any, Col]) -> Row:
    """The values of a row whose dtype is `kind`, where it has one for all of them."""
    items = []
    for label, x in series.items():
        try:
            value = symbolic(x)
        except NoRule:  # left out of the row: a function that reads it has no rule then
            continue
        expr = x.expr
        if kind in ("float64", "int64"):
            whole = expr if kind == "float64" and value.kind == "int" else None
            expr = expr if whole is None else whole.cast("double")
            value = S(expr, "float" if kind == "float64" else "int", value.full, True, gap=value.gap, finite=value.finite, whole=whole)  # fmt: skip
        items.append((label, value))
    return Row(tuple(items))
