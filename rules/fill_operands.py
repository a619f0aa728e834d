"""``fill_value=`` of operators by name: what one missing side is taken as."""

from __future__ import annotations

from typing import Any, Callable

from rules.lib import is_missing, meet
from rules.missing import fill_unknown
from rules.operators import dtype_of
from rules.ordered import known_number
from rules.registry import Call
from transpiler.facts import Col, Const
from transpiler.symbolic import F


def with_fill(c: Call, a: Any, b: Any, fill: Any) -> tuple[Any, Any]:
    """Operands where one missing side is taken as ``fill``; two missing sides stay missing."""
    c.need(
        isinstance(fill, (int, float)) and not isinstance(fill, bool) and not is_missing(fill),
        "fill_value= of this value",
    )
    _, (a, b) = meet(a, b)
    a, b = (known_number(c, v, "fill_value=") if isinstance(v, Col) and v.dtype is None else v for v in (a, b))  # fmt: skip
    for side in (a, b):
        c.need(
            dtype_of(side) in ("int64", "float64", "int64?", None),
            "fill_value for a column that is not a number for sure",
        )

    def filled(x: Any, other: Any) -> Any:
        if not isinstance(x, Col) or x.null_free:
            return x
        if x.dtype != "float64":  # the job sees whether they are whole
            out = fill_unknown(c.ctx, x, Const(fill))
            beside = isinstance(other, Col) and not other.null_free
            return out.but(expr=F.when(x.expr.isNotNull() | other.expr.isNotNull(), out.expr), null_free=False) if beside else out  # fmt: skip
        value = F.lit(float(fill))
        if isinstance(other, Col) and not other.null_free:
            value = F.when(other.expr.isNotNull(), value)
        return x.but(expr=F.coalesce(x.expr, value), column=None)

    return filled(a, b), filled(b, a)


def filling(c: Call, do: Callable) -> Callable:
    """An operator of two sides that takes one missing one as ``fill_value=`` says."""
    fill = c.lit("fill_value")
    if fill is None:
        return do
    return lambda op, a, b, call: do(op, *with_fill(call, a, b, fill), call)


__all__ = ["filling", "with_fill"]
