"""Merges on labels that may repeat or be left over: the labels are columns while the rows are joined."""

from __future__ import annotations

from dataclasses import replace

from rules.join import joined, validated
from rules.join_names import Merge
from rules.lib import chain, looked_at, selected
from rules.registry import Call
from transpiler.facts import NULL_FREE, Column, Frame, Index, fresh, with_nan
from transpiler.symbolic import E, F, col, lift

_ODD = {"category", "list", "date", "timedelta64[ns]"}


def merged_on_labels(c: Call, sides: tuple[Frame, Frame], how: str, by_index: tuple[bool, bool], suffixes: tuple,
                     keys: list, indicator: str | None = None) -> Frame:  # fmt: skip
    """``left.merge(right)`` where the labels of one side, or of both, are the keys; ``keys``: the
    labels of the other side's key columns."""
    for side, by in zip(sides, by_index):
        c.need(not by or side.index.levels, "the numbers of rows are the keys of a merge")
        c.need(not any(x.dtype in _ODD for x in side.index.levels), "labels of this type")
    both, is_open = all(by_index), any(side.open for side in sides)
    apart = is_open and by_index == (True, False)  # the keys stay where the right side has them
    c.need(not apart or how != "outer", "labels of the left side and columns that are not known, in the order of the keys")  # fmt: skip
    names = shared_labels(c, sides, how) if both else own_labels(c, sides, how, by_index, keys)
    keys = [c.ctx.temp("key") for _ in names] if both else keys
    number = c.ctx.temp("label")
    mine = [c.ctx.temp("key") for _ in keys] if apart else keys
    ours, theirs = (
        with_keys(c, side, other, mine) if by else with_labels(c, side, number)
        for side, other, by in zip(sides, sides[::-1], by_index)
    )
    pairs = [(ours.column(a), theirs.column(b)) for a, b in zip(mine, keys)]
    c.ctx.use(ours, *(a for a, _ in pairs)), c.ctx.use(theirs, *(b for _, b in pairs))
    c.ctx.look(*(x for pair in pairs for x in pair))
    sort = "sort" in c.args and bool(c.lit("sort"))
    job = Merge(ours, theirs, how, pairs, suffixes, sort, indicator)
    if c.lit("validate") is not None:
        job = validated(c, job, c.lit("validate"))
    step = c.ctx.step()
    out = joined(c, job)
    levels = [x for x in (open_levels(job, both, number) if is_open else out.columns)
              if (x.label in keys if both else is_own(x, number))]  # fmt: skip
    named = tuple(replace(x, label=name) for x, name in zip(levels, names))
    if not both and how in ("outer", "left" if by_index[0] else "right"):
        named = (replace(named[0], origin=(step, "label")),)
        if looked_at(c.ctx, named[0]):  # else pandas takes the labels of the other side
            own = sides[1 if by_index[0] else 0]
            problem = "a side of a merge whose labels are those of the result"
            c.ctx.emit(f"{c.ctx.call('expect_rows')}({own.text}, {problem!r})", reads=own.vars)
    columns = [x for x in out.columns if x not in levels]
    if apart:
        out = keys_united(out, job)
    elif by_index == (True, False):
        columns = keys_in_place(columns, job, keys, number)
    index = Index("columns", levels=named, unique=False)
    out = out.but(index=index, columns=tuple(columns))
    return out if is_open else selected(c.ctx, out, columns)


def open_levels(job: Merge, both: bool, number: str) -> list[Column]:
    """The labels among the columns of a result of which the job sees the others."""
    if both:
        return [replace(a, dtype=a.dtype if a.dtype == b.dtype else None, uid=fresh()) for a, b in job.pairs]  # fmt: skip
    side = job.left if any(is_own(x, number) for x in job.left.columns) else job.right
    own = [x for x in side.columns if is_own(x, number)]
    lost = job.how in ("outer", "right" if side is job.left else "left")
    return [replace(with_nan(x) if lost else x, uid=fresh()) for x in own]


def keys_united(out: Frame, job: Merge) -> Frame:
    """The result with the keys of the right side, and those of the left one where it has none."""
    for a, b in job.pairs:
        if job.how == "left":
            both = F.coalesce(col(b.name), col(a.name))
            out = chain(out, f".withColumn({lift(b.name)}, {both})")
    names = ", ".join(lift(a.name).text for a, _ in job.pairs)
    return chain(out, f".drop({names})")


def shared_labels(c: Call, sides: tuple[Frame, Frame], how: str) -> list:
    """What the levels of the result are called: as both sides call them."""
    first, second = (side.index.levels for side in sides)
    c.need(len(first) == len(second), "indexes of different kinds")
    same = [a.label == b.label for a, b in zip(first, second)]
    c.need(len(first) == 1 or how in ("left", "inner"), "labels of several levels")
    c.need(all(same), "labels of two names")
    if how == "outer" or c.lit("sort"):  # pandas leaves them as they are beside a missing one
        for side in sides:
            full = all(x.dtype in NULL_FREE or side.rows.is_full(x.uid) for x in side.index.levels)
            c.need(full, "labels that may be missing, in order")
    return [x.label for x in first]


def own_labels(c: Call, sides: tuple[Frame, Frame], how: str, by_index: tuple, keys: list) -> list:
    """What the levels of the result are called: as on the side that is merged by its columns."""
    indexed, own = sides if by_index[0] else sides[::-1]
    c.need(len(keys) == len(indexed.index.levels), "keys of different lengths")
    c.need(
        all(indexed.has(k) is False for k in keys), "a key that is a column of the other side, too"
    )
    if how in ("outer", "left" if by_index[0] else "right"):  # rows that have no label of their own
        c.need(len(keys) == 1 and len(own.index.levels) < 2, "labels of several levels")
    return [x.label for x in own.index.levels] or [None]


def with_keys(c: Call, frame: Frame, other: Frame, labels: list) -> Frame:
    """The frame with its index levels as columns of these labels, behind the others."""
    columns, levels = list(frame.columns), frame.index.levels
    taken = {x.name for x in columns} | {*frame.hidden} | {x.name for x in levels}
    for level, label in zip(levels, labels):
        name = label if str(label).startswith("__") else other.column(label).name
        if name != level.name:
            name = c.ctx.temp("key") if name in taken else name
            frame = chain(frame, f".withColumn({lift(name)}, {col(level.name)})")
        columns.append(replace(level, label=label, name=name))
        taken.add(name)
    c.ctx.use(frame, *levels)
    hidden = {x.name for x in levels} - {x.name for x in columns}
    gone = tuple(x for x in frame.gone if x not in labels)
    return frame.but(columns=tuple(columns), index=Index(), hidden=(*frame.hidden, *sorted(hidden)), gone=gone)  # fmt: skip


def with_labels(c: Call, frame: Frame, name: str) -> Frame:
    """The frame with its own labels as columns, behind the others, called ``name`` and a number."""
    levels = frame.index.levels
    c.ctx.use(frame, *levels) if levels else None
    exprs: list[E] = [col(x.name) for x in levels]
    if not levels:
        exprs = [c.ctx.position(frame, frame.index.anchor, "number")]
    columns = list(frame.columns)
    for number, expr in enumerate(exprs):
        made = Column(None, "", "int64") if not levels else levels[number]
        new = f"{name}{number}"
        frame = chain(frame, f".withColumn({lift(new)}, {expr})")
        columns.append(replace(made, label=new, name=new, uid=fresh()))
    hidden = (*frame.hidden, *(x.name for x in levels))
    return frame.but(columns=tuple(columns), index=Index(), hidden=hidden)


def is_own(column: Column, name: str) -> bool:
    """Whether a column holds labels that `with_labels` made columns."""
    return isinstance(column.label, str) and column.label.startswith(name)


def keys_in_place(columns: list[Column], job: Merge, keys: list, number: str) -> list[Column]:
    """The columns of the result with the keys where the right side has them."""
    width = len(job.left.columns) - len(keys)
    ours = [x for x in columns if x.label not in keys]
    found = {x.label: x for x in columns if x.label in keys}
    rest = iter(ours[width:])
    theirs = [x for x in job.right.columns if not is_own(x, number)]
    return [
        *ours[:width],
        *(found[x.label] if x.label in keys else next(rest) for x in theirs),
        *rest,
    ]


__all__ = ["merged_on_labels"]
