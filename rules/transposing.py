"""Rows and columns change places: ``T``, ``transpose`` of frames with a row for each group."""

from __future__ import annotations

from rules.lib import settle
from rules.pivot import READERS
from rules.registry import Call, rule
from transpiler.facts import FLOATS, Column, Frame, Index, Order, Rows, SortKey, fresh
from transpiler.symbolic import render

_WHOLE = {"int64", "int32"}


def common_type(dtypes: set) -> str | None:
    """The Spark type of values of these dtypes next to each other; None where pandas mixes them."""
    if dtypes <= _WHOLE:
        return "bigint"
    if dtypes <= _WHOLE | FLOATS:
        return "double"
    same = {"object": "string", "bool": "boolean", "datetime64[ns]": "timestamp"}
    return same.get(next(iter(dtypes))) if len(dtypes) == 1 else None


def transposed(c: Call) -> Frame:
    """A column for each row, under the row's label; a row for each column."""
    ctx, frame = c.ctx, c.frame
    c.need(frame.columns and not frame.open, "the columns of the frame are not known here")
    index = frame.index
    c.need(index.kind == "columns" and len(index.levels) == 1 and index.unique, "rows without labels of their own")  # fmt: skip
    (level,) = index.levels
    c.need(level.dtype in READERS and frame.order.total, "labels of another type")
    c.need(frame.rows.is_full(level.uid) or frame.order.keys, "labels that may be missing")
    kind = common_type({x.dtype for x in frame.columns})
    c.need(kind is not None and not frame.nullable, "columns of several types")
    c.need(all(isinstance(x, str) for x in frame.labels) and len(frame.label_names) < 2, "labels that are not texts")  # fmt: skip
    settle(ctx, frame), ctx.use(frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    place, label = ctx.temp("place"), ctx.temp("label")
    order = ctx.order_of(frame)
    parts = [
        frame.text,
        render(level.name),
        render(frame.names),
        render(frame.labels),
        render(kind),
    ]
    parts += ["[" + ", ".join(k.text for k in order) + "]", f'"{place}"', f'"{label}"']
    text = f"{ctx.call('transposed')}({', '.join(parts)})"
    name = frame.label_names[0] if frame.label_names else None
    reader = READERS[level.dtype]  # type: ignore[index]
    if reader == "label_of_bool":
        ctx.call(reader)
    return Frame(
        text,
        (),
        open=True,
        base=fresh(),
        index=Index("columns", None, (Column(name, label, "object"),), len(set(frame.labels)) == len(frame.labels)),
        order=Order((SortKey(place, None),), None, True, True),
        hidden=(place,),
        rows=Rows(),
        label_names=(level.label,),
        label_kind=reader,
        vars=frame.vars,
    )  # fmt: skip


_EXAMPLES = (
    "df.groupby('k')[['f', 'i']].sum().{}",
    "df.groupby('j')['f'].agg(['sum', 'mean', 'count']).{}",
    "df.groupby('k')[['i', 'j']].max().sort_values(['i', 'j'], ascending=False).{}",
    "df.groupby('b')[['s', 'k']].first().{}.reset_index()",
)


@rule("DataFrame.T()", verdict="runtime", example=tuple(e.format("T") for e in _EXAMPLES))
def turned(c: Call) -> Frame:
    """Rows and columns in each other's place."""
    return transposed(c)


@rule(
    "DataFrame.transpose(*args, copy=False)",
    ignored="copy",
    verdict="runtime",
    example=tuple(e.format("transpose()") for e in _EXAMPLES[:2]),
)
def transpose(c: Call) -> Frame:
    """Rows and columns in each other's place."""
    c.need(not c["args"], "axes")
    return transposed(c)
