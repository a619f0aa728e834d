"""Further arguments that ``apply`` hands to its function: in their places, they leave a function of the
group alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from rules.registry import Call
from transpiler.facts import Const, Func
from transpiler.infer.syntax import parameters_in
from transpiler.source import bound_names

_PLAIN = (str, int, float, bool, type(None))
_LITERALS = (cst.SimpleString, cst.Integer, cst.Float)


class _Put(cst.CSTTransformer):
    """Puts expressions in the places of names."""

    def __init__(self, values: dict[str, cst.BaseExpression]) -> None:
        self.values = values
        self.in_text = False

    def leave_Name(self, original: cst.Name, updated: cst.Name) -> cst.BaseExpression:
        return self.values.get(original.value, updated)

    def leave_Attribute(self, original: cst.Attribute, updated: cst.Attribute) -> cst.Attribute:
        return updated.with_changes(attr=original.attr)

    def leave_Arg(self, original: cst.Arg, updated: cst.Arg) -> cst.Arg:
        return updated.with_changes(keyword=original.keyword)

    def visit_FormattedString(self, node: cst.FormattedString) -> bool:
        self.in_text = True
        return False


def bound_function(c: Call) -> Any:
    """``func`` as a function of the group alone: what ``args`` and ``kwargs`` give the others of its
    parameters, and their defaults, stand in the places of these."""
    func, args, kwargs = c["func"], list(c["args"]), dict(c["kwargs"])
    if not isinstance(func, Func):
        c.need(not args and not kwargs, "further arguments for a function of another module")
        return func
    params = func.node.params
    own, rest = params.params[:1], params.params[1:]
    names = [p.name.value for p in rest]
    given = {**dict(zip(names, args)), **kwargs}
    more = bool(args or kwargs)
    fits = len(args) <= len(rest) and len(given) == len(args) + len(kwargs) and given.keys() <= {*names}  # fmt: skip
    if not rest and not more:
        return func
    c.need(fits and own and own[0].default is None and not params.kwonly_params, "further arguments for the function")  # fmt: skip
    c.need(all(isinstance(v, Const) and isinstance(v.value, _PLAIN) and not v.secret for v in given.values()), "further arguments that are not constants")  # fmt: skip
    values = {n: cst.parse_expression(repr(v.value)) for n, v in given.items()}
    for param in rest:
        c.need(param.name.value in values or isinstance(param.default, _LITERALS), "a function over groups with further parameters")  # fmt: skip
        values.setdefault(param.name.value, param.default)  # type: ignore[arg-type]
    body = func.node.body
    c.need(not {*names} & (bound_names(body) | parameters_in(body)), "a parameter that the function changes")  # fmt: skip
    put = _Put(values)
    made = body.visit(put)
    c.need(not put.in_text, "further parameters in an f-string")
    kept = tuple((n, v) for n, v in func.defaults if n not in names)
    node = func.node.with_changes(params=params.with_changes(params=own), body=made)
    return replace(func, node=node, defaults=kept)


__all__ = ["bound_function"]
