"""One frame completed, updated or compared by another: ``combine_first``, ``update``, ``compare``."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

from rules.columns_chosen import changed_object
from rules.combine import completed_in_job
from rules.elementwise import computed, projected
from rules.join import equal
from rules.lib import derive, filtered, meet, series_of, settle, tight, tightened
from rules.registry import Call, rule
from rules.sides import above_each_other
from transpiler.errors import attempt
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Func,
    Module,
    Order,
    Rows,
    fresh,
    with_missing,
)
from transpiler.symbolic import E, F, col, render

#: dtypes that hold missing values, so that they are the same after some are filled
_HOLDING = {"float64", "object", "datetime64[ns]", "Int64", "Float64", "string", "boolean"}
_STABLE = _HOLDING | {"int64", "bool"}


def other_frame(c: Call) -> Frame:
    other = c["other"]
    c.need(isinstance(other, Frame) and not other.open and not c.frame.open, "not a frame that is known here")  # fmt: skip
    c.need(all(isinstance(x, str) for f in (c.frame, other) for x in f.labels), "labels that are not text")  # fmt: skip
    return other


def pairs_of_rows(c: Call, frame: Frame, other: Frame, labels: list) -> dict[Any, tuple]:
    """The Series of both for each label, where both have the same rows. Raises NoRule otherwise."""
    found: dict[Any, tuple] = {}
    for x in labels:
        common, both = meet(*(computed(c.ctx, f, f.column(x)) for f in (frame, other)))
        c.need(common.rows.uid == frame.rows.uid and common.index == frame.index, "other labels")
        found[x] = tuple(both)
    return found


def filled_by(c: Call, first: Any, second: Any, label: Any) -> Col:
    """The first Series, completed by the second one."""
    if None in (first.dtype, second.dtype):
        return completed_in_job(c, first, second).but(label=label)
    c.need(first.dtype == second.dtype and first.dtype in _STABLE, "values of two dtypes")
    if first.null_free:
        return first.but(label=label)
    expr = F.coalesce(tight(first), tight(second))
    return derive(expr, first.dtype, first, second, label=label, null_free=second.null_free)


# --- combine_first ----------------------------------------------------------------------------


@rule(
    "DataFrame.combine_first(other)",
    verdict="runtime",
    example=(
        "df.combine_first(df.assign(f=df['g'], s=df['k']))",
        "df[['f', 'i']].combine_first(df[['g', 'n']])",
        "df[['f', 's']].combine_first(df[['g', 'k']].rename(columns={'g': 'f'}).fillna({'f': -1.0, 'k': '?'}))",
        "df.drop_duplicates('i').set_index('i')[['f', 's']].combine_first(df.drop_duplicates('j')[['j', 'f', 'k']].rename(columns={'j': 'i'}).set_index('i')).sort_index()",
        "df.drop_duplicates('k').set_index('k')[['f']].combine_first(other.drop_duplicates('k').set_index('k')[['f', 'name']]).sort_index().reset_index()",
    ),
)
def combine_first(c: Call) -> Frame:
    """The other's values where there are none, row by row of the same label."""
    frame, other = c.frame, other_frame(c)
    labels = frame.labels if frame.labels == other.labels else sorted({*frame.labels, *other.labels})  # fmt: skip
    both = attempt(one_by_row, c, frame, other, labels)
    if both is not None:
        return both
    if {frame.index.kind, other.index.kind} <= {"range", "rows"}:
        return one_by_number(c, frame, other, labels)
    return one_by_label(c, frame, other, labels)


def one_by_number(c: Call, frame: Frame, other: Frame, labels: list) -> Frame:
    """Two frames of the same rows, whose columns are not all in one of them."""
    c.need(frame.rows.same_set(other.rows) and frame.index.anchor == other.index.anchor, "labels of both sides are united")  # fmt: skip
    base, cells = beside(c, frame, other, other.labels)
    changed = []
    for x in labels:
        yours = found_cell(c, base, cells[x], other.column(x), x) if x in cells else None
        if yours is None:
            changed.append(series_of(c.ctx, base, x))
        else:
            changed.append(filled_by(c, series_of(c.ctx, base, x), yours, x) if frame.has(x) else yours)  # fmt: skip
    return projected(c.ctx, base, labels, changed)


def one_by_row(c: Call, frame: Frame, other: Frame, labels: list) -> Frame:
    shared = [x for x in frame.labels if other.has(x)]
    pairs = pairs_of_rows(c, frame, other, shared)
    own = {x: series_of(c.ctx, f, x) for f in (other, frame) for x in f.labels}
    changed = [filled_by(c, *pairs[x], x) if x in pairs else own[x] for x in labels]
    return projected(c.ctx, frame, labels, changed)


def one_by_label(c: Call, frame: Frame, other: Frame, labels: list) -> Frame:
    """The rows of both, by the values of the columns that are their labels."""
    ctx = c.ctx
    ours, theirs = frame.index.levels, other.index.levels
    c.need(ours and len(ours) == len(theirs), "labels that are no columns")
    alike_levels(c, ours, theirs)
    c.need(all(a.label == b.label for a, b in zip(ours, theirs)), "indexes of other names")
    step = ctx.step()
    c.need(not (ctx.wants(step, "order") or ctx.wants(step, "number")), "pandas sorts the labels only where those of the two frames differ")  # fmt: skip
    sides = []
    for side in (frame, other):
        ctx.use(side), settle(ctx, side)
        names = [x.name for x in side.index.levels]
        text = side.text if side.index.unique else f"{ctx.call('unique_rows')}({side.text}, {render(names)})"  # fmt: skip
        sides.append(text)
    keys = [ctx.temp("key") for _ in theirs]
    cells = {x.label: ctx.temp("cell") for x in other.columns}
    picked = [col(b.name).alias(k) for b, k in zip(theirs, keys)]
    picked += [col(x.name).alias(cells[x.label]) for x in other.columns]
    tests = [equal(a, b, col(a.name), col(k)) for a, b, k in zip(ours, theirs, keys)]
    joined = f"{sides[0]}.join({sides[1]}.select({', '.join(p.text for p in picked)}), {reduce(lambda x, y: x & y, tests)}, \"full\")"  # fmt: skip
    columns, parts = [], []
    for x in labels:
        mine = next((y for y in frame.columns if y.label == x), None)
        yours = next((y for y in other.columns if y.label == x), None)
        known = [y for y in (mine, yours) if y is not None]
        dtype = known[0].dtype
        c.need(all(y.dtype == dtype for y in known) and dtype in _STABLE, "values of two dtypes, or of types that are not known")  # fmt: skip
        exprs = ([col(mine.name)] if mine else []) + ([col(cells[x])] if yours else [])
        expr = F.coalesce(*exprs) if len(exprs) > 1 else exprs[0]
        parts.append(expr.alias(x))
        columns.append(Column(x, x, dtype if len(known) > 1 else with_missing(dtype), nullable=known[0].is_nullable))  # fmt: skip
    levels = [replace(a, name=a.name, uid=fresh(), origin=None) for a in ours]
    c.need(not {a.name for a in ours} & {*labels}, "a label of rows has the name of a column")
    parts += [F.coalesce(col(a.name), col(k)).alias(a.name) for a, k in zip(ours, keys)]
    text = f"{joined}.select({', '.join(p.text for p in parts)})"
    index = replace(frame.index, levels=tuple(levels), unique=True, loose=())
    return Frame(text, tuple(columns), index=index, order=Order((), step), rows=Rows(), vars=frame.vars | other.vars,
                 nullable=frame.nullable)  # fmt: skip


def alike_levels(c: Call, ours: Any, theirs: Any) -> None:
    """Raises NoRule for labels that pandas would convert before it compares them."""
    c.need(all(a.dtype == b.dtype and a.dtype in _STABLE for a, b in zip(ours, theirs)), "labels of two types, or of types that are not known")  # fmt: skip


# --- update -----------------------------------------------------------------------------------


@rule(
    "DataFrame.update(other, join='left', overwrite=True, filter_func=None, errors='ignore')",
    not_yet="join errors",
    verdict="runtime",
    example=(
        "df.update(df[['g']].rename(columns={'g': 'f'}))\nout = df",
        "df.update(df[df['i'] > 3][['i', 'g']].rename(columns={'g': 'f'}))\nout = df",
        "df.update(other[['f']])\nout = df",
        "df.update(df[['g', 'k']].rename(columns={'g': 'f', 'k': 's'}), overwrite=False)\nout = df",
        "df.update(df[['g', 'j']].rename(columns={'g': 'f', 'j': 'i'}), filter_func=lambda x: x > 1)\nout = df",
        "d = df.set_index('k')\nd.update(other.drop_duplicates('k').set_index('k'))\nout = d",
        "d = df.set_index('i')[['f', 's']]\nd.update(df.drop_duplicates('j').set_index('j')[['f']], overwrite=False)\nout = d.reset_index()",
    ),
)
def update(c: Call) -> Const:
    """The other's values in place of the frame's, in rows of the same label."""
    frame, other = c.frame, other_frame(c)
    c.need(c.lit("overwrite") in (True, False), "overwrite= of this value")
    shared = [x for x in frame.labels if other.has(x)]
    c.need(shared, "no common columns")
    out = attempt(updated_by_row, c, frame, other, shared)
    out = out if out is not None else updated_by_label(c, frame, other, shared)
    changed_object(c, out)
    return Const(None)


def updated(c: Call, mine: Any, yours: Any, label: Any) -> Col:
    fits = mine.dtype == yours.dtype and mine.dtype in _STABLE
    c.need(fits or (mine.dtype, yours.dtype) == ("float64", "int64"), "values of two dtypes, or of types that are not known")  # fmt: skip
    over = yours.expr.cast("double") if yours.dtype != mine.dtype else tight(yours)
    if c.given("filter_func"):
        return updated_where(c, mine, yours, label, over)
    parts = [over, tight(mine)] if c.lit("overwrite") else [tight(mine), over]
    return derive(F.coalesce(*parts), mine.dtype, mine, yours, label=label,
                  null_free=mine.null_free or yours.null_free)  # fmt: skip


def updated_where(c: Call, mine: Any, yours: Any, label: Any, over: E) -> Col:
    """The other's values where a function of the own ones says so, whatever ``overwrite``."""
    c.need(isinstance(c["filter_func"], Func) and mine.dtype in ("int64", "float64"), "filter_func= of this kind")  # fmt: skip
    test = c.interpreter.inline(c["filter_func"], [mine], {}, None)  # type: ignore[attr-defined]
    c.need(isinstance(test, Col) and test.dtype == "bool", "a filter that is not boolean for sure")
    there = tight(test) if yours.null_free else tight(test) & tight(yours).isNotNull()
    expr = F.when(there, over).otherwise(tight(mine))
    return derive(expr, mine.dtype, mine, yours, test, label=label, null_free=mine.null_free, loose=False)  # fmt: skip


def updated_by_row(c: Call, frame: Frame, other: Frame, shared: list) -> Frame:
    pairs = pairs_of_rows(c, frame, other, shared)
    labels = frame.labels
    changed = [updated(c, *pairs[x], x) if x in pairs else series_of(c.ctx, frame, x) for x in labels]  # fmt: skip
    return projected(c.ctx, frame, labels, changed)


def updated_by_label(c: Call, frame: Frame, other: Frame, shared: list) -> Frame:
    """Values found by the columns that are the labels of both."""
    base, cells = beside(c, frame, other, shared)
    labels, changed = frame.labels, []
    for x in labels:
        mine = series_of(c.ctx, base, x)
        if x in cells:
            mine = updated(c, mine, found_cell(c, base, cells[x], other.column(x), x), x)
        changed.append(mine)
    return projected(c.ctx, base, labels, changed)


def found_cell(c: Call, base: Frame, name: str, column: Column, label: Any) -> Col:
    """The other's value, in a hidden column of the frame; missing where it has no such row."""
    return Col(col(name), column.dtype, base, label, nullable=column.is_nullable, gap=column.gap)


def beside(c: Call, frame: Frame, other: Frame, labels: list) -> tuple[Frame, dict[Any, str]]:
    """The frame with the other's values of the same row labels, and the names of these by label."""
    ctx = c.ctx
    keys, picked, tests, text = label_tests(c, frame, other)
    ctx.use(other, *(other.column(x) for x in labels)), ctx.use(frame)
    settle(ctx, other)
    cells = {x: ctx.temp("cell") for x in labels}
    picked += [col(other.column(x).name).alias(cells[x]) for x in labels]
    wide = f"{frame.text}.join({text}.select({', '.join(p.text for p in picked)}), {reduce(lambda x, y: x & y, tests)}, \"left\")"  # fmt: skip
    return frame.but(text=wide, vars=frame.vars | other.vars), cells  # to be projected away


def label_tests(c: Call, frame: Frame, other: Frame) -> tuple[list, list, list, str]:
    """Names for the other's labels, their expressions, the tests for equal labels, and the text of
    the other frame, of which no two rows have the same ones."""
    ctx = c.ctx
    ours, theirs = frame.index.levels, other.index.levels
    if {frame.index.kind, other.index.kind} <= {"range", "rows"}:
        c.need(other.index.unique, "labels that may repeat")
        key = ctx.temp("key")
        mine = ctx.position(frame, frame.index.anchor, "number")
        yours = ctx.position(other, other.index.anchor, "number")
        return [key], [yours.alias(key)], [mine == col(key)], other.text
    c.need(ours and len(ours) == len(theirs), "indexes of different kinds")
    alike_levels(c, ours, theirs)
    ctx.use(other, *theirs)
    names = render([x.name for x in theirs])
    text = other.text if other.index.unique else f"{ctx.call('unique_rows')}({other.text}, {names})"
    keys = [ctx.temp("key") for _ in theirs]
    picked = [col(b.name).alias(k) for b, k in zip(theirs, keys)]
    return keys, picked, [equal(a, b, col(a.name), col(k)) for a, b, k in zip(ours, theirs, keys)], text  # fmt: skip


# --- combine ----------------------------------------------------------------------------------


def pairs_beside(c: Call, frame: Frame, other: Frame) -> tuple[Frame, dict[Any, tuple]]:
    """The Series of both frames for each column, over a frame that has the values of both."""
    pairs = attempt(pairs_of_rows, c, frame, other, frame.labels)
    if pairs is not None:
        return frame, pairs
    c.need(other.index.unique, "labels that may repeat")  # pandas goes row by row
    base, cells = beside(c, frame, other, frame.labels)
    return base, {x: (series_of(c.ctx, base, x), found_cell(c, base, cells[x], other.column(x), x)) for x in frame.labels}  # fmt: skip


@rule(
    "DataFrame.combine(other, func, fill_value=None, overwrite=True)",
    not_yet="fill_value overwrite",
    example=(
        "d = df[['f', 'g']]\nout = d.combine(d.shift(1), np.minimum)",
        "d = df[['i', 's', 'f']]\nout = d.combine(df[['i', 's', 'f']].assign(i=df['j'], f=df['g']), lambda a, b: a.where(a == b, b))",
        "d = df[['f', 'n']]\nout = d.combine(d * 2 - 5, lambda a, b: (a + b) / 2)",
        "d = df.groupby('k')[['f', 'g']].mean()\nout = d.combine(d.round(0), np.maximum)",
    ),
)
def combine(c: Call) -> Frame:
    """What a function makes of each two columns."""
    frame, other, function = c.frame, other_frame(c), c["func"]
    c.need(isinstance(function, (Func, Module)), "a function that is not known here")
    c.need(frame.labels == other.labels and frame.labels, "frames of other columns")
    in_order(c, frame, other)
    base, pairs = pairs_beside(c, frame, other)
    changed = []
    for label, pair in pairs.items():
        one, two = (tightened(s).but(label=label) for s in pair)
        c.need(one.dtype == two.dtype and one.dtype is not None, "values of two dtypes")
        made = c.interpreter.call_value(function, [one, two], {}, c.node, None)  # type: ignore[attr-defined]
        # pandas makes whole numbers of fractions that are whole, where both columns have such
        c.need(isinstance(made, Col) and made.dtype == one.dtype, "values of another dtype than the columns'")  # fmt: skip
        changed.append(made.but(label=label))
    return projected(c.ctx, base, frame.labels, changed)


# --- compare ----------------------------------------------------------------------------------

_COMPARE = "other, align_axis=1, keep_shape=False, keep_equal=False, result_names=('self', 'other')"


@rule(
    f"Series.compare({_COMPARE})",
    example=(
        "df['f'].compare(df['g'])",
        "df['s'].compare(df['k'], result_names=('left', 'right'))",
        "df['i'].compare(df['j'], keep_shape=True)",
        "df['i'].compare(df['j'], keep_shape=True, keep_equal=True)",
        "df['s'].compare(df['s'].str.strip())",
        "df['f'].compare(df['g'], align_axis=0)",
        "d = df.groupby('k')[['i', 'j']].max()\nout = d['i'].compare(d['j'].rename('i'), align_axis=0, result_names=('old', 'new'))",
        "df['i'].compare(df['j'], align_axis='index', keep_shape=True).reset_index()",
        "df['s'].compare(df['k'], align_axis=0).head(5)",
    ),
)
def series_compare(c: Call) -> Frame | Col:
    """The values of two Series where they differ."""
    c.need(isinstance(c["other"], Col), "not a Series that is known here")
    in_order(c, c.col.frame, c["other"].frame)
    _, (one, two) = meet(c.col, c["other"])
    names = list(c.lit("result_names"))
    differ, cells = compared_cells(c, one, two)
    source = one.frame
    if c.lit("align_axis") in (0, "index"):
        if not c.lit("keep_shape"):
            source = filtered(c.ctx, source, derive(differ, "bool", one, two, null_free=True))
        label = one.label if one.label == two.label else None
        out = above_each_other(c, source, [label], [cells], names)
        return series_of(c.ctx, out, label)
    out = projected(c.ctx, source, names, [x.but(label=n) for x, n in zip(cells, names)])
    if c.lit("keep_shape"):
        return out
    mask = series_of(c.ctx, out, names[0]).expr.eqNullSafe(series_of(c.ctx, out, names[1]).expr)
    test = derive(~mask, "bool", series_of(c.ctx, out, names[0]), series_of(c.ctx, out, names[1]), null_free=True)  # fmt: skip
    return filtered(c.ctx, out, test)


def in_order(c: Call, one: Frame, other: Frame) -> None:
    """Raises NoRule unless both have the same rows in the same order, which pandas demands."""
    c.need(one.rows.uid == other.rows.uid and one.index == other.index, "other rows, or in another order")  # fmt: skip


def compared_cells(c: Call, one: Any, two: Any) -> tuple[E, list[Col]]:
    """Whether two values differ, and both of them where they are shown."""
    c.need(one.dtype == two.dtype and one.dtype in {"float64", "int64", "object", "datetime64[ns]", "bool"}, "values of two dtypes, or of types that are not known")  # fmt: skip
    full = one.null_free and two.null_free
    differ = tight(one) != tight(two) if full else ~tight(one).eqNullSafe(tight(two))
    shown = [one, two]
    if c.lit("keep_shape") and not c.lit("keep_equal"):
        shown = [derive(F.when(differ, tight(x)), with_missing(x.dtype), one, two, null_free=False, loose=False, gap="nan") for x in shown]  # fmt: skip
    return differ, shown


@rule(
    f"DataFrame.compare({_COMPARE})",
    example=(
        "df[['f', 's']].compare(df[['f', 's']].fillna({'f': 0.0, 's': '?'}), keep_shape=True)",
        "d = df[['i', 'j', 'f']]\nout = d.compare(d.assign(i=d['j']), keep_shape=True, keep_equal=True)",
        "d = df[['i', 's']]\nout = d.compare(d.assign(i=d['i'].clip(2, 5)), keep_shape=True, align_axis=0)",
        "d = df.groupby('k')[['f', 'g', 't']].max()\nout = d.compare(d.assign(f=d['g']), keep_shape=True, keep_equal=True, align_axis=0)",
    ),
)
def frame_compare(c: Call) -> Frame:
    """The values of two frames where they differ, beside each other."""
    frame, other = c.frame, other_frame(c)
    c.need(c.lit("keep_shape"), "which columns differ is only seen in the values: keep_shape=True keeps all")  # fmt: skip
    c.need(frame.labels == other.labels, "frames of other columns")
    names = c.lit("result_names")
    in_order(c, frame, other)
    labels, changed, stacked = [], [], []
    source, pairs = pairs_beside(c, frame, other)
    for x, pair in pairs.items():
        _, cells = compared_cells(c, *pair)
        labels += [(x, n) for n in names]
        changed += [cell.but(label=(x, n)) for cell, n in zip(cells, names)]
        stacked.append(cells)
    if c.lit("align_axis") in (0, "index"):
        return above_each_other(c, source, list(pairs), stacked, names)
    out = projected(c.ctx, source, labels, changed)
    return out.but(label_names=(None, None))
