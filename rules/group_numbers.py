"""Several numbers of each group at once: quantiles, ``describe``; and the groups' own numbers."""

from __future__ import annotations

from typing import Any

from rules.aggregates import Spec, chosen, made, outcome
from rules.groups import Groups, Made, fresh_name
from rules.lib import FrameStep, derive, fresh_column, series_of
from rules.registry import Call, rule
from rules.summaries import selector
from transpiler.facts import NUMBERS, Col, Column, Frame, Index, Order, SortKey, Value
from transpiler.symbolic import E, F, col, lift


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
    kept = [lift(x.name) for x in wide.index.levels] + [lift(h) for h in wide.hidden]
    text = f".select({', '.join(k.text for k in kept)}, {F.inline(F.array(*rows))})"
    levels = (*wide.index.levels, Column(None, level, "float64"))
    order = Order((*wide.order.keys, SortKey("__number", None)), None, True, True)
    out = wide.but(text=wide.text + text, columns=tuple(columns), index=Index("columns", levels=levels),
                   order=order, hidden=(*wide.hidden, "__number"), label_names=())  # fmt: skip
    return series_of(c.ctx, out, values[0].label) if grouped.series is not None else out


# --- describe -------------------------------------------------------------------------------


def statistics(g: Groups, v: Col, percentiles: list[float]) -> list[tuple[str, Made]]:
    """count, mean, std, min, the quantiles and max of one column, as floats."""
    specs = [("count", Spec("count")), ("mean", Spec("mean")), ("std", Spec("std")), ("min", Spec("min"))]  # fmt: skip
    specs += [(percent(q), Spec("quantile", {"q": q})) for q in percentiles]
    specs.append(("max", Spec("max")))
    out = []
    for label, spec in specs:
        one = made(g, spec, v)
        plain = label in ("count", "min", "max")
        out.append((label, Made(one.expr.cast("double") if plain else one.expr, "float64")))
    return out


def percent(q: float) -> str:
    """A quantile as describe labels it."""
    text = f"{q * 100:.10g}"
    return f"{text}%"


def percentiles_of(c: Call) -> list[float]:
    found = c.lit("percentiles")
    if found is None:
        return [0.25, 0.5, 0.75]
    c.need(isinstance(found, (list, tuple)), "percentiles of this form")
    numbers = sorted({float(q) for q in found} | {0.5})
    c.need(all(0 <= q <= 1 and abs(q * 100 - round(q * 100)) < 1e-9 for q in numbers) and len(found) == len(set(found)), "percentiles of this form")  # fmt: skip
    return numbers


@rule("SeriesGroupBy.describe(percentiles=None, include=None, exclude=None)", not_yet="include exclude",
      example=("df.groupby('k')['i'].describe()", "df.groupby('b')['g'].describe()",
               "df.groupby('k')['i'].describe(percentiles=[0.1, 0.9])", "df.groupby('k')['i'].describe().reset_index()"))  # fmt: skip
def describe(c: Call) -> Value:
    """Count, mean, spread and quartiles of every group."""
    c.need(not c.grouped.hollow, "describe of categories without rows")
    c.need(getattr(c.grouped, "freq", None) is None, "describe of bins without rows")
    # pandas orders them by the first rows of the bins then.
    c.need(len(c.grouped.keys) == 1 or not any(k.col.column is None and k.col.dtype == "datetime64[ns]" for k in c.grouped.keys),
           "describe of bins in groups")  # fmt: skip
    g = Groups(c, c.grouped)
    v = g.value(g.grouped.series)
    c.need(
        v.dtype in NUMBERS and not v.is_nullable and g.grouped.as_index,
        "describe of a column that is not a number for sure",
    )
    return outcome(c, g, statistics(g, v, percentiles_of(c)), False)


@rule("DataFrameGroupBy.describe(percentiles=None, include=None, exclude=None)", not_yet="exclude",
      example=("df.groupby('k').describe(include='number')", "df[['k', 'i', 'f', 's']].groupby('k').describe(include=[np.number])",
               "df.groupby('k')[['i', 'j']].describe()", "df[['k', 'i', 'f', 's', 'b']].groupby('k').describe()"))  # fmt: skip
def describe_frame(c: Call) -> Value:
    """The same of every column of numbers, under pairs of labels."""
    c.need(not c.grouped.hollow, "describe of categories without rows")
    c.need(getattr(c.grouped, "freq", None) is None, "describe of bins without rows")
    # pandas orders them by the first rows of the bins then.
    c.need(len(c.grouped.keys) == 1 or not any(k.col.column is None and k.col.dtype == "datetime64[ns]" for k in c.grouped.keys),
           "describe of bins in groups")  # fmt: skip
    g = Groups(c, c.grouped)
    values = g.values()
    c.need(g.grouped.as_index, "describe with as_index=False")
    only = c.given("include") and selector(c, "include")
    c.need(not only or only in ("number", ["number"]), "include= of other columns than numbers")
    c.need(
        all(v.dtype in NUMBERS | {"object", "bool"} or only and v.dtype for v in values)
        and not any(v.is_nullable for v in values),
        "describe of columns that are not numbers or text for sure",
    )
    numbers = [v for v in values if v.dtype in NUMBERS]
    c.need(numbers, "describe of text")
    percentiles = percentiles_of(c)
    outputs = [((v.label, x), m) for v in numbers for x, m in statistics(g, v, percentiles)]
    return outcome(c, g, outputs, False)


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
