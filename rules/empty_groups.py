"""What a function over groups gives for a group without rows: a bin of time has such ones."""

from __future__ import annotations

from typing import Any, Callable

import libcst as cst
import numpy as np

from rules.groups import UNKNOWN

_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    cst.Add: np.add, cst.Subtract: np.subtract, cst.Multiply: np.multiply, cst.Divide: np.divide,
}  # fmt: skip


def empty_of(body: cst.BaseExpression, aggregates: dict[str, Any]) -> Any:
    """The value (0, 1, None for missing, or UNKNOWN) of arithmetic of aggregates, each of which has
    its own for no rows."""
    with np.errstate(all="ignore"):
        found = number_of(body, aggregates)
    if found is None:
        return UNKNOWN
    return None if np.isnan(found) else int(found) if found in (0, 1) else UNKNOWN


def number_of(node: cst.CSTNode, aggregates: dict[str, Any]) -> Any:
    """The number as numpy has it, NaN for a missing value; None where it is not known."""
    if isinstance(node, cst.Name):
        known = aggregates.get(node.value, UNKNOWN)
        return None if known is UNKNOWN else np.float64("nan" if known is None else known)
    if isinstance(node, (cst.Integer, cst.Float)):
        return np.float64(node.evaluated_value)
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        value = number_of(node.expression, aggregates)
        return None if value is None else -value
    function = _ARITHMETIC.get(type(getattr(node, "operator", None)))
    if not isinstance(node, cst.BinaryOperation) or function is None:
        return None
    a, b = number_of(node.left, aggregates), number_of(node.right, aggregates)
    return None if a is None or b is None else function(a, b)
