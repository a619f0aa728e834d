"""A user's function that aggregates groups: followed where it can be, else run as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from rules.aggregates import AGGREGATES
from rules.groups import UNKNOWN, Groups, Made
from transpiler.errors import NoRule
from transpiler.facts import Col, Func


def by_function(g: Groups, func: Any, v: Col | None) -> Made:
    """A user's function over the values of a group: followed where it can be, else run as it is."""
    from rules.group_lambdas import reduced
    from rules.group_udf import python_value

    if v is None:
        raise NoRule("there is no column to aggregate")
    if not isinstance(func, Func):
        return python_value(g, func, v)
    temps = dict(g.temps)
    try:
        one = reduced(g, func, v)
        # of categories without rows pandas does not ask the function
        return replace(one, empty=UNKNOWN) if g.grouped.hollow else one
    except NoRule as error:
        problem = error
    try:
        return as_list(g, func, v, problem)
    except NoRule:
        g.temps = temps
    if gives_list(func):
        raise problem
    g.c.message = str(problem)  # type: ignore[attr-defined]
    return python_value(g, func, v)


def gives_list(func: Func) -> bool:
    """Whether a function plainly gives a list, set, dict or tuple, which is no value of a column."""
    from rules.group_bodies import opened

    try:
        tree = opened(func)[1]
    except NoRule:
        return False
    name = tree.func if isinstance(tree, cst.Call) else None
    last = getattr(getattr(name, "attr", name), "value", "")
    kinds = (cst.List, cst.Dict, cst.Set, cst.Tuple, cst.ListComp, cst.DictComp, cst.SetComp)
    return isinstance(tree, kinds) or last in ("list", "set", "dict", "tuple", "tolist", "to_list", "to_dict", "unique", "sorted", "mode")  # fmt: skip


def as_list(g: Groups, func: Func, v: Col | None, problem: NoRule, distinct: bool = False) -> Made:
    """A function that gives a list of the group's values; agg does not take an array of them."""
    from rules.group_lambdas import items_of

    if v is None or v.is_nullable:
        raise problem
    try:
        found = items_of(g, func, v)
    except NoRule:
        raise problem from None
    plain = not (found.dropped or found.ordered or found.mask is not None or found.kind != "items")
    plain = plain and found.part is None
    if not plain or found.params == {"set": True} or (found.distinct and not distinct):
        raise problem
    return AGGREGATES["unique" if found.distinct else "list"](g, found.col, None)


__all__ = ["as_list", "by_function"]
