"""Assignments to names: what a name is bound to, and what it is called in the job."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import libcst as cst

from rules import lib
from transpiler.errors import NoRule, Refused
from transpiler.facts import (
    ByColumn,
    Col,
    Const,
    Frame,
    Grouped,
    Local,
    Mapping,
    Plain,
    Scalar,
    Sequence,
    Stream,
    Value,
    Windowed,
)
from transpiler.infer.context import statement_kind
from transpiler.infer.following import followed
from transpiler.infer.kinds import is_changeable, is_item, swapped
from transpiler.infer.operators import _BINARY_NODES
from transpiler.infer.listed import listed_column
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import read_once
from transpiler.source import has_url_password, is_secret_name, read_names, target_names


class Assignment:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any
    active: list[Scope]
    owners: dict[str, tuple[Scope, str]]  # job variable → whose it is; scopes held, by identity
    turning: list[list]
    depth: int

    def assign_statement(self, node: cst.Assign, scope: Scope) -> None:
        first = node.targets[0].target
        self.ctx.hint = first.value if isinstance(first, cst.Name) else None
        if len(node.targets) == 1 and self.second_name(first, node.value, scope):
            return
        if self.unzipped(node, scope):  # type: ignore[attr-defined]
            return
        pairs = side_by_side(node, self.closure_names)  # type: ignore[attr-defined]
        for target, part in pairs:
            self.ctx.hint = target.value
            self.assign_name(target.value, self.eval(part, scope), scope, node)
            self.release()  # type: ignore[attr-defined]
        if pairs:
            return
        value = listed_column(self, node, scope) or self.eval(node.value, scope)
        self.release()  # type: ignore[attr-defined]
        if len(node.targets) > 1:
            value = self.settled(value, scope)
        for target in node.targets:
            self.store(target.target, value, scope, node)
            if isinstance(target.target, cst.Attribute) and is_changeable(value) and is_item(node.value):  # fmt: skip
                cell = self.field_ref(target.target, scope)  # type: ignore[attr-defined]
                if cell is not None:
                    cell.shared = True
            if isinstance(target.target, cst.Name) and is_changeable(value) and is_item(node.value):
                scope.lookup(target.target.value).shared = True  # type: ignore[union-attr]

    def second_name(self, target: Any, source: Any, scope: Scope) -> bool:
        """``b = a``, ``self.df = df``: another name of the same object, whatever changes it."""
        holder = self.instance_of(target.value, scope) if isinstance(target, cst.Attribute) else None  # type: ignore[attr-defined]
        if not isinstance(target, cst.Name) and holder is None:
            return False
        if isinstance(source, cst.Name):
            ref = scope.lookup(source.value)
        elif isinstance(source, cst.Attribute):
            ref = self.field_ref(source, scope)  # type: ignore[attr-defined]
        else:
            return False
        if ref is None or not isinstance(ref.value, (Frame, Const, Sequence, Mapping)):
            return False
        if holder is not None:
            self.same_cell(holder, target.attr.value, ref)  # type: ignore[attr-defined]
        else:
            scope.bind(target.value, ref)
        return True

    def annotated(self, node: cst.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.ctx.hint = node.target.value if isinstance(node.target, cst.Name) else None
            self.store(node.target, self.eval(node.value, scope), scope, node)

    def augmented(self, node: cst.AugAssign, scope: Scope) -> None:
        method = _BINARY_NODES[type(node.operator).__name__.removesuffix("Assign")]
        right = self.eval(node.value, scope)
        left = self.column_of_rows(node.target, right, scope) or self.eval(node.target, scope)
        if isinstance(left, (Local, Plain)):
            raise NoRule("an operation in place on an object that only the job has")
        if isinstance(left, Const) and isinstance(left.value, list):
            left = Const(list(left.value))
        value = self.operator(method, left, right, node)
        if isinstance(left, Col):
            self.check_series_write(left, node.target, scope)  # type: ignore[attr-defined]
        ref = None
        if self.has_cell(node.target, scope):  # type: ignore[attr-defined]
            name, ref = self.target_ref(node.target, scope)  # type: ignore[attr-defined]
        if ref is not None and isinstance(ref.value, Frame) and isinstance(value, Frame):
            self.mutate(ref, name, value, scope)
            return
        if ref is not None and is_changeable(ref.value) and is_changeable(value):
            self.check_shared(ref, name)
            ref.value = value  # in place: every name of the list sees it
            return
        self.store(node.target, value, scope, node)

    def column_of_rows(self, target: Any, right: Value, scope: Scope) -> Col | None:
        """The whole column of ``df.loc[mask, "a"] += df["b"]``, of which only the chosen rows are set;
        None for any other target, or where the other side is not of all rows."""
        if not isinstance(right, Col) or not isinstance(target, cst.Subscript):
            return None
        holder = target.value
        if not isinstance(holder, cst.Attribute) or holder.attr.value != "loc" or len(target.slice) != 2:  # fmt: skip
            return None
        if not self.has_cell(holder.value, scope):  # type: ignore[attr-defined]
            return None
        frame = self.target_ref(holder.value, scope)[1].value  # type: ignore[attr-defined]
        mask, label = (self.one_key(e.slice, scope) for e in target.slice)  # type: ignore[attr-defined]
        if not isinstance(frame, Frame) or not isinstance(mask, Col) or not frame.index.unique:
            return None
        text = isinstance(label, Const) and isinstance(label.value, str)
        all_rows = right.frame.rows.uid == frame.rows.uid == mask.frame.rows.uid
        if not (text and all_rows and frame.has(label.value)):  # type: ignore[attr-defined]
            return None
        series = lib.series_of(self.ctx, frame, label.value)  # type: ignore[attr-defined]
        return (
            series if series.dtype is not None else None
        )  # else only the job sees whether it changes

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
        plain = all(isinstance(e.value, cst.Name) for e in target.elements)
        if plain and isinstance(value, ByColumn) and len(value.labels) == len(target.elements):
            self.unpack_numbers(target, value, scope)
            return
        try:
            parts = self.iterate(value)
        except NoRule:
            names = target_names(target)
            if any(isinstance(e, cst.StarredElement) for e in target.elements):
                raise
            if not isinstance(value, (Local, Plain)) or len(names) != len(target.elements):
                raise
            self.ctx.emit(f"{', '.join(self.claim(n, scope) for n in names)} = {value.text}", reads=value.vars, kind="kept")  # fmt: skip
            for name in names:
                job = self.claim(name, scope)
                scope.bind(name, Ref(replace(value, text=job, vars=frozenset({job}))))
            return
        stars = [i for i, e in enumerate(target.elements) if isinstance(e, cst.StarredElement)]
        if len(stars) == 1 and len(parts) >= len(target.elements) - 1:
            at, more = stars[0], len(parts) - len(target.elements) + 1
            middle = parts[at : at + more]
            known = all(isinstance(p, Const) for p in middle)
            rest = Const([p.value for p in middle]) if known else Sequence(tuple(middle))
            parts = [*parts[:at], rest, *parts[at + more :]]
        if len(parts) != len(target.elements):
            raise NoRule("the number of targets differs from the number of values")
        parts = [self.settled(p, scope) for p in parts]
        for element, part in zip(target.elements, parts):
            self.store(element.value, part, scope, node)

    def unpack_numbers(self, target: Any, value: ByColumn, scope: Scope) -> None:
        """``low, high = series.quantile([…])``: a small result that is known number by number."""
        names = target_names(target)
        jobs = [self.claim(n, scope) for n in names]
        self.ctx.emit(f"{', '.join(jobs)} = {value.text}", defines=jobs[0], also=tuple(jobs[1:]), reads=value.vars, kind="kept")  # fmt: skip
        for name, job in zip(names, jobs):
            scope.bind(name, Ref(Scalar(job, value.dtype, frozenset({job}), name)))

    def settled(self, value: Value, scope: Scope) -> Value:
        """A value that may be used twice: frames and driver values get a variable."""
        if isinstance(value, (Frame, Local, Scalar, Plain)):
            return self.ctx.hoist(value)
        return value

    def cell_of(self, value: Value) -> Ref | None:
        """The cell of a list or dict that some name or field holds already."""
        if not is_changeable(value):
            return None
        refs = (r for s in self.scopes() for r in s.refs.values())  # type: ignore[attr-defined]
        return next((r for r in refs if r.value is value), None)

    def item(self, key: Any, value: Value, name: str) -> Value:
        """A value of a dict, which gets a variable of the key's name."""
        self.ctx.hint = key if isinstance(key, str) and key.isidentifier() else name
        return self.settled(value, self.active[-1])

    def assign_name(self, name: str, value: Value, scope: Scope, node: Any = None) -> None:
        self.ctx.hint = name
        cell = self.cell_of(value)
        if cell is not None:
            scope.bind(name, cell)  # a list or dict that has a name already: another one for it
            return
        if isinstance(value, Stream) and not read_once(self.program.module, name, 2):
            raise NoRule("a generator that may be gone through twice")
        if isinstance(value, Const):
            self.assign_constant(name, value, scope, node)
            return
        if isinstance(value, Sequence):
            value = replace(value, items=tuple(self.settled(i, scope) for i in value.items))
        if isinstance(value, Mapping):
            value = replace(value, items=tuple((k, self.item(k, v, name)) for k, v in value.items))
        if isinstance(value, (Frame, Local, Scalar, Plain)):
            if isinstance(value, Frame) and value.text.isidentifier():
                scope.bind(name, Ref(value))  # a copy: Spark frames do not change
                return
            job = self.claim(name, scope)
            if value.text != job:
                kind = statement_kind(value)
                self.ctx.emit(f"{job} = {value.text}", defines=job, reads=value.vars, kind=kind)
                if isinstance(value, Plain):
                    self.ctx.note(
                        "kept", "python", "", self.program.source_line(node) if node else ""
                    )
            held = getattr(value, "held", frozenset())
            value = replace(value, text=job, vars=frozenset({job}) | held)
        if isinstance(value, Col):
            self.ctx.name_series(name, value.expr)
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
        home = scope.home(name)
        mine = (home, name)

        def is_mine(owner: tuple[Scope, str] | None) -> bool:
            return owner is not None and owner[0] is home and owner[1] == name

        owner = self.owners.get(name)
        if (
            (owner is None or is_mine(owner))
            and not self.in_use(name, home)
            and (owner or name not in self.ctx.names)
        ):
            self.owners[name] = mine
            self.ctx.names.add(name)
            return name
        for job, who in self.owners.items():
            if is_mine(who) and job != name and not self.in_use(job, home, name):
                return job
        job = self.ctx.unique(name)
        self.owners[job] = mine
        return job

    def in_use(self, job: str, home: Scope, name: str | None = None) -> bool:
        """Whether a value other than the one being replaced is read from that job variable."""
        name = name or job
        for scope in self.scopes():  # type: ignore[attr-defined]
            for other, ref in scope.refs.items():
                if scope is home and other == name:
                    continue
                if job in ref.value.vars and scope.used_later(other):
                    return True
        held = [*self.held, *(i for items in self.turning for i in items)]  # type: ignore[attr-defined]
        if any(job in v.vars for v in held if not isinstance(v, Ref)):
            return True
        return False

    def mutate(self, ref: Ref, name: str, value: Frame, scope: Scope) -> None:
        """The object behind ``ref`` became ``value``: all its names see it."""
        old = ref.value
        if isinstance(old, Frame):
            value = value.but(memory=old.memory)
        if not value.text.isidentifier():
            around = [*scope.chain(), *self.objects]  # type: ignore[attr-defined]
            home = next((s for s in around if s.refs.get(name) is ref), scope)
            # Other names and lists that hold the object let go of the old variable first.
            between = value.but(vars=frozenset())
            self.became(old, between)
            ref.value = between
            job = self.claim(name, home)
            self.ctx.emit(f"{job} = {value.text}", defines=job, reads=value.vars)
            old, value = between, value.but(text=job, vars=frozenset({job}) | value.held)
        self.became(old, value)
        ref.value = value

    def became(self, old: Value, new: Value) -> None:
        """The object that was ``old`` is ``new``, under every name and in every container."""
        for scope in self.scopes():  # type: ignore[attr-defined]
            for name, ref in scope.refs.items():
                ref.value = swapped(ref.value, old, new)
                if isinstance(ref.value, (Grouped, Windowed)):
                    self.follow(ref, name, scope, old, new)
        for items in (self.held, *self.turning):  # type: ignore[attr-defined]
            items[:] = [i if isinstance(i, Ref) else swapped(i, old, new) for i in items]

    def follow(self, ref: Ref, name: str, scope: Scope, old: Value, new: Value) -> None:
        """Groups or windows of a frame that changed see it as it is now."""
        try:
            ref.value = followed(ref.value, old, new)
        except NoRule:
            if scope.used_later(name):
                raise Refused(
                    f"{name!r} holds groups or windows of a frame whose rows or keys change here, and pandas"
                    f" goes on with the groups as they were: make {name!r} anew after this step"
                ) from None


def side_by_side(node: cst.Assign, closures: set[str]) -> list[tuple[cst.Name, Any]]:
    """The names and expressions of ``low, high = s.min(), s.max()``, where none reads another,
    not even in a function (``closures``: the names that functions read)."""
    target, value = node.targets[0].target, node.value
    if len(node.targets) > 1 or not isinstance(target, cst.Tuple) or not isinstance(value, cst.Tuple):  # fmt: skip
        return []
    pairs = list(zip(target.elements, value.elements))
    plain = all(type(a) is type(b) is cst.Element and isinstance(a.value, cst.Name) for a, b in pairs)  # fmt: skip
    if not plain or len(target.elements) != len(value.elements):
        return []
    if {a.value.value for a, _ in pairs} & (read_names(value) | closures):
        return []
    return [(a.value, b.value) for a, b in pairs]
