"""Numbers, element by element: rounding, limits, arithmetic methods, numpy's functions."""

from __future__ import annotations

from typing import Any

from rules.by_name import by_name
from rules.fill_operands import filling, with_fill
from rules.elementwise import changed_columns, compact, mapped, own_cells, plain_name, projected
from rules.lib import (
    all_finite,
    derive,
    is_missing,
    meet,
    operand,
    series_of,
    tight,
    materialised,
    tightened,
    typed,
)
from rules.missing import in_frame, job_value
from rules.operators import arithmetic, compared, dtype_of, logical, result_label
from rules.registry import Call, rule
from rules.widths import alike
from transpiler.errors import NoRule, attempt
from transpiler.facts import (
    BOOLS,
    FLOATS,
    INTEGERS,
    NULL_FREE,
    NUMBERS,
    ByColumn,
    Col,
    Const,
    Frame,
    Scalar,
    Value,
)
from transpiler.symbolic import E, F, lift

_PLAIN = {"int64", "float64", "int64?", "Int64", "Float64", "int32"}


def numeric(c: Call, series: Col, what: str) -> Col:
    """The Series, which is of numbers or of a type that the job will look at."""
    c.need(series.dtype is None or series.dtype in _PLAIN, f"{what} of a {series.dtype} column")
    if series.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
    return series


def fractions(dtype: str | None) -> str | None:
    """The dtype of a result that is never a whole number."""
    return {None: None, "Int64": "Float64", "Float64": "Float64"}.get(dtype, "float64")


# --- rounding and limits --------------------------------------------------------------------


def rounded(c: Call, series: Col, decimals: Any) -> Col:
    """Half to even, scaled as numpy scales."""
    c.need(
        isinstance(decimals, int) and not isinstance(decimals, bool) and -300 < decimals < 300,
        "decimals= of this value",
    )
    numeric(c, series, "round")
    c.need(decimals >= 0 or series.dtype in FLOATS, "whole numbers rounded to tens")
    if series.dtype in INTEGERS:
        return series
    options = {"decimals": decimals} if decimals else {}
    return derive(typed(c.ctx, "rounded", series, **options), series.dtype, series)


@rule("Series.round(decimals=0)", example=("df['f'].round()", "df['f'].round(2)", "df['i'].round(1)", "(df['f'] * 12.345).round(1)", "df['f'].round(-2)", "(df['i'] / 2).round()"))  # fmt: skip
def series_round(c: Call) -> Col:
    """Rounded to so many decimals."""
    return rounded(c, c.col, c.lit("decimals"))


@rule(
    "DataFrame.round(decimals=0)",
    example=("df.round(1)", "df.round({'f': 2, 'g': 0})", "df[['f', 'g']].round()"),
)
def frame_round(c: Call) -> Frame:
    """Numbers rounded; other columns stay."""
    decimals = c.lit("decimals")
    c.need(isinstance(decimals, (int, dict)), "decimals= of this form")

    def change(series: Col) -> Col:
        n = decimals.get(series.label) if isinstance(decimals, dict) else decimals
        if n is not None and series.dtype is None:
            c.need(type(n) is int and 0 <= n < 300, "decimals= of this value")
            c.verdict = "runtime"  # type: ignore[attr-defined]
            options = {"decimals": n} if n else {}
            return derive(typed(c.ctx, "rounded_if_number", series, **options), None, series)
        return series if n is None or series.dtype not in NUMBERS else rounded(c, series, n)

    return changed_columns(c.ctx, c.frame, change)


def absolute(c: Call, series: Col) -> Col:
    numeric(c, series, "abs")
    made = derive(
        typed(c.ctx, "magnitude", series), series.dtype, series, null_free=series.null_free
    )
    return alike(series, made)


@rule("Series.abs()", example=("df['f'].abs()", "df['i'].abs()", "(df['i'] - 5).abs()"))
def series_abs(c: Call) -> Col:
    """Absolute values."""
    return absolute(c, c.col)


@rule("DataFrame.abs()", example="df[['i', 'f']].abs()")
def frame_abs(c: Call) -> Frame:
    """Absolute values of every column."""
    return mapped(c.ctx, c.frame, lambda s: absolute(c, s))


@rule("builtins.abs(x)", example="abs(df['f'])")
def builtin_abs(c: Call) -> Any:
    """``abs(series)``."""
    value = c["x"]
    c.need(isinstance(value, Col), "not a Series")
    return absolute(c, value)


def clipped(c: Call, series: Col) -> Col:
    """Values held between limits, which must not make whole numbers fractions."""
    numeric(c, series, "clip")
    series = compact(c.ctx, series)
    limits = [c["lower"], c["upper"]]
    if any(isinstance(limit, Col) for limit in limits):
        return clipped_by_row(c, series, limits)
    computed = [x for x in limits if isinstance(x, Scalar)]
    data_decide = series.dtype == "int64" and any(x.dtype == "float64" for x in computed)
    if computed and not series.is_nullable and (series.dtype is None or data_decide):
        c.verdict = "runtime"  # type: ignore[attr-defined]
        texts = [lift(None) if isinstance(x, Const) and x.value is None else job_value(x) for x in limits]  # fmt: skip
        series = materialised(c.ctx, tightened(series) if series.loose else series)
        expr = in_frame(c.ctx, "limited_in", series, *texts)
        return derive(expr, None, series, finite=held(series, limits))
    for limit in limits:
        c.need(isinstance(limit, (Const, Scalar)), "limits that differ by row")
        if isinstance(limit, Const):
            c.need(is_missing(limit.value) or isinstance(limit.value, (int, float)) and not isinstance(limit.value, bool), "limits that are not numbers")  # fmt: skip
        whole = series.dtype in INTEGERS and not (isinstance(limit, Const) and (is_missing(limit.value) or isinstance(limit.value, int)))  # fmt: skip
        c.need(not whole, "whole numbers held by a fraction")
        c.need(
            not isinstance(limit, Scalar) or limit.dtype in ("float64", "int64"),
            "a limit whose type is not known",
        )
    if (
        all(isinstance(x, Const) and not is_missing(x.value) for x in limits)
        and limits[0].value > limits[1].value
    ):
        limits.reverse()
    if series.dtype in FLOATS:
        limits = [
            (
                Const(float(x.value))
                if isinstance(x, Const) and not is_missing(x.value) and not x.text
                else x
            )
            for x in limits
        ]
    limits = [Const(None) if isinstance(x, Const) and is_missing(x.value) else x for x in limits]
    if all(isinstance(x, Const) and x.value is None for x in limits):
        return series
    build = "limited_numbers" if series.dtype is None else "limited"
    return derive(
        typed(c.ctx, build, series, *limits), series.dtype, series, null_free=series.null_free,
        finite=held(series, limits),
    )  # fmt: skip


def held(series: Col, limits: list[Any]) -> bool:
    """Whether no value between the limits is infinite."""
    missing = any(isinstance(x, Const) and x.value is None for x in limits)
    return all_finite(*limits) and (all_finite(series) or not missing)


def clipped_by_row(c: Call, series: Col, limits: list[Any]) -> Col:
    """Values held between limits of their own rows; a missing limit is none."""
    _, (series, *limits) = meet(series, *limits)
    limits = [tightened(x) if isinstance(x, Col) else x for x in limits]
    for limit in limits:
        if isinstance(limit, Col):
            numeric(c, limit, "clip by")
            c.need(not limit.is_nullable, "nullable limits")
        else:
            c.need(isinstance(limit, Const), "limits of this kind")
            c.need(is_missing(limit.value) or type(limit.value) in (int, float), "limits that are not numbers")  # fmt: skip
    known = [x.dtype if isinstance(x, Col) else "float64" if type(x.value) is float else "int64" for x in limits]  # fmt: skip
    whole = series.dtype in INTEGERS and any(k is not None and k != "int64" for k in known)
    c.need(not series.is_nullable and not whole, "whole numbers held by fractions")
    if None not in (series.dtype, *known):
        limits = [as_fraction(x) if series.dtype == "float64" else x for x in limits]
    limits = [Const(None) if isinstance(x, Const) and is_missing(x.value) else x for x in limits]
    parents = [x for x in limits if isinstance(x, Col)]
    fixed = {"fixed": True} if isinstance(limits[1], Const) and limits[1].value is not None else {}
    expr = typed(c.ctx, "limited_by_row", series, *limits, **fixed)
    finite = all_finite(series, *limits)
    return derive(expr, series.dtype, series, *parents, null_free=series.null_free, finite=finite)


def as_fraction(limit: Any) -> Any:
    """A limit as a number of float64."""
    if isinstance(limit, Col) and limit.dtype != "float64":
        return limit.but(expr=limit.expr.cast("double"), dtype="float64")
    plain = isinstance(limit, Const) and type(limit.value) is int
    return Const(float(limit.value)) if plain else limit


_CLIP = "lower=None, upper=None, *, axis=None, inplace=False"


@rule(f"Series.clip({_CLIP})", not_yet="axis inplace", example=("df['f'].clip(0, 2.5)", "df['f'].clip(lower=0)", "df['i'].clip(upper=5)", "df['f'].clip(upper=df['f'].quantile(0.9))", "df['i'].clip(1, 4).sum()",
                "lo, hi = df['i'].quantile([0.1, 0.9])\nout = df['j'].clip(lo, hi)", "lo, hi = df['f'].quantile([0.05, 0.9])\ndf['f'] = df['f'].clip(lo, upper=hi)\nout = df",
                "df['f'].clip(lower=df['g'])", "df['f'].clip(df['g'], df['n'])", "df['i'].clip(upper=df['j'])", "df['f'].clip(df['i'], 2)"))  # fmt: skip
def series_clip(c: Call) -> Col:
    """Values held between limits."""
    return clipped(c, c.col)


@rule(
    f"DataFrame.clip({_CLIP})",
    not_yet="inplace",
    example=(
        "df[['i', 'f']].clip(0, 5)",
        "df[['f', 'g']].clip(lower=df['i'], axis=0)",
        "df[['f', 'g']].clip(df['j'], df['n'], axis='index')",
        "df[['f', 'g']].clip(lower=[0, 1], axis=1)",
        "df[['f', 'i']].clip([0, 1], [2.5, 5], axis='columns')",
    ),
)
def frame_clip(c: Call) -> Frame:
    """Values of every column held between limits: the same, those of the row, or one a column."""
    rows = [isinstance(c[x], Col) for x in ("lower", "upper")]
    c.need(not any(rows) or c.lit("axis") in (0, "index"), "limits that go along another axis")
    lists = {x: c.lit(x) for x in ("lower", "upper") if not isinstance(c[x], (Col, Scalar))}
    lists = {x: v for x, v in lists.items() if isinstance(v, (list, tuple))}
    if not lists:
        return mapped(c.ctx, c.frame, lambda s: clipped(c, s))
    labels = c.frame.labels
    c.need(c.lit("axis") in (1, "columns"), "a limit for each row by its place")
    c.need(all(len(v) == len(labels) for v in lists.values()), "limits of another length")
    c.need(not any(is_missing(x) for v in lists.values() for x in v), "missing limits")

    def one(series: Col) -> Col:
        own = {x: Const(v[labels.index(series.label)]) for x, v in lists.items()}
        bounds = [own.get(x, c[x]) for x in ("lower", "upper")]
        c.need(any(isinstance(b, Const) and b.value is None for b in bounds) or bounds[0].value <= bounds[1].value, "a lower limit above the upper one")  # fmt: skip
        return clipped(limited_call(c, *bounds), series)

    return mapped(c.ctx, c.frame, one)


def limited_call(c: Call, lower: Any, upper: Any) -> Call:
    """The call with other limits."""
    call = Call(c.rule, c.self, {**c.args, "lower": lower, "upper": upper}, {"lower", "upper"}, c.ctx)  # fmt: skip
    call.interpreter, call.node = c.interpreter, c.node  # type: ignore[attr-defined]
    return call


@rule(
    "Series.between(left, right, inclusive='both')",
    example=(
        "df['i'].between(2, 5)",
        "df[df['f'].between(0, 2.5)]",
        "df['f'].between(df['g'], 10)",
        "df['i'].between(2, 5, inclusive='left')",
        "~df['f'].between(0, 2, inclusive='neither')",
    ),
)
def between(c: Call) -> Col:
    """Both limits hold; a missing value is not between anything."""
    kind = c.lit("inclusive")
    c.need(kind in ("both", "left", "right", "neither"), "inclusive= of this value")
    low = compared("ge" if kind in ("both", "left") else "gt", c.col, c["left"], c)
    high = compared("le" if kind in ("both", "right") else "lt", c.col, c["right"], c)
    known = c.col.dtype is not None and not any(isinstance(c[x], Col) for x in ("left", "right"))
    out = logical("and", low, high)
    if known and kind == "both" and c.col.dtype in NUMBERS:
        out = out.but(expr=c.col.expr.between(operand(c["left"]), operand(c["right"])))
    return out


# --- arithmetic methods ---------------------------------------------------------------------

_METHODS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "truediv": "/",
    "floordiv": "//",
    "mod": "%",
}


for _name, _symbol in _METHODS.items():
    _op = {"div": "truediv"}.get(_name, _name)

    def _method(c: Call, op: str = _op) -> Col:
        """An operator with another name, and a value for one missing side."""
        a, b, fill = c.col, c["other"], c.lit("fill_value")
        if fill is not None:
            a, b = with_fill(c, a, b, fill)
        return by_name(arithmetic, op, a, b, c)

    def _reverse(c: Call, op: str = _op) -> Col:
        a, b, fill = c.col, c["other"], c.lit("fill_value")
        if fill is not None:
            a, b = with_fill(c, a, b, fill)
        return by_name(arithmetic, op, b, a, c)

    def _frame_method(c: Call, op: str = _op) -> Frame:
        rows = c.lit("axis") in (0, "index")
        return framewise(c, op, c.frame, c["other"], rows, do=filling(c, arithmetic))

    def _frame_operator(c: Call, op: str = _op) -> Frame:
        return framewise(c, op, c.frame, c["other"], False)

    def _frame_reverse(c: Call, op: str = _op) -> Frame:
        return framewise(c, op, c.frame, c["other"], False, swap=True)

    _whole = _op in ("floordiv",)
    _a, _b = ("f", "g") if _whole else ("i", "f")
    _zero = (f"df['i'].{_name}(df['j'])",) if _op in ("floordiv", "mod") else ()
    rule(f"Series.{_name}(other, level=None, fill_value=None, axis=0)", not_yet="level axis", example=(f"df['{_a}'].{_name}(df['{_b}'])", f"df['f'].{_name}(df['g'], fill_value=2)", f"df['n'].{_name}(3, fill_value=1)", *_zero))(_method)  # fmt: skip
    rule(f"Series.r{_name}(other, level=None, fill_value=None, axis=0)", not_yet="level axis", example=(f"df['f'].r{_name}(7)", *(x.replace(_name, "r" + _name) for x in _zero)))(_reverse)  # fmt: skip
    rule(f"DataFrame.{_name}(other, axis='columns', level=None, fill_value=None)", not_yet="level", example=(f"df[['f', 'g']].{_name}(2)", f"df[['f', 'n']].{_name}(df['g'], axis=0)", f"m = df[['f', 'n']]\nout = m.{_name}(m.where(df['i'] > 3), fill_value=2)"))(_frame_method)  # fmt: skip
    if _name != "div":
        rule(f"DataFrame.__{_name}__(other)", example=(f"df[['f', 'g']] {_symbol} 2", f"df[['f', 'n']] {_symbol} df[['f', 'n']]", *(("m = df[['f', 'g', 'i']]\nout = (m - m.mean()) / m.std()",) if _name == "sub" else ())))(_frame_operator)  # fmt: skip
        rule(f"DataFrame.__r{_name}__(other)", example=f"3 {_symbol} df[['f', 'g']]")(
            _frame_reverse
        )


def framewise(
    c: Call,
    op: str,
    frame: Frame,
    other: Any,
    by_row: bool,
    swap: bool = False,
    do: Any = arithmetic,
) -> Frame:
    """An operator between each column of a frame and a constant, a Series by row, or a frame."""
    labels = frame.labels
    if isinstance(other, Frame):
        c.need(other.labels == labels, "frames with different columns")
        c.need(
            other.rows.uid == frame.rows.uid and other.index == frame.index,
            "frames with different rows",
        )
        found = attempt(meet, *pair_cells(c, frame), *pair_cells(c, other))
        base, sides = found or meet(*own_cells(c.ctx, frame), *own_cells(c.ctx, other))
        left, right = sides[: len(labels)], sides[len(labels) :]
        if base is not frame and found is not None:
            from rules.lib import on

            left, right = [on(frame, s) for s in left], [on(frame, s) for s in right]
        changed = [do(op, a, b, c) for a, b in zip(left, right)]
        return projected(c.ctx, frame, labels, changed)
    if isinstance(other, ByColumn):
        c.need(not by_row and list(other.labels) == labels, "numbers for other columns")
        other = c.ctx.hoist(other, other.hint)
        pairs = [(series, other.item(x)) for series, x in zip(own_cells(c.ctx, frame), labels)]
        return projected(
            c.ctx,
            frame,
            labels,
            [(do(op, y, x, c) if swap else do(op, x, y, c)).but(label=x.label) for x, y in pairs],
        )
    c.need(by_row or not isinstance(other, Col), "a Series matched with the columns")
    c.need(isinstance(other, (Const, Scalar, Col)) and not (isinstance(other, Const) and isinstance(other.value, (list, dict, tuple))), "an operand of this kind")  # fmt: skip

    def one(series: Col) -> Col:
        result = do(op, other, series, c) if swap else do(op, series, other, c)
        return result.but(label=series.label)

    return mapped(c.ctx, frame, one)


def pair_cells(c: Call, frame: Frame) -> list[Col]:
    return [series_of(c.ctx, frame, x) for x in frame.labels]


for _name, _symbol in (
    ("eq", "=="),
    ("ne", "!="),
    ("lt", "<"),
    ("le", "<="),
    ("gt", ">"),
    ("ge", ">="),
):

    def _compare_frame(c: Call, op: str = _name) -> Frame:
        """A comparison of every column with a constant or, by place, another frame's."""
        axis = "axis" in c.args and c.lit("axis") in (0, "index")
        return framewise(c, op, c.frame, c["other"], axis, do=compared)

    rule(f"DataFrame.__{_name}__(other)", example=(f"df[['i', 'f']] {_symbol} 2", f"df[(df[['i', 'f']] {_symbol} 2).any(axis=1)]"))(_compare_frame)  # fmt: skip
    rule(f"DataFrame.{_name}(other, axis='columns', level=None)", not_yet="level", example=f"df[['i', 'f']].{_name}(df['g'], axis=0)")(_compare_frame)  # fmt: skip

for _name, _symbol in (("and", "&"), ("or", "|")):

    def _logic_frame(c: Call, op: str = _name) -> Frame:
        """``&`` and ``|`` of two boolean frames."""
        return framewise(c, op, c.frame, c["other"], False, do=lambda o, a, b, _: logical(o, a, b))

    rule(f"DataFrame.__{_name}__(other)", example=f"(df[['i', 'f']] > 1) {_symbol} True")(
        _logic_frame
    )


@rule("DataFrame.__invert__()", example="~df.isna()")
def invert_frame(c: Call) -> Frame:
    """``~`` of a boolean frame."""

    def one(series: Col) -> Col:
        c.need(series.dtype == "bool", "~ of columns that are not boolean for sure")
        return derive(~tight(series), "bool", series, loose=False, null_free=True)

    return mapped(c.ctx, c.frame, one)


@rule("DataFrame.__neg__()", example="-df[['i', 'f']]")
def negate_frame(c: Call) -> Frame:
    """Unary minus of every column."""

    def one(series: Col) -> Col:
        c.need(series.dtype in ("int64", "float64"), "- of columns that are not numbers for sure")
        return derive(-series.expr, series.dtype, series, null_free=series.null_free)

    return mapped(c.ctx, c.frame, one)


@rule("Series.pow(other, level=None, fill_value=None, axis=0)", not_yet="level axis", example=("df['f'].pow(2)", "df['j'].pow(2)", "df['g'].pow(0.5)", "df['f'].pow(df['g'], fill_value=1)"))  # fmt: skip
def series_pow(c: Call) -> Any:
    """``**`` by name."""
    fill = c.lit("fill_value")
    return power(c, *(c.col, c["other"]) if fill is None else with_fill(c, c.col, c["other"], fill))


@rule(
    "Series.__pow__(other)",
    example=("df['g'] ** 0.5", "df['f'] ** df['g']", "df['n'] ** -1", "df['f'] ** df['j']"),
)
def general_pow(c: Call) -> Any:
    """``**`` of fractions."""
    return fraction_power(c, c.col, c["other"])


@rule("Series.__rpow__(other)", example="2.0 ** df['g']")
def reverse_pow(c: Call) -> Any:
    """A constant raised to a Series."""
    return fraction_power(c, c["other"], c.col)


def power(c: Call, a: Any, b: Any) -> Col:
    """By the operator's rules."""
    if not isinstance(a, Col):
        return fraction_power(c, a, b)
    return c.interpreter.by_rule("Series.__pow__", a, [b], {}, c.node)  # type: ignore[attr-defined]


def fraction_power(c: Call, a: Any, b: Any) -> Col:
    """Powers where at least one side has fractions: 1 ** nan and nan ** 0 are 1."""
    _, (a, b) = meet(a, b)
    if None in (dtype_of(a), dtype_of(b)) and all(isinstance(s, (Const, Col)) for s in (a, b)):
        return unknown_power(c, a, b)
    c.need(
        {dtype_of(a), dtype_of(b)} <= {"float64", "int64"}
        and "float64" in (dtype_of(a), dtype_of(b)),
        "** of these types",
    )
    for side in (a, b):
        c.need(
            not isinstance(side, Const) or not is_missing(side.value), "** with a missing constant"
        )
        c.need(isinstance(side, (Const, Col)), "** with a computed value")
    x, y = operand(a), operand(b)
    raised = F.pow(x, y)
    expr = F.when(~F.isnan(raised), raised)
    if isinstance(b, Const) and b.value != 0 and isinstance(a, Col):
        safe = float(b.value).is_integer() and b.value > 0
        expr = raised if safe else expr
    elif isinstance(b, Const):
        expr = F.lit(1.0)
    elif isinstance(a, Const) and a.value > 0 and a.value != 1:
        expr = raised
    else:
        first = F.lit(x) if isinstance(a, Const) else x
        expr = F.when((first == 1) | (y == 0), 1.0).otherwise(expr)
    return derive(
        expr, "float64", *[s for s in (a, b) if isinstance(s, Col)], label=result_label(a, b), finite=False  # fmt: skip
    )


def unknown_power(c: Call, a: Any, b: Any) -> Col:
    """Powers of which the job sees whether one side has fractions."""
    sides = [s for s in (a, b) if isinstance(s, Col)]
    c.need(not any(s.is_nullable for s in sides), "** of nullable columns")
    c.need(not any(isinstance(s, Const) and is_missing(s.value) for s in (a, b)), "** with a missing constant")  # fmt: skip
    c.verdict = "runtime"  # type: ignore[attr-defined]
    expr = typed(c.ctx, "raised_to", a, b)
    return derive(expr, "float64", *sides, label=result_label(a, b), null_free=False, loose=False, finite=False)  # fmt: skip


__all__ = ["BOOLS", "E", "NULL_FREE", "NoRule", "Value", "lift", "plain_name", "tightened"]
