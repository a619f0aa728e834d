"""How many different rows there are: ``len(df.drop_duplicates(subset=[…]))`` needs no order."""

from __future__ import annotations

from typing import Any

import libcst as cst

from transpiler.errors import NoRule
from transpiler.facts import Const, Frame, Scalar
from transpiler.infer.scope import Scope
from transpiler.symbolic import in_list

_NAME = "DataFrame.drop_duplicates"


def distinct_count(walk: Any, node: cst.Call, scope: Scope) -> Scalar | None:
    """The number of rows of ``len(frame.drop_duplicates(…))``; None for any other call."""
    inner = node.args[0].value if len(node.args) == 1 and not node.args[0].star else None
    named = isinstance(node.func, cst.Name) and node.func.value == "len"
    if not named or not isinstance(inner, cst.Call) or not isinstance(inner.func, cst.Attribute):
        return None
    if inner.func.attr.value != "drop_duplicates":
        return None
    point = walk.ctx.save()
    try:
        length, frame = walk.eval(node.func, scope), walk.eval(inner.func.value, scope)
        if not isinstance(frame, Frame) or getattr(length, "name", "") != "builtins.len":
            raise NoRule("another len, or not a frame")
        args, kwargs = walk.arguments(inner, scope)
        options = {"subset": Const(None), "keep": Const("first"), **kwargs}
        options |= dict(zip(("subset",), args))
        subset, keep = (getattr(options[k], "value", ...) for k in ("subset", "keep"))
        if len(args) > 1 or keep not in ("first", "last") or options.keys() - {"subset", "keep", "ignore_index"}:  # fmt: skip
            raise NoRule("rows of another choice")
        with walk.looking(_NAME, frame):
            names = names_of(walk.ctx, frame, subset)
    except NoRule:
        walk.ctx.restore(point)
        return None
    walk.ctx.note("native", _NAME, "", walk.program.source_line(node))
    return Scalar(
        f"{frame.text}.select({names}).distinct().count()",
        "int64",
        frame.vars,
        "rows",
        full=True,
        python=True,
    )


def names_of(ctx: Any, frame: Frame, subset: Any) -> str:
    """The columns that tell rows apart, as a select names them. Raises NoRule for others."""
    if subset is None and not frame.open:
        columns = list(frame.columns)
    elif isinstance(subset, (str, list, tuple)) and subset:
        columns = [frame.column(x) for x in ([subset] if isinstance(subset, str) else subset)]
    else:
        raise NoRule("columns that are not known here")
    if not columns or any(x.dtype == "list" for x in columns):
        raise NoRule("lists are not hashable")
    ctx.use(frame, *columns)
    return ", ".join(in_list(x.name) for x in columns)


__all__ = ["distinct_count"]
