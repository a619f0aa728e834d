"""Lists that a comprehension over columns makes, where they become a column: a step for each row."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Col, Frame, Func, Sequence, Value
from transpiler.infer.pairs import column_in
from transpiler.infer.scope import Scope


def listed_column(walk: Any, node: cst.Assign, scope: Scope) -> Value | None:
    """The list of ``df["x"] = [… for v in df["a"]]`` as a Series; None for any other statement."""
    comp = node.value
    to_column = all(isinstance(t.target, cst.Subscript) for t in node.targets)
    if not to_column or not isinstance(comp, cst.ListComp):
        return None
    loop = comp.for_in
    if loop.ifs or loop.inner_for_in is not None:
        return None
    names, sources = columns_gone_through(loop, scope)
    if not names:
        return None
    point = walk.ctx.save()
    try:
        holders = [walk.eval(t.target.value, scope) for t in node.targets]
        if not all(isinstance(x, Frame) for x in holders):
            raise NoRule("an item of something else than a frame")
        series = [column_in(walk.eval(x, scope)) for x in sources]
        if not all(isinstance(x, Col) for x in series):
            raise NoRule("not columns")
        params = cst.Parameters(params=[cst.Param(cst.Name(n)) for n in names])
        function = Func(cst.Lambda(params=params, body=comp.elt), scope)
        return walk.by_rule(
            "Series.listed.apply",
            series[0],
            [function, Sequence(tuple(series[1:]), tuple)],
            {},
            comp,
        )
    except NoRule:
        walk.ctx.restore(point)
        return None


def columns_gone_through(loop: cst.CompFor, scope: Scope) -> tuple[list[str], list]:
    """The names that a loop binds, and what each goes through: one thing, or ``zip`` of several."""
    target, source = loop.target, loop.iter
    if isinstance(target, cst.Name):
        return [target.value], [source]
    zipped = isinstance(source, cst.Call) and isinstance(source.func, cst.Name)
    if not isinstance(target, cst.Tuple) or not zipped or source.func.value != "zip":
        return [], []
    names = [e.value.value for e in target.elements if isinstance(e.value, cst.Name)]
    plain = all(a.keyword is None and not a.star for a in source.args)
    if scope.lookup("zip") is not None or not plain or len({*names}) != len(source.args):
        return [], []
    return names, [a.value for a in source.args]


__all__ = ["listed_column"]
