"""Functions over groups that have no Spark form: they run as they are, group by group, in a UDF."""

from __future__ import annotations

import re
from ast import literal_eval
from typing import Any

from rules.groups import UNKNOWN, Groups, Made, named
from rules.lib import chain, physical, series_of
from rules.registry import Call
from transpiler.errors import NoRule, Refused, TranspileError
from transpiler.facts import (
    SPARK_TYPES,
    Col,
    Column,
    Frame,
    Func,
    Index,
    Order,
    Rows,
    Scalar,
    SortKey,
    Value,
)
from transpiler.symbolic import E, col, render

#: dtypes of columns that a user's function gets as pandas has them
_SEEN = {None, "int64", "int64?", "float64", "object", "bool", "datetime64[ns]", "timedelta64[ns]"}
#: dtypes of results that are believed where the function was followed over the whole frame
_SURE = {"float64", "object", "datetime64[ns]"}


def followed(c: Call, func: Any, group: Value) -> Value | None:
    """What the function gives for the whole frame: it tells the form of what it gives for a group.

    Nothing is emitted. None where it cannot be followed.
    """
    ctx = c.ctx
    point, names, demands = ctx.save(), set(ctx.names), set(ctx.new_demands)
    try:
        found = c.interpreter.inline(func, [group], {}, None)  # type: ignore[attr-defined]
        return found if isinstance(found, (Frame, Col, Scalar)) else None
    except (NoRule, Refused, TranspileError):
        return None
    finally:
        ctx.restore(point)
        ctx.names, ctx.new_demands = names, demands


class Rows_:
    """The grouped rows as ``apply_groups`` takes them: keys, labels, position and values by name."""

    def __init__(self, g: Groups) -> None:
        self.g, self.ctx, frame = g, g.ctx, g.frame
        g.by_text()
        order, index = g.order(), frame.index
        labels = []
        if index.kind == "columns":
            labels = [x.name for x in index.levels]
        else:
            labels = [name_of(self.ctx.position(frame, index.anchor, "number"))]
        frame = g.ready()
        position = name_of(order[0]) if len(order) == 1 and not frame.order.keys else None
        if position is None:
            position = self.ctx.temp("row")
            keys = ", ".join(map(str, order))
            text = f'{self.ctx.call("with_position")}({frame.text}, {keys}, name="{position}")'
            frame = frame.but(text=text)
        self.keys = []
        for key in g.keys:
            name = key.column.name if key.column is not None else self.ctx.temp("key")
            if key.column is None:
                frame = chain(frame, f".withColumn({render(name)}, {key.expr})")
            self.keys.append(name)
        self.frame, self.labels, self.position = frame, labels, position

    def label_levels(self) -> list[Column]:
        index = self.g.frame.index
        if index.kind == "columns":
            return [Column(x.label, f"__label{n}", x.dtype) for n, x in enumerate(index.levels)]
        return [Column(None, "__label0", "int64")]

    def key_levels(self) -> list[Column]:
        return [
            Column(k.label, f"__key{n}", k.dtype, nullable=k.nullable)
            for n, k in enumerate(self.g.keys)
        ]


def name_of(position: Any) -> str:
    """The column of a position by its name."""
    return literal_eval(position.text.removeprefix("F.col(").removesuffix(")"))


def seen_by(c: Call, g: Groups, include_groups: bool) -> list[str] | None:
    """The columns that a function of a frame gets; None for all of a frame with unknown ones."""
    frame, selection = g.frame, g.grouped.chosen(include_groups)
    if selection is None and frame.open:
        c.need(include_groups and frame.gap != "None", "the columns of the frame are not known")
        c.need(not frame.nullable, "nullable columns in a Python function")
        c.ctx.use(frame)
        return None
    labels = frame.labels if selection is None else selection
    keys = [] if include_groups or selection is not None else g.in_axis()
    columns = [frame.column(x) for x in labels if x not in keys]
    for x in columns:
        seen(c, x, frame)
    c.need(all(x.label == x.name for x in columns), "columns with other names in Spark")
    return [x.name for x in columns]


def seen(c: Call, column: Any, frame: Frame | None = None) -> None:
    """Refuse a column that pandas' function would not get as it is."""
    c.need(column.dtype in _SEEN, f"a {column.dtype} column in a Python function")
    c.need(not column.is_nullable and column.gap != "None", "nullable columns in a Python function")
    if frame is not None:
        c.ctx.use(frame, column)


def applied(c: Call, func: Any, gives: str, shape: Value | None = None, names: list | None = None,
            include_groups: bool = True, grouped: Any = None) -> Value:  # fmt: skip
    """``apply_groups`` of a function that gives a "frame", "series", "record" or "value"."""
    from rules.apply import function_text

    grouped = grouped or c.grouped
    g = Groups(c, grouped)
    c.need(getattr(grouped, "freq", None) is None, "a function over bins of time")
    c.need(grouped.as_index, "apply with as_index=False")
    text = func if isinstance(func, str) else function_text(c, func, [], {})
    rows = Rows_(g)
    values, label = value_names(c, g, rows, include_groups)
    columns, types = result_columns(gives, shape, names, label, g)
    options = {
        "values": values,
        "labels": None if rows.labels == ["__pos"] else rows.labels,
        "order": None if rows.position == "__pos" else rows.position,
        "gives": None if gives == "frame" else gives,
        "columns": [x.name for x in columns] if columns and gives != "series" else None,
        "types": types or None,
        "dropna": None if grouped.dropna else False,
        "sort": None if grouped.sort else False,
        "group_keys": None if grouped.group_keys or gives in ("record", "value") else False,
    }
    given = "".join(f", {k}={render(v)}" for k, v in options.items() if v is not None)
    c.verdict = "udf"  # type: ignore[attr-defined]
    call = f"{c.ctx.call('apply_groups')}({rows.frame.text}, {rows.keys!r}, {text}{given})"
    levels = rows.key_levels() if grouped.group_keys or gives in ("record", "value") else []
    levels += rows.label_levels() if gives in ("frame", "series") else []
    by = [f"__by{n}" for n in range(len(g.keys) if grouped.sort else 1)]
    order = Order(tuple(SortKey(n, None) for n in (*by, "__nth")), None, True, True)
    keys = tuple(x.name for x in rows.key_levels() if x.name not in {v.name for v in levels})
    out = Frame(call, tuple(columns or ()), open=columns is None, index=Index("columns", levels=tuple(levels), unique=gives in ("record", "value")),
                order=order, rows=Rows(), hidden=(*by, "__nth", *keys), vars=rows.frame.vars | g.vars)  # fmt: skip
    if gives in ("series", "value"):
        return series_of(c.ctx, out, out.columns[0].label)
    return out


def python_value(g: Groups, func: Any, v: Col) -> Made:
    """A function that reduces a group's values, run as it is."""
    from rules.apply import function_text

    c = g.c
    text = function_text(c, func, [], {})
    body = c.interpreter.program.code(func.node) if isinstance(func, Func) else text  # type: ignore[attr-defined]
    if re.search(r"\.(index|idxmax|idxmin|loc|at|reindex|align|items|name)\b", body):
        raise NoRule("a function that looks at the labels of the group's rows")
    shape = followed(c, func, v) if isinstance(func, Func) else None
    dtype = shape.dtype if isinstance(shape, Scalar) and shape.dtype in _SURE else None
    v = g.exact(v)
    seen_value(v)
    c.verdict = "udf"  # type: ignore[attr-defined]
    expr = E(f"{c.ctx.call('group_value')}({text}, {v.expr}, {g.position()})")
    return Made(expr, dtype, False, False, UNKNOWN, tagged=True)


def seen_value(v: Col) -> None:
    """Refuse values that pandas' function would not get as they are."""
    if v.dtype not in _SEEN or v.is_nullable or v.gap == "None":
        raise NoRule(f"the values of a {v.dtype} column in a Python function")


def python_rows(c: Call, g: Groups, func: Any, v: Col) -> Col:
    """``transform`` by a function that has no Spark form: run as it is, group by group."""
    from rules.apply import function_text, udf_column

    c.need(getattr(g.grouped, "freq", None) is None, "a function over bins of time")
    text = function_text(c, func, [], {})
    seen_value(v)
    shape = followed(c, func, v) if isinstance(func, Func) else None
    dtype = shape.dtype if isinstance(shape, (Col, Scalar)) and shape.dtype in _SURE else None
    order = g.order()
    keys = [k.column.name for k in g.keys if k.column is not None]
    c.need(len(keys) == len(g.keys), "keys that are computed")
    g.by_text()
    options = ""
    if len(order) > 1 or g.frame.order.keys:
        options = f", order=[{', '.join(map(str, order))}]"
    elif name_of(order[0]) != "__pos":
        options = f", order={name_of(order[0])!r}"
    options += "" if g.grouped.dropna else ", dropna=False"
    options += f", kind={SPARK_TYPES[dtype]!r}" if dtype else ""
    step = f"{c.ctx.call('transform_groups')}(@@, ##, {keys!r}, {text}, {v.expr}{options})"
    series = v.but(temps=tuple(g.temps.items()), deps=g.deps)
    made = udf_column(c, step, None, series, label=v.label, function=func)
    return made if dtype is None else made.but(dtype=dtype)


def value_names(c: Call, g: Groups, rows: Rows_, include_groups: bool) -> tuple[Any, Any]:
    """The name or names of what the function gets, and the label of a Series."""
    series = g.grouped.series
    if series is None:
        return seen_by(c, g, include_groups), None
    seen(c, series)
    if series.column is not None and series.column in g.frame.columns:
        return series.column.name, series.label
    name = c.ctx.temp("value")
    rows.frame = chain(rows.frame, f".withColumn({render(name)}, {g.value(series).expr})")
    return name, series.label


def result_columns(gives: str, shape: Value | None, names: list | None, label: Any, g: Groups) -> tuple[list[Column] | None, dict]:  # fmt: skip
    """The columns of the result, and the Spark types of those that are known."""
    if gives in ("series", "value"):
        dtype = shape.dtype if isinstance(shape, (Col, Scalar)) and shape.dtype in _SURE else None
        types = {"value": SPARK_TYPES[dtype]} if dtype else {}
        return [Column(label, "value", dtype)], types
    if names is not None:
        return [Column(x, physical(g.frame.but(columns=()), x), None) for x in names], {}
    if not isinstance(shape, Frame) or shape.open:
        return None, {}
    if not all(isinstance(x.label, str) for x in shape.columns):
        raise NoRule("columns whose labels are not text")
    before = {x.uid for x in g.frame.columns}
    columns, types = [], {}
    for x in shape.columns:
        kept = x.uid in before and x.dtype in SPARK_TYPES and x.dtype not in ("int64?", None)
        dtype = x.dtype if kept or x.dtype in _SURE else None
        columns.append(Column(x.label, x.label, dtype))
        if dtype is not None:
            types[x.label] = SPARK_TYPES[dtype]
    return columns, types


def shape_of(value: Value | None) -> str:
    """What the function gives, in the words of ``apply_groups``. Raises NoRule where that is not known."""
    if isinstance(value, Frame):
        return "frame"
    if isinstance(value, Scalar):
        return "value"
    if isinstance(value, Col) and value.kind == "Series":
        return "series"
    raise NoRule("what the function gives for a group is not known here")


__all__ = ["applied", "col", "followed", "named", "shape_of"]
