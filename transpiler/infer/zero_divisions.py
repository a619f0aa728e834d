"""``try: … except ZeroDivisionError``: numbers of pandas and numpy raise none, those of Python do."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.facts import Const, Func, Module, Scalar, Value
from transpiler.infer.kinds import DATA
from transpiler.source import root_name

_DIVIDING = {"__truediv__", "__floordiv__", "__mod__", "__pow__"}
_SIGNS = {"Divide", "FloorDivide", "Modulo", "Power"}
_PLAIN_CALLS = {"len", "float", "int", "round", "sum", "max", "min", "abs", "str", "print"}


def may_raise(method: str, left: Value, right: Value) -> bool:
    """Whether the operator raises ZeroDivisionError for some values of such operands."""
    data = isinstance(left, DATA) or isinstance(right, DATA)
    return method in _DIVIDING and not data and not of_numpy(method, left, right)


def of_numpy(method: str, left: Value, right: Value) -> bool:
    """Whether it is a division of numbers of which one is numpy's: infinite where Python's raises."""
    both = (left, right)
    numbers = all(
        v.is_numeric if isinstance(v, Scalar) else isinstance(v, Const) and type(v.value) in (int, float)
        for v in both
    )  # fmt: skip
    return method == "__truediv__" and numbers and any(isinstance(v, Scalar) and not v.python for v in both)  # fmt: skip


def divides(node: cst.CSTNode, scope: Any) -> bool:
    """Whether code, or a function of the program that it names, has an operator that divides."""
    found = Operators(scope)
    node.visit(found)
    return found.divide


def number_text(ctx: Any, value: Value) -> str | None:
    """A number of pandas as code that divides needs it: the job has Python's, which raise where numpy's
    are infinite. None for anything else."""
    if type(value) is not Scalar or value.python or not (value.is_numeric or value.dtype is None):
        return None
    return f"{ctx.call('numpy_number')}({value.text})"


class Operators(cst.CSTVisitor):
    def __init__(self, scope: Any, seen: frozenset = frozenset()) -> None:
        super().__init__()
        self.scope, self.seen, self.divide = scope, seen, False

    def on_visit(self, node: cst.CSTNode) -> bool:
        self.divide |= type(node).__name__.removesuffix("Assign") in _SIGNS
        return super().on_visit(node) and not self.divide

    def visit_Name(self, node: cst.Name) -> None:
        ref = self.scope.lookup(node.value)
        function = ref.value if ref is not None and isinstance(ref.value, Func) else None
        if function is not None and function.node not in self.seen:
            inner = Operators(function.scope, self.seen | {function.node})
            function.node.body.visit(inner)
            self.divide |= inner.divide


def only_for_zero(node: cst.Try, program: Any, scope: Any) -> bool:
    """Whether the handlers are for divisions by zero alone, and the body has no call that may divide
    Python's numbers."""
    types = [program.code(h.type) if h.type is not None else "" for h in node.handlers]
    calls = Calls(scope)
    node.body.visit(calls)
    return bool(types) and set(types) == {"ZeroDivisionError"} and calls.known


class Calls(cst.CSTVisitor):
    """Whether all calls are methods, functions of pandas and numpy, or built in and harmless, and
    none gets a function of the program."""

    def __init__(self, scope: Any) -> None:
        super().__init__()
        self.scope, self.known = scope, True

    def visit_Lambda(self, node: cst.Lambda) -> None:
        self.known = False

    def visit_Name(self, node: cst.Name) -> None:
        ref = self.scope.lookup(node.value)
        self.known &= ref is None or not isinstance(ref.value, Func)

    def visit_Call(self, node: cst.Call) -> None:
        if isinstance(node.func, cst.Name):
            name = node.func.value
            self.known &= name in _PLAIN_CALLS and self.scope.lookup(name) is None
        else:
            ref = self.scope.lookup(root_name(node.func) or "")
            module = ref.value if ref is not None and isinstance(ref.value, Module) else None
            self.known &= module is None or module.name.split(".")[0] in ("pandas", "numpy")


__all__ = ["divides", "may_raise", "number_text", "of_numpy", "only_for_zero"]
