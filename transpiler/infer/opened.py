"""Files that a ``with`` block opens for one step that reads them."""

from __future__ import annotations

from typing import Any

import libcst as cst


class _Reads(cst.CSTVisitor):
    """How often a name is read, and whether a loop or a function may read it again."""

    def __init__(self, name: str) -> None:
        self.name, self.count, self.again, self.depth = name, 0, False, 0

    def visit_Name(self, node: cst.Name) -> None:
        if node.value == self.name:
            self.count += 1
            self.again = self.again or self.depth > 0

    def visit_For(self, node: cst.For) -> bool:
        node.iter.visit(self)
        self.inner(node.target, node.body, node.orelse)
        return False

    def visit_CompFor(self, node: cst.CompFor) -> bool:
        self.inner(node)
        return False

    def visit_ListComp(self, node: Any) -> bool:
        node.for_in.iter.visit(self)
        loop = node.for_in
        self.inner(*[n for n in (getattr(node, "elt", None), getattr(node, "key", None), getattr(node, "value", None), loop.target, *loop.ifs, loop.inner_for_in) if n is not None])  # fmt: skip
        return False

    visit_GeneratorExp = visit_SetComp = visit_DictComp = visit_ListComp

    def visit_While(self, node: cst.While) -> bool:
        self.inner(node.test, node.body)
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        self.inner(node.params, node.body)
        return False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        self.inner(node.params, node.body)
        return False

    def inner(self, *nodes: Any) -> None:
        self.depth += 1
        for node in nodes:
            if node is not None:
                node.visit(self)
        self.depth -= 1


def read_once(item: cst.WithItem, rest: list, node: cst.With) -> bool:
    """Whether the block reads the name that the file gets at one place, and once."""
    if item.asname is None or not isinstance(item.asname.name, cst.Name):
        return False
    reads = _Reads(item.asname.name.value)
    for part in (*rest, node.body):
        part.visit(reads)
    return reads.count == 1 and not reads.again


_WRITERS = ("to_csv", "to_json", "to_parquet")


class _Writes(cst.CSTVisitor):
    """Calls of writers whose target is a name."""

    def __init__(self, name: str) -> None:
        self.name, self.count = name, 0

    def visit_Call(self, node: cst.Call) -> None:
        if (
            not isinstance(node.func, cst.Attribute)
            or node.func.attr.value not in _WRITERS
            or not node.args
        ):
            return
        first = node.args[0]
        target = isinstance(first.value, cst.Name) and first.value.value == self.name
        named = first.keyword is None or first.keyword.value in ("path_or_buf", "path")
        self.count += target and named and not first.star


def written_once(item: cst.WithItem, rest: list, node: cst.With) -> bool:
    """Whether all that the block does with the file is to have one table written into it."""
    if not read_once(item, rest, node):
        return False
    writes = _Writes(item.asname.name.value)  # type: ignore[union-attr]
    node.body.visit(writes)
    return writes.count == 1
