"""The header of a CSV: the index in front, and a line for each level of the columns' labels."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.index import index_reset
from rules.lib import chain
from rules.registry import Call
from transpiler.errors import NoRule
from transpiler.facts import Column, Frame, Index
from transpiler.symbolic import col, render


def is_deep(frame: Frame) -> bool:
    """Whether the labels of a frame's columns have several levels."""
    return len(frame.label_names) > 1 or any(isinstance(x.label, tuple) for x in frame.columns)


def deep_frame(c: Call, frame: Frame) -> tuple[Frame, dict]:
    """The frame as its CSV shows it, the index in front, and what ``write_csv`` has to know of it."""
    known = {x.name: x.label for x in frame.columns if x.name != repr(x.label)}
    c.need(all(isinstance(x, tuple) for x in known.values()), "labels of different depth")
    if not c.lit("index"):
        return frame, {"labels": known}
    c.need(frame.index.kind == "columns", "numbers of rows beside columns of several levels")
    c.need(c.lit("index_label") is None, "index_label= beside columns of several levels")
    levels = frame.index.levels
    titles = ["" if x.label is None else x.label for x in levels]
    c.need(all(isinstance(x, str) for x in titles), "levels that are not named by text")
    out = index_reset(c.ctx, frame, False, [t or f"__level{n}" for n, t in enumerate(titles)])
    front = out.columns[: len(levels)]
    shown = dict(zip((x.name for x in front), titles))
    names = [x for x in frame.label_names] if any(frame.label_names) else None
    return out, {"labels": known, "index": shown, **({"level_names": names} if names else {})}


def lines_of(passed: dict, frame: Frame) -> int:
    """How many lines the header has."""
    depth = len(frame.label_names) or max(len(x) for x in passed["labels"].values())
    return depth + any(passed.get("index", {}).values())


def shown_name(passed: dict, column: Column, depth: int) -> str:
    """What a column is called where the lines of its header are put together."""
    if column.name in passed.get("index", {}):
        names = passed.get("level_names") or [None] * depth
        first = column.name == next(iter(passed["index"]))
        parts = [*(names if first else []), passed["index"][column.name]]
    else:
        parts = list(column.label)
    return " ".join(str(x) for x in parts if x not in (None, ""))


def as_named(passed: dict, frame: Frame) -> Frame:
    """The frame with columns labelled as a reader of the CSV names them; their Spark names stay."""
    depth = lines_of(passed, frame)
    columns = [replace(x, label=shown_name(passed, x, depth)) for x in frame.columns]
    return frame.but(columns=tuple(columns), label_names=())


def index_titles(c: Call, frame: Frame, label: Any) -> list:
    """What the columns of the index are called: as ``index_label=`` says, or as the levels are."""
    levels = frame.index.levels if frame.index.kind == "columns" else (None,)
    if label is None:
        return [None if x is None else x.label for x in levels]
    titles = list(label) if isinstance(label, (list, tuple)) else [label]
    fine = len(titles) == len(levels) and all(isinstance(x, str) for x in titles)
    c.need(fine, "index_label= of this form")
    return titles


def selected_name(name: str) -> str:
    """A name as ``select`` takes it: Spark reads dots and backticks in a text."""
    return render(name) if not {".", "`"} & set(name) else col(name).text


def with_index(c: Call, frame: Frame, label: Any) -> Frame:
    """The frame with its index as first columns, as a CSV shows it. ``label``: as in index_titles."""
    ctx, titles = c.ctx, index_titles(c, frame, label)
    shown = ["" if x is None else x for x in titles]
    if frame.index.kind == "columns":
        ctx.use(frame, *frame.index.levels)
        levels = [
            Column(title, x.name, x.dtype, x.uid) for title, x in zip(shown, frame.index.levels)
        ]
        names = [x.name for x in (*levels, *frame.columns)] + [*frame.hidden]
        text = f".select({', '.join(map(selected_name, names))})"
        return chain(frame, text, columns=(*levels, *frame.columns), index=Index())
    position = ctx.position(frame, frame.index.anchor, "number")
    if not ctx.keys_hold(frame):
        raise NoRule("the order of the rows is not known here")
    name = "__index"
    rest = [selected_name(n) for n in (*(x.name for x in frame.columns), *frame.hidden)]
    text = f".select({position.alias(name)}, {', '.join(rest)})"
    column = Column(shown[0], name, "int64")
    return chain(frame, text, columns=(column, *frame.columns), index=Index())


def open_with_index(c: Call, frame: Frame, label: Any) -> Frame:
    """The same for a frame whose columns only the job knows."""
    plain = (
        "",
        "str",
        "int",
        "float",
        "label_of_bool",
        "label_or_gap",
    )
    c.need(len(frame.label_names) < 2, "the columns of the frame are not known here")
    numbered = frame.index.kind != "columns"
    c.need(not numbered or c.ctx.keys_hold(frame), "the order of the rows is not known here")
    texts = frame.label_kind in plain or frame.labelled_by_category
    if not texts:  # pandas may write times in another way
        c.need(not frame.columns, "times beside other labels")
        aside = [*(x.name for x in frame.index.levels), *frame.hidden]
        text = (
            f"{c.ctx.call('named_as_written')}({frame.text}, {frame.label_kind}, {render(aside)})"
        )
        frame = frame.but(text=text, label_kind="")
    given = index_titles(c, frame, label)
    titles = [f"__level{n}" if x is None else x for n, x in enumerate(given)]
    c.need(all(isinstance(x, str) for x in titles), "levels that are not named by text")
    out = index_reset(c.ctx, frame, False, titles)
    blank = [t for t, x in zip(titles, given) if x is None]
    c.need(len(blank) < 2 and not any(k.name in blank for k in out.order.keys), "levels without names")  # fmt: skip
    if not blank:
        return out
    columns = tuple(replace(x, label="", name="") if x.name == blank[0] else x for x in out.columns)
    return out.but(text=f'{out.text}.withColumnRenamed("{blank[0]}", "")', columns=columns)
