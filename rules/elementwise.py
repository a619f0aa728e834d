"""Frames made column by column, and Series made solid: shared by several rule families."""

from __future__ import annotations

from typing import Any, Callable

from rules.lib import assign, chain, drop_hidden, meet, physical, series_of, tight, with_temps
from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Frame, fresh
from transpiler.symbolic import E, col, lift


def plain_name(name: str) -> bool:
    """Whether Spark takes the name as it is in lists of column names."""
    return name.replace("_", "a").isalnum()


def mapped(ctx: Any, frame: Frame, change: Callable[[Col], Col]) -> Frame:
    """The frame with every column changed by itself; rows, labels and order stay.

    What each new column is made of is kept, so that ``.any(axis=1)`` of it stays one expression.
    """
    labels = frame.labels
    changed = [change(series_of(ctx, frame, label)) for label in labels]
    return projected(ctx, frame, labels, changed)


def projected(ctx: Any, frame: Frame, labels: list, changed: list[Col]) -> Frame:
    """A frame of these Series over ``frame`` in place of its columns."""
    source = meet(*changed)[0] if changed else frame
    if source is not frame and source.rows.uid == frame.rows.uid:
        columns = {x.label: x for x in frame.columns}
        frame = source.but(columns=tuple(columns.get(x.label, x) for x in source.columns))
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
            else Column(label, name, series.dtype, fresh(), series.is_nullable)
        )
        columns.append(column)
        ctx.cells[column.uid] = series
        parts.append(
            lift(name).text if same and plain_name(name) else f"{tight(series).alias(name)}"
        )
    parts += [lift(x.name).text for x in frame.index.levels] + [
        lift(h).text for h in base.hidden if h not in temps
    ]
    return chain(base, f".select({', '.join(parts)})", columns=tuple(columns), open=False, gone=(),
                 hidden=tuple(h for h in base.hidden if h not in temps))  # fmt: skip


def cells(ctx: Any, frame: Frame) -> list[Col]:
    """The Series that the frame's columns are, over one frame of the same rows: the one that they
    were computed from where that is known, else the frame itself."""
    known = [ctx.cells.get(x.uid) for x in frame.columns]
    if known and all(k is not None for k in known):
        try:
            source, series = meet(*known)
            if source.rows.uid == frame.rows.uid:
                return series
        except NoRule:
            pass
    return [series_of(ctx, frame, label) for label in frame.labels]


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
    "col",
    "drop_hidden",
    "mapped",
    "plain_name",
    "projected",
    "solid",
]
