"""How many periods lie between others: ``(a - b).apply(lambda x: x.n)``, the usual way to cohorts."""

from __future__ import annotations

import re
from typing import Any

import libcst as cst

from rules.lib import derive, meet
from rules.operators import result_label
from rules.registry import Call, rule
from transpiler.facts import Col, Func, Value, Windowed, period_of
from transpiler.symbolic import E, F

_SECONDS = {"h": 3600, "min": 60, "s": 1}
_MONTHS = {"M": 1, "Q-DEC": 3, "Y-DEC": 12}


def periods_between(later: E, earlier: E, freq: str) -> E:
    """Of the first moments of two periods of a frequency, how many periods apart they are."""
    if freq in _MONTHS:
        months = F.months_between(later, earlier)
        return (months / _MONTHS[freq] if freq != "M" else months).cast("bigint")
    if freq in _SECONDS:
        seconds = F.unix_seconds(later) - F.unix_seconds(earlier)
        return (seconds / _SECONDS[freq]).cast("bigint")
    days = F.datediff(later, earlier)
    return (days / 7 if freq.startswith("W-") else days).cast("bigint")


_APART = "(df['t'].dt.to_period('{0}') - df['d'].dt.to_period('{0}'))"
_FULL = "df = df.dropna(subset=['t', 'd'])\nout = "
_EXAMPLES = tuple(
    f"{_FULL}{_APART.format(freq)}.apply(lambda x: x.n)" for freq in ("M", "Q", "Y", "W", "D", "h")
)


@rule("Series.__sub__(other)", example=_EXAMPLES)
def apart(c: Call) -> Value:
    """Periods less others of their frequency: offsets, of which Spark has how many they are."""
    _, (a, b) = meet(c.col, c["other"])
    freqs = {period_of(x.dtype) if isinstance(x, Col) else None for x in (a, b)}
    c.need(len(freqs) == 1 and None not in freqs, "the two are not periods of one frequency")
    return Windowed(a, "apart", (a, b, result_label(a, b)))


def gives_number(function: Any) -> bool:
    """Whether a function is ``lambda x: x.n`` or ``attrgetter("n")``."""
    if not isinstance(function, Func):
        return bool(re.fullmatch(r"(operator\.)?attrgetter\(['\"]n['\"]\)", getattr(function, "text", "") or ""))  # fmt: skip
    params, body = function.node.params.params, function.node.body
    return (
        isinstance(body, cst.Attribute)
        and body.attr.value == "n"
        and isinstance(body.value, cst.Name)
        and [p.name.value for p in params] == [body.value.value]
    )


def number_apart(c: Call) -> Col:
    """How many periods apart they are; pandas raises where one of them is missing."""
    c.need(gives_number(c["func"]), "a function of offsets other than their n")
    a, b, label = c.self.params  # type: ignore[union-attr]
    number = periods_between(a.expr, b.expr, period_of(a.dtype) or "")
    if not (a.null_free and b.null_free):
        problem = F.raise_error(F.lit("'NaTType' object has no attribute 'n'"))
        number = F.coalesce(number, problem)
    return derive(number, "int64", a, b, null_free=True, label=label)


rule("Series.apart.apply(func)", example=_EXAMPLES[0])(number_apart)
rule("Series.apart.map(func)", example=_EXAMPLES[0].replace("apply", "map"))(number_apart)

__all__ = ["number_apart", "periods_between"]
