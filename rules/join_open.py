"""Merges on the labels of the right side where only the job sees the columns or their types."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from rules.join import Merge, check_keys, ordered_number, result_labels, settled
from rules.lib import settle
from rules.registry import Call
from transpiler.errors import NoRule
from transpiler.facts import Column, Frame, Index, Order, Rows, fresh, with_nan
from transpiler.symbolic import col, render

def beside_in_job(c: Call, left: Frame, right: Frame, how: str, pairs: list[tuple[Column, Column]], suffixes: tuple) -> Frame:  # fmt: skip
    """A left or inner join that keeps the left side's labels; the right side's go."""
    ctx, unique = c.ctx, right.index.unique
    job = Merge(left, right, how, pairs, suffixes, left_index=True, right_index=True)
    check(job)
    ctx.look(*left.columns, *right.columns, *(x for pair in pairs for x in pair))
    ctx.use(left), ctx.use(right)
    settle(ctx, right)
    if how == "inner":
        settle(ctx, left)
    levels = {x.name for x in left.index.levels}
    ours = ctx.losing(left, [k.name for k in left.order.keys if k.name not in levels | {*left.hidden}])  # fmt: skip
    step, theirs, numbers = ctx.step(), right, None
    if not unique and ctx.wants(step, "order"):
        numbers = (ctx.temp("left"), ctx.temp("right"))
        ours = ordered_number(ctx, ours, numbers[0])
        theirs = ordered_number(ctx, theirs, numbers[1])
    gone = [h for h in theirs.hidden if not (numbers and h == numbers[1])]
    more = theirs.text + (f".drop({', '.join(map(render, gone))})" if gone else "")
    kept = [*ours.hidden, *(x.name for x in ours.index.levels)]
    options: dict[str, Any] = {"how": how} if how != "inner" else {}
    options |= {"suffixes": suffixes} if suffixes != ("_x", "_y") else {}
    options |= {"kept": kept} if kept else {}
    options |= {"row": numbers[1]} if numbers else {}
    listed = "".join(f", {k}={render(v)}" for k, v in options.items())
    keys = render([(a.name, b.name) for a, b in pairs])
    text = f"{ctx.call('beside_index')}({ours.text}, {more}, {keys}{listed})"
    c.verdict = "runtime"  # type: ignore[attr-defined]
    out = ours.but(text=text, vars=left.vars | right.vars, parts=(), beside=(), **columns_of(job))
    out = out.but(
        rows=Rows(parent=left.rows, subset=how == "inner") if unique else Rows(),
        index=index_of(left.index, how, unique),
        unsettled=() if how == "inner" else left.unsettled,
    )
    if how == "left":
        out = settled(ctx, out, ctx.step(), True)
    if numbers:
        out = placed(ctx, out, step, numbers)
    return out if unique else out.but(order=Order((), step, left.order.explicit))


def placed(ctx: Any, frame: Frame, step: tuple, numbers: tuple[str, str]) -> Frame:
    """The frame whose rows have one number in place of those of both sides."""
    first, second = numbers
    name = ctx.position_name(step)
    text = f'{ctx.call("with_position")}({frame.text}, {col(first)}, {col(second)}, name="{name}").drop({render(first)}, {render(second)})'  # fmt: skip
    return frame.but(text=text, hidden=(*(h for h in frame.hidden if h not in numbers), name))


def check(job: Merge) -> None:
    """Raises NoRule for sides that the job cannot join by their names and Spark types."""
    check_keys(job)
    for side in (job.left, job.right):
        if side.label_kind or len(side.label_names) > 1 or any(x.label != x.name for x in side.columns):  # fmt: skip
            raise NoRule("columns whose names Spark does not take")
    kinds = {x.is_nullable for side in (job.left, job.right) for x in side.columns}
    kinds |= {side.nullable for side in (job.left, job.right) if side.open}
    if len(kinds) > 1:
        raise NoRule("columns of unknown type mix pandas' two kinds of missing values")


def columns_of(job: Merge) -> dict[str, Any]:
    """The facts of the columns of both sides."""
    if job.left.open or job.right.open:
        nullable = job.left.nullable if job.left.open else job.right.nullable
        return {"columns": (), "open": True, "base": fresh(), "gone": (), "nullable": nullable}
    sides = result_labels(job)
    ours = [replace(x, label=label, name=label) for x, label in sides.left]
    more = [
        replace(with_nan(x) if job.how == "left" else x, label=label, name=label, uid=fresh())
        for x, label in sides.right
    ]  # fmt: skip
    return {"columns": (*ours, *more)}


def index_of(index: Index, how: str, unique: bool) -> Index:
    """The left side's labels, some of which may be gone, or be there more than once."""
    if index.kind == "range" and (how == "inner" or not unique):
        return Index("rows", index.anchor, unique=unique)
    return index if unique else replace(index, unique=False)


__all__ = ["beside_in_job", "index_of", "placed"]
