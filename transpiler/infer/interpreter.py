"""Statements: the program is walked from top to bottom, once per pass."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any, Callable

import libcst as cst

from transpiler.errors import NoRule, Refused, TranspileError
from transpiler.facts import (
    Col,
    Const,
    Frame,
    Local,
    Mapping,
    Module,
    Plain,
    Scalar,
    Sequence,
    Value,
    Windowed,
)
from transpiler.infer.branches import Branches
from transpiler.infer.context import Context
from transpiler.infer.driver import Driver
from transpiler.infer.expressions import _BINARY_NODES, DATA, Expressions, has_data, is_changeable
from transpiler.infer.folding import _MUTATING
from transpiler.infer.functions import Functions, ReturnSignal
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.verbatim import Verbatim
from transpiler.source import (
    Program,
    has_url_password,
    is_secret_name,
    read_names,
    root_name,
    target_names,
)


class LoopSignal(Exception):
    """``break`` or ``continue`` in a loop that is being unrolled."""

    def __init__(self, word: str) -> None:
        self.word = word


class Interpreter(Expressions, Functions, Verbatim, Branches):
    """One pass over a program. ``run`` fills ``ctx``."""

    def __init__(self, program: Program, ctx: Context) -> None:
        self.program, self.ctx = program, ctx
        self.driver = Driver(ctx, self.verbatim_expression)
        self.scope = Scope(name="module")
        self.active: list[Scope] = [self.scope]
        self.owners: dict[str, tuple[int, str]] = {}
        self.imports: dict[str, str] = {}
        self.depth = 0
        self.turning: list[list] = []  # the items of loops that are being unrolled
        self.kept_functions: dict[tuple, tuple] = {}
        self.keeping: set[tuple] = set()
        self.closure_names = _closure_names(program.module)

    def run(self) -> Context:
        body = list(self.program.module.body)
        self.ctx.names |= _RESERVED
        header = [line.comment.value for line in self.program.module.header if line.comment]
        self.ctx.comments += header
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
            self.statement(statement, scope)

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

    def snapshot(self) -> list:
        return [(s, dict(s.refs), {k: r.value for k, r in s.refs.items()}) for s in self.active]

    def rollback(self, saved: list) -> None:
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
                text = target_names(alias.asname.name)[0]
                scope.bind(text, Ref(Module(full, text)))
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
            text = target_names(alias.asname.name)[0] if alias.asname else name
            scope.bind(text, Ref(Module(f"{module}.{name}", text)))
            self.imports[text] = f"from {module} import {name}" + (
                f" as {text}" if text != name else ""
            )

    def function_def(self, node: cst.FunctionDef, scope: Scope) -> None:
        scope.bind(node.name.value, Ref(self.function(node, scope, node.name.value)))

    def class_def(self, node: cst.ClassDef, scope: Scope) -> None:
        self.statement_on_driver(node, scope, "")

    # -- assignment

    def assign_statement(self, node: cst.Assign, scope: Scope) -> None:
        first = node.targets[0].target
        self.ctx.hint = first.value if isinstance(first, cst.Name) else None
        if (
            isinstance(node.value, cst.Name)
            and len(node.targets) == 1
            and isinstance(first, cst.Name)
        ):
            ref = scope.lookup(node.value.value)
            if ref is not None and isinstance(ref.value, (Frame, Const, Sequence, Mapping)):
                scope.bind(first.value, ref)  # a second name of the same object
                return
        value = self.eval(node.value, scope)
        if len(node.targets) > 1:
            value = self.settled(value, scope)
        for target in node.targets:
            self.store(target.target, value, scope, node)
            if isinstance(target.target, cst.Name) and is_changeable(value) and is_item(node.value):
                scope.lookup(target.target.value).shared = True  # type: ignore[union-attr]

    def annotated(self, node: cst.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.ctx.hint = node.target.value if isinstance(node.target, cst.Name) else None
            self.store(node.target, self.eval(node.value, scope), scope, node)

    def augmented(self, node: cst.AugAssign, scope: Scope) -> None:
        method = _BINARY_NODES[type(node.operator).__name__.removesuffix("Assign")]
        left = self.eval(node.target, scope)
        right = self.eval(node.value, scope)
        if isinstance(left, (Local, Plain)):
            raise NoRule("an operation in place on an object that only the job has")
        if isinstance(left, Const) and isinstance(left.value, list):
            left = Const(list(left.value))
        value = self.operator(method, left, right, node)
        name = target_names(node.target)
        ref = scope.lookup(name[0]) if name else None
        if ref is not None and isinstance(ref.value, Frame) and isinstance(value, Frame):
            self.mutate(ref, name[0], value, scope)
            return
        if (
            ref is not None
            and is_changeable(ref.value)
            and is_changeable(value)
            and isinstance(node.target, cst.Name)
        ):
            self.check_shared(ref, name[0])
            ref.value = value  # in place: every name of the list sees it
            return
        self.store(node.target, value, scope, node)

    def store(self, target: Any, value: Value, scope: Scope, node: Any) -> None:
        """Bind a value to an assignment target."""
        if isinstance(target, cst.Name):
            self.assign_name(target.value, value, scope, node)
        elif isinstance(target, (cst.Tuple, cst.List)):
            self.unpack(target, value, scope, node)
        elif isinstance(target, cst.Subscript):
            self.store_item(target, value, scope)
        elif isinstance(target, cst.Attribute):
            self.store_attribute(target, value, scope)
        else:
            raise NoRule("an assignment target that is not followed")

    def unpack(self, target: Any, value: Value, scope: Scope, node: Any) -> None:
        try:
            parts = self.iterate(value)
        except NoRule:
            names = target_names(target)
            if not isinstance(value, (Local, Plain)) or len(names) != len(target.elements):
                raise
            self.ctx.emit(f"{', '.join(self.claim(n, scope) for n in names)} = {value.text}", reads=value.vars, kind="kept")  # fmt: skip
            for name in names:
                job = self.claim(name, scope)
                scope.bind(name, Ref(replace(value, text=job, vars=frozenset({job}))))
            return
        if len(parts) != len(target.elements):
            raise NoRule("the number of targets differs from the number of values")
        parts = [self.settled(p, scope) for p in parts]
        for element, part in zip(target.elements, parts):
            self.store(element.value, part, scope, node)

    def settled(self, value: Value, scope: Scope) -> Value:
        """A value that may be used twice: frames and driver values get a variable."""
        if isinstance(value, (Frame, Local, Scalar, Plain)):
            return self.ctx.hoist(value)
        return value

    def assign_name(self, name: str, value: Value, scope: Scope, node: Any = None) -> None:
        self.ctx.hint = name
        if isinstance(value, Const):
            self.assign_constant(name, value, scope, node)
            return
        if isinstance(value, Sequence):
            value = replace(value, items=tuple(self.settled(i, scope) for i in value.items))
        if isinstance(value, Mapping):
            value = replace(value, items=tuple((k, self.settled(v, scope)) for k, v in value.items))
        if isinstance(value, (Frame, Local, Scalar, Plain)):
            if isinstance(value, Frame) and value.text.isidentifier():
                scope.bind(name, Ref(value))  # a copy: Spark frames do not change
                return
            job = self.claim(name, scope)
            if value.text != job:
                kind = {Frame: "step", Scalar: "scalar"}.get(type(value), "kept")
                self.ctx.emit(f"{job} = {value.text}", defines=job, reads=value.vars, kind=kind)
                if isinstance(value, Plain):
                    self.ctx.note(
                        "kept", "python", "", self.program.source_line(node) if node else ""
                    )
            value = replace(value, text=job, vars=frozenset({job}))
        scope.bind(name, Ref(value))

    def assign_constant(self, name: str, value: Const, scope: Scope, node: Any) -> None:
        """A constant; one that a module binds once keeps its name in the job."""
        once = scope.parent is None and self.program.assignments.get(name, 0) == 1
        simple = isinstance(value.value, (str, int, float)) and self.depth == 0
        if isinstance(value.value, str) and (
            value.secret or is_secret_name(name) or has_url_password(value.value)
        ):
            self.ctx.note("kept", "secret", f"the value of {name} stays out of the job")
            scope.bind(name, Ref(Const(value.value, secret=True)))
            return
        if once and simple and node is not None and not isinstance(value.value, bool):
            job = self.claim(name, scope)
            self.ctx.emit(f"{job} = {value.code()}", defines=job, kind="constant")
            value = Const(value.value, job)
        else:
            value = Const(
                copy.deepcopy(value.value)
                if isinstance(value.value, (list, dict, set))
                else value.value
            )
        scope.bind(name, Ref(value))

    def claim(self, name: str, scope: Scope) -> str:
        """The job variable for a user's name: its own, unless a value still in use is under it."""
        home = scope.root if name in scope.globals else scope
        mine = (id(home), name)
        owner = self.owners.get(name)
        if (
            (owner is None or owner == mine)
            and not self.in_use(name, home)
            and (owner or name not in self.ctx.names)
        ):
            self.owners[name] = mine
            self.ctx.names.add(name)
            return name
        for job, who in self.owners.items():
            if who == mine and job != name and not self.in_use(job, home, name):
                return job
        job = self.ctx.unique(name)
        self.owners[job] = mine
        return job

    def in_use(self, job: str, home: Scope, name: str | None = None) -> bool:
        """Whether a value other than the one being replaced is read from that job variable."""
        name = name or job
        for scope in self.active:
            for other, ref in scope.refs.items():
                if scope is home and other == name:
                    continue
                if job in ref.value.vars and scope.used_later(other):
                    return True
        return False

    def mutate(self, ref: Ref, name: str, value: Frame, scope: Scope) -> None:
        """The object behind ``ref`` became ``value``: all its names see it."""
        old = ref.value
        if isinstance(old, Frame):
            value = value.but(view=old.view)
        if not value.text.isidentifier():
            home = next((s for s in scope.chain() if s.refs.get(name) is ref), scope)
            # Other names and lists that hold the object let go of the old variable first.
            between = value.but(vars=frozenset())
            self.became(old, between)
            ref.value = between
            job = self.claim(name, home)
            self.ctx.emit(f"{job} = {value.text}", defines=job, reads=value.vars)
            old, value = between, value.but(text=job, vars=frozenset({job}))
        self.became(old, value)
        ref.value = value

    def became(self, old: Value, new: Value) -> None:
        """The object that was ``old`` is ``new``, under every name and in every container."""
        for scope in self.active:
            for ref in scope.refs.values():
                ref.value = swapped(ref.value, old, new)
        for items in self.turning:
            items[:] = [i if isinstance(i, Ref) else swapped(i, old, new) for i in items]

    # -- items and attributes

    def target_ref(self, node: Any, scope: Scope) -> tuple[str, Ref]:
        """The name and cell of the object that an item or attribute assignment changes."""
        if not isinstance(node, cst.Name):
            raise NoRule("an assignment into something that has no name of its own")
        ref = scope.lookup(node.value)
        if ref is None:
            line, column = self.program.position(node)
            raise TranspileError(f"name {node.value!r} is used before it is defined", line, column)
        return node.value, ref

    def store_item(self, target: cst.Subscript, value: Value, scope: Scope) -> None:
        holder, accessor = target.value, ""
        if isinstance(holder, cst.Attribute) and holder.attr.value in ("loc", "iloc", "at", "iat"):
            holder, accessor = holder.value, "." + holder.attr.value
        name, ref = self.target_ref(holder, scope)
        key = self.key(target, scope)
        if isinstance(ref.value, Frame):
            self.ctx.hint = name
            if accessor:
                self.check_views(ref.value, key, scope)
            frame = self.by_rule(
                f"DataFrame{accessor}.__setitem__", ref.value, [key, value], {}, target
            )
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)
            return
        if (
            isinstance(ref.value, (Const, Mapping, Sequence))
            and isinstance(key, Const)
            and not accessor
        ):
            self.check_shared(ref, name)
            self.set_container_item(ref, key.value, value, scope)
            return
        if isinstance(ref.value, Col):
            raise NoRule("a Series is changed in place")
        text = f"{self.driver.text(ref.value)}{accessor}[{self.driver.key(key)}] = {self.driver.text(value)}"
        if has_data(value):
            self.went_to_driver(text, "DataFrame.__setitem__", "the frame is on the driver", target)
        self.ctx.emit(text, reads=ref.value.vars | value.vars | key.vars, kind="kept")

    def check_views(self, frame: Frame, key: Value, scope: Scope) -> None:
        """pandas writes by ``.loc`` into the column's own memory, which others may share."""
        if frame.view:
            raise Refused(
                "this writes through into the frame that it is a slice of: take a .copy() first"
            )
        labels = [p.value for p in getattr(key, "items", ()) if isinstance(p, Const)]
        labels += list(key.value) if isinstance(key, Const) and isinstance(key.value, tuple) else []
        named = [x for x in labels if isinstance(x, str) and frame.has(x) is not False]
        uids = {frame.column(x).uid for x in named}
        for holder in self.active:
            for name, other in holder.refs.items():
                value = other.value
                shared = (
                    isinstance(value, Col) and value.column is not None and value.column.uid in uids
                )
                if shared and holder.used_later(name):
                    raise Refused(
                        f"this changes {name!r} too, which is the same column: take a .copy() of it first"
                    )

    def check_shared(self, ref: Ref, name: str) -> None:
        """A change of a list or dict that is an item of another is not followed to the other."""
        if ref.shared:
            raise Refused(
                f"this changes {name!r}, which is an item of another container: change it there"
            )

    def set_container_item(self, ref: Ref, key: Any, value: Value, scope: Scope) -> None:
        old = ref.value
        value = self.settled(value, scope)
        if isinstance(old, Const) and isinstance(old.value, dict):
            items = {k: Const(v) for k, v in old.value.items()}
        elif isinstance(old, Mapping):
            items = dict(old.items)
        else:
            raise NoRule("an item of a list is replaced")
        items[key] = value
        if all(isinstance(v, Const) for v in items.values()):
            ref.value = Const({k: v.value for k, v in items.items()})
        else:
            ref.value = Mapping(tuple(items.items()))

    def name_columns(self, target: cst.Attribute, value: Value, scope: Scope) -> bool:
        """``df.columns.name = None``: a name of the labels, which shows only where they are melted."""
        owner = target.value
        if not (
            isinstance(owner, cst.Attribute)
            and owner.attr.value == "columns"
            and target.attr.value == "name"
        ):
            return False
        _, ref = self.target_ref(owner.value, scope)
        if not isinstance(ref.value, Frame) or not isinstance(value, Const):
            return False
        ref.value = ref.value.but(label_names=() if value.value is None else (value.value,))
        return True

    def store_attribute(self, target: cst.Attribute, value: Value, scope: Scope) -> None:
        if self.name_columns(target, value, scope):
            return
        name, ref = self.target_ref(target.value, scope)
        attr = target.attr.value
        if isinstance(ref.value, Frame):
            if ref.value.has(attr):
                frame = self.by_rule(
                    "DataFrame.__setitem__", ref.value, [Const(attr), value], {}, target
                )
            else:
                frame = self.by_rule(f"DataFrame.{attr}.__set__", ref.value, [value], {}, target)
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)
            return
        if isinstance(ref.value, Windowed):
            frame = self.by_rule(f"{ref.value.kind}.{attr}.__set__", ref.value, [value], {}, target)
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)
            return
        if isinstance(ref.value, DATA):
            raise NoRule("a Series is changed in place")
        text = f"{self.driver.text(ref.value)}.{attr} = {self.driver.text(value)}"
        self.ctx.emit(text, reads=ref.value.vars | value.vars, kind="kept")

    def delete(self, node: cst.Del, scope: Scope) -> None:
        targets = (
            [e.value for e in node.target.elements]
            if isinstance(node.target, cst.Tuple)
            else [node.target]
        )
        for target in targets:
            if isinstance(target, cst.Name):
                scope.refs.pop(target.value, None)
                continue
            if not isinstance(target, cst.Subscript):
                raise NoRule("a del of something that is not followed")
            name, ref = self.target_ref(target.value, scope)
            key = self.key(target, scope)
            if not isinstance(ref.value, Frame):
                raise NoRule("a del of an item")
            frame = self.by_rule("DataFrame.__delitem__", ref.value, [key], {}, target)
            assert isinstance(frame, Frame)
            self.mutate(ref, name, frame, scope)

    # -- other statements

    def expression(self, node: cst.Expr, scope: Scope) -> None:
        self.ctx.hint = None
        if isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):
            return  # a docstring
        if isinstance(node.value, cst.Call) and self.container_change(node.value, scope):
            return
        value = self.eval(node.value, scope)
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

    def container_change(self, node: cst.Call, scope: Scope) -> bool:
        """``names.append(x)`` on a list, dict or set that is known here."""
        if not (isinstance(node.func, cst.Attribute) and isinstance(node.func.value, cst.Name)):
            return False
        ref, method = scope.lookup(node.func.value.value), node.func.attr.value
        if (
            ref is None
            or method not in _MUTATING
            or not isinstance(ref.value, (Const, Sequence, Mapping))
        ):
            return False
        args, kwargs = self.arguments(node, scope)
        self.check_shared(ref, node.func.value.value)
        if isinstance(ref.value, Const) and all(
            isinstance(a, Const) for a in (*args, *kwargs.values())
        ):
            changed, named = copy.deepcopy(ref.value.value), {k: v.value for k, v in kwargs.items()}
            self.folded(lambda: getattr(changed, method)(*(a.value for a in args), **named), node)
            ref.value = Const(changed)
            return True
        if method in ("append", "extend") and not kwargs and len(args) == 1:
            items = self.iterate(ref.value)
            new = [args[0]] if method == "append" else self.iterate(args[0])
            ref.value = Sequence((*items, *(self.settled(v, scope) for v in new)))
            return True
        if (
            method == "update"
            and isinstance(ref.value, (Const, Mapping))
            and all(isinstance(a, Mapping) for a in args)
        ):
            for key, value in (*(item for a in args for item in a.items), *kwargs.items()):
                self.set_container_item(ref, key, value, scope)
            return True
        raise NoRule("a container is changed in a way that is not followed")

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


def swapped(value: Value, old: Value, new: Value) -> Value:
    """``value`` with ``new`` in place of the very object ``old``, in lists and dicts too."""
    if value is old:
        return new
    if isinstance(value, Sequence):
        items = tuple(swapped(i, old, new) for i in value.items)
        return (
            value
            if all(a is b for a, b in zip(items, value.items))
            else replace(value, items=items)
        )
    if isinstance(value, Mapping):
        pairs = tuple((k, swapped(v, old, new)) for k, v in value.items)
        return (
            value
            if all(a[1] is b[1] for a, b in zip(pairs, value.items))
            else replace(value, items=pairs)
        )
    return value


def is_item(node: Any) -> bool:
    """Whether an expression gives an object that is part of another: ``d[k]``, ``d.get(k)``."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.attr.value in ("get", "setdefault")
    return isinstance(node, cst.Subscript) and not isinstance(node.slice[0].slice, cst.Slice)


def _closure_names(module: cst.Module) -> set[str]:
    """Names that functions and lambdas read: they may be read whenever one is called."""
    names: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
            own = {p.name.value for p in node.params.params}
            names.update(read_names(node.body) - own)

        def visit_Lambda(self, node: cst.Lambda) -> None:
            own = {p.name.value for p in node.params.params}
            names.update(read_names(node.body) - own)

    module.visit(Visitor())
    return names


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
    "Raise": Interpreter.raise_,
    "Break": Interpreter.loop_word,
    "Continue": Interpreter.loop_word,
    "Global": Interpreter.global_,
    "Nonlocal": Interpreter.global_,
    "Pass": lambda self, node, scope: None,
}
__all__ = ["Interpreter", "root_name"]
