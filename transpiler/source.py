"""Parse: the program as a libcst tree with positions, comments and the names each part reads."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from functools import cache, cached_property, lru_cache
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider

from transpiler.errors import TranspileError


class Program:
    """A parsed program. Raises TranspileError with a line for text that is not Python."""

    def __init__(self, text: str) -> None:
        self.text = text
        try:
            compile(text, "<program>", "exec", dont_inherit=True)
            tree = cst.parse_module(text)
        except cst.ParserSyntaxError as error:
            raise TranspileError(
                f"not valid Python: {error.message}", error.raw_line, error.raw_column
            ) from None
        except SyntaxError as error:
            column = max((error.offset or 1) - 1, 0)
            raise TranspileError(
                f"not valid Python: {error.msg}", error.lineno or 1, column
            ) from None
        except (ValueError, RecursionError, MemoryError, OverflowError, UnicodeError) as error:
            raise TranspileError(f"not valid Python: {error}", 1, 0) from None
        wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
        self.module = wrapper.module
        self._positions = wrapper.resolve(PositionProvider)
        self._wrapper = wrapper

    def position(self, node: cst.CSTNode) -> tuple[int, int]:
        """Line (from 1) and column (from 0) of a node; (1, 0) for one made here."""
        found = self._positions.get(node)
        return (found.start.line, found.start.column) if found else (1, 0)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """The node that a node is a part of; None for the module, and for one made here."""
        return self._wrapper.resolve(ParentNodeProvider).get(node)

    def code(self, node: cst.CSTNode) -> str:
        """The source text of a node, without the comments before it."""
        return self.module.code_for_node(node).strip()

    def source_line(self, node: cst.CSTNode) -> str:
        """The first line of a node's text, for reports."""
        lines = redacted(self.code(node).strip()).splitlines()
        return lines[0] + (" …" if len(lines) > 1 else "") if lines else ""

    @cached_property
    def loaded(self) -> frozenset[str]:
        """The names that are read by a statement that does not bind them itself."""
        found: set[str] = set()
        for statement in ast.walk(ast.parse(self.text)):
            if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr | ast.Return):
                names = [n for n in ast.walk(statement) if isinstance(n, ast.Name)]
                bound = {n.id for n in names if isinstance(n.ctx, ast.Store)}
                found |= {n.id for n in names if isinstance(n.ctx, ast.Load)} - bound
        return frozenset(found)

    @cached_property
    def assignments(self) -> dict[str, int]:
        """How often each name is bound anywhere in the program."""
        counts: dict[str, int] = {}

        class Visitor(cst.CSTVisitor):
            def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
                for name in target_names(node.target):
                    counts[name] = counts.get(name, 0) + 1

            def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
                for name in target_names(node.target):
                    counts[name] = counts.get(name, 0) + 1

            def visit_AugAssign(self, node: cst.AugAssign) -> None:
                for name in target_names(node.target):
                    counts[name] = counts.get(name, 0) + 2

            def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
                for name in target_names(node.target):
                    counts[name] = counts.get(name, 0) + 2

            def visit_For(self, node: cst.For) -> None:
                for name in target_names(node.target):
                    counts[name] = counts.get(name, 0) + 2

            def visit_Global(self, node: cst.Global) -> None:
                for item in node.names:
                    counts[item.name.value] = counts.get(item.name.value, 0) + 2

            def visit_Param(self, node: cst.Param) -> None:
                counts[node.name.value] = counts.get(node.name.value, 0) + 2

        self.module.visit(Visitor())
        return counts


_SECRET_NAME = re.compile(
    r"secret|passw|pwd|token|credential|access_?key|api_?key|private_?key", re.I
)
_SECRET_ITEM = re.compile(
    r"""((?:['"]?)(?:key|secret|token|\w*(?:secret|passw|pwd|token|access_?key|api_?key)\w*)(?:['"]?)\s*[:=]\s*)(['"]).*?\2""",
    re.I | re.S,
)
#: in connection strings of ODBC and libpq, and as the third part of SQLAlchemy's URL.create
_SECRET_WORD = re.compile(
    r"""(\b(?:pwd|password|passwd)\s*=\s*)(?!os\.)[^;'"\s{}=][^;'"\s]*""", re.I
)
_SECRET_PART = re.compile(r"""(URL\.create\(\s*(?:[^,()=]+,\s*){2})(['"]).*?\2""", re.S)
_SECRET_URL = re.compile(r"(://[^/@:\s'\"]+:)[^@/\s'\"]+(@)")


def is_secret_name(name: str) -> bool:
    """Whether a variable of that name holds something that must stay out of scripts."""
    return bool(_SECRET_NAME.search(name))


def has_url_password(text: str) -> bool:
    return bool(_SECRET_URL.search(text))


def redacted(text: str) -> str:
    """Source text for reports, without the values of keys, secrets and passwords."""
    text = _SECRET_URL.sub(r"\1…\2", _SECRET_ITEM.sub(r"\1\2…\2", text))
    return _SECRET_PART.sub(r"\1\2…\2", _SECRET_WORD.sub(r"\1…", text))


def target_names(node: cst.BaseExpression) -> list[str]:
    """The plain names that an assignment target binds."""
    if isinstance(node, cst.Name):
        return [node.value]
    if isinstance(node, (cst.Tuple, cst.List)):
        return [n for e in node.elements for n in target_names(e.value)]
    if isinstance(node, cst.StarredElement):
        return target_names(node.value)
    return []


def root_name(node: cst.CSTNode) -> str | None:
    """The name at the left end of attributes, subscripts and calls: ``df`` of ``df["a"].str.x()``."""
    while True:
        if isinstance(node, cst.Name):
            return node.value
        if isinstance(node, (cst.Attribute, cst.Subscript)):
            node = node.value
        elif isinstance(node, cst.Call):
            node = node.func
        else:
            return None


@lru_cache(maxsize=1 << 13)  # nodes never change, and each pass asks of all of them again
def read_names(node: cst.CSTNode) -> frozenset[str]:
    """Every name that occurs in a node other than as an attribute or a keyword."""
    names: set[str] = set()
    waiting: list[Any] = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, cst.Name):
            names.add(one.value)
        elif isinstance(one, (cst.Attribute, cst.Arg)):
            waiting.append(one.value)
        elif isinstance(one, (list, tuple)):
            waiting += one
        elif isinstance(one, cst.CSTNode):
            waiting += [getattr(one, f) for f in fields_of(type(one))]
    return frozenset(names)


@cache
def fields_of(kind: type) -> tuple[str, ...]:
    """The fields of a kind of node that may hold names."""
    return tuple(f.name for f in fields(kind) if "whitespace" not in f.name)  # type: ignore[arg-type]


@lru_cache(maxsize=1 << 13)
def bound_names(node: cst.CSTNode) -> frozenset[str]:
    """Names that statements in a node bind (not those inside functions or lambdas)."""
    names: set[str] = set()

    class Visitor(cst.CSTVisitor):
        def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
            names.add(node.name.value)
            return False

        def visit_ClassDef(self, node: cst.ClassDef) -> bool:
            names.add(node.name.value)
            return False

        def visit_Lambda(self, node: cst.Lambda) -> bool:
            return False

        def visit_AssignTarget(self, node: cst.AssignTarget) -> None:
            names.update(target_names(node.target))

        def visit_AnnAssign(self, node: cst.AnnAssign) -> None:
            names.update(target_names(node.target))

        def visit_AugAssign(self, node: cst.AugAssign) -> None:
            names.update(target_names(node.target))

        def visit_NamedExpr(self, node: cst.NamedExpr) -> None:
            names.update(target_names(node.target))

        def visit_For(self, node: cst.For) -> None:
            names.update(target_names(node.target))

        def visit_AsName(self, node: cst.AsName) -> None:
            names.update(target_names(node.name))

        def visit_ImportAlias(self, node: cst.ImportAlias) -> None:
            if node.asname is None:
                names.add(root_name(node.name) or "")

    node.visit(Visitor())
    return frozenset(names)
