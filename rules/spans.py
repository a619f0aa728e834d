"""Intervals divided by intervals, and made from the parts of others."""

from __future__ import annotations

from typing import Any

from rules.lib import derive, meet
from rules.registry import Call, rule
from transpiler.facts import Col, Const, Scalar
from transpiler.symbolic import E, F

_SPAN = "(df['t'] - df['d'])"


def micros_of(c: Call, value: Any) -> E | int:
    """The microseconds of an interval."""
    if isinstance(value, Const):
        c.need(hasattr(value.value, "total_seconds"), "the other side is not an interval")
        return round(value.value.total_seconds() * 1_000_000)
    c.need(isinstance(value, (Col, Scalar)) and value.dtype == "timedelta64[ns]", "the other side is not an interval")  # fmt: skip
    text = value.expr if isinstance(value, Col) else E(f"lit({value.text})")
    return E(f"{c.ctx.call('micros')}({text})")


def two_spans(c: Call) -> tuple[E, E | int, Col]:
    """The microseconds of an interval and of the constant one that divides it."""
    c.need(c.col.dtype == "timedelta64[ns]", "the Series is not of intervals for sure")
    _, (a, b) = meet(c.col, c["other"])
    under = micros_of(c, b)
    c.need(isinstance(b, Const) and under != 0, "an interval that may be nothing")
    return micros_of(c, a), under, a  # type: ignore[return-value]


@rule(
    "Series.__truediv__(other)",
    example=(
        f"{_SPAN} / pd.Timedelta(days=1)",
        f"{_SPAN} / np.timedelta64(1, 'h')",
        "df['d'] + np.timedelta64(2, 'D')",
        f"df.assign(days={_SPAN} / pd.Timedelta('36h'))",
    ),
)
def divided(c: Call) -> Col:
    """How many times an interval is in each one."""
    micros, under, series = two_spans(c)
    return derive(micros / under, "float64", series, null_free=False)


@rule(
    "Series.__mod__(other)",
    example=(f"{_SPAN} % pd.Timedelta('7h')", f"{_SPAN} % np.timedelta64(1, 'D')"),
)
def rest_of(c: Call) -> Col:
    """What is left of each interval after whole times another one."""
    micros, under, series = two_spans(c)
    c.need(isinstance(under, int) and under > 0, "an interval before nothing")
    rest = F.timestamp_micros(F.pmod(micros, F.lit(under))) - F.timestamp_micros(F.lit(0))
    return derive(rest, "timedelta64[ns]", series)


@rule(
    "Series.__floordiv__(other)",
    example=(f"{_SPAN} // pd.Timedelta(days=1)", f"{_SPAN}.dropna() // pd.Timedelta(weeks=1)"),
)
def divided_whole(c: Call) -> Col:
    """How many whole times an interval is in each one."""
    micros, under, series = two_spans(c)
    c.need(isinstance(under, int) and under > 0, "an interval before nothing")
    whole = ((micros - F.pmod(micros, F.lit(under))) / under).cast("bigint")
    return derive(whole, "int64?", series, null_free=False)
