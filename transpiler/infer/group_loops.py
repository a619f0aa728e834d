"""Loops over groups that fill a list: what a later step makes of the list tells what they mean.

``for k, g in df.groupby("k"): parts.append(…)`` leaves a `PerGroup`, which the rules of ``pd.concat``
and ``pd.DataFrame`` turn into steps over all groups at once. Where the list is used in another way
the walk starts again with the loop kept as it is written.
"""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Const, Frame, Func, Grouped, Module, NoTable, Value
from transpiler.infer.scope import Ref, Scope
from transpiler.infer.syntax import changed_roots, leaves
from transpiler.loops import READERS, Listing, LoopName, PerFile, PerGroup, PerKey
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
        under = put_under(body[-1])
        if under is not None:
            return self.frames_under(node, tuple(body[:-1]), under, (scope, around), place)
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
        by_key = isinstance(line := one_line(body[-1]), cst.Assign)
        if names is None or ref is None or ref.value != Const({} if by_key else []) or ref.shared:
            return False
        keys, group = names
        if by_key and [self.program.code(line.targets[0].target.slice[0])] != list(keys):
            return False
        steps = tuple(body[:-1])
        if not self.is_closed(steps, item, {*keys, group}, holder, around):
            return False
        filled = self.filled(node.iter, node.target, steps, item, around, place)
        if filled is None or by_key and type(filled) is not PerGroup:
            return False
        ref.value = PerKey(**vars(filled)) if by_key else filled
        for name in {*keys, group, *bound_names(written.body)}:
            scope.bind(name, Ref(LoopName(place)))
        return True

    def frames_under(
        self, node: cst.For, steps: tuple, under: tuple, scopes: tuple[Scope, Scope], place: tuple
    ) -> bool:
        """Follow a loop that puts one frame after the other under what was ``pd.DataFrame()``."""
        holder, item, call = under
        scope, around = scopes
        names, ref = loop_names(node.target), around.lookup(holder)
        if names is None or ref is None or not isinstance(ref.value, NoTable) or scope.lookup(holder) is not ref:  # fmt: skip
            return False
        keys, group = names
        if not self.is_closed(steps, item, {*keys, group}, holder, around):
            return False
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            function = self.eval(call.func, around)  # type: ignore[attr-defined]
            filled = self.filled(node.iter, node.target, steps, item, around, place)
            options = {a.keyword.value: self.eval(a.value, around) for a in call.args[1:]}  # type: ignore[attr-defined]
            if filled is not None and isinstance(function, Module):
                frame = self.by_rule(function.name, None, [filled], options, node)  # type: ignore[attr-defined]
                if function.name == "pandas.concat" and isinstance(frame, Frame):
                    self.assign_name(holder, frame, scope, node)  # type: ignore[attr-defined]
                    for name in {*keys, group, *(n for s in steps for n in bound_names(s))}:
                        scope.bind(name, Ref(LoopName(place)))
                    return True
        except NoRule:
            pass
        self.ctx.restore(point)
        self.rollback(saved)  # type: ignore[attr-defined]
        return False

    def group_items(self, node: Any, scope: Scope) -> Value | None:
        """``[… for k, g in df.groupby("k")]`` as a list with an item for each group."""
        place = ("loop", *self.program.position(node))
        simple = isinstance(node, (cst.ListComp, cst.GeneratorExp))
        if not simple or place in self.ctx.learned.kept or node.for_in.inner_for_in is not None:
            return None
        node, around = self.with_fields(node, scope)  # type: ignore[attr-defined]
        steps = tuple(skip_unless(i.test) for i in node.for_in.ifs)
        return self.filled(node.for_in.iter, node.for_in.target, steps, node.elt, around, place)

    def mapped_files(self, node: cst.Call, scope: Scope) -> Value | None:
        """``map(pd.read_csv, files)`` as ``(pd.read_csv(file) for file in files)``."""
        if not isinstance(node.func, cst.Name) or node.func.value != "map" or len(node.args) != 2:
            return None
        function, files = (a.value for a in node.args)
        if any(a.star or a.keyword for a in node.args) or not isinstance(
            function, (cst.Name, cst.Attribute)
        ):
            return None
        item = cst.Name("file_")
        turn = cst.CompFor(item, files)
        made = cst.GeneratorExp(cst.Call(function, [cst.Arg(item)]), turn)
        if not reads_files((), made.elt) or self.files_of(files, scope) is None:
            return None
        return self.group_items(made, scope)

    def listed_groups(self, value: Value, name: str, args: list, kwargs: dict) -> Value | None:
        """``results.items()`` and ``list(…)`` of what a loop over groups has filled."""
        if name == "list" and type(value) is PerGroup and not kwargs:
            return value
        if name != "items" or not isinstance(value, PerKey) or args or kwargs:
            return None
        key = cst.Element(cst.Name(value.keys[0]))
        pair = cst.Tuple([key, cst.Element(value.item)])
        return PerGroup(**{**vars(value), "item": pair})

    def filled(
        self, source: Any, target: Any, steps: tuple, item: Any, scope: Scope, place: tuple
    ) -> PerGroup | None:
        """The list that a loop over groups, or over files, fills."""
        names = loop_names(target)
        if names is None:
            return None
        keys, group = names
        found = parts_by_value(source, target, steps, item)
        if found is not None:
            call, dropped, group = found
            whole: Any = self.full_groups(call, dropped, scope)
            kind, keys, steps = PerGroup, (target.value,), steps[1:]
        elif isinstance(target, cst.Name):
            kind = PerFile
            whole = self.files_of(source, scope) if reads_files(steps, item) else None
        else:
            kind, whole = PerGroup, self.groups_of(source, scope, target)
        if whole is None:
            return None
        seen = self.seen_by([*steps, item], scope)
        return kind(whole, keys, group, steps, item, seen, place, self.meaning(seen))

    def full_groups(self, call: Any, dropped: bool, scope: Scope) -> Grouped | None:
        """The groups of a loop over the values of a column, where a missing one is none of them."""
        grouped = self.groups_of(call, scope)
        keys = grouped.keys if grouped is not None else ()
        plain = all(k.col.dtype != "category" and (dropped or k.col.null_free) for k in keys)
        return grouped if plain else None

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

    def groups_of(self, node: Any, scope: Scope, target: Any = None) -> Grouped | None:
        """The groups that a loop goes over, where they are known."""
        if not by_groups(node):
            return None
        point, saved = self.ctx.save(), self.snapshot()  # type: ignore[attr-defined]
        try:
            grouped = self.eval(node, scope)  # type: ignore[attr-defined]
        except NoRule:
            grouped = None
        plain = type(grouped) is Grouped and grouped.series is None and grouped.selection is None
        tuples = target is not None and isinstance(target.elements[0].value, cst.Tuple)
        if plain and not grouped.hollow and as_tuples(grouped) == tuples:
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


def parts_by_value(source: Any, target: Any, steps: tuple, item: Any) -> tuple[Any, bool, str] | None:  # fmt: skip
    """``for k in df["k"].unique(): part = df[df["k"] == k]; …``: the group-by that it stands for,
    whether missing values are left out, and the name of a part. None for another loop."""
    line = one_line(steps[0]) if steps else None
    if not isinstance(target, cst.Name) or not isinstance(line, cst.Assign) or len(line.targets) > 1:  # fmt: skip
        return None
    part = line.targets[0].target
    ordered = isinstance(source, cst.Call) and isinstance(source.func, cst.Name) and source.func.value == "sorted"  # fmt: skip
    if ordered:
        if len(source.args) != 1:
            return None
        source = source.args[0].value
    column, methods = source, []
    while isinstance(column, cst.Call) and isinstance(column.func, cst.Attribute) and not column.args:  # fmt: skip
        methods.append(column.func.attr.value)
        column = column.func.value
    if methods not in (["unique"], ["unique", "dropna"], ["tolist", "unique", "dropna"], ["tolist", "unique"]):  # fmt: skip
        return None
    label = column_label(column)
    if label is None or not isinstance(part, cst.Name):
        return None
    frame = column.value.value
    if frame in {n for s in (*steps[1:], item) for n in read_names(s)} or not chooses(line.value, frame, label, target.value):  # fmt: skip
        return None
    option = "" if ordered else ", sort=False"
    call = cst.parse_expression(f"{frame}.groupby({label!r}{option})")
    return call, "dropna" in methods, part.value


def column_label(node: Any) -> str | None:
    """The label of ``df["k"]`` or ``df.k``."""
    if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
        return node.attr.value
    plain = isinstance(node, cst.Subscript) and isinstance(node.value, cst.Name) and len(node.slice) == 1  # fmt: skip
    index = node.slice[0].slice if plain else None
    text = index.value if isinstance(index, cst.Index) else None
    return text.evaluated_value if isinstance(text, cst.SimpleString) else None  # type: ignore[return-value]


def chooses(node: Any, frame: str, label: str, value: str) -> bool:
    """Whether it is ``df[df["k"] == value]``, with ``.loc`` or ``.copy()`` or without."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value == "copy" and not node.args:  # fmt: skip
        node = node.func.value
    if not isinstance(node, cst.Subscript) or len(node.slice) != 1:
        return False
    owner, index = node.value, node.slice[0].slice
    if isinstance(owner, cst.Attribute) and owner.attr.value == "loc":
        owner = owner.value
    test = index.value if isinstance(index, cst.Index) else None
    if not isinstance(owner, cst.Name) or owner.value != frame or not isinstance(test, cst.Comparison):  # fmt: skip
        return False
    only, *more = test.comparisons
    right = only.comparator
    return (
        not more
        and isinstance(only.operator, cst.Equal)
        and isinstance(right, cst.Name)
        and right.value == value
        and column_label(test.left) == label
        and test.left.value.value == frame  # type: ignore[union-attr]
    )


def reads_files(steps: tuple, item: Any) -> bool:
    """Whether a loop may read files: it calls a ``read_…`` of pandas or a function of the program."""
    found: list[bool] = []

    class Visitor(cst.CSTVisitor):
        def visit_Call(self, node: cst.Call) -> None:
            name = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
            found.append(name in READERS or isinstance(node.func, cst.Name))

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


def bound_first(node: Any) -> set[str]:
    """The names that a loop binds before it reads them."""
    if not isinstance(node, cst.For):
        return set()
    read, found = read_names(node.iter), set()
    found |= {n for n in all_names(node.target) if n not in read}
    for statement in node.body.body if isinstance(node.body, cst.IndentedBlock) else ():
        read |= reads_of(statement) - found
        line = one_line(statement)
        if isinstance(line, cst.Assign):
            found |= {n for t in line.targets for n in target_names(t.target) if n not in read}
    return found


def all_names(target: Any) -> list[str]:
    """The names in a target, however deep."""
    if isinstance(target, (cst.Tuple, cst.List)):
        return [n for e in target.elements for n in all_names(e.value)]
    return target_names(target)


def appended(statement: Any) -> tuple[str, Any] | None:
    """The list and the item of ``items.append(item)``, or the dict and the item of ``d[k] = item``."""
    line = one_line(statement)
    if isinstance(line, cst.Assign) and len(line.targets) == 1:
        target = line.targets[0].target
        plain = isinstance(target, cst.Subscript) and isinstance(target.value, cst.Name) and len(target.slice) == 1  # fmt: skip
        return (target.value.value, line.value) if plain else None
    call = line.value if isinstance(line, cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    if call.func.attr.value != "append" or not isinstance(call.func.value, cst.Name):
        return None
    plain = len(call.args) == 1 and not call.args[0].star and call.args[0].keyword is None
    return (call.func.value.value, call.args[0].value) if plain else None


def put_under(statement: Any) -> tuple[str, Any, cst.Call] | None:
    """The name, the item and the call of ``table = pd.concat([table, item], …)``."""
    line = one_line(statement)
    call = line.value if isinstance(line, cst.Assign) and len(line.targets) == 1 else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute) or call.func.attr.value != "concat":  # fmt: skip
        return None
    first, *more = call.args or (None,)
    listed = first.value if first is not None and first.keyword is None and not first.star else None
    if not isinstance(listed, (cst.List, cst.Tuple)) or [type(e) for e in listed.elements] != [cst.Element] * 2:  # fmt: skip
        return None
    if not all(a.keyword is not None and a.keyword.value in ("ignore_index", "sort", "axis") for a in more):  # fmt: skip
        return None
    table, item = (e.value for e in listed.elements)
    same = isinstance(table, cst.Name) and target_names(line.targets[0].target) == [table.value]
    return (table.value, item, call) if same else None


def skip_unless(test: Any) -> cst.If:
    """``if not test: continue``."""
    negated = cst.UnaryOperation(cst.Not(), test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]))  # fmt: skip
    body = cst.IndentedBlock([cst.SimpleStatementLine([cst.Continue()])])
    return cst.If(negated, body)
