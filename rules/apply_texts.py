"""What the text of a function says about its values: that it takes texts, that it gives lists."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.lib import typed
from rules.registry import Call
from transpiler.facts import Col, Func

#: methods that a text has, and no number, time, list or missing value
_OF_TEXTS = set(
    "split rsplit splitlines strip lstrip rstrip lower upper title capitalize casefold swapcase startswith"
    " endswith zfill partition rpartition removeprefix removesuffix isdigit isalpha isalnum isnumeric"
    " isdecimal isspace islower isupper istitle".split()
)
_COLLECTIONS = (cst.List, cst.ListComp, cst.Dict, cst.DictComp, cst.Set, cst.SetComp)
_GIVE_LISTS = ("split", "rsplit", "splitlines", "findall", "list", "sorted", "set", "dict")


class _Returns(cst.CSTVisitor):
    """Collects what a function returns; functions inside it return for themselves."""

    def __init__(self) -> None:
        self.found: list[cst.BaseExpression] = []

    def visit_Return(self, node: cst.Return) -> None:
        if node.value is not None:
            self.found.append(node.value)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False


def returned(function: Func) -> list[cst.BaseExpression]:
    """The expressions that a function may give."""
    if isinstance(function.node, cst.Lambda):
        return [function.node.body]
    seen = _Returns()
    function.node.body.visit(seen)
    return seen.found


def is_collection(node: Any) -> bool:
    """Whether an expression gives a list, a set or a dict, as its text says."""
    if isinstance(node, cst.IfExp):
        return is_collection(node.body) or is_collection(node.orelse)
    if isinstance(node, cst.Call):
        name = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
        return isinstance(name, cst.Name) and name.value in _GIVE_LISTS
    return isinstance(node, _COLLECTIONS)


def gives_collections(function: Any) -> bool:
    """Whether a function gives lists, sets or dicts in some rows: a UDF has no type for them."""
    return isinstance(function, Func) and any(map(is_collection, returned(function)))


def as_texts(c: Call, series: Col, function: Any) -> Col:
    """A column whose type only the job sees, as one of texts where the function begins with a method
    that only a text has: it raises for all others, as the job does."""
    if series.dtype is not None or not isinstance(function, Func) or not takes_text(function):
        return series
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return series.but(expr=typed(c.ctx, "text", series), dtype="object", column=None)


def takes_text(function: Func) -> bool:
    """Whether the first thing that a function does is to call a text method of its first parameter."""
    params = function.node.params.params
    if isinstance(function.node, cst.Lambda):
        first: Any = function.node.body
    else:
        line = function.node.body.body[0]
        steps = line.body if isinstance(line, cst.SimpleStatementLine) else ()
        first = steps[0].value if steps and isinstance(steps[0], (cst.Return, cst.Assign)) else None
    while isinstance(first, (cst.Call, cst.Attribute, cst.Subscript)):
        if not isinstance(first, cst.Call):
            first = first.value
            continue
        called = first.func
        if not isinstance(called, cst.Attribute):
            return False
        if isinstance(called.value, cst.Name):
            named = bool(params) and called.value.value == params[0].name.value
            method = called.attr.value
            return named and (method in _OF_TEXTS or method == "replace" and replaces(first))
        first = called.value
    return False


def replaces(node: cst.Call) -> bool:
    """``replace("a", "b")``: of two texts, which a time does not take."""
    return len(node.args) == 2 and all(isinstance(a.value, cst.SimpleString) for a in node.args)


__all__ = ["as_texts", "gives_collections"]
