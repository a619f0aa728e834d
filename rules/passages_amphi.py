"""Helpers that Amphi writes into its programs and that no general rule can follow."""

from __future__ import annotations

from dataclasses import replace

from rules.lib import renumbered
from rules.passages import Passage, passage
from transpiler.facts import Column, Frame, Order, Rows, SortKey, fresh
from transpiler.symbolic import render

#: dtypes whose values are the same rows in pandas and in Spark when both tables have them
_COMPARED = {"string", "object", "Int64", "int64", "Float64", "float64", "boolean", "bool",
             "datetime64[ns]"}  # fmt: skip


@passage("Compare Dataframes", "d62b289fc5225ddd", length=25, start=11)
def compare_pandas_data(p: Passage) -> Frame:
    """Rows that are in one table only, or in both but not as often; missing values are equal."""
    left, right = p.frame("df1"), p.frame("df2")
    labels = left.labels
    p.need(labels and labels == right.labels, "the two tables have other columns")
    p.need(len(set(labels)) == len(labels), "two columns of one name")
    p.need(not {"left", "right"} & {*labels}, "a column has the name of a side")
    p.need(not any(str(x).startswith("__") for x in labels), "a column is called like hidden ones")
    for x, y in zip(left.columns, right.columns):
        same = x.dtype == y.dtype and x.dtype in _COMPARED and x.name == y.name
        p.need(same and not (x.nans or y.nans), "columns of different types are compared")
    added = [p.const(n) for n in ("origin_col", "row_count_col", "diff_type_col", "total_diff_col")]
    counts = p.const("check_forcount")
    for frame in (left, right):
        p.ctx.use(frame)
    args = [left.text, right.text, render([x.name for x in left.columns]), *map(render, added)]
    text = f"{p.ctx.call('compared_rows')}({', '.join([*args, *([] if counts else ['counts=False'])])})"
    kept = [replace(x, uid=fresh(), origin=None, place=None) for x in left.columns]
    kinds = ("object", "int64", "object", "int64")
    made = [Column(label, label, dtype) for label, dtype in zip(added, kinds)]
    side, _, kind, _ = made
    keys = [SortKey(x.name, x.uid, x is not kind) for x in (kind, side, *kept)]
    facts = Frame(text, (*kept, *made), order=Order(tuple(keys), None, False, True),
                  rows=Rows(full={x.uid for x in made}), vars=left.vars | right.vars,
                  label_names=(side.label,))  # fmt: skip
    return renumbered(p.ctx, facts)
