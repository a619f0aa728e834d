"""Series that look at other rows in the frame's order: what shifts, fills, totals and windows share."""

from __future__ import annotations

from typing import Any

from rules.lib import FrameStep, derive, materialised, tightened, typed
from rules.registry import Call
from transpiler.facts import NUMBERS, Col, Frame
from transpiler.symbolic import E, F, col


def order_deps(frame: Frame, columns: Any = ()) -> frozenset:
    """What an expression reads that goes by the order of the frame's rows."""
    keys = {(k.name, k.uid) for k in frame.order.keys}
    return frozenset(keys | {(x.name, x.uid) for x in columns})


def row_and_frame(ctx: Any, frame: Frame) -> tuple[str, str, str]:
    """The text of a frame (``@@``) with a column of consecutive row numbers: frame, row, undo."""
    index, order = frame.index, frame.order
    # A RangeIndex numbers the rows in their order, whatever keys that order was made of.
    if index.kind == "range" and index.anchor == order.anchor and index.anchor is not None:
        position = ctx.position(frame, index.anchor, "number")
        return "@@", position.text[6:-1], ""
    keys = "".join(f", {e}" for e in ctx.order_of(frame))
    return f'{ctx.call("with_position")}(@@{keys}, name="__row")', '"__row"', '.drop("__row")'


def stepped(c: Call, series: Col, function: str, rest: Any, dtype: str | None, **facts: Any) -> Col:
    """A Series that ``function(frame, name, …)`` adds; ``rest(column, row)`` are its arguments."""
    ctx = c.ctx
    series = materialised(ctx, tightened(series) if series.loose else series)
    frame = series.frame
    before, row, after = row_and_frame(ctx, frame)
    name = ctx.temp("run")
    ctx.call(function)
    step = FrameStep(f'{function}({before}, "{name}", {rest(series.expr, row)}){after}')
    changes = {"temps": (*series.temps, (name, step)), "windowed": False, "local": False, "column": None, "loose": False,
               "null_free": False, "deps": series.deps | order_deps(frame), **facts}  # fmt: skip
    return derive(col(name), dtype, series, **changes)


def window_step(c: Call, series: Col, build: Any, dtype: str | None, before: int = 0, after: int = 0, **facts: Any) -> Col:  # fmt: skip
    """``build(column, window)`` over rows in order, of which it sees so many before and after."""

    def rest(column: E, row: str) -> str:
        reach = (f", before={before}" if before else "") + (f", after={after}" if after else "")
        return f"lambda w: {build(column, E('w'))}, {row}{reach}"

    return stepped(c, series, "over_rows", rest, dtype, **facts)


def known_number(c: Call, series: Col, what: str) -> Col:
    """The Series, which is of numbers, or which the job will see to be."""
    c.need((series.dtype is None or series.dtype in NUMBERS) and not series.is_nullable, f"{what} of a column that is not a number for sure")  # fmt: skip
    if series.dtype is not None:
        return series
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return series.but(expr=typed(c.ctx, "some_number", series, what=what), column=None)


def measured(ctx: Any, frame: Frame, names: list[str], times: bool = False) -> Frame:
    """The frame, of which the job sees that these columns are of numbers (or of ``times``)."""
    more = ", times=True" if times else ""
    listed = ", ".join(map(repr, names))
    return frame.but(text=f"{ctx.call('measured_columns')}({frame.text}, {listed}{more})")


def expected(c: Call, series: Col) -> Col:
    """The Series; a column of unknown type that the program had read as dates is checked in the
    job, for a step that pandas does not do with text."""
    column = series.column
    types = getattr(c.ctx, "known_types", {}).get(series.frame.base, {})
    if series.dtype is not None or column is None or types.get(column.label) != "datetime64[ns]":
        return series
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return series.but(expr=typed(c.ctx, "moment", series), dtype="datetime64[ns]", column=None)


def lagged(column: E, n: int, w: E, fill: Any = None) -> E:
    function = F.lag if n >= 0 else F.lead
    args = [column, abs(n)] + ([fill] if fill is not None else [])
    return function(*args).over(w)
