"""How often values come in groups: ``groupby(…).value_counts()``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.groups import Groups, Made, named
from rules.lib import filtered, series_of
from rules.missing import not_null
from rules.registry import Call, rule
from rules.regrouped import regrouped
from transpiler.facts import Col, Column, Frame, GroupKey, Grouped, Order, SortKey, Value, fresh
from transpiler.symbolic import F, Window, col, lift


def keys_present(c: Call, grouped: Grouped) -> Grouped:
    """The groups of the rows that have all keys, with missing keys (which there are none of)."""
    frame = grouped.frame
    for key in grouped.keys:
        if not key.col.null_free:
            frame = filtered(c.ctx, frame, not_null(key.col))
    return regrouped(grouped, frame, dropna=False)


def counted(c: Call, grouped: Grouped, values: list[Col]) -> Col:
    """How often each combination of the values is in each group, the most frequent first."""
    c.need(grouped.as_index and grouped.sort, "value_counts of such groups")
    c.need(type(grouped).__name__ == "Grouped", "value_counts of bins of time")
    share, n = c.lit("normalize"), len(grouped.keys)
    label = "proportion" if share else "count"
    for v in values:
        c.need(v.dtype not in ("category", "list", "bool?", "int64?"), f"value_counts of a {v.dtype} column")  # fmt: skip
    known = [k.label for k in grouped.keys]
    c.need(not any(v.label in known for v in values), "value_counts of a key")
    keys = (*grouped.keys, *(GroupKey(v.label, v) for v in values))
    g = Groups(c, replace(grouped, keys=keys, series=None, selection=[]))
    g.by_text()
    frame = g.aggregated([(label, Made(F.count(F.lit(1)), "int64", False, True))])
    column = frame.column(label)
    if share:
        frame, column = shares(frame, column, n)
    levels = frame.index.levels
    ranks = [SortKey(x.name, x.uid) for x in levels[:n]]
    if c.lit("sort"):
        ranks.append(SortKey(column.name, column.uid, bool(c.lit("ascending"))))
    ranks += [SortKey(x.name, x.uid) for x in levels[n:]]
    frame = frame.but(order=Order(tuple(ranks), None, True, True))
    if not c.lit("dropna"):  # beside missing values pandas unstacks the others in another order
        odd = [x for x, v in zip(levels[n:], values) if not v.null_free]
        loose = (*(x for x in frame.index.loose if x[0] not in {y.name for y in odd}), *((x.name, None) for x in odd))  # fmt: skip
        frame = frame.but(index=replace(frame.index, loose=loose))
    return series_of(c.ctx, frame, label)


def shares(frame: Frame, column: Column, n: int) -> tuple[Frame, Column]:
    """The counts as shares of their groups, which have the first ``n`` levels."""
    by = Window.partitionBy(*[named(col(x.name)) for x in frame.index.levels[:n]])
    expr = col(column.name) / F.sum(lift(column.name)).over(by)
    column = Column(column.label, column.name, "float64", fresh())
    text = f"{frame.text}.withColumn({lift(column.name)}, {expr})"
    return frame.but(text=text, columns=(column,)), column


@rule("SeriesGroupBy.value_counts(normalize=False, sort=True, ascending=False, bins=None, dropna=True)", not_yet="bins",
      example=("df.groupby('k')['j'].value_counts()", "df.groupby('b')['s'].value_counts(sort=False)",
               "df.groupby('k')['b'].value_counts(normalize=True)", "df.groupby('b')['j'].value_counts(ascending=True)",
               "df.groupby('k')['s'].value_counts(dropna=False)", "df.groupby('b')['f'].value_counts(dropna=False, normalize=True)",
               "df.groupby('b')['g'].value_counts(dropna=False, sort=False)"))  # fmt: skip
def value_counts(c: Call) -> Value:
    """How often each value is in each group, the most frequent first."""
    grouped = c.grouped
    c.need(grouped.series is not None and grouped.dropna, "value_counts of such groups")
    if not c.lit("dropna"):
        grouped = keys_present(c, grouped)
    return counted(c, grouped, [grouped.series])


@rule(
    "DataFrameGroupBy.value_counts(subset=None, normalize=False, sort=True, ascending=False, dropna=True)",
    example=(
        "df.groupby('k')[['s', 'b']].value_counts()",
        "df.groupby('k').value_counts(subset=['b'], normalize=True).reset_index()",
        "df.groupby(['k', 'b'])[['j', 's']].value_counts(subset=['j'], ascending=True)",
        "df.groupby('k')[['b', 's', 'g']].value_counts(dropna=False, normalize=True)",
    ),
)
def frame_value_counts(c: Call) -> Value:
    """How often each combination of values is in each group, the most frequent first."""
    grouped, subset = c.grouped, c.lit("subset")
    c.need(grouped.dropna, "value_counts of groups by missing keys")
    if not c.lit("dropna"):
        grouped = keys_present(c, grouped)
    values: list[Any] = []
    if subset is None:
        values = Groups(c, grouped).values()
    else:
        c.need(isinstance(subset, list) and len(set(subset)) == len(subset), "subset= of this form")
        c.need(len(subset) == 1 or not grouped.frame.open, "the columns of the frame are not known here")  # fmt: skip
        labels = subset if len(subset) == 1 else [x for x in grouped.frame.labels if x in subset]
        c.need(len(labels) == len(subset), "subset= of this form")
        values = [Groups(c, grouped).value(x) for x in labels]
    c.need(values, "value_counts of no columns")
    return counted(c, grouped, values)


__all__ = ["frame_value_counts", "value_counts"]
