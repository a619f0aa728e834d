"""What a Series is besides its values: copies and its own arithmetic methods."""

from __future__ import annotations

from rules.by_name import by_name
from rules.elementwise import solid
from rules.fill_operands import filling
from rules.lib import series_of, settled_values
from rules.operators import arithmetic
from rules.registry import Call, rule
from rules.select import first_rows
from transpiler.facts import Col


@rule(
    "Series.copy(deep=True)",
    ignored="deep",
    example=("df['i'].copy()", "df.assign(n=df['s'].copy())"),
)
def copy(c: Call) -> Col:
    """A Series of its own: what is done to it leaves the frame alone."""
    return c.col.but(column=None)


for _name, _symbol in (
    ("add", "+"),
    ("sub", "-"),
    ("mul", "*"),
    ("truediv", "/"),
    ("floordiv", "//"),
    ("mod", "%"),
):

    def _method(c: Call, op: str = _name) -> Col:
        """The operator of that name as a method."""
        return by_name(filling(c, arithmetic), op, c.col, c["other"], c)

    for _spelling in {"add": ["add"], "sub": ["sub", "subtract"], "mul": ["mul", "multiply"],
                      "truediv": ["div", "truediv", "divide"]}.get(_name, [_name]):  # fmt: skip
        rule(
            f"Series.{_spelling}(other, level=None, fill_value=None, axis=0)",
            not_yet="level axis",
            example=(f"df['i'].{_spelling}(3)", f"df['f'].{_spelling}(df['g'], fill_value=2)"),
        )(_method)


@rule(
    "Series.head(n=5)", example=("df['i'].head(3)", "df['s'].dropna().head(3)", "df['s'].head(-3)")
)
def head(c: Call) -> Col:
    """The first values."""
    n = c.lit("n")
    c.need(isinstance(n, int), "a number of rows of this form")
    if n < 0:
        frame, _ = solid(c.ctx, c.col)
        out = c.interpreter.by_rule("DataFrame.head", frame, [c["n"]], {}, c.node)  # type: ignore[attr-defined]
        return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)
    series = settled_values(c.ctx, c.col)
    c.need(series.local and not series.temps, "the first values of what was computed over all rows")
    return series.but(frame=first_rows(c, series.frame, n), column=None)
