"""Numbers that the job asks of one frame, computed in one pass.

``low = scalar(df, F.min("x"))`` and, a few lines below, ``high = scalar(df, F.max("x"))`` become
``low, high = scalar(df, F.min("x"), F.max("x"))`` where nothing in between changes what they read.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass
class _Pass:
    """A statement that asks numbers of a frame, and what was defined since."""

    at: int
    names: list[str]
    frame: str
    aggregates: list[str]
    reads: set[str]
    since: set[str] = field(default_factory=set)


def together(statements: list) -> list:
    """The statements of one block, with those that ask numbers of the same frame joined."""
    made: list = []
    passes: dict[str, _Pass] = {}
    for statement in statements:
        asked = _asked(statement)
        if asked is None:
            made.append(statement)
            if statement.kind not in ("step", "constant", "scalar"):
                passes.clear()  # prints and outputs stay where they are, between what they are between
            _defined(passes, statement)
            continue
        names, frame, aggregates, reads = asked
        first = passes.get(frame)
        if first is not None and not reads & (first.since | set(first.names)):
            _join(made, first, statement, names, aggregates)
            for other in passes.values():
                other.since |= set(names) if other is not first else set()
            continue
        made.append(statement)
        _defined(passes, statement)
        passes[frame] = _Pass(len(made) - 1, names, frame, aggregates, reads)
    return made


def _defined(passes: dict[str, _Pass], statement: Any) -> None:
    """Note what a statement defines: a frame that is another one now has no pass to join."""
    names = {n for n in (statement.defines, *statement.also) if n}
    for frame, one in list(passes.items()):
        one.since |= names
        if names & _names(ast.parse(frame, mode="eval")):
            del passes[frame]


def _join(made: list, first: _Pass, statement: Any, names: list[str], aggregates: list[str]) -> None:  # fmt: skip
    first.names += names
    first.aggregates += aggregates
    before = made[first.at]
    made[first.at] = replace(
        before,
        text=f"{', '.join(first.names)} = scalar({', '.join([first.frame, *first.aggregates])})",
        comments=(*before.comments, *statement.comments),
        reads=before.reads | statement.reads,
        also=(*before.also, statement.defines, *statement.also),
    )


def _asked(statement: Any) -> tuple[list[str], str, list[str], set[str]] | None:
    """The names, frame, aggregates and names read of ``a = scalar(df, …)``; None for another one."""
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
    text = [ast.get_source_segment(statement.text, node) or ast.unparse(node) for node in (frame, aggregate)]  # fmt: skip
    return [target.id], text[0], [text[1]], _names(call)


def _names(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
