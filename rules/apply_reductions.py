"""``apply`` of functions that give one value: of each row (``lambda r: r.max() - r.min()``,
``"-".join``), or of each column (``lambda c: c.isna().sum()``)."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules.apply_whole_rows import Reader
from rules.elementwise import own_cells
from rules.lib import derive, tight
from rules.registry import Call
from transpiler.errors import attempt
from transpiler.facts import ByColumn, Col, ColumnValues, Const, Frame, Func, Module, Value
from transpiler.symbolic import F

#: functions that pandas gives a row or a column, as methods of a frame that mean the same
_SPELT = {"numpy.sum": "sum", "numpy.mean": "mean", "numpy.max": "max", "numpy.min": "min"}
_BUILTIN = {"builtins.max": "max", "builtins.min": "min", "builtins.sum": "sum"}


def method_of(c: Call, function: Any, frame: Frame) -> str | None:
    """The method of a frame that a function of numpy or Python stands for."""
    if not isinstance(function, Module):
        return None
    if function.name in _BUILTIN:  # Python's compare and add missing values, too
        series = own_cells(c.ctx, frame)
        c.need(all(s.null_free and s.dtype == "int64" for s in series), "a function of Python over values that may be missing")  # fmt: skip
        return _BUILTIN[function.name]
    return _SPELT.get(function.name)


# --- one value a row --------------------------------------------------------------------------


def of_each_row(c: Call, frame: Frame, function: Any, args: list, kwargs: dict) -> Col | None:
    """One value of each row as an expression; None where the function is not of such a form."""
    point = c.ctx.save()
    found = attempt(row_value, c, frame, function, args, kwargs)
    if found is None:
        c.ctx.restore(point)
    return found


def row_value(c: Call, frame: Frame, function: Any, args: list, kwargs: dict) -> Col:
    c.need(c.lit("result_type") in (None, "reduce"), "result_type= of one value")
    c.need(not frame.nullable and not any(x.is_nullable for x in frame.columns), "rows of nullable columns")  # fmt: skip
    c.need(not frame.open, "the columns of the frame are not known here")
    name = method_of(c, function, frame)
    if name is not None:
        c.need(not args and not kwargs, "arguments of the function")
        options = {"axis": Const(1)}
        return c.interpreter.by_rule(f"DataFrame.{name}", frame, [], options, c.node)  # type: ignore[attr-defined]
    c.need(isinstance(function, Func) and not args and not kwargs, "arguments of the function")
    joined = join_of(function)
    if joined is not None:
        return rows_joined(c, frame, *joined)
    result = Reader(c, frame, function, args, kwargs).result
    c.need(isinstance(result, Col) and result.frame.rows.uid == frame.rows.uid, "a function that gives something else than a value of the row")  # fmt: skip
    return result.but(label=None)


def join_of(function: Func) -> tuple[str, list[str]] | None:
    """The separator, and what is done to the row, of ``lambda r: ", ".join(r.dropna())``."""
    body = function.node.body
    params = function.node.params.params
    if not isinstance(body, cst.Call) or len(body.args) != 1 or len(params) != 1:
        return None
    join = body.func
    text = isinstance(join, cst.Attribute) and isinstance(join.value, cst.SimpleString)
    if not text or join.attr.value != "join":  # type: ignore[union-attr]
        return None
    steps: list[str] = []
    node = body.args[0].value
    while isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        plain = all(isinstance(a.value, cst.Name) and a.value.value == "str" for a in node.args)
        if len(node.args) != (node.func.attr.value == "astype") or not plain:
            return None
        steps.insert(0, node.func.attr.value)
        node = node.func.value
    if not isinstance(node, cst.Name) or node.value != params[0].name.value:
        return None
    known = steps in ([], ["dropna"], ["astype"], ["dropna", "astype"])
    separator = join.value.evaluated_value  # type: ignore[union-attr]
    return (separator, steps) if known and isinstance(separator, str) else None


def rows_joined(c: Call, frame: Frame, separator: str, steps: list[str]) -> Col:
    """The texts of a row, with a separator between them."""
    series = own_cells(c.ctx, frame)
    c.need(series, "a frame without columns")
    if "astype" in steps:
        kinds = {s.dtype for s in series}  # a row of numbers has one dtype for all of them
        c.need(kinds <= {"object"} or kinds == {"int64"} or kinds <= {"object", "int64"} and "object" in kinds, "texts of other values than texts and whole numbers")  # fmt: skip
        c.need(all(s.null_free or s.gap == "nan" or steps[0] == "dropna" for s in series), "whether a missing value is None or NaN")  # fmt: skip
        series = [texts(s, steps[0] == "dropna") for s in series]
    c.need(all(s.dtype == "object" for s in series), "rows that are not of texts for sure")
    whole = all(s.null_free for s in series)
    c.need(whole or steps and steps[0] == "dropna", "texts that may be missing, which pandas refuses to join")  # fmt: skip
    expr = F.concat_ws(separator, *(tight(s) for s in series))
    return derive(expr, "object", *series, label=None, null_free=True, loose=False)


def texts(series: Col, gaps: bool) -> Col:
    """The values as texts: a missing one is ``nan`` then, unless it stays missing."""
    expr = series.expr.cast("string") if series.dtype != "object" else series.expr
    if not series.null_free and not gaps:
        expr = F.coalesce(expr, F.lit("nan"))
    return derive(expr, "object", series, null_free=series.null_free or not gaps, loose=False)


def bound_join(value: Any) -> str | None:
    """The separator of ``"-".join`` as a function."""
    function = value.value if isinstance(value, Const) else None
    owner = getattr(function, "__self__", None)
    return owner if getattr(function, "__name__", "") == "join" and isinstance(owner, str) else None


# --- one value a column -----------------------------------------------------------------------

#: methods that do to every column of a frame what they do to a Series
_ALIKE = {
    "sum", "mean", "min", "max", "median", "std", "var", "sem", "prod", "skew", "kurt", "count", "nunique", "quantile",
    "isna", "isnull", "notna", "notnull", "abs", "any", "all", "fillna", "eq", "ne", "gt", "lt", "ge", "le",
}  # fmt: skip


class Alike(cst.CSTVisitor):
    """Whether a function of a column means the same of all columns at once."""

    def __init__(self, name: str) -> None:
        self.name, self.fine = name, True

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self.fine = self.fine and node.attr.value in _ALIKE

    def visit_Call(self, node: cst.Call) -> None:
        length = isinstance(node.func, cst.Name) and node.func.value == "len"
        self.fine = self.fine and (length or isinstance(node.func, cst.Attribute))
        for arg in node.args:
            self.fine = self.fine and (length or not isinstance(arg.value, (cst.Name, cst.Attribute)))  # fmt: skip

    def visit_Subscript(self, node: cst.Subscript) -> None:
        self.fine = False

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> None:
        self.fine = False

    visit_IfExp = visit_Comparison = visit_Lambda = visit_BooleanOperation  # type: ignore[assignment]


def of_each_column(c: Call, function: Any) -> Value | None:
    """One value of each column, computed of all columns at once; None for other functions."""
    point = c.ctx.save()
    found = attempt(column_values, c, function)
    if found is None:
        c.ctx.restore(point)
    return found


def column_values(c: Call, function: Any) -> Value:
    frame, interpreter = c.frame, c.interpreter  # type: ignore[attr-defined]
    name = method_of(c, function, frame)
    if name is not None:
        return interpreter.by_rule(f"DataFrame.{name}", frame, [], {}, c.node)
    lambda_ = isinstance(function, Func) and isinstance(function.node, cst.Lambda)
    c.need(lambda_ and len(function.node.params.params) == 1, "a function that gives one value per column")  # fmt: skip
    visitor = Alike(function.node.params.params[0].name.value)
    function.node.body.visit(visitor)
    c.need(visitor.fine, "a function that gives one value per column")
    value = interpreter.inline(function, [frame], {}, None)
    c.need(isinstance(value, (ByColumn, ColumnValues)), "a function that gives one value per column")  # fmt: skip
    labels = value.labels
    c.need(isinstance(value, ColumnValues) and labels is None or list(labels) == frame.labels, "a function that gives one value per column")  # fmt: skip
    return value


__all__ = ["bound_join", "of_each_column", "of_each_row", "rows_joined"]
