"""Functions of rows that give several values: a column for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

from rules.literal import from_series
from rules.registry import Call
from rules.scalars import Record, S, as_double, as_s
from transpiler.errors import NoRule
from transpiler.facts import Frame


def record_columns(c: Call, record: Record, parents: Any, column_of: Callable) -> Frame:
    """The columns of a function that gives a Series, or (with ``result_type="expand"``) a tuple."""
    expands = c.lit("result_type") == "expand" and record.form in ("tuple", "list")
    c.need(expands or record.form == "Series" and c.lit("result_type") in (None, "expand"), "a function that gives a whole row")  # fmt: skip
    labels = record.labels or tuple(range(len(record.items)))
    c.need(labels and len(set(labels)) == len(labels), "a record without names of its own")
    made = {x: column_of(c, s, *parents, label=x) for x, s in zip(labels, of_one_kind(record))}
    out = from_series(c.ctx, made)
    for x, series in made.items():
        c.ctx.cells[out.column(x).uid] = series
    return out


def of_one_kind(record: Record) -> list[S]:
    """The values of a record as pandas stacks them: numbers alone become one dtype in each row, and
    a whole number beside one that may be missing is a fraction in some."""
    items = [as_s(x) for x in record.items]
    kinds = {s.kind for s in items}
    if kinds - {"int", "float", "str", "bool", "time"} or "time" in kinds and len(kinds) > 1:
        raise NoRule("a record of such values")
    if any(s.expr is None for s in items):
        raise NoRule("a record with a value that Spark has no form for")
    if "int" in kinds and not all(s.full for s in items if s.kind in ("int", "bool")):
        raise NoRule("whole numbers in a record that may be missing")
    if "bool" in kinds and not all(s.full for s in items if s.kind == "bool"):
        raise NoRule("a condition in a record that may be missing")
    if kinds == {"int", "float"}:
        return [replace(s, expr=as_double(s.expr), kind="float") if s.kind == "int" else s for s in items]  # type: ignore[arg-type] # fmt: skip
    texts = [s for s in items if s.kind == "str"]
    if "int" not in kinds or "bool" in kinds or any(s.full for s in texts):
        return items
    if not texts:
        return items
    numbers = texts[0].expr.isNull()  # type: ignore[union-attr]
    for s in texts[1:]:
        numbers = numbers & s.expr.isNull()  # type: ignore[union-attr]
    return [replace(s, expr=as_double(s.expr), kind="mixed", fraction=numbers) if s.kind == "int" else s for s in items]  # type: ignore[arg-type] # fmt: skip
