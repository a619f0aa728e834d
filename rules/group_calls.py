"""Functions and methods that mean more in a function over groups than a Series' own.

Each takes the body that is being read and the call, and gives what stands for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from rules.group_bodies import Items
from rules.lib import derive
from transpiler.errors import NoRule
from transpiler.facts import Col
from transpiler.infer.scope import Ref
from transpiler.symbolic import F


def _length(body: Any, node: cst.Call) -> cst.BaseExpression | None:
    inner = node.args[0].value
    if body.is_group(inner):
        return body.aggregate("size", None)
    items = body.listed(inner)
    return body.length(items) if items is not None else None


def _round(body: Any, node: cst.Call) -> cst.BaseExpression:
    """``round(value, 2)`` of a float is its own method."""
    head, rest = node.args[0], list(node.args[1:])
    if len(rest) != 1:
        raise NoRule("round to a whole number")
    value = head.value
    return cst.Call(cst.Attribute(parenthesised(value), cst.Name("round")), rest)


def _abs(body: Any, node: cst.Call) -> cst.BaseExpression:
    return cst.Call(cst.Attribute(parenthesised(node.args[0].value), cst.Name("abs")), [])


def parenthesised(node: cst.BaseExpression) -> cst.BaseExpression:
    return node if node.lpar else node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def _listing(**changes: Any) -> Any:
    def make(body: Any, node: cst.Call) -> cst.BaseExpression | None:
        items = body.listed(node.args[0].value)
        if items is None or len(node.args) != 1 or items.kind != "items":
            return None
        return body.special(replace(items, **changes))

    return make


def _mapped(body: Any, node: cst.Call) -> cst.BaseExpression | None:
    """``map(str, x)``."""
    if len(node.args) != 2 or body.module(node.args[0].value) != "builtins.str":
        return None
    text = cst.Call(
        cst.Attribute(parenthesised(node.args[1].value), cst.Name("astype")),
        [cst.Arg(cst.Name("str"))],
    )
    v = body.series(text)
    return body.special(Items(v)) if v is not None else None


FUNCTIONS = {
    "builtins.len": _length, "builtins.round": _round, "builtins.abs": _abs, "builtins.list": _listing(),
    "builtins.sorted": _listing(ordered=True), "builtins.set": _listing(distinct=True, params={"set": True}),
    "builtins.map": _mapped,
}  # fmt: skip


def _dropna(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
    if node.args or items.mask is not None or items.distinct:
        raise NoRule("dropna of these values")
    return body.special(replace(items, dropped=True))


def _unique(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
    return body.special(replace(items, distinct=True))


def _tolist(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
    return body.special(items)


def _mode(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
    if node.args or items.mask is not None or items.distinct:
        raise NoRule("the mode of these values")
    return body.special(replace(items, kind="mode", dropped=False))


def _counts(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
    """``x.value_counts()``, of which the most frequent value or its number is taken."""
    if node.args or items != Items(items.col):
        raise NoRule("value_counts of these values")
    return body.special(replace(items, kind="counts"))


def _rolling(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
    if items != Items(items.col):
        raise NoRule("a rolling window of these values")
    return body.special(
        replace(
            items, kind="rolling", params=body.literals(node, ("window", "min_periods", "center"))
        )
    )


def _expanding(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
    if items != Items(items.col):
        raise NoRule("a window of these values")
    given = body.literals(node, ("min_periods",))
    return body.special(replace(items, kind="rolling", params={"window": "all", "min_periods": given.get("min_periods", 1)}))  # fmt: skip


def _fillna(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression | None:
    """``x.fillna(x.mean())``."""
    if len(node.args) != 1 or node.args[0].keyword or items != Items(items.col) or not body.windows:
        return None
    value = body.interpreter.eval(node.args[0].value, body.rows)
    if not isinstance(value, Col):
        return None
    body.within(value)
    v = items.col
    whole = v.dtype == "int64" and v.null_free  # there is nothing to fill
    if not whole and (v.dtype not in ("float64", "object", "datetime64[ns]") or value.dtype != v.dtype):  # fmt: skip
        raise NoRule("fillna with values of another type")
    full = body.fresh()
    made = v if whole else derive(F.coalesce(v.expr, value.expr), v.dtype, v, value)
    body.rows.bind(full, Ref(made))
    body.row_names.add(full)
    return cst.Name(full)


def _some(sign: int) -> Any:
    def some(body: Any, items: Items, node: cst.Call) -> cst.BaseExpression:
        """``x.head(3)`` and ``x.tail(3)``."""
        number = body.literals(node, ("n",)).get("n", 5)
        if type(number) is not int or number < 1 or items.kind != "items" or items.ordered or items.mask is not None:  # fmt: skip
            raise NoRule("some of these values")
        return body.special(replace(items, part=sign * number))

    return some


METHODS = {
    "head": _some(1), "tail": _some(-1),
    "dropna": _dropna, "unique": _unique, "drop_duplicates": _unique, "tolist": _tolist, "to_list": _tolist,
    "mode": _mode, "value_counts": _counts, "rolling": _rolling, "expanding": _expanding, "fillna": _fillna,
}  # fmt: skip


__all__ = ["FUNCTIONS", "METHODS"]
