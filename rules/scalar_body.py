"""Python functions of one value or one row as Spark expressions, with Python's own meaning.

A lambda given to ``apply`` sees single values, not Series: a division by zero raises, a text method
of a missing value raises, ``and`` looks at its right side only when it must. `Body` follows the
function with a symbolic value for each name. Where a step has a meaning but no Spark form, it
goes on with the type alone, and the function itself runs as a UDF of the type found.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any, Callable

import libcst as cst

from rules.lib import is_missing, operand
from rules.scalar_calls import Calls
from rules.scalar_flow import Bind, Flow, Mark, as_record
from rules.scalar_operators import Operators
from rules.scalars import (
    MISSING, NA, NOTHING, SINGLES, Record, Row, S, State, as_double, as_s, common_gap, const_kind, lacks,
)  # fmt: skip
from transpiler.errors import NoRule
from transpiler.facts import Const, Frame, Func, Module, Scalar
from transpiler.infer.scope import Scope
from transpiler.source import read_names
from transpiler.symbolic import E, F

MAX_STEPS = 400


class Body(Operators, Calls, Flow):
    """Follows one function over symbolic arguments."""

    def __init__(self, call: Any, scope: Scope, frame: Frame) -> None:
        self.call, self.scope, self.frame = call, scope, frame
        self.interpreter = call.interpreter
        self.steps = 0
        self.why = ""
        self.reads: frozenset[str] = frozenset()  # variables of the job

    # -- entry

    def result(self, function: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
        """What the function gives for these arguments: an S or a Const."""
        if isinstance(function, Module):
            return self.module_call(function.name, args, kwargs, State({}))
        assert isinstance(function, Func)
        node = function.node
        params = node.params
        rest = {}
        if isinstance(params.star_arg, cst.Param):
            rest[params.star_arg.name.value] = Const(())
        if params.star_kwarg is not None:
            rest[params.star_kwarg.name.value] = Const({})
        names = [p.name.value for p in (*params.posonly_params, *params.params)]
        if len(args) > len(names):
            raise NoRule("more arguments than parameters")
        bound = {**rest, **dict(zip(names, args)), **kwargs}
        if set(kwargs) - {*names, *(p.name.value for p in params.kwonly_params)}:
            raise NoRule("an argument that the function does not name")
        for p in (*params.posonly_params, *params.params, *params.kwonly_params):
            if p.name.value not in bound:
                if p.default is None:
                    raise NoRule(f"argument {p.name.value!r} is missing")
                bound[p.name.value] = self.computed(self.interpreter.eval(p.default, function.scope))  # fmt: skip
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
            rest = body[i + 1 :]
            if isinstance(node, (Bind, Mark)):
                state = self.bound(node.target, node.value, state) if isinstance(node, Bind) else state  # fmt: skip
                continue
            if isinstance(node, cst.For):
                return self.run([*self.unrolled(node, state), *rest], state)
            if isinstance(node, cst.Match):
                return self.run([*self.as_if(node), *rest], state)
            if isinstance(node, cst.If):
                named = self.hoisted(node)
                if named is not None:
                    return self.run([*named, *rest], state)
                orelse = node.orelse
                other = (
                    [orelse]
                    if isinstance(orelse, cst.If)
                    else list(orelse.body.body) if orelse is not None else []
                )
                return self.branch(
                    node.test,
                    state,
                    lambda s: self.run([*node.body.body, *rest], s),
                    lambda s: self.run([*other, *rest], s),
                )
            if not isinstance(node, cst.SimpleStatementLine):
                raise NoRule(f"a {type(node).__name__} in the function")
            for small in node.body:
                if isinstance(small, cst.Return):
                    return self.eval(small.value, state) if small.value is not None else NOTHING
                if isinstance(small, (cst.Continue, cst.Break)):
                    word = "next" if isinstance(small, cst.Continue) else "end"
                    return self.run(self.after(rest, word), state)
                state = self.simple(small, state)
        return NOTHING

    def simple(self, node: Any, state: State) -> State:
        if isinstance(node, cst.Pass) or isinstance(node, cst.Expr) and isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString)):  # fmt: skip
            return state
        if isinstance(node, cst.Assign) and len(node.targets) == 1:
            return self.bound(node.targets[0].target, self.eval(node.value, state), state)
        if isinstance(node, cst.AugAssign) and isinstance(node.target, cst.Name):
            operator = type(node.operator).__name__.removesuffix("Assign")
            value = self.arith(
                operator, self.eval(node.target, state), self.eval(node.value, state), state
            )
            return replace(state, names={**state.names, node.target.value: value})
        raise NoRule(f"a {type(node).__name__} in the function")

    def branch(self, test: Any, state: State, yes: Callable, no: Callable) -> Any:
        """The value of one of two continuations, by a condition."""
        condition = self.truth(self.eval(test, state), state)
        if isinstance(condition, Const):
            return yes(state) if condition.value else no(state)
        ways = ((yes, self.narrow(test, state, True)), (no, self.narrow(test, state, False)))
        return self.choose(condition, *(self.told(way(known), known) for way, known in ways))

    def told(self, value: Any, state: State) -> Any:
        """A value with what is known of it along its path."""
        known = isinstance(value, S) and not value.full and self.is_full(value, state)
        return replace(value, full=True) if known else value

    def choose(self, test: S, a: Any, b: Any) -> Any:
        """``a if test else b`` of two values."""
        if (
            isinstance(a, Const)
            and isinstance(b, Const)
            and type(a.value) is type(b.value)
            and a.value == b.value
        ):
            return a
        if isinstance(a, Record) or isinstance(b, Record):
            return self.choose_each(test, as_record(a), as_record(b))
        a, b = as_s(a), as_s(b)
        kinds = {a.kind, b.kind} - {"none"}
        full = a.full and b.full
        gap = common_gap(s.gap for s in (a, b) if not s.full) if not full else "nan"
        expr, cases = None, ()
        if not lacks(test.expr, a.expr, b.expr):
            x, y = (as_double(s.expr) if s.kind == "int" and len(kinds) > 1 and s.expr is not None else s.expr for s in (a, b))  # fmt: skip
            assert x is not None and y is not None
            expr, cases = self.chain(
                test, x, None if b.kind == "none" else y, b if y is b.expr else None
            )
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

    def choose_each(self, test: S, a: Record | None, b: Record | None) -> Record:
        """The same of records, value by value."""
        if a is None or b is None or (a.form, a.labels, len(a.items)) != (b.form, b.labels, len(b.items)):  # fmt: skip
            raise NoRule("a function that gives records of several forms")
        pairs = zip(a.items, b.items)
        return replace(a, items=tuple(self.choose(test, x, y) for x, y in pairs))

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
        if isinstance(test, (cst.Name, cst.Attribute, cst.Subscript)):
            return self.seen(state, self.eval(test, state))
        return state

    @staticmethod
    def seen(state: State, *values: Any) -> State:
        """The state after a condition over these, which raises where one of them is pd.NA."""
        found = {v.expr.text for v in values if isinstance(v, S) and v.expr is not None and v.gap == NA}  # fmt: skip
        return replace(state, present=state.present | found) if found else state

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
        if name == "builtins.isinstance" and holds and (value.kind in ("str", "time") or value.gap == NA):  # fmt: skip
            return replace(state, present=state.present | {value.expr.text})
        return state

    def narrow_comparison(self, test: cst.Comparison, state: State, holds: bool) -> State:
        operator = type(test.comparisons[0].operator).__name__
        try:
            left, right = self.eval(test.left, state), self.eval(
                test.comparisons[0].comparator, state
            )
        except NoRule:
            return state
        keyed = isinstance(right, Const) and isinstance(right.value, (set, frozenset, dict))
        if operator not in ("Is", "IsNot") and not keyed:
            state = self.seen(state, left, right)
        if not isinstance(left, S) or left.expr is None:
            return state
        text = left.expr.text
        same = isinstance(right, S) and right.expr is not None and right.expr.text == text
        if same and (operator == "Equal") is holds and operator in ("Equal", "NotEqual"):
            return replace(state, present=state.present | {text})
        if not isinstance(right, Const):
            return state
        value = right.value
        if (
            operator
            in ("Equal", "LessThan", "GreaterThan", "LessThanEqual", "GreaterThanEqual", "In")
            and holds
        ):
            state = (
                replace(state, present=state.present | {text}) if not is_missing(value) else state
            )
        if (
            operator in ("Is", "IsNot")
            and (operator == "IsNot") is holds
            and left.gap == SINGLES.get(type(value).__name__, "")
        ):
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

    def gap_of(self, values: Any, state: State) -> str | None:
        """What a missing one among these values is; None where none is missing, or it may be None
        or NaN."""
        gaps = [v.gap for v in values if isinstance(v, S) and not self.is_full(v, state)]
        return common_gap(gaps) if gaps else None

    # -- expressions

    def eval(self, node: Any, state: State) -> Any:
        """The value of an expression: S, Row, Record or a constant value of the program."""
        if isinstance(node, cst.Call) and self.makes_series(node, state):
            return self.call_(node, state)
        known = self.folded_names(node, state)
        if known is not None:
            return known
        if not (read_names(node) & set(state.names)) and not isinstance(node, cst.Lambda):
            if isinstance(node, cst.Attribute) and node.attr.value in MISSING:
                owner = self.interpreter.eval(node.value, self.scope)
                if isinstance(owner, Module) and owner.name == "pandas":
                    return MISSING[node.attr.value]
            value = self.computed(self.interpreter.eval(node, self.scope))
            if not isinstance(value, (Const, Module, Func, S)):
                raise NoRule("the function uses a value that is computed in the job")
            return value
        handler = _HANDLERS.get(type(node).__name__)
        if handler is None:
            raise NoRule(f"a {type(node).__name__} in the function")
        return handler(self, node, state)

    def computed(self, value: Any) -> Any:
        """A number that the job has computed by then, as a symbolic value; others as they are."""
        if not isinstance(value, Scalar) or value.dtype not in ("float64", "int64"):
            return value
        if value.dtype == "int64" and not value.full:
            return value
        value = self.call.ctx.hoist(value)
        self.reads |= value.vars
        kind, spark = ("float", "double") if value.dtype == "float64" else ("int", "bigint")
        number = F.lit(E(value.text)) if value.hint == "rows" else operand(value)
        expr = number.cast(spark)
        return S(expr, kind, value.full, not value.python, finite=not value.may_be_infinite)

    def makes_series(self, node: cst.Call, state: State) -> bool:
        """Whether a call is plainly one of ``pd.Series``."""
        named = node.func.attr.value if isinstance(node.func, cst.Attribute) else getattr(node.func, "value", "")  # fmt: skip
        return named == "Series" and self.function_name(node.func, state) == "pandas.Series"

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
        if (
            isinstance(owner, S)
            and owner.kind == "str"
            and isinstance(node.slice[0].slice, cst.Slice)
        ):
            if read_names(node.slice[0]) & set(state.names):
                raise NoRule("a slice that differs by row")
            key = self.interpreter.key(node, self.scope)
            text = self.checked(owner, state, "'float' object is not subscriptable")
            return self.by_series("Series.str.__getitem__", text, "str", [key], {}, state)
        if not all(isinstance(e.slice, cst.Index) for e in node.slice):
            raise NoRule("a slice of a value")
        keys = [self.eval(e.slice.value, state) for e in node.slice]
        key = keys[0] if len(keys) == 1 else Record(tuple(keys))
        if isinstance(key, Const) and isinstance(owner, (S, Record)):
            return self.place(owner, key.value, state)
        if isinstance(owner, Row) and isinstance(key, Const):
            return self.item(owner, key.value)
        if (
            isinstance(owner, Const)
            and isinstance(owner.value, dict)
            and isinstance(key, (S, Record))
        ):
            return self.looked_up(owner.value, key, None, state)
        raise NoRule("a subscript of such a value")

    def place(self, owner: Any, key: Any, state: State) -> Any:
        """``record[key]``, ``text[0]``, ``text.split(",")[1]``."""
        if isinstance(owner, Record):
            labels = list(owner.labels) or list(range(len(owner.items)))
            if not owner.labels and isinstance(key, int) and key < 0:
                key += len(labels)
            if key not in labels or isinstance(key, bool):
                raise NoRule("a value that a record does not have")
            return owner.items[labels.index(key)]
        if not isinstance(key, int) or isinstance(key, bool) or owner.kind not in ("str", "list"):
            raise NoRule("a subscript of such a value")
        if owner.expr is None:
            return S(None, "str")
        if owner.kind == "str":
            text = self.checked(owner, state, "TypeError: 'float' object is not subscriptable")
            found = self.by_series("Series.str.__getitem__", text, "str", [Const(key)], {}, state)
            problem = F.raise_error(F.lit("IndexError: string index out of range"))
            return S(F.coalesce(found.expr, problem), "str")
        size = F.size(owner.expr)
        problem = F.raise_error(F.lit("IndexError: list index out of range"))
        there = size > key if key >= 0 else size >= -key
        item = F.get(owner.expr, F.lit(key) if key >= 0 else size + key)
        return S(F.when(there, item).otherwise(problem), "str")

    def looked_up(self, table: dict, key: Any, default: Any, state: State) -> Any:
        """``table[key]``, or ``table.get(key, default)``; a tuple of values where the dict has those."""
        if not table or len(table) > 200:
            raise NoRule("a dict of no or many keys")
        tests = {k: S(self.is_key(key, k), "bool") for k in table}
        lengths = {len(v) if isinstance(v, tuple) else None for v in table.values()}
        if lengths == {None}:
            return self.chosen(table, tests, default)
        (length,) = lengths if len(lengths) == 1 else (None,)
        given = getattr(default, "value", None)
        if length is None or default is not None and len(given or ()) != length:
            raise NoRule("a dict of tuples of several lengths")
        parts = range(length)
        defaults = [default if default is None else Const(given[n]) for n in parts]  # type: ignore[index]
        return Record(tuple(self.chosen({k: v[n] for k, v in table.items()}, tests, defaults[n]) for n in parts))  # fmt: skip

    def is_key(self, key: Any, wanted: Any) -> E | None:
        """Whether a value, or each of several, is this key of a dict."""
        if isinstance(key, Record) and key.form == "tuple":
            if not isinstance(wanted, tuple) or len(wanted) != len(key.items):
                raise NoRule("a dict with keys of another type")
            tests = [self.is_key(as_s(one), k) for one, k in zip(key.items, wanted)]
            return None if lacks(*tests) else reduce(lambda a, b: a & b, tests)  # type: ignore[operator]
        if not isinstance(key, S) or key.kind not in ("str", "int") or const_kind(wanted) != key.kind:  # fmt: skip
            raise NoRule("a dict with keys of another type")
        return None if key.expr is None else key.expr == wanted

    def chosen(self, table: dict, tests: dict, default: Any) -> Any:
        """The value of the key whose test holds."""
        lost = S(F.raise_error(F.lit("KeyError: the dict has no such key")), "none")
        result: Any = lost if default is None else default
        without = any(t.expr is None for t in tests.values())
        if default is None and without:
            raise NoRule("no key")
        for k, v in reversed(list(table.items())):
            if isinstance(result, S) and result.kind == "none" and default is None:
                value = as_s(Const(v))
                expr = F.when(tests[k].expr, value.expr).otherwise(result.expr)
                result = S(expr, value.kind, value.full)
            else:
                result = self.choose(tests[k], Const(v), result)
        return (None if without else self.flat_choice(table, tests, result, default)) or result

    def flat_choice(self, table: dict, tests: dict, nested: S, default: Any) -> S | None:
        """The same as one ``when`` chain, which reads better."""
        if not isinstance(nested, S) or nested.kind == "mixed" or nested.expr is None:
            return None
        expr: Any = F
        for k, v in table.items():
            expr = expr.when(tests[k].expr, as_s(Const(v)).expr)
        if default is None:
            expr = expr.otherwise(F.raise_error(F.lit("KeyError: the dict has no such key")))
        elif as_s(default).kind != "none":
            expr = expr.otherwise(as_s(default).expr)
        return replace(nested, expr=expr.cast("bigint") if nested.kind == "int" else expr)

    def inner(self, function: Func) -> "Body":
        if self.steps > MAX_STEPS:
            raise NoRule("the function has too many paths")
        self.steps += 20
        body = Body(self.call, function.scope, self.frame)
        body.steps = self.steps
        body.no_form = self.no_form  # type: ignore[method-assign]
        return body


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
    "Tuple": Body.several,
    "List": Body.several,
    "Dict": Body.display,
}
__all__ = ["Body"]
