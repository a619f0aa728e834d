"""Indexes of several levels: their order, leaving some out, sorting by some."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.index import computed_level, levels_of, over_series, some_reset
from rules.groupby import level_column
from rules.index_values import index_labels
from rules.labels import relabelled
from rules.lib import chain
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Column, Const, Frame, Func, Index, Module, Rows
from transpiler.symbolic import F, render

# --- levels in another order -----------------------------------------------------------------


def unsorted_levels(table: Frame, levels: list[Column]) -> list[Column]:
    """Those of the levels that pandas may put in the order of their first rows, which is that of their
    values where the rows are sorted by the level before all others."""
    loose, lead = dict(table.index.loose), [k.name for k in table.order.keys[:1] if k.ascending]
    if lead == ["__place0"]:  # of the categories of the first level
        lead = [table.index.levels[0].name]
    return [x for x in levels if x.name in loose and x.name not in lead]


def releveled(frame: Frame, levels: list[Column]) -> Frame:
    """The frame with its levels in another order."""
    return frame.but(index=replace(frame.index, levels=tuple(levels)), rows=Rows(full=frame.rows.full))  # fmt: skip


# --- swap, reorder, drop ----------------------------------------------------------------------


def swapped(frame: Frame, i: Any, j: Any) -> Frame:
    levels = list(frame.index.levels)
    if len(levels) < 2:
        raise NoRule("an index of one level")
    a, b = (levels.index(level_column(frame, x)) for x in (i, j))
    levels[a], levels[b] = levels[b], levels[a]
    return releveled(frame, levels)


@rule(
    "DataFrame.swaplevel(i=-2, j=-1, axis=0)",
    example=(
        "df.set_index(['k', 'i']).swaplevel()",
        "df.set_index(['k', 'i', 'j']).swaplevel('k', 'j').sort_index()",
        "df.groupby('k')[['i', 'f']].agg(['sum', 'mean']).swaplevel(axis=1)",
    ),
)
def swaplevel(c: Call) -> Frame:
    """Two levels change places."""
    i, j = c.lit("i"), c.lit("j")
    if c.lit("axis") in (1, "columns"):
        c.need(type(i) is int and type(j) is int, "levels of the columns by name")
        return of_labels(c, lambda x: swapped_tuple(x, i, j))
    return swapped(c.frame, i, j)


def swapped_tuple(label: tuple, i: int, j: int) -> tuple:
    parts = list(label)
    parts[i], parts[j] = parts[j], parts[i]
    return tuple(parts)


def of_labels(c: Call, change: Any) -> Frame:
    """The frame with the labels of its columns changed, tuples that they are."""
    frame = c.frame
    depths = {len(x) if isinstance(x, tuple) else 1 for x in frame.labels}
    c.need(len(depths) == 1 and depths != {1}, "columns of one level")
    new = [change(x) for x in frame.labels]
    c.need(len(set(new)) == len(new), "two columns would have the same name")
    out = relabelled(c.ctx, frame, new)
    deep = isinstance(new[0], tuple)
    return out.but(label_names=(None,) * len(new[0]) if deep else ())


@rule("Series.swaplevel(i=-2, j=-1, copy=None)", ignored="copy",
      example="df.groupby(['k', 'b'])['i'].sum().swaplevel()")  # fmt: skip
def series_swaplevel(c: Call) -> Col:
    """Two levels change places."""
    return over_series(c, lambda x: swapped(x, c.lit("i"), c.lit("j")))


@rule(
    "DataFrame.reorder_levels(order, axis=0)",
    example="df.set_index(['k', 'i', 'j']).reorder_levels(['j', 'k', 'i'])",
)
def reorder_levels(c: Call) -> Frame:
    """The levels in another order."""
    c.need(c.lit("axis") in (0, "index"), "the levels of the columns")
    levels = levels_of(c.frame, list(c.lit("order")))
    c.need(len(levels) == len(c.frame.index.levels), "some of the levels")
    return releveled(c.frame, levels)


@rule(
    "Series.reorder_levels(order)",
    example="df.groupby(['k', 'b', 'j'])['i'].sum().reorder_levels(['j', 'k', 'b'])",
)
def series_reorder_levels(c: Call) -> Col:
    """The levels in another order."""

    def change(frame: Frame) -> Frame:
        levels = levels_of(frame, list(c.lit("order")))
        c.need(len(levels) == len(frame.index.levels), "some of the levels")
        return releveled(frame, levels)

    return over_series(c, change)


@rule(
    "DataFrame.droplevel(level, axis=0)",
    example=(
        "df.set_index(['k', 'i']).droplevel('k')",
        "df.set_index(['k', 'i', 'j']).sort_index().droplevel([0, 2])",
        "df.groupby('k')[['i']].agg(['sum', 'mean']).droplevel(0, axis=1)",
        "df.groupby('k').agg({'i': ['sum'], 'f': ['max']}).droplevel(1, axis=1).reset_index()",
    ),
)
def droplevel(c: Call) -> Frame:
    """Levels go."""
    level = c.lit("level")
    if c.lit("axis") in (1, "columns"):
        c.need(type(level) is int, "levels of the columns by name")
        return of_labels(c, lambda x: dropped_part(x, level))
    return dropped(c, c.frame)


def dropped(c: Call, frame: Frame) -> Frame:
    some = levels_of(frame, c.lit("level"))
    c.need(some and len(some) < len(frame.index.levels), "all levels")
    return some_reset(c.ctx, frame, some, True)


def dropped_part(label: tuple, level: int) -> Any:
    left = list(label)
    del left[level]
    return left[0] if len(left) == 1 else tuple(left)


@rule(
    "Series.droplevel(level, axis=0)",
    ignored="axis",
    example="df.groupby(['k', 'b'])['i'].sum().droplevel('b')",
)
def series_droplevel(c: Call) -> Col:
    """Levels go."""
    if getattr(c.self, "aligned", None) is not None:  # rules/group_more.py knows more of them
        levels = c.col.frame.index.levels
        c.need(levels_of(c.col.frame, c.lit("level")) != list(levels[:-1]), "rows of groups under their own labels")  # fmt: skip
    return over_series(c, lambda x: dropped(c, x))


# --- labels of rows changed -------------------------------------------------------------------


def relabelled_rows(c: Call, frame: Frame, mapper: Any) -> Frame:
    """Other labels for rows: what a dict has, or what a function gives."""
    labels = index_labels(c.ctx, frame)
    c.need(frame.index.kind == "columns", "rows by their numbers")
    values = Col(**{f: getattr(labels, f) for f in Col.__dataclass_fields__})
    if isinstance(mapper, Const) and isinstance(mapper.value, dict):
        pairs = mapper.value
        kind = {"object": str, "int64": int}.get(labels.dtype or "")
        c.need(pairs and kind is not None and all(type(x) is kind for pair in pairs.items() for x in pair), "labels of another type")  # fmt: skip
        expr: Any = F
        for old, new in pairs.items():
            expr = expr.when(values.expr == old, new)
        made: Any = values.but(expr=expr.otherwise(values.expr), column=None)
    else:
        c.need(labels.null_free, "labels that may be missing")
        made = c.interpreter.by_rule("Series.map", values, [mapper], {}, c.node)  # type: ignore[attr-defined]
        c.need(isinstance(made, Col), "labels of this form")
    return with_labels(c, frame, made)


def with_labels(c: Call, frame: Frame, made: Col) -> Frame:
    """The rows under labels that were made of their own."""
    level = frame.index.levels[0]
    out, new_level = computed_level(c, frame, made.but(label=level.label))
    if any(k.name == level.name for k in frame.order.keys):
        out = out.but(hidden=(*out.hidden, level.name))
    else:
        out = chain(out, f".drop({render(level.name)})")
    return out.but(index=Index("columns", None, (new_level,), unique=False), rows=Rows(full=frame.rows.full))  # fmt: skip


@rule(
    "DataFrame.rename(mapper=None, *, index=None, columns=None, axis=None, copy=None, inplace=False, level=None, errors='ignore')",
    not_yet="mapper axis inplace level errors",
    ignored="copy",
    example=(
        "df.groupby('k')[['i']].sum().rename(index={'a': 'A', 'zz': 'x'})",
        "df.groupby('k')[['i']].sum().rename(index=str.upper, columns={'i': 'total'}).reset_index()",
    ),
)
def rename_rows(c: Call) -> Frame:
    """Rows get new labels (and columns)."""
    from rules.labels import renaming

    c.need(c.given("index"), "no labels of rows")
    out = relabelled_rows(c, c.frame, c["index"])
    return renaming(c, out, c["columns"]) if c.given("columns") else out


@rule(
    "Series.rename(index=None, *, axis=None, copy=None, inplace=False, level=None, errors='ignore')",
    not_yet="inplace level errors",
    ignored="axis copy",
    example=(
        "df.groupby('k')['i'].sum().rename({'a': 'A', 'b': 'B'})",
        "df.groupby('k')['i'].sum().rename(index=lambda x: x + '!')",
    ),
)
def rename_values(c: Call) -> Col:
    """Values get new labels."""
    mapper = c["index"]
    c.need(isinstance(mapper, (Func, Module)) or isinstance(mapper, Const) and isinstance(mapper.value, dict), "a new name")  # fmt: skip
    return over_series(c, lambda x: relabelled_rows(c, x, mapper))
