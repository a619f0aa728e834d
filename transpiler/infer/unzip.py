"""``df["a"], df["b"] = zip(*df["x"].apply(f))``: a column for each of the values that ``f`` gives."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.facts import Col, Frame, Func, Module
from transpiler.infer.scope import Scope


class Unzip:
    """Mixed into the interpreter."""

    ctx: Any

    def unzipped(self, node: cst.Assign, scope: Scope) -> bool:
        """Follow the assignment; False for another. Raises NoRule where a value has no column."""
        target = node.targets[0].target
        call = zipped_call(node.value)
        if call is None or len(node.targets) > 1 or not isinstance(target, cst.Tuple):
            return False
        targets = [e.value for e in target.elements]
        first = call.args[0].value if call.args else None
        if first is None or not all(isinstance(t, cst.Subscript) for t in targets):
            return False
        zip_ = self.eval(node.value.func, scope)  # type: ignore[attr-defined]
        function = self.eval(first, scope)  # type: ignore[attr-defined]
        if not (isinstance(zip_, Module) and zip_.name == "builtins.zip" and isinstance(function, Func)):  # fmt: skip
            return False
        parts = [part_of(function, n, len(targets)) for n in range(len(targets))]
        owner = self.eval(call.func.value, scope)  # type: ignore[attr-defined]
        _, kwargs = self.arguments(call.with_changes(args=call.args[1:]), scope)  # type: ignore[attr-defined]
        by_row = isinstance(owner, Frame) and set(kwargs) == {"axis"}
        plain = isinstance(owner, Col) and not kwargs and len(call.args) == 1
        if None in parts or not (by_row or plain):
            return False
        name = f"{owner.kind}.{call.func.attr.value}"
        values = [self.by_rule(name, owner, [p], kwargs, call) for p in parts]  # type: ignore[attr-defined]
        if not all(isinstance(v, Col) for v in values):
            return False
        frame = self.ctx.hoist(owner if isinstance(owner, Frame) else owner.frame)
        problem = f"not enough values to unpack (expected {len(targets)}, got 0)"
        self.ctx.emit(f'{self.ctx.call("expect_rows")}({frame.text}, "{problem}")', reads=frame.vars, kind="kept")  # fmt: skip
        for one, value in zip(targets, values):
            self.store(one, value, scope, node)  # type: ignore[attr-defined]
        return True


def zipped_call(node: Any) -> Any:
    """The call of ``zip(*x.apply(f))`` that gives the tuples."""
    if not (isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and len(node.args) == 1):
        return None
    inner = node.args[0].value
    if node.func.value != "zip" or node.args[0].star != "*" or not isinstance(inner, cst.Call):
        return None
    named = isinstance(inner.func, cst.Attribute) and inner.func.attr.value in ("apply", "map")
    return inner if named and not any(a.star for a in inner.args) else None


def part_of(function: Func, number: int, count: int) -> Func | None:
    """A function that gives one of the values of the tuples that ``function`` gives; None where it
    may give something else."""
    picker = Part(number, count)
    node = function.node
    if isinstance(node, cst.Lambda):
        body = picker.picked(node.body)
        return None if body is None else Func(node.with_changes(body=body), function.scope)
    changed = node.with_changes(body=node.body.visit(picker))
    last = node.body.body[-1] if isinstance(node.body, cst.IndentedBlock) else None
    ends = isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], (cst.Return, cst.Raise))  # fmt: skip
    whole = isinstance(last, cst.If) and last.orelse is not None
    if picker.other or not (ends or whole) or function.cells is not None:
        return None
    return Func(changed, function.scope, function.name, function.defaults)


class Part(cst.CSTTransformer):
    """Puts one value of a tuple in the place of what is returned."""

    def __init__(self, number: int, count: int) -> None:
        super().__init__()
        self.number, self.count, self.other = number, count, False

    def picked(self, node: Any) -> Any:
        elements = node.elements if isinstance(node, (cst.Tuple, cst.List)) else ()
        if len(elements) != self.count or any(not isinstance(e, cst.Element) for e in elements):
            return None
        return elements[self.number].value

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def leave_Return(self, original: cst.Return, updated: cst.Return) -> cst.Return:
        value = self.picked(updated.value)
        self.other = self.other or value is None
        return updated if value is None else updated.with_changes(value=value, whitespace_after_return=cst.SimpleWhitespace(" "))  # fmt: skip


__all__ = ["Unzip"]
