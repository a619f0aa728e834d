"""A column set to a Series over other rows: pandas finds each row's value by its label."""

from __future__ import annotations

from dataclasses import replace

from rules.index import framed
from rules.join import settled
from rules.lib import fresh_column, physical, settle
from rules.registry import Call, rule
from transpiler.facts import Col, Frame, with_missing
from transpiler.symbolic import lift

_TOTALS = "r = df.groupby('k')[['f']].sum()\n"
_DAYS = "r = pd.DataFrame(index=pd.date_range('2023-12-30', '2024-01-09'))\n"


@rule(
    "DataFrame.__setitem__(key, value)",
    verdict="runtime",
    example=(
        f"{_TOTALS}r['n'] = df[df['i'] > 3].groupby('k')['i'].count()\nout = r",
        f"{_TOTALS}r['n'] = df.groupby('k')['i'].max()\nr['m'] = r['f'] / r['n']\nout = r.reset_index()",
        f"{_TOTALS}r['w'] = other.groupby('k')['w'].sum()\nout = r.sort_values('f')",
        f"{_DAYS}r['n'] = df.groupby('d')['i'].count()\nr['f'] = df.groupby('d')['f'].mean()\nout = r.fillna(0)",
        f"{_DAYS}r['s'] = df[df['i'] > 99].groupby('d')['s'].first()\nout = r",
    ),
)
def set_by_label(c: Call) -> Frame:
    """The value of the row with the same label; missing where there is none."""
    frame, value, label = c.frame, c["value"], c.lit("key")
    why = getattr(value, "why", "") or "a value of another kind"
    c.need(isinstance(value, Col) and value.kind == "Series", why)
    c.need(isinstance(label, str) and frame.has(label) is False, "a column that is there already")
    mine, its = frame.index, value.frame.index
    c.need(all(x.kind == "columns" and len(x.levels) == 1 for x in (mine, its)), "rows by their numbers")  # fmt: skip
    c.need(its.unique, "labels that may be there twice")
    c.need(None in (mine.levels[0].dtype, its.levels[0].dtype) or mine.levels[0].dtype == its.levels[0].dtype, "labels of another type")  # fmt: skip
    c.need(frame.order.total and not frame.open, "an order of rows that a join would lose")
    c.need(value.dtype != "list", "lists")
    ctx = c.ctx
    found = framed(ctx, value, label)
    column = found.column(label)
    settle(ctx, frame), ctx.use(frame), ctx.use(found, column)
    new = fresh_column(label, physical(frame, label), with_missing(value.dtype))
    if value.is_nullable:
        new = replace(new, nullable=True)
    parts = [frame.text, lift(mine.levels[0].name), found.text, lift(its.levels[0].name), lift(column.name), lift(new.name)]  # fmt: skip
    text = f"{ctx.call('aligned')}({', '.join(p if isinstance(p, str) else p.text for p in parts)})"
    out = frame.but(text=text, columns=(*frame.columns, new), vars=frame.vars | found.vars)
    gappy = new.dtype == "int64?" or new.dtype is None
    return settled(ctx, out, ctx.step(), new.dtype is None) if gappy else out
