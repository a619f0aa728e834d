"""Types changed: astype."""

from __future__ import annotations

from typing import Any

from rules.categories import as_category, as_seen
from rules.elementwise import changed_columns, mapped
from rules.io import dtype_name
from rules.periods import period_text
from rules.lib import derive, looked_into, tightened, typed
from rules.registry import Call, rule
from rules.width_casts import as_objects, as_written, narrow, width_name
from transpiler.errors import NoRule
from transpiler.facts import (
    ANY_GAP,
    BOTH,
    BOOLS,
    FLOATS,
    INTEGERS,
    NA,
    NULL_FREE,
    TEXTS,
    Category,
    Col,
    Column,
    Const,
    Frame,
    Mapping,
    Module,
    period_of,
    zone_of,
)
from transpiler.symbolic import E, F, is_dtype, render

_WHOLE = {"int64", "int32", "int16", "int8", "uint8"}


def targets(value: Any) -> Any:
    """The dtype argument: "str" or a dtype of facts.py, or a dict of them by column."""
    if isinstance(value, Mapping):
        return {k: targets(v) for k, v in value.items}
    name = value.name if isinstance(value, Module) else getattr(value, "value", None)
    if (narrow_name := width_name(name)) is not None:
        return narrow_name
    if isinstance(value, Module):
        return "str" if value.name in ("builtins.str", "numpy.str_") else dtype_name(value.name)
    if isinstance(value, Const):
        if isinstance(value.value, Category):
            return value.value
        if isinstance(value.value, dict):
            return {k: targets(Const(v)) for k, v in value.value.items()}
        if isinstance(value.value, str) or isinstance(value.value, type):
            return "str" if value.value in ("str", "U", str) else dtype_name(value.value)
        if is_dtype(value.value):
            return dtype_name(str(value.value))
    raise NoRule("dtype= is not known here")


def whole_frame_call(ctx: Any, function: str, series: Col, *args: Any, **options: Any) -> E:
    """A call of a function of the runtime that looks at all values of a Series of a frame."""
    if series.windowed:
        raise NoRule("the values are not in a column yet")
    named = looked_into(ctx, series)
    parts = [named.text, series.expr.text, *map(render, args)] + [
        f"{k}={render(v)}" for k, v in options.items()
    ]
    return E(f"{ctx.call(function)}({', '.join(parts)})")


# --- one Series -----------------------------------------------------------------------------


def cast(c: Call, series: Col, target: str) -> Col:
    """``series.astype(target)``. Raises NoRule for a pair that has no exact form."""
    series = tightened(series) if series.loose else series
    if isinstance(target, Category):
        return as_category(c, series, target)
    if width_name(target) is not None:
        return narrow(c, series, target)
    if target == series.dtype and target != "object" and series.width is None:
        return series
    made = _CASTS.get(target)
    if made is None:
        raise NoRule(f"astype({target!r})")
    if series.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
    return made(c, series)


def result(series: Col, expr: E, dtype: str, **facts: Any) -> Col:
    facts = {"gap": None, "width": None, **facts}
    return derive(expr, dtype, series, null_free=dtype in NULL_FREE, loose=False, **facts)


def to_int(c: Call, series: Col) -> Col:
    return result(series, typed(c.ctx, "as_int", series, full=series.null_free), "int64")


def to_float(c: Call, series: Col) -> Col:
    return result(series, typed(c.ctx, "as_float", series), "float64")


def to_nullable_int(c: Call, series: Col) -> Col:
    return result(series, typed(c.ctx, "as_nullable_int", series), "Int64")


def to_nullable_float(c: Call, series: Col) -> Col:
    c.need(series.dtype not in ("category", "bool?"), "Float64 from these values")
    return result(series, typed(c.ctx, "as_float", series), "Float64")


def to_bool(c: Call, series: Col) -> Col:
    """``astype(bool)``: what a missing value becomes depends on its kind."""
    if series.is_nullable:  # NA is neither true nor false
        return result(series, typed(c.ctx, "as_bool", series, nullable=True, full=series.null_free), "bool")  # fmt: skip
    plain = series.dtype in NULL_FREE | FLOATS | {"object", "int64?", None}
    c.need(plain, f"bool from {series.dtype} values")
    missing = True
    if series.dtype in ("object", None) and not series.null_free:
        c.need(
            series.gap in ("nan", "None"), "whether a missing text is NaN or None is not known here"
        )
        missing = series.gap == "nan"
    if series.dtype in NULL_FREE:
        return result(series, series.expr != 0, "bool")
    return result(series, typed(c.ctx, "as_bool", series, missing=missing), "bool")


def to_boolean(c: Call, series: Col) -> Col:
    known = BOOLS | INTEGERS | FLOATS | {None}
    c.need(series.dtype in known, f"boolean from {series.dtype} values")
    options = {"nullable": True} if series.is_nullable else {}
    return result(series, typed(c.ctx, "as_boolean", series, **options), "boolean")


def to_text(c: Call, series: Col) -> Col:
    """``astype(str)``: text also for what is missing."""
    series, dtype = as_written(c, series), series.dtype
    c.need(series.gap != ANY_GAP, "whether a missing value is pd.NA or NaN is not known here")
    word = (
        NA
        if series.is_nullable or series.gap == NA
        else series.gap if dtype in ("object", None) else "nan"
    )
    if dtype is not None and (zone_of(dtype) or period_of(dtype)):
        text = F.coalesce(time_text(c, series), F.lit("NaT"))
        return result(series, text, "object", gap="nan", nullable=False)
    told = word not in (None, BOTH) or series.null_free
    c.need(told, "whether a missing text is NaN or None is not known here")
    c.need(dtype not in ("date", "timedelta64[ns]", "float32"), f"astype(str) of {dtype}")
    c.need(dtype != "bool?" or series.gap, "what the missing values are is not known here")
    return result(series, written(c, series, word), "object", gap="nan").but(null_free=True)


def time_text(c: Call, series: Col) -> E:
    """The text of periods and of times with a zone."""
    zone = zone_of(series.dtype)
    if zone is None:
        return period_text(series)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return E(f"{c.ctx.call('zoned_text')}({series.expr}, {render(zone)})")


def to_string(c: Call, series: Col) -> Col:
    """``astype("string")``: text, missing stays missing."""
    series = as_written(c, series)
    c.need(
        series.dtype not in ("date", "timedelta64[ns]", "list", "float32"),
        f"astype('string') of {series.dtype}",
    )
    return result(series, written(c, series, None), "string")


def written(c: Call, series: Col, missing: str | None) -> E:
    """The text of values; one pass over the data where each text depends on all values."""
    if series.dtype in (None, "int64?", "datetime64[ns]", "list"):
        c.verdict = "runtime"  # type: ignore[attr-defined]
        options = {} if missing is None else {"missing": missing}
        return whole_frame_call(c.ctx, "text_of", series, **options)
    fill = None if series.null_free else missing
    return typed(c.ctx, "as_written", series, missing=fill)


def to_category(c: Call, series: Col) -> Col:
    return as_seen(c.ctx, series)


def to_object(c: Call, series: Col) -> Col:
    if series.dtype not in TEXTS | {"category"}:
        return as_objects(c, series)
    return result(
        series, series.expr, "object", gap=series.gap if series.dtype == "object" else None
    )


def to_time(c: Call, series: Col) -> Col:
    c.need(series.dtype in ("date", None), "times from these values")
    return result(series, typed(c.ctx, "as_time", series), "datetime64[ns]")


_CASTS = {
    "int64": to_int, "float64": to_float, "Int64": to_nullable_int, "Float64": to_nullable_float,
    "bool": to_bool, "boolean": to_boolean, "str": to_text, "string": to_string,
    "category": to_category, "object": to_object, "datetime64[ns]": to_time,
}  # fmt: skip


#: casts that no number fails
_CERTAIN = {"str", "string", "float64", "Float64", "float32", "Float32"}


def check_errors(c: Call, series: Col, target: str) -> None:
    """``errors="ignore"`` keeps a column as it was where one of its values does not fit: whether that
    is so must be known. Raises NoRule otherwise, and for what pandas raises."""
    errors = c.lit("errors")
    c.need(
        errors in ("raise", "ignore"), f"errors={errors!r}, which is not of astype: pandas raises"
    )
    certain = target in _CERTAIN and series.dtype in INTEGERS | FLOATS | {"bool", "boolean"}
    certain = (
        certain or series.null_free and series.dtype in INTEGERS and target in ("int64", "bool")
    )
    told = "with pd.to_numeric(errors='coerce') what does not fit is missing, on the cluster"
    c.need(errors == "raise" or certain, f"errors='ignore' keeps all of a column as it was where one value does not fit; {told}")  # fmt: skip


@rule(
    "Series.astype(dtype, copy=None, errors='raise')",
    ignored="copy",
    example=(
        "df['i'].astype(str)", "df['f'].astype(str)", "df['s'].astype(str)", "df['b'].astype(str)", "df['t'].astype(str)",
        "df['d'].astype(str)", "df['i'].astype(float)", "df['n'].astype('Int64')", "df['f'].fillna(0).astype(int)",
        "df['b'].astype(int)", "df['f'].astype(bool)", "df['s'].astype(bool)", "df['i'].astype('string')", "df['f'].astype('string')",
        "df['k'].astype('category')", "df['s'].astype('string')", "df['n'].astype('Int64').astype(str)",
        "df['i'].astype('Int64').astype('float64')", "df['b'].astype('boolean')", "(df['i'] > 2).astype(int)", "(df['f'] > 1).astype('Int64')",
        "df['u'].str.extract(r'(\\d+)', expand=False).fillna('0').astype(int)", "df['u'].str.extract(r'(\\d+)', expand=False).astype(float)",
        "df['i'].astype('int8')", "(df['i'] * 1000).astype('uint8') - 7", "df['i'].astype('int32') * df['j'].astype(np.int16)",
        "df['g'].fillna(0).astype('int16') + df['i']", "df['f'].astype('float32') * 1.1", "df['n'].astype('Int64').astype('Int8')",
        "df['n'].astype('Int64').astype('boolean')", "df['j'].astype('Int64').astype(bool)", "df['f'].astype('float32').astype(str)",
        "df['j'].abs().clip(0, 1).astype('boolean')", "df['i'].astype('float64', errors='ignore')",
        "df['i'] = (df['i'] * 30).astype('int8')\nout = df[df['i'] > 0].groupby('k')['i'].mean().reset_index()",
        "df['i'] = (df['i'] * 30).astype('int8')\nout = df.merge(other, on='k', how='left').sort_values(['i', 'j', 'w'])[['i', 'w']]",
        "df['i'].astype(str).str.zfill(3)", "df['j'].astype(bool)", "df['t'].dt.year.astype('Int64')", "df['i'].astype('float64').astype(str)",
    ),
)  # fmt: skip
def astype(c: Call) -> Col:
    """Values of another type; one that does not fit fails the job as it fails in pandas."""
    target = targets(c["dtype"])
    c.need(isinstance(target, str), "dtype= of this form")
    check_errors(c, c.col, target)
    return cast(c, c.col, target)


@rule(
    "DataFrame.astype(dtype, copy=None, errors='raise')",
    ignored="copy",
    example=(
        "df[['i', 's']].astype({'i': float})",
        "df[df['s'].notna()]['s'].str.contains('a').astype(int)",
        "df.assign(p=df['d'].astype('datetime64[ns]').dt.to_period('M'))[['p', 'i']].astype({'p': str, 'i': float})",
        "df[['i', 'j']].astype(str)",
        "df.astype({'i': 'float64', 'k': 'category', 'b': int})[['i', 'k', 'b']]",
        "df[['i', 'n']].astype({'n': 'Int64', 'i': 'string'})",
        "df['u'].str.extract(r'(\\d)(\\d)').astype(float)",
        "df[['i', 'f']] = df[['i', 'f']].astype(float).round(1)\nout = df",
        "df[['i', 'f']] = df[['i', 'f']].fillna(0).astype(int)\nout = df",
        "d = df.convert_dtypes()\nd[['s', 'k']] = d[['s', 'k']].astype(str)\nout = d",
        "df[['g', 's', 'i']].round(1).astype({'i': str, 'g': 'string'})",
    ),
)
def frame_astype(c: Call) -> Frame:
    """Columns of other types."""
    wanted = targets(c["dtype"])
    frame = c.frame
    if isinstance(wanted, str):
        wanted = {label: wanted for label in frame.labels}
    missing = [x for x in wanted if frame.has(x) is False]
    c.need(not missing, f"no column {missing}")

    def change(series: Col) -> Col:
        target = wanted.get(series.label)
        if target is None:
            return series
        check_errors(c, series, target)
        return cast(c, series, target)

    if frame.parts:  # its columns are made of another frame's
        return mapped(c.ctx, frame, change)
    return changed_columns(c.ctx, frame, change, wanted)


def source_values(c: Call, frame: Frame, column: Column) -> Any:
    """The values of a column that is as it was read, all rows of it; None where it is not."""
    if column.origin is None:
        return None
    schema, rows = c.ctx.sources.get(column.origin[0], (None, None))
    if schema is None or schema.frame is None or not frame.rows.same_set(rows):
        return None
    return schema.frame[column.origin[1]]


@rule(
    "DataFrame.infer_objects(copy=None)",
    ignored="copy",
    example="df[['i', 's', 'f']].infer_objects()",
)
def infer_objects(c: Call) -> Frame:
    """Spark columns have one type already."""
    c.need(
        not c.frame.open
        and all(x.dtype not in (None, "bool?", "date", "list") for x in c.frame.columns),
        "objects of unknown kind",
    )
    return c.frame


@rule("Series.infer_objects(copy=None)", ignored="copy", example="df['s'].infer_objects()")
def series_infer_objects(c: Call) -> Col:
    """A Spark column has one type already."""
    c.need(c.col.dtype not in (None, "bool?", "date", "list"), "objects of unknown kind")
    return c.col
