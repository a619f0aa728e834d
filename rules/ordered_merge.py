"""``merge_ordered``: a join in the order of its keys, and rows that are not there filled forward."""

from __future__ import annotations

from typing import Any

from rules.elementwise import projected
from rules.lib import derive, series_of
from rules.ordered import stepped
from rules.registry import Call, rule
from transpiler.facts import Col, Const, Frame
from transpiler.symbolic import E, F, col, render


@rule(
    "pandas.merge_ordered(left, right, on=None, left_on=None, right_on=None, left_by=None, right_by=None, "
    "fill_method=None, suffixes=('_x', '_y'), how='outer')",
    not_yet="left_by right_by",
    example=(
        "pd.merge_ordered(df, other, on='k')",
        "pd.merge_ordered(df[['k', 'i', 'f']], other[['k', 'w', 'f']], on='k', how='left', suffixes=('', '_o'))",
        "pd.merge_ordered(df[['k', 'i']], other[['k', 'w']])",
        "pd.merge_ordered(df[['k', 'i']], other.rename(columns={'k': 'key'}), left_on='k', right_on='key', how='inner')",
        "pd.merge_ordered(df[['k', 'i', 's']], other[['k', 'w', 'name']], on='k', fill_method='ffill')",
        "pd.merge_ordered(df[['i', 'f', 's']], df[['j', 'g', 'f']].rename(columns={'j': 'i'}).drop_duplicates('i'), on='i', fill_method='ffill')",
        "pd.merge_ordered(df[['k', 'i']], other[['k', 'w']], on='k', fill_method='ffill', how='inner')",
    ),
)
def merge_ordered(c: Call) -> Frame:
    """A merge whose rows are in the order of the keys."""
    left, right, fill = c["left"], c["right"], c.lit("fill_method")
    c.need(isinstance(left, Frame) and isinstance(right, Frame), "not frames that are known here")
    c.need(fill in (None, "ffill"), "fill_method= of this value")
    options = {k: c[k] for k in ("on", "left_on", "right_on", "suffixes", "how") if c.given(k)}
    options["how"] = c["how"]
    options["sort"] = Const(True)
    by_rule = c.interpreter.by_rule  # type: ignore[attr-defined]
    if fill is None:
        return by_rule("DataFrame.merge", left, [right], options, c.node)  # type: ignore[attr-defined]
    c.need(not c.given("left_on") and not c.given("right_on"), "keys of two names, filled")
    keys = [x for x in left.labels if right.has(x)]
    if c.lit("on") is not None:
        keys = c.lit("on") if isinstance(c.lit("on"), list) else [c.lit("on")]
    options["indicator"] = Const(c.ctx.temp("side"))
    out = by_rule("DataFrame.merge", left, [right], options, c.node)  # type: ignore[attr-defined]
    return filled(c, out, keys, len(left.labels), options["indicator"].value)


def filled(c: Call, frame: Frame, keys: list, width: int, side: str) -> Frame:
    """Whole rows of a side, with their missing values, stand for those that it does not have."""
    labels = [x for x in frame.labels if x != side]
    ours = [x for x in labels[:width] if x not in keys]
    theirs = [x for x in labels[width:] if x not in keys]
    found: dict[Any, Col] = {x: series_of(c.ctx, frame, x) for x in labels}
    for mine, other in ((ours, "right_only"), (theirs, "left_only")):
        if mine:
            found.update(last_rows(c, frame, {x: found[x] for x in mine}, side, other))
    out = projected(c.ctx, frame, labels, [found[x] for x in labels])
    return out


def last_rows(c: Call, frame: Frame, mine: dict, side: str, other: str) -> dict[Any, Col]:
    """The columns of one side as its last row before has them."""
    cells = F.struct(*[s.expr for s in mine.values()])
    whole = derive(F.when(col(side) != other, cells), "struct", *mine.values(), null_free=False)
    last = stepped(c, whole, "filled_forward", lambda x, row: f"{x}, {row}", "struct")
    return {
        x: derive(E(f"{last.expr}[{render(s.column.name)}]"), s.dtype, last, label=x, nullable=s.is_nullable, null_free=False)  # type: ignore[union-attr]
        for x, s in mine.items()
    }
