"""Builtins that look at frames: isinstance, and ranges as long as a frame."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    Col,
    Const,
    Frame,
    Mapping,
    Module,
    Rows,
    RowNumbers,
    Scalar,
    Sequence,
    Value,
)

_TYPES: dict[str, type] = {
    t.__name__: t for t in (str, int, float, bool, list, tuple, dict, set, frozenset, bytes)
}


@rule(
    "builtins.isinstance(obj, class_or_tuple)",
    example=(
        "isinstance('a', str)",
        "isinstance(['a'], (str, tuple))",
        "isinstance(df, pd.DataFrame)",
    ),
)
def is_instance(c: Call) -> Const:
    """The type of a value that is known: a constant, a list, a frame."""
    wanted = c["class_or_tuple"]
    names = [
        x.name
        for x in (wanted.items if isinstance(wanted, Sequence) else [wanted])
        if isinstance(x, Module)
    ]
    c.need(
        names and (not isinstance(wanted, Sequence) or len(names) == len(wanted.items)),
        "types that are not known here",
    )
    return Const(any(is_a(c["obj"], name) for name in names))


def is_a(value: Value, name: str) -> bool:
    """Whether the value is of the named type. Raises NoRule where that is not known."""
    pandas_types = {"pandas.DataFrame": Frame, "pandas.Series": Col}
    if isinstance(value, (Frame, Col)):
        return isinstance(value, pandas_types.get(name, ()))
    found = (
        value.value
        if isinstance(value, Const)
        else [] if isinstance(value, Sequence) and value.type is list else None
    )
    found = (
        ()
        if isinstance(value, Sequence) and value.type is tuple
        else {} if isinstance(value, Mapping) else found
    )
    if found is None and not isinstance(value, Const):
        raise NoRule("a value whose type is not known here")
    if name in pandas_types:
        return False
    kind = _TYPES.get(name.removeprefix("builtins."))
    if kind is None or not isinstance(found, (type(None), *_TYPES.values())):
        raise NoRule("a type that is not known here")
    return isinstance(found, kind)


def frame_length(c: Call, node: Any) -> tuple[Rows | None, int]:
    """The rows that ``len(df)`` or ``len(df) + n`` counts, and ``n``."""
    interpreter = c.interpreter  # type: ignore[attr-defined]
    extra = 0
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.Add):
        added = interpreter.eval(node.right, interpreter.active[-1])
        if isinstance(added, Const) and isinstance(added.value, int):
            node, extra = node.left, added.value
        else:
            first = interpreter.eval(node.left, interpreter.active[-1])
            c.need(
                isinstance(first, Const) and isinstance(first.value, int),
                "a range that is not over rows",
            )
            node, extra = node.right, first.value
    value = interpreter.eval(node, interpreter.active[-1])
    return (value.rows, extra) if isinstance(value, Scalar) else (None, 0)


def row_range(c: Call, function: str, args: list[Value]) -> RowNumbers:
    """``range(len(df))``, ``range(n, len(df) + n)``: a number for each row of a frame."""
    nodes = c.node.args  # type: ignore[attr-defined]
    c.need(
        1 <= len(args) <= 2 and len(nodes) == len(args) and not isinstance(args[-1], Const),
        "a range that is not over rows",
    )
    start = args[0].value if len(args) == 2 and isinstance(args[0], Const) else 0
    c.need(
        len(args) == 1 or isinstance(args[0], Const) and isinstance(start, int),
        "a range that is not over rows",
    )
    rows, extra = frame_length(c, nodes[-1].value)
    c.need(rows is not None and extra == start, "a range that is not over rows")
    text = ", ".join(c.interpreter.driver.text(a) for a in args)  # type: ignore[attr-defined]
    reads = frozenset().union(*(a.vars for a in args))
    return RowNumbers(f"{function}({text})", reads, rows, start)


@rule(
    "builtins.range(*args)",
    example=(
        "df['id'] = range(len(df))\nout = df",
        "df = df[df['i'] > 3]\ndf['id'] = range(1, len(df) + 1)\nout = df",
        "df.insert(0, 'n2', range(10, 10 + len(df)))\nout = df",
    ),
)
def range_(c: Call) -> RowNumbers:
    """A number for each row."""
    return row_range(c, "range", c["args"])


@rule(
    "numpy.arange(start_or_stop, stop=None, step=1, dtype=None, device=None, like=None)",
    not_yet="step dtype device like",
    example=(
        "df['id'] = np.arange(len(df))\nout = df",
        "df = df.sort_values('i', kind='stable')\ndf['id'] = np.arange(1, len(df) + 1)\nout = df",
        "s = df['i'].sort_values(kind='stable').reset_index(drop=True)\nout = pd.DataFrame({'v': [(np.arange(1, len(s) + 1) * s).sum()]})",
    ),
)
def arange(c: Call) -> RowNumbers:
    """A number for each row."""
    c.ctx.runtime.add("import numpy as np")
    args = [c["start_or_stop"]] + ([c["stop"]] if c.given("stop") else [])
    return row_range(c, "np.arange", args)
