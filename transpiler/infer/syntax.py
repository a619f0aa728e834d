"""Questions about the program's text: what a piece of it binds, changes or leaves."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.source import read_names, root_name, target_names

_CHANGING = {"insert", "pop", "update", "append", "extend", "add", "remove", "clear", "setdefault", "sort",
             "reverse", "discard", "popitem"}  # fmt: skip


def parameters_in(node: Any) -> set[str]:
    """Names bound as parameters or comprehension targets anywhere in a node."""
    names: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_Param(self, inner: cst.Param) -> None:
            names.add(inner.name.value)

        def visit_CompFor(self, inner: cst.CompFor) -> None:
            names.update(target_names(inner.target))

    node.visit(Visitor())
    return names


def leaves(node: cst.CSTNode) -> bool:
    """Whether a return, or a break or continue of a loop around it, is in a node."""
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

        def visit_Return(self, inner: cst.Return) -> None:
            found.append(True)

        def visit_Break(self, inner: cst.Break) -> None:
            found.extend([True] * (self.depth == 0))

        visit_Continue = visit_Break

    node.visit(Visitor())
    return bool(found)


def changed_roots(node: Any) -> set[str]:
    """Names whose objects a node may change in place."""
    names: set[str] = set()

    def add(target: Any) -> None:
        if isinstance(target, (cst.Subscript, cst.Attribute)):
            root = root_name(target)
            if root is not None:
                names.add(root)

    class Visitor(cst.CSTVisitor):
        def visit_AssignTarget(self, inner: cst.AssignTarget) -> None:
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
    return names


def closure_names(module: cst.Module) -> set[str]:
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
