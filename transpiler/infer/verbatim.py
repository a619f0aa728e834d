"""Code kept as the user wrote it: names, frames and files made to mean the same inside a job."""

from __future__ import annotations

import keyword
import re
from typing import Any

import libcst as cst

from rules import lib, nones
from transpiler.errors import NoRule, Refused
from transpiler.facts import (
    Accessor,
    Col,
    Const,
    Frame,
    Func,
    Local,
    Mapping,
    Module,
    Plain,
    Sequence,
    Value,
)
from transpiler.infer.group_loops import bound_first
from transpiler.infer.kinds import has_data, has_local, is_changeable
from transpiler.infer.needed import needed_columns
from transpiler.infer.rewriter import _Rewriter
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import (
    aliases,
    changed_roots,
    changes,
    leaves,
    outer_names,
    parameters_in,
    shadowed,
)
from transpiler.infer.zero_divisions import divides, number_text
from transpiler.loops import LoopName
from transpiler.source import bound_names, read_names, root_name


class Verbatim:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any
    kept_functions: dict[tuple, tuple]  # by node and scope: job name, what was around it, scope
    keeping: set[tuple]

    def statement_on_driver(self, node: Any, scope: Scope, problem: str) -> None:
        """Keep a whole statement or block: the frames it uses become pandas on the driver."""
        if leaves(node) and (len(self.active) > 1 or self.depth):  # type: ignore[attr-defined]
            raise NoRule(problem or "a block that leaves the function or loop around it")
        written, (node, scope) = node, self.with_fields(node, scope)  # type: ignore[attr-defined]
        if getattr(node, "leading_lines", ()):  # its comments wait for the next statement already
            node = node.with_changes(leading_lines=[])
        changed = changed_roots(node)
        for name in sorted(changed):
            ref = scope.lookup(name)
            if ref is not None and isinstance(ref.value, Col) and ref.value.column is not None:
                raise Refused(
                    f"this changes {name!r} in place, and with it the frame that it is a column of: assign to the frame's column"
                )
            if ref is not None and isinstance(ref.value, Col):
                self.check_series_write(ref.value, cst.Name(name), scope)  # type: ignore[attr-defined]
            if ref is not None and isinstance(ref.value, Accessor):
                self.check_view_write(ref.value)  # type: ignore[attr-defined]
            frame = ref is not None and isinstance(ref.value, (Frame, Local))
            if frame and name in changed_roots(node, columns=False):
                self.check_frame_write(ref.value)  # type: ignore[attr-defined, union-attr]
        changed |= self.handed_over(node, scope)
        reads, binds = read_names(node), bound_names(node)
        if changed & aliases(
            node
        ):  # such as the target of a loop: an item of what the loop goes over
            changed |= {
                n
                for n in reads
                if (r := scope.lookup(n)) is not None
                and (has_data(r.value) or is_changeable(r.value))
            }
        data = [n for n in sorted(reads | changed) if self.touches_data(n, scope)]
        if data or self.uses_pandas(node, scope):
            text = self.program.source_line(written)
            self.went_to_driver(text, type(node).__name__, problem, written)
        elif problem or not isinstance(node, cst.ClassDef):
            self.ctx.note("kept", "python", problem, self.program.source_line(written))
        local = bool(data) or self.uses_pandas(node, scope)
        names = self.job_names(node, scope, changed | binds)
        text = self.rewritten(node, names, scope)
        if isinstance(node, cst.ClassDef) and names.get(node.name.value, "") != node.name.value:
            # A class of a name that the job's head uses.
            new = names.get(node.name.value, node.name.value)
            text = re.sub(rf"\bclass {node.name.value}\b", f"class {new}", text, count=1)
        self.ctx.emit(text, reads=frozenset(names.values()), kind="kept")
        for name in sorted(binds):
            job = names.get(name, name)
            value: Value = Local(job, frozenset({job})) if local else Plain(job, frozenset({job}))
            scope.bind(name, Ref(value))

    def handed_over(self, node: Any, scope: Scope) -> set[str]:
        """Names of objects that functions of the program get in kept code, and may change."""
        names: set[str] = set()
        owner = self

        class Visitor(cst.CSTVisitor):
            def visit_Call(self, inner: cst.Call) -> None:
                ref = scope.lookup(root_name(inner.func) or "")
                if ref is None or not isinstance(ref.value, (Func, Local, Plain)):
                    return
                for arg in inner.args:
                    given = scope.lookup(arg.value.value) if isinstance(arg.value, cst.Name) else None  # fmt: skip
                    if given is None:
                        continue
                    own = isinstance(ref.value, Func) and has_data(given.value)
                    if (own or is_changeable(given.value)) and owner.may_change(ref.value):
                        names.add(arg.value.value)

        node.visit(Visitor())
        return names

    def may_change(self, function: Value) -> bool:
        """Whether a function may change a list or dict that it gets."""
        if not isinstance(function, Func):
            return True
        own = {p.name.value for p in function.node.params.params}
        called = [r for n in read_names(function.node.body) if (r := function.scope.lookup(n)) is not None]  # fmt: skip
        changed = [n for n in own if changes(function.node, n)]
        return bool(changed) or any(isinstance(r.value, Func) for r in called)  # fmt: skip

    def touches_data(self, name: str, scope: Scope) -> bool:
        ref = scope.lookup(name)
        if ref is None:
            return False
        if isinstance(ref.value, Func) and ref.value.name is not None:
            return self.reads_data(ref.value)  # type: ignore[attr-defined]
        return has_data(ref.value) or has_local(ref.value)

    def uses_pandas(self, node: Any, scope: Scope) -> bool:
        for name in read_names(node):
            ref = scope.lookup(name)
            if (
                ref is not None
                and isinstance(ref.value, Module)
                and ref.value.name.split(".")[0] == "pandas"
            ):
                return True
        return False

    def job_names(self, node: Any, scope: Scope, changed: set[str]) -> dict[str, str]:
        """What each name in kept code is called in the job; makes what is not there yet."""
        names: dict[str, str] = {}
        own, anew = parameters_in(node), bound_first(node)
        # What is changed takes its variable over, which others may still be made from.
        for name in sorted(read_names(node) | changed, key=lambda n: (n in changed, n)):
            ref = scope.lookup(name)
            if ref is not None and name in anew and isinstance(ref.value, LoopName):
                ref = None
            if ref is None or (name in own and name not in changed):
                if name in changed:
                    names[name] = self.claim(name, scope)  # type: ignore[attr-defined]
                continue
            names[name] = (
                self.narrow_name(node, name, ref, changed)
                or self.number_name(node, name, ref, scope, changed)
                or self.job_name(name, ref, scope, name in changed)
            )
        return names

    def number_name(self, node: Any, name: str, ref: Ref, scope: Scope, changed: set[str]) -> str | None:  # fmt: skip
        """A variable for a number of pandas in kept code that divides."""
        value = ref.value
        if name in changed or not divides(node, scope):
            return None
        text = number_text(self.ctx, value)
        if text is None:
            return None
        job = self.ctx.unique(f"{name}_number")
        self.ctx.emit(f"{job} = {text}", defines=job, reads=value.vars, kind="kept")
        return job

    def narrow_name(self, node: Any, name: str, ref: Ref, changed: set[str]) -> str | None:
        """A variable for only those columns of a frame that kept code looks at."""
        if not isinstance(ref.value, Frame) or name in changed:
            return None
        columns = needed_columns(node, name, ref.value)
        if columns is None or len(columns) == len(ref.value.columns):
            return None
        narrow = lib.selected(self.ctx, ref.value, columns)
        nones.shown(self.ctx, narrow, called=True)
        job = self.ctx.unique(f"{name}_local")
        self.ctx.emit(f"{job} = {self.driver.text(narrow)}", defines=job, reads=narrow.vars, kind="kept")  # fmt: skip
        return job

    def job_name(self, name: str, ref: Ref, scope: Scope, changed: bool) -> str:
        value = ref.value
        if isinstance(value, Module):
            return value.text
        if isinstance(value, Func):
            return self.verbatim_expression(value, None)
        if isinstance(value, Const) and not changed and value.text is not None:
            return value.text
        if isinstance(value, (Local, Plain)) and value.text.isidentifier():
            return value.text
        nones.shown(self.ctx, value, called=True)
        text = self.driver.text(value)
        if (
            text.isidentifier()
            and not keyword.iskeyword(text)
            and not (changed and isinstance(value, Const))
        ):
            return text
        if changed or isinstance(value, (Const, Sequence, Mapping)):
            job = self.claim(name, scope)  # type: ignore[attr-defined]
        else:
            job = self.ctx.unique(f"{name}_local")
        self.ctx.emit(f"{job} = {text}", defines=job, reads=value.vars, kind="kept")
        if changed:
            data = has_data(value) or has_local(value)
            self.check_held(name, value)
            ref.value = Local(job, frozenset({job})) if data else Plain(job, frozenset({job}))
            self.became(value, ref.value)  # type: ignore[attr-defined]
        return job

    def check_held(self, name: str, value: Value) -> None:
        """A list or dict goes to the driver to be changed there; its frames must not have names too."""
        if not isinstance(value, (Sequence, Mapping)):
            return
        items = [v for _, v in value.items] if isinstance(value, Mapping) else value.items
        held = [id(r.value) for s in self.active for r in s.refs.values() if isinstance(r.value, Frame)]  # type: ignore[attr-defined]
        if any(id(i) in held for i in items):
            raise Refused(
                f"this may change frames of {name!r} that have names of their own: change them by these"
            )

    def opaque(self, node: cst.CSTNode, scope: Scope) -> Value:
        """An expression kept as it is written."""
        written, (node, scope) = node, self.with_fields(node, scope)  # type: ignore[attr-defined]
        data = [n for n in read_names(node) - shadowed(node) if self.touches_data(n, scope)]
        if data or self.uses_pandas(node, scope):
            self.went_to_driver(self.program.source_line(written), type(node).__name__, "", written)  # type: ignore[attr-defined]
        changed = (changed_roots(node) | self.handed_over(node, scope)) - parameters_in(node)
        names = self.job_names(node, scope, changed)
        text = self.rewritten(node, names, scope)
        reads = frozenset(names.values())
        return Local(text, reads) if data or self.uses_pandas(node, scope) else Plain(text, reads)

    def verbatim_expression(self, node: Any, scope: Scope | None) -> str:
        """The job's text of a lambda, or the name of a function that is kept."""
        if isinstance(node, Func):
            defaults = {
                p.name.value: p.default
                for p in (*node.node.params.params, *node.node.params.kwonly_params)
            }
            for name, value in node.defaults:
                ref = node.scope.lookup(defaults[name].value)
                if ref is None or not same_values({name: value}, {name: ref.value}):
                    raise Refused(
                        f"the default of {name!r} has changed since the function was defined"
                    )
            for name, ref in node.cells.refs.items() if node.cells is not None else ():
                if isinstance(ref.value, Plain):
                    continue
                first = self.eval(defaults[name], node.scope)  # type: ignore[attr-defined]
                if not same_values({name: first}, {name: ref.value}):
                    raise Refused(f"the default of {name!r} has been changed by a call")
            if node.name is None:
                return self.verbatim_expression(node.node, node.scope)
            return self.keep_function(node)
        assert scope is not None
        node, scope = self.with_fields(node, scope)  # type: ignore[attr-defined]
        names = self.job_names(node, scope, changed_roots(node) - parameters_in(node))
        return self.rewritten(node, names, scope)

    def keep_function(self, function: Func) -> str:
        """Put a user function into the job, once; returns its name there."""
        key = (id(function.node), id(function.scope))
        body, around_it = self.with_fields(function.node, function.scope)  # type: ignore[attr-defined]
        free = read_names(body) - parameters_in(body) - bound_names(body.body)
        refs = {n: ref for n in sorted(free) if (ref := around_it.lookup(n)) is not None}
        around = {
            n: ref.value for n, ref in refs.items() if not isinstance(ref.value, (Func, Module))
        }
        job, before, _ = self.kept_functions.get(key, (None, around, None))
        if job is not None and key not in self.keeping and not same_values(before, around):
            if function.cells is not None:
                raise Refused(
                    f"what {function.name!r} reads has changed since it was kept in the job"
                )
            job = None  # what it reads has changed since: another function
        # An attempt that was given up took its definition with it.
        if job is not None and (
            key in self.keeping or any(s.defines == job for s in self.ctx.statements)
        ):
            return job
        name = function.name or "function"
        job = job or (name if name not in self.ctx.names else self.ctx.unique(name))
        self.ctx.names.add(job)
        self.kept_functions[key] = (job, around, function.scope)
        self.keeping.add(key)
        try:
            text, reads = self.function_text(function, name, job)
        finally:
            self.keeping.discard(key)
        around = {
            n: ref.value for n, ref in refs.items() if not isinstance(ref.value, (Func, Module))
        }
        self.kept_functions[key] = (job, around, function.scope)
        self.ctx.emit(text, defines=job, reads=reads, kind="kept")
        for name, ref in function.cells.refs.items() if function.cells is not None else ():
            if changes(body, name) or re.search(rf"return .*\b{name}\b", text):
                ref.value = Plain(name)  # from now on it is what the calls in the job make of it
        return job

    def function_text(self, function: Func, name: str, job: str) -> tuple[str, frozenset[str]]:
        """A user function as the job has it, under the name ``job``, and what it reads there."""
        body, scope = self.with_fields(function.node, function.scope)  # type: ignore[attr-defined]
        free = read_names(body) - parameters_in(body) - bound_names(body.body)
        names: dict[str, str] = {}
        changed = changed_roots(body.body) | outer_names(body)
        for item in sorted((free | outer_names(body)) - {name}):
            ref = scope.lookup(item)
            if ref is not None:
                names[item] = self.job_name(item, ref, scope, item in changed)
        if job != name:
            names[name] = job
        text = self.rewritten(body, names, scope)
        if job != name:
            text = text.replace(f"def {name}(", f"def {job}(", 1)
        return text, frozenset(names.values())

    def rewritten(self, node: Any, names: dict[str, str], scope: Scope) -> str:
        changed = node.visit(_Rewriter(self, names, scope))
        return self.program.module.code_for_node(changed).strip("\n")


def same_values(before: dict[str, Value], now: dict[str, Value]) -> bool:
    """Whether names still have the values that they had."""
    return before.keys() == now.keys() and all(
        before[n] is v
        or (
            isinstance(v, Const)
            and isinstance(before[n], Const)
            and repr(v.value) == repr(before[n].value)
        )
        for n, v in now.items()
    )
