"""Python functions of one value or one row as Spark expressions, with Python's own meaning.

A lambda given to ``apply`` sees single values, not Series: a division by zero raises, a text method
of a missing value raises, ``and`` looks at its right side only when it must. `Body` follows the
function with a symbolic value for each name. Where a step has a meaning but no Spark form, it
goes on with the type alone, and the function itself runs as a UDF of the type found.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Callable

import libcst as cst

from rules.lib import is_missing
from transpiler.builders import builder
from transpiler.errors import NoRule
from transpiler.facts import Accessor, Col, Const, Frame, Func, Module
from transpiler.infer.scope import Ref, Scope
from transpiler.source import read_names
from transpiler.symbolic import E, F, lift

SPARK = {"int": "bigint", "float": "double", "bool": "boolean", "str": "string", "time": "timestamp", "mixed": "double"}
DTYPE_KIND = {"int64": "int", "float64": "float", "bool": "bool", "object": "str", "datetime64[ns]": "time"}


@dataclass(frozen=True)
class S:
    """One symbolic value. ``expr`` None: its meaning has no Spark form. ``full``: never missing.

    ``numpy``: a numpy number, which divides by zero. ``fraction``: for "mixed", where it is a float.
    """

    expr: E | None
    kind: str
    full: bool = True
    numpy: bool = False
    fraction: E | None = None
    gap: str | None = "nan"
    loose: bool = False  # a condition in which NULL stands for False
    cases: tuple = ()  # of a choice: (condition, value) pairs, and the last value or None


@dataclass(frozen=True)
class Row:
    """The row of a frame: labels to values."""

    items: tuple[tuple[Any, S], ...]


@dataclass(frozen=True)
class State:
    """What is known along one path: names, and texts of expressions that are not missing or zero."""

    names: dict
    present: frozenset = frozenset()
    nonzero: frozenset = frozenset()


NOTHING = Const(None)
MAX_STEPS = 400


def const_kind(value: Any) -> str:
    if is_missing(value):
        return "none"
    return {"bool": "bool", "int": "int", "float": "float", "str": "str"}.get(type(value).__name__, "other")


def tight(value: S) -> E | None:
    """A condition with False for NULL."""
    if value.expr is None or not value.loose:
        return value.expr
    return F.coalesce(value.expr, F.lit(False))


def bare(expr: E) -> E:
    """A literal as Python has it, for a place beside a column."""
    text = expr.text
    return lift(E(text[6:-1])) if re.fullmatch(r"F\.lit\(([\w.+]+|'[^'\\]*')\)", text) else expr


def as_double(expr: E) -> E:
    """A whole number as a fraction."""
    found = re.fullmatch(r"F\.lit\((-?\d+)\)", expr.text)
    return F.lit(float(found[1])) if found else expr.cast("double")


def lacks(*exprs: E | None) -> bool:
    """Whether any of the parts has no Spark form."""
    return any(e is None for e in exprs)


def as_s(value: Any) -> S:
    """A symbolic value from a constant."""
    if isinstance(value, S):
        return value
    if isinstance(value, Const):
        kind = const_kind(value.value)
        if kind == "none":
            return S(F.lit(None), "none", False, gap="None" if value.value is None else "nan")
        if kind == "other":
            raise NoRule("a constant of such a type")
        if kind == "int" and abs(value.value) >= 1 << 63:
            raise NoRule("a whole number too large for Spark")
        text = E(value.text) if value.text else value.value
        return S(F.lit(text).cast("bigint") if kind == "int" and value.text else F.lit(text), kind)
    raise NoRule("a value of such a kind")


class Body:
    """Follows one function over symbolic arguments."""

    def __init__(self, call: Any, scope: Scope, frame: Frame) -> None:
        self.call, self.scope, self.frame = call, scope, frame
        self.interpreter = call.interpreter
        self.steps = 0
        self.why = ""

    # -- entry

    def result(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What the function gives for these arguments: an S or a Const."""
        if isinstance(function, Module):
            return self.module_call(function.name, args, kwargs, State({}))
        assert isinstance(function, Func)
        node = function.node
        params = node.params
        if params.star_kwarg is not None or isinstance(params.star_arg, cst.Param):
            raise NoRule("a function with *args or **kwargs")
        names = [p.name.value for p in (*params.posonly_params, *params.params)]
        if len(args) > len(names):
            raise NoRule("more arguments than parameters")
        bound = {**dict(zip(names, args)), **kwargs}
        for p in (*params.posonly_params, *params.params, *params.kwonly_params):
            if p.name.value not in bound:
                if p.default is None:
                    raise NoRule(f"argument {p.name.value!r} is missing")
                bound[p.name.value] = self.interpreter.eval(p.default, function.scope)
        state = State(bound)
        if isinstance(node, cst.Lambda):
            return self.eval(node.body, state)
        if node.decorators or node.asynchronous:
            raise NoRule("the function is decorated")
        return self.run(list(node.body.body), state)

    def no_form(self, why: str) -> None:
        """Note the first step that Spark has no form for."""
        self.why = self.why or why

    # -- statements

    def run(self, body: list, state: State) -> Any:
        """The value that the statements return."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise NoRule("the function has too many paths")
        for i, node in enumerate(body):
            if isinstance(node, cst.If):
                rest = body[i + 1 :]
                orelse = node.orelse
                other = [orelse] if isinstance(orelse, cst.If) else list(orelse.body.body) if orelse is not None else []
                return self.branch(
                    node.test, state, lambda s: self.run([*node.body.body, *rest], s), lambda s: self.run([*other, *rest], s)
                )
            if not isinstance(node, cst.SimpleStatementLine):
                raise NoRule(f"a {type(node).__name__} in the function")
            for small in node.body:
                if isinstance(small, cst.Return):
                    return self.eval(small.value, state) if small.value is not None else NOTHING
                state = self.simple(small, state)
        return NOTHING

    def simple(self, node: Any, state: State) -> State:
        if isinstance(node, cst.Pass) or isinstance(node, cst.Expr) and isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):  # fmt: skip
            return state
        if isinstance(node, cst.Assign) and len(node.targets) == 1 and isinstance(node.targets[0].target, cst.Name):
            value = self.eval(node.value, state)
            return replace(state, names={**state.names, node.targets[0].target.value: value})
        if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name):
            operator = type(node.operator).__name__.removesuffix("Assign")
            value = self.arith(operator, self.eval(node.target, state), self.eval(node.value, state), state)
            return replace(state, names={**state.names, node.target.value: value})
        raise NoRule(f"a {type(node).__name__} in the function")

    def branch(self, test: Any, state: State, yes: Callable, no: Callable) -> Any:
        """The value of one of two continuations, by a condition."""
        condition = self.truth(self.eval(test, state), state)
        if isinstance(condition, Const):
            return yes(state) if condition.value else no(state)
        return self.choose(condition, yes(self.narrow(test, state, True)), no(self.narrow(test, state, False)))

    def choose(self, test: S, a: Any, b: Any) -> Any:
        """``a if test else b`` of two values."""
        if isinstance(a, Const) and isinstance(b, Const) and type(a.value) is type(b.value) and a.value == b.value:
            return a
        a, b = as_s(a), as_s(b)
        kinds = {a.kind, b.kind} - {"none"}
        full = a.full and b.full
        gap = a.gap if b.full else b.gap if a.full else a.gap if a.gap == b.gap else None
        expr, cases = None, ()
        if not lacks(test.expr, a.expr, b.expr):
            x, y = (as_double(s.expr) if s.kind == "int" and len(kinds) > 1 and s.expr is not None else s.expr for s in (a, b))  # fmt: skip
            assert x is not None and y is not None
            expr, cases = self.chain(test, x, None if b.kind == "none" else y, b if y is b.expr else None)
        if len(kinds) <= 1:
            kind = kinds.pop() if kinds else "none"
            fraction = None
            if kind == "mixed":
                fraction = self.fraction_of(test, a, b)
            loose = kind == "bool" and (a.loose or b.loose)
            return S(expr, kind, full, a.numpy and b.numpy, fraction, gap, loose, cases)
        if kinds <= {"int", "float", "mixed"}:
            return S(expr, "mixed", full, False, self.fraction_of(test, a, b), gap, False, cases)
        raise NoRule("a function that gives values of several types")

    @staticmethod
    def chain(test: S, x: E, y: E | None, other: S | None) -> tuple[E, tuple]:
        """``when(…).when(…).otherwise(…)``, with another choice's cases following this one."""
        assert test.expr is not None
        pairs, last = ((test.expr, x),), y
        if other is not None and other.cases:
            pairs, last = (*pairs, *other.cases[0]), other.cases[1]
        expr: Any = F
        for condition, value in pairs:
            expr = expr.when(condition, value)
        return (expr if last is None else expr.otherwise(last)), (pairs, last)

    @staticmethod
    def fraction_of(test: S, a: S, b: S) -> E | None:
        def flag(s: S) -> E | None:
            return s.fraction if s.kind == "mixed" else F.lit(s.kind == "float")

        x, y = flag(a), flag(b)
        return F.when(test.expr, x).otherwise(y) if not lacks(x, y, test.expr) else None

    # -- what a condition tells

    def narrow(self, test: Any, state: State, holds: bool) -> State:
        """The state where the condition holds, or does not."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            return self.narrow(test.expression, state, not holds)
        if isinstance(test, cst.BooleanOperation):
            if isinstance(test.operator, cst.And) is holds:
                return self.narrow(test.right, self.narrow(test.left, state, holds), holds)
            return state
        if isinstance(test, cst.Call):
            return self.narrow_call(test, state, holds)
        if isinstance(test, cst.Comparison) and len(test.comparisons) == 1:
            return self.narrow_comparison(test, state, holds)
        return state

    def narrow_call(self, test: cst.Call, state: State, holds: bool) -> State:
        try:
            name = self.function_name(test.func, state)
            value = self.eval(test.args[0].value, state) if test.args else None
        except NoRule:
            return state
        if not isinstance(value, S) or value.expr is None:
            return state
        tests = {"pandas.isna": False, "pandas.isnull": False, "numpy.isnan": False, "math.isnan": False,
                 "pandas.notna": True, "pandas.notnull": True}  # fmt: skip
        if tests.get(name or "") is holds:
            return replace(state, present=state.present | {value.expr.text})
        if name == "builtins.isinstance" and holds and value.kind in ("str", "time"):
            return replace(state, present=state.present | {value.expr.text})
        return state

    def narrow_comparison(self, test: cst.Comparison, state: State, holds: bool) -> State:
        operator = type(test.comparisons[0].operator).__name__
        try:
            left, right = self.eval(test.left, state), self.eval(test.comparisons[0].comparator, state)
        except NoRule:
            return state
        if not isinstance(left, S) or left.expr is None:
            return state
        text = left.expr.text
        same = isinstance(right, S) and right.expr is not None and right.expr.text == text
        if same and (operator == "Equal") is holds and operator in ("Equal", "NotEqual"):
            return replace(state, present=state.present | {text})
        if not isinstance(right, Const):
            return state
        value = right.value
        if operator in ("Equal", "LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual", "In") and holds:
            state = replace(state, present=state.present | {text}) if not is_missing(value) else state
        if operator in ("Is", "IsNot") and value is None and (operator == "IsNot") is holds and left.gap == "None":
            return replace(state, present=state.present | {text})
        if const_kind(value) in ("int", "float") and left.kind in ("int", "float"):
            never = {"NotEqual": value == 0, "GreaterThan": value >= 0, "LessThan": value <= 0,
                     "GreaterThanEqual": value > 0, "LessThanEqual": value < 0, "Equal": value != 0}  # fmt: skip
            turned = {"Equal": value == 0, "LessThanEqual": value >= 0 and left.full, "GreaterThanEqual": value <= 0 and left.full}  # fmt: skip
            if (never if holds else turned).get(operator, False):
                state = replace(state, nonzero=state.nonzero | {text})
        return state

    def is_full(self, value: S, state: State) -> bool:
        return value.full or (value.expr is not None and value.expr.text in state.present)

    # -- expressions

    def eval(self, node: Any, state: State) -> Any:
        """The value of an expression: S, Row or a constant value of the program."""
        if not (read_names(node) & set(state.names)) and not isinstance(node, cst.Lambda):
            value = self.interpreter.eval(node, self.scope)
            if not isinstance(value, (Const, Module, Func)):
                raise NoRule("the function uses a value that is computed in the job")
            return value
        handler = _HANDLERS.get(type(node).__name__)
        if handler is None:
            raise NoRule(f"a {type(node).__name__} in the function")
        return handler(self, node, state)

    def name(self, node: cst.Name, state: State) -> Any:
        return state.names[node.value]

    def attribute(self, node: cst.Attribute, state: State) -> Any:
        owner, attr = self.eval(node.value, state), node.attr.value
        if isinstance(owner, Row):
            return self.item(owner, attr)
        if isinstance(owner, S) and owner.kind == "time" and attr in ("year", "month", "day", "hour", "minute", "second", "dayofweek", "quarter", "dayofyear"):  # fmt: skip
            return self.by_series(f"Series.dt.{attr}", owner, "dt", [], {}, state)
        raise NoRule(f"the attribute .{attr} of a value")

    def item(self, row: Row, label: Any) -> S:
        for name, value in row.items:
            if name == label:
                return value
        raise NoRule(f"the row has no {label!r}")

    def subscript(self, node: cst.Subscript, state: State) -> Any:
        owner = self.eval(node.value, state)
        if isinstance(owner, S) and owner.kind == "str" and isinstance(node.slice[0].slice, cst.Slice):
            key = self.interpreter.key(node, self.scope)
            text = self.checked(owner, state, "'float' object is not subscriptable")
            return self.by_series("Series.str.__getitem__", text, "str", [key], {}, state)
        if not isinstance(node.slice[0].slice, cst.Index) or len(node.slice) != 1:
            raise NoRule("a slice of a value")
        key = self.eval(node.slice[0].slice.value, state)
        if isinstance(owner, Row) and isinstance(key, Const):
            return self.item(owner, key.value)
        if isinstance(owner, Const) and isinstance(owner.value, dict) and isinstance(key, S):
            return self.looked_up(owner.value, key, None, state)
        raise NoRule("a subscript of such a value")

    def looked_up(self, table: dict, key: S, default: Any, state: State) -> Any:
        """``table[key]``, or ``table.get(key, default)``."""
        kinds = {const_kind(k) for k in table}
        if key.kind not in ("str", "int") or kinds - {key.kind} or not table or len(table) > 200:
            raise NoRule("a dict with keys of another type")
        result: Any = default if default is not None else S(F.raise_error(F.lit("KeyError: the dict has no such key")), "none")
        if default is None and key.expr is None:
            raise NoRule("no key")
        for k, v in reversed(list(table.items())):
            test = S(key.expr == k if key.expr is not None else None, "bool")
            value = Const(v)
            if isinstance(result, S) and result.kind == "none" and default is None:
                value_s = as_s(value)
                expr = F.when(test.expr, value_s.expr).otherwise(result.expr)
                result = S(expr, value_s.kind, value_s.full)
            else:
                result = self.choose(test, value, result)
        return self.flat_choice(table, key, result, default) or result

    def flat_choice(self, table: dict, key: S, nested: S, default: Any) -> S | None:
        """The same as one ``when`` chain, which reads better."""
        if key.expr is None or not isinstance(nested, S) or nested.kind == "mixed" or nested.expr is None:
            return None
        expr: Any = F
        for k, v in table.items():
            value = as_s(Const(v))
            expr = expr.when(key.expr == k, value.expr)
        if default is None:
            expr = expr.otherwise(F.raise_error(F.lit("KeyError: the dict has no such key")))
        elif as_s(default).kind != "none":
            expr = expr.otherwise(as_s(default).expr)
        return replace(nested, expr=expr.cast("bigint") if nested.kind == "int" else expr)

    # -- operators

    def unary(self, node: cst.UnaryOperation, state: State) -> Any:
        value = self.eval(node.expression, state)
        if isinstance(node.operator, cst.Not):
            truth = self.truth(value, state)
            if isinstance(truth, Const):
                return Const(not truth.value)
            inner = tight(truth)
            return S(~inner if inner is not None else None, "bool")
        if isinstance(node.operator, cst.Minus) and isinstance(value, S) and value.kind in ("int", "float"):
            return replace(value, expr=-value.expr if value.expr is not None else None)
        raise NoRule("an operator in the function")

    def binary(self, node: cst.BinaryOperation, state: State) -> Any:
        operator = type(node.operator).__name__
        return self.arith(operator, self.eval(node.left, state), self.eval(node.right, state), state)

    def arith(self, operator: str, left: Any, right: Any, state: State) -> Any:
        if isinstance(left, Const) and isinstance(right, Const):
            raise NoRule("constants that are not folded")
        a, b = as_s(left), as_s(right)
        if a.kind == b.kind == "str" and operator == "Add":
            x, y = (self.checked(s, state, "unsupported operand type(s) for +") for s in (a, b))
            both = not lacks(x.expr, y.expr)
            return S(F.concat(x.expr, y.expr) if both else None, "str")
        if not {a.kind, b.kind} <= {"int", "float", "bool", "mixed"}:
            raise NoRule("arithmetic of such values")
        if "mixed" in (a.kind, b.kind) and operator != "Divide" and "float" not in (a.kind, b.kind):
            raise NoRule("arithmetic of values that are whole or not by row")
        return self.number_op(operator, a, b, state)

    def number_op(self, operator: str, a: S, b: S, state: State) -> S:
        kind = "int" if {a.kind, b.kind} <= {"int", "bool"} else "float"
        numpy = a.numpy or b.numpy
        full = self.is_full(a, state) and self.is_full(b, state)
        table = {"Add": "add", "Subtract": "sub", "Multiply": "mul", "Divide": "truediv", "FloorDivide": "floordiv", "Modulo": "mod"}
        if operator == "Power":
            return self.power(a, b, full, numpy)
        if operator not in table:
            raise NoRule(f"{operator} in the function")
        if a.kind == b.kind == "bool":
            a = replace(a, expr=a.expr.cast("bigint") if a.expr is not None else None, kind="int")
        if operator == "Divide":
            kind = "float"
        if lacks(a.expr, b.expr):
            return S(None, kind, full, numpy)
        x, y = (a.expr, bare(b.expr)) if not a.expr.text.startswith("F.lit(") else (bare(a.expr), b.expr)
        expr = builder(table[operator])(x, y, SPARK[a.kind], SPARK[b.kind]) if operator in ("Add", "Subtract", "Multiply") or numpy else None  # fmt: skip
        if operator in ("Divide", "FloorDivide", "Modulo"):
            if numpy and not self.nonzero(b, state):
                if operator != "Divide":
                    raise NoRule("// or % of numpy numbers")
                return S(expr, kind, False, numpy)
            expr = self.divided(operator, a, b, state)
        return S(expr, kind, full, numpy)

    def nonzero(self, value: S, state: State) -> bool:
        assert value.expr is not None
        text = value.expr.text
        number = text[6:-1] if text.startswith("F.lit(") else ""
        constant = number.replace(".", "").replace("-", "").replace("e", "").isdigit() and float(number) != 0
        return constant or text in state.nonzero

    def divided(self, operator: str, a: S, b: S, state: State) -> E:
        """A division that raises for a zero divisor, as Python's does."""
        assert a.expr is not None and b.expr is not None
        text = b.expr.text
        x, y = (s.expr.cast("bigint") if s.kind == "bool" else s.expr for s in (a, b))
        plain, x = bare(y), bare(x) if not text.startswith("F.lit(") else x
        if operator == "Divide":
            value = x / plain
        elif {a.kind, b.kind} <= {"int", "bool"}:
            from_builder = builder("python_mod")(x, plain)
            value = from_builder if operator == "Modulo" else F.call_function("div", x - from_builder, y)
        else:
            value = builder("mod" if operator == "Modulo" else "floordiv")(x, y, "double", "double")
        if self.nonzero(b, state):
            return value
        return F.when(y == 0, F.raise_error(F.lit("ZeroDivisionError: division by zero"))).otherwise(value)

    def power(self, a: S, b: S, full: bool, numpy: bool) -> S:
        text = b.expr.text if b.expr is not None else ""
        exponent = text[6:-1] if text.startswith("F.lit(") else ""
        if exponent == "2" and a.kind == "int" and a.expr is not None:
            return S(a.expr * a.expr, "int", full, numpy)
        if exponent == "2" and a.kind == "float" and a.expr is not None and numpy:
            return S(a.expr * a.expr, "float", full, numpy)
        if a.kind in ("int", "float") and exponent in ("2", "3") and a.expr is not None:
            kind = a.kind
            self.no_form("** of Python numbers, which may be too large")
            return S(None, kind, full, numpy)
        raise NoRule("** in the function")

    def compare(self, node: cst.Comparison, state: State) -> Any:
        left = self.eval(node.left, state)
        result: Any = None
        for target in node.comparisons:
            right = self.eval(target.comparator, state)
            one = self.compare_one(type(target.operator).__name__, left, right, state)
            result = one if result is None else self.both(result, one)
            left = right
        return result

    def both(self, a: Any, b: Any) -> Any:
        a, b = as_s(a), as_s(b)
        return S(a.expr & b.expr if not lacks(a.expr, b.expr) else None, "bool", loose=a.loose or b.loose)

    def compare_one(self, operator: str, left: Any, right: Any, state: State) -> Any:
        if operator in ("In", "NotIn"):
            return self.member(left, right, operator == "NotIn", state)
        if operator in ("Is", "IsNot"):
            return self.identity(left, right, operator == "IsNot", state)
        a, b = as_s(left), as_s(right)
        numbers = {"int", "float", "bool", "mixed"}
        same = a.kind == b.kind or {a.kind, b.kind} <= numbers
        if not same or "none" in (a.kind, b.kind):
            raise NoRule("a comparison of values of different types")
        full = self.is_full(a, state) and self.is_full(b, state)
        if a.kind == "str" and not full and operator not in ("Equal", "NotEqual"):
            a, b = (self.checked(s, state, "'<' not supported between instances") for s in (a, b))
            full = True
        if lacks(a.expr, b.expr):
            return S(None, "bool")
        x, y = tight(a), tight(b)
        assert x is not None and y is not None
        x, y = (x, bare(y)) if not x.text.startswith("F.lit(") else (bare(x), y)
        expr = {"Equal": x == y, "NotEqual": x != y, "LessThan": x < y, "LessThanEqual": x <= y,
                "GreaterThan": x > y, "GreaterThanEqual": x >= y}[operator]  # fmt: skip
        if full or operator != "NotEqual":
            return S(expr, "bool", loose=not full)
        return S(F.coalesce(expr, F.lit(True)), "bool")

    def member(self, left: Any, right: Any, negated: bool, state: State) -> S:
        if isinstance(right, Const) and isinstance(right.value, (list, tuple, set, dict, frozenset)) and isinstance(left, S):
            items = list(right.value)
            kinds = {const_kind(v) for v in items}
            if not items or len(kinds) != 1 or not (kinds == {left.kind} or kinds | {left.kind} <= {"int", "float"}):
                raise NoRule("membership among values of another type")
            expr = None
            if left.expr is not None:
                expr = left.expr.isin(sorted(items, key=repr) if isinstance(right.value, (set, frozenset)) else items)
                if negated:
                    expr = ~(expr if self.is_full(left, state) else F.coalesce(expr, F.lit(False)))
            return S(expr, "bool", loose=not negated and not self.is_full(left, state))
        b = as_s(right)
        if b.kind == "str" and isinstance(left, Const) and isinstance(left.value, str):
            text = self.checked(b, state, "argument of type 'float' is not iterable")
            found = text.expr.contains(left.value) if text.expr is not None else None
            return S(~found if negated and found is not None else found, "bool")
        raise NoRule("membership in such a value")

    def identity(self, left: Any, right: Any, negated: bool, state: State) -> Any:
        if not (isinstance(right, Const) and right.value is None and isinstance(left, S)):
            raise NoRule("`is` of such values")
        if self.is_full(left, state) or left.kind in ("float", "int", "time"):
            return Const(negated)
        if left.gap == "nan":
            return Const(negated)
        if left.gap == "None" and left.expr is not None:
            return S(left.expr.isNotNull() if negated else left.expr.isNull(), "bool")
        raise NoRule("whether a missing value is None is not known here")

    def boolean(self, node: cst.BooleanOperation, state: State) -> Any:
        is_and = isinstance(node.operator, cst.And)
        left = self.eval(node.left, state)
        test = self.truth(left, state)
        if isinstance(test, Const):
            return self.eval(node.right, state) if bool(test.value) is is_and else left
        right = self.eval(node.right, self.narrow(node.left, state, is_and))
        if isinstance(left, S) and left.kind == "bool" and (isinstance(right, S) and right.kind == "bool"):
            if lacks(left.expr, right.expr):
                return S(None, "bool")
            assert left.expr is not None and right.expr is not None
            if "raise_error" in right.expr.text:
                return S(F.when(left.expr, right.expr).otherwise(F.lit(False)) if is_and else F.when(left.expr, F.lit(True)).otherwise(right.expr), "bool", loose=right.loose)  # fmt: skip
            return S(left.expr & right.expr if is_and else left.expr | right.expr, "bool", loose=left.loose or right.loose)
        return self.choose(test, right, left) if is_and else self.choose(test, left, right)

    def truth(self, value: Any, state: State) -> Any:
        """The truth of a value: a missing number or text is nan, which is true."""
        if isinstance(value, Const):
            return Const(bool(value.value))
        if not isinstance(value, S):
            raise NoRule("the truth of such a value")
        if value.kind == "bool" and value.full or value.expr is None:
            return replace(value, kind="bool", full=True, cases=())
        if value.kind in ("int", "float", "mixed"):
            expr = value.expr != 0
        elif value.kind == "str":
            expr = value.expr != ""
        else:
            raise NoRule("the truth of such a value")
        if not self.is_full(value, state):
            if value.gap != "nan":
                raise NoRule("the truth of a missing value that may be None")
            expr = F.coalesce(expr, F.lit(True))
        return S(expr, "bool")

    def conditional(self, node: cst.IfExp, state: State) -> Any:
        return self.branch(node.test, state, lambda s: self.eval(node.body, s), lambda s: self.eval(node.orelse, s))

    def fstring(self, node: cst.FormattedString, state: State) -> Any:
        parts: list[S] = []
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                text = eval(f"f{node.quote}{part.value}{node.quote}", {})
                parts.append(S(F.lit(text), "str"))
                continue
            assert isinstance(part, cst.FormattedStringExpression)
            if part.equal is not None:
                raise NoRule("= in an f-string")
            value = self.eval(part.expression, state)
            if isinstance(value, Row):
                raise NoRule("a whole row as text")
            if part.format_spec or part.conversion:
                self.no_form("a format in an f-string")
                parts.append(S(None, "str"))
            else:
                parts.append(self.text_of(value, state))
        if any(p.expr is None for p in parts):
            return S(None, "str")
        exprs = [p.expr for p in parts]
        return S(F.concat(*exprs) if len(exprs) > 1 else exprs[0], "str")

    def text_of(self, value: Any, state: State) -> S:
        """``str(value)``."""
        if isinstance(value, Const):
            return S(F.lit(str(value.value)), "str")
        if not isinstance(value, S):
            raise NoRule("the text of such a value")
        full = self.is_full(value, state)
        if value.kind == "str" and (full or value.gap == "nan") and value.expr is not None:
            return S(value.expr if full else F.coalesce(value.expr, F.lit("nan")), "str")
        if value.kind == "int" and full and value.expr is not None:
            return S(value.expr.cast("string"), "str")
        if value.kind == "bool" and full and value.expr is not None:
            return S(F.when(value.expr, F.lit("True")).otherwise(F.lit("False")), "str")
        self.no_form("the text of a fraction or time")
        return S(None, "str")

    # -- calls

    def function_name(self, node: Any, state: State) -> str | None:
        """The qualified name of a function that is called, if it is one of a module."""
        if read_names(node) & set(state.names):
            return None
        value = self.interpreter.eval(node, self.scope)
        return value.name if isinstance(value, Module) else None

    def call_(self, node: cst.Call, state: State) -> Any:
        args = [self.eval(a.value, state) for a in node.args if a.keyword is None and not a.star]
        kwargs = {a.keyword.value: self.eval(a.value, state) for a in node.args if a.keyword is not None}
        if any(a.star for a in node.args):
            raise NoRule("* in a call")
        if isinstance(node.func, cst.Attribute):
            if read_names(node.func.value) & set(state.names):
                return self.method(node.func.attr.value, self.eval(node.func.value, state), args, kwargs, state)
            owner = self.interpreter.eval(node.func.value, self.scope)
            if isinstance(owner, Const):
                return self.constant_method(owner.value, node.func.attr.value, args, state)
        function = self.eval(node.func, State({}))
        if isinstance(function, Func):
            return Body.result(self.inner(function), function, args, kwargs)
        if isinstance(function, Module):
            return self.module_call(function.name, args, kwargs, state)
        raise NoRule("a call of such a thing")

    def inner(self, function: Func) -> "Body":
        if self.steps > MAX_STEPS:
            raise NoRule("the function has too many paths")
        self.steps += 20
        body = Body(self.call, function.scope, self.frame)
        body.steps = self.steps
        body.no_form = self.no_form  # type: ignore[method-assign]
        return body

    def constant_method(self, owner: Any, method: str, args: list, state: State) -> Any:
        if isinstance(owner, dict) and method == "get" and args and isinstance(args[0], S):
            return self.looked_up(owner, args[0], args[1] if len(args) > 1 else NOTHING, state)
        raise NoRule(f".{method}() of a constant")

    def method(self, name: str, owner: Any, args: list, kwargs: dict, state: State) -> Any:
        """A method of a symbolic value."""
        if isinstance(owner, Row) and name == "get" and args and isinstance(args[0], Const):
            return self.item(owner, args[0].value)
        if not isinstance(owner, S) or owner.kind != "str" or name not in _TEXT_METHODS:
            raise NoRule(f".{name}() in the function")
        if not all(isinstance(a, Const) for a in [*args, *kwargs.values()]):
            raise NoRule(f".{name}() with an argument that differs by row")
        text = self.checked(owner, state, f"AttributeError: 'float' object has no attribute '{name}'")
        if name == "replace":
            if len(args) != 2:
                raise NoRule("replace() with a count")
            return self.by_series("Series.str.replace", text, "str", args, {"regex": Const(False)}, state)
        return self.by_series(f"Series.str.{name}", text, "str", args, kwargs, state)

    def checked(self, value: S, state: State, message: str) -> S:
        """A value that raises where it is missing."""
        if self.is_full(value, state) or value.expr is None:
            return replace(value, full=True)
        return replace(value, expr=F.coalesce(value.expr, F.raise_error(F.lit(message))), full=True)

    def by_series(self, rule: str, value: S, accessor: str, args: list, kwargs: dict, state: State) -> S:
        """What a Series method does, for one value that is there (a missing time stays missing)."""
        kinds = {"int64": "int", "int64?": "int", "float64": "float", "object": "str", "bool": "bool", "bool?": "bool"}
        full = self.is_full(value, state)
        column = Col(value.expr if value.expr is not None else F.lit(None), {"str": "object", "time": "datetime64[ns]"}[value.kind], self.frame, null_free=full)
        out = self.interpreter.by_rule(rule, Accessor(column, accessor), args, kwargs, self.call.node)
        if not isinstance(out, Col) or out.dtype not in kinds or out.temps or out.windowed:
            raise NoRule(f"{rule} of one value")
        expr = out.expr
        if value.expr is None:
            return S(None, kinds[out.dtype], full)
        return S(expr, kinds[out.dtype], full)

    def module_call(self, name: str, args: list, kwargs: dict, state: State) -> Any:
        """A builtin, or a function of pandas, numpy or math."""
        name = name.replace("builtins.str.", "str.")
        if name.startswith("str.") and args:
            return self.method(name[4:], args[0], args[1:], kwargs, state)
        handler = _CALLS.get(name)
        if handler is None or kwargs:
            raise NoRule(f"{name}() in the function")
        if all(isinstance(a, Const) for a in args):
            raise NoRule("constants that are not folded")
        return handler(self, args, state)

    def missing_test(self, args: list, state: State, present: bool) -> Any:
        (value,) = args
        if not isinstance(value, S):
            raise NoRule("isna() of such a value")
        if self.is_full(value, state):
            return Const(present)
        if value.expr is None:
            return S(None, "bool")
        return S(value.expr.isNotNull() if present else value.expr.isNull(), "bool")

    def length(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if value.kind != "str":
            raise NoRule("len() of such a value")
        text = self.checked(value, state, "TypeError: object of type 'float' has no len()")
        return self.by_series("Series.str.len", text, "str", [], {}, state)

    def absolute(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if value.kind not in ("int", "float"):
            raise NoRule("abs() of such a value")
        return replace(value, expr=F.abs(value.expr) if value.expr is not None else None, full=self.is_full(value, state))

    def rounded(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if value.kind not in ("int", "float") or len(args) > 2 or len(args) == 2 and not isinstance(args[1], Const):
            raise NoRule("round() of such a value")
        if value.kind == "int":
            if len(args) == 2 and args[1].value < 0:
                raise NoRule("round() to tens")
            return value
        if len(args) == 1 and not value.numpy:
            number = self.checked(value, state, "ValueError: cannot convert float NaN to integer")
            return S(F.rint(number.expr).cast("bigint") if number.expr is not None else None, "int")
        full = self.is_full(value, state)
        if value.numpy and value.expr is not None and len(args) == 2:
            return S(builder("rounded")(value.expr, "double", decimals=args[1].value), "float", full, True)
        self.no_form("round() of a Python float, which goes by its exact decimal value")
        return S(None, "float", full, value.numpy)

    def extreme(self, args: list, state: State, largest: bool) -> Any:
        if len(args) < 2:
            raise NoRule("max() of a sequence")
        result = args[0]
        for other in args[1:]:
            test = self.compare_one("GreaterThan" if largest else "LessThan", other, result, state)
            result = self.choose(test, other, result) if isinstance(test, S) else other if test.value else result
        return result

    def to_int(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if len(args) != 1 or value.kind not in ("int", "bool", "float", "str"):
            raise NoRule("int() of such a value")
        if value.kind in ("int", "bool"):
            return replace(value, kind="int", expr=value.expr.cast("bigint") if value.kind == "bool" and value.expr is not None else value.expr)  # fmt: skip
        if value.kind == "str" or value.expr is None:
            self.no_form("int() of a text")
            return S(None, "int")
        number = self.checked(value, state, "ValueError: cannot convert float NaN to integer")
        assert number.expr is not None
        too_large = F.raise_error(F.lit("OverflowError: cannot convert float to integer"))
        return S(F.when(F.abs(number.expr) < 2.0**63, number.expr.cast("bigint")).otherwise(too_large), "int")

    def to_float(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if len(args) != 1 or value.kind not in ("int", "bool", "float", "str"):
            raise NoRule("float() of such a value")
        full = self.is_full(value, state)
        if value.kind == "str" or value.expr is None:
            self.no_form("float() of a text")
            return S(None, "float", False)
        return S(value.expr if value.kind == "float" else value.expr.cast("double"), "float", full)

    def to_bool(self, args: list, state: State) -> Any:
        return self.truth(args[0], state)

    def is_instance(self, args: list, state: State) -> Any:
        value, kinds = as_s(args[0]), args[1]
        if not isinstance(kinds, Module) or value.numpy:
            raise NoRule("isinstance() of such types")
        kind = kinds.name.removeprefix("builtins.")
        if value.kind == "str" and kind in ("str", "float") and (self.is_full(value, state) or value.gap == "nan"):
            if self.is_full(value, state):
                return Const(kind == "str")
            return S(value.expr.isNotNull() if kind == "str" else value.expr.isNull(), "bool") if value.expr is not None else S(None, "bool")  # fmt: skip
        if value.kind in ("int", "float") and kind in ("int", "float", "str") and (value.full or value.kind == "float"):
            return Const(kind == value.kind)
        raise NoRule("isinstance() of such a value")

    def ufunc(self, args: list, state: State, build: str, options: dict) -> S:
        value = as_s(args[0])
        if len(args) != 1 or value.kind not in ("int", "float"):
            raise NoRule("a function of numpy of such a value")
        if value.expr is None:
            return S(None, "float", False, True)
        return S(builder(build)(value.expr, SPARK[value.kind], **options), "float", False, True)

    def floor(self, args: list, state: State, up: bool) -> S:
        value = as_s(args[0])
        if value.kind != "float":
            raise NoRule("floor() of such a value")
        number = self.checked(value, state, "ValueError: cannot convert float NaN to integer")
        if number.expr is None:
            return S(None, "int")
        too_large = F.raise_error(F.lit("OverflowError: cannot convert float to integer"))
        whole = (F.ceil if up else F.floor)(number.expr)
        return S(F.when(F.abs(number.expr) < 2.0**63, whole).otherwise(too_large), "int")

    def root(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if value.kind not in ("int", "float") or value.expr is None:
            raise NoRule("sqrt() of such a value")
        error = F.raise_error(F.lit("ValueError: math domain error"))
        return S(F.when(value.expr < 0, error).otherwise(F.sqrt(value.expr)), "float", self.is_full(value, state))


_TEXT_METHODS = set(
    "upper lower strip lstrip rstrip title capitalize swapcase casefold startswith endswith replace zfill "
    "isdigit isalpha isalnum isnumeric isdecimal isspace islower isupper istitle find rfind removeprefix removesuffix".split()
)
_CALLS: dict[str, Callable[[Body, list, State], Any]] = {
    "pandas.isna": lambda b, a, s: b.missing_test(a, s, False),
    "pandas.isnull": lambda b, a, s: b.missing_test(a, s, False),
    "pandas.notna": lambda b, a, s: b.missing_test(a, s, True),
    "pandas.notnull": lambda b, a, s: b.missing_test(a, s, True),
    "builtins.len": Body.length,
    "builtins.abs": Body.absolute,
    "builtins.round": Body.rounded,
    "builtins.max": lambda b, a, s: b.extreme(a, s, True),
    "builtins.min": lambda b, a, s: b.extreme(a, s, False),
    "builtins.int": Body.to_int,
    "builtins.float": Body.to_float,
    "builtins.bool": Body.to_bool,
    "builtins.str": lambda b, a, s: b.text_of(a[0], s),
    "builtins.isinstance": Body.is_instance,
    "math.floor": lambda b, a, s: b.floor(a, s, False),
    "math.ceil": lambda b, a, s: b.floor(a, s, True),
    "math.sqrt": Body.root,
    "math.isnan": lambda b, a, s: b.missing_test([as_s(a[0])] if as_s(a[0]).kind in ("int", "float") else [None], s, False),
    "numpy.isnan": lambda b, a, s: b.missing_test([as_s(a[0])] if as_s(a[0]).kind in ("int", "float") else [None], s, False),
    "numpy.log": lambda b, a, s: b.ufunc(a, s, "logarithm", {}),
    "numpy.log10": lambda b, a, s: b.ufunc(a, s, "logarithm", {"base": "10"}),
    "numpy.log2": lambda b, a, s: b.ufunc(a, s, "logarithm", {"base": "2"}),
    "numpy.log1p": lambda b, a, s: b.ufunc(a, s, "logarithm_plus_one", {}),
    "numpy.sqrt": lambda b, a, s: b.ufunc(a, s, "square_root", {}),
    "numpy.exp": lambda b, a, s: b.ufunc(a, s, "exponential", {}),
}  # fmt: skip
_HANDLERS: dict[str, Callable[[Body, Any, State], Any]] = {
    "Name": Body.name,
    "Attribute": Body.attribute,
    "Subscript": Body.subscript,
    "UnaryOperation": Body.unary,
    "BinaryOperation": Body.binary,
    "Comparison": Body.compare,
    "BooleanOperation": Body.boolean,
    "IfExp": Body.conditional,
    "FormattedString": Body.fstring,
    "Call": Body.call_,
}
__all__ = ["Body", "DTYPE_KIND", "Ref", "Row", "S", "SPARK", "as_s"]
