"""``[f(a) for a in df["a"]]`` and ``[… for a, b in zip(df["a"], df["b"])]`` as a column: the list goes by
the place of its rows, as an array does."""

from __future__ import annotations

from rules.apply import apply_values, function_text, scope_of, sure_type, udf_column
from rules.apply_nullable import has_none, made_in_pandas, symbolic
from rules.apply_results import column_of
from rules.apply_texts import gives_collections
from rules.lib import materialised, meet, tightened
from rules.registry import Call, rule
from rules.scalar_body import Body
from rules.scalars import SPARK, S, as_s
from transpiler.errors import NoRule
from transpiler.facts import Array, Col, Lists
from transpiler.symbolic import render

_ODD = ("category", "list", "date", "timedelta64[ns]", "float32")


@rule(
    "Series.listed.apply(func, others)",
    example=(
        "df['x'] = [v.upper() if isinstance(v, str) else 'none' for v in df['s']]\nout = df[['s', 'x']]",
        "df['x'] = [a * 2 if a > b else b for a, b in zip(df['i'], df['j'])]\nout = df[['x', 'i']]",
        "df['x'] = [f'{a}/{b}' if a > 3 else '-' for a, b in zip(df['i'], df['f'])]\nout = df[['x']]",
        "df['x'] = ['big' if a > 3 and b == b else 'small' for a, b in zip(df['i'], df['f'].values)]\nout = df[df['x'] == 'big']",
    ),
)
def listed(c: Call) -> Array:
    """What an expression gives of the values of each row. One that has no Spark form stays Python."""
    series = [tightened(x) if x.loose else x for x in (c.col, *c["others"].items)]
    c.need(all(x.frame.rows is c.col.frame.rows for x in series), "columns of other rows")
    odd = [x for x in series if x.dtype in _ODD and not isinstance(x.dtype, Lists)]
    c.need(not odd and not any(x.is_nullable or x.holds_na for x in series), "values of this type")
    if len(series) == 1:  # each value, as ``apply`` hands it to a function
        made = apply_values(c, series[0], c["func"], [], {})
        return Array(**{**vars(made), "label": None, "column": None})
    frame, series = meet(*[materialised(c.ctx, x) for x in series])
    made_in_pandas(series)
    body, typed_as, point = Body(c, scope_of(c["func"]), frame), None, c.ctx.save()
    try:
        result = as_s(body.result(c["func"], [symbolic(x) for x in series], {}))
        typed_as = sure_type(result)
        made = column_of(c, result, *series, label=None)
        return Array(**{**vars(made), "uses": made.uses | body.reads, "column": None})
    except NoRule as error:
        c.ctx.restore(point)
        c.message = str(error)  # type: ignore[attr-defined]
    return called_with_each(c, series, typed_as)


def called_with_each(c: Call, series: list[Col], typed_as: S | None) -> Array:
    """The expression as a function in a UDF."""
    c.need(not gives_collections(c["func"]), "a function that gives lists, sets or dicts")
    c.need(not any(x.kind == "ndarray" for x in series), "values of numpy in a Python function")
    text = function_text(c, c["func"], [], {})
    cells = ", ".join(x.expr.text for x in series)
    option = f", {render(SPARK[typed_as.kind])}" if typed_as else ""
    nones = [has_none(x) for x in series]
    option += f", none={nones}" if any(nones) else ""
    step = f"{c.ctx.call('apply_each')}(@@, ##, {text}, [{cells}]{option})"
    made = udf_column(c, step, typed_as, *series, label=None, function=c["func"])
    return Array(**vars(made))


__all__ = ["listed"]
