"""What a step needs to know of an earlier one for the sake of a later one.

Labels that pandas remembers: an index of groups knows the values of its keys, also those of groups
that were left out for another key that is missing, and ``unstack`` orders its columns by them. Spark's
rows do not know, so where ``unstack`` runs in pandas what made the groups does, too. And the type of
labels that only the job sees: who takes a column by a text has texts."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from transpiler.errors import NoRule
from transpiler.facts import Col, Const, Frame

_WHAT = "remembered labels"


class Made(dict):
    """What was made of what, as long as the job's variables that it is written with hold the same:
    ``df = df * 2`` leaves nothing of what was known in terms of the ``df`` before it."""

    def __init__(self, defined: Counter) -> None:
        self.defined = defined

    def _stamp(self, value: Any) -> dict[str, int]:
        values = value if isinstance(value, tuple) else (value, getattr(value, "whole", None))
        names = frozenset().union(*(getattr(v, "vars", frozenset()) for v in values))
        return {name: self.defined[name] for name in names}

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key, (value, self._stamp(value)))

    def get(self, key: Any, default: Any = None) -> Any:
        """The value; the default where there is none, or where it is of a variable's past."""
        value, stamp = super().get(key, (default, {}))
        return value if all(self.defined[name] == n for name, n in stamp.items()) else default

    def __getitem__(self, key: Any) -> Any:
        if key not in self:
            raise KeyError(key)
        return self.get(key)

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None


def check(ctx: Any, name: str) -> None:
    """Raises NoRule where a later step needs of the step ``name`` what Spark's rows do not know."""
    if ctx.wants((name, ctx.line, ctx.column), _WHAT):
        raise NoRule("a later unstack() in pandas goes by labels that only the group-by has seen")


def remembers(index: Any) -> bool:
    """Whether pandas may know of values of a level that no row has: categories among them."""
    several = len(index.levels) > 1
    return bool(index.loose) or several and any(x.dtype == "category" for x in index.levels)


def marked(ctx: Any, name: str, value: Any) -> Any:
    """A result that has such an index, with the step that made it."""
    frame = value.frame if isinstance(value, Col) else value
    if not isinstance(frame, Frame) or not remembers(frame.index) or frame.index.made is not None:
        return value
    frame = frame.but(index=replace(frame.index, made=(name, ctx.line, ctx.column)))
    return value.but(frame=frame) if isinstance(value, Col) else frame


def needed(ctx: Any, owner: Any) -> None:
    """``unstack`` of ``owner`` runs in pandas."""
    frame = owner.frame if isinstance(owner, Col) else owner
    if isinstance(frame, Frame) and frame.index.made is not None and remembers(frame.index):
        ctx.demand(frame.index.made, _WHAT)


def texts_taken(ctx: Any, name: str, owner: Any, args: list) -> None:
    """``t["x"]`` of a table whose columns are named by values of a type that only the job sees."""
    taken = name == "DataFrame.__getitem__" and isinstance(owner, Frame) and owner.open
    if not taken or not owner.label_kind or not isinstance(args[0], Const):
        return
    found = args[0].value if isinstance(args[0].value, list) else [args[0].value]
    if all(isinstance(x, str) for x in found) and any(owner.has(x) is False for x in found):
        named_by_texts(ctx, owner)


def named_by_texts(ctx: Any, frame: Frame) -> None:
    """Ask that the job make sure of texts for labels."""
    place = ctx.cells.get(("labels", frame.label_kind))
    if place is not None:
        ctx.demand(place, "texts")
