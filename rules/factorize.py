"""Numbers for the distinct values of a Series: factorize."""

from __future__ import annotations

from rules.lib import FrameStep, materialised
from rules.registry import Call, rule
from transpiler.facts import Array, Col, Local, Sequence
from transpiler.symbolic import col

_KINDS = {None, "string", "Int64", "object", "int64", "float64", "bool", "datetime64[ns]"}


def codes(c: Call, series: Col) -> Sequence:
    """The number of each value's first row among the distinct ones, and the distinct ones."""
    ctx, frame = c.ctx, series.frame
    c.need(series.dtype in _KINDS, "values of this type")
    series = materialised(ctx, series)
    c.need(not series.temps, "values that depend on other rows")
    first = ""
    if not c.lit("sort"):
        order = ctx.order_of(frame)
        c.need(len(order) == 1 and not frame.order.keys, "rows in an order of several keys")
        first = f", first={order[0]}"
    name = ctx.temp("code")
    c.need(c.lit("use_na_sentinel") in (True, False), "use_na_sentinel= of this value")
    gaps = not c.lit("use_na_sentinel") and not series.null_free
    step = FrameStep(f'{ctx.call("with_codes")}(@@, {series.expr}, "{name}"{first}{", gaps=True" * gaps})')  # fmt: skip
    made = Array(col(name), "int64", frame, None, series.deps, temps=((name, step),), local=False,
                 null_free=True)  # fmt: skip
    driver = c.interpreter.driver  # type: ignore[attr-defined]
    option = ", ".join(["sort=True"] * bool(c.lit("sort")) + ["use_na_sentinel=False"] * gaps)
    found = Local(f"{driver.text(series.but(column=series.column))}.factorize({option})[1]", series.vars)  # fmt: skip
    return Sequence((made, found), tuple)


@rule(
    "pandas.factorize(values, sort=False, use_na_sentinel=True, size_hint=None)",
    ignored="size_hint",
    example=(
        "df['c'] = pd.factorize(df['s'], use_na_sentinel=False)[0]\nout = df",
        "df['c'] = pd.factorize(df['n'], sort=True, use_na_sentinel=False)[0]\nout = df[['n', 'c']]",
        "codes, names = pd.factorize(df['k'], use_na_sentinel=False)\ndf['c'] = codes * 10\nout = df",
        "df['c'] = pd.factorize(df['k'])[0]\nout = df",
        "df['c'] = pd.factorize(df['s'], sort=True)[0] + 1\nout = df[['s', 'c']]",
        "codes, names = pd.factorize(df['k'])\ndf['c'] = codes\nout = df",
    ),
)
def factorize(c: Call) -> Sequence:
    """A number for each value, and the values."""
    c.need(isinstance(c["values"], Col), "values that are not known here")
    return codes(c, c["values"])


@rule(
    "Series.factorize(sort=False, use_na_sentinel=True)",
    example=(
        "df['c'] = df['k'].factorize()[0]\nout = df",
        "df['c'] = df['k'].factorize(sort=True, use_na_sentinel=False)[0]\nout = df",
    ),
)
def factorize_series(c: Call) -> Sequence:
    """A number for each value, and the values."""
    return codes(c, c.col)
