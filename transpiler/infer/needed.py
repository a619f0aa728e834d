"""Which columns of a frame a piece of kept code looks at: only those go to the driver."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.facts import Frame
from transpiler.source import target_names


class Everything(Exception):
    """The code uses the frame in a way that may look at any column."""


def needed_columns(node: cst.CSTNode, name: str, frame: Frame) -> list | None:
    """The columns of the frame called ``name`` that the code reads; None where it may be any."""
    if frame.open or len({c.label for c in frame.columns}) != len(frame.columns):
        return None
    finder = _Uses({name: "frame"}, frame)
    try:
        node.visit(finder)
    except Everything:
        return None
    if not finder.found or "iterrows" in finder.ways and not finder.mixed():
        return None
    return [c for c in frame.columns if c.label in finder.found]


class _Uses(cst.CSTVisitor):
    """Follows a frame, its groups and its rows through the code."""

    def __init__(self, names: dict[str, str], frame: Frame) -> None:
        self.names, self.frame = names, frame
        self.found: set = set()
        self.ways: set[str] = set()

    def mixed(self) -> bool:
        """Whether the rows of the columns read are Series of objects, as those of the frame are:
        otherwise pandas would make one type of their numbers."""
        return any(c.dtype == "object" for c in self.frame.columns if c.label in self.found)

    def kind(self, node: Any) -> str | None:
        return self.names.get(node.value) if isinstance(node, cst.Name) else None

    def note(self, label: Any) -> None:
        if not self.frame.has(label):
            raise Everything
        self.found.add(label)

    def visit_Name(self, node: cst.Name) -> None:
        if node.value in self.names:
            raise Everything  # a use that none of the others below is

    def visit_Subscript(self, node: cst.Subscript) -> bool | None:
        kind = self.kind(node.value)
        if kind is None:
            return None
        element, *more = node.slice
        if more or not isinstance(element.slice, cst.Index):
            raise Everything
        for label in constants(element.slice.value):
            self.note(label)
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool | None:
        kind = self.kind(node.value)
        if kind is None:
            node.value.visit(self)
            return False
        self.note(node.attr.value)
        if kind != "row" and hasattr_of_frame(node.attr.value):
            raise Everything
        return False

    def visit_Arg(self, node: cst.Arg) -> bool:
        node.value.visit(self)
        return False

    def visit_Call(self, node: cst.Call) -> bool | None:
        first = node.args[0].value if len(node.args) == 1 else None
        if isinstance(node.func, cst.Name) and node.func.value == "len" and self.kind(first):
            return False
        return None

    def visit_For(self, node: cst.For) -> bool | None:
        if not self.bind(node.target, node.iter):
            return None
        node.body.visit(self)
        if node.orelse is not None:
            node.orelse.visit(self)
        return False

    def visit_CompFor(self, node: cst.CompFor) -> bool | None:
        return None

    def visit_ListComp(self, node: Any) -> bool | None:
        return self.comprehension(node, [node.elt])

    visit_SetComp = visit_GeneratorExp = visit_ListComp

    def visit_DictComp(self, node: cst.DictComp) -> bool | None:
        return self.comprehension(node, [node.key, node.value])

    def comprehension(self, node: Any, parts: list) -> bool | None:
        if not self.bind(node.for_in.target, node.for_in.iter):
            return None
        for test in node.for_in.ifs:
            test.visit(self)
        if node.for_in.inner_for_in is not None:
            node.for_in.inner_for_in.visit(self)
        for part in parts:
            part.visit(self)
        return False

    def bind(self, target: Any, source: Any) -> bool:
        """Note what a loop over groups or rows of the frame binds; False for another loop."""
        call = source if isinstance(source, cst.Call) else None
        func = call.func if call is not None else None
        if not isinstance(func, cst.Attribute) or self.kind(func.value) not in ("frame", "group"):
            return False
        assert call is not None
        names = target_names(target)
        if func.attr.value == "groupby":
            keys = [a for a in call.args if a.keyword is None or a.keyword.value == "by"]
            options = {a.keyword.value for a in call.args if a.keyword is not None}
            if len(keys) != 1 or options - {"by", "sort", "dropna", "observed"} or len(target.elements) != 2:  # fmt: skip
                raise Everything
            for label in constants(keys[0].value):
                self.note(label)
            self.names = {**self.names, names[-1]: "group"}
        elif func.attr.value == "iterrows":
            self.ways.add("iterrows")
            self.names = {**self.names, names[-1]: "row"}
        elif func.attr.value == "itertuples" and isinstance(target, cst.Name):
            self.names = {**self.names, names[-1]: "row"}
        else:
            raise Everything
        return True


def constants(node: Any) -> list:
    """The labels that are written there, one or a list. Raises Everything for another thing."""
    if isinstance(node, cst.SimpleString):
        return [node.evaluated_value]
    if isinstance(node, cst.List) and all(
        isinstance(e.value, cst.SimpleString) for e in node.elements
    ):
        return [e.value.evaluated_value for e in node.elements]  # type: ignore[union-attr]
    raise Everything


def hasattr_of_frame(name: str) -> bool:
    import pandas as pd

    return hasattr(pd.DataFrame, name)


__all__ = ["needed_columns"]
