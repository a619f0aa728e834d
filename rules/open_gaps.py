"""What is missing in tables that the job puts together of others: NaN, or None."""

from __future__ import annotations

from transpiler.facts import Column, Frame

#: dtypes of columns that may have None or NaN
OBJECTS = ("object", "bool?", "list", None)


def gaps_in(frame: Frame) -> set[str | None]:
    """What may be missing in the columns of objects of a frame; None where that is not known."""

    def full(x: Column) -> bool:
        return x.dtype not in OBJECTS or frame.rows.is_full(x.uid)

    return {x.gap for x in frame.columns if not full(x)} | ({frame.gap} if frame.open else set())


def gap_of_union(*frames: Frame, more: bool = False) -> str | None:
    """What is missing in the unknown columns of a table of these. more: rows of one of them have no
    partner in another, so that NaN comes in."""
    found = set().union(*map(gaps_in, frames)) | ({"nan"} if more else set())
    return found.pop() if len(found) == 1 else None


__all__ = ["OBJECTS", "gap_of_union", "gaps_in"]
