"""Columns chosen by labels that only the job knows, and set by them: ``df[num] = df[num].fillna(0)``."""

from __future__ import annotations

import re
from typing import Any

from rules.labels import moved_types
from rules.open_frames import Choice, choice_of
from rules.registry import Call, rule
from transpiler.facts import Column, Frame, OpenLabels, fresh
from transpiler.symbolic import render

_NUM = "num = df.select_dtypes('number').columns\n"
_MANY = "num = df.select_dtypes('number').columns.drop('i')\n"


def aside_names(frame: Frame) -> list[str]:
    """The columns that pandas does not see."""
    return [*frame.hidden, *(x.name for x in frame.index.levels)]


def stamped(ctx: Any, labels: OpenLabels) -> str:
    """The labels as they are now: a list may be changed later."""
    return f"{labels.text}#{ctx.counter[('labels', labels.text)]}"


def by_their_names(c: Call, frame: Frame) -> None:
    """Frames in which the job finds columns by their labels."""
    c.need(not (frame.nullable or frame.label_kind or frame.label_names), "columns of this kind")
    c.need(all(x.label == x.name for x in frame.columns), "renamed columns")
    c.need(not any(x.dtype in ("category", "date", "list", "bool?") or x.is_nullable for x in frame.columns), "such columns")  # fmt: skip


def with_its_order(c: Call, frame: Frame) -> Frame:
    """The frame whose rows are in order also when the visible columns go or change."""
    aside = aside_names(frame)
    return c.ctx.losing(frame, [k.name for k in frame.order.keys if k.name not in aside])


@rule(
    "DataFrame.__getitem__(key)",
    example=(
        f"{_NUM}out = df[num].describe()",
        f"{_MANY}x = df[num]\nout = (x - x.mean()) / x.std()",
        "some = [c for c in df.columns if c not in ('i', 's')]\nout = df.sort_values('i', kind='stable')[some].head(4)",
        "out = df.set_index('i')[df.columns.difference(['b', 'i'])]",
    ),
)
def chosen(c: Call) -> Frame:
    """Columns by labels that only the job knows."""
    key, frame, ctx = c["key"], c.frame, c.ctx
    c.need(isinstance(key, OpenLabels), "the key is not known here")
    by_their_names(c, frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    ctx.use(frame)
    labels = stamped(ctx, key)
    base = hash(("chosen", labels, frame.base, frame.columns, frame.gone, frame.rows.uid))
    ctx.cells[("choice", base)] = Choice(frame, labels)
    kept = with_its_order(c, frame)
    aside = aside_names(kept)
    more = f", {render(aside)}" if aside else ""
    text = f"{ctx.call('chosen')}({kept.text}, {key.text}{more})"
    return kept.but(text=text, columns=(), open=True, gone=(), gap=None, base=base)


@rule(
    "DataFrame.__setitem__(key, value)",
    example=(
        f"{_NUM}df[num] = df[num].fillna(df[num].median())\nout = df",
        f"{_MANY}df[num] = df[num].fillna(0).clip(lower=-3, upper=8).round(1)\nout = df[df['f'] > 1]",
        f"{_MANY}df = df.sort_values('f', kind='stable')\ndf[num] = (df[num] - df[num].mean()) / df[num].std()\nout = df.head(7)",
        f"{_MANY}x = df[num]\nx = (x - x.min()) / 7\ndf[num] = x\nout = df[['i', 'f', 'n']]",
        "num = list(df.select_dtypes('number').columns)\nnum.remove('j')\ndf[num] = df[num].fillna(df[num].mean()).astype(float)\nout = df",
        "text = df.select_dtypes('object').columns\ndf[text] = df[text].fillna('missing')\nout = df.groupby('k')['i'].sum()",
    ),
)
def set_chosen(c: Call) -> Frame:
    """Columns by labels that only the job knows, set to what steps over each of them gave."""
    key, frame, value, ctx = c["key"], c.frame, c["value"], c.ctx
    c.need(isinstance(key, OpenLabels), "the labels are known here")
    c.need(isinstance(value, Frame), "a value of another kind")
    done = choice_of(ctx, value)
    c.need(done is not None and value.rows is frame.rows, "what is set is not made of these columns alone, step by step")  # fmt: skip
    assert done is not None
    names = set(re.findall(r"\w+", " ".join(args for _, args, _ in done.steps)))
    own = names & set(c.interpreter.owners)  # type: ignore[attr-defined]
    c.need(not (own and value.text.isidentifier()), "variables that may have changed since the values were made")  # fmt: skip
    c.need(done.labels == stamped(ctx, key), "what is set was chosen by other labels")
    was, now = ((x.base, x.columns, x.gone, x.index) for x in (done.whole, frame))
    c.need(was == now, "the frame has changed since the columns were chosen")
    by_their_names(c, frame)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    if not done.steps:
        return frame
    named, labels = ctx.hoist(with_its_order(c, frame)), ctx.hoist(key, "chosen_labels")
    rest = ctx.unique("others")
    ctx.emit(f"{rest} = [c for c in {named.text}.columns if c not in {labels.text}]", defines=rest, reads=named.vars | labels.vars, kind="kept")  # fmt: skip
    text = named.text
    for function, args, more in done.steps:
        text = f"{ctx.call(function)}({text}, {args}, aside={rest}{more})"
    columns = tuple(Column(x.label, x.name, None) for x in frame.columns)
    out = named.but(text=text, columns=columns, base=fresh(), vars=named.vars | value.vars | {rest})
    moved_types(ctx, frame.base, out.base, {})
    return out
