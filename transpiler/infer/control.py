"""Loops, conditions and the other statements that steer."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule, TranspileError
from transpiler.facts import Const
from transpiler.infer.functions import ReturnSignal
from transpiler.infer.scope import Ref, Scope
from transpiler.source import read_names


class LoopSignal(Exception):
    """``break`` or ``continue`` in a loop that is being unrolled."""

    def __init__(self, word: str) -> None:
        self.word = word


class Control:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any
    turning: list[list]
    depth: int

    def return_(self, node: cst.Return, scope: Scope) -> None:
        raise ReturnSignal(
            self.eval(node.value, scope) if node.value is not None else Const(None), node, scope
        )

    def assert_(self, node: cst.Assert, scope: Scope) -> None:
        test = self.eval(node.test, scope)
        if isinstance(test, Const) and test.value:
            return
        message = (
            f", {self.driver.text(self.eval(node.msg, scope))}" if node.msg is not None else ""
        )
        self.ctx.emit(f"assert {self.driver.text(test)}{message}", reads=test.vars, kind="kept")
        self.ctx.note("kept", "python", "", self.program.source_line(node))

    def if_(self, node: cst.If, scope: Scope) -> None:
        test = self.eval(node.test, scope)
        try:
            taken = self.truth(test)
        except NoRule:
            self.branch(node, test, scope)  # NoRule: the statement goes to the driver
            return
        if taken:
            self.block(list(node.body.body), scope, scope.used_later)
        elif isinstance(node.orelse, cst.If):
            self.if_(node.orelse, scope)
        elif node.orelse is not None:
            self.block(list(node.orelse.body.body), scope, scope.used_later)

    def for_(self, node: cst.For, scope: Scope) -> None:
        items = self.loop_items(node, scope)
        body, after = list(node.body.body), scope.used_later
        inside = read_names(node)
        self.depth += 1
        items = list(items)
        self.turning.append(items)
        try:
            for item in items:
                self.bind_loop(node.target, item, scope)
                try:
                    self.block(body, scope, lambda n: n in inside or after(n))
                except LoopSignal as signal:
                    if signal.word == "break":
                        return
        finally:
            self.turning.pop()
            self.depth -= 1
            scope.used_later = after
        if node.orelse is not None:
            self.block(list(node.orelse.body.body), scope, after)

    def loop_items(self, node: cst.For, scope: Scope) -> list:
        """The items of a loop over known things; names in a literal list keep their identity."""
        if isinstance(node.iter, (cst.List, cst.Tuple)) and all(isinstance(e.value, cst.Name) for e in node.iter.elements):  # fmt: skip
            refs = [scope.lookup(e.value.value) for e in node.iter.elements]
            if all(r is not None for r in refs):
                return refs  # type: ignore[return-value]
        return self.iterate(self.eval(node.iter, scope))

    def bind_loop(self, target: Any, item: Any, scope: Scope) -> None:
        if isinstance(item, Ref):
            if not isinstance(target, cst.Name):
                raise NoRule("a target that is not a plain name")
            scope.bind(target.value, item)
            return
        self.bind_target(target, item, scope)

    def while_(self, node: cst.While, scope: Scope) -> None:
        if self.truth(self.eval(node.test, scope)):
            raise NoRule("a while loop is not unrolled")

    def with_(self, node: cst.With, scope: Scope) -> None:
        names = [self.program.code(i.item) for i in node.items]
        if not all(
            n.startswith(("pd.option_context", "pandas.option_context", "warnings.catch_warnings"))
            for n in names
        ):
            raise NoRule("a with block is not followed")
        self.block(list(node.body.body), scope, scope.used_later)

    def loop_word(self, node: Any, scope: Scope) -> None:
        if self.depth == 0:
            raise TranspileError(
                f"{type(node).__name__.lower()} outside a loop", *self.program.position(node)
            )
        raise LoopSignal(type(node).__name__.lower())

    def raise_(self, node: cst.Raise, scope: Scope) -> None:
        raise NoRule("an exception is raised")

    def global_(self, node: Any, scope: Scope) -> None:
        scope.globals |= {n.name.value for n in node.names}
