"""Functions of rows with nullable columns: where pd.NA behaves as a missing number does."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.registry import Call
from transpiler.facts import Col, Func

#: nullable dtype → the one whose values a row has in the places that are not missing
AS_NUMPY = {"Int64": "int64", "Float64": "float64", "string": "object", "boolean": "bool"}
_SUMS = ("Add", "Subtract", "Multiply", "Divide", "Minus")


def is_arithmetic(function: Any) -> bool:
    """Whether a row function is one expression of + - * / over the row's items and numbers: there
    pd.NA goes through as a missing number does, and nowhere else."""
    if not isinstance(function, Func):
        return False
    body = function.node.body
    if isinstance(function.node, cst.FunctionDef):
        lines = [x for line in body.body for x in getattr(line, "body", [line])]
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


def with_gaps(c: Call, series: list[Col], function: Any) -> bool:
    """Whether nullable columns of a row function may have gaps. Raises NoRule where it cannot be
    followed then."""
    gaps = [s for s in series if s.is_nullable and not s.null_free]
    if not gaps:
        return False
    c.need(all(s.dtype in ("Int64", "Float64") for s in gaps), "pd.NA in a Python function")
    c.need(is_arithmetic(function), "pd.NA in a Python function that does more than arithmetic")
    return True
