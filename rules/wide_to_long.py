"""``wide_to_long``: numbered columns of several stubs to rows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from rules.concat import stacked_dtype
from rules.join import ordered_number
from rules.lib import settle
from rules.registry import Call, rule
from transpiler.facts import FLOATS, INTEGERS, Column, Frame, Index, Order, fresh
from transpiler.symbolic import E, F, col, lift, render

_IDS = "df[['i', 'f', 'g', 's']].reset_index(names='id')"
_WIDE = f"{_IDS}.rename(columns={{'f': 'v1', 'g': 'v2'}})"


@rule(
    r"pandas.wide_to_long(df, stubnames, i, j, sep='', suffix='\\d+')",
    verdict="runtime",
    example=(
        f"pd.wide_to_long({_WIDE}, stubnames='v', i='id', j='n')",
        f"pd.wide_to_long({_WIDE}, ['v'], i=['id', 's'], j='n').reset_index()",
        "d = df[['i', 'f', 'g', 'j', 'n', 's']].reset_index(names='id')\nd.columns = ['id', 'v_2020', 'v_2021', 'w_2020', 'v_2022', 'w_2021', 's']\nout = pd.wide_to_long(d.drop(columns='v_2022'), ['v', 'w'], 'id', 'year', sep='_').reset_index()",
        "d = df[['k', 'f', 'g', 'b']].reset_index(names='id').rename(columns={'f': 'v_one', 'g': 'v_two'})\nout = pd.wide_to_long(d, 'v', ['id'], 'what', sep='_', suffix=r'\\w+').reset_index().head(20)",
        f"pd.wide_to_long({_WIDE}, 'v', 'id', 'n')['v'].sum()",
    ),
)
def wide_to_long(c: Call) -> Frame:
    """A row for each number that columns end with; one column for each stub."""
    frame = c["df"]
    c.need(isinstance(frame, Frame), "not a frame that is known here")
    stubs, ids = (x if isinstance(x, list) else [x] for x in (c.lit("stubnames"), c.lit("i")))
    name, sep = c.lit("j"), c.lit("sep")
    labels = frame.labels
    c.need(all(isinstance(x, str) for x in (*labels, *stubs, *ids, name, sep)), "labels that are not text")  # fmt: skip
    found = {s: endings(c, labels, s + sep) for s in stubs}
    ends = found[stubs[0]]
    c.need(ends and all(f == ends for f in found.values()), "stubs that end in different ways")
    values = {s.rstrip(sep) if sep else s: [frame.column(s + sep + e) for e in ends] for s in stubs}
    wide = {x.label for v in values.values() for x in v}
    rest = sorted(set(labels) - wide - set(ids))
    out = [*ids, *rest, *values, name]
    c.need(len(set(out)) == len(out) and not set(stubs) & set(labels), "two columns would have the same name")  # fmt: skip
    return long_rows(c, frame, ids, rest, values, name, ends)


def endings(c: Call, labels: list, stub: str) -> list[str]:
    """What comes after the stub in the labels that begin with it."""
    pattern = re.compile(f"^{re.escape(stub)}{c.lit('suffix')}$")
    found = [x for x in labels if pattern.match(x)]
    return [x.replace(stub, "") for x in found]


def long_rows(c: Call, frame: Frame, ids: list, rest: list, values: dict, name: str, ends: list[str]) -> Frame:  # fmt: skip
    ctx = c.ctx
    kept = [frame.column(x) for x in (*ids, *rest)]
    ctx.use(frame, *kept, *(x for v in values.values() for x in v))
    settle(ctx, frame)
    columns, kinds = {}, {}
    for stub, wide in values.items():
        frame, columns[stub], kinds[stub] = of_one_type(ctx, frame, stub, wide)
    step, row, place = ctx.step(), ctx.temp("row"), ctx.temp("place")
    wanted = ctx.wants(step, "order")
    base = ordered_number(ctx, frame, row) if wanted else frame
    numbers, dtype = as_numbers(ends)
    cells = []
    for n, number in enumerate(numbers):
        parts = [F.lit(n).alias(place)] if wanted else []
        parts.append((F.lit(number).cast("bigint") if dtype == "int64" else F.lit(number)).alias(name))  # fmt: skip
        parts += [v[n].alias(s) for s, v in columns.items()]
        cells.append(F.struct(*parts))
    names = [x.label for x in kept[: len(ids)]]
    text = f"{ctx.call('identified')}({base.text}, {render([x.name for x in kept[:len(ids)]])})"
    picked = [col(x.name).alias(x.label) if x.name != x.label else lift(x.name) for x in kept]
    picked += [lift(row)] if wanted else []
    array = F.explode(F.array(*cells)).alias("__cells")
    text += f".select({', '.join(p.text for p in picked)}, {array}).select({', '.join(render(x.label) for x in kept)}"
    text += f"{', ' + render(row) if wanted else ''}, \"__cells.*\")"
    shown = [replace(x, name=x.label, uid=fresh(), origin=None) for x in kept]
    level = Column(name, name, dtype)
    made = [Column(s, s, k, nullable=values[s][0].is_nullable) for s, k in kinds.items()]
    index = Index("columns", None, (*shown[: len(names)], level))
    order = Order((), step)
    hidden: tuple[str, ...] = ()
    if wanted:
        at = ctx.position_name(step)
        keys = [col(place), col(row)] if len(ids) == 1 else [col(row), col(place)]
        text = f'{ctx.call("with_position")}({text}, {keys[0]}, {keys[1]}, name="{at}").drop("{row}", "{place}")'
        hidden = (at,)
    return Frame(text, (*shown[len(names) :], *made), index=index, order=order, hidden=hidden,
                 vars=frame.vars, nullable=frame.nullable)  # fmt: skip


def as_numbers(ends: list[str]) -> tuple[list[Any], str]:
    """The ends as pandas has them: numbers where all of them are."""
    import pandas as pd

    try:
        numbers = pd.to_numeric(pd.Series(ends, dtype=object))
    except (TypeError, ValueError, OverflowError):
        return ends, "object"
    return numbers.tolist(), str(numbers.dtype)


def of_one_type(ctx: Any, frame: Frame, stub: str, wide: list[Column]) -> tuple[Frame, list[E], Any]:  # fmt: skip
    """The columns of a stub as expressions of one type, and their dtype; where their types are not
    known, the job looks."""
    if len(wide) > 1 and any(x.dtype is None for x in wide):
        frame = ctx.hoist(frame, "wide")
        name = ctx.unique(stub)
        text = f"{ctx.call('of_one_type')}({frame.text}, {render([x.name for x in wide])})"
        ctx.emit(f"{name} = {text}", defines=name, reads=frame.vars)
        facts = frame.but(vars=frame.vars | {name})
        return facts, [E(f"{name}[{n}]") for n in range(len(wide))], None
    dtype = stacked_dtype([x.dtype for x in wide]) if len(wide) > 1 else wide[0].dtype
    fractions = [dtype in FLOATS and x.dtype in INTEGERS for x in wide]
    cells = [col(x.name).cast("double") if f else col(x.name) for x, f in zip(wide, fractions)]
    return frame, cells, dtype
