"""The most frequent values of every row: ``df.mode(axis=1)``, and the first of them."""

from __future__ import annotations

from dataclasses import dataclass

from rules.elementwise import cells
from rules.lib import derive, tight
from rules.registry import Call, rule
from transpiler.facts import NULL_FREE, Col, Frame, Index, Rows, fresh
from transpiler.symbolic import F, lift, render

_KINDS = [{"int64"}, {"float64"}, {"int64", "float64"}, {"object"}]


@dataclass(frozen=True)
class RowModes(Frame):
    """A column for each of the most frequent values of a row, in order; as many as a row has at most."""

    first: Col | None = None  # the least of them
    made: str = ""  # its text when it was made


@rule(
    "DataFrame.mode(axis=0, numeric_only=False, dropna=True)",
    verdict="runtime",
    example=(
        "df[['i', 'j', 'f', 'g']].mode(axis=1)",
        "df['m'] = df[['s', 'k']].mode(axis='columns')[0]\nout = df",
    ),
)
def row_modes(c: Call) -> Frame:
    """The most frequent values of every row, least first."""
    frame = c.frame
    c.need(c.lit("axis") in (1, "columns"), "the most frequent values of columns")
    c.need(c.lit("dropna") is True and not c.lit("numeric_only"), "dropna= or numeric_only= along a row")  # fmt: skip
    c.need(not frame.open and frame.columns, "the columns of the frame are not known here")
    kinds = {x.dtype for x in frame.columns}
    c.need(kinds in _KINDS and not any(x.width for x in frame.columns), "the most frequent values of columns of several kinds, or of types that are not known")  # fmt: skip
    series = cells(c.ctx, frame)
    number = kinds != {"object"}
    dtype = "int64" if kinds == {"int64"} else "float64" if number else "object"
    parts = [tight(s).cast("double") if number and dtype != s.dtype else tight(s) for s in series]
    expr = F.array(*parts)
    function = c.ctx.call("values_of_most")
    found = f"{function}({expr})"
    full = kinds <= NULL_FREE
    first = derive(type(expr)(f"F.get({found}, 0)"), dtype, *series, label=0, null_free=full, loose=False, gap="nan")  # fmt: skip
    name = c.ctx.temp("modes")
    kept = [*frame.hidden, *(x.name for x in frame.index.levels)]
    text = f"{c.ctx.call('side_by_side')}({frame.text}.withColumn({lift(name)}, {found}), {render(name)}{', kept=' + render(kept) if kept else ''})"
    index = frame.index if frame.index.kind == "columns" else Index("rows", frame.index.anchor)
    return RowModes(text, (), open=True, index=index, order=frame.order, rows=Rows(full=frame.rows.full), hidden=frame.hidden,
                    vars=frame.vars, base=fresh(), label_kind="int", first=first, made=text)  # fmt: skip


@rule(
    "DataFrame.__getitem__(key)",
    example="df[['f', 'g', 'i']].mode(axis=1)[0] * 2",
)
def first_mode(c: Call) -> Col:
    """The least of the most frequent values of each row."""
    frame = c.frame
    c.need(isinstance(frame, RowModes) and frame.text == frame.made, "columns of another frame")
    key = c.lit("key")
    c.need(type(key) is int and key == 0 and frame.first is not None, "one of the further values")
    return frame.first  # type: ignore[return-value]


__all__ = ["RowModes", "row_modes"]
