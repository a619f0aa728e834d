"""``s.map(d)`` with a dict that the program makes of columns: ``dict(zip(df["a"], df["b"]))``,
``s.to_dict()``. The dict is the program's own; what it holds then is a table to look values up in.
"""

from __future__ import annotations

from rules.join import nan_only
from rules.lib import FrameStep, derive, materialised, tight
from rules.lookup import same_kinds
from rules.registry import Call, rule
from transpiler.facts import NULL_FREE, SPARK_TYPES, Col, Column, Frame, Lookup, with_missing
from transpiler.symbolic import col, render

#: dtypes of which a dict of a column's values makes the same again
_SAME = {"int64", "float64", "object", "bool", "datetime64[ns]"}
_ODD = ("category", "list", "float32", "date", "timedelta64[ns]")


def may_match_gap(c: Call, key: Col, labels: Col) -> bool:
    """Whether a missing value may find a missing key: where both may be missing, and in one way."""
    if key.null_free or labels.null_free or labels.dtype in NULL_FREE or c.lit("na_action"):
        return False
    known = not (key.is_nullable or labels.is_nullable or key.holds_na or labels.holds_na)
    texts = {key.dtype, labels.dtype} & {"object", None}
    c.need(known and (not texts or key.gap == labels.gap == "nan"), "missing keys of several kinds")
    return True


@rule(
    "Series.map(arg, na_action=None)",
    example=(
        "d = dict(zip(other['k'], other['w']))\nout = df['k'].map(d)",
        "d = dict(zip(other['w'], other['name']))\ndf['x'] = df['i'].map(d).fillna('none')\nout = df[['i', 'x']]",
        "d = df['k'].value_counts().to_dict()\nout = df.assign(n=df['k'].map(d))[['k', 'n']]",
        "d = df.groupby('k')['f'].mean().to_dict()\nout = df['f'] - df['k'].map(d)",
        "d = other.set_index('k')['name'].to_dict()\nout = df['k'].str.upper().str.lower().map(d, na_action='ignore')",
    ),
)
def map_dict(c: Call) -> Col:
    """Each value looked up in a dict made of columns; what is not there is missing."""
    found, ctx = c["arg"], c.ctx
    c.need(isinstance(found, Lookup), "mapped by another kind of object")
    c.need(c.lit("na_action") in (None, "ignore"), "na_action= of this value")
    labels, values = found.keys, found.values
    c.need(not {labels.dtype, values.dtype} & set(_ODD), "a dict of such keys or values")
    c.need(labels.width is None and values.width is None, "a dict of numbers of fewer bits")
    c.need(not values.is_nullable and not values.holds_na, "a dict of nullable values")
    key = materialised(ctx, c.col.but(expr=tight(c.col), loose=False))
    same_kinds(c, key, Column("key", "key", labels.dtype))
    gaps = may_match_gap(c, key, labels)
    dtype = values.dtype if values.dtype in _SAME else None
    types = tuple(SPARK_TYPES[x] if x in _SAME else None for x in (labels.dtype, dtype))
    more = f", {render(types)}" if any(types) else ""
    more += "" if gaps or not labels.null_free else ", gaps=False"
    text = f'{ctx.call("dict_table")}(spark, {found.text}, "key", "value"{more})'
    table = ctx.hoist(Frame(text, (), vars=found.vars), "table")
    name = ctx.temp("found")
    option = "" if gaps else ", gaps=False"
    c.verdict = "runtime"  # type: ignore[attr-defined]
    step = FrameStep(f'{ctx.call("with_found")}(@@, {key.expr}, {table.text}, "key", {col("value")}{option}, name={render(name)})')  # fmt: skip
    return derive(
        col(name), with_missing(dtype) if dtype else None, key, label=key.label,
        temps=(*key.temps, (name, step)), uses=key.uses | table.vars, gap=nan_only(values.gap),
        gappy=dtype is None, nullable=False, finite=False, null_free=False, local=False,
        windowed=False, column=None,
    )  # fmt: skip


__all__ = ["map_dict"]
