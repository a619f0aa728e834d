"""Statements: the program is walked from top to bottom, once per pass."""

from __future__ import annotations

import contextlib
from typing import Any, Callable

import libcst as cst

from transpiler.errors import NoRule, Refused, TranspileError
from transpiler.facts import Col, Frame, Local, Module, Plain, Value
from transpiler.infer.asking import Asking
from transpiler.infer.assignment import Assignment
from transpiler.infer.branches import Branches
from transpiler.infer.command_line import CommandLine
from transpiler.infer.context import Context
from transpiler.infer.control import Control
from transpiler.infer.chunk_loops import ChunkLoops
from transpiler.infer.data_loops import DataLoops
from transpiler.infer.encodings import Encodings
from transpiler.infer.driver import Driver
from transpiler.infer.expressions import Expressions
from transpiler.infer.fields import Fields
from transpiler.infer.files import Files
from transpiler.infer.functions import Functions
from transpiler.infer.group_loops import GroupLoops
from transpiler.infer.items import Items
from transpiler.infer.objects import Objects
from transpiler.infer.passages import Passages
from transpiler.infer.signals import EndSignal, LoopSignal
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.sharing import Sharing
from transpiler.infer.syntax import closure_names
from transpiler.infer.unzip import Unzip
from transpiler.infer.verbatim import Verbatim
from transpiler.source import Program, read_names, target_names


class Interpreter(
    Expressions,
    Objects,
    CommandLine,
    Assignment,
    Items,
    Sharing,
    ChunkLoops,
    DataLoops,
    Encodings,
    Control,
    Functions,
    Verbatim,
    Files,
    Asking,
    Branches,
    Fields,
    GroupLoops,
    Passages,
    Unzip,
):
    """One pass over a program. ``run`` fills ``ctx``."""

    def __init__(self, program: Program, ctx: Context) -> None:
        self.program, self.ctx = program, ctx
        self.driver = Driver(ctx, self.verbatim_expression)
        self.scope = Scope(name="module")
        self.active: list[Scope] = [self.scope]
        self.objects: list[Scope] = []
        self.entered: list[int] = [0]  # the depth of loops where each function was entered
        self.held: list[Value] = []  # what calls gave to the statement at hand, not stored yet
        self.marks: list[int] = [0]
        self.forks = 0
        self.divisions = 0  # of Python's numbers, which may raise
        self.trying = 0  # blocks with handlers around the statement at hand
        self.dropped: list[bool] = [False]  # whether the value of each inlined call is not taken
        self.unused: Any = None  # the call whose value nobody takes
        self.pending: list = []  # per block that is being walked: its statements still to come
        self.yields: list = []  # what takes the values that each running generator yields
        self.owners: dict[str, tuple[Scope, str]] = {}
        self.imports: dict[str, str] = {}
        self.depth = 0
        self.turning: list[list] = []  # the items of loops that are being unrolled
        self.kept_functions: dict[tuple, tuple] = {}
        self.keeping: set[tuple] = set()
        self.closure_names = closure_names(program.module)

    def run(self) -> Context:
        body = list(self.program.module.body)
        self.ctx.names |= _RESERVED | own_imports()
        header = [line.comment.value for line in self.program.module.header if line.comment]
        header = [c for c in header if not c.startswith(("#!", "# -*-"))]
        self.ctx.comments += header
        with contextlib.suppress(EndSignal):  # the program always stops there
            self.block(body, self.scope, lambda name: False)
        self.ctx.comments += [
            line.comment.value for line in self.program.module.footer if line.comment
        ]
        return self.ctx

    # -- blocks

    def block(self, body: list, scope: Scope, after: Callable[[str], bool]) -> None:
        reads = [read_names(s) for s in body]
        suffix: list[set[str]] = [set()]
        for names in reversed(reads):
            suffix.append(suffix[-1] | names)
        suffix.reverse()
        for i, statement in enumerate(body):
            later = suffix[i + 1]
            scope.used_later = (
                lambda n, later=later: n in later or n in self.closure_names or after(n)
            )
            self.pending.append(body[i + 1 :])
            try:
                self.statement(statement, scope)
            finally:
                self.pending.pop()

    def statement(self, node: Any, scope: Scope) -> None:
        """One statement, down the ladder: as steps, else as pandas on the driver."""
        if len(self.ctx.statements) > 20_000:
            raise TranspileError("the program is too large to unroll", *self.program.position(node))
        line, column = self.program.position(node)
        self.ctx.line, self.ctx.column = line, column
        self.ctx.comments += [
            c.comment.value for c in getattr(node, "leading_lines", ()) if c.comment
        ]
        trailing = getattr(node, "trailing_whitespace", None)
        if trailing is not None and trailing.comment is not None:
            self.ctx.comments.append(trailing.comment.value)
        point, refs = self.ctx.save(), self.snapshot()
        self.marks.append(len(self.held))
        try:
            self.dispatch(node, scope)
        except NoRule as error:
            self.ctx.restore(point)
            self.rollback(refs)
            self.ctx.line, self.ctx.column = line, column
            self.statement_on_driver(node, scope, str(error))
        except Refused as error:
            self.ctx.note("refused", "", str(error), self.program.source_line(node))
            raise TranspileError(str(error), line, column) from None
        finally:
            self.release()
            self.marks.pop()

    def release(self) -> None:
        """The expressions of the statement at hand are evaluated: what they held is let go."""
        del self.held[self.marks[-1] :]

    def snapshot(self) -> list:
        return [(s, dict(s.refs), {k: r.value for k, r in s.refs.items()}) for s in self.scopes()]

    def rollback(self, saved: list) -> None:
        known = {id(s) for s, _, _ in saved}
        self.objects[:] = [s for s in self.objects if id(s) in known]
        for scope, refs, values in saved:
            scope.refs = dict(refs)
            for name, ref in refs.items():
                ref.value = values[name]

    def dispatch(self, node: Any, scope: Scope) -> None:
        if isinstance(node, cst.SimpleStatementLine):
            for small in node.body:
                self.ctx.line, self.ctx.column = self.program.position(small)
                self.handler(small)(self, small, scope)
            return
        self.handler(node)(self, node, scope)

    def handler(self, node: Any) -> Callable[[Any, Any, Scope], None]:
        found = _STATEMENTS.get(type(node).__name__)
        if found is None:
            raise NoRule(f"a {type(node).__name__} statement is not followed")
        return found

    # -- imports and definitions

    def import_(self, node: cst.Import, scope: Scope) -> None:
        for alias in node.names:
            full = self.program.code(alias.name)
            if alias.asname is not None:
                own = target_names(alias.asname.name)[0]
                text = free_name(own, f"import {full} as {own}")
                scope.bind(own, Ref(Module(full, text)))
                self.imports[text] = f"import {full} as {text}"
            else:
                root = full.split(".")[0]
                scope.bind(root, Ref(Module(root, root)))
                self.imports[root] = f"import {full}" if root not in self.imports else self.imports[root] + f"\nimport {full}"  # fmt: skip

    def import_from(self, node: cst.ImportFrom, scope: Scope) -> None:
        line, column = self.program.position(node)
        if (
            isinstance(node.names, cst.ImportStar)
            and self.program.code(node.module or cst.Name("")) == "typing"
        ):
            import typing

            for name in typing.__all__:  # names of types only: nothing in them runs
                scope.bind(name, Ref(Module(f"typing.{name}", name)))
                self.imports[name] = f"from typing import {name}"
            return
        if isinstance(node.names, cst.ImportStar):
            raise TranspileError(
                "a star import hides which names are meant: import them by name", line, column
            )
        module = ("." * len(node.relative)) + (
            self.program.code(node.module) if node.module else ""
        )
        if module == "__future__":
            return
        for alias in node.names:
            name = alias.name.value  # type: ignore[union-attr]
            own = target_names(alias.asname.name)[0] if alias.asname else name
            text = free_name(own, f"from {module} import {name}")
            scope.bind(own, Ref(Module(f"{module}.{name}", text)))
            self.imports[text] = f"from {module} import {name}" + (
                f" as {text}" if text != name else ""
            )

    def function_def(self, node: cst.FunctionDef, scope: Scope) -> None:
        value: Value = self.function(node, scope, node.name.value)
        if node.decorators:
            point, saved = self.ctx.save(), self.snapshot()
            try:
                value = self.decorated(node, scope)
            except NoRule:  # kept with its decorators, where it is called
                self.ctx.restore(point)
                self.rollback(saved)
        scope.bind(node.name.value, Ref(value))

    def expression(self, node: cst.Expr, scope: Scope) -> None:
        self.ctx.hint = None
        if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
            return  # a docstring
        if isinstance(node.value, cst.Yield):
            self.yield_(node.value, scope)
            return
        if isinstance(node.value, cst.Call) and self.container_change(node.value, scope):
            return
        self.unused = node.value
        value = self.eval(node.value, scope)
        if isinstance(value, (Plain, Local)) and value.text.isidentifier():
            return
        if isinstance(value, (Plain, Local)) and isinstance(
            node.value, (cst.Call, cst.Await, cst.Yield)
        ):
            self.ctx.emit(value.text, reads=value.vars, kind="kept")
            if isinstance(value, Plain):
                self.ctx.note("kept", "python", "", self.program.source_line(node))
        elif isinstance(value, (Frame, Col)):
            self.ctx.note(
                "kept",
                "display",
                "a value that nothing uses is not computed",
                self.program.source_line(node),
            )


def own_imports() -> set[str]:
    """Modules that functions of the job use under these names."""
    from transpiler.emit.embed import imported_names

    return set(imported_names())


def free_name(name: str, line: str) -> str:
    """What the job calls an import: another name where a function that it embeds uses that name for
    something else (``from datetime import datetime`` beside ``import datetime``)."""
    from transpiler.emit.embed import imported_names

    taken = imported_names().get(name)
    return name if taken is None or taken == line else f"{name}_"


_RESERVED = {
    "spark", "glueContext", "sc", "job", "args", "F", "T", "Window", "DATA_ROOT", "sys", "pd", "np",
    "SparkContext", "GlueContext", "Job", "DynamicFrame", "getResolvedOptions", "typed", "lit",
}  # fmt: skip
_STATEMENTS: dict[str, Callable[[Any, Any, Scope], None]] = {
    "Import": Interpreter.import_,
    "ImportFrom": Interpreter.import_from,
    "FunctionDef": Interpreter.function_def,
    "ClassDef": Interpreter.class_def,
    "Assign": Interpreter.assign_statement,
    "AnnAssign": Interpreter.annotated,
    "AugAssign": Interpreter.augmented,
    "Del": Interpreter.delete,
    "Expr": Interpreter.expression,
    "Return": Interpreter.return_,
    "Assert": Interpreter.assert_,
    "If": Interpreter.if_,
    "For": Interpreter.for_,
    "While": Interpreter.while_,
    "With": Interpreter.with_,
    "Try": Interpreter.try_,
    "Raise": Interpreter.raise_,
    "Break": Interpreter.loop_word,
    "Continue": Interpreter.loop_word,
    "Global": Interpreter.global_,
    "Nonlocal": Interpreter.nonlocal_,
    "Match": Interpreter.match_,
    "Pass": lambda self, node, scope: None,
}
__all__ = ["Interpreter", "LoopSignal"]
