"""``if c not in t.columns: t[c] = 0`` over a frame whose columns only the job knows: a step of the job."""

from __future__ import annotations

from typing import Any

import libcst as cst

from rules import lib
from transpiler.errors import NoRule
from transpiler.facts import Const, Frame
from transpiler.infer.remembered import named_by_texts
from transpiler.infer.scope import Scope


def ensured(walk: Any, node: cst.If, scope: Scope) -> bool:
    """Whether the ``if`` was this, and is a step of the job now."""
    target, value = one_column(node)
    if target is None or not isinstance(target.value, cst.Name):
        return False
    key = tested(node.test, target)
    ref = scope.lookup(target.value.value)
    if key is None or ref is None or not isinstance(ref.value, Frame):
        return False
    point = walk.ctx.save()
    try:
        frame, label, constant = ref.value, walk.eval(key, scope), walk.eval(value, scope)
        out = with_column(walk.ctx, frame, label, constant)
    except NoRule:
        walk.ctx.restore(point)
        return False
    walk.ctx.hint = target.value.value
    walk.ctx.note("runtime", "DataFrame.__setitem__", "", walk.program.source_line(node))
    walk.mutate(ref, target.value.value, out, scope)
    return True


def one_column(node: cst.If) -> tuple[Any, Any]:
    """The target and value of the one statement of an ``if`` without ``else``: ``t[c] = 0``."""
    body = node.body.body
    line = body[0] if len(body) == 1 and node.orelse is None else None
    only = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None  # fmt: skip
    if not isinstance(only, cst.Assign) or len(only.targets) != 1:
        return None, None
    target = only.targets[0].target
    return (target, only.value) if isinstance(target, cst.Subscript) else (None, None)


def tested(test: Any, target: cst.Subscript) -> Any:
    """The label of ``label not in t.columns``, where it is the one that ``target`` sets."""
    single = isinstance(test, cst.Comparison) and len(test.comparisons) == 1
    if not single or not isinstance(test.comparisons[0].operator, cst.NotIn):
        return None
    holder = test.comparisons[0].comparator
    if isinstance(holder, cst.Attribute) and holder.attr.value == "columns":
        holder = holder.value
    item = target.slice[0].slice if len(target.slice) == 1 else None
    same = isinstance(item, cst.Index) and item.value.deep_equals(test.left)
    return test.left if same and holder.deep_equals(target.value) else None


def with_column(ctx: Any, frame: Frame, label: Any, value: Any) -> Frame:
    """The frame with a column of one value unless it has it. Raises NoRule where that is known, or
    where its names do not tell pandas' labels."""
    known = isinstance(label, Const) and isinstance(label.value, str) and isinstance(value, Const)
    if known and frame.label_kind:
        named_by_texts(ctx, frame)
    if not known or frame.has(label.value) is not None:
        raise NoRule("a label or value that is not known here, or a frame of which it is known")
    aside = (*frame.hidden, *(x.name for x in frame.index.levels), *(x.name for x in frame.columns))
    if frame.label_kind or frame.nullable or label.value in aside or value.value is None:
        raise NoRule("columns of this kind")
    if not (lib.is_missing(value.value) or isinstance(value.value, (bool, int, float, str))):
        raise NoRule("a value of this type")
    ctx.use(frame)
    expr, _ = lib.literal_column(ctx, value)
    text = f"{ctx.call('with_absent')}({frame.text}, {label.value!r}, {expr})"
    return frame.but(text=text)
