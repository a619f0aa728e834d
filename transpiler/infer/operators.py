"""Operators, comparisons and conditions."""

from __future__ import annotations

import builtins
from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.errors import NoRule, attempt
from transpiler.facts import (
    NUMBERS,
    ByColumn,
    ColumnTest,
    DtypeOf,
    ColumnValues,
    Const,
    Frame,
    Func,
    Instance,
    Mapping,
    Module,
    Plain,
    Scalar,
    Sequence,
    Value,
)
from transpiler.infer.driver import BINARY, UNARY
from transpiler.infer.kinds import DATA
from transpiler.infer.moments import moment_type
from transpiler.infer.scope import Scope
from transpiler.infer.zero_divisions import may_raise, of_numpy
from transpiler.symbolic import is_dtype

_BINARY_NODES = {"Add": "__add__", "Subtract": "__sub__", "Multiply": "__mul__", "Divide": "__truediv__",
                 "FloorDivide": "__floordiv__", "Modulo": "__mod__", "Power": "__pow__",
                 "BitAnd": "__and__", "BitOr": "__or__", "BitXor": "__xor__",
                 "MatrixMultiply": "__matmul__", "LeftShift": "__lshift__", "RightShift": "__rshift__"}  # fmt: skip
_COMPARE_NODES = {"Equal": "__eq__", "NotEqual": "__ne__", "LessThan": "__lt__", "LessThanEqual": "__le__",
                  "GreaterThan": "__gt__", "GreaterThanEqual": "__ge__"}  # fmt: skip
_SWAPPED = {"__lt__": "__gt__", "__gt__": "__lt__", "__le__": "__ge__", "__ge__": "__le__",
            "__eq__": "__eq__", "__ne__": "__ne__"}  # fmt: skip
_UNARY_NODES = {"Minus": "__neg__", "BitInvert": "__invert__", "Plus": "__pos__"}
#: operators that keep whole numbers whole
_WHOLE = {"__add__", "__sub__", "__mul__", "__floordiv__", "__mod__"}
_DTYPES = {str: "object", int: "int64", float: "float64"}
_PYTHON = {**BINARY, "__lshift__": "<<", "__rshift__": ">>"}


def type_of_dtype(left: Value, right: Value) -> Value:
    """The type itself in ``df["a"].dtype == object``, where the dtype is known."""
    known = isinstance(left, DtypeOf) or isinstance(left, Const) and is_dtype(left.value)
    if not (known and isinstance(right, Module)):
        return right
    place, _, name = right.name.rpartition(".")
    if place not in ("builtins", "numpy"):
        return right
    import numpy  # there, as a dtype of it is

    found = getattr(builtins if place == "builtins" else numpy, name, None)
    plain = found in (object, str, int, float, bool)
    sized = (
        isinstance(found, type)
        and issubclass(found, numpy.generic)
        and found.__name__[-1].isdigit()
    )
    return Const(found) if plain or sized else right


class Operators:
    """Mixed into the interpreter."""

    ctx: Any
    program: Any
    driver: Any

    def truth(self, value: Value) -> bool:
        """The truth of a value that is known. Raises NoRule otherwise."""
        if isinstance(value, Const):
            return bool(value.value)
        if isinstance(value, Sequence):
            return bool(value.items)
        if isinstance(value, Mapping):
            return bool(value.items)
        if isinstance(value, (Func, Module)):
            return True
        raise NoRule("the condition is not known while translating")

    def unary(self, node: cst.UnaryOperation, scope: Scope) -> Value:
        value = self.eval(node.expression, scope)
        operator = type(node.operator).__name__
        if operator == "Not":
            try:
                return Const(not self.truth(value))
            except NoRule:
                return self.plain_like(f"not {self.driver.text(value)}", [value])
        method = _UNARY_NODES[operator]
        if isinstance(value, Const):
            return self.folded(lambda: {"__neg__": lambda v: -v, "__invert__": lambda v: ~v, "__pos__": lambda v: +v}[method](value.value), node)  # fmt: skip
        if isinstance(value, DATA):
            return self.call_method(value, method, [], {}, node)
        return self.plain_like(f"({UNARY[method]}{self.driver.text(value)})", [value])

    def binary(self, node: cst.BinaryOperation, scope: Scope) -> Value:
        left, right = self.eval(node.left, scope), self.eval(node.right, scope)
        return self.operator(_BINARY_NODES[type(node.operator).__name__], left, right, node)

    def operator(self, method: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
        """``left <op> right`` where ``method`` is the left operand's dunder."""
        if isinstance(left, Const) and isinstance(right, Const):
            folded = self.folded(lambda: _fold_operator(method, left.value, right.value), node)
            return replace(folded, secret=left.secret or right.secret)
        members = [v for v in (left, right) if isinstance(v, Instance) and v.cls.family == "enum"]
        if method in ("__eq__", "__ne__") and len(members) == 2:
            return Const((left is right) is (method == "__eq__"))
        if isinstance(left, Sequence) or isinstance(right, Sequence):
            both = all(
                isinstance(v, Sequence)
                or isinstance(v, Const)
                and isinstance(v.value, (list, tuple))
                for v in (left, right)
            )
            if method == "__add__" and both:
                kind = left.type if isinstance(left, Sequence) else type(left.value)  # type: ignore[union-attr]
                return Sequence((*self.iterate(left), *self.iterate(right)), kind)
        self.divisions += may_raise(method, left, right)  # type: ignore[attr-defined]
        told = of_dtypes(method, left, right)
        if told is not None:
            return told
        if isinstance(left, DATA):
            return self.call_method(left, method, [right], {}, node)
        if isinstance(right, DATA):
            swapped = _SWAPPED.get(method) or f"__r{method[2:]}"
            return self.call_method(right, swapped, [left], {}, node)
        a, b = self.driver.text(left), self.driver.text(right)
        symbol = _PYTHON.get(method, method)
        text = f"({a} {symbol} {b})"
        if self.trying and of_numpy(method, left, right):  # type: ignore[attr-defined]
            text = f"{self.ctx.call('quotient')}({a}, {b})"
        small = of_columns(method, left, right)
        if small is not None:
            return replace(small, text=text, vars=left.vars | right.vars)
        dtype = number_type(method, left, right) or moment_type(method, left, right)
        facts = number_facts(left, right) if method in _ARITHMETIC else {}
        return self.plain_like(text, [left, right], dtype, **facts)

    def compare(self, node: cst.Comparison, scope: Scope) -> Value:
        left = self.eval(node.left, scope)
        result: Value | None = None
        for target in node.comparisons:
            right = self.eval(target.comparator, scope)
            right = type_of_dtype(left, right)
            name = type(target.operator).__name__
            if name in _COMPARE_NODES:
                one = self.operator(_COMPARE_NODES[name], left, right, node)
            else:
                one = self.membership(name, left, right, node)
            result = one if result is None else self.boolean("and", result, one)
            left = right
        assert result is not None
        return result

    def membership(self, name: str, left: Value, right: Value, node: cst.CSTNode) -> Value:
        word = {"In": "in", "NotIn": "not in", "Is": "is", "IsNot": "is not"}[name]
        if isinstance(right, Frame) and word in ("in", "not in") and isinstance(left, Const):
            found = right.has(left.value)
            if found is not None:
                return Const(found is (word == "in"))
        if isinstance(left, Const) and isinstance(right, Const):
            a, b = left.value, right.value
            table = {"in": lambda: a in b, "not in": lambda: a not in b, "is": lambda: a is b, "is not": lambda: a is not b}  # fmt: skip
            return self.folded(table[word], node)
        if word in ("is", "is not") and isinstance(right, Const) and right.value is None and isinstance(left, (*DATA, Func, Sequence, Mapping)):  # fmt: skip
            return Const(word == "is not")
        if word in ("is", "is not") and isinstance(left, Frame) and isinstance(right, Frame):
            return Const((left is right) is (word == "is"))
        if word in ("is", "is not") and isinstance(left, Instance) and isinstance(right, Instance):
            return Const((left is right) is (word == "is"))
        if word in ("in", "not in") and isinstance(right, (Const, Sequence)):
            told = self.among_dtypes(left, right)
            if told is not None:
                return Const(told is (word == "in"))
        if isinstance(left, Const) and isinstance(right, Mapping):
            return Const((left.value in [k for k, _ in right.items]) is (word == "in"))
        return self.plain_like(
            f"({self.driver.text(left)} {word} {self.driver.text(right)})", [left, right]
        )

    def among_dtypes(self, left: Value, right: Value) -> bool | None:
        """Whether a dtype is among others; None where that is not known, and for other values."""
        if not (isinstance(left, DtypeOf) or isinstance(left, Const) and is_dtype(left.value)):
            return None
        items = [type_of_dtype(left, x) for x in self.iterate(right)]  # type: ignore[attr-defined]
        if isinstance(left, DtypeOf):
            told = [of_dtypes("__eq__", left, x) for x in items]
            return None if None in told else any(x.value for x in told)  # type: ignore[union-attr]
        if not all(isinstance(x, Const) for x in items):
            return None
        try:
            return any(bool(left.value == x.value) for x in items)  # type: ignore[union-attr]
        except TypeError:  # no dtype at all
            return None

    def boolean_operation(self, node: cst.BooleanOperation, scope: Scope) -> Value:
        word = "and" if isinstance(node.operator, cst.And) else "or"
        left = self.eval(node.left, scope)
        try:
            if self.truth(left) is (word == "or"):
                return left
            return self.eval(node.right, scope)
        except NoRule:
            return self.boolean(word, left, self.eval(node.right, scope))

    def boolean(self, word: str, left: Value, right: Value) -> Value:
        if isinstance(left, Const):
            return left if bool(left.value) is (word == "or") else right
        return self.plain_like(
            f"({self.driver.text(left)} {word} {self.driver.text(right)})", [left, right]
        )

    def conditional(self, node: cst.IfExp, scope: Scope) -> Value:
        test = self.eval(node.test, scope)
        taken = attempt(self.truth, test)
        if taken is not None:
            return self.eval(node.body if taken else node.orelse, scope)
        body, orelse = self.eval(node.body, scope), self.eval(node.orelse, scope)
        text = f"({self.driver.text(body)} if {self.driver.text(test)} else {self.driver.text(orelse)})"
        kinds = {type(v.value) for v in (body, orelse) if isinstance(v, Const)}
        both = isinstance(body, Const) and isinstance(orelse, Const) and len(kinds) == 1
        dtype = _DTYPES.get(kinds.pop()) if both else None
        if dtype is not None and isinstance(test, (Scalar, Plain)):
            return Scalar(text, dtype, test.vars)
        return self.plain_like(text, [test, body, orelse])


#: what makes numbers of numbers
_ARITHMETIC = {f"__{n}__" for n in ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow")}


def number_facts(*values: Value) -> dict[str, Any]:
    """What a number computed from numbers is: one of Python where they all are, never missing…"""
    if not all(is_number(v) or is_whole(v) or getattr(v, "is_numeric", False) for v in values):
        return {}
    scalars = [v for v in values if isinstance(v, Scalar)]
    python, full = (all(getattr(v, fact) for v in scalars) for fact in ("python", "full"))
    return {"python": python, "full": full, "how": "number"}


def number_type(method: str, left: Value, right: Value) -> str | None:
    """The dtype of a number computed from numbers; None where it is not known to be one."""
    if not all(is_whole(v) or is_number(v) for v in (left, right)):
        return None
    if not (is_whole(left) and is_whole(right)) or method == "__truediv__":
        return "float64"
    power = method == "__pow__" and isinstance(right, Const) and right.value >= 0
    gaps = any(isinstance(v, Scalar) and v.dtype == "int64?" for v in (left, right))
    return ("int64?" if gaps else "int64") if method in _WHOLE or power else None


def of_dtypes(method: str, left: Value, right: Value) -> Const | None:
    """The comparison of a dtype that is one of several, where it comes out the same for all."""
    if method not in ("__eq__", "__ne__") or not isinstance(left, DtypeOf) or not isinstance(right, Const):  # fmt: skip
        return None
    try:
        from pandas.api.types import pandas_dtype

        pandas_dtype(right.value)
    except (ImportError, TypeError):
        return None
    found = {bool(pandas_dtype(d) == right.value) for d in left.dtypes}
    return Const(found.pop() is (method == "__eq__")) if len(found) == 1 else None


def of_columns(method: str, left: Value, right: Value) -> Value | None:
    """One of two operands that have a number for each of the same columns, or of one and a number:
    what the result is of. None for others."""
    sides = [v for v in (left, right) if isinstance(v, (ByColumn, ColumnValues))]
    if method in _SWAPPED and len(sides) == 1 and isinstance(sides[0], ByColumn):
        other = right if left is sides[0] else left
        fits = sides[0].dtype in ("int64", "float64") and (is_number(other) or is_whole(other))
        return ColumnTest("", labels=sides[0].labels) if fits else None
    if method not in ("__add__", "__sub__", "__mul__", "__truediv__") or not sides:
        return None
    numbers = [v for v in (left, right) if is_number(v) or is_whole(v)]
    if len(sides) + len(numbers) < 2:
        return None
    first = sides[0]
    if isinstance(first, ColumnValues):
        alike = all(isinstance(v, ColumnValues) and v.base == first.base for v in sides)
        return first if first.base and alike and first.labels is None else None
    alike = all(isinstance(v, ByColumn) and v.labels == first.labels for v in sides)
    dtypes = {getattr(v, "dtype", None) for v in sides}
    if not alike or not dtypes <= {"int64", "float64"}:
        return None
    fractions = "float64" in dtypes or method == "__truediv__" or any(map(is_number, numbers))
    return replace(first, dtype="float64" if fractions else "int64", hint="values")


def is_number(value: Value) -> bool:
    if isinstance(value, Const):
        return isinstance(value.value, float)
    return isinstance(value, Scalar) and value.dtype == "float64"


def is_whole(value: Value) -> bool:
    """Whether it is a whole number, known or computed."""
    if isinstance(value, Const):
        return isinstance(value.value, int) and not isinstance(value.value, bool)
    return isinstance(value, Scalar) and value.dtype in ("int64", "int64?")


def number_made(interpreter: Any, name: str, args: list[Value], kwargs: dict) -> Value | None:
    """What ``round``, ``int``, ``float`` and ``abs`` make of a number that the job computed; None
    for other calls. A number of numpy is rounded as numpy does."""
    value = args[0] if args else None
    if not isinstance(value, Scalar) or kwargs or not (value.is_numeric or name == "builtins.int"):
        return None
    text, call = interpreter.driver.text(value), name.removeprefix("builtins.")
    if call in ("int", "round") and len(args) == 1:
        return Scalar(f"{call}({text})", "int64", value.vars, full=True, python=True, how="number")
    if call == "float" and len(args) == 1:
        return Scalar(f"float({text})", "float64", value.vars, python=True, how="number")
    if call == "abs" and len(args) == 1:
        return replace(value, text=f"abs({text})", hint="value", rows=None, how="number")
    if call == "round" and len(args) == 2 and is_whole(args[1]):
        own = value.python or value.dtype in NUMBERS - {"float64"}
        rounds = "round" if own else interpreter.ctx.call("numpy_round")
        made = f"{rounds}({text}, {interpreter.driver.text(args[1])})"
        return Scalar(made, value.dtype, value.vars | args[1].vars, full=value.full, python=value.python, how="number")  # fmt: skip
    return None


def _fold_operator(method: str, a: Any, b: Any) -> Any:
    import operator

    name = method.strip("_")
    function = {"and": operator.and_, "or": operator.or_}.get(name) or getattr(operator, name)
    if name == "pow" and isinstance(a, int) and isinstance(b, int) and abs(b) > 512:
        raise NoRule("a constant too large to fold")
    if name == "lshift" and b > 512:
        raise NoRule("a constant too large to fold")
    if name == "mul" and (isinstance(a, (str, list, tuple)) and b > 10_000 or isinstance(b, (str, list, tuple)) and a > 10_000):  # fmt: skip
        raise NoRule("a constant too large to fold")
    return function(a, b)
