"""Frequencies of pandas by their names, and the bins of time that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from transpiler.errors import NoRule
from transpiler.facts import Col
from transpiler.symbolic import E, F, render

_OLD = {
    "H": "h",
    "T": "min",
    "S": "s",
    "L": "ms",
    "M": "ME",
    "Q": "QE",
    "Y": "YE",
    "A": "YE",
    "AS": "YS",
}
_MICROS = {"D": 86_400_000_000, "h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000, "ms": 1000}
_MONTHS = {"MS": 1, "ME": 1, "QS": 3, "QE": 3, "YS": 12, "YE": 12}
_UNITS = {1: "month", 3: "quarter", 12: "year"}
_TRUNC = {86_400_000_000: "day", 3_600_000_000: "hour", 60_000_000: "minute", 1_000_000: "second"}
_NAMES = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
_DAYS = "MON TUE WED THU FRI SAT SUN".split()


@dataclass(frozen=True)
class Freq:
    """A frequency. ``kind``: "tick" (``size`` microseconds), "week" (that ends on ``anchor``),
    "month" (``size`` months, counted from month ``anchor``) or "business"; ``count`` of them a bin.
    ``start``: where bins of a fixed length begin, in microseconds; or "day", "first": of the data.
    """

    name: str
    kind: str
    size: int = 1
    count: int = 1
    anchor: int = 0
    end: bool = False
    closed: str = "left"
    label: str = "left"
    start: Any = "day"
    offset: int = 0

    @property
    def usual(self) -> bool:
        """Whether bins are closed and labelled as they are by default."""
        by_default = "right" if self.end or self.kind == "week" else "left"
        return self.closed == self.label == by_default

    @property
    def step(self) -> str:
        """The interval between two labels, as Spark writes it."""
        if self.kind == "tick":
            micros = self.size * self.count
            whole = micros % 1_000_000 == 0
            return f"interval {micros // 1_000_000} seconds" if whole else f"interval {micros} microseconds"  # fmt: skip
        if self.kind == "month":
            return f"interval {self.size * self.count} months"
        return f"interval {7 * self.count} days" if self.kind == "week" else "interval 1 day"

    def bin(self, ctx: Any, series: Col) -> E:
        """The label of the bin that each time is in."""
        return getattr(self, f"{self.kind}_bin")(ctx, series, series.expr)

    def tick_bin(self, ctx: Any, series: Col, t: E) -> E:
        size = self.size * self.count
        divides = _MICROS["D"] % size == 0 and self.start in ("day", 0)
        start: Any = self.offset
        if not isinstance(self.start, str):
            start += self.start
        elif not divides:
            first = first_time(ctx, series)
            start = E(f"{first} // {_MICROS['D']} * {_MICROS['D']}") if self.start == "day" else first  # fmt: skip
            start = start + self.offset if self.offset else start
        if self.usual and start == 0 if isinstance(start, int) else False:
            if size in _TRUNC:
                return F.date_trunc(_TRUNC[size], t)
            if size % 1_000_000 == 0:
                seconds = size // 1_000_000
                return F.timestamp_seconds(F.floor(F.unix_seconds(t) / seconds) * seconds)
        return call(ctx, "tick_bin", t, size, start=(start, 0), **self.sides("left"))

    def week_bin(self, ctx: Any, series: Col, t: E) -> E:
        if self.usual and self.count == 1:
            ahead = F.pmod(F.lit(self.anchor) - F.weekday(t), F.lit(7))
            return F.date_add(t, ahead.cast("int")).cast("timestamp")
        first = first_time(ctx, series) if self.count > 1 else None
        return call(ctx, "week_bin", t, self.anchor, weeks=(self.count, 1), first=(first, None), **self.sides("right"))  # fmt: skip

    def month_bin(self, ctx: Any, series: Col, t: E) -> E:
        plain = self.anchor == (12 if self.end else 1) or self.size == 1
        if self.usual and self.count == 1 and plain:
            start = F.date_trunc(_UNITS[self.size], t)
            if not self.end:
                return start
            return F.last_day(F.add_months(start, self.size - 1)).cast("timestamp")
        first = first_time(ctx, series) if self.count > 1 else None
        options = {"every": (self.size, 1), "month": (self.anchor, 1), "count": (self.count, 1), "first": (first, None),
                   "end": (self.end, False)}  # fmt: skip
        return call(ctx, "month_bin", t, **options, **self.sides("right" if self.end else "left"))

    def business_bin(self, ctx: Any, series: Col, t: E) -> E:
        return call(ctx, "business_bin", t)

    def sides(self, default: str) -> dict:
        """``closed`` and ``label`` as options, with their defaults."""
        return {"closed": (self.closed, default), "label": (self.label, default)}


def call(ctx: Any, function: str, *args: Any, **options: tuple) -> E:
    """A call of a function of the runtime with the options that are not their defaults."""
    parts = [render(a) for a in args]
    parts += [
        f"{k}={render(v)}"
        for k, (v, default) in options.items()
        if isinstance(v, E) or v != default
    ]
    return E(f"{ctx.call(function)}({', '.join(parts)})")


def first_time(ctx: Any, series: Col) -> E:
    """The first time of the data, which the job looks up before it builds its plan."""
    from rules.lib import looked_into

    frame = looked_into(ctx, series)
    name = ctx.unique("first")
    text = f"{ctx.call('first_time')}({frame.text}, {series.expr})"
    ctx.emit(f"{name} = {text}", defines=name, reads=frame.vars)
    return E(name)


def freq_of(text: Any, closed: Any = None, label: Any = None, origin: Any = None, offset: Any = None) -> Freq:  # fmt: skip
    """A frequency by its name, with the ways its bins are made. Raises NoRule for others."""
    match = re.fullmatch(r"(\d*)([A-Za-z]+)(?:-([A-Z]{3}))?", text) if isinstance(text, str) else None  # fmt: skip
    if match is None:
        raise NoRule("a frequency of this form")
    if any(side not in (None, "left", "right") for side in (closed, label)):
        raise NoRule("closed= or label= of this value")
    count, unit, anchor = int(match[1] or 1), _OLD.get(match[2], match[2]), match[3]
    end = unit in ("ME", "QE", "YE")
    default = "right" if end or unit == "W" else "left"
    sides = {"closed": closed or default, "label": label or default}
    if count < 1:
        raise NoRule(f"frequency {text!r}")
    if unit in _MICROS and anchor is None:
        start = start_of(origin)
        shift = micros_in(offset)
        return Freq(text, "tick", _MICROS[unit], count, start=start, offset=shift, **sides)
    if origin not in (None, "start_day") or offset is not None:
        raise NoRule("origin= or offset= of bins that are no fixed time")
    if unit == "W" and (anchor or "SUN") in _DAYS:
        return Freq(text, "week", 1, count, _DAYS.index(anchor or "SUN"), **sides)
    if unit in _MONTHS and (anchor or "JAN") in _NAMES and (anchor is None or _MONTHS[unit] > 1):
        if not end and sides["closed"] == "right":
            raise NoRule("bins that end with a first day")
        month = _NAMES.index(anchor) + 1 if anchor else 12 if end and _MONTHS[unit] > 1 else 1
        return Freq(text, "month", _MONTHS[unit], count, month, end, **sides)
    if unit == "B" and count == 1 and anchor is None and set(sides.values()) == {"left"}:
        return Freq(text, "business")
    raise NoRule(f"frequency {text!r}")


def start_of(origin: Any) -> Any:
    """Where bins of a fixed length are counted from."""
    import pandas as pd

    if origin in (None, "start_day"):
        return "day"
    if origin == "start":
        return "first"
    if origin == "epoch":
        return 0
    if isinstance(origin, pd.Timestamp) and origin.tzinfo is None:
        return origin.value // 1000
    raise NoRule("origin= of this value")


def micros_in(offset: Any) -> int:
    """``offset=`` in microseconds."""
    import pandas as pd

    return 0 if offset is None else pd.Timedelta(offset).value // 1000
