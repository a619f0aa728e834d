"""Reads that are tried in one encoding after the other until the file is text in it.

``for enc in ["utf-8", "latin-1"]: try: df = pd.read_csv(path, encoding=enc); break; except …`` and
``try: … except UnicodeDecodeError: …``: the job finds the encoding first, then there is one read.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Const, Encoding, Module, Value
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.signals import ReturnSignal

_READERS = {"pandas.read_csv", "pandas.read_table"}
_CAUGHT = {"UnicodeDecodeError", "UnicodeError", "ValueError", "Exception"}
_ALSO = {"LookupError", "pd.errors.ParserError", "ParserError"}
_SAID = ("print(", "logging.", "logger.", "log.")
#: encodings in which a text is any bytes, or fails with UnicodeDecodeError
_MARKED = ("utf-16", "utf-32", "utf-7", "idna", "punycode")


@dataclass
class Attempt:
    """A read in a ``try``: the statement, the call, its encoding, and whether a loop ends with it."""

    statement: Any
    call: cst.Call
    encoding: Any
    ends: bool

    def rest(self, program: Any) -> tuple:
        """What two tries of the same read have in common."""
        target = (
            self.statement.targets[0].target if isinstance(self.statement, cst.Assign) else None
        )
        args = [a for a in self.call.args if a.keyword is None or a.keyword.value != "encoding"]
        code = [(a.keyword.value if a.keyword else "", program.code(a.value)) for a in args]
        return (
            type(self.statement),
            target and program.code(target),
            program.code(self.call.func),
            code,
        )


class Encodings:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any

    def encoding_loop(self, node: cst.For, scope: Scope) -> bool:
        """Follow a loop over encodings; False for another."""
        body = [s for s in node.body.body if not self.says(s)]
        if not isinstance(node.target, cst.Name) or not body or not isinstance(body[0], cst.Try):
            return False
        name, attempt = node.target.value, self.attempt(body[0])
        ends = [self.program.code(s).strip() for s in body[1:]] == ["break"]
        if attempt is None or len(body) > 1 and not ends or len(body[0].handlers) != 1:
            return False
        left = [self.program.code(s).strip() for s in self.quiet(body[0].handlers[0].body)]
        if left not in (["continue"], ["pass"], []) or ends and left != ["continue"]:
            return False
        if not (isinstance(attempt.encoding, cst.Name) and attempt.encoding.value == name):
            return False
        if not attempt.ends and not ends and isinstance(attempt.statement, cst.Assign):
            return False
        if node.orelse is not None and not all(self.program.code(s).strip().startswith("raise") for s in self.quiet(node.orelse.body)):  # fmt: skip
            return False
        names = self.eval(node.iter, scope)  # type: ignore[attr-defined]
        given = names.value if isinstance(names, Const) else None
        if not isinstance(given, (list, tuple)):
            return False
        return self.read_in(attempt, list(given), scope, name, node)

    def encoding_try(self, node: cst.Try, scope: Scope) -> bool:
        """Follow a read that is done again in another encoding where it fails; False for another."""
        found = self.attempts(node)
        if found is None or len(found) < 2 or any(a.ends for a in found):
            return False
        if len({repr(a.rest(self.program)) for a in found}) > 1:
            return False
        names = [Const("utf-8") if a.encoding is None else self.eval(a.encoding, scope) for a in found]  # type: ignore[attr-defined]  # fmt: skip
        given = [n.value for n in names if isinstance(n, Const)]
        return len(given) == len(names) and self.read_in(found[0], given, scope, None, node)

    # -- what is written

    def says(self, node: Any) -> bool:
        line = node.body[0] if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 else None  # fmt: skip
        return isinstance(line, cst.Expr) and self.program.code(line).startswith(_SAID)

    def quiet(self, block: Any) -> list:
        """The statements of a block without what only prints."""
        return [s for s in block.body if not self.says(s)]

    def attempt(self, node: cst.Try) -> Attempt | None:
        """The read that a ``try`` tries, where its handlers are for texts that do not decode."""
        if node.finalbody is not None or not all(self.of_text(h) for h in node.handlers):
            return None
        body = self.quiet(node.body)
        after = [] if node.orelse is None else self.quiet(node.orelse.body)
        lines = [s.body[0] for s in (*body, *after) if isinstance(s, cst.SimpleStatementLine) and len(s.body) == 1]  # fmt: skip
        if len(lines) != len(body) + len(after) or not lines or not body:
            return None
        first, *rest = lines
        if any(not isinstance(r, cst.Break) for r in rest) or len(rest) > 1:
            return None
        return self.read(first, bool(rest))

    def read(self, line: Any, ends: bool) -> Attempt | None:
        """``df = pd.read_csv(…)`` or ``return pd.read_csv(…)``."""
        single = isinstance(line, cst.Return) or isinstance(line, cst.Assign) and len(line.targets) == 1 and isinstance(line.targets[0].target, cst.Name)  # fmt: skip
        call = line.value if single else None
        if not isinstance(call, cst.Call) or any(a.star for a in call.args) or not call.args:
            return None
        options = {a.keyword.value: a.value for a in call.args if a.keyword is not None}
        if options.keys() & {"nrows", "chunksize", "iterator", "encoding_errors"}:
            return None
        return Attempt(line, call, options.get("encoding"), ends)

    def attempts(self, node: cst.Try) -> list[Attempt] | None:
        """All reads of a chain of ``try``, in their order."""
        first = self.attempt(node)
        if first is None or len(node.handlers) != 1:
            return None
        left = self.quiet(node.handlers[0].body)
        if len(left) != 1:
            return None
        if isinstance(left[0], cst.Try):
            more = self.attempts(left[0])
            return None if more is None else [first, *more]
        lines = left[0].body if isinstance(left[0], cst.SimpleStatementLine) else []
        last = self.read(lines[0], False) if len(lines) == 1 else None
        return None if last is None else [first, last]

    def of_text(self, handler: cst.ExceptHandler) -> bool:
        """Whether it is for what reading a text in a wrong encoding raises."""
        if handler.type is None:
            return True
        names = {n.strip() for n in self.program.code(handler.type).strip("()").split(",")} - {""}
        return bool(names & _CAUGHT) and names <= _CAUGHT | _ALSO

    # -- the read

    def read_in(self, attempt: Attempt, given: list, scope: Scope, name: str | None, node: Any) -> bool:  # fmt: skip
        """Read in the first of these encodings that the file is in."""
        function = self.eval(attempt.call.func, scope)  # type: ignore[attr-defined]
        if not isinstance(function, Module) or function.name not in _READERS:
            return False
        if not given or not all(isinstance(n, str) and plain_encoding(n) for n in given):
            return False
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            call = attempt.call.with_changes(args=[a for a in attempt.call.args if a.keyword is None or a.keyword.value != "encoding"])  # fmt: skip
            args, kwargs = self.arguments(call, scope)  # type: ignore[attr-defined]
            path = args[0] if args else kwargs.get("filepath_or_buffer")
            if path is None:
                return False
            text = f"{self.ctx.call('first_encoding')}({self.data_path(path)}, {given!r})"  # type: ignore[attr-defined]
            found = self.ctx.hoist(Encoding(text, path.vars, tuple(given)), name or "encoding")
            value = self.by_rule(function.name, None, args, {**kwargs, "encoding": found}, attempt.call)  # type: ignore[attr-defined]  # fmt: skip
        except NoRule:
            self.ctx.restore(point)
            self.rollback(saved)  # type: ignore[attr-defined]
            return False
        self.ctx.note("kept", "python", "the job finds the encoding before it reads", self.program.source_line(node))  # fmt: skip
        if name is not None:
            scope.bind(name, Ref(found))
        self.give(attempt.statement, value, scope)
        return True

    def give(self, statement: Any, value: Value, scope: Scope) -> None:
        if isinstance(statement, cst.Return):
            raise ReturnSignal(value, statement, scope)
        self.store(statement.targets[0].target, value, scope, statement)  # type: ignore[attr-defined]


def plain_encoding(name: str) -> bool:
    """Whether text in an encoding is any bytes, or fails with UnicodeDecodeError."""
    try:
        found = codecs.lookup(name)
    except LookupError:
        return False
    return found._is_text_encoding and not found.name.startswith(_MARKED)
