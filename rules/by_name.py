"""Operators by name (``s.mod(other)``, ``s.gt(other)``) between two Series.

pandas hands the bare arrays of the two to numpy there, without what it does for ``s % other``: whole
numbers by zero give 0 and not NaN, and texts of which one is missing raise.
"""

from __future__ import annotations

from typing import Any, Callable

from rules.lib import derive, meet, typed
from rules.registry import Call
from transpiler.facts import TEXTS, Col
from transpiler.symbolic import F

ORDERED = ("add", "lt", "le", "gt", "ge")


def by_name(do: Callable, op: str, left: Any, right: Any, c: Call) -> Col:
    """``left.op(right)``; ``do`` is what the operator between them means."""
    if not (isinstance(left, Col) and isinstance(right, Col)):
        return do(op, left, right, c)
    if left.is_nullable or right.is_nullable:
        return do(op, left, right, c)
    if op in ("floordiv", "mod"):
        return divided(do, op, left, right, c)
    equal, dtypes = op in ("eq", "ne"), [left.dtype, right.dtype]
    full = (any if equal else all)(x.null_free for x in (left, right))
    if full or not (equal or op in ORDERED) or any(d is not None and d not in TEXTS for d in dtypes):  # fmt: skip
        return do(op, left, right, c)
    if equal and "nan" in (left.gap, right.gap):
        return do(op, left, right, c)
    # None is equal to None, NaN is not equal to NaN.
    c.need(not equal or None in dtypes, "whether two missing values are None is not known here")
    _, (out, a, b) = meet(do(op, left, right, c), left, right)
    return out.but(expr=typed(c.ctx, "of_whole_texts", out, a, b, both=equal), column=None)


def divided(do: Callable, op: str, left: Any, right: Any, c: Call) -> Col:
    """``//`` and ``%``."""
    dtypes = {left.dtype, right.dtype}
    if "float64" in dtypes:
        return do(op, left, right, c)
    c.need(
        dtypes == {"int64"}, "// and % of columns that are not whole numbers or fractions for sure"
    )
    label = do("mul", left, right, c).label
    _, (a, b) = meet(left, right)
    expr = F.coalesce(typed(c.ctx, op, a, b), F.lit(0))
    return derive(expr, "int64", a, b, label=label, null_free=True, loose=False)


__all__ = ["by_name"]
