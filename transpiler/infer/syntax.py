"""Questions about the program's text: what a piece of it binds, changes or leaves."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import libcst as cst

from transpiler.source import read_names, root_name, target_names

_CHANGING = {"insert", "pop", "update", "append", "extend", "add", "remove", "clear", "setdefault", "sort",
             "reverse", "discard", "popitem"}  # fmt: skip


@lru_cache(maxsize=1 << 12)
def shadowed(node: Any) -> frozenset[str]:
    """Names that parameters and comprehension targets hide in a node: what is gone through is read
    before its target is bound."""
    through: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_CompFor(self, inner: cst.CompFor) -> None:
            through.update(read_names(inner.iter))

        def visit_Param(self, inner: cst.Param) -> None:
            through.update(read_names(inner.default) if inner.default is not None else ())

    node.visit(Visitor())
    return parameters_in(node) - through


@lru_cache(maxsize=1 << 12)
def parameters_in(node: Any) -> frozenset[str]:
    """Names bound as parameters or comprehension targets anywhere in a node."""
    names: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_Param(self, inner: cst.Param) -> None:
            names.add(inner.name.value)

        def visit_CompFor(self, inner: cst.CompFor) -> None:
            names.update(target_names(inner.target))

    node.visit(Visitor())
    return frozenset(names)


@lru_cache(maxsize=1 << 12)
def is_generator(node: Any) -> bool:
    """Whether a function yields."""
    found: list[bool] = []

    class Visitor(cst.CSTVisitor):
        def visit_FunctionDef(self, inner: cst.FunctionDef) -> bool:
            return inner is node

        def visit_Lambda(self, inner: cst.Lambda) -> bool:
            return inner is node

        def visit_Yield(self, inner: cst.Yield) -> None:
            found.append(True)

    node.visit(Visitor())
    return bool(found)


@lru_cache(maxsize=1 << 12)
def aliases(node: Any) -> frozenset[str]:
    """Names bound in a node that may stand for (a part of) an object from outside: not a group of a
    group-by, what a method of the name itself gave, or a number that is counted up."""
    names: set[str] = set()

    def is_new(value: Any, own: list[str]) -> bool:
        if isinstance(value, cst.Call) and isinstance(value.func, cst.Attribute):
            return value.func.attr.value == "groupby" or own == [root_name(value.func)]
        return False

    class Visitor(cst.CSTVisitor):
        def visit_Assign(self, inner: cst.Assign) -> None:
            for target in inner.targets:
                own = target_names(target.target)
                if not is_new(inner.value, own):
                    names.update(own)

        def visit_AnnAssign(self, inner: cst.AnnAssign) -> None:
            names.update(target_names(inner.target))

        def visit_NamedExpr(self, inner: cst.NamedExpr) -> None:
            names.update(target_names(inner.target))

        def visit_For(self, inner: cst.For) -> None:
            if not (isinstance(inner.iter, cst.Call) and is_new(inner.iter, [])):
                names.update(target_names(inner.target))

        def visit_AsName(self, inner: cst.AsName) -> None:
            names.update(target_names(inner.name))

    node.visit(Visitor())
    return frozenset(names)


def outer_names(node: Any) -> set[str]:
    """Names that a function declares global or nonlocal."""
    names: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_NameItem(self, inner: cst.NameItem) -> None:
            names.add(inner.name.value)

    node.visit(Visitor())
    return names


def read_once(node: Any, name: str, times: int = 1) -> bool:
    """Whether a name occurs in a node ``times`` times at most, never in the body of a loop."""
    places: list[int] = []

    class Visitor(cst.CSTVisitor):
        depth = 0

        def visit_For(self, inner: cst.For) -> bool:
            inner.iter.visit(self)
            self.depth += 1
            inner.body.visit(self)
            self.depth -= 1
            return False

        def visit_While(self, inner: cst.While) -> None:
            self.depth += 1

        def leave_While(self, inner: cst.While) -> None:
            self.depth -= 1

        def visit_Name(self, inner: cst.Name) -> None:
            if inner.value == name:
                places.append(self.depth)

    node.visit(Visitor())
    return len(places) <= times and not any(places)


def leaves(node: cst.CSTNode) -> bool:
    """Whether a return or yield, or a break or continue of a loop around it, is in a node."""
    found: list[bool] = []

    class Visitor(cst.CSTVisitor):
        depth = 0

        def visit_FunctionDef(self, inner: cst.FunctionDef) -> bool:
            return False

        def visit_ClassDef(self, inner: cst.ClassDef) -> bool:
            return False

        def visit_For(self, inner: cst.For) -> None:
            self.depth += 1

        def leave_For(self, inner: cst.For) -> None:
            self.depth -= 1

        visit_While, leave_While = visit_For, leave_For

        def visit_Lambda(self, inner: cst.Lambda) -> bool:
            return False

        def visit_Return(self, inner: cst.Return) -> None:
            found.append(True)

        def visit_Yield(self, inner: cst.Yield) -> None:
            found.append(True)

        def visit_Break(self, inner: cst.Break) -> None:
            found.extend([True] * (self.depth == 0))

        visit_Continue = visit_Break

    node.visit(Visitor())
    return bool(found)


@lru_cache(maxsize=1 << 12)
def changed_roots(node: Any, columns: bool = True) -> frozenset[str]:
    """Names whose objects a node may change in place; ``columns=False``: not by a new column."""
    names: set[str] = set()

    def add(target: Any) -> None:
        if isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                add(element.value)
        elif isinstance(target, (cst.Subscript, cst.Attribute)):
            root = root_name(target)
            if root is not None:
                names.add(root)

    class Visitor(cst.CSTVisitor):
        def visit_AssignTarget(self, inner: cst.AssignTarget) -> None:
            if columns or not is_column_of(inner.target):
                add(inner.target)

        def visit_For(self, inner: cst.For) -> None:
            add(inner.target)

        def visit_AugAssign(self, inner: cst.AugAssign) -> None:
            add(inner.target)
            if isinstance(inner.target, cst.Name):
                names.add(inner.target.value)

        def visit_Del(self, inner: cst.Del) -> None:
            add(inner.target)

        def visit_Call(self, inner: cst.Call) -> None:
            if not isinstance(inner.func, cst.Attribute):
                return
            inplace = any(
                a.keyword is not None and a.keyword.value == "inplace" for a in inner.args
            )
            if inplace or inner.func.attr.value in _CHANGING:
                root = root_name(inner.func)
                if root is not None:
                    names.add(root)

    node.visit(Visitor())
    return frozenset(names)


#: methods that give a new frame
_NEW = {"copy", "assign", "drop", "rename", "merge", "reset_index", "dropna", "fillna", "sort_values",
        "astype", "drop_duplicates", "groupby", "query"}  # fmt: skip


def changes(function: Any, name: str) -> bool:
    """Whether a function may change the object that it gets as ``name``: it does so before that name
    stands for a new object."""
    body = function.body.body if isinstance(function.body, cst.IndentedBlock) else [function.body]
    for statement in body:
        line = statement.body[0] if isinstance(statement, cst.SimpleStatementLine) else None
        if isinstance(line, cst.Assign) and [target_names(t.target) for t in line.targets] == [
            [name]
        ]:
            call = line.value
            if isinstance(call, cst.Call) and isinstance(call.func, cst.Attribute) and call.func.attr.value in _NEW:  # fmt: skip
                return False
        if name in changed_roots(statement):
            return True
    return False


def is_column_of(target: Any) -> bool:
    """Whether an assignment's target is ``name["column"]``: it makes a new array for the column and
    never writes into the old one, so a frame that shares it sees nothing."""
    return (
        isinstance(target, cst.Subscript)
        and isinstance(target.value, cst.Name)
        and len(target.slice) == 1
        and isinstance(target.slice[0].slice, cst.Index)
        and isinstance(target.slice[0].slice.value, cst.SimpleString)
    )


@lru_cache(maxsize=1 << 12)
def closure_names(module: cst.Module) -> frozenset[str]:
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
    return frozenset(names)
