"""Columns of numbers or truth values that are Python objects in pandas, because pd.NA is among them.

A function gives such a column: pandas finds an object in it and keeps all of its values as objects.
Spark has it in the type of the values, so a step that picks columns by their dtypes has to know.
"""

from __future__ import annotations

from typing import Any

from transpiler.errors import NoRule, Restart
from transpiler.facts import Const, Frame, Grouped

#: steps that pick by dtype whatever they are told, and what tells others to
_PICKING = {"select_dtypes", "describe", "infer_objects"}
_ONLY = {"numeric_only", "bool_only"}


def check(name: str, owner: Any, kwargs: dict) -> None:
    """Raises NoRule for a step that picks columns by dtype where one holds pd.NA, Restart where only
    the job sees whether it does: pandas makes the column then."""
    told = any(isinstance(kwargs.get(k), Const) and kwargs[k].value for k in _ONLY)
    if not told and name.rpartition(".")[2] not in _PICKING:
        return
    frame = owner.frame if isinstance(owner, Grouped) else owner
    if not isinstance(frame, Frame):
        return
    for x in frame.columns:
        for step in x.functions:
            raise Restart(step)
        if x.holds_na and x.dtype not in ("object", "string"):
            raise NoRule(f"{x.label!r} is a column of objects, pd.NA among them: convert_dtypes() makes numbers of it")  # fmt: skip
