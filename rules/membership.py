"""Whether the values of a Series are among those of another frame's: a semi-join."""

from __future__ import annotations

from rules.index_values import index_labels
from rules.lib import FrameStep, tight, with_temps
from rules.registry import Call, rule
from transpiler.facts import TEXTS, Accessor, Col, Local
from transpiler.symbolic import col

_WHOLE = {"int64", "Int64"}
NUMPY = {"int64", "int64?", "float64"}


@rule(
    "Series.isin(values)",
    example=(
        "df[df['k'].isin(other['k'])]",
        "df[~df['k'].isin(other['k'])].head(4)",
        "df['s'].isin(df['u'])",
        "df['i'].isin(df[df['f'] > 0]['j'])",
        "df.assign(known=df['k'].str.upper().isin(other['k']))",
        "df['k'].isin(other['k'].dropna())",
        "df['n'].isin(df[df['i'] > 3]['i']) | df['f'].isin(df['g'])",
        "n = df['k'].value_counts()\nout = df[df['k'].isin(n[n >= 3].index)]",
        "top = df.groupby('k').size().nlargest(2).index\nout = df.assign(g=df['k'].where(df['k'].isin(top), 'other'))",
        "df['k'].convert_dtypes().isin(other['k'].convert_dtypes())",
    ),
)
def isin_series(c: Call) -> Col:
    """Membership in a Series; a missing value is in it where the Series has a missing one."""
    values, ctx = c["values"], c.ctx
    if isinstance(values, Accessor) and values.name == "index":
        values = index_labels(ctx, values.owner)
    made = "a set or list that the data give: pass the Series itself"
    c.need(
        isinstance(values, Col), f"isin() of {made if isinstance(values, Local) else 'such values'}"
    )
    kinds = {c.col.dtype, values.dtype}
    numbers = kinds <= NUMPY
    unknown = None in kinds and not (c.col.is_nullable or values.is_nullable)
    same = len(kinds) == 1 and kinds <= _WHOLE | TEXTS or numbers
    c.need(same or unknown and kinds <= NUMPY | {"object", None}, "values of a type that is not the same for sure")  # fmt: skip
    gaps = {c.col.gap, values.gap}  # in an object column NaN is not None
    alike = numbers or kinds <= {*_WHOLE, "string"} or len(gaps) == 1 and None not in gaps
    c.need(alike or c.col.null_free or values.null_free, "whether a missing value is None or NaN")
    c.need(not c.col.temps and not c.col.windowed, "membership of what a window computed")
    base, temps = with_temps(values.frame, values.temps)
    source = ctx.hoist(
        base.but(text=f"{base.text}.select({tight(values).alias('value')})"), "values"
    )
    name = ctx.temp("among")
    step = FrameStep(f'{ctx.call("with_member")}(@@, {tight(c.col)}, {source.text}, name="{name}")')
    dtype = "boolean" if c.col.is_nullable else "bool"
    return c.col.but(expr=col(name), dtype=dtype, temps=((name, step),), column=None, null_free=True,
                   loose=False, uses=c.col.uses | source.vars | values.uses, gap=None, nans=frozenset(),
                   finite=True, width=None)  # fmt: skip
