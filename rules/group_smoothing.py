"""Exponentially weighted windows over the rows of each group: run by pandas, group by group."""

from __future__ import annotations

from rules.group_rolling import select
from rules.group_window_values import columns_rolled
from rules.group_udf import applied
from rules.groups import Groups
from rules.lib import fresh_column
from rules.registry import Call, rule
from transpiler.facts import FLOATS, INTEGERS, Value
from transpiler.symbolic import render

_FRAME = "df[['k', 'n', 'i']].groupby('k').ewm(span=3, min_periods=2).mean()"
rule("DataFrameGroupBy.ewm.__getitem__(key)", example="df.groupby('b').ewm(com=1)[['n', 'i']].var()")(select)  # fmt: skip


def _register(name: str) -> None:
    more = "bias=False, " if name in ("std", "var") else ""
    tail = ", engine=None, engine_kwargs=None" if not more else ""

    def weighted(c: Call) -> Value:
        """Weights that fade with the distance."""
        owner, params = c.self.owner, dict(c.self.params)  # type: ignore[union-attr]
        given = ", ".join(f"{k}={render(v)}" for k, v in params.items())
        text = f"lambda x: x.ewm({given}).{name}({'bias=True' if more and c.lit('bias') else ''})"
        if owner.series is not None:
            c.need(owner.series.dtype in INTEGERS | FLOATS | {None}, "weights of what is not a number")  # fmt: skip
            return applied(c, text, "series", grouped=owner)
        labels = [v.label for v in columns_rolled(Groups(c, owner))]
        dtypes = {owner.frame.column(x).dtype for x in labels}
        c.need(labels and dtypes <= INTEGERS | FLOATS | {None}, "weights of what is not a number")
        shape = owner.frame.but(columns=tuple(fresh_column(x, x, "float64") for x in labels), open=False)  # fmt: skip
        return applied(c, text, "frame", shape, grouped=owner.but(selection=labels, made=None))

    source = f"{more}numeric_only=False{tail}"
    not_yet = "numeric_only" + (" engine engine_kwargs" if tail else "")
    second = {
        "sum": "df.groupby('b')['i'].ewm(com=1).sum()",
        "std": "df.groupby('b')['f'].ewm(alpha=0.5, adjust=False).std(bias=True)",
    }.get(name, f"df.groupby('b')['f'].ewm(alpha=0.5, adjust=False).{name}()")
    rule(f"SeriesGroupBy.ewm.{name}({source})", not_yet=not_yet, verdict="udf", example=(f"df.groupby('k')['i'].ewm(span=3).{name}()", second))(weighted)  # fmt: skip
    rule(f"DataFrameGroupBy.ewm.{name}({source})", not_yet=not_yet, verdict="udf", example=_FRAME)(weighted)  # fmt: skip


for _name in ("mean", "sum", "std", "var"):
    _register(_name)
