"""``astype`` to numbers that pandas computes in fewer than 64 bits, see rules/widths.py."""

from __future__ import annotations

from typing import Any

from rules.lib import derive, typed
from rules.registry import Call
from rules.widths import WIDTHS
from transpiler.errors import NoRule
from transpiler.facts import FLOATS, INTEGERS, TEXTS, Col, Width
from transpiler.symbolic import E, is_dtype

#: what pandas and numpy call the widths; those that may miss values have a capital letter
_NULLABLE = {w.replace("uint", "UInt").replace("int", "Int").replace("f", "F"): w for w in WIDTHS}
_CODES = {"i1": "int8", "i2": "int16", "i4": "int32", "u1": "uint8", "u2": "uint16", "u4": "uint32",
          "u8": "uint64", "f4": "float32", "single": "float32"}  # fmt: skip


def width_name(value: Any) -> str | None:
    """The name of a narrow dtype, "int8" or "Int8"; None of anything else. ``value``: a name, a type
    or a dtype."""
    name = str(value) if is_dtype(value) else getattr(value, "__name__", value)
    if not isinstance(name, str):
        return None
    name = name.removeprefix("numpy.").removeprefix("pandas.").removesuffix("Dtype")
    name = _CODES.get(name, name)
    if name in ("float16", "half", "f2", "e"):
        raise NoRule(
            "Spark has no float16: float32 or float64 hold the same numbers, and more digits"
        )
    return name if name in WIDTHS or name in _NULLABLE else None


def narrow(c: Call, series: Col, target: str) -> Col:
    """``series.astype(target)`` of a narrow dtype."""
    width, nullable = _NULLABLE.get(target, target), target in _NULLABLE
    if series.width == width and series.is_nullable == nullable and series.dtype != "int64?":
        return series
    c.need(series.dtype is not None, f"{target} of a column whose type is not known here: 'int64' and 'float64' run on the cluster")  # fmt: skip
    known = INTEGERS | FLOATS | TEXTS | {"bool", "boolean", "category"}
    c.need(series.dtype in known and series.width != "object", f"{target} from these values")
    step = c.ctx.step()
    if c.ctx.wants(step, "width"):
        raise NoRule(f"a later step on the driver computes in a width that depends on the data; with 'int64' for {target!r} this runs on the cluster")  # fmt: skip
    dtype = ("Float64" if nullable else "float64") if width == "float32" else "Int64" if nullable else "int64"  # fmt: skip
    facts = {"null_free": dtype == "int64" or series.null_free, "loose": False, "width": Width(width, {step})}  # fmt: skip
    if width == "float32":
        return derive(typed(c.ctx, "as_single", series), dtype, series, finite=False, **facts)
    options: dict[str, Any] = {"nullable": True} if nullable else {}
    if series.null_free:
        options["full"] = True
    if nullable and not series.is_nullable:
        options["wraps"] = False  # pandas looks whether they fit
    return derive(typed(c.ctx, "as_narrow", series, width=width, **options), dtype, series, **facts)


def downcast(c: Call, series: Col) -> Col:
    """``pd.to_numeric(downcast="integer")``: the same numbers, in the width that they fit in."""
    step = c.ctx.step()
    if c.ctx.wants(step, "width"):
        raise NoRule("a later step on the driver computes in the width that the numbers fit in; without downcast= this runs on the cluster")  # fmt: skip
    return series.but(width=Width("?", {step}), column=None)


def as_objects(c: Call, series: Col) -> Col:
    """``astype(object)`` of numbers: Python's own, which no step computes with here."""
    plain = series.dtype in FLOATS | {"int64", "Int64", "bool", "boolean"} and series.width is None
    c.need(
        plain, f"Python objects from {series.dtype or 'these'} values, which Spark has no type for"
    )
    step = c.ctx.step()
    if c.ctx.wants(step, "width"):
        raise NoRule("a later step computes with Python objects, which Spark has no type for")
    return series.but(width=Width("object", {step}), column=None)


def as_written(c: Call, series: Col) -> Col:
    """The series as its text is made: a float32 is the number that its own text says."""
    if series.width not in ("float32", "float?"):
        return series
    expr = E(f"{c.ctx.call('single_value')}({series.expr.cast('float')})")
    return series.but(expr=expr, width=None, column=None)


__all__ = ["as_objects", "as_written", "downcast", "narrow", "width_name"]
