"""Operators that find the other side by one level of the labels: ``s.div(totals, level="k")``."""

from __future__ import annotations

from typing import Any

from rules.elementwise import projected
from rules.fill_operands import filling
from rules.index import levels_of
from rules.lib import series_of, settle
from rules.operators import arithmetic
from rules.registry import Call, rule
from rules.united import alike_levels
from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Frame
from transpiler.symbolic import col, render

_OPERATORS = {
    "add": "add", "sub": "sub", "subtract": "sub", "mul": "mul", "multiply": "mul",
    "div": "truediv", "truediv": "truediv", "divide": "truediv",
}  # fmt: skip


def beside_level(c: Call, frame: Frame, other: Frame, columns: list[Column]) -> tuple[Frame, dict]:
    """The frame with the other's values of each row's label, in hidden columns by their labels."""
    ctx, some = c.ctx, levels_of(frame, c.lit("level"))
    c.need(len(frame.index.levels) > 1 and len(some) == 1, "level= of labels of one level")
    theirs = other.index.levels
    c.need(len(theirs) == 1, "the other's labels have several levels")
    alike_levels(c, some, theirs)
    for side, level in ((frame, some[0]), (other, theirs[0])):
        c.need(side.rows.is_full(level.uid), "labels that may be missing")
        settle(ctx, side)
    ctx.use(other, *theirs, *columns), ctx.use(frame, *some)
    text, key = other.text, ctx.temp("key")
    if not other.index.unique:  # pandas refuses labels that repeat
        text = f"{ctx.call('unique_rows')}({text}, {render([theirs[0].name])})"
    cells = {x.label: ctx.temp("cell") for x in columns}
    picked = [col(theirs[0].name).alias(key)]
    picked += [col(x.name).alias(cells[x.label]) for x in columns]
    wide = f"{frame.text}.join({text}.select({', '.join(p.text for p in picked)}), {col(some[0].name) == col(key)}, \"left\").drop({render(key)})"  # fmt: skip
    hidden = (*frame.hidden, *cells.values())
    return frame.but(text=wide, vars=frame.vars | other.vars, hidden=hidden), cells


def of_level(c: Call) -> None:
    """Raises NoRule without level=, for a reason that no other one gives way to."""
    if c.lit("level") is None:
        c.passed = -1
        raise NoRule("no level of labels")


def found(base: Frame, column: Column, name: str) -> Col:
    """The other's value; missing where it has no such label."""
    dtype = {"int64": "int64?", "bool": "bool?"}.get(column.dtype or "", column.dtype)
    return Col(col(name), dtype, base, column.label, frozenset({(name, 0)}),
               nullable=column.is_nullable, gap=column.gap)  # fmt: skip


for _name, _op in _OPERATORS.items():

    def _series(c: Call, op: str = _op) -> Col:
        """The other's value is that of one level of the row's labels."""
        other = c["other"]
        of_level(c)
        c.need(isinstance(other, Col), "level= of what is not a Series")
        c.need(other.column is not None, "a Series that is not a column of its frame")
        series = c.col
        c.need(not series.temps and not series.windowed, "values computed over rows")
        base, cells = beside_level(c, series.frame, other.frame, [other.column])
        theirs = found(base, other.column, cells[other.column.label])
        do = filling(c, arithmetic)
        return do(op, series.but(frame=base), theirs.but(label=other.label), c)

    def _frame(c: Call, op: str = _op) -> Frame:
        """The same for every column, with a frame of the same columns."""
        frame, other = c.frame, c["other"]
        of_level(c)
        c.need(isinstance(other, Frame) and frame.labels == other.labels, "not a frame of the same columns")  # fmt: skip
        base, cells = beside_level(c, frame, other, list(other.columns))
        do, changed = filling(c, arithmetic), []
        for column in other.columns:
            mine = series_of(c.ctx, base, column.label)
            changed.append(do(op, mine, found(base, column, cells[column.label]), c).but(label=column.label))  # fmt: skip
        return projected(c.ctx, base, frame.labels, changed)

    _plain = _name in ("div", "sub")
    rule(
        f"Series.{_name}(other, level=None, fill_value=None, axis=0)",
        not_yet="axis",
        example=(
            f"s = df.groupby(['k', 'b'])['i'].sum()\nout = s.{_name}(s.groupby(level=0).sum(), level='k')",
            *((f"s = df.groupby(['k', 'b'])['i'].sum()\nt = df[df['k'] != 'a'].groupby('k')['f'].max()\nout = s.{_name}(t, level=0).reset_index(name='x')",) if _plain else ()),
        ),
    )(_series)  # fmt: skip
    rule(
        f"DataFrame.{_name}(other, axis='columns', level=None, fill_value=None)",
        ignored="axis",
        example=f"s = df.groupby(['k', 'b'])[['i', 'f']].sum()\nout = s.{_name}(s.groupby(level='k').sum(), level='k')",
    )(_frame)


__all__: list[Any] = ["beside_level"]
