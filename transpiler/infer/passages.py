"""Functions that are too dynamic to follow but known by their text: what they do is a rule's.

A generated helper that appends to lists as the data tell, or walks over rows, has a rule in
`rules/passages.py`. It is found by the digest of the function's own text and of the functions that
it reads, so that a version that nobody has looked at is walked like any other function.
"""

from __future__ import annotations

import ast
import hashlib
import textwrap
from typing import Any

import libcst as cst

from rules import registry
from rules.passages import PASSAGES, Passage
from transpiler.errors import NoRule
from transpiler.facts import Func, Module
from transpiler.infer.scope import Scope
from transpiler.infer.signals import ReturnSignal
from transpiler.source import read_names

_LEFT_OUT = {"annotation", "returns", "type_comment", "type_params", "kind", "ctx"}


def dumped(node: Any) -> str:
    """A tree as text, the same in every version of Python, without annotations and docstrings."""
    if isinstance(node, list):
        return f"[{','.join(map(dumped, node))}]"
    if not isinstance(node, ast.AST):
        return repr(node)
    parts = [(k, v) for k, v in ast.iter_fields(node) if k not in _LEFT_OUT and v not in (None, [])]
    if isinstance(node, ast.FunctionDef) and isinstance(node.body[0], ast.Expr):
        parts = [(k, v[1:] if k == "body" else v) for k, v in parts]
    return f"{type(node).__name__}({','.join(f'{k}={dumped(v)}' for k, v in parts)})"


class Passages:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any

    def walk_body(self, function: Func, body: list, scope: Scope) -> None:
        """The statements of a function; those that a rule stands for are not walked."""
        known = self.passage_of(function, len(body))
        rest = body[known.start :] if known is not None else []
        later = set().union(*(read_names(s) for s in rest)) if rest else set()
        self.block(body[: len(body) - len(rest)], scope, later.__contains__)  # type: ignore[attr-defined]
        if known is None:
            return
        point = self.ctx.save()
        try:
            with self.ctx.other_names():
                value = known.apply(Passage(self, self.ctx, scope))
        except NoRule:
            self.ctx.restore(point)
            self.block(rest, scope, lambda name: False)  # type: ignore[attr-defined]
            return
        self.ctx.note("runtime", known.title, "", self.program.source_line(rest[0]))
        raise ReturnSignal(value, rest[-1], scope)

    def passage_of(self, function: Func, length: int) -> Any:
        """The rule that knows the function, or None."""
        registry.load()
        if not any(p.length == length for p in PASSAGES.values()):
            return None
        return PASSAGES.get(self.digest(function))

    def digest(self, function: Func) -> str:
        """What stands for the text of a function and of all functions that it reads."""
        seen: dict[str, str] = {}
        self.texts_of(function, seen)
        return hashlib.sha256("\n".join(seen[k] for k in sorted(seen)).encode()).hexdigest()[:16]

    def texts_of(self, function: Func, seen: dict[str, str]) -> None:
        if not isinstance(function.node, cst.FunctionDef) or function.name in seen:
            return
        seen[function.name or ""] = dumped(
            ast.parse(textwrap.dedent(self.program.code(function.node)))
        )
        for name in sorted(read_names(function.node)):
            ref = function.scope.lookup(name)
            if ref is not None and isinstance(ref.value, Func):
                self.texts_of(ref.value, seen)
            elif ref is not None and isinstance(ref.value, Module):
                seen[name] = ref.value.name
