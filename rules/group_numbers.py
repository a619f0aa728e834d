"""Several quantiles of each group at once, and the groups' own numbers."""

from __future__ import annotations

from typing import Any

from rules.aggregates import Spec, chosen, made
from rules.groups import Groups, fresh_name
from rules.lib import FrameStep, derive, fresh_column, series_of
from rules.registry import Call, rule
from transpiler.facts import Col, Column, Frame, Index, Order, SortKey, Value
from transpiler.symbolic import E, F, col, in_list


def quantiles(c: Call, wanted: list, params: dict) -> Value:
    """``quantile([0.25, 0.5])``: a row for each group and number."""
    numbers = [float(q) for q in wanted]
    c.need(all(0 <= q <= 1 for q in numbers) and len(set(numbers)) == len(numbers) > 0, "quantiles of this form")  # fmt: skip
    g = Groups(c, c.grouped)
    grouped = g.grouped
    c.need(grouped.as_index and getattr(grouped, "freq", None) is None, "quantiles of such groups")
    c.need(not grouped.hollow, "quantiles of categories without rows")
    values = [g.value(grouped.series)] if grouped.series is not None else chosen(g, bool(c.args.get("numeric_only") and c.lit("numeric_only")))  # fmt: skip
    outputs = [
        ((n, v.label), made(g, Spec("quantile", {"q": q} | params), v))
        for v in values
        for n, q in enumerate(numbers)
    ]
    wide = g.aggregated(outputs)
    names = iter(x.name for x in wide.columns)
    cells = {v.label: [next(names) for _ in numbers] for v in values}
    taken = {x.name for x in wide.index.levels} | set(wide.hidden)
    level = fresh_name("__quantile", taken)
    whole = params.get("interpolation") in ("lower", "higher", "nearest")
    kinds = [x.dtype if whole else "float64" for x in wide.columns[:: len(numbers)]]
    columns = [fresh_column(v.label, fresh_name(v.label, taken), kind, v.is_nullable) for v, kind in zip(values, kinds)]  # fmt: skip
    rows = [
        F.struct(
            F.lit(n).alias("__number"),
            F.lit(q).alias(level),
            *[col(cells[v.label][n]).alias(x.name) for v, x in zip(values, columns)],
        )
        for n, q in enumerate(numbers)
    ]
    kept = [in_list(x.name) for x in wide.index.levels] + [in_list(h) for h in wide.hidden]
    text = f".select({', '.join(kept)}, {F.inline(F.array(*rows))})"
    levels = (*wide.index.levels, Column(None, level, "float64"))
    loose = wide.index.loose  # unstacked, the numbers are in the order in which they were asked for
    loose += ((level, None),) if numbers != sorted(numbers) else ()
    order = Order((*wide.order.keys, SortKey("__number", None)), None, True, True)
    out = wide.but(text=wide.text + text, columns=tuple(columns), index=Index("columns", levels=levels, loose=loose),
                   order=order, hidden=(*wide.hidden, "__number"), label_names=())  # fmt: skip
    return series_of(c.ctx, out, values[0].label) if grouped.series is not None else out


# --- the groups' own numbers ----------------------------------------------------------------


@rule("DataFrameGroupBy.ngroup(ascending=True)", verdict="runtime",
      example=("df.groupby('k').ngroup()", "df.groupby(['b', 'k'], sort=False).ngroup()", "df.groupby('b').ngroup(ascending=False)",
               "df['g'] = df.groupby(['k', 'b'], dropna=False).ngroup()\nout = df[['k', 'b', 'g']]"))  # fmt: skip
@rule("SeriesGroupBy.ngroup(ascending=True)", verdict="runtime", example="df.groupby('k')['i'].ngroup()")  # fmt: skip
def ngroup(c: Call) -> Col:
    """The number of each row's group."""
    g = Groups(c, c.grouped)
    g.by_text()
    name = c.ctx.temp("group")
    keys = ", ".join(k.expr.text for k in g.keys)
    options = ""
    if not g.grouped.sort:
        order = g.order()
        c.need(len(order) == 1 and not g.frame.order.keys, "groups as they are first seen in sorted rows")  # fmt: skip
        options += f", first={order[0]}"
    options += "" if g.grouped.dropna else ", dropna=False"
    options += "" if c.lit("ascending") else ", ascending=False"
    step = FrameStep(f"{c.ctx.call('group_numbers')}(@@, {name!r}, {keys}{options})")
    full = not g.grouped.dropna or all(k.null_free for k in g.keys)
    base = g.grouped.keys[0].col
    temps = (*g.temps.items(), (name, step))
    return derive(col(name), "int64" if full else "int64?", base.but(frame=g.frame), label=None, deps=g.deps, temps=temps,
                  local=False, windowed=False, null_free=full, nullable=False, column=None)  # fmt: skip


__all__ = ["Any", "E", "Frame", "quantiles"]
