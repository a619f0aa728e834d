"""Functions of a window's values that are made of aggregates: ``rolling(3).apply(lambda x: x[-1] - x[0])``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

import libcst as cst

from rules.dates import runtime
from rules.group_bodies import opened
from rules.registry import Call
from transpiler.errors import NoRule, Refused, TranspileError
from transpiler.facts import Const, Func, Module
from transpiler.infer.scope import Scope
from transpiler.symbolic import E, F


@dataclass(frozen=True)
class Values:
    """The values of the window, each of them changed alike: missing ones are missing."""

    expr: E
    test: bool = False  # truth values, which are there for missing values too


@dataclass(frozen=True)
class One:
    """One number of the window."""

    expr: E


#: name -> aggregate of values of which missing ones are left out
_SKIPPING: dict[str, Callable[[E], E]] = {
    "sum": F.sum, "mean": F.avg, "min": F.min, "max": F.max, "median": lambda x: F.percentile(x, 0.5),
}  # fmt: skip
_SPREADS = {("std", 0): F.stddev_pop, ("std", 1): F.stddev_samp, ("var", 0): F.var_pop, ("var", 1): F.var_samp}  # fmt: skip
_EMPTY = {"sum": 0.0, "prod": 1.0}
_ALIASES = {"amax": "max", "amin": "min"}
_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    cst.Add: lambda a, b: a + b,
    cst.Subtract: lambda a, b: a - b,
    cst.Multiply: lambda a, b: a * b,
}
_TESTS: dict[type, Callable[[Any, Any], Any]] = {
    cst.GreaterThan: lambda a, b: a > b, cst.LessThan: lambda a, b: a < b,
    cst.GreaterThanEqual: lambda a, b: a >= b, cst.LessThanEqual: lambda a, b: a <= b,
}  # fmt: skip


def window_function(c: Call, func: Any, raw: bool) -> Callable[[E, E], E]:
    """(column, window) -> what a function of the values gives. Raises NoRule for one that is not
    followed. ``raw``: it gets an array, whose aggregates are NaN where one value is."""
    if isinstance(func, Module):
        name = func.name.partition(".")[2]
        if not func.name.startswith("numpy.") or "." in name:
            raise NoRule("a function of windows that is not followed")

        def plain(x: E, rows: E) -> E:
            return Followed(c, x, rows, raw, Scope(name="window"), "").numpy(name, Values(x), [])

        plain(E("x"), E("w"))
        return plain
    if not isinstance(func, Func):
        raise NoRule("a function of windows that is not followed")
    parameter, body = opened(func)

    def build(x: E, rows: E) -> E:
        scope = Scope(parent=func.scope, name="window")
        found = Followed(c, x, rows, raw, scope, parameter).of(body)
        if not isinstance(found, One):
            raise NoRule("a function of windows that gives no number")
        divided = "truediv(" in found.expr.text  # which may give infinities, and those NaN
        return F.nanvl(found.expr, F.lit(None)) if divided else found.expr

    try:
        build(E("x"), E("w"))
    except (Refused, TranspileError) as error:
        raise NoRule(str(error)) from None
    return build


class Followed:
    """The body of a function of a window's values."""

    def __init__(self, c: Call, x: E, rows: E, raw: bool, scope: Scope, parameter: str) -> None:
        self.c, self.x, self.rows, self.raw = c, x, rows, raw
        self.scope, self.parameter = scope, parameter

    def of(self, node: cst.CSTNode) -> Any:
        """Values, One, or a Python number."""
        handler = self.HANDLERS.get(type(node))
        found = handler(self, node) if handler is not None else None
        return self.constant(node) if found is None else found

    def constant(self, node: cst.CSTNode) -> Any:
        """A number that the program knows."""
        from transpiler.source import read_names

        if self.parameter in read_names(node):
            raise NoRule("a function of windows that is not followed")
        value = self.c.interpreter.eval(node, self.scope)  # type: ignore[attr-defined]
        number = value.value if isinstance(value, Const) else None
        if not isinstance(number, (int, float)) or isinstance(number, bool) or number != number:
            raise NoRule("a function of windows that is not followed")
        return number

    def name(self, node: cst.Name) -> Any:
        return Values(self.x) if node.value == self.parameter else None

    def unary(self, node: cst.UnaryOperation) -> Any:
        if not isinstance(node.operator, cst.Minus):
            return None
        value = self.of(node.expression)
        if isinstance(value, (Values, One)) and not getattr(value, "test", False):
            return type(value)(-plain_number(value))
        return -value

    def binary(self, node: cst.BinaryOperation) -> Any:
        a, b = self.of(node.left), self.of(node.right)
        kinds = {type(v) for v in (a, b) if isinstance(v, (Values, One))}
        if not kinds:
            return self.constant(node)
        if len(kinds) > 1 or getattr(a, "test", False) and getattr(b, "test", False):
            raise NoRule("values of a window beside what is made of them all")
        (kind,) = kinds
        left, right = (plain_number(v) if isinstance(v, (Values, One)) else v for v in (a, b))
        function = _ARITHMETIC.get(type(node.operator))
        if function is not None:
            return kind(function(left, right))
        if isinstance(node.operator, cst.Power) and right == 2 and isinstance(right, int):
            return kind(left * left)
        if not isinstance(node.operator, cst.Divide):
            raise NoRule("an operator in a function of windows")
        if not isinstance(right, E) and right != 0:
            return kind(left / float(right))
        if kind is Values or not isinstance(right, E):
            raise NoRule("values of a window that are divided")
        left = left if isinstance(left, E) else F.lit(float(left))
        return One(runtime(self.c, "truediv", left, right, "double", "double"))

    def comparison(self, node: cst.Comparison) -> Any:
        if len(node.comparisons) != 1:
            return None
        function = _TESTS.get(type(node.comparisons[0].operator))
        a, b = self.of(node.left), self.of(node.comparisons[0].comparator)
        if function is None or not isinstance(a, Values) or isinstance(b, (Values, One)):
            raise NoRule("a comparison in a function of windows")
        return Values(function(plain_number(a), b), test=True)

    def subscript(self, node: cst.Subscript) -> Any:
        """``x[-1]`` of an array, ``x.iloc[0]`` of a Series."""
        owner = node.value
        if not self.raw and isinstance(owner, cst.Attribute) and owner.attr.value == "iloc":
            owner = owner.value
        elif not self.raw:
            return None
        if self.parameter not in {getattr(owner, "value", None)} or len(node.slice) != 1:
            return None
        if not isinstance(node.slice[0].slice, cst.Index):
            return None
        place = self.constant(node.slice[0].slice.value)
        if place not in (0, -1) or not isinstance(place, int):
            raise NoRule("a value of a window by its number")
        return One((F.last if place else F.first)(self.x).over(self.rows))

    def attribute(self, node: cst.Attribute) -> Any:
        if node.attr.value == "size" and getattr(node.value, "value", None) == self.parameter:
            return One(F.count(F.lit(1)).over(self.rows).cast("double"))
        return None

    def call(self, node: cst.Call) -> Any:
        arguments = [a.value for a in node.args if a.keyword is None]
        named = {
            a.keyword.value: self.constant(a.value) for a in node.args if a.keyword is not None
        }
        if isinstance(node.func, cst.Attribute):
            from transpiler.source import read_names

            if self.parameter in read_names(node.func.value):
                owner = self.of(node.func.value)
                if not isinstance(owner, Values) or arguments:
                    raise NoRule("a method in a function of windows")
                return self.aggregate(node.func.attr.value, owner, named, self.raw, 0 if self.raw else 1)  # fmt: skip
        found = self.c.interpreter.eval(node.func, self.scope)  # type: ignore[attr-defined]
        if (
            not isinstance(found, Module)
            or len(arguments) != 1
            or named
            and named.keys() != {"ddof"}
        ):
            return None
        value = self.of(arguments[0])
        if found.name == "builtins.len" and isinstance(value, Values):
            return One(F.count(F.lit(1)).over(self.rows).cast("double"))
        kind, _, name = found.name.partition(".")
        if kind != "numpy":
            raise NoRule("a function in a function of windows")
        if isinstance(value, One) and name == "sqrt":
            return One(F.when(value.expr >= 0, F.sqrt(value.expr)))
        if not isinstance(value, Values):
            return None
        return One(self.numpy(name, value, named))

    def numpy(self, name: str, value: Values, named: Any) -> E:
        """An aggregate by a function of numpy; of a Series most leave missing values out."""
        skipping = name.startswith("nan")
        name = _ALIASES.get(name, name)
        whole = self.raw and not skipping or name == "median"
        found = self.aggregate(name.removeprefix("nan"), value, dict(named or {}), whole, 0)
        return found.expr

    def aggregate(self, name: str, value: Values, named: dict, whole: bool, ddof: int) -> One:
        """An aggregate of the values; ``whole``: missing where one of them is."""
        expr = plain_number(value)
        if set(named) - ({"ddof"} if name in ("std", "var") else set()):
            raise NoRule("an argument in a function of windows")
        if name == "count" and not self.raw and not value.test:
            return One(F.count(expr).over(self.rows).cast("double"))
        spread = name in ("std", "var")
        function = _SPREADS.get((name, named.get("ddof", ddof))) if spread else _SKIPPING.get(name)
        function = product if name == "prod" else function
        if function is None:
            raise NoRule("an aggregate in a function of windows")
        found = function(expr, self.rows) if name == "prod" else function(expr).over(self.rows)
        if value.test:
            return One(found)
        if whole:
            full = F.count(self.x).over(self.rows) == F.count(F.lit(1)).over(self.rows)
            return One(F.when(full, found))
        return One(F.coalesce(found, F.lit(_EMPTY[name])) if name in _EMPTY else found)

    HANDLERS: dict[type, Callable[["Followed", Any], Any]] = {
        cst.Name: name,
        cst.UnaryOperation: unary,
        cst.BinaryOperation: binary,
        cst.Comparison: comparison,
        cst.Subscript: subscript,
        cst.Attribute: attribute,
        cst.Call: call,
    }


def product(x: E, rows: E) -> E:
    """The product of the values. Spark 3.5 has none of an expression over a window."""
    return F.aggregate(F.collect_list(x).over(rows), F.lit(1.0), lambda all_, one: all_ * one)


def plain_number(value: Any) -> E:
    """The expression as a number: a test is 1 or 0, which it is not of missing values."""
    if isinstance(value, Values) and value.test:
        return F.when(value.expr, 1.0).otherwise(0.0)
    return value.expr


__all__ = ["window_function"]
