"""Steps that go by the number of a row, one after the other: the rows are numbered once."""

from __future__ import annotations

import ast
import re

#: functions that add a column beside the number of each row, which they leave as it is
_ADDING = {"cumulative", "over_rows"}
_STEP = re.compile(r"""(\w+)\(with_position\(@@(.*), name="__row"\), (["'].*)""", re.DOTALL)


def numbered_once(step: str, frame: str) -> str | None:
    """The text of a step over a frame that an equal numbering and such steps alone have made: over
    the rows as they are numbered there. None for any other frame.

    ``step``: with ``@@`` for the frame.
    """
    found = _STEP.fullmatch(step)
    if found is None or found[1] not in _ADDING or not frame.endswith('.drop("__row")'):
        return None
    bare = frame[: -len('.drop("__row")')]
    try:
        node: ast.expr = ast.parse(bare, mode="eval").body
        keys = ast.unparse(ast.parse(f"f(0{found[2]})", mode="eval").body)
    except SyntaxError:
        return None
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
        if node.func.id == "with_position":
            made = ast.Call(ast.Name("f"), [ast.Constant(0), *node.args[1:]], [])
            same = len(node.keywords) == 1 and ast.unparse(node.keywords[0].value) == "'__row'"
            return f"{found[1]}({bare}, {found[3]}" if same and ast.unparse(made) == keys else None
        added = node.args[1] if len(node.args) > 1 else None
        if node.func.id not in _ADDING or not isinstance(added, ast.Constant) or repr(added.value) in keys:  # fmt: skip
            return None
        node = node.args[0]
    return None
