"""``s.map(other)``: values of another Series, found by its labels."""

from __future__ import annotations

from rules.join import key_kind, nan_only
from rules.lib import FrameStep, derive, materialised, settle, settled_values, tight, with_temps
from rules.registry import Call, rule
from transpiler.facts import NULL_FREE, Col, Column, Frame, with_missing
from transpiler.symbolic import E, col, lift, render

_ODD = ("category", "list", "float32")


def same_kinds(c: Call, key: Col, level: Column) -> bool:
    """Whether key and labels are of one kind; False where only the job sees it."""
    c.need(not {key.dtype, level.dtype} & set(_ODD), "keys of this type")
    if key.dtype is None or level.dtype is None:
        return False
    same = key_kind(key.dtype) == key_kind(level.dtype)
    c.need(same, f"{key.dtype} values are looked up among {level.dtype} labels")
    return True


def matches_gap(c: Call, key: Col, frame: Frame, level: Column) -> bool:
    """Whether a missing key finds a missing label: where both may be missing, and in one way."""
    full = level.dtype in NULL_FREE or frame.rows.is_full(level.uid)
    if key.null_free or full or c.lit("na_action") == "ignore":
        return False
    known = not key.is_nullable and not level.is_nullable and not key.holds_na and not level.holds_na  # fmt: skip
    texts = {key.dtype, level.dtype} & {"object", None}
    c.need(known and (not texts or key.gap == level.gap == "nan"), "missing keys of several kinds")
    return True


@rule(
    "Series.map(arg, na_action=None)",
    example=(
        "df['k'].map(other.groupby('k')['w'].sum())",
        "df['k'].map(other.groupby('k')['name'].count()).fillna(0)",
        "df['x'] = df['k'].str.upper().str.lower().map(other.drop_duplicates('k').set_index('k')['name'])\nout = df[['k', 'x']]",
        "df['k'] = df['k'].map(other.drop_duplicates('k').set_index('k')['f'], na_action='ignore')\nout = df[df['k'] > 0]",
        "names = df[df['f'] > 1].groupby('i')['s'].first()\ndf['x'] = df['j'].map(names)\nout = df[['j', 'x']].sort_values('j', kind='stable')",
        "df['x'] = df['i'].map(df.groupby('i')['t'].max() + pd.Timedelta(days=1))\nout = df.groupby('k')['x'].min()",
        "g = df.groupby('k').agg(n=('i', 'sum'))\ng['w'] = g.index.map(other.groupby('k')['w'].sum()).fillna(0)\nout = g",
        "g = df.groupby('k').agg(n=('i', 'sum'))\ng['w'] = g.index.map(df[df['f'] > 2].groupby('k')['b'].any())\nout = g.reset_index()",
        "df['x'] = df['n'].map(df.drop_duplicates('n').set_index('n')['s'])\nout = df[['n', 'x']].head(8)",
        "df['x'] = df['k'].convert_dtypes().map(other.groupby('k')['w'].sum().convert_dtypes())\nout = df[['k', 'x']]",
    ),
)
def map_series(c: Call) -> Col:
    """Each value looked up among the labels of another Series; what is not there is missing."""
    found, ctx = c["arg"], c.ctx
    c.need(isinstance(found, Col) and found.kind == "Series", "mapped by another kind of object")
    c.need(c.lit("na_action") in (None, "ignore"), "na_action= of this value")
    key = materialised(ctx, c.col.but(expr=tight(c.col), loose=False))
    found = materialised(ctx, settled_values(ctx, found))
    source = found.frame
    c.need(found.width is None and found.dtype not in _ODD, f"values of {found.dtype} looked up")
    levels = source.index.levels
    c.need(len(levels) == 1, "looked up by numbers of rows, or labels of several levels")
    (level,) = levels
    known, gaps = same_kinds(c, key, level), matches_gap(c, key, source, level)
    ctx.use(source, level), ctx.look(key, level)
    settle(ctx, source)
    base, _ = with_temps(source, found.temps)
    if not source.index.unique:
        base = base.but(text=f"{ctx.call('unique_rows')}({base.text}, {render([level.name])})")
    table = ctx.hoist(base, f"{found.label or 'values'}_by_{level.label or 'label'}")
    name = ctx.temp("found")
    step = joined_step(c, key, table, level, tight(found), name, known, gaps)
    return derive(
        col(name), with_missing(found.dtype), key, label=key.label, temps=(*key.temps, (name, step)),
        uses=key.uses | table.vars | found.uses, gap=nan_only(found.gap), nullable=found.is_nullable,
        gappy=found.dtype is None and not found.is_nullable, finite=found.finite, nans=found.nans,
        null_free=False, local=False, windowed=False, column=None,
    )  # fmt: skip


def joined_step(c: Call, key: Col, table: Frame, level: Column, value: E, name: str, known: bool, gaps: bool) -> FrameStep:  # fmt: skip
    """The left join that adds the column; the job checks keys whose type only it sees."""
    ctx = c.ctx
    if not known:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        more = "" if gaps else ", gaps=False"
        text = f"{ctx.call('with_found')}(@@, {key.expr}, {table.text}, {lift(level.name)}, {value}{more}, name={render(name)})"  # fmt: skip
        return FrameStep(text)
    ours = ctx.temp("key")
    theirs = f"{table.text}.select({col(level.name).alias(ours)}, {value.alias(name)})"
    same = key.expr.eqNullSafe(col(ours)) if gaps else key.expr == col(ours)
    return FrameStep(f'@@.join({theirs}, {same}, "left").drop({render(ours)})')


__all__ = ["map_series"]
