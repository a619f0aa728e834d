"""``if`` on what only the data tell: both branches become steps, and what they leave is merged."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Frame, Index, Order, Rows, Value, fresh
from transpiler.infer.context import Statement
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import leaves


class Branches:
    """Mixed into the interpreter."""

    ctx: Any
    driver: Any
    active: list[Scope]

    def branch(self, node: cst.If, test: Value, scope: Scope) -> None:
        """Emit ``if … else …`` around the steps of both branches.

        Raises NoRule when they leave a name with facts that no single value can have.
        """
        if leaves(node):
            raise NoRule("a branch that leaves the function or loop")
        condition = self.driver.text(test)
        comments, self.ctx.comments = self.ctx.comments, []
        before = self.snapshot()  # type: ignore[attr-defined]
        first = self.one_branch(list(node.body.body), scope)
        after_first = self.values()
        self.rollback(before)  # type: ignore[attr-defined]
        orelse: list = []
        if isinstance(node.orelse, cst.If):
            orelse = [node.orelse]
        elif node.orelse is not None:
            orelse = list(node.orelse.body.body)
        second = self.one_branch(orelse, scope)
        extra_first, extra_second = self.merge(after_first)
        self.ctx.comments = comments
        text = f"if {condition}:\n" + block_text(first, extra_first)
        if (
            len(second) == 1
            and second[0].text.startswith("if ")
            and not second[0].comments
            and not extra_second
        ):
            text += "\nel" + second[0].text
        elif second or extra_second:
            text += "\nelse:\n" + block_text(second, extra_second)
        inner = [*first, *second]
        names = [s.defines for s in inner if s.defines] + [s for i in inner for s in i.also]
        kinds = {s.kind for s in inner}
        reads = frozenset().union(test.vars, *(s.reads for s in inner))
        self.ctx.emit(
            text, reads=reads, also=tuple(names), kind="output" if "output" in kinds else "kept"
        )

    def one_branch(self, body: list, scope: Scope) -> list[Statement]:
        start = len(self.ctx.statements)
        after = scope.used_later
        self.depth += 1  # type: ignore[attr-defined]
        try:
            if body and isinstance(body[0], cst.If):
                self.if_(body[0], scope)  # type: ignore[attr-defined]
            else:
                self.block(body, scope, after)  # type: ignore[attr-defined]
        finally:
            self.depth -= 1  # type: ignore[attr-defined]
            scope.used_later = after
        made = self.ctx.statements[start:]
        del self.ctx.statements[start:]
        if self.ctx.comments:
            made.append(Statement("pass", None, tuple(self.ctx.comments)))
            self.ctx.comments = []
        return made

    def values(self) -> list[dict[str, tuple[Ref, Value]]]:
        return [{n: (r, r.value) for n, r in s.refs.items()} for s in self.active]

    def merge(self, first: list[dict[str, tuple[Ref, Value]]]) -> tuple[list[str], list[str]]:
        """Make the scopes hold what is true after either branch; gives assignments that each
        branch has to end with."""
        lines: tuple[list[str], list[str]] = ([], [])
        for scope, others in zip(self.active, first):
            for name, (ref, one) in others.items():
                if name not in scope.refs:
                    scope.refs[name] = Ref(one)
                    continue
                two = scope.refs[name].value
                if (
                    one is two
                    or type(one) is type(two)
                    and not isinstance(one, Col)
                    and unchanged(one, two)
                ):
                    continue
                if not (isinstance(one, Frame) and isinstance(two, Frame)):
                    raise NoRule(f"{name!r} is something else after each branch")
                merged, variable = same_facts(one, two, name), one.text
                if one.text != two.text:
                    variable = name if name in (one.text, two.text) else self.ctx.unique(name)
                    for value, out in ((one, lines[0]), (two, lines[1])):
                        if value.text != variable:
                            out.append(f"{variable} = {value.text}")
                changed = merged.but(text=variable, vars=frozenset({variable}))
                scope.refs[name].value = changed
        return lines


def unchanged(one: Value, two: Value) -> bool:
    try:
        return bool(one == two)
    except TypeError:  # Spark expressions inside have no truth
        return False


def same_facts(one: Frame, two: Frame, name: str) -> Frame:
    """A frame that may be either. Raises NoRule when the columns or the kind of index differ."""

    def shape(frame: Frame) -> tuple:
        columns = tuple((c.label, c.name, c.dtype, c.is_nullable) for c in frame.columns)
        levels = tuple((c.label, c.name, c.dtype) for c in frame.index.levels)
        return columns, levels, frame.open, frame.hidden, frame.index.kind == "columns", frame.gone

    if shape(one) != shape(two):
        raise NoRule(f"{name!r} has other columns after each branch")
    columns = [
        a if a.uid == b.uid else replace(a, uid=fresh()) for a, b in zip(one.columns, two.columns)
    ]
    index = one.index if one.index == two.index else None
    if index is None:
        if one.index.kind == "columns":
            levels: tuple[Column, ...] = tuple(replace(c, uid=fresh()) for c in one.index.levels)
            index = Index("columns", None, levels, one.index.unique and two.index.unique)
        elif one.index.anchor == two.index.anchor:
            index = Index("rows", one.index.anchor, (), one.index.unique and two.index.unique)
        else:
            raise NoRule(f"{name!r} has other labels after each branch")
    order = one.order if one.order == two.order else None
    if order is None:
        if one.order.anchor != two.order.anchor or one.order.keys or two.order.keys:
            raise NoRule(f"{name!r} is in another order after each branch")
        order = Order((), one.order.anchor)
    rows = one.rows if one.rows is two.rows else Rows()
    return one.but(
        columns=tuple(columns),
        index=index,
        order=order,
        rows=rows,
        base=one.base if one.base == two.base else fresh(),
    )


def block_text(statements: list[Statement], extra: list[str]) -> str:
    lines: list[str] = []
    for s in statements:
        lines += [*s.comments, s.text]
    body = "\n".join(lines + extra) or "pass"
    if all(line.startswith("#") for line in body.splitlines() if line.strip()):
        body += "\npass"
    return textwrap.indent(body, "    ")
