"""numpy's functions of Series, element by element."""

from __future__ import annotations

from typing import Any

from rules.elementwise import compact, mapped
from rules.lib import all_finite, derive, is_missing, meet, tight, typed, with_nan
from rules.ordered import known_number
from rules.numbers import fractions, numeric, power, rounded
from rules.operators import all_full, arithmetic, dtype_of, logical, result_label
from rules.registry import Call, rule
from transpiler.facts import FLOATS, NUMBERS, Array, Col, Const, Frame
from transpiler.symbolic import F

_FUNCTIONS: dict[str, tuple[str, dict, Any]] = {
    "log": ("logarithm", {}, "fraction"),
    "log10": ("logarithm", {"base": "10"}, "fraction"),
    "log2": ("logarithm", {"base": "2"}, "fraction"),
    "log1p": ("logarithm_plus_one", {}, "fraction"),
    "exp": ("exponential", {}, "fraction"),
    "expm1": ("exponential_less_one", {}, "fraction"),
    "sqrt": ("square_root", {}, "fraction"),
    "cbrt": ("cube_root", {}, "fraction"),
    "square": ("square", {}, "same"),
    "floor": ("rounded_down", {}, "same"),
    "ceil": ("rounded_up", {}, "same"),
    "trunc": ("truncated", {}, "same"),
    "rint": ("rounded", {}, "same"),
    "abs": ("magnitude", {}, "same"),
    "absolute": ("magnitude", {}, "same"),
    "fabs": ("magnitude", {}, "same"),
    "sign": ("sign", {}, "same"),
    "sin": ("wave", {}, "fraction"),
    "cos": ("wave", {"function": "cos"}, "fraction"),
    "tan": ("wave", {"function": "tan"}, "fraction"),
    "arcsin": ("wave", {"function": "asin"}, "fraction"),
    "arccos": ("wave", {"function": "acos"}, "fraction"),
    "arctan": ("wave", {"function": "atan"}, "fraction"),
    "tanh": ("wave", {"function": "tanh"}, "fraction"),
    "radians": ("wave", {"function": "radians"}, "fraction"),
    "degrees": ("wave", {"function": "degrees"}, "fraction"),
    "deg2rad": ("wave", {"function": "radians"}, "fraction"),
    "rad2deg": ("wave", {"function": "degrees"}, "fraction"),
}


#: functions whose values may be infinite where their arguments are not
_TO_INFINITY = ("logarithm", "logarithm_plus_one", "exponential", "exponential_less_one")
#: functions that are not defined for every number
_TO_NAN = ("logarithm", "logarithm_plus_one", "square_root", "wave")
_FRACTIONS_ONLY = ("fabs", "rint", "floor", "ceil", "trunc")


def array_of(c: Call, name: str) -> Any:
    value = c[name]
    c.need(isinstance(value, (Col, Frame)), "not a Series or frame")
    return value


def ufunc(c: Call, value: Any, build: str, options: dict, result: str) -> Any:
    """A function of numpy over a Series (or every column of a frame)."""
    if isinstance(value, Frame):
        return mapped(c.ctx, value, lambda s: ufunc(c, s, build, options, result))
    numeric(c, value, build)
    c.need(
        value.dtype != "int64?" or result == "fraction",
        "whole numbers that may have become fractions",
    )
    value = (
        compact(c.ctx, value)
        if build not in ("exponential", "magnitude", "wave", "cube_root")
        else value
    )
    if build == "wave" and not value.may_be_infinite:
        options = {**options, "finite": True}
    expr = typed(c.ctx, build, value, **options)
    dtype = value.dtype if result == "same" else fractions(value.dtype)
    if value.dtype is None and result == "fraction":
        dtype = None if value.nullable else "float64"
    finite = build not in _TO_INFINITY and not value.may_be_infinite
    out = derive(expr, dtype, value, null_free=value.null_free and result == "same", finite=finite)
    if build in _TO_NAN:
        out = with_nan(c.ctx, out, value)
    return Array(**vars(out)) if value.kind == "ndarray" else out


for _name, (_build, _options, _result) in _FUNCTIONS.items():

    def _numpy(
        c: Call,
        build: str = _build,
        options: dict = _options,
        result: str = _result,
        name: str = _name,
    ) -> Any:
        value = array_of(c, "x")
        if name in _FRACTIONS_ONLY:
            c.need(
                isinstance(value, Col) and value.dtype in FLOATS | {None},
                f"{name} of whole numbers, for which numpy's versions differ: leave it away, or .astype(float) before it",
            )
            if value.dtype is None:
                c.need(not value.is_nullable, "nullable columns of unknown type")
                c.verdict = "runtime"  # type: ignore[attr-defined]
                expr = typed(c.ctx, "some_fraction", value, what=name)
                value = value.but(expr=expr, dtype="float64", column=None)
        return ufunc(c, value, build, options, result)

    _calls = [f"np.{_name}(df['f'])"] + (
        [f"np.{_name}(df['i'])"] if _name not in _FRACTIONS_ONLY else []
    )
    if _name == "exp":
        _calls = ["np.exp(df['g'])", "np.exp(df['i'])"]
    if _name in ("sin", "cos", "tan"):
        _calls = [f"np.{_name}(df['g'])", f"np.{_name}(df['i'] / df['j'])"]
    if _name in ("arcsin", "arccos"):  # Spark's NaN is not missing
        _calls = [f"np.{_name}(df['f']).isna()", f"df[np.{_name}(df['i']) > -9]"]
    if _name == "log":
        _calls += ["np.log(df['f'].abs() + 1)", "np.log(df[['i', 'n']])"]
    rule(f"numpy.{_name}(x)", example=tuple(_calls))(_numpy)

for _name in ("round", "around"):

    def _np_round(c: Call) -> Any:
        """``np.round(series, n)``."""
        value = array_of(c, "a")
        if isinstance(value, Frame):
            return mapped(c.ctx, value, lambda s: rounded(c, s, c.lit("decimals")))
        out = rounded(c, value, c.lit("decimals"))
        return Array(**vars(out)) if value.kind == "ndarray" else out

    rule(f"numpy.{_name}(a, decimals=0, out=None)", not_yet="out", example=(f"np.{_name}(df['f'], 1)", f"np.{_name}(df['g'])"))(_np_round)  # fmt: skip


@rule("builtins.round(number, ndigits=None)", example="round(df['f'], 2)")
def builtin_round(c: Call) -> Any:
    """``round(series, n)``."""
    c.need(isinstance(c["number"], Col), "not a Series")
    return rounded(c, c["number"], c.lit("ndigits") or 0)


@rule(
    "builtins.sum(iterable, start=0)",
    example=("sum(df[x] for x in ['i', 'j'])", "sum([df['f'], df['g'] * 2], 1)"),
)
def builtin_sum(c: Call) -> Any:
    """``sum(…)`` of several Series: one plus the next."""
    items, total = getattr(c["iterable"], "items", ()), c["start"]
    c.need(
        bool(items) and all(isinstance(x, Col) and x.dtype in NUMBERS | {None} for x in items),
        "not Series of numbers",
    )
    for item in items:
        total = c.interpreter.operator("__add__", total, item, c.node)
    c.need(isinstance(total, Col), "a sum that is not followed")
    return total


for _name, _build in (("maximum", "larger"), ("minimum", "smaller")):

    def _extreme(c: Call, build: str = _build) -> Col:
        """The larger (smaller) of two; missing where one is."""
        a, b = c["x1"], c["x2"]
        _, (a, b) = meet(a, b)
        dtypes = [dtype_of(a), dtype_of(b)]
        c.need(
            all(d in ("int64", "float64", None) for d in dtypes)
            and not any(isinstance(s, Col) and s.is_nullable for s in (a, b)),
            "the extreme of values that are not numbers for sure",
        )
        for side in (a, b):
            c.need(
                not isinstance(side, Const) or not is_missing(side.value),
                "the extreme with a missing constant",
            )
        dtype = "float64" if "float64" in dtypes else "int64"
        if None in dtypes:
            dtype, c.verdict = None, "runtime"  # type: ignore[attr-defined]
        simple = all_full(a, b)
        a, b = (compact(c.ctx, s) if isinstance(s, Col) else s for s in (a, b))
        expr = typed(c.ctx, build, a, b)
        out = derive(
            expr, dtype, a, b, label=result_label(a, b), null_free=simple, finite=all_finite(a, b)
        )
        return out

    rule(f"numpy.{_name}(x1, x2)", example=(f"np.{_name}(df['f'], df['g'])", f"np.{_name}(df['i'], 3)", f"np.{_name}(0, df['f'])", f"np.{_name}(df['i'], df['f'])", f"np.{_name}(df['i'], 2.5)"))(_extreme)  # fmt: skip


@rule(
    "numpy.arctan2(x1, x2)",
    example=(
        "np.arctan2(df['f'], df['j'])",
        "np.arctan2(-df['f'] * 0, df['j'] * 0.0)",
        "np.arctan2(df['f'], -0.0)",
        "a, b = map(np.radians, [df['i'], df['j']])\nout = np.arcsin(np.sqrt(np.sin(a) ** 2 / 2 + np.cos(b) ** 2 / 3))",
    ),
)
def arctan2(c: Call) -> Col:
    """The angle of a point, by its two coordinates."""
    _, sides = meet(c["x1"], c["x2"])
    for n, side in enumerate(sides):
        if isinstance(side, Col) and side.dtype is None:
            sides[n] = side = known_number(c, side, "arctan2").but(dtype="float64")
        plain = isinstance(side, Col) and not side.is_nullable or isinstance(side, Const) and not is_missing(side.value)  # fmt: skip
        c.need(plain and dtype_of(side) in ("int64", "float64"), "coordinates that are not numbers for sure")  # fmt: skip
    a, b = (compact(c.ctx, s) if isinstance(s, Col) else s for s in sides)
    expr = typed(c.ctx, "angle", a, b)
    return derive(expr, "float64", a, b, label=result_label(a, b), null_free=all_full(a, b), finite=True)  # fmt: skip


@rule("numpy.isnan(x)", example=("np.isnan(df['f'])", "df[~np.isnan(df['n'])]"))
def isnan(c: Call) -> Col:
    """Missing numbers."""
    value = array_of(c, "x")
    c.need(
        isinstance(value, Col) and value.dtype in ("float64", "int64", "int64?", None),
        "isnan of a column that is no number",
    )
    value = known_number(c, value, "isnan")
    return derive(value.expr.isNull(), "bool", value, null_free=True)


@rule("numpy.isfinite(x)", example="np.isfinite(df['f'] / df['j'])")
def isfinite(c: Call) -> Col:
    """Neither missing nor infinite."""
    value = array_of(c, "x")
    c.need(
        isinstance(value, Col) and value.dtype in ("float64", None),
        "isfinite of a column that is no fraction",
    )
    value = known_number(c, value, "isfinite")
    return derive(F.abs(value.expr) < float("inf"), "bool", value, loose=True, null_free=False)


@rule("numpy.isinf(x)", example="np.isinf(df['f'] / df['j'])")
def isinf(c: Call) -> Col:
    """Infinite."""
    value = array_of(c, "x")
    c.need(
        isinstance(value, Col) and value.dtype in ("float64", None),
        "isinf of a column that is no fraction",
    )
    value = known_number(c, value, "isinf")
    return derive(F.abs(value.expr) == float("inf"), "bool", value, loose=True, null_free=False)


_BINARY = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "true_divide": "truediv",
           "mod": "mod", "remainder": "mod", "floor_divide": "floordiv"}  # fmt: skip
for _name, _op in _BINARY.items():

    def _binary(c: Call, op: str = _op) -> Col:
        """numpy's name for an operator."""
        c.need(any(isinstance(c[x], Col) for x in ("x1", "x2")), "no Series")
        return arithmetic(op, c["x1"], c["x2"], c)

    rule(
        f"numpy.{_name}(x1, x2)",
        example=(f"np.{_name}(df['f'], df['g'])", f"np.{_name}(df['f'], 3)"),
    )(_binary)


@rule("numpy.power(x1, x2)", example=("np.power(df['f'], 2)", "np.power(df['g'], 0.5)"))
def np_power(c: Call) -> Col:
    """``**``."""
    c.need(isinstance(c["x1"], Col), "no Series")
    return power(c, c["x1"], c["x2"])


for _name, _op in (("logical_and", "and"), ("logical_or", "or"), ("logical_xor", "xor")):

    def _logic(c: Call, op: str = _op) -> Col:
        """Boolean Series joined."""
        c.need(
            all(isinstance(c[x], Col) and c[x].dtype == "bool" for x in ("x1", "x2")),
            "columns that are not boolean for sure",
        )
        return logical(op, c["x1"], c["x2"])

    rule(f"numpy.{_name}(x1, x2)", example=f"np.{_name}(df['i'] > 1, df['f'] < 2)")(_logic)


@rule("numpy.logical_not(x)", example="np.logical_not(df['f'] > 1)")
def logical_not(c: Call) -> Col:
    """``~`` of a boolean Series."""
    value = array_of(c, "x")
    c.need(
        isinstance(value, Col) and value.dtype == "bool", "a column that is not boolean for sure"
    )
    return derive(~tight(value), "bool", value, loose=False, null_free=True)


@rule(
    "numpy.clip(a, a_min=None, a_max=None, out=None, *, min=None, max=None)",
    not_yet="out min max",
    example=("np.clip(df['f'], 0, 2)", "np.clip(df['i'], 1, 5)"),
)
def np_clip(c: Call) -> Col:
    """``series.clip``."""
    value = array_of(c, "a")
    c.need(isinstance(value, Col), "not a Series")
    return c.interpreter.by_rule("Series.clip", value, [c["a_min"], c["a_max"]], {}, c.node)  # type: ignore[attr-defined]


__all__ = ["ufunc"]
