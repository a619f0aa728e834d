"""Columns that a computed test chooses: ``df[m[m > 0.2].index]``, ``df.drop(columns=…)``."""

from __future__ import annotations

from typing import Any

from rules.collected import unchanged
from rules.locate import columns_where
from rules.registry import Call, rule
from transpiler.facts import Frame, Local, TestedColumns
from transpiler.symbolic import render

_SHARE = "m = df.isna().mean()\n"


def chosen(c: Call, frame: Frame, value: Any, kept: bool) -> Frame:
    """The columns of the frame that the test chooses, or all others."""
    c.need(isinstance(value, TestedColumns) and value.index, "labels of this form")
    unchanged(c, value)
    test, labels = value.test, frame.labels
    c.need(set(test.labels) <= set(labels) and all(isinstance(x, str) for x in labels), "a test of other columns")  # fmt: skip
    order = [x for x in labels if x in test.labels]
    c.need(not kept or order == list(test.labels), "columns in another order")
    text = test.text
    if len(labels) > len(test.labels) or order != list(test.labels):
        text = f"{text}.reindex({render(labels)}, fill_value=False)"
    return columns_where(c, frame, Local(text if kept else f"~{text}", test.vars))


@rule(
    "DataFrame.__getitem__(key)",
    example=(
        f"{_SHARE}out = df[m[m < 0.1].index]",
        "d = df[['i', 'f', 'g', 'b']]\nout = d[d.columns[d.nunique() > 9]]",
    ),
)
def getitem(c: Call) -> Frame:
    """The columns for which a test is true."""
    return chosen(c, c.frame, c["key"], True)


@rule(
    "DataFrame.drop(labels=None, *, axis=0, index=None, columns=None, level=None, inplace=False, errors='raise')",
    not_yet="index level inplace",
    ignored="errors",
    example=(
        f"{_SHARE}gone = m[m > 0.1].index\nout = df.drop(columns=gone)",
        "n = df.nunique()\nout = df.drop(columns=n[n == 14].index.tolist())",
        "s = df[['i', 'f', 'g']].std()\nout = df.drop(s[s > 10].index, axis=1)",
    ),
)
def drop(c: Call) -> Frame:
    """The columns for which a test is false."""
    if c.given("columns"):
        return chosen(c, c.frame, c["columns"], False)
    c.need(c.lit("axis") in (1, "columns"), "rows are dropped by label")
    return chosen(c, c.frame, c["labels"], False)


__all__ = ["chosen"]
