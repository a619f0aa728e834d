"""``apply(axis=1)`` of functions that give a row for a row: ``lambda r: r / r.sum()``.

Such a function is arithmetic of whole rows with values of the same row: arithmetic of the frame's
columns with a Series. A row of pandas has one dtype for all its values, and so have the results.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import libcst as cst

from rules.elementwise import mapped
from rules.lib import derive, series_of
from rules.registry import Call
from transpiler.errors import NoRule
from transpiler.facts import Col, Const, Frame, Func, Scalar, Value
from transpiler.infer.scope import Scope
from transpiler.source import read_names

_OPERATORS = {"Add": "add", "Subtract": "sub", "Multiply": "mul", "Divide": "truediv"}
_COMPARED = {
    "Equal": "__eq__", "NotEqual": "__ne__", "LessThan": "__lt__", "LessThanEqual": "__le__",
    "GreaterThan": "__gt__", "GreaterThanEqual": "__ge__",
}  # fmt: skip
#: methods of a row that give one value, and those that give a row
_TO_VALUE = {"sum", "mean", "min", "max", "std", "var", "median", "prod", "count", "idxmax", "idxmin", "nunique"}  # fmt: skip
_ALONG = {"cumsum", "cumprod", "cummax", "cummin", "diff", "rank"}
_EACH = {"abs", "round"}
#: methods and attributes of a row that do not give one: what gives_row need not be afraid of
_NO_ROW = _TO_VALUE | {
    "nunique", "any", "all", "idxmax", "idxmin", "argmax", "argmin", "get", "item", "size", "name", "quantile", "skew",
    "kurt", "sem", "product", "empty", "hasnans", "first_valid_index", "last_valid_index", "to_json", "to_string", "dot",
}  # fmt: skip


@dataclass(frozen=True)
class Rows:
    """Whole rows: the frame that they make up; ``fractions``: all of its values are."""

    frame: Frame
    fractions: bool = False


def gives_row(function: Any) -> bool:
    """Whether what a function of a row gives may be a row again, as far as its text tells."""
    if not isinstance(function, Func) or not function.node.params.params:
        return False
    rows = {function.node.params.params[0].name.value}
    found = False

    def is_row(node: Any) -> bool:
        if isinstance(node, cst.Name):
            return node.value in rows
        if isinstance(node, cst.BinaryOperation):
            return is_row(node.left) or is_row(node.right)
        if isinstance(node, cst.UnaryOperation):
            return is_row(node.expression)
        if isinstance(node, cst.IfExp):
            return is_row(node.body) or is_row(node.orelse)
        if isinstance(node, cst.Comparison):
            return is_row(node.left) or any(is_row(x.comparator) for x in node.comparisons)
        if isinstance(node, cst.Call):
            owner = node.func
            return (
                isinstance(owner, cst.Attribute)
                and is_row(owner.value)
                and owner.attr.value not in _NO_ROW
            )
        return False

    class Visitor(cst.CSTVisitor):
        def visit_Assign(self, node: cst.Assign) -> None:
            if is_row(node.value):
                rows.update(t.target.value for t in node.targets if isinstance(t.target, cst.Name))

        def visit_Return(self, node: cst.Return) -> None:
            nonlocal found
            found = found or node.value is not None and is_row(node.value)

    if isinstance(function.node, cst.Lambda):
        return is_row(function.node.body)
    function.node.body.visit(Visitor())
    return found


class Reader:
    """The body of a function of a row, read as steps over the frame."""

    def __init__(self, c: Call, frame: Frame, function: Func, args: list, kwargs: dict) -> None:
        self.c, self.frame = c, frame
        self.interpreter: Any = c.interpreter  # type: ignore[attr-defined]
        self.scope = Scope(parent=function.scope, name=function.name or "row")
        self.names: dict[str, Any] = {}
        self.interpreter.bind_parameters(
            function, [Const(None), *args], kwargs, self.scope, None, False
        )
        name = function.node.params.params[0].name.value
        self.names[name] = Rows(frame)
        self.result = self.body(function.node.body)

    def body(self, node: Any) -> Any:
        if not isinstance(node, cst.IndentedBlock):
            return self.read(node)
        for line in node.body:
            statements = line.body if isinstance(line, cst.SimpleStatementLine) else [None]
            for one in statements:
                if isinstance(one, cst.Return) and one.value is not None:
                    return self.read(one.value)
                if isinstance(one, cst.Expr) and isinstance(one.value, cst.SimpleString):
                    continue
                plain = isinstance(one, cst.Assign) and len(one.targets) == 1
                self.c.need(
                    plain and isinstance(one.targets[0].target, cst.Name),
                    "a statement of this form in a function of whole rows",
                )
                self.names[one.targets[0].target.value] = self.read(one.value)
        raise NoRule("a function of whole rows that gives nothing")

    def read(self, node: Any) -> Any:
        """The rows, the Series or the constant that an expression is."""
        if isinstance(node, cst.Name) and node.value in self.names:
            return self.names[node.value]
        if isinstance(node, cst.BinaryOperation):
            return self.binary(node)
        if isinstance(node, cst.Comparison) and len(node.comparisons) == 1:
            sides = [self.read(x) for x in (node.left, node.comparisons[0].comparator)]
            method = _COMPARED.get(type(node.comparisons[0].operator).__name__)
            self.c.need(method and not any(isinstance(x, Rows) for x in sides), "a comparison of whole rows")  # fmt: skip
            return self.interpreter.operator(method, *sides, node)
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
            return self.met("mul", self.read(node.expression), Const(-1), node)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            owner = node.func.value
            if any(self.mentions(x) for x in (owner, *(a.value for a in node.args))):
                return self.method(node)
        if isinstance(node, cst.Subscript) and isinstance(node.value, cst.Name):
            if isinstance(self.names.get(node.value.value), Rows):
                return self.cell(node)
        self.c.need(not self.mentions(node), "a whole row is used in another way")
        return self.interpreter.eval(node, self.scope)

    def mentions(self, node: Any) -> bool:
        return not read_names(node).isdisjoint(self.names)

    def binary(self, node: cst.BinaryOperation) -> Any:
        name = _OPERATORS.get(type(node.operator).__name__)
        left, right = self.read(node.left), self.read(node.right)
        if not isinstance(left, Rows) and not isinstance(right, Rows):
            method = f"__{name or type(node.operator).__name__.lower()}__"
            return self.interpreter.operator(method, left, right, node)
        self.c.need(name is not None, "an operator of this kind between whole rows")
        return self.met(name, left, right, node)  # type: ignore[arg-type]

    def met(self, name: str, left: Any, right: Any, node: Any) -> Any:
        """Rows and a value, or rows and rows; true division alone gives fractions of any numbers."""
        if not isinstance(left, Rows) and not isinstance(right, Rows):
            return self.interpreter.operator(f"__{name}__", left, right, node)
        divided = name == "truediv"
        sides = [self.uniform(x, divided) for x in (left, right)]
        if all(isinstance(x, Rows) for x in sides):
            method, rows, args = f"__{name}__", sides[0], [sides[1].frame]
        else:
            swapped = not isinstance(sides[0], Rows)
            rows, value = (sides[1], sides[0]) if swapped else (sides[0], sides[1])
            self.c.need(isinstance(value, (Col, Const, Scalar)), "a whole row meets another value")
            by_row = isinstance(value, Col)
            self.c.need(not (swapped and by_row), "a value of the row on the left of the row")
            method = name if by_row else f"__{'r' if swapped else ''}{name}__"
            args = [value]
        kwargs = {"axis": Const(0)} if not method.startswith("__") else {}
        made = self.interpreter.by_rule(f"DataFrame.{method}", rows.frame, args, kwargs, node)
        kept = all(getattr(x, "fractions", True) for x in sides)
        return Rows(made, divided or kept)

    def uniform(self, value: Any, divided: bool = False) -> Any:
        """Rows whose values have the one dtype that a row has in pandas."""
        if not isinstance(value, Rows):
            return value
        from rules.apply import row_dtype

        frame = value.frame
        if value.fractions or divided:
            return value
        kind = row_dtype(frame)
        self.c.need(kind in ("int64", "float64"), "what a row is made of is not known here")
        if kind == "int64" or {x.dtype for x in frame.columns} == {"float64"}:
            return Rows(frame, kind == "float64")

        def change(s: Col) -> Col:
            if s.dtype == "float64":
                return s
            return derive(s.expr.cast("double"), "float64", s, column=None)

        return Rows(mapped(self.c.ctx, frame, change), True)

    def method(self, node: cst.Call) -> Any:
        owner, name = self.read(node.func.value), node.func.attr.value  # type: ignore[attr-defined]
        args, kwargs = [], {}
        for arg in node.args:
            self.c.need(not arg.star, "starred arguments")
            if arg.keyword is None:
                args.append(self.read(arg.value))
            else:
                kwargs[arg.keyword.value] = self.read(arg.value)
        if not isinstance(owner, Rows):
            self.c.need(isinstance(owner, Col), "a method of something else than a row")
            return self.interpreter.by_rule(f"Series.{name}", owner, args, kwargs, node)
        rows = self.uniform(owner, name in ("sum", "mean", "count"))
        given = [*args, *kwargs.values()]
        if name == "fillna" and len(args) == 1 and isinstance(args[0], Col) and not kwargs:
            return self.filled(rows, args[0], node)
        self.c.need(all(isinstance(x, Const) for x in given), "a method of a row with such arguments")  # fmt: skip
        along = name in _TO_VALUE | _ALONG and not args
        self.c.need(along or name in _EACH, f"{name} of a whole row")
        options = {**kwargs, "axis": Const(1)} if along else kwargs
        made = self.interpreter.by_rule(f"DataFrame.{name}", rows.frame, args, options, node)
        return made if name in _TO_VALUE else Rows(made, rows.fractions)

    def filled(self, rows: Rows, value: Col, node: Any) -> Rows:
        """The gaps of a row filled with a value of it."""
        kinds = {x.dtype for x in rows.frame.columns}
        self.c.need(kinds == {"float64"}, "gaps of a row of other values than fractions")

        def fill(s: Col) -> Col:
            return self.interpreter.by_rule("Series.fillna", s, [value], {}, node)

        return Rows(mapped(self.c.ctx, rows.frame, fill), True)

    def cell(self, node: cst.Subscript) -> Any:
        rows = self.uniform(self.names[node.value.value])  # type: ignore[attr-defined]
        key = self.interpreter.key(node, self.scope)
        self.c.need(isinstance(key, Const) and isinstance(key.value, str), "some values of a row")
        return series_of(self.c.ctx, rows.frame, key.value)


def whole_rows(c: Call, frame: Frame, function: Any, args: list, kwargs: dict) -> Value:
    """The frame of the rows that a function makes of each row."""
    c.need(isinstance(function, Func), "a function by name")
    c.need(c.lit("result_type") in (None, "expand", "broadcast"), "result_type= of this value")
    c.need(not frame.nullable and not any(x.is_nullable for x in frame.columns), "rows of nullable columns")  # fmt: skip
    result = Reader(c, frame, function, args, kwargs).result
    c.need(isinstance(result, Rows), "a function that gives something else than the row")
    return result.frame
