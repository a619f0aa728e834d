"""A row put below the others: ``t.loc["Total"] = t.sum()``, ``df.loc[len(df)] = […]``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.computed_tables import entries, listed
from rules.open_frames import of_every_column
from rules.registry import Call
from transpiler.facts import (
    FLOATS,
    INTEGERS,
    TEXTS,
    ByColumn,
    Column,
    ColumnValues,
    Const,
    Frame,
    Mapping,
    Order,
    Rows,
    Scalar,
    Sequence,
    SortKey,
    Value,
    fresh,
)
from transpiler.symbolic import lift, render


def row_set(c: Call, frame: Frame, label: Value, value: Value) -> Frame:
    """``frame.loc[label] = value`` where no row has the label: pandas puts a row below."""
    if frame.open:
        return values_below(c, frame, label, value)
    c.need(frame.columns, "whole rows are set, of columns that are not known here")
    c.need(len(set(map(repr, frame.labels))) == len(frame.labels), "labels that repeat")
    c.need(not frame.nullable and not any(x.is_nullable for x in frame.columns), "whole rows are set in nullable columns")  # fmt: skip
    if isinstance(value, ByColumn):
        return totals_below(c, frame, label, value)
    counted = isinstance(label, Scalar) and label.rows is not None
    c.need(counted and frame.index.kind == "range" and frame.rows.same_set(label.rows), "whole rows are set")  # type: ignore[union-attr]  # fmt: skip
    return below(c, frame, row_cells(c, frame, value), None)


def values_below(c: Call, frame: Frame, label: Value, values: Value) -> Frame:
    """A row of one value of each column, ``p.loc["All"] = p.sum()``, of a table whose columns only the
    job knows: it looks that the values are of these columns, and that no row has the label."""
    of_all = isinstance(values, ColumnValues) and values.of_all(frame)
    c.need(of_all, "whole rows are set, of columns that are not known here")
    c.need(not frame.label_kind and len(frame.label_names) < 2 and not frame.nullable, "whole rows are set under labels of this kind")  # fmt: skip
    level, ctx = below_texts(c, frame, label), c.ctx
    of_every_column(c, frame)
    ctx.use(frame)
    place = ctx.temp("place")
    order = ", ".join(str(x) for x in ctx.order_of(frame))
    more = f", aside={render(list(frame.hidden))}" if frame.hidden else ""
    text = (
        f"{ctx.call('with_row_below')}({frame.text}, {render(level.name)}, {lift(label.value)}, "  # type: ignore[attr-defined]
        f"{values.text}, {render(place)}, [{order}]{more})"
    )
    shown = replace(level, uid=fresh())
    return frame.but(
        text=text,
        columns=tuple(Column(x.label, x.name, None) for x in frame.columns),
        index=replace(frame.index, levels=(shown,), loose=()),
        order=Order((SortKey(place, None),), None, frame.order.explicit, True),
        rows=Rows(),
        hidden=(place,),
        base=fresh(),
        vars=frame.vars | values.vars,
    )


def below_texts(c: Call, frame: Frame, label: Value) -> Column:
    """The level of the labels, which are texts as this one is."""
    one = isinstance(label, Const) and isinstance(label.value, str)
    c.need(one and frame.index.kind == "columns" and len(frame.index.levels) == 1, "whole rows are set")  # fmt: skip
    (level,) = frame.index.levels
    c.need(level.dtype in TEXTS and level.dtype != "category", "a text among other labels")
    return level


def totals_below(c: Call, frame: Frame, label: Value, totals: ByColumn) -> Frame:
    """A row of an aggregate of each column, under a text that is no label yet: the job looks."""
    level = below_texts(c, frame, label)
    c.need(set(totals.labels) <= set(frame.labels), "aggregates of other columns")
    text = f"{c.ctx.call('unlabelled')}({frame.text}, {render(level.name)}, {lift(label.value)})"  # type: ignore[attr-defined]
    c.ctx.use(frame, level)
    some = len(totals.labels) < len(
        frame.labels
    )  # the rest is missing: whole numbers are fractions
    totals = c.ctx.hoist(totals, totals.hint)
    cells: list[Value] = []
    for column in frame.columns:
        if column.label in totals.labels:
            item = totals.item(column.label)
            if some and totals.dtype in INTEGERS | {None}:
                item = replace(item, text=f"float({item.text})", dtype="float64")
            cells.append(replace(item, full=item.dtype in INTEGERS))
        else:
            cells.append(Const(None if column.dtype in TEXTS else float("nan")))
    return below(c, frame.but(text=text, vars=frame.vars), cells, label)


def row_cells(c: Call, frame: Frame, value: Value) -> list[Value]:
    """The cells of a list or dict, of the types that they have in a Series of all of them."""
    given = entries(value) if isinstance(value, (Const, Mapping)) else None
    if given is not None:
        c.need(set(given) == set(frame.labels), "a dict with other keys")
        cells = [given[x] for x in frame.labels]
    else:
        found = listed(value) if isinstance(value, (Const, Sequence)) else None
        c.need(found is not None and len(found) == len(frame.columns), "a row of this form")
        cells = found  # type: ignore[assignment]
    kinds = [cell_kind(c, x) for x in cells]
    alike = len(set(kinds)) == 1 or "str" in kinds
    c.need(given is None or alike and "missing" not in kinds, "a dict of values of several kinds")
    numbers = {"int", "float"}
    if set(kinds) <= numbers | {"missing"} and set(kinds) != {"int"}:
        gap = Const(float("nan"))
        return [gap if k == "missing" else as_float(x) for x, k in zip(cells, kinds)]
    return cells


def cell_kind(c: Call, cell: Value) -> str:
    if isinstance(cell, Const):
        kind = type(cell.value).__name__
        if cell.value is None or kind == "float" and cell.value != cell.value:
            return "missing"
        c.need(
            kind in ("int", "float", "str", "bool", "Timestamp"), "a value of this kind in a row"
        )
        return kind
    c.need(isinstance(cell, Scalar) and cell.dtype in INTEGERS | FLOATS | {"object"}, "a value in a row whose type is not known here")  # fmt: skip
    dtype = cell.dtype  # type: ignore[attr-defined]
    return "int" if dtype in INTEGERS else "float" if dtype in FLOATS else "str"


def as_float(cell: Any) -> Value:
    if isinstance(cell, Const):
        return Const(float(cell.value))
    return replace(cell, text=f"float({cell.text})", dtype="float64")


def below(c: Call, frame: Frame, cells: list[Value], label: Value | None) -> Frame:
    """The frame with one more row; ``label``: its own, else it is numbered like the others."""
    call = c.interpreter.by_rule  # type: ignore[attr-defined]
    given = {"index": Const([label.value])} if label is not None else {}  # type: ignore[attr-defined]
    table = Mapping(tuple((x, Sequence((v,), list)) for x, v in zip(frame.labels, cells)))
    row = call("pandas.DataFrame", None, [table], given, c.node)  # type: ignore[attr-defined]
    if label is not None:
        (level,) = row.index.levels
        levels = (replace(level, label=frame.index.levels[0].label),)
        row = row.but(index=replace(row.index, levels=levels))
    options = {} if label is not None else {"ignore_index": Const(True)}
    out = call("pandas.concat", None, [Sequence((frame, row), list)], options, c.node)  # type: ignore[attr-defined]
    c.need(isinstance(out, Frame) and out.labels == frame.labels, "a row of other columns")
    return out if label is None else out.but(index=replace(out.index, unique=frame.index.unique))
