"""One value of a Series by its place or label, and its rows by a mask."""

from __future__ import annotations

from typing import Any

from rules.elementwise import solid
from rules.lib import sorted_text, series_of
from rules.reduce import label_hint, named
from rules.registry import Call, rule
from transpiler.facts import Col, Scalar


def value_by_place(c: Call, place: int, error: str = "", of: Col | None = None) -> Scalar:
    """The value of the row at a place from the start or, negative, from the end."""
    of = c.col if of is None else of
    frame, series = solid(c.ctx, of)
    order = c.ctx.order_of(frame)
    if place < 0:
        from rules.select import descending

        order, place = descending(order), -place - 1
    text = f"{frame.text}{sorted_text(order) if order else ''}.select({named(series)})"
    dtype = (
        series.dtype
        if series.dtype in ("int64", "float64", "object", "datetime64[ns]", "bool")
        else None
    )
    c.need(not series.is_nullable and series.dtype not in ("int64?", "bool?", "category", "date"), "the value depends on the others' type")  # fmt: skip
    return Scalar(
        f"{c.ctx.call('value_at')}({text}, {place}{error})",
        dtype,
        series.vars,
        label_hint(of, "value"),
    )


@rule(
    "Series.iloc.__getitem__(key)",
    example=(
        "df['f'].iloc[0]",
        "df['s'].iloc[-2]",
        "df.sort_values('t', kind='stable')['k'].iloc[3]",
    ),
)
def iloc(c: Call) -> Scalar:
    """One value by its place."""
    place = c.lit("key")
    c.need(isinstance(place, int) and not isinstance(place, bool), "several rows by their place")
    return value_by_place(c, place)


@rule(
    "Series.__getitem__(key)",
    example=("df['f'][0]", "df['k'].mode()[0]", "df['i'].dropna(ignore_index=True)[3]"),
)
def item(c: Call) -> Scalar:
    """One value by its label, where labels are places; a mask gives rows."""
    key = c["key"]
    if isinstance(key, Col):
        c.need(key.dtype == "bool", "a mask that is not boolean for sure")
        return masked(c, key)
    place = c.lit("key")
    c.need(
        isinstance(place, int) and not isinstance(place, bool) and place >= 0,
        "not a label from 0 on",
    )
    c.need(c.col.frame.index.kind == "range", "labels that are not 0, 1, 2, …")
    return value_by_place(c, place, f", KeyError({place})")


def masked(c: Call, mask: Col) -> Any:
    """``series[mask]``: rows of the Series."""
    from rules.lib import filtered, meet

    frame, (series, mask) = meet(c.col, mask)
    if series.column is not None and not series.temps:
        return series_of(c.ctx, filtered(c.ctx, frame, mask), series.column.label)
    label = (
        series.label
        if isinstance(series.label, str) and series.label and not frame.has(series.label)
        else "__value"
    )
    from rules.lib import assign

    wide = assign(c.ctx, frame, label, series)
    out = filtered(c.ctx, wide, mask.but(frame=wide) if mask.frame is frame else mask)
    return series_of(c.ctx, out, label).but(label=c.col.label)
