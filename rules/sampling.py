"""Random rows: ``sample`` of frames, Series and groups."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.group_rows import moved
from rules.groups import Groups
from rules.index import framed, index_ignored
from rules.join import position_name
from rules.lib import assign, drop_hidden, on, selected, series_of, settle, subset_of
from rules.registry import Call, rule
from transpiler.facts import Col, Const, Frame, Order, Plain, Rows, Scalar, SortKey, Value
from transpiler.infer.context import sorted_order
from transpiler.symbolic import lift

_SAMPLE = "n=None, frac=None, replace=False, weights=None, random_state=None, axis=None, ignore_index=False"  # fmt: skip
UNSEEDED = "there is no random_state: each run draws other rows, as in pandas"


def draw(c: Call) -> list[str]:
    """The options of the draw as the job writes them."""
    options = []
    for name, kinds in {"n": (int,), "frac": (int, float)}.items():
        value = c[name]
        if isinstance(value, (Plain, Scalar)):
            options.append(f"{name}={value.code()}")
        elif c.lit(name) is not None:
            c.need(type(c.lit(name)) in kinds, f"{name}= of this value")
            options.append(f"{name}={value.code()}")
    c.need(c.lit("replace") in (True, False), "replace= of this value")
    if c.lit("replace"):
        options.append("replace=True")
    return options + seed(c)


def seed(c: Call) -> list[str]:
    """The option random_state=. Raises NoRule for a generator that other draws share."""
    state = c["random_state"]
    c.need(isinstance(state, Const) and type(state.value) in (int, type(None)), "a generator that other draws share")  # fmt: skip
    if state.value is not None:
        return [f"random_state={state.code()}"]
    c.need("seed(" not in c.interpreter.program.module.code, "the program seeds numpy's own generator, from which this draws")  # type: ignore[attr-defined]  # fmt: skip
    c.message = UNSEEDED  # type: ignore[attr-defined]
    return []


def repeated(frame: Frame) -> Frame:
    """Facts of rows that may be there more than once, under their old labels."""
    index = frame.index
    kind = "rows" if index.kind == "range" else index.kind
    return frame.but(rows=Rows(), index=replace(index, kind=kind, unique=False))


def rows_drawn(c: Call, frame: Frame) -> Frame:
    """The rows that pandas' generator draws, in the order in which it draws them."""
    given = c["weights"]
    if not isinstance(given, Col):
        return rows_weighted(c, frame, c.lit("weights"))
    c.need(not frame.open, "weights beside columns that are not known")
    wide = assign(c.ctx, frame, "__weight", on(frame, given))
    out = rows_weighted(c, wide, "__weight")
    return selected(c.ctx, out, [x for x in out.columns if x.label != "__weight"])


def rows_weighted(c: Call, frame: Frame, weights: Any) -> Frame:
    """The rows drawn by the weights in a column, or by none."""
    ctx = c.ctx
    options = draw(c)
    settle(ctx, frame)
    place, base, gone = ctx.temp("place"), frame.text, ""
    if frame.index.kind == "range":
        number = position_name(ctx.position(frame, frame.index.anchor, "number"))
    else:
        number = ctx.temp("row")
        keys = "".join(f", {k}" for k in ctx.order_of(frame))
        base = f'{ctx.call("with_position")}({base}{keys}, name="{number}")'
        gone = f'.drop("{number}")'
    if weights is not None:
        c.need(isinstance(weights, str), "weights that are not a column")
        column = frame.column(weights)
        ctx.use(frame, column)
        options.insert(0, f"weights={lift(column.name)}")
    listed = "".join(f", {o}" for o in options)
    text = f'{ctx.call("sampled")}({base}, "{number}", "{place}"{listed}){gone}'
    out = frame.but(text=text, hidden=(*frame.hidden, place))
    out = repeated(out) if c.lit("replace") else subset_of(ctx, frame, out)
    key = SortKey(place, None)
    before = Order() if c.lit("replace") else frame.order
    return drawn_once(c, out.but(order=replace(sorted_order([key], before), total=True)))


def drawn_once(c: Call, frame: Frame) -> Frame:
    """The rows under a name where another mention of them would be another draw."""
    unseeded = c.lit("random_state") is None
    return c.ctx.hoist(frame, c.ctx.hint or "sample") if unseeded else frame


def columns_drawn(c: Call, frame: Frame) -> Frame:
    """Columns by a seed: drawn here, since their labels are known."""
    import pandas as pd

    c.need(type(c.lit("random_state")) is int, "columns that differ from run to run")
    c.need(not c.lit("replace") and c.lit("weights") is None and not c.lit("ignore_index"), "columns drawn in this way")  # fmt: skip
    labels = pd.Series(range(len(frame.labels)))
    drawn = labels.sample(c.lit("n"), c.lit("frac"), random_state=c.lit("random_state"))
    c.need(len(drawn), "no columns")
    return selected(c.ctx, frame, [frame.columns[n] for n in drawn])


@rule(
    f"DataFrame.sample({_SAMPLE})",
    verdict="runtime",
    example=(
        "df.sample(n=5, random_state=1)",
        "df.sample(3, random_state=7)",
        "df.sample(frac=0.5, random_state=42)[['i', 's']]",
        "df.sample(frac=1, random_state=42).reset_index(drop=True)",
        "df.sample(n=4, random_state=0, ignore_index=True)",
        "df.sample(n=25, replace=True, random_state=1)",
        "df.sample(frac=1.5, replace=True, random_state=1).reset_index()",
        "df[df['i'] > 2].sample(n=4, random_state=3)",
        "df.sort_values('f', kind='stable').sample(frac=0.4, random_state=3)",
        "df.groupby('k')[['i']].sum().sample(2, random_state=5)",
        "df.sample(n=min(100, len(df)), random_state=1).head(3)",
        "df.sample(n=3, axis=1, random_state=2)",
        "df.assign(w=df['i'].abs()).sample(n=4, weights='w', random_state=1)",
        "df.assign(w=df['f'].abs()).sample(n=4, weights='w', random_state=1)[['i']]",
        "df.sample(n=4, weights=df['f'].abs(), random_state=1)",
        "out = df[df['i'] > 2].sample(n=6, replace=True, weights=df['i'] * 2, random_state=1)[['i', 's']]",
        "df.sort_values('i', kind='stable').sample(n=4, weights=df['j'].abs(), random_state=1)",
        "train = df.sample(frac=0.8, random_state=42)\nout = df.drop(train.index)",
        "df.sample(n=0, random_state=1)",
        "df[df['i'] > 99].sample(frac=0.5, random_state=1)",
        "len(df.sample(n=5))",
    ),
)
def sample(c: Call) -> Frame:
    """Rows drawn at random: those that pandas draws, where there is a seed."""
    axis = c.lit("axis")
    if axis in (1, "columns"):
        return columns_drawn(c, c.frame)
    c.need(axis in (None, 0, "index"), "axis= of this value")
    out = rows_drawn(c, c.frame)
    return index_ignored(c.ctx, out) if c.lit("ignore_index") else out


@rule(
    f"Series.sample({_SAMPLE})",
    verdict="runtime",
    example=(
        "df['i'].sample(4, weights=df['i'].abs(), random_state=1)",
        "df['s'].sample(3, random_state=0)",
        "df['f'].dropna().sample(frac=0.5, random_state=9)",
        "df['i'].sample(n=30, replace=True, random_state=1, ignore_index=True)",
        "(df['i'] * 2).sample(n=2, random_state=4).tolist()",
        "df.set_index('k')['f'].sample(5, random_state=2)",
    ),
)
def series_sample(c: Call) -> Col:
    """Values drawn at random."""
    c.need(c.lit("axis") in (None, 0, "index"), "axis= of this value")
    label: Any = "__values" if c.col.label is None else c.col.label
    out = rows_drawn(c, framed(c.ctx, c.col, label))
    if c.lit("ignore_index"):
        out = index_ignored(c.ctx, out)
    return series_of(c.ctx, out, label).but(label=c.col.label)


_OF_GROUPS = "n=None, frac=None, replace=False, weights=None, random_state=None"


@rule(
    f"DataFrameGroupBy.sample({_OF_GROUPS})",
    not_yet="weights",
    verdict="runtime",
    example=(
        "df.groupby('k').sample(n=1, random_state=1)",
        "df.groupby('k')[['i', 's']].sample(frac=0.5, random_state=3)",
        "df.groupby(['b', 'j']).sample(random_state=5)",
        "df.groupby('b').sample(n=12, replace=True, random_state=2).reset_index(drop=True)",
        "df.groupby(df['i'] > 3).sample(2, random_state=0)",
        "df[df['i'] > 3].groupby('k', as_index=False).sample(n=1, random_state=8)",
    ),
)
@rule(
    f"SeriesGroupBy.sample({_OF_GROUPS})",
    not_yet="weights",
    verdict="runtime",
    example="df.groupby('k')['f'].sample(n=1, random_state=1)",
)
def group_sample(c: Call) -> Value:
    """Rows of every group drawn at random."""
    ctx, g = c.ctx, Groups(c, c.grouped)
    c.need(g.grouped.dropna and g.grouped.sort, "groups in another order, or of missing keys")
    g.by_text()
    c.need(all(k.dtype != "category" for k in g.keys), "groups of categories")
    options = draw(c)
    order = g.order()
    settle(ctx, g.frame)
    kept = g.kept()
    row, place = ctx.temp("row"), ctx.temp("place")
    keys = [k.expr.text for k in g.keys]
    sort = ", ".join([*keys, *(e.text for e in order)])
    base = f'{ctx.call("with_position")}({kept.text}, {sort}, name="{row}")'
    listed = "".join(f", {o}" for o in options)
    text = f'{ctx.call("sampled_groups")}({base}, "{row}", "{place}", [{", ".join(keys)}]{listed})'
    out = drop_hidden(kept.but(text=f'{text}.drop("{row}")'), [h for h in kept.hidden if h not in g.frame.hidden])  # fmt: skip
    out = out.but(hidden=(*out.hidden, place), vars=out.vars | g.vars)
    out = repeated(out) if c.lit("replace") else subset_of(ctx, g.frame, out)
    out = out.but(order=replace(sorted_order([SortKey(place, None)], Order()), total=True))
    out = drawn_once(c, out)
    if g.grouped.series is not None:
        c.need(not c.lit("replace"), "a Series of repeated rows")
        return moved(c, out, g.grouped.series)
    if isinstance(g.grouped.chosen(), list):
        return selected(ctx, out, [out.column(x) for x in g.grouped.selection])
    return out
