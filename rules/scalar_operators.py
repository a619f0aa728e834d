"""Python's operators on symbolic values: what they raise, and what a missing value does to them."""

from __future__ import annotations

import operator as python
import re
from dataclasses import replace
from functools import reduce
from typing import Any, Callable

import libcst as cst

from rules.lib import is_missing
from rules.scalars import (
    ANY_GAP, NA, NOTHING, SINGLES, SPARK, Record, Row, S, State, as_s, bare, const_kind, lacks, tight,
)  # fmt: skip
from transpiler.builders import builder, takes
from transpiler.errors import NoRule
from transpiler.facts import Const
from transpiler.symbolic import E, F, lift, render

AMBIGUOUS = "TypeError: boolean value of NA is ambiguous"
#: a factor that does not bring whole numbers such as times in microseconds beyond 64 bits
SMALL_FACTOR = 1_000

_PLAIN = {"Add": python.add, "Subtract": python.sub, "Multiply": python.mul, "Divide": python.truediv,
          "FloorDivide": python.floordiv, "Modulo": python.mod}  # fmt: skip


def folded(operator: str, a: Any, b: Any) -> Const:
    """Two constants of a path that have become known on the way."""
    simple = (int, float, str, bool)
    small = not isinstance(a, str) and not isinstance(b, str) or operator == "Add"
    if (
        operator not in _PLAIN
        or not isinstance(a, simple)
        or not isinstance(b, simple)
        or not small
    ):
        raise NoRule("constants that are not folded")
    try:
        return Const(_PLAIN[operator](a, b))
    except (ArithmeticError, TypeError) as error:
        raise NoRule(f"a step that raises {type(error).__name__}") from None


class Operators:
    """Mixed into `Body`."""

    eval: Callable[..., Any]
    choose: Callable[..., Any]
    branch: Callable[..., Any]
    narrow: Callable[..., Any]
    is_full: Callable[..., bool]
    checked: Callable[..., S]
    gap_of: Callable[..., Any]
    no_form: Callable[[str], None]
    call: Any

    def unary(self, node: cst.UnaryOperation, state: State) -> Any:
        value = self.eval(node.expression, state)
        if isinstance(node.operator, cst.Not):
            truth = self.truth(value, state)
            if isinstance(truth, Const):
                return Const(not truth.value)
            inner = tight(truth)
            return S(~inner if inner is not None else None, "bool")
        if (
            isinstance(node.operator, cst.Minus)
            and isinstance(value, S)
            and value.kind in ("int", "float")
        ):
            return replace(value, expr=-value.expr if value.expr is not None else None)
        raise NoRule("an operator in the function")

    def binary(self, node: cst.BinaryOperation, state: State) -> Any:
        operator = type(node.operator).__name__
        return self.arith(
            operator, self.eval(node.left, state), self.eval(node.right, state), state
        )

    def arith(self, operator: str, left: Any, right: Any, state: State) -> Any:
        if isinstance(left, Const) and isinstance(right, Const):
            return folded(operator, left.value, right.value)
        a, b = as_s(left), as_s(right)
        if a.kind == b.kind == "str" and operator == "Add":
            gap = self.gap_of((a, b), state)
            if gap == ANY_GAP:
                raise NoRule("texts that may be pd.NA or missing in another way")
            x, y = (a, b) if gap == NA else (self.checked(s, state, "unsupported operand type(s) for +") for s in (a, b))  # fmt: skip
            both = not lacks(x.expr, y.expr)
            return S(F.concat(x.expr, y.expr) if both else None, "str", gap != NA, gap=gap)
        if not {a.kind, b.kind} <= {"int", "float", "bool", "mixed"}:
            raise NoRule("arithmetic of such values")
        if "mixed" in (a.kind, b.kind) and operator != "Divide" and "float" not in (a.kind, b.kind):
            raise NoRule("arithmetic of values that are whole or not by row")
        return self.number_op(operator, a, b, state)

    def number_op(self, operator: str, a: S, b: S, state: State) -> S:
        kind = "int" if {a.kind, b.kind} <= {"int", "bool"} else "float"
        numpy = a.numpy or b.numpy
        full = self.is_full(a, state) and self.is_full(b, state)
        gap = self.number_gap(operator, a, b, state)
        finite = kind == "int"
        table = {
            "Add": "add",
            "Subtract": "sub",
            "Multiply": "mul",
            "Divide": "truediv",
            "FloorDivide": "floordiv",
            "Modulo": "mod",
        }
        if operator == "Power":
            return replace(self.power(a, b, full, numpy), gap=gap)
        if operator not in table:
            raise NoRule(f"{operator} in the function")
        if a.kind == b.kind == "bool":
            a = replace(a, expr=a.expr.cast("bigint") if a.expr is not None else None, kind="int")
        if operator == "Divide":
            kind = "float"
            finite = False
        if lacks(a.expr, b.expr):
            return S(None, kind, full, numpy, gap=gap)
        x, y = (
            (a.expr, bare(b.expr))
            if not a.expr.text.startswith("F.lit(")
            else (bare(a.expr), b.expr)
        )
        build = builder(table[operator])
        options = {"finite": a.finite and b.finite} if takes(table[operator], "finite") else {}
        expr = build(x, y, SPARK[a.kind], SPARK[b.kind], **options) if operator in ("Add", "Subtract", "Multiply") or numpy else None  # fmt: skip
        if operator == "Multiply" and kind == "int" and not numpy:
            expr = self.product(x, y, expr)
        if operator in ("Divide", "FloorDivide", "Modulo"):
            if numpy and not self.nonzero(b, state):
                if operator != "Divide":
                    raise NoRule("// or % of numpy numbers")
                return S(expr, kind, False, numpy, gap=gap)
            expr = self.divided(operator, a, b, state)
        return S(expr, kind, full, numpy, gap=gap, finite=finite)

    def number_gap(self, operator: str, a: S, b: S, state: State) -> str | None:
        """What a missing result is: where pd.NA goes in and NaN may come of infinite numbers, or of
        zeros that numpy divides by, either of them."""
        gap = self.gap_of((a, b), state)
        if gap != NA or lacks(a.expr, b.expr):
            return (gap or "nan") if gap != NA else ANY_GAP
        divides = operator in ("Divide", "FloorDivide", "Modulo")
        zero = divides and (a.numpy or b.numpy) and not self.nonzero(b, state)
        return NA if a.finite and b.finite and not zero else ANY_GAP

    def product(self, x: Any, y: Any, expr: E) -> E:
        """Python's whole numbers grow beyond 64 bits: not by a factor that is small."""
        texts = [v.text for v in map(lift, (x, y))]
        if any(re.fullmatch(r"-?\d+", t) and abs(int(t)) <= SMALL_FACTOR for t in texts):
            return expr
        return E(f"{self.call.ctx.call('python_product')}({render(x)}, {render(y)})")

    def nonzero(self, value: S, state: State) -> bool:
        assert value.expr is not None
        text = value.expr.text
        number = text[6:-1] if text.startswith("F.lit(") else ""
        constant = (
            number.replace(".", "").replace("-", "").replace("e", "").isdigit()
            and float(number) != 0
        )
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
            value = (
                from_builder
                if operator == "Modulo"
                else F.call_function("div", x - from_builder, y)
            )
        else:
            value = builder("mod" if operator == "Modulo" else "floordiv")(x, y, "double", "double")
        if self.nonzero(b, state):
            return value
        zero = y == 0
        if a.gap in (NA, ANY_GAP) and not self.is_full(a, state):  # pd.NA / 0 is pd.NA
            zero = zero & a.expr.isNotNull()
        return F.when(zero, F.raise_error(F.lit("ZeroDivisionError: division by zero"))).otherwise(
            value
        )

    def power(self, a: S, b: S, full: bool, numpy: bool) -> S:
        text = b.expr.text if b.expr is not None else ""
        exponent = text[6:-1] if text.startswith("F.lit(") else ""
        if exponent == "2" and a.kind == "int" and a.expr is not None:
            square = a.expr * a.expr
            return S(square if numpy else self.product(a.expr, a.expr, square), "int", full, numpy)
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
            result = one if result is None else self.both(self.truth(result, state), one)
            left = right
        return result

    def both(self, a: Any, b: Any) -> Any:
        if isinstance(a, Const):
            return b if a.value else a
        b = as_s(b)
        if lacks(a.expr, b.expr):
            return S(None, "bool", b.full, gap=b.gap)
        if not b.full:
            return S(tight(a) & b.expr, "bool", False, gap=b.gap)
        return S(a.expr & b.expr, "bool", loose=a.loose or b.loose)

    def compare_one(self, operator: str, left: Any, right: Any, state: State) -> Any:
        if operator in ("In", "NotIn"):
            return self.member(left, right, operator == "NotIn", state)
        if operator in ("Is", "IsNot"):
            return self.identity(left, right, operator == "IsNot", state)
        a, b = uncast(left, right), uncast(right, left)
        numbers = {"int", "float", "bool", "mixed"}
        same = a.kind == b.kind or {a.kind, b.kind} <= numbers
        if not same or "none" in (a.kind, b.kind):
            raise NoRule("a comparison of values of different types")
        full = self.is_full(a, state) and self.is_full(b, state)
        gap = self.gap_of((a, b), state)
        if gap == ANY_GAP:
            raise NoRule("a comparison of what may be pd.NA or missing in another way")
        if a.kind == "str" and gap != NA and not full and operator not in ("Equal", "NotEqual"):
            a, b = (self.checked(s, state, "'<' not supported between instances") for s in (a, b))
            full = True
        if lacks(a.expr, b.expr):
            return S(None, "bool", gap != NA, gap=gap)
        x, y = tight(a), tight(b)
        assert x is not None and y is not None
        x, y = (x, bare(y)) if not x.text.startswith("F.lit(") else (bare(x), y)
        expr = {"Equal": x == y, "NotEqual": x != y, "LessThan": x < y, "LessThanEqual": x <= y,
                "GreaterThan": x > y, "GreaterThanEqual": x >= y}[operator]  # fmt: skip
        if gap == NA:
            return S(expr, "bool", False, gap=NA)
        if full or operator != "NotEqual":
            return S(expr, "bool", loose=not full)
        return S(F.coalesce(expr, F.lit(True)), "bool")

    def member(self, left: Any, right: Any, negated: bool, state: State) -> S:
        if isinstance(left, Record) and isinstance(right, Const) and isinstance(right.value, (set, dict, frozenset)):  # fmt: skip
            tests = [self.is_key(left, k) for k in right.value]  # type: ignore[attr-defined]
            if not tests or lacks(*tests):
                raise NoRule("membership of such values")
            found = F.coalesce(reduce(lambda a, b: a | b, tests), F.lit(False))
            return S(~found if negated else found, "bool")
        if (
            isinstance(right, Const)
            and isinstance(right.value, (list, tuple, set, dict, frozenset))
            and isinstance(left, S)
        ):
            items = list(right.value)
            kinds = {const_kind(v) for v in items}
            if (
                not items
                or len(kinds) != 1
                or not (kinds == {left.kind} or kinds | {left.kind} <= {"int", "float"})
            ):
                raise NoRule("membership among values of another type")
            gap = self.gap_of((left,), state)
            if gap in (NA, ANY_GAP) and isinstance(right.value, (list, tuple)):
                if gap == ANY_GAP:
                    raise NoRule("membership of what may be pd.NA or missing in another way")
                left = self.checked(left, state, AMBIGUOUS)
            expr = None
            if left.expr is not None:
                expr = left.expr.isin(
                    sorted(items, key=repr) if isinstance(right.value, (set, frozenset)) else items
                )
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
        wanted = SINGLES.get(type(right.value).__name__) if isinstance(right, Const) else None
        if wanted is None or not isinstance(left, S):
            raise NoRule("`is` of such values")
        gap = "NaT" if left.kind == "time" else self.gap_of((left,), state)
        if left.kind in ("float", "int") and gap is None:
            gap = "nan"
        if self.is_full(left, state) or gap in {"nan", "None", NA, "NaT"} - {wanted}:
            return Const(negated)
        if gap == wanted and left.expr is not None:
            return S(left.expr.isNotNull() if negated else left.expr.isNull(), "bool")
        raise NoRule("whether a missing value is None is not known here")

    def boolean(self, node: cst.BooleanOperation, state: State) -> Any:
        is_and = isinstance(node.operator, cst.And)
        left = self.eval(node.left, state)
        test = self.truth(left, state)
        if isinstance(test, Const):
            return self.eval(node.right, state) if bool(test.value) is is_and else left
        right = self.eval(node.right, self.narrow(node.left, state, is_and))
        if (
            isinstance(left, S)
            and left.kind == "bool"
            and (isinstance(right, S) and right.kind == "bool")
        ):
            full, gap = right.full, right.gap
            if lacks(left.expr, right.expr):
                return S(None, "bool", full, gap=gap)
            left = test if full else replace(test, expr=tight(test), loose=False)
            assert left.expr is not None and right.expr is not None
            if "raise_error" in right.expr.text:
                return S(F.when(left.expr, right.expr).otherwise(F.lit(False)) if is_and else F.when(left.expr, F.lit(True)).otherwise(right.expr), "bool", full, gap=gap, loose=right.loose)  # fmt: skip
            return S(
                left.expr & right.expr if is_and else left.expr | right.expr,
                "bool",
                full,
                gap=gap,
                loose=left.loose or right.loose,
            )
        return self.choose(test, right, left) if is_and else self.choose(test, left, right)

    def truth(self, value: Any, state: State) -> Any:
        """The truth of a value: a missing number or text is nan, which is true."""
        if isinstance(value, Const):
            return Const(bool(value.value))
        if not isinstance(value, S):
            raise NoRule("the truth of such a value")
        if self.gap_of((value,), state) == NA:
            value = self.checked(value, state, AMBIGUOUS)
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
        return self.branch(
            node.test, state, lambda s: self.eval(node.body, s), lambda s: self.eval(node.orelse, s)
        )

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
        if not full and value.gap == NA and value.kind in ("str", "int", "bool"):
            found = self.text_of(replace(value, full=True), state)
            if lacks(found.expr, value.expr):
                return found
            if value.kind == "bool":
                return S(F.when(value.expr.isNull(), F.lit(NA)).otherwise(found.expr), "str")
            return S(F.coalesce(found.expr, F.lit(NA)), "str")
        if value.kind == "str" and (full or value.gap == "nan") and value.expr is not None:
            return S(value.expr if full else F.coalesce(value.expr, F.lit("nan")), "str")
        if value.kind == "int" and full and value.expr is not None:
            return S(value.expr.cast("string"), "str")
        if value.kind == "bool" and full and value.expr is not None:
            return S(F.when(value.expr, F.lit("True")).otherwise(F.lit("False")), "str")
        self.no_form("the text of a fraction or time")
        return S(None, "str")


def uncast(value: Any, other: Any) -> S:
    """A value to compare with another: beside a constant that both hold exactly, a whole number
    need not be a fraction first."""
    found = as_s(value)
    number = other.value if isinstance(other, Const) else None
    if found.whole is None or type(number) not in (int, float) or not abs(number) < 2**53:
        return found
    if found.expr is None or found.expr.text != found.whole.cast("double").text:
        return found  # computed further
    return replace(found, expr=found.whole)


__all__ = ["NOTHING", "Operators", "is_missing"]
