"""Numbers that the job asks of one frame, computed in one pass.

``low = scalar(df, F.min("x"))`` and, a few lines below, ``high = scalar(df, F.max("x"))`` become
``low, high = scalar(df, F.min("x"), F.max("x"))`` where nothing in between changes what they read.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass
class _Asked:
    """``name = scalar(frame, aggregate)``, with the text of the frame and all names that it reads."""

    name: str
    frame: ast.expr
    text: str
    aggregate: str
    reads: set[str]


@dataclass
class _Pass:
    """A statement that asks numbers of a frame; the names that were bound and named from there on."""

    at: int
    names: list[str]
    frame: ast.expr
    aggregates: list[str]
    bound: set[str] = field(default_factory=set)
    mentioned: set[str] = field(default_factory=set)

    def takes(self, asked: _Asked) -> bool:
        """Whether it may be asked here already: it reads nothing that was bound since, and nothing
        since then means another value of its name."""
        return not asked.reads & self.bound and asked.name not in self.mentioned


def together(statements: list) -> list:
    """The statements of one block, with those that ask numbers of the same frame joined."""
    made: list = []
    passes: dict[str, _Pass] = {}
    for statement in statements:
        asked = _asked(statement)
        if asked is None and statement.kind not in ("step", "constant", "scalar"):
            passes.clear()  # prints and outputs stay where they are, between what they are between
        first = passes.get(asked.text) if asked is not None else None
        if asked is not None and first is not None and first.takes(asked):
            _join(made, first, statement, asked)
        else:
            made.append(statement)
            if asked is not None:
                passes[asked.text] = _Pass(len(made) - 1, [asked.name], asked.frame, [asked.aggregate])  # fmt: skip
        _follow(passes, statement)
    return made


def _follow(passes: dict[str, _Pass], statement: Any) -> None:
    """Note the names of a statement: a frame that is another one now has no pass to join."""
    if not passes:
        return
    bound = {n for n in (statement.defines, *statement.also) if n}
    mentioned = bound | statement.reads | _names(ast.parse(statement.text))
    for text, one in list(passes.items()):
        one.bound |= bound
        one.mentioned |= mentioned
        if bound & _names(one.frame):
            del passes[text]


def _join(made: list, first: _Pass, statement: Any, asked: _Asked) -> None:
    first.names.append(asked.name)
    first.aggregates.append(asked.aggregate)
    before = made[first.at]
    made[first.at] = replace(
        before,
        text=f"{', '.join(first.names)} = scalar({', '.join([asked.text, *first.aggregates])})",
        comments=(*before.comments, *statement.comments),
        reads=before.reads | statement.reads,
        also=(*before.also, statement.defines, *statement.also),
    )


def _asked(statement: Any) -> _Asked | None:
    """What ``a = scalar(df, …)`` asks; None for another statement."""
    if not statement.defines or "= scalar(" not in statement.text:
        return None
    try:
        (line,) = ast.parse(statement.text).body
    except (SyntaxError, ValueError):
        return None
    if not isinstance(line, ast.Assign) or len(line.targets) != 1:
        return None
    target, call = line.targets[0], line.value
    named = isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "scalar"  # fmt: skip
    if not named or not isinstance(target, ast.Name) or call.keywords or len(call.args) != 2:  # type: ignore[union-attr]
        return None
    frame, aggregate = call.args  # type: ignore[union-attr]
    if isinstance(aggregate, ast.Starred):
        return None
    texts = [ast.get_source_segment(statement.text, node) or ast.unparse(node) for node in (frame, aggregate)]  # fmt: skip
    return _Asked(target.id, frame, *texts, _names(call))


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
