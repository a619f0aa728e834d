"""Frames made column by column, and Series made solid: shared by several rule families."""

from __future__ import annotations

from typing import Any, Callable

from rules.lib import (
    assign,
    chain,
    drop_hidden,
    filtered,
    meet,
    on,
    physical,
    series_of,
    tight,
    with_gaps,
    with_temps,
)
from transpiler.errors import attempt
from transpiler.facts import Col, Column, Frame, fresh
from transpiler.symbolic import E, col, in_list, lift, plain_name, resolved_name


def mapped(ctx: Any, frame: Frame, change: Callable[[Col], Col]) -> Frame:
    """The frame with every column changed by itself; rows, labels and order stay.

    What each new column is made of is kept, so that ``.any(axis=1)`` of it stays one expression.
    """
    labels = frame.labels
    changed = [change(series) for series in own_cells(ctx, frame)]
    return projected(ctx, frame, labels, changed)


def changed_columns(ctx: Any, frame: Frame, change: Callable[[Col], Col], labels: Any = None) -> Frame:  # fmt: skip
    """``mapped`` for a change that leaves columns as they are: a few changed ones alone are written.

    labels: those that it may change (None: all that are known).
    """
    made: dict[Any, Col] = {}
    if not frame.open:
        old = own_cells(ctx, frame)
        new = [change(series) for series in old]
        made = {s.label: s for s, was in zip(new, old) if s is not was}
        if len(made) * 2 > len(new) or any(s.windowed or s.temps for s in made.values()):
            return projected(ctx, frame, frame.labels, new)
    out = frame
    for label in frame.labels if labels is None else labels:
        before = series_of(ctx, frame, label)
        series = change(before)
        if series is not before:
            out = assign(ctx, out, label, series.but(frame=out))
            ctx.cells[out.column(label).uid] = made.get(label, series)
    return out


def projected(ctx: Any, frame: Frame, labels: list, changed: list[Col]) -> Frame:
    """A frame of these Series over ``frame`` in place of its columns."""
    source = meet(*changed)[0] if changed else frame
    if source is not frame and source.rows.uid == frame.rows.uid:
        columns = {x.label: x for x in frame.columns}
        named = tuple(columns.get(x.label, x) for x in source.columns)
        frame = source.but(columns=named, label_names=frame.label_names)
    frame = ctx.losing(frame, labels)
    base = frame
    temps: list[str] = []
    for series in changed:
        base, more = with_temps(base, series.temps)
        temps += more
    columns, parts = [], []
    for label, series in zip(labels, changed):
        old = next((x for x in frame.columns if x.label == label), None)
        name = old.name if old is not None else physical(frame, label)
        same = series.column is not None and series.column.name == name
        column = (
            series.column
            if same
            else Column(
                label,
                name,
                series.dtype,
                fresh(),
                series.is_nullable,
                finite=series.finite,
                nans=series.nans,
                width=series.width,
            )
        )
        columns.append(column)
        if series.null_free and not same:
            base.rows.full.add(column.uid)
        ctx.cells[column.uid] = series
        parts.append(
            lift(name).text if same and plain_name(name) else f"{tight(series).alias(name)}"
        )
    parts += [in_list(x.name) for x in frame.index.levels]
    parts += [in_list(h) for h in base.hidden if h not in temps]
    return chain(base, f".select({', '.join(parts)})", columns=tuple(columns), open=False, gone=(),
                 hidden=tuple(h for h in base.hidden if h not in temps))  # fmt: skip


def cells(ctx: Any, frame: Frame) -> list[Col]:
    """The Series that the frame's columns are, over one frame of the same rows: the one that they
    were computed from where that is known, else the frame itself."""
    known = [ctx.cells.get(x.uid) for x in frame.columns]
    made = [k for k in known if k is not None]
    if made:
        source, _ = attempt(meet, *made) or (None, [])
        if source is not None and source.rows.uid == frame.rows.uid:
            kept = {(x.name, x.uid): x.label for x in source.columns}
            places = [(x.name, x.uid) for x in frame.columns]
            if all(k is not None or x in kept for k, x in zip(known, places)):
                series = [series_of(ctx, source, kept[x]) if k is None else k for k, x in zip(known, places)]  # fmt: skip
                return meet(*series)[1]
    return [series_of(ctx, frame, label) for label in frame.labels]


def computed(ctx: Any, frame: Frame, column: Column) -> Col:
    """The Series that a column was computed as, where that is over all these rows, or the column."""
    known = ctx.cells.get(column.uid)
    if known is not None and known.frame.rows.same_set(frame.rows):
        return known
    return series_of(ctx, frame, column.label)


def own_cells(ctx: Any, frame: Frame) -> list[Col]:
    """``cells`` where they have the frame's own labels and order, else the columns themselves."""
    found = cells(ctx, frame)
    other = any(s.frame.index != frame.index or s.frame.order != frame.order for s in found)
    if other or any(len(s.expr.text) > 200 for s in found):  # steps upon steps would grow them
        return [series_of(ctx, frame, label) for label in frame.labels]
    return [s.but(label=label) for s, label in zip(found, frame.labels)]


def recalled(ctx: Any, frame: Frame, value: Col) -> Col | None:
    """The Series that a column of another frame of these rows was computed as, where ``frame`` still
    has what it was computed from: ``df["x"] = df[["f", "g"]].bfill(axis=1)["f"]``."""
    plain = value.column is not None and value.expr.text == col(value.column.name).text
    if not plain or attempt(on, frame, value.but(deps=frozenset())) is None:
        return None
    known = computed(ctx, value.frame, value.column)
    return None if known.frame is value.frame or attempt(on, frame, known) is None else known


def remade(ctx: Any, frame: Frame, label: Any, value: Col) -> Frame | None:
    """``frame[label] = value`` where the value's columns are gone from the frame: the frame is made
    again, with it, of what its columns were computed from, or of those that the value's frame still
    has. None where that is not known."""
    if frame.open or value.frame.rows.uid != frame.rows.uid or value.kind != "Series":
        return None
    known = [column_in(ctx, value.frame, x) or ctx.cells.get(x.uid) for x in frame.columns]
    if not known or any(k is None or len(k.expr.text) > 2000 for k in known):
        return None
    source, _ = attempt(meet, *known, value) or (None, [])
    if source is None or source.rows.uid != frame.rows.uid or source.index != frame.index:
        return None
    labels = frame.labels
    own = [s.but(label=x) for s, x in zip(known, labels)]
    if label in labels:
        own[labels.index(label)] = value
    else:
        labels, own = [*labels, label], [*own, value]
    out = projected(ctx, frame, labels, own)
    for column, s in zip(out.columns, own):
        if s.column is None and (s.dtype == "int64?" or s.dtype is None and s.gappy):
            out = with_gaps(ctx, out, column)
    return out


def filtered_parts(ctx: Any, frame: Frame, mask: Col) -> Frame | None:
    """The rows that a mask chooses of a frame whose columns are parts of another one's texts, where
    the mask is over that one: its rows go first. None for any other frame."""
    made, source = {u: s for u, s in frame.parts if ("part", u) in ctx.cells}, mask.frame
    if not frame.parts or frame.open or (source.index, source.order) != (frame.index, frame.order):
        return None
    series = [made.get(x.uid) for x in frame.columns]
    if any(s is None or attempt(on, source, s) is None for s in series):
        return None
    kept = filtered(ctx, source, mask)
    own = [on(kept, s).but(label=x) for s, x in zip(series, frame.labels)]  # type: ignore[arg-type]
    return projected(ctx, kept, frame.labels, own)


def column_in(ctx: Any, frame: Frame, column: Column) -> Col | None:
    """The column where another frame of these rows has it, unchanged."""
    label = next((x.label for x in frame.columns if x.uid == column.uid), None)
    if label is None and frame.open and column.uid == hash((frame.base, column.name)):
        label = column.name if not frame.label_kind and column.name not in frame.gone else None
    return None if label is None else series_of(ctx, frame, label)


def compact(ctx: Any, series: Col) -> Col:
    """The Series for a step that mentions it more than once: a long expression becomes a column."""
    if len(series.expr.text) <= 120 or series.dtype is None:
        return series
    name = ctx.temp()
    return series.but(
        expr=col(name), temps=(*series.temps, (name, series.expr)), column=None, windowed=False
    )


def solid(ctx: Any, series: Col) -> tuple[Frame, Col]:
    """A frame that has the Series as its one column, and the Series over it: what a step needs
    that changes which rows there are."""
    frame = series.frame
    if series.column is not None and not series.loose:
        from rules.lib import selected

        out = selected(ctx, frame, [series.column])
        return out, series_of(ctx, out, series.column.label)
    label = series.label if isinstance(series.label, str) and series.label else "value"
    bare = frame
    while any(x.label == label for x in bare.columns) and frame.open:
        label += "_"
    wide = assign(ctx, bare, label, series)
    from rules.lib import selected

    out = selected(ctx, wide, [wide.column(label)])
    return out, series_of(ctx, out, label)


__all__ = [
    "E",
    "cells",
    "compact",
    "computed",
    "col",
    "drop_hidden",
    "mapped",
    "plain_name",
    "projected",
    "resolved_name",
    "solid",
]
