"""Groups and windows that a name holds while their frame changes.

pandas' hold the frame itself: what is computed from them later sees its columns as they are by
then, but the groups stay those of the keys as they were.
"""

from __future__ import annotations

from dataclasses import replace

from rules import lib
from transpiler.errors import NoRule
from transpiler.facts import Frame, Grouped, Value, Windowed


def followed(value: Value, old: Value, new: Value) -> Value:
    """``value`` after the frame ``old``, which it may have been made of, became ``new``.

    Raises NoRule where pandas would bring old groups together with other rows or keys.
    """
    if isinstance(value, Windowed) and isinstance(value.owner, Grouped):
        if value.how == "resample" and followed(value.owner, old, new) is not value.owner:
            raise NoRule("bins of time in groups")
        return value  # pandas copies the frame for windows in groups
    if isinstance(value, Windowed):
        owner = new if value.owner is old else followed(value.owner, old, new)
        if value.owner is old:
            check_rows(old, new)
        return value if owner is value.owner else replace(value, owner=owner, made=made(value, old, new))  # fmt: skip
    if not isinstance(value, Grouped) or value.series is not None:  # a Series is its own
        return value
    if value.frame is not old:
        memory = getattr(old, "memory", frozenset())
        if memory & value.frame.memory:
            raise NoRule("groups of another form")
        return value
    check_rows(old, new)
    keys = tuple(replace(k, col=lib.on(new, k.col)) for k in value.keys)  # type: ignore[arg-type]
    return value.but(frame=new, keys=keys, made=made(value, old, new))


def check_rows(old: Value, new: Value) -> None:
    same = isinstance(old, Frame) and isinstance(new, Frame) and new.rows is old.rows
    if not same or new.index != old.index:  # type: ignore[union-attr]
        raise NoRule("other rows, or other labels")


def made(value: Grouped | Windowed, old: Value, new: Value) -> tuple | None:
    """How pandas makes it, of the frame as it is now."""
    if value.made is None:
        return None
    owner, *rest = value.made
    return (new if owner is old else followed(owner, old, new), *rest)
