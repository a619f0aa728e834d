"""Calls of builtins, text methods and functions of pandas, numpy and math on symbolic values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

import libcst as cst

from rules.constants import is_missing
from rules.scalars import ANY_GAP, NA, NOTHING, SPARK, Record, Row, S, State, as_s
from rules.text_parts import around
from transpiler.builders import builder
from transpiler.errors import NoRule
from transpiler.facts import Accessor, Col, Const, Func, Module
from transpiler.source import read_names
from transpiler.symbolic import E, F


class Calls:
    """Mixed into `Body`."""

    eval: Callable[..., Any]
    choose: Callable[..., Any]
    compare_one: Callable[..., Any]
    truth: Callable[..., Any]
    text_of: Callable[..., S]
    is_full: Callable[..., bool]
    gap_of: Callable[..., Any]
    looked_up: Callable[..., Any]
    item: Callable[..., S]
    no_form: Callable[[str], None]
    inner: Callable[..., Any]
    any_or_all: Callable[..., Any]
    series_of: Callable[..., Any]
    interpreter: Any
    scope: Any
    call: Any
    frame: Any

    def function_name(self, node: Any, state: State) -> str | None:
        """The qualified name of a function that is called, if it is one of a module."""
        if read_names(node) & set(state.names):
            return None
        value = self.interpreter.eval(node, self.scope)
        return value.name if isinstance(value, Module) else None

    def call_(self, node: cst.Call, state: State) -> Any:
        if isinstance(node.func, cst.Name) and node.func.value not in state.names:
            found = self.any_or_all(node.func.value, node, state)
            if found is not None:
                return found
        args = [self.eval(a.value, state) for a in node.args if a.keyword is None and not a.star]
        kwargs = {
            a.keyword.value: self.eval(a.value, state) for a in node.args if a.keyword is not None
        }
        for arg in (a for a in node.args if a.star):
            value = self.eval(arg.value, state)
            if not isinstance(value, Const) or len(value.value):
                raise NoRule("* in a call")
        if isinstance(node.func, cst.Attribute):
            if read_names(node.func.value) & set(state.names):
                return self.method(
                    node.func.attr.value, self.eval(node.func.value, state), args, kwargs, state
                )
            owner = self.interpreter.eval(node.func.value, self.scope)
            if isinstance(owner, Const):
                return self.constant_method(owner.value, node.func.attr.value, args, state)
        function = self.eval(node.func, State({}))
        if isinstance(function, Func):
            return self.inner(function).result(function, args, kwargs)
        if isinstance(function, Module):
            return self.module_call(function.name, args, kwargs, state)
        raise NoRule("a call of such a thing")

    def constant_method(self, owner: Any, method: str, args: list, state: State) -> Any:
        if (
            isinstance(owner, dict)
            and method == "get"
            and args
            and isinstance(args[0], (S, Record))
        ):
            return self.looked_up(owner, args[0], args[1] if len(args) > 1 else NOTHING, state)
        raise NoRule(f".{method}() of a constant")

    def method(self, name: str, owner: Any, args: list, kwargs: dict, state: State) -> Any:
        """A method of a symbolic value."""
        if isinstance(owner, Row) and name == "get" and args and isinstance(args[0], Const):
            return self.item(owner, args[0].value)
        if isinstance(owner, S) and owner.kind == "time" and name in _TIME_METHODS:
            return self.time_method(name, owner, args, kwargs, state)
        if not isinstance(owner, S) or owner.kind != "str" or name not in _TEXT_METHODS:
            raise NoRule(f".{name}() in the function")
        if not all(isinstance(a, Const) for a in [*args, *kwargs.values()]):
            raise NoRule(f".{name}() with an argument that differs by row")
        text = self.checked(
            owner, state, f"AttributeError: 'float' object has no attribute '{name}'"
        )
        if name == "split":
            if len(args) > 1 or kwargs or args and not args[0].value:
                raise NoRule("split() of this form")
            return self.by_series("Series.str.split", text, "str", args, {}, state)
        if name in ("partition", "rpartition"):
            return self.around(name, text, args, kwargs)
        if name == "replace":
            if len(args) != 2:
                raise NoRule("replace() with a count")
            return self.by_series(
                "Series.str.replace", text, "str", args, {"regex": Const(False)}, state
            )
        return self.by_series(f"Series.str.{name}", text, "str", args, kwargs, state)

    def around(self, name: str, text: S, args: list, kwargs: dict) -> Record:
        """``text.partition(sep)``."""
        if len(args) != 1 or kwargs or not isinstance(args[0].value, str) or not args[0].value:
            raise NoRule(f"{name}() of this form")
        if text.expr is None:
            return Record((S(None, "str"),) * 3)
        parts = around(text.expr, args[0].value, name == "rpartition")
        return Record(tuple(S(x, "str") for x in parts))

    def time_method(self, name: str, owner: S, args: list, kwargs: dict, state: State) -> S:
        """A method of a time; of one that is not there it gives nothing, or raises."""
        if not all(isinstance(a, Const) for a in args) or kwargs:
            raise NoRule(f".{name}() with an argument that differs by row")
        if name == "strftime":
            owner = self.checked(owner, state, "ValueError: NaTType does not support strftime")
        plus = 1 if name == "isoweekday" else 0
        found = self.by_series(f"Series.dt.{_TIME_METHODS[name]}", owner, "dt", args, {}, state)
        return replace(found, expr=found.expr + plus) if plus and found.expr is not None else found

    def checked(self, value: S, state: State, message: str) -> S:
        """A value that raises where it is missing."""
        if self.is_full(value, state) or value.expr is None:
            return replace(value, full=True)
        if value.gap == NA:
            message = message.replace("'float' object", "'NAType' object")
        return replace(value, expr=F.coalesce(value.expr, F.raise_error(F.lit(message))), full=True)

    def by_series(
        self, rule: str, value: S, accessor: str, args: list, kwargs: dict, state: State
    ) -> S:
        """What a Series method does, for one value that is there (a missing time stays missing)."""
        kinds = {
            "int64": "int",
            "int64?": "int",
            "float64": "float",
            "object": "str",
            "bool": "bool",
            "bool?": "bool",
            "list": "list",
        }
        full = self.is_full(value, state)
        column = Col(
            value.expr if value.expr is not None else F.lit(None),
            {"str": "object", "time": "datetime64[ns]"}[value.kind],
            self.frame,
            null_free=full,
        )
        out = self.interpreter.by_rule(
            rule, Accessor(column, accessor), args, kwargs, self.call.node
        )
        if not isinstance(out, Col) or out.dtype not in kinds or out.temps or out.windowed:
            raise NoRule(f"{rule} of one value")
        expr = out.expr
        if value.expr is None:
            return S(None, kinds[out.dtype], full)
        return S(expr, kinds[out.dtype], full)

    def module_call(self, name: str, args: list, kwargs: dict, state: State) -> Any:
        """A builtin, or a function of pandas, numpy or math."""
        name = name.replace("builtins.str.", "str.")
        if name == "pandas.Series":
            return self.series_of(args, kwargs)
        if name.startswith("str.") and args:
            return self.method(name[4:], args[0], args[1:], kwargs, state)
        handler = _CALLS.get(name)
        if handler is None or kwargs:
            raise NoRule(f"{name}() in the function")
        if all(isinstance(a, Const) for a in args):
            if name in ("pandas.isna", "pandas.isnull", "pandas.notna", "pandas.notnull"):
                return Const(
                    is_missing(args[0].value) is (name in ("pandas.isna", "pandas.isnull"))
                )
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

    def undefined_test(self, args: list, state: State) -> Any:
        """``isnan(x)``, which pd.NA goes through."""
        value = as_s(args[0])
        if value.kind not in ("int", "float") or self.gap_of((value,), state) in (NA, ANY_GAP):
            raise NoRule("isnan() of such a value")
        return self.missing_test([value], state, False)

    def number(self, args: list, state: State, step: str) -> S:
        """A number that a function of Python takes, and raises where it is pd.NA."""
        value = as_s(args[0])
        gap = self.gap_of((value,), state)
        if gap == ANY_GAP:
            raise NoRule(f"{step}() of what may be pd.NA or NaN")
        return self.checked(value, state, f"TypeError: {step}() of <NA>") if gap == NA else value

    def length(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if value.kind == "list":
            return S(F.size(value.expr).cast("bigint") if value.expr is not None else None, "int")
        if value.kind != "str":
            raise NoRule("len() of such a value")
        text = self.checked(value, state, "TypeError: object of type 'float' has no len()")
        return self.by_series("Series.str.len", text, "str", [], {}, state)

    def absolute(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if value.kind not in ("int", "float"):
            raise NoRule("abs() of such a value")
        return replace(
            value,
            expr=F.abs(value.expr) if value.expr is not None else None,
            full=self.is_full(value, state),
        )

    def rounded(self, args: list, state: State) -> S:
        value = self.number(args, state, "round")
        if (
            value.kind not in ("int", "float")
            or len(args) > 2
            or len(args) == 2
            and not isinstance(args[1], Const)
        ):
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
            return S(
                builder("rounded")(value.expr, "double", decimals=args[1].value),
                "float",
                full,
                True,
            )
        self.no_form("round() of a Python float, which goes by its exact decimal value")
        return S(None, "float", full, value.numpy)

    def extreme(self, args: list, state: State, largest: bool) -> Any:
        if len(args) < 2:
            raise NoRule("max() of a sequence")
        result = args[0]
        for other in args[1:]:
            test = self.compare_one("GreaterThan" if largest else "LessThan", other, result, state)
            test = self.truth(test, state)
            result = (
                self.choose(test, other, result)
                if isinstance(test, S)
                else other if test.value else result
            )
        return result

    def to_int(self, args: list, state: State) -> S:
        value = as_s(args[0])
        if len(args) != 1 or value.kind not in ("int", "bool", "float", "str"):
            raise NoRule("int() of such a value")
        if value.kind == "str":
            return self.read_text("int", value)
        value = self.number(args, state, "int")
        if value.kind in ("int", "bool"):
            return replace(value, kind="int", expr=value.expr.cast("bigint") if value.kind == "bool" and value.expr is not None else value.expr)  # fmt: skip
        if value.expr is None:
            self.no_form("int() of what Spark has no form for")
            return S(None, "int")
        number = self.checked(value, state, "ValueError: cannot convert float NaN to integer")
        assert number.expr is not None
        too_large = F.raise_error(F.lit("OverflowError: cannot convert float to integer"))
        return S(
            F.when(F.abs(number.expr) < 2.0**63, number.expr.cast("bigint")).otherwise(too_large),
            "int",
        )

    def to_float(self, args: list, state: State) -> S:
        value = self.number(args, state, "float")
        if len(args) != 1 or value.kind not in ("int", "bool", "float", "str"):
            raise NoRule("float() of such a value")
        full = self.is_full(value, state)
        if value.kind == "str":
            if not full and value.gap != "nan":  # None raises, NaN does not
                value = self.sure_none(value, state)
            return self.read_text("float", value)
        if value.expr is None:
            self.no_form("float() of what Spark has no form for")
            return S(None, "float", False)
        return S(value.expr if value.kind == "float" else value.expr.cast("double"), "float", full)

    def sure_none(self, value: S, state: State) -> S:
        """A text that raises in float() where it is missing, since it is None there."""
        if value.gap != "None":
            raise NoRule("float() of a text that may be None or NaN")
        return self.checked(value, state, "TypeError: float() argument must be a string or a real number, not 'NoneType'")  # fmt: skip

    def read_text(self, kind: str, value: S) -> S:
        """The number that Python reads in a text; what is none raises, as does int() of a gap."""
        if value.expr is None:
            self.no_form(f"{kind}() of a text")
            return S(None, kind, kind == "int")
        return S(E(f"{self.call.ctx.call(f'{kind}_from_text')}({value.expr})"), kind, kind == "int")

    def to_bool(self, args: list, state: State) -> Any:
        return self.truth(args[0], state)

    def is_instance(self, args: list, state: State) -> Any:
        value, kinds = as_s(args[0]), args[1]
        if not isinstance(kinds, Module) or value.numpy:
            raise NoRule("isinstance() of such types")
        kind = kinds.name.removeprefix("builtins.")
        if self.gap_of((value,), state) == NA and kind in ("str", "int", "float", "bool"):
            if kind != value.kind and (kind, value.kind) != ("int", "bool"):
                return Const(False)
            return S(value.expr.isNotNull() if value.expr is not None else None, "bool")
        if (
            value.kind == "str"
            and kind in ("str", "float")
            and (kind == "str" or self.is_full(value, state) or value.gap == "nan")
        ):
            if self.is_full(value, state):
                return Const(kind == "str")
            return S(value.expr.isNotNull() if kind == "str" else value.expr.isNull(), "bool") if value.expr is not None else S(None, "bool")  # fmt: skip
        if (
            value.kind in ("int", "float")
            and kind in ("int", "float", "str")
            and (value.full or value.kind == "float")
        ):
            return Const(kind == value.kind)
        raise NoRule("isinstance() of such a value")

    def ufunc(self, args: list, state: State, build: str, options: dict) -> S:
        value = as_s(args[0])
        if len(args) != 1 or value.kind not in ("int", "float"):
            raise NoRule("a function of numpy of such a value")
        if value.expr is None:
            return S(None, "float", False, True)
        gap = ANY_GAP if self.gap_of((value,), state) in (NA, ANY_GAP) else "nan"
        expr = builder(build)(value.expr, SPARK[value.kind], **options)
        return S(expr, "float", False, True, gap=gap)

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
        value = self.number(args, state, "sqrt")
        if value.kind not in ("int", "float") or value.expr is None:
            raise NoRule("sqrt() of such a value")
        error = F.raise_error(F.lit("ValueError: math domain error"))
        return S(
            F.when(value.expr < 0, error).otherwise(F.sqrt(value.expr)),
            "float",
            self.is_full(value, state),
        )


_TEXT_METHODS = set(
    "upper lower strip lstrip rstrip title capitalize swapcase casefold startswith endswith replace zfill "
    "split partition rpartition isdigit isalpha isalnum isnumeric isdecimal isspace islower isupper istitle find rfind removeprefix removesuffix".split()
)
#: methods of a time, and what a Series has for them
_TIME_METHODS = {
    "weekday": "dayofweek",
    "isoweekday": "dayofweek",
    "strftime": "strftime",
    "day_name": "day_name",
    "month_name": "month_name",
}
_CALLS: dict[str, Callable[[Any, list, State], Any]] = {
    "pandas.isna": lambda b, a, s: b.missing_test(a, s, False),
    "pandas.isnull": lambda b, a, s: b.missing_test(a, s, False),
    "pandas.notna": lambda b, a, s: b.missing_test(a, s, True),
    "pandas.notnull": lambda b, a, s: b.missing_test(a, s, True),
    "builtins.len": Calls.length,
    "builtins.abs": Calls.absolute,
    "builtins.round": Calls.rounded,
    "builtins.max": lambda b, a, s: b.extreme(a, s, True),
    "builtins.min": lambda b, a, s: b.extreme(a, s, False),
    "builtins.int": Calls.to_int,
    "builtins.float": Calls.to_float,
    "builtins.bool": Calls.to_bool,
    "builtins.str": lambda b, a, s: b.text_of(a[0], s),
    "builtins.isinstance": Calls.is_instance,
    "math.floor": lambda b, a, s: b.floor(a, s, False),
    "math.ceil": lambda b, a, s: b.floor(a, s, True),
    "math.sqrt": Calls.root,
    "math.isnan": Calls.undefined_test,
    "numpy.isnan": Calls.undefined_test,
    "numpy.log": lambda b, a, s: b.ufunc(a, s, "logarithm", {}),
    "numpy.log10": lambda b, a, s: b.ufunc(a, s, "logarithm", {"base": "10"}),
    "numpy.log2": lambda b, a, s: b.ufunc(a, s, "logarithm", {"base": "2"}),
    "numpy.log1p": lambda b, a, s: b.ufunc(a, s, "logarithm_plus_one", {}),
    "numpy.sqrt": lambda b, a, s: b.ufunc(a, s, "square_root", {}),
    "numpy.exp": lambda b, a, s: b.ufunc(a, s, "exponential", {}),
}  # fmt: skip
__all__ = ["Calls"]
