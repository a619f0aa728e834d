"""``[f(a) for a in df["a"]]`` and ``[… for a, b in zip(df["a"], df["b"])]`` as a column: the list goes by
the place of its rows, as an array does."""

from __future__ import annotations

from rules.apply import apply_values, scope_of
from rules.apply_nullable import made_in_pandas, symbolic
from rules.apply_results import column_of
from rules.lib import materialised, meet, tightened
from rules.registry import Call, rule
from rules.scalar_body import Body
from rules.scalars import as_s
from transpiler.facts import Array

_ODD = ("category", "list", "date", "timedelta64[ns]", "float32")


@rule(
    "Series.listed.apply(func, others)",
    example=(
        "df['x'] = [v.upper() if isinstance(v, str) else 'none' for v in df['s']]\nout = df[['s', 'x']]",
        "df['x'] = [a * 2 if a > b else b for a, b in zip(df['i'], df['j'])]\nout = df[['x', 'i']]",
        "df['x'] = ['big' if a > 3 and b == b else 'small' for a, b in zip(df['i'], df['f'].values)]\nout = df[df['x'] == 'big']",
    ),
)
def listed(c: Call) -> Array:
    """What an expression gives of the values of each row. One that has no Spark form stays Python."""
    series = [tightened(x) if x.loose else x for x in (c.col, *c["others"].items)]
    c.need(all(x.frame.rows is c.col.frame.rows for x in series), "columns of other rows")
    c.need(not any(x.dtype in _ODD or x.is_nullable or x.holds_na for x in series), "values of this type")  # fmt: skip
    if len(series) == 1:  # each value, as ``apply`` hands it to a function
        made = apply_values(c, series[0], c["func"], [], {})
        return Array(**{**vars(made), "label": None, "column": None})
    frame, series = meet(*[materialised(c.ctx, x) for x in series])
    made_in_pandas(series)
    body = Body(c, scope_of(c["func"]), frame)
    result = as_s(body.result(c["func"], [symbolic(x) for x in series], {}))
    made = column_of(c, result, *series, label=None)
    return Array(**{**vars(made), "uses": made.uses | body.reads, "column": None})


__all__ = ["listed"]
