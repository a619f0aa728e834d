"""What a Series is besides its values: copies and its own arithmetic methods."""

from __future__ import annotations

from rules.by_name import by_name
from rules.lib import settled_values
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
        return by_name(arithmetic, op, c.col, c["other"], c)

    for _spelling in {"add": ["add"], "sub": ["sub", "subtract"], "mul": ["mul", "multiply"],
                      "truediv": ["div", "truediv", "divide"]}.get(_name, [_name]):  # fmt: skip
        rule(
            f"Series.{_spelling}(other, level=None, fill_value=None, axis=0)",
            not_yet="level fill_value axis",
            example=f"df['i'].{_spelling}(3)",
        )(_method)


@rule("Series.head(n=5)", example=("df['i'].head(3)", "df['s'].dropna().head(3)"))
def head(c: Call) -> Col:
    """The first values."""
    n = c.lit("n")
    c.need(isinstance(n, int) and n >= 0, "head of a negative number")
    series = settled_values(c.ctx, c.col)
    c.need(series.local and not series.temps, "the first values of what was computed over all rows")
    return series.but(frame=first_rows(c, series.frame, n), column=None)
