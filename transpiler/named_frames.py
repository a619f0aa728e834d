"""A frame that has a name in the job is not written out, and computed, a second time.

``z = df.groupBy("k").agg(…)`` gives a frame its name so that the job can look at its types; a step
after it that starts from the same text starts from ``z``:

    z = z.withColumn("s", typed(z, mul, F.col("s"), 2))
"""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import Any

from transpiler.builders import builder_names

LONG = 16  # characters of a text from which a name is worth putting there
#: what may give something else when it is asked again
_CHANGING = re.compile(r"\b(?:read_\w+|spark|glueContext|sampled?\w*|rand\w*|drawn?\w*|shuffled?\w*|to_pandas|uuid\w*|current_\w+)\b")  # fmt: skip
_FIXED = {"F", "T", "Window", "DATA_ROOT"}


def named_again(statements: list) -> list:
    """The statements of one block, with the names of frames where a later one repeats their text."""
    made: list = []
    known: dict[str, tuple[str, set[str]]] = {}  # text → name, names that it reads
    fixed: set[str] = set(_FIXED)  # names of frames and scalars: values that nothing changes
    for statement in statements:
        statement = _with_names(statement, known)
        made.append(statement)
        bound = _bound(statement)
        known = {t: (n, reads) for t, (n, reads) in known.items() if not bound & {n, *reads}}
        immutable = statement.kind in ("step", "scalar") and statement.defines
        fixed = fixed | bound if immutable else fixed - bound
        frame = _frame(statement, fixed)
        if frame is not None:
            text, reads = frame
            known[text] = (statement.defines, reads)
    return made


def _frame(statement: Any, fixed: set[str]) -> tuple[str, set[str]] | None:
    """The text of the frame that a statement names, and the names in it; None where it is short, or
    not the same each time."""
    start = f"{statement.defines} = "
    if statement.kind != "step" or statement.also or not statement.text.startswith(start):
        return None
    text = statement.text.removeprefix(start)
    if len(text) < LONG or "\n" in text or _CHANGING.search(text):
        return None
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return None
    called = {n.func.id for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}  # fmt: skip
    inner = {a.arg for n in ast.walk(tree) if isinstance(n, ast.Lambda) for a in n.args.args}
    reads = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)} - called - inner - builder_names()  # fmt: skip
    if statement.defines in reads or not reads <= fixed:
        return None
    return text, reads


def _with_names(statement: Any, known: dict[str, tuple[str, set[str]]]) -> Any:
    """The statement with names for the frames that it spells out."""
    if statement.kind not in ("step", "output", "scalar") or "\n" in statement.text:
        return statement
    text, used = statement.text, set()
    for frame in sorted(known, key=len, reverse=True):
        if frame in text:
            changed = _replaced(text, frame, known[frame][0])
            if changed is not None:
                text = changed
                used.add(known[frame][0])
    return replace(statement, text=text, reads=statement.reads | used) if used else statement


def _replaced(text: str, frame: str, name: str) -> str | None:
    """``text`` with ``name`` where ``frame`` is an expression of its own; None where it nowhere is."""
    raw, wanted = text.encode(), frame.encode()
    spans = {(n.col_offset, n.end_col_offset) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.expr)}  # fmt: skip
    places = [(start, end) for start, end in spans if raw[start:end] == wanted]
    for start, end in sorted(places, reverse=True):
        raw = raw[:start] + name.encode() + raw[end:]
    return raw.decode() if places else None


def _bound(statement: Any) -> set[str]:
    """The names that a statement gives values to, in its blocks as well."""
    found = {n for n in (statement.defines, *statement.also) if n}
    if statement.kind == "step" and "\n" not in statement.text:
        return found
    tree = ast.parse(statement.text)
    stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, (ast.Store, ast.Del))}  # fmt: skip
    return found | stored
