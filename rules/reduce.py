"""Reductions of a Series: one number, text or time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.lib import materialised, spark_type, tightened, typed, with_temps
from rules.registry import Call, rule
from transpiler.facts import INTEGERS, NUMBERS, Col, Frame, Scalar, zone_of
from transpiler.symbolic import E, F, col, render

NUMERIC = NUMBERS | {"bool"}
TIMES = {"datetime64[ns]", "timedelta64[ns]"}

# --- one value of a Series ------------------------------------------------------------------


_EXTREMES = {"smallest": F.min, "largest": F.max}


def ready(ctx: Any, series: Col) -> tuple[Frame, Col]:
    """The frame to aggregate, and the Series in a form that an aggregate may contain."""
    series = materialised(ctx, tightened(series) if series.loose else series)
    frame, _ = with_temps(series.frame, series.temps)
    return frame, series.but(temps=())


#: aggregates that give a value whatever is missing
_NEVER_MISSING = ("total", "any_true", "all_true", "product")
#: those whose expressions are so long that the job calls the function
_LONG = ("skewness", "peakedness", "product")
_AS_NUMPY = {"Int64": "int64", "int32": "int64", "Float64": "float64", "boolean": "bool"}


def scalar_of(
    c: Call,
    series: Col,
    build: str,
    result: str | None,
    allowed: Any,
    hint: str,
    least: int | None = None,
    **options: Any,
) -> Scalar:
    """``build`` over the Series as a Scalar. ``result``: its dtype; "same" for the column's own.

    ``least``: how many values there must be, -1 for all, that the result is not missing.
    """
    ctx = c.ctx
    if zone_of(series.dtype) and build in _EXTREMES:
        found = scalar_of(
            c, series.but(dtype="datetime64[ns]"), build, result, allowed, hint, least
        )
        zone = render(zone_of(series.dtype))
        return replace(found, text=f'{found.text}.tz_localize("UTC").tz_convert({zone})', dtype=series.dtype)  # fmt: skip
    frame, series = ready(ctx, series)
    known = series.dtype is not None
    c.need(not known or series.dtype in allowed, f"the {hint} of a {series.dtype} column")
    if not known and not frame.text.isidentifier():
        frame = ctx.hoist(frame, ctx.hint)
    if known and build in _LONG:
        kind = render(spark_type(series.dtype))
        expr = E(f"{ctx.call(build)}({series.expr}, {kind})")
    elif series.is_nullable and build in _EXTREMES:
        expr = _EXTREMES[build](series.expr)  # pd.NA is left out, also of text
    else:
        expr = typed(ctx, build, series.but(frame=frame), **options)
    if series.null_free and least == -1:
        least = None
    if least is not None:
        n = F.count(series.expr)
        expr = F.when(n == F.count(F.lit(1)) if least < 0 else n >= least, expr)
    gaps = result == "same" and (series.dtype == "int64?" or (not known and not series.is_nullable))
    text = f"{ctx.call('scalar')}({frame.text}, {expr}"
    if gaps:
        text = f"{ctx.call('gappy')}(*{text}, F.count_if({series.expr.isNull()})))"
    else:
        text += ")"
    dtype = {"same": None if gaps else series.dtype}.get(result or "", result)
    if result == "float64" and series.dtype in TIMES:
        dtype = series.dtype
    if not known:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        dtype = None if result in ("same", "float64") else dtype
    always = build in _NEVER_MISSING and least is None
    if series.is_nullable and result != "int64" and not always:
        text, dtype = f"{ctx.call('or_na')}({text})", None
    if result == "same" and dtype in _AS_NUMPY:
        dtype = _AS_NUMPY[dtype]
    if build in ("total", "product") and dtype in INTEGERS | {"bool"}:
        dtype = "int64"  # truth values and narrow integers are summed as wide ones
    if least is not None and dtype == "int64":
        dtype = None
    finite = not series.may_be_infinite and build != "product"
    full = dtype in ("int64", "bool") and always
    return Scalar(text, dtype, series.vars, label_hint(series, hint), finite=finite, full=full, how=hint)  # fmt: skip


def label_hint(series: Col, hint: str) -> str:
    return f"{series.label}_{hint}" if isinstance(series.label, str) else hint


def least_of(c: Call) -> int | None:
    """How many values a reduction needs, by skipna= and min_count= (-1: none may be missing)."""
    usual = {"axis": (0, None, "index"), "numeric_only": (False,), "bool_only": (False,)}
    for name, values in usual.items():
        c.need(not c.given(name) or c.lit(name) in values, f"{name}= of this value")
    skipna = c.lit("skipna") if "skipna" in c.args else True
    c.need(skipna in (True, False), "skipna= of this value")
    count = c.lit("min_count") if "min_count" in c.args else 0
    c.need(isinstance(count, int), "min_count= of this value")
    c.need(skipna or count <= 0, "skipna= and min_count= together")
    return -1 if not skipna else count if count > 0 else None


_TEXTS = {"object", "string"}
_KURT = ("axis=0, skipna=True, numeric_only=False", "peakedness", "float64", NUMBERS)
_PROD = (
    "axis=None, skipna=True, numeric_only=False, min_count=0",
    "product",
    "same",
    NUMERIC | {"boolean"},
)
_REDUCTIONS = {
    "sum": ("axis=None, skipna=True, numeric_only=False, min_count=0", "total", "same", NUMERIC | {"timedelta64[ns]", "boolean"}),
    "mean": ("axis=0, skipna=True, numeric_only=False", "average", "float64", NUMERIC | TIMES | {"boolean"}),
    "median": ("axis=0, skipna=True, numeric_only=False", "middle", "float64", NUMERIC | TIMES),
    "min": ("axis=0, skipna=True, numeric_only=False", "smallest", "same", NUMERIC | TIMES | _TEXTS),
    "max": ("axis=0, skipna=True, numeric_only=False", "largest", "same", NUMERIC | TIMES | _TEXTS),
    "prod": _PROD, "product": _PROD, "kurt": _KURT, "kurtosis": _KURT,
    "skew": ("axis=0, skipna=True, numeric_only=False", "skewness", "float64", NUMBERS),
}  # fmt: skip
_NO_ROWS = "df[df['i'] > 99]"
_EXAMPLES = {
    "max": ("df['t'].max()", "m = df['t'].dt.tz_localize('UTC').max()\nout = df[df['t'].dt.tz_localize('UTC') > m - pd.Timedelta(days=90)][['t']].assign(last=m, hour=m.hour)", "df['i'].astype(str).max()", "df['f'].max(skipna=False)", "df['i'].max(skipna=False)"),
    "sum": ("(df['f'] > 1).sum()", "df['b'].sum()", f"{_NO_ROWS}['f'].sum()", "df['f'].sum(min_count=15)",
            "df['f'].sum(min_count=1)", "df['i'].sum(min_count=3)", "df['f'].sum(skipna=False)",
            "df['n'].astype('Int64').sum(min_count=1)", "df['new'] = df['b'].sum()\nout = df",
            "pd.DataFrame([{'gaps': df['f'].isna().sum(), 'true': df['b'].sum()}])"),
    "min": (f"{_NO_ROWS}['f'].max()", f"z = df['t'].dt.tz_localize('UTC').dt.tz_convert('Asia/Tokyo')\nout = df.assign(age=(z - z.min()).dt.days, first=z.min().date(), none={_NO_ROWS}['t'].dt.tz_localize('UTC').min())[['age', 'first', 'none']]", "df['d'].min()"),
    "mean": ("df['f'] - df['f'].mean()", f"{_NO_ROWS}['f'].mean()", "(df['f'] > 1).mean()", "df['d'].mean()",
             "df['f'].mean(skipna=False)", "df['n'].astype('Int64').mean()", "(df['d'] - df['d'].min()).mean()"),
    "median": ("df['d'].median()",),
    "prod": ("df['i'].prod()", "df[df['i'] > 0]['i'].prod()", f"{_NO_ROWS}['i'].prod()", "df['b'].prod()"),
    "kurt": ("df['n'].kurt()", "df['i'].head(3).kurt()", "(df['i'] * 0).kurt()"),
    "skew": ("df['n'].skew()", "(df['i'] * 0).skew()", "(df['f'] * 1e-9).skew()"),
}  # fmt: skip
for _name, (_signature, _build, _result, _allowed) in _REDUCTIONS.items():

    def _reduce(c: Call, name: str = _name, build: str = _build, result: str = _result, allowed: Any = _allowed) -> Scalar:  # fmt: skip
        least = least_of(c)
        # A missing text beside others raises in pandas; alone it stays.
        c.need(least is None or c.col.dtype not in _TEXTS, "missing texts that are not skipped")
        return scalar_of(c, c.col, build, result, allowed, name, least)

    _plain = f"df['g'].{_name}()" if _build == "product" else f"df['f'].{_name}()"
    _more = [f"df['i'].{_name}()", *_EXAMPLES.get(_name, ())]
    rule(f"Series.{_name}({_signature})", example=(_plain, *_more))(_reduce)

_SPREADS = {
    "std": ("axis=None, skipna=True, ddof=1, numeric_only=False", "deviation"),
    "var": ("axis=None, skipna=True, ddof=1, numeric_only=False", "variance"),
    "sem": ("axis=None, skipna=True, ddof=1, numeric_only=False", "standard_error"),
}
for _name, (_signature, _build) in _SPREADS.items():

    def _spread(c: Call, name: str = _name, build: str = _build) -> Scalar:
        """The spread of the values; ``ddof`` is taken off their number."""
        ddof = c.lit("ddof")
        c.need(isinstance(ddof, int) and not isinstance(ddof, bool) and ddof >= 0, "ddof= of this value")  # fmt: skip
        options = {} if ddof == 1 else {"ddof": ddof}
        return scalar_of(c, c.col, build, "float64", NUMERIC, name, least_of(c), **options)

    rule(f"Series.{_name}({_signature})", example=(f"df['f'].{_name}()", f"df['i'].{_name}(ddof=0)", f"df['i'].{_name}(ddof=3)", f"df['i'].head(2).{_name}(ddof=2)", f"df['f'].head(1).{_name}()", f"df['f'].{_name}(skipna=False)"))(_spread)  # fmt: skip

for _name, _build in (("any", "any_true"), ("all", "all_true")):

    def _truth(c: Call, name: str = _name, build: str = _build) -> Scalar:
        c.need(least_of(c) is None, "skipna=False")
        return scalar_of(c, c.col, build, "bool", NUMERIC | {"boolean"}, name)

    _star = "*, " if _name == "any" else ""
    rule(f"Series.{_name}({_star}axis=0, bool_only=False, skipna=True)", example=(f"df['b'].{_name}()", f"(df['f'] > 1).{_name}()", f"df['f'].{_name}()"))(_truth)  # fmt: skip


@rule("Series.count()", example=("df['f'].count()", "df['s'].count()", "df[df['b']]['k'].count()"))
def count(c: Call) -> Scalar:
    """How many values are not missing."""
    frame, series = ready(c.ctx, c.col)
    return Scalar(
        f"{c.ctx.call('scalar')}({frame.text}, {F.count(named(series))})",
        "int64",
        series.vars,
        "rows",
        full=True,
    )


def named(series: Col) -> Any:
    """A column by its name where the expression is just that."""
    text = series.expr.text
    return E(text[6:-1]) if series.column is not None and text.startswith("F.col(") else series.expr


@rule(
    "Series.nunique(dropna=True)",
    example=("df['k'].nunique()", "df['f'].nunique(dropna=False)", "df['b'].nunique()"),
)
def nunique(c: Call) -> Scalar:
    """How many different values there are; a missing one counts with dropna=False."""
    frame, series = ready(c.ctx, c.col)
    expr = F.count_distinct(named(series))
    if not c.lit("dropna"):
        expr = expr + F.coalesce(F.max(series.expr.isNull().cast("int")), F.lit(0))
    return Scalar(f"{c.ctx.call('scalar')}({frame.text}, {expr})", "int64", series.vars, "rows", full=True)  # fmt: skip


for _name in ("idxmax", "idxmin"):

    def _label(c: Call, name: str = _name) -> Scalar:
        """The label of the first largest or smallest value."""
        least = least_of(c)
        c.need(least is None or c.col.null_free, "skipna=False")
        frame, ctx = c.col.frame, c.ctx
        c.need(c.col.dtype in NUMBERS | {"datetime64[ns]", None}, "the label of such a value")
        if frame.index.kind == "columns":
            c.need(len(frame.index.levels) == 1, "labels of several levels")
            label = col(frame.index.levels[0].name)
            ctx.use(frame, frame.index.levels[0])
        else:
            label = ctx.position(frame, frame.index.anchor, "number")
        order = ctx.order_of(frame)
        sorted_rows = frame.order.keys or frame.order.total
        frame, series = ready(ctx, c.col)
        if series.dtype is None:
            if not frame.text.isidentifier():
                frame = ctx.hoist(frame, ctx.hint)
            series = series.but(expr=typed(ctx, "ordered_value", series.but(frame=frame)))
            c.verdict = "runtime"  # type: ignore[attr-defined]
        if sorted_rows:
            way = "desc_nulls_last" if name == "idxmax" else "asc_nulls_last"
            keys = ", ".join(e.text for e in (getattr(series.expr, way)(), *order))
            text = f"{ctx.call('first_label')}({frame.text}.orderBy({keys}).select({label}, {series.expr}))"
            return Scalar(text, None, series.vars, name)
        position = order[-1]
        tie = -position if name == "idxmax" else position
        best = (F.max_by if name == "idxmax" else F.min_by)(label, F.when(series.expr.isNotNull(), F.struct(series.expr, tie)))  # fmt: skip
        text = f"{ctx.call('label_of')}(*{ctx.call('scalar')}({frame.text}, {best}, {F.count(named(series))}, {F.count(F.lit(1))}))"
        return Scalar(text, None, series.vars, name)

    rule(f"Series.{_name}(axis=0, skipna=True)", example=(f"df['f'].{_name}()", f"df[df['i'] > 2]['f'].{_name}()", f"df['t'].{_name}()", f"df['k'].value_counts().{_name}()", f"df.groupby('k')['f'].sum().{_name}()", f"df.sort_values(['j', 'i'])['n'].{_name}()", f"df['n'].astype('Int64').{_name}()"))(_label)  # fmt: skip


__all__ = ["E", "NUMERIC", "count", "label_hint", "least_of", "named", "ready", "scalar_of"]
