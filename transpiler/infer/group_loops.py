"""Loops over groups that fill a list: what a later step makes of the list tells what they mean.

``for k, g in df.groupby("k"): parts.append(…)`` leaves a `PerGroup`, which the rules of ``pd.concat``
and ``pd.DataFrame`` turn into steps over all groups at once. Where the list is used in another way
the walk starts again with the loop kept as it is written.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Const, Func, Grouped, Value
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import changed_roots, leaves
from transpiler.loops import Listing, LoopName, PerFile, PerGroup
from transpiler.source import bound_names, read_names, target_names


class GroupLoops:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any

    def group_loop(self, node: cst.For, scope: Scope) -> bool:
        """Follow a loop over groups whose last step appends to an empty list; False for another."""
        place = ("loop", *self.program.position(node))
        if place in self.ctx.learned.kept or node.orelse is not None:
            return False
        written, (node, around) = node, self.with_fields(node, scope)  # type: ignore[attr-defined]
        body = list(node.body.body)
        tests, call = [], appended(body[-1])
        while call is None and isinstance(body[-1], cst.If) and body[-1].orelse is None:
            tests.append(body[-1])
            body = [*body[:-1], skip_unless(body[-1].test), *body[-1].body.body]
            call = appended(body[-1])
        if call is None:
            return False
        holder, item = call
        names = loop_names(node.target)
        ref = around.lookup(holder)
        if names is None or ref is None or ref.value != Const([]) or ref.shared:
            return False
        keys, group = names
        steps = tuple(body[:-1])
        if not self.is_closed(steps, item, {*keys, group}, holder, around):
            return False
        filled = self.filled(node.iter, node.target, steps, item, around, place)
        if filled is None:
            return False
        ref.value = filled
        for name in {*keys, group, *bound_names(written.body)}:
            scope.bind(name, Ref(LoopName(place)))
        return True

    def group_items(self, node: Any, scope: Scope) -> Value | None:
        """``[… for k, g in df.groupby("k")]`` as a list with an item for each group."""
        place = ("loop", *self.program.position(node))
        simple = isinstance(node, (cst.ListComp, cst.GeneratorExp))
        if not simple or place in self.ctx.learned.kept or node.for_in.inner_for_in is not None:
            return None
        node, around = self.with_fields(node, scope)  # type: ignore[attr-defined]
        steps = tuple(skip_unless(i.test) for i in node.for_in.ifs)
        return self.filled(node.for_in.iter, node.for_in.target, steps, node.elt, around, place)

    def filled(
        self, source: Any, target: Any, steps: tuple, item: Any, scope: Scope, place: tuple
    ) -> PerGroup | None:
        """The list that a loop over groups, or over files, fills."""
        names = loop_names(target)
        if names is None:
            return None
        keys, group = names
        if isinstance(target, cst.Name):
            kind: Any = PerFile
            whole = self.files_of(source, scope) if reads_files(steps, item) else None
        else:
            kind, whole = PerGroup, self.groups_of(source, scope, target)
        if whole is None:
            return None
        seen = self.seen_by([*steps, item], scope)
        return kind(whole, keys, group, steps, item, seen, place, self.meaning(seen))

    def files_of(self, node: Any, scope: Scope) -> Listing | None:
        """The files that a loop goes over, where they are those of a folder."""
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            files = self.eval(node, scope)  # type: ignore[attr-defined]
        except NoRule:
            files = None
        if isinstance(files, Listing):
            return files
        self.ctx.restore(point)
        self.rollback(saved)  # type: ignore[attr-defined]
        return None

    def groups_of(self, node: Any, scope: Scope, target: Any) -> Grouped | None:
        """The groups that a loop goes over, where they are known."""
        if not by_groups(node):
            return None
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            grouped = self.eval(node, scope)  # type: ignore[attr-defined]
        except NoRule:
            grouped = None
        plain = type(grouped) is Grouped and grouped.series is None and grouped.selection is None
        if plain and not grouped.hollow and as_tuples(grouped) == isinstance(target.elements[0].value, cst.Tuple):  # fmt: skip
            return grouped
        self.ctx.restore(point)
        self.rollback(saved)  # type: ignore[attr-defined]
        return None

    def is_closed(self, steps: tuple, item: Any, given: set, holder: str, scope: Scope) -> bool:
        """Whether a turn depends on its group alone and leaves nothing but its item."""
        own = {n for s in steps for n in bound_names(s)}
        if holder in own | given | read_names(item) or any(holder in read_names(s) for s in steps):
            return False
        if own & set(getattr(scope, "fields", ())):
            return False  # a field that is set outlives the loop
        known = set(given)
        for step in steps:
            if not isinstance(step, cst.If) and (leaves(step) or one_line(step) is None):
                return False
            if changed_roots(step) - own - given or (reads_of(step) & own) - known:
                return False
            known |= bound_names(step)
        refs = [scope.lookup(n) for s in (*steps, item) for n in read_names(s) - own - given]
        return not any(self.has_effects(r.value) for r in refs if r is not None)  # type: ignore[attr-defined]

    def seen_by(self, nodes: list, scope: Scope) -> Scope:
        """What the names in a loop mean while it runs."""
        seen = Scope(name="loop")
        for name in sorted(set().union(*(read_names(n) for n in nodes))):
            ref = scope.lookup(name)
            if ref is not None and not isinstance(ref.value, LoopName):
                seen.refs[name] = Ref(ref.value)
        return seen

    def meaning(self, scope: Scope) -> tuple:
        """What the functions that a loop calls read: it has to be the same where they run."""
        found, todo = [], [r.value for r in scope.refs.values()]
        while todo:
            value = todo.pop()
            if not isinstance(value, Func) or any(f is value for f, _ in found):
                continue
            names = {n: r.value for n in read_names(value.node) if (r := value.scope.lookup(n)) is not None}  # fmt: skip
            found.append((value, names))
            todo += names.values()
        return tuple(found)


def by_groups(node: Any) -> bool:
    """Whether a loop plainly goes over ``….groupby(…)``, or over a name that may be one."""
    if isinstance(node, cst.Call):
        return isinstance(node.func, cst.Attribute) and node.func.attr.value == "groupby"
    return isinstance(node, cst.Name)


def reads_files(steps: tuple, item: Any) -> bool:
    """Whether a loop may read files: it calls a ``read_…`` of pandas or a function of the program."""
    found: list[bool] = []

    class Visitor(cst.CSTVisitor):
        def visit_Call(self, node: cst.Call) -> None:
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
            found.append(name == "read_csv" or isinstance(node.func, cst.Name))

    for node in (*steps, item):
        node.visit(Visitor())
    return any(found)


def as_tuples(grouped: Grouped) -> bool:
    """Whether a loop over the groups gives tuples of keys."""
    if grouped.made is None:
        return False
    _, _, args, kwargs = grouped.made
    by = args[0] if args else kwargs.get("by")
    return not isinstance(by, Const) or isinstance(by.value, (list, tuple))


def loop_names(target: Any) -> tuple[tuple[str, ...], str] | None:
    """The names of the keys and of the group (or file) that a loop binds."""
    if isinstance(target, cst.Name):
        return (), target.value
    if not isinstance(target, cst.Tuple) or len(target.elements) != 2:
        return None
    keys, group = (e.value for e in target.elements)
    names = target_names(keys)
    whole = isinstance(keys, cst.Name) or isinstance(keys, cst.Tuple) and len(names) == len(keys.elements)  # fmt: skip
    return (tuple(names), group.value) if whole and isinstance(group, cst.Name) else None


def one_line(statement: Any) -> Any:
    """The small statement that a line consists of."""
    plain = isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1
    return statement.body[0] if plain else None


def reads_of(statement: Any) -> set[str]:
    """The names that a statement reads, without one that it only binds."""
    line = one_line(statement)
    if isinstance(line, cst.Assign) and all(isinstance(t.target, cst.Name) for t in line.targets):
        return read_names(line.value)
    return read_names(statement)


def appended(statement: Any) -> tuple[str, Any] | None:
    """The list and the item of ``items.append(item)``."""
    line = one_line(statement)
    call = line.value if isinstance(line, cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    if call.func.attr.value != "append" or not isinstance(call.func.value, cst.Name):
        return None
    plain = len(call.args) == 1 and not call.args[0].star and call.args[0].keyword is None
    return (call.func.value.value, call.args[0].value) if plain else None


def skip_unless(test: Any) -> cst.If:
    """``if not test: continue``."""
    negated = cst.UnaryOperation(cst.Not(), test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]))  # fmt: skip
    body = cst.IndentedBlock([cst.SimpleStatementLine([cst.Continue()])])
    return cst.If(negated, body)
