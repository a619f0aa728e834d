"""What two tables say of the same rows, one above the other: ``compare(align_axis=0)``."""

from __future__ import annotations

from typing import Any

from rules.elementwise import projected
from rules.index import as_level
from rules.lib import chain, derive, on, physical, tight
from rules.registry import Call
from rules.reshape import exploded
from transpiler.facts import Col, Column, Frame, Index, fresh
from transpiler.symbolic import F, col, lift


def above_each_other(c: Call, source: Frame, labels: list, cells: list, names: list) -> Frame:
    """A row for each of two sides, which the last level of the index names: ``cells`` has a pair of
    Series over the rows of ``source`` for each of the ``labels``."""
    ctx = c.ctx
    side, both = ctx.temp("side"), ctx.temp("sides")
    cells = [[on(source, x) for x in pair] for pair in cells]
    fields = [f"c{n}" for n in range(len(labels))]
    rows = [
        F.struct(F.lit(name).alias(side), *[tight(x[n]).alias(f) for x, f in zip(cells, fields)])
        for n, name in enumerate(names)
    ]
    every = [x for pair in cells for x in pair]
    struct = derive(F.array(*rows), "list", *every, null_free=True, nullable=False, loose=False)
    base = projected(ctx, source, [both], [struct])
    if base.index.kind != "columns":
        base = as_level(ctx, base, None)
    out = exploded(c, base, [both], False)
    columns = [column_of(out, x, pair) for x, pair in zip(labels, cells)]
    shown = [col(both)[f].alias(x.name) for x, f in zip(columns, fields)]
    kept = [lift(x) for x in (*(x.name for x in out.index.levels), *out.hidden)]
    text = ", ".join(x.text for x in (*shown, col(both)[side].alias(side), *kept))
    levels = (*out.index.levels, Column(None, side, "object"))
    index = Index("columns", None, levels, unique=source.index.unique)
    return chain(out, f".select({text})", columns=tuple(columns), index=index)


def column_of(frame: Frame, label: Any, pair: list[Col]) -> Column:
    """The column of the values of both sides."""
    name = physical(frame, "value" if label is None else label)
    found = Column(label, name, pair[0].dtype, fresh(), finite=all(x.finite for x in pair))
    if all(x.null_free for x in pair):
        frame.rows.full.add(found.uid)
    return found


__all__ = ["above_each_other"]
