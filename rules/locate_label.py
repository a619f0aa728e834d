"""One row, or one cell, by a label that is a number computed before: ``df.loc[df["x"].idxmax()]``."""

from __future__ import annotations

from typing import Any

from rules.lib import chain, operand, selected, subset_of
from rules.registry import Call, rule
from transpiler.facts import Accessor, Const, Frame, Local, Scalar, Sequence, Value
from transpiler.symbolic import E, col, render

_SURE = {"int64", "float64", "object", "bool", "datetime64[ns]", "Int64", "Float64", "string", "boolean"}  # fmt: skip


def label_key(c: Call, key: Value) -> tuple[Value, Any]:
    """The label of a row, and the label of a column (None for all)."""
    if isinstance(key, Const) and isinstance(key.value, tuple):
        key = Sequence(tuple(Const(v) for v in key.value), tuple)
    if isinstance(key, Sequence) and key.type is tuple:
        c.need(len(key.items) == 2 and isinstance(key.items[1], Const), "a key of this form")
        row, column = key.items[0], key.items[1].value  # type: ignore[union-attr]
        c.need(isinstance(column, str), "a column that is not one label")
    else:
        row, column = key, None
    whole = isinstance(row, Const) and isinstance(row.value, (int, str)) and not isinstance(row.value, bool)  # fmt: skip
    c.need(whole or isinstance(row, Scalar), "rows are chosen by label")
    return row, column


def row_of(c: Call, key: Value) -> Value:
    """The row of a label as a Series on the driver, or the value of one of its cells."""
    accessor = c.self
    c.need(isinstance(accessor, Accessor) and isinstance(accessor.owner, Frame), "not a frame")
    frame, ctx = accessor.owner, c.ctx  # type: ignore[union-attr]
    row, column = label_key(c, key)
    c.need(frame.index.unique and not frame.open, "labels that may repeat")
    wanted = [frame.column(column)] if column is not None else list(frame.columns)
    c.need(wanted and all(x.dtype in _SURE for x in wanted), "one row does not tell the dtypes")
    if isinstance(row, Scalar):
        row = ctx.hoist(row)
    if frame.index.kind == "columns":
        c.need(len(frame.index.levels) == 1, "labels of several levels")
        level = frame.index.levels[0]
        text = isinstance(row, Const) and isinstance(row.value, str)
        c.need(level.dtype == ("object" if text else "int64") and not isinstance(row, Scalar), "labels of another type")  # fmt: skip
        # The levels of a group-by tell every two rows apart; those of set_index may not.
        c.need(frame.order.total and [k.name for k in frame.order.keys] == [level.name], "labels that may repeat")  # fmt: skip
        number: E = col(level.name)
        ctx.use(frame, level)
    else:
        c.need(not isinstance(row, Const) or isinstance(row.value, int), "labels that are numbers")
        number = ctx.position(frame, frame.index.anchor, "number")
    narrow = selected(ctx, frame, wanted) if column is not None else frame
    ctx.use(frame, *wanted)
    found = subset_of(ctx, narrow, chain(narrow, f".filter({number == operand(row)})"))
    label = row.code() if not isinstance(row, Const) else render(row.value)
    text = f"{c.interpreter.driver.text(found)}.loc[{label}"  # type: ignore[attr-defined]
    reads = frame.vars | row.vars
    if column is None:
        return Local(f"{text}]", reads)
    plain = wanted[0].dtype if wanted[0].dtype in ("int64", "float64", "object", "bool", "datetime64[ns]") else None  # fmt: skip
    return Scalar(f"{text}, {column!r}]", plain, reads, column)


@rule(
    "DataFrame.loc.__getitem__(key)",
    example=(
        "df.loc[df['f'].idxmax()]",
        "df.loc[df['f'].idxmax(), 's']",
        "df.loc[df['i'].idxmin(), 'i'] + df['j']",
        "d = df[df['i'] > 2]\nout = d.loc[d['n'].idxmin(), 'k']",
        "df.loc[3]",
        "df.loc[2, 'f']",
        "df.groupby('k')[['i', 'f']].sum().loc['a']",
        "df.groupby('k')[['i', 'f']].sum().loc['b', 'i']",
    ),
)
def loc_label(c: Call) -> Value:
    """The row of a label, or one of its cells."""
    return row_of(c, c["key"])


@rule(
    "DataFrame.at.__getitem__(key)",
    example=("df.at[2, 'f']", "df.at[df['f'].idxmax(), 'k']"),
)
def at_label(c: Call) -> Value:
    """One cell by its labels."""
    _, column = label_key(c, c["key"])
    c.need(column is not None, "a key of this form")
    return row_of(c, c["key"])


__all__ = ["loc_label"]
