"""Columns by the beginning of their labels of several levels: ``df["a"]`` of ("a", "x"), ("a", "y")."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.lib import selected, series_of
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Frame

_AGG = "d = df.groupby('k').agg({'i': ['sum', 'max'], 'f': ['mean']})\n"


def columns_below(ctx: Any, frame: Frame, key: Any) -> Frame | Col | None:
    """``frame[key]``, where the key is the beginning of labels; None where it is none."""
    found = frame.below(key)
    if not found:
        return None
    depth = len(key) if isinstance(key, tuple) else 1
    rest = [x.label[depth:] for x in found]
    if len(found) == 1 and rest[0][0] == "":  # an empty text stands for no label
        if any(rest[0]):
            raise NoRule("labels with an empty text in between")
        return series_of(ctx, frame, found[0].label).but(label=key)
    return labelled(ctx, frame, found, rest, frame.label_names[depth:])


def whole_label(frame: Frame, label: Any) -> Any:
    """The label of a column that is set, filled up with empty texts where labels have several levels."""
    depth = len(frame.label_names)
    head = label if isinstance(label, tuple) else (label,)
    if depth < 2 or len(head) >= depth or frame.open:
        return label
    if any(any(x.label[len(head) :]) for x in frame.below(label)):
        raise NoRule("several columns of one label are set at once")
    return head + ("",) * (depth - len(head))


def labelled(ctx: Any, frame: Frame, columns: list[Column], labels: list, names: tuple) -> Frame:
    """These columns under what is left of their labels."""
    labels = [x[0] if len(x) == 1 else x for x in labels]
    if len(set(labels)) < len(labels):
        raise NoRule("two columns would have the same name")
    out = selected(ctx, frame, columns)
    parts = tuple((c.uid, series_of(ctx, frame, c.label).but(label=x)) for c, x in zip(columns, labels))  # fmt: skip
    for uid, part in parts:
        ctx.cells["part", uid] = part
    columns = [replace(c, label=x) for c, x in zip(out.columns, labels)]
    return out.but(
        columns=tuple(columns), parts=parts, label_names=() if names == (None,) else tuple(names)
    )


def chosen_columns(frame: Frame, keys: list) -> list[Column]:
    """The columns of ``frame[keys]``: of labels, or of their beginnings."""
    deep = keys and not any(isinstance(k, tuple) for k in keys) and len(set(keys)) == len(keys)
    found = [frame.below(k) for k in keys] if deep else [[]]
    if not all(found):
        return [frame.column(k) for k in keys]
    return [x for part in found for x in part]


def labels_at_level(c: Call, frame: Frame, wanted: list, level: Any, strict: bool = True) -> list:
    """The labels of columns that have one of these at a level."""
    names = list(frame.label_names)
    level = names.index(level) if level in names and not isinstance(level, int) else level
    c.need(isinstance(level, int) and -len(names) <= level < len(names) > 1, "a level of labels of one level")  # fmt: skip
    found = [x for x in frame.labels if x[level] in wanted]
    there = {x[level] for x in found}
    c.need(not strict or there == {*wanted}, "labels that are not there")
    return found


@rule(
    "DataFrame.xs(key, axis=0, level=None, drop_level=True)",
    example=(
        f"{_AGG}out = d.xs('i', axis=1)",
        f"{_AGG}out = d.xs('sum', axis=1, level=1)",
        f"{_AGG}out = d.xs('i', axis='columns', level=0, drop_level=False)",
    ),
)
def xs_of_columns(c: Call) -> Any:
    """The columns with a label in some level."""
    c.need(c.lit("axis") in (1, "columns"), "rows by their labels")
    frame, key, level = c.frame, c.lit("key"), c.lit("level")
    c.need(not frame.open, "the columns of the frame are not known here")
    if level is None:
        c.need(c.lit("drop_level") is True, "columns under their whole labels")
        out = columns_below(c.ctx, frame, key)
        c.need(out is not None, "no columns of this label")
        return out
    c.need(not isinstance(level, (list, tuple)), "several levels")
    labels = labels_at_level(c, frame, [key], level)
    names = list(frame.label_names)
    at = names.index(level) if level in names and not isinstance(level, int) else level % len(names)
    columns = [frame.column(x) for x in labels]
    if c.lit("drop_level") is False:
        return selected(c.ctx, frame, columns)
    rest = [x[:at] + x[at + 1 :] for x in labels]
    return labelled(c.ctx, frame, columns, rest, tuple(names[:at] + names[at + 1 :]))


__all__ = ["chosen_columns", "columns_below", "labels_at_level", "whole_label"]
