"""``if`` on what only the data tell: both branches become steps, and what they leave is merged."""

from __future__ import annotations

import textwrap
from functools import cached_property
from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.errors import NoRule, Raises
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Index,
    Local,
    Mapping,
    Order,
    Plain,
    Rows,
    Scalar,
    Sequence,
    Value,
    fresh,
)
from transpiler.infer.context import Statement
from transpiler.infer.signals import EndSignal, ReturnSignal
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import is_generator, leaves
from transpiler.named_frames import named_again
from transpiler.scalars import together
from transpiler.tidy import tidied

_DTYPES = {int: "int64", float: "float64", bool: "bool", str: "object"}
#: branches with a return that are followed in one pass; each walks the rest of its function twice
MAX_FORKS = 200


class Given:
    """What a function returns in the branches of an ``if``, and the variable for it."""

    def __init__(self, ctx: Any) -> None:
        self.ctx, self.values = ctx, []

    @cached_property
    def name(self) -> str:
        return self.ctx.unique("result")


class Branches:
    """Mixed into the interpreter."""

    ctx: Any
    driver: Any
    active: list[Scope]

    def branch(self, node: cst.If, test: Value, scope: Scope) -> None:
        """Emit ``if … else …`` around the steps of both branches.

        Raises NoRule when they leave a name with facts that no single value can have.
        """
        rest = self.still_to_come() if leaves(node) else []
        if rest is None:
            raise NoRule("a branch that leaves the function or loop")
        returns = leaves(node)
        if any(is_generator(s) for s in (node, *rest)):
            raise NoRule("a value that is yielded only where the data say so")
        self.forks += returns  # type: ignore[attr-defined]
        if self.forks > MAX_FORKS:
            raise NoRule("too many returns that depend on the data")
        if isinstance(test, (Col, Frame)):
            raise NoRule("a condition of many values")
        condition = self.driver.text(test)
        comments, self.ctx.comments = self.ctx.comments, []
        before = self.snapshot()  # type: ignore[attr-defined]
        orelse: list = []
        if isinstance(node.orelse, cst.If):
            orelse = [node.orelse]
        elif node.orelse is not None:
            orelse = list(node.orelse.body.body)
        given = Given(self.ctx) if returns else None
        ends: list[bool] = []
        parts: list[list[Statement]] = []
        after: list = []
        for body in (list(node.body.body) + rest, orelse + rest):
            if parts:
                self.rollback(before)  # type: ignore[attr-defined]
            part, end = self.one_branch(body, scope, given)
            parts.append(part)
            ends.append(end)
            after.append(self.values())
        extra: tuple[list[str], list[str]] = ([], [])
        if not any(ends):
            extra = self.merge(after[0], scope if returns else None)
        elif ends[1] and not ends[0]:
            self.restore_values(after[0])
        value = self.given_value(given, ends, extra) if given is not None else None
        self.ctx.comments = comments
        self.emit_branch(condition, test, parts, extra)
        if all(ends):
            raise EndSignal
        if returns:
            raise ReturnSignal(value, node, scope)

    def emit_branch(self, condition: str, test: Value, parts: list, extra: tuple) -> None:
        (first, second), (extra_first, extra_second) = parts, extra
        text = f"if {condition}:\n" + self.block_text(first, extra_first)
        if (
            len(second) == 1
            and second[0].text.startswith("if ")
            and not second[0].comments
            and not extra_second
        ):
            text += "\nel" + second[0].text
        elif second or extra_second:
            text += "\nelse:\n" + self.block_text(second, extra_second)
        inner = [*first, *second]
        names = [s.defines for s in inner if s.defines] + [s for i in inner for s in i.also]
        names += [line.split(" = ")[0] for line in extra_first]
        kinds = {s.kind for s in inner}
        reads = frozenset().union(test.vars, *(s.reads for s in inner))
        self.ctx.emit(
            text, reads=reads, also=tuple(names), kind="output" if "output" in kinds else "kept"
        )

    def still_to_come(self) -> list | None:
        """The statements up to the end of the function that is being inlined; None in a loop or
        another block that something follows."""
        found: list = []
        if self.depth != self.entered[-1]:  # type: ignore[attr-defined]
            return None
        for rest in reversed(self.pending):  # type: ignore[attr-defined]
            if rest is None:
                return found
            if isinstance(rest, str):
                return None
            found += rest
        return None

    def given_value(self, given: "Given", ends: list[bool], extra: tuple) -> Value:
        """What the function returns after either branch; adds the assignments that make it."""
        values = [v for v, end in zip(given.values, ends) if not end]
        if self.dropped[-1]:  # type: ignore[attr-defined]
            return Const(None)
        if len(values) == 1 or not values:
            return values[0] if values else Const(None)
        return self.either(values[0], values[1], extra, given.name)

    def either(self, one: Value, two: Value, extra: tuple, name: str) -> Value:
        """One value that is the first or the second, by the branch that was taken."""
        if (
            one is two
            or type(one) is type(two)
            and not isinstance(one, Col)
            and unchanged(one, two)
        ):
            return one
        if isinstance(one, Sequence) and isinstance(two, Sequence) and len(one.items) == len(two.items):  # fmt: skip
            items = tuple(
                self.either(a, b, extra, self.ctx.unique(name))
                for a, b in zip(one.items, two.items)
            )
            return Sequence(items, one.type)
        frames = isinstance(one, Frame) and isinstance(two, Frame)
        simple = (Const, Scalar, Plain, Local)
        if not frames and not (isinstance(one, simple) and isinstance(two, simple)):
            raise NoRule("a function that returns something else in each branch")
        for value, lines in zip((one, two), extra):
            text = value.text if isinstance(value, Frame) else self.driver.text(value)
            if text != name:
                lines.append(f"{name} = {text}")
        reads = frozenset({name})
        if frames:
            return same_facts(one, two, "what the function returns").but(text=name, vars=reads)
        kind = Local if isinstance(one, Local) or isinstance(two, Local) else Plain
        return kind(name, reads)

    def one_branch(
        self, body: list, scope: Scope, given: "Given | None" = None
    ) -> tuple[list[Statement], bool]:
        """The statements of a branch, and whether the program stops in it. ``given`` takes what the
        function returns there."""
        start, ended = len(self.ctx.statements), False
        after = scope.used_later
        value: Value = Const(None)
        self.depth += 1  # type: ignore[attr-defined]
        self.entered.append(self.depth if given is not None else -1)  # type: ignore[attr-defined]
        if given is not None:  # what comes after the ``if`` is in the body already
            self.pending.append(None)  # type: ignore[attr-defined]
        try:
            if len(body) == 1 and isinstance(body[0], cst.If) and given is None:
                self.if_(body[0], scope)  # type: ignore[attr-defined]
            else:
                self.block(body, scope, after)  # type: ignore[attr-defined]
        except EndSignal:
            ended = True
        except Raises as error:
            kind = type(error.exception)
            if kind.__module__ != "builtins":
                raise
            text = f"raise {kind.__name__}({str(error.exception.args[0])!r})" if error.exception.args else f"raise {kind.__name__}"  # fmt: skip
            self.ctx.emit(text, kind="kept")
            ended = True
        except ReturnSignal as signal:
            if given is None or signal.scope is not scope:
                raise
            value = signal.value
            if self.dropped[-1]:  # type: ignore[attr-defined]
                value = Const(None)
            if isinstance(value, Frame) and not value.text.isidentifier():
                self.ctx.emit(f"{given.name} = {value.text}", defines=given.name, reads=value.vars)
                value = value.but(text=given.name, vars=frozenset({given.name}))
        finally:
            self.depth -= 1  # type: ignore[attr-defined]
            self.entered.pop()  # type: ignore[attr-defined]
            if given is not None:
                self.pending.pop()  # type: ignore[attr-defined]
            scope.used_later = after
        if given is not None:
            given.values.append(value)
        made = self.ctx.statements[start:]
        del self.ctx.statements[start:]
        if self.ctx.comments:
            made.append(Statement("pass", None, tuple(self.ctx.comments)))
            self.ctx.comments = []
        return made, ended

    def block_text(self, statements: list[Statement], extra: list[str]) -> str:
        lines: list[str] = []
        for s in tidied(together(named_again(statements)), self.ctx.names, self.ctx.series):
            lines += [*s.comments, s.text]
        body = "\n".join(lines + extra) or "pass"
        if all(line.startswith("#") for line in body.splitlines() if line.strip()):
            body += "\npass"
        return textwrap.indent(body, "    ")

    def values(self) -> list[tuple[Scope, dict[str, tuple[Ref, Value]]]]:
        scopes = self.scopes()  # type: ignore[attr-defined]
        return [(s, {n: (r, r.value) for n, r in s.refs.items()}) for s in scopes]

    def restore_values(self, saved: list) -> None:
        """Make the scopes hold again what they held."""
        for scope, refs in saved:
            scope.refs = {n: ref for n, (ref, _) in refs.items()}
            for ref, value in refs.values():
                ref.value = value
        known = self.scopes()  # type: ignore[attr-defined]
        self.objects += [s for s, _ in saved if not any(s is k for k in known)]  # type: ignore[attr-defined]

    def merge(self, first: list, over: Scope | None = None) -> tuple[list[str], list[str]]:
        """Make the scopes hold what is true after either branch; gives assignments that each
        branch has to end with. ``over``: the scope of a function that has returned."""
        lines: tuple[list[str], list[str]] = ([], [])
        made: dict = {}
        for scope, others in first:
            if not any(s is scope for s in self.scopes()):  # type: ignore[attr-defined]
                self.objects.append(scope)  # type: ignore[attr-defined]
                continue  # an object that the first branch made
            if scope is over:
                continue
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
                value = self.one_of(one, two, name, lines, made, scope)
                if scope.refs[name] is ref:
                    ref.value = value
                else:  # bound anew in a branch: other names of the object keep theirs
                    scope.refs[name] = Ref(value)
        return lines

    def merged_name(self, name: str, texts: list[str], scope: Scope) -> str:
        """The variable that both branches end with: the name's own, where nothing else is in it."""
        own = name in texts and not self.in_use(name, scope)  # type: ignore[attr-defined]
        return name if own else self.ctx.unique(name)

    def one_of(self, one: Value, two: Value, name: str, lines: tuple, made: dict, scope: Scope) -> Value:  # fmt: skip
        """A frame that is one of two, or a list or dict of such; ``made``: those there are, by both."""
        pair = (id(one), id(two))
        if one is two or pair in made:
            return made[pair][0] if pair in made else one
        if isinstance(one, Frame) and isinstance(two, Frame):
            merged, variable = same_facts(one, two, name), one.text
            if one.text != two.text:
                variable = self.merged_name(name, [one.text, two.text], scope)
                for value, out in ((one, lines[0]), (two, lines[1])):
                    if value.text != variable:
                        out.append(f"{variable} = {value.text}")
            found = merged.but(text=variable, vars=frozenset({variable}))
            made[pair] = (found, one, two)  # held, so that their identities stay theirs
            return found
        if isinstance(one, Sequence) and isinstance(two, Sequence) and one.type is two.type and len(one.items) == len(two.items):  # fmt: skip
            pairs = zip(one.items, two.items)
            return replace(
                one, items=tuple(self.one_of(a, b, name, lines, made, scope) for a, b in pairs)
            )
        if isinstance(one, Mapping) and isinstance(two, Mapping) and [k for k, _ in one.items] == [k for k, _ in two.items]:  # fmt: skip
            values = zip(one.items, two.items)
            return replace(one, items=tuple((k, self.one_of(a, b, name, lines, made, scope)) for (k, a), (_, b) in values))  # fmt: skip
        if type(one) is type(two) and not isinstance(one, Col) and unchanged(one, two):
            return one
        dtype = one_dtype(one)
        if dtype is None or dtype != one_dtype(two):
            raise NoRule(f"{name!r} is something else after each branch")
        texts = [self.driver.text(v) for v in (one, two)]
        variable = self.merged_name(name, texts, scope)
        for text, out in zip(texts, lines):
            if text != variable:
                out.append(f"{variable} = {text}")
        return Scalar(variable, dtype, frozenset({variable}), name)


def unchanged(one: Value, two: Value) -> bool:
    try:
        return bool(one == two)
    except TypeError:  # Spark expressions inside have no truth
        return False


def one_dtype(value: Value) -> str | None:
    """The dtype of a number, text or time; None for other values."""
    if isinstance(value, Const):
        return _DTYPES.get(type(value.value)) if value.text is None and not value.secret else None
    return value.dtype if isinstance(value, Scalar) and type(value) is Scalar else None


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
        memory=one.memory | two.memory,
    )
