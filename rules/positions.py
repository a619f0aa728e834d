"""Rows and columns by position: iloc."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.lib import chain, series_of, settle, settled_values, subset_of
from rules.locate import everything, narrowed, owner_frame, parts_of
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    Const,
    Frame,
    Index,
    ColumnValues,
    Plain,
    Rows,
    Scalar,
    Slice,
    SortKey,
    Value,
    Col,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import E, col, render


@rule(
    "DataFrame.iloc.__getitem__(key)",
    example=(
        "df.iloc[:3]",
        "df.iloc[2:6]",
        "df.iloc[:int(len(df) * 0.5)]",
        "df.iloc[-int(len(df) * 0.3):]",
        "df.iloc[-3:]",
        "df.iloc[:-14]",
        "df.iloc[12:]",
        "df.iloc[1:12:4, [0, 2]]",
        "df.iloc[:, 1:3]",
        "df.iloc[:, [3, 0]]",
        "df.iloc[:, 0]",
        "df.iloc[:, -1]",
        "df.sort_values('i', kind='stable').iloc[3:6, :2]",
        "df[df['i'] > 2].iloc[1:4]",
        "df.iloc[::-1]",
        "r = df.groupby(['k', 'b']).size().reset_index(name='n')\nr['k'] = r['n'] * 2\nout = r.iloc[::-1]",
        "df.sort_values('s').iloc[::-1].reset_index(drop=True)",
        "df.iloc[::2]",
        "df.iloc[2:-3]",
        "df[df['i'] > 2].iloc[-5:-2]",
        "df.iloc[[5, 0, 2]]",
        "df[df['i'] > 2].iloc[[4, 1], [0, 2]]",
        "df.iloc[3, 0]",
        "df[df['i'] > 2].iloc[-1, 4]",
    ),
)
def iloc_get(c: Call) -> Value:
    """Rows by a slice of positions, columns by positions."""
    frame = owner_frame(c)
    rows, columns = parts_of(c["key"])
    if columns is not None and frame.open and everything(rows):
        return columns_sliced_at_runtime(c, frame, columns)
    if columns is not None:
        labels = labels_by_position(frame, columns)
    if not everything(rows):
        if isinstance(rows, Slice):
            frame = rows_sliced_at_runtime(c, frame, rows)
        else:
            bounds = literal(rows, "the rows")
            if type(bounds) is int:
                return row_at(c, frame, bounds, None if columns is None else labels)
            if isinstance(bounds, list):
                frame = rows_listed(c.ctx, frame, bounds)
            else:
                c.need(isinstance(bounds, slice), "rows by a key of this form")
                frame = rows_sliced(c.ctx, frame, bounds)
    return frame if columns is None else narrowed(c.ctx, frame, labels)


def row_at(c: Call, frame: Frame, place: int, labels: Any) -> Value:
    """The row at a place: one value of it, or a Series on the driver."""
    from rules.one_value import value_by_place

    if isinstance(labels, (str, int)):
        return value_by_place(c, place, of=series_of(c.ctx, frame, labels))
    c.need(labels is None, "some columns of one row")
    rows = limited(c.ctx, frame, place + 1 if place >= 0 else -place, place < 0)
    driver = c.interpreter.driver  # type: ignore[attr-defined]
    c.need(abs(place) < 1000, "a row far from both ends")
    labels = None if frame.open else tuple(frame.labels)
    return ColumnValues(f"{driver.text(rows)}.iloc[{-1 if place >= 0 else 0}]", rows.vars, labels)


def rows_listed(ctx: Any, frame: Frame, places: list) -> Frame:
    """The rows at these places, in the order of the list."""
    if not places or not all(type(x) is int and x >= 0 for x in places):
        raise NoRule("places of this form")
    if len(set(places)) < len(places):
        raise NoRule("a row that is wanted twice")
    place = ctx.temp("place")
    settle(ctx, frame)
    base, number, gone = frame.text, "", ""
    if frame.index.kind == "range":
        number = ctx.position(frame, frame.index.anchor, "number").text
    else:
        row = ctx.temp("row")
        base = f'{ctx.call("with_position")}({base}{"".join(f", {k}" for k in ctx.order_of(frame))}, name="{row}")'
        number, gone = col(row).text, f'.drop("{row}")'
    text = f'{ctx.call("rows_labelled")}({base}, {number}, {render(places)}, place="{place}"){gone}'
    out = subset_of(ctx, frame, frame.but(text=text, hidden=(*frame.hidden, place)))
    return out.but(order=sorted_order([SortKey(place, None)], frame.order))


def backwards(ctx: Any, frame: Frame) -> Frame:
    """The rows in the opposite order."""
    keys = [replace(k, ascending=not k.ascending, nulls_last=not k.nulls_last) for k in frame.order.keys]  # fmt: skip
    if not frame.order.total:
        last = ctx.order_of(frame)[-1].text[7:-2].strip("`")
        if last not in frame.hidden:  # this pass is walked again
            return frame.but(rows=Rows(parent=frame.rows))
        keys.append(SortKey(last, None, False, False))
    index = frame.index
    if index.kind == "range":
        index = Index("rows", index.anchor)
    order = replace(frame.order, keys=tuple(keys), explicit=True, total=True)
    return frame.but(order=order, rows=Rows(parent=frame.rows), index=index)


def columns_sliced_at_runtime(c: Call, frame: Frame, key: Value) -> Frame:
    """``df.iloc[:, a:b]`` where only the job knows the columns."""
    bounds = literal(key, "the columns")
    c.need(
        isinstance(bounds, slice) and not frame.columns and not frame.order.keys,
        "columns by a key of this form",
    )
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    more = f", aside={render(aside)}" if aside else ""
    c.verdict = "runtime"  # type: ignore[attr-defined]
    text = f"{c.ctx.call('columns_between')}({frame.text}, {render(bounds.start)}, {render(bounds.stop)}{more})"
    c.need(bounds.step is None, "a slice with a step")
    return frame.but(text=text)


def labels_by_position(frame: Frame, key: Value) -> Any:
    wanted = literal(key, "the columns")
    labels = frame.labels
    if isinstance(wanted, int) and not isinstance(wanted, bool):
        return at_position(labels, wanted)
    if isinstance(wanted, slice):
        return labels[wanted]
    if (
        isinstance(wanted, list)
        and all(isinstance(w, bool) for w in wanted)
        and len(wanted) == len(labels)
    ):
        return [x for x, keep in zip(labels, wanted) if keep]
    if isinstance(wanted, list) and all(isinstance(w, int) for w in wanted):
        return [at_position(labels, w) for w in wanted]
    raise NoRule("columns by a key of this form")


def at_position(labels: list, place: int) -> Any:
    if not -len(labels) <= place < len(labels):
        raise NoRule("a position that is not there")
    return labels[place]


def rows_sliced(ctx: Any, frame: Frame, bounds: slice) -> Frame:
    """Rows by position; the labels stay."""
    start, stop, step = bounds.start, bounds.stop, bounds.step or 1
    if (start, stop, step) == (None, None, -1):
        return backwards(ctx, frame)
    if (
        not all(b is None or isinstance(b, int) and not isinstance(b, bool) for b in (start, stop))
        or step < 1
    ):
        raise NoRule("a slice of this form")
    start = start or 0
    if start >= 0 and stop is None and step == 1:
        return frame if not start else by_number(ctx, frame, lambda n: n >= start)
    if start == 0 and stop is not None and stop >= 0 and step == 1:
        return limited(ctx, frame, stop)
    if start >= 0 and (stop is None or stop >= 0):
        return by_number(ctx, frame, lambda n: _between(n, start, stop, step))
    if start < 0 and stop is None and step == 1:
        return limited(ctx, frame, -start, backwards=True)
    if start == 0 and step == 1:
        return by_number(ctx, frame, lambda n: n >= -stop, backwards=True)
    if step == 1:
        return rows_between(ctx, frame, [repr(bounds.start), repr(bounds.stop)])
    raise NoRule("rows counted from both ends")


def rows_sliced_at_runtime(c: Call, frame: Frame, bounds: Slice) -> Frame:
    """Rows between positions that the job computes, such as half of ``len(df)``."""
    ctx = c.ctx
    c.need(isinstance(bounds.step, Const) and bounds.step.value in (None, 1), "a slice with a step")
    parts = [bounds.start, bounds.stop]
    c.need(all(isinstance(p, (Const, Scalar, Plain)) for p in parts), "a slice of this form")
    texts = ["None" if isinstance(p, Const) and p.value is None else p.code() for p in parts]  # type: ignore[attr-defined]
    c.verdict = "runtime"  # type: ignore[attr-defined]
    out = rows_between(ctx, frame, texts)
    reads = frozenset().union(*(p.vars for p in parts))
    return out.but(vars=frame.vars | reads)


def rows_between(ctx: Any, frame: Frame, ends: list[str]) -> Frame:
    """Rows between two places, each counted from either end."""
    name, keys = ctx.temp("row"), ctx.order_of(frame)
    listed = "".join(f", {k}" for k in keys)
    settle(ctx, frame)
    made = f'{ctx.call("with_position")}({frame.text}{listed}, name="{name}")'
    text = f"{ctx.call('rows_between')}({made}, {render(name)}, {', '.join(ends)})"
    return subset_of(ctx, frame, frame.but(text=text))


def _between(number: E, start: int, stop: int | None, step: int) -> E:
    test = number >= start
    if stop is not None:
        test = test & (number < stop)
    return test if step == 1 else test & ((number - start if start else number) % step == 0)


def limited(ctx: Any, frame: Frame, n: int, backwards: bool = False) -> Frame:
    """The first or last ``n`` rows."""
    from rules.select import descending

    keys = ctx.order_of(frame)
    keys = descending(keys) if backwards else keys
    order = f".orderBy({', '.join(k.text for k in keys)})" if keys else ""
    return subset_of(ctx, frame, chain(frame, f"{order}.limit({n})"))


def by_number(ctx: Any, frame: Frame, test: Any, backwards: bool = False) -> Frame:
    """Rows whose position passes a test."""
    from rules.select import descending

    if frame.index.kind == "range" and not backwards:
        number = ctx.position(frame, frame.index.anchor, "number")
        return subset_of(ctx, frame, chain(frame, f".filter({test(number)})"))
    keys = ctx.order_of(frame)
    keys = descending(keys) if backwards else keys
    name = ctx.temp("row")
    listed = "".join(f", {k}" for k in keys)
    text = f'{ctx.call("with_position")}({frame.text}{listed}, name="{name}").filter({test(col(name))}).drop("{name}")'
    return subset_of(ctx, frame, frame.but(text=text))


@rule(
    "Series.iloc.__getitem__(key)",
    example=("df['s'].iloc[2:5]", "df['s'].iloc[-2:]", "(df['i'] + 1).iloc[:4]"),
)
def series_iloc(c: Call) -> Col:
    """Values by a slice of positions."""
    bounds = c.lit("key")
    series = c.col
    c.need(isinstance(bounds, slice), "one value by its position")
    series = settled_values(c.ctx, series)
    c.need(series.local and not series.windowed, "values that depend on other rows")
    return series.but(frame=rows_sliced(c.ctx, series.frame, bounds))
