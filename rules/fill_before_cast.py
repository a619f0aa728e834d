"""``texts.fillna(0).astype(int)``: a whole number among texts, all of which become numbers at once."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.registry import Call
from transpiler.facts import TEXTS, Const

#: what ``astype`` may be told, in which the number and its text are the same
_ALIKE = {"int", "float", "str", *(f"{quote}{name}{quote}" for quote in "'\"" for name in ("int", "int64", "float", "float64", "str")),
          "np.int64", "np.float64"}  # fmt: skip


def as_its_text(c: Call, value: Any, dtypes: set) -> Any:
    """The number that ``fillna`` puts in, as a text where it goes into texts that the very next step
    reads as numbers: Spark has no column of both. Anything else stays as it is."""
    whole = isinstance(value, Const) and type(value.value) is int
    return Const(str(value.value)) if whole and dtypes and dtypes <= TEXTS and cast_at_once(c) else value  # fmt: skip


def cast_at_once(c: Call) -> bool:
    """Whether the call is the receiver of ``.astype(int)`` or the like."""
    program, node = c.interpreter.program, c.node  # type: ignore[attr-defined]
    method = program.parent(node)
    call = program.parent(method) if isinstance(method, cst.Attribute) else None
    if not isinstance(call, cst.Call) or method.value is not node or call.func is not method:
        return False
    named = method.attr.value == "astype" and len(call.args) == 1
    return named and call.args[0].keyword is None and program.code(call.args[0].value) in _ALIKE
