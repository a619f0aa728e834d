"""Loops, conditions and the other statements that steer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.errors import NoRule, Raises, Refused, TranspileError
from transpiler.facts import (
    Const,
    Database,
    Frame,
    Func,
    Instance,
    Mapping,
    Module,
    OpenFile,
    OutputFile,
    Plain,
    Sequence,
    Workbook,
)
from transpiler.infer.ensured import ensured
from transpiler.infer.opened import read_once, written_once
from transpiler.infer.signals import EndSignal, LoopSignal, ReturnSignal
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import leaves
from transpiler.infer.zero_divisions import only_for_zero
from transpiler.loops import Chunks
from transpiler.source import read_names

MAX_TURNS = 200
#: a loop of more turns that touches no frame stays a loop
PLAIN_TURNS = 20
#: managers without effect on what a program computes
_QUIET = ("pd.option_context", "pandas.option_context", "warnings.catch_warnings", "nullcontext",
          "contextlib.nullcontext")  # fmt: skip
#: what is still to come after a block of a ``with`` or ``try`` is not only its statements
_BARRIER = "barrier"


class Control:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any
    turning: list[list]
    pending: list
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
        if ensured(self, node, scope):
            return
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
        if self.encoding_loop(node, scope):  # type: ignore[attr-defined]
            return
        if self.chunk_loop(node, scope) or self.group_loop(node, scope):  # type: ignore[attr-defined]
            return
        point, refs = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            items = self.loop_items(node, scope)
        except NoRule as error:
            self.ctx.restore(point)
            self.rollback(refs)  # type: ignore[attr-defined]
            self.data_loop(node, scope, str(error))  # type: ignore[attr-defined]
            return
        body, after = list(node.body.body), scope.used_later
        inside = read_names(node)
        items = list(items)
        if len(items) > PLAIN_TURNS and is_plain(items, inside, scope):
            raise NoRule("a loop of many turns over plain values stays a loop")
        self.depth += 1
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
        """A loop whose condition is known at every turn."""
        body, after = list(node.body.body), scope.used_later
        inside = read_names(node)
        test = node.test
        endless = isinstance(test, cst.Name) and test.value == "True"
        if endless and not any(map(leaves, body)) and not self.program.code(node).count("exit("):
            raise Refused("a loop that never ends: a job has to")
        self.depth += 1
        try:
            for _ in range(MAX_TURNS):
                if not self.truth(self.eval(node.test, scope)):
                    break
                try:
                    self.block(body, scope, lambda n: n in inside or after(n))
                except LoopSignal as signal:
                    if signal.word == "break":
                        return
            else:
                raise NoRule("a while loop of too many turns")
        finally:
            self.depth -= 1
            scope.used_later = after
        if node.orelse is not None:
            self.block(list(node.orelse.body.body), scope, after)

    def match_(self, node: cst.Match, scope: Scope) -> None:
        """The case of a subject that is known."""
        subject = self.eval(node.subject, scope)
        for case in node.cases:
            if not self.matches(case.pattern, subject, scope):
                continue
            if case.guard is None or self.truth(self.eval(case.guard, scope)):
                self.block(list(case.body.body), scope, scope.used_later)
                return

    def matches(self, pattern: Any, subject: Any, scope: Scope) -> bool:
        """Whether a value matches; binds the names of the pattern."""
        if isinstance(pattern, cst.MatchAs):
            if pattern.pattern is not None and not self.matches(pattern.pattern, subject, scope):
                return False
            if pattern.name is not None:
                self.assign_name(pattern.name.value, subject, scope)
            return True
        if isinstance(pattern, cst.MatchOr):
            return any(self.matches(p.pattern, subject, scope) for p in pattern.patterns)
        if isinstance(pattern, (cst.MatchValue, cst.MatchSingleton)):
            wanted = self.eval(pattern.value, scope)
            if isinstance(wanted, Instance) or isinstance(subject, Instance):
                return wanted is subject
            if isinstance(wanted, Const) and isinstance(subject, Const):
                return bool(wanted.value == subject.value)
        raise NoRule("a pattern that is not followed")

    # -- with

    def with_(self, node: cst.With, scope: Scope) -> None:
        self.with_items(list(node.items), node, scope)

    def with_items(self, items: list, node: cst.With, scope: Scope) -> None:
        """The body of a ``with`` inside its managers, the first one outermost."""
        if not items:
            self.block(list(node.body.body), scope, scope.used_later)
            return
        (item, *rest), held = items, []

        def then(value: Any) -> None:
            if item.asname is not None:
                self.store(item.asname.name, value, scope, node)
            try:
                self.with_items(rest, node, scope)
            except (ReturnSignal, LoopSignal) as signal:  # the manager is left first
                held.append(signal)

        if self.program.code(item.item).startswith(_QUIET):
            self.with_items(rest, node, scope)
            return
        self.pending.append(_BARRIER)
        try:
            self.managed(item, then, rest, node, scope)
        finally:
            self.pending.pop()
        if held:
            raise held[0]

    def managed(self, item: Any, then: Any, rest: list, node: cst.With, scope: Scope) -> None:
        """Go into one context manager, do ``then``, and leave it."""
        call = item.item
        function = self.eval(call.func, scope) if isinstance(call, cst.Call) else None
        if isinstance(function, Func) and function.manager:
            args, kwargs = self.arguments(call, scope)
            self.inline(function, args, kwargs, call, taker=then)
            return
        opened = self.eval(call, scope)
        if isinstance(opened, (Database, Chunks)):
            then(opened)
        elif isinstance(opened, Instance):
            then(self.call_value(self.member(opened, "__enter__"), [], {}, call, scope))
            left = self.call_value(
                self.member(opened, "__exit__"), [Const(None)] * 3, {}, call, scope
            )
            if not (isinstance(left, Const) and not left.value):
                raise NoRule("a manager that may swallow exceptions")
        elif isinstance(opened, OpenFile) and read_once(item, rest, node):
            scope.bind(item.asname.name.value, Ref(opened))
            self.with_items(rest, node, scope)
        elif isinstance(opened, OutputFile) and written_once(item, rest, node):
            self.ctx.outputs.pop()  # the step that writes notes it
            scope.bind(item.asname.name.value, Ref(opened))
            self.with_items(rest, node, scope)
        elif isinstance(opened, (OpenFile, OutputFile, Workbook)) or isinstance(opened, Plain) and opened.text.startswith(("open(", "open_output(")):  # fmt: skip
            self.with_file(opened, item, rest, node, scope)
        else:
            raise NoRule("a with block is not followed")

    def with_file(self, opened: Plain, item: Any, rest: list, node: cst.With, scope: Scope) -> None:
        """A file that is open while the statements of the block run: a block of the job too."""
        name = ""
        if item.asname is not None:
            if not isinstance(item.asname.name, cst.Name):
                raise NoRule("a target that is not a plain name")
            job = self.claim(item.asname.name.value, scope)
            held = Plain(job, frozenset({job}))
            if isinstance(opened, (OpenFile, OutputFile)):
                held = type(opened)(job, held.vars)
            if isinstance(opened, Workbook):
                held = replace(opened, text=job, vars=held.vars)
            scope.bind(item.asname.name.value, Ref(held))
            name = f" as {job}"
        comments, self.ctx.comments = self.ctx.comments, []
        inner = node.with_changes(items=rest) if rest else None
        made, ended = self.one_branch([inner] if inner else list(node.body.body), scope)
        self.ctx.comments = comments
        also = tuple(s.defines for s in made if s.defines) + tuple(n for s in made for n in s.also)
        reads = opened.vars.union(*(s.reads for s in made))
        output = opened.text.startswith("open_output(") or any(s.kind == "output" for s in made)
        self.ctx.emit(
            f"with {opened.text}{name}:\n" + self.block_text(made, []),
            reads=reads, also=also, kind="output" if output else "kept",
        )  # fmt: skip
        self.ctx.note("kept", "python", "", self.program.source_line(node))
        if ended:
            raise EndSignal

    # -- exceptions

    def try_(self, node: cst.Try, scope: Scope) -> None:
        """A ``try`` whose handlers only pass the failure on: the job fails where pandas does. One
        that mends it stays Python on the driver, unless all that could fail are files at hand."""
        if self.encoding_try(node, scope):  # type: ignore[attr-defined]
            return
        passing = all(passes_on(h, self.program) for h in node.handlers)
        known = (
            not passing and bool(node.handlers) and all(self.tells(h, scope) for h in node.handlers)
        )
        by_zero = only_for_zero(node, self.program, scope)
        start, inputs = len(self.ctx.statements), len(self.ctx.inputs)
        entries, divisions = len(self.ctx.entries), self.divisions  # type: ignore[attr-defined]
        self.pending.append(_BARRIER)
        self.trying += not passing  # type: ignore[attr-defined]
        held: list = []
        try:
            self.block(list(node.body.body), scope, scope.used_later)
        except (ReturnSignal, LoopSignal) as signal:  # ``finally`` comes first
            held.append(signal)
        except EndSignal:
            if not passing:
                raise NoRule("an exception that is handled") from None
            raise
        except Raises as error:
            if passing and not node.handlers:
                raise
            if len(self.ctx.statements) > start or not (known or by_zero):
                raise NoRule("an exception that is handled") from None
            self.handled(node, error.exception, scope)
            return
        finally:
            self.pending.pop()
            self.trying -= not passing  # type: ignore[attr-defined]
        if known and self.all_closed(entries):
            self.ctx.note("kept", "python", "the columns are known, so nothing fails", self.program.source_line(node))  # fmt: skip
        elif (
            by_zero
            and self.divisions == divisions  # type: ignore[attr-defined]
            and all(e.verdict in ("native", "runtime") for e in self.ctx.entries[entries:])
        ):
            self.ctx.note("native", "python", "numbers of pandas and numpy raise nothing", self.program.source_line(node))  # fmt: skip
        elif not passing:
            made, read = self.ctx.statements[start:], self.ctx.inputs[inputs:]
            mild = all(e.verdict == "native" for e in self.ctx.entries[entries:])
            given = held[0].value if held and isinstance(held[0], ReturnSignal) else None
            unnamed = isinstance(given, Frame) and not given.text.isidentifier()  # the read itself
            if (
                len(made) + unnamed != len(read)
                or self.divisions != divisions  # type: ignore[attr-defined]
                or not mild
                or not all(i.get("pinned") for i in read)
            ):
                raise NoRule("whether this try block fails depends on its data: a step that raises nothing, such as to_numeric(errors='coerce'), runs on the cluster")  # fmt: skip
            self.ctx.note("native", "python", "the files are at hand, so nothing fails", self.program.source_line(node))  # fmt: skip
        if node.orelse is not None and not held:
            self.block(list(node.orelse.body.body), scope, scope.used_later)
        if node.finalbody is not None:
            self.finally_(node.finalbody, scope)
        if held:
            raise held[0]

    def tells(self, handler: cst.ExceptHandler, scope: Scope) -> bool:
        """Whether it is for exceptions that are known here: a missing column or name."""
        code = self.program.code(handler.type) if handler.type is not None else ""
        names = {n.strip() for n in code.strip("()").split(",")}
        return names <= {
            "KeyError",
            "AttributeError",
            "NameError",
            "ImportError",
            "ModuleNotFoundError",
        }

    def all_closed(self, entries: int) -> bool:
        """Whether the steps that were taken are of frames whose columns are known."""
        frames = [
            r.value for s in self.scopes() for r in s.refs.values() if isinstance(r.value, Frame)
        ]
        steps = self.ctx.entries[entries:]
        return not any(f.open for f in frames) and all(
            e.verdict in ("native", "kept") for e in steps
        )

    def handled(self, node: cst.Try, error: BaseException, scope: Scope) -> None:
        """The handler of an exception that always comes."""
        for handler in node.handlers:
            code = self.program.code(handler.type) if handler.type is not None else ""
            names = {n.strip() for n in code.strip("()").split(",")}
            if not names & {c.__name__ for c in type(error).__mro__}:
                continue
            if handler.name is not None:
                text = f"{type(error).__name__}({', '.join(map(repr, error.args))})"
                scope.bind(handler.name.name.value, Ref(Plain(text)))  # type: ignore[union-attr]
            self.block(list(handler.body.body), scope, scope.used_later)
            if node.finalbody is not None:
                self.finally_(node.finalbody, scope)
            return
        raise NoRule("an exception that is not handled")

    def finally_(self, node: cst.Finally, scope: Scope) -> None:
        """The last block of a ``try``, without what closes a database: a job has nothing to close."""
        body = []
        for s in node.body.body:
            line = s.body[0] if isinstance(s, cst.SimpleStatementLine) else None
            call = line.value if isinstance(line, cst.Expr) else None
            func = call.func if isinstance(call, cst.Call) else None
            if isinstance(func, cst.Attribute) and func.attr.value in ("dispose", "close"):
                ref = scope.lookup(func.value.value) if isinstance(func.value, cst.Name) else None
                if ref is not None and isinstance(ref.value, Database):
                    continue
            body.append(s)
        self.block(body, scope, scope.used_later)

    def end(self, function: Any, args: list, kwargs: dict, node: Any) -> None:
        """``sys.exit(…)``: nothing comes after it."""
        text = self.driver.call("", self.driver.text(function), args, kwargs)
        reads = frozenset().union(*(a.vars for a in args))
        self.ctx.emit(text, reads=reads, kind="kept")
        self.ctx.note("kept", "python", "", self.program.source_line(node))
        raise EndSignal

    def raise_(self, node: cst.Raise, scope: Scope) -> None:
        """The job raises what the program raises; nothing comes after it."""
        if node.exc is None:
            raise NoRule("an exception is raised again")
        text = f"raise {self.driver.text(self.eval(node.exc, scope))}"
        if node.cause is not None:
            text += f" from {self.driver.text(self.eval(node.cause.item, scope))}"
        self.ctx.emit(text, reads=read_names(node), kind="kept")
        self.ctx.note("kept", "python", "", self.program.source_line(node))
        raise EndSignal

    def loop_word(self, node: Any, scope: Scope) -> None:
        if self.depth == 0:
            raise TranspileError(
                f"{type(node).__name__.lower()} outside a loop", *self.program.position(node)
            )
        raise LoopSignal(type(node).__name__.lower())

    def global_(self, node: Any, scope: Scope) -> None:
        scope.globals |= {n.name.value for n in node.names}

    def nonlocal_(self, node: cst.Nonlocal, scope: Scope) -> None:
        scope.nonlocals |= {n.name.value for n in node.names}


def passes_on(handler: cst.ExceptHandler, program: Any) -> bool:
    """Whether an ``except`` ends in the program's failure."""
    last = handler.body.body[-1] if isinstance(handler.body, cst.IndentedBlock) else None
    if not isinstance(last, cst.SimpleStatementLine) or leaves(handler):
        return False
    code = program.code(last.body[-1])
    if isinstance(last.body[-1], cst.Raise):
        return "SystemExit(0)" not in code and code not in (
            "raise SystemExit",
            "raise SystemExit()",
        )
    return code in (
        "sys.exit(1)",
        "exit(1)",
        "quit(1)",
        "sys.exit(2)",
        "sys.exit(-1)",
        "os._exit(1)",
    )


def is_plain(items: list, names: set[str], scope: Scope) -> bool:
    """Whether a loop over ``items`` that reads ``names`` can touch no frame."""
    seen: set[int] = set()

    def plain(value: Any) -> bool:
        if isinstance(value, Sequence):
            return all(map(plain, value.items))
        if isinstance(value, Mapping):
            return all(plain(v) for _, v in value.items)
        if isinstance(value, Func):
            if id(value.node) in seen:
                return True
            seen.add(id(value.node))
            return reads_plain(read_names(value.node), value.scope)
        if isinstance(value, Module):
            return value.name.split(".")[0] not in ("pandas", "glob", "os", "pathlib")
        return isinstance(value, Const | Plain)

    def reads_plain(names: set[str], scope: Scope) -> bool:
        refs = (scope.lookup(name) for name in names)
        return all(plain(ref.value) for ref in refs if ref is not None)

    return all(map(plain, items)) and reads_plain(names, scope)
