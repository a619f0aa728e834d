"""Memory that pandas objects share: what is written through one of them shows in the others.

In pandas 2 without copy-on-write a slice (``df[2:6]``, ``df.head()``) is a view, a Series taken from
a frame is the frame's own column, and ``.loc[…] =``, ``+=`` and ``fillna(inplace=True)`` write into that
memory. On the cluster nothing is shared, so such a write is refused when another object would show it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator

import libcst as cst

from transpiler.errors import Refused
from transpiler.facts import (
    Accessor,
    Array,
    Col,
    Const,
    Frame,
    Grouped,
    Local,
    Mapping,
    Sequence,
    Slice,
    Value,
    Windowed,
    fresh,
)
from transpiler.infer.scope import Scope

#: results that hold the frame's memory whatever the arguments
_VIEWS = {"DataFrame.values", "DataFrame.to_numpy", "Series.values", "Series.to_numpy", "DataFrame.head", "DataFrame.tail", "DataFrame.squeeze", "DataFrame.set_flags", "DataFrame.T",
          "DataFrame.transpose", "DataFrame.swapaxes", "pandas.DataFrame"}  # fmt: skip
#: … where the key has slices, and neither lists nor masks
_SLICED = {"DataFrame.iloc.__getitem__", "DataFrame.loc.__getitem__", "DataFrame.__getitem__"}
_BY_LABEL = {"DataFrame.__getitem__", "DataFrame.xs"}
#: methods that with inplace=True write into the memory; the others make the object hold another
WRITING = {"fillna", "replace", "clip", "ffill", "bfill", "pad", "backfill", "where", "mask", "interpolate", "update", "eval"}  # fmt: skip


def is_view(name: str, args: list, kwargs: dict) -> bool:
    """Whether the frame that a pandas call gives shares memory with the one that it was made from."""
    if name in _SLICED:
        key = args[0] if args else None
        parts = key.items if isinstance(key, Sequence) and key.type is tuple else [key]
        if isinstance(key, Const) and isinstance(key.value, tuple):
            parts = [Const(v) for v in key.value]
        sliced = [isinstance(p.value if isinstance(p, Const) else p, (Slice, slice)) for p in parts]
        scalar = [isinstance(p, Const) and is_scalar(p.value) for p in parts]
        return any(sliced) and all(a or b for a, b in zip(sliced, scalar))
    if name == "DataFrame.clip":  # without bounds it gives a shallow copy
        given = [*args, *(v for k, v in kwargs.items() if k in ("lower", "upper"))]
        return all(isinstance(v, Const) and v.value is None for v in given)
    if name == "pandas.concat":
        frames = args[0] if args else kwargs.get("objs")
        return isinstance(frames, (Sequence, Mapping)) and len(frames.items) == 1
    return name in _VIEWS


def of_label(args: list) -> bool:
    """Whether a table was taken by the beginning of its columns' labels: a slice of the columns."""
    return bool(args) and isinstance(args[0], Const) and is_scalar(args[0].value)


def is_scalar(key: Any) -> bool:
    return isinstance(key, (str, int, float, tuple))


def memory_of(name: str, args: list, kwargs: dict, owner: Value | None) -> frozenset[int]:
    """The memory that the result of a call holds beside its own; empty for a copy."""
    if not is_view(name, args, kwargs):
        return frozenset()
    found = [owner, *args, *kwargs.values()]
    return frozenset().union(*((f.frame if isinstance(f, Col) else f).memory for v in found for f in parts(v)))  # fmt: skip


def with_memory(value: Frame | Local, name: str, args: list, kwargs: dict, owner: Value | None) -> Any:  # fmt: skip
    """The result of a call, with the memory that it holds."""
    if name == "DataFrame.pipe" and isinstance(value, Frame):
        return value  # what the function gave
    memory = memory_of(name, args, kwargs, owner)
    if name in _BY_LABEL and isinstance(value, Frame) and isinstance(owner, Frame) and of_label(args):  # fmt: skip
        memory |= owner.memory
    sources = [f for v in (owner, *args, *kwargs.values()) for f in parts(v) if isinstance(f, Frame)]  # fmt: skip
    kept = {c.uid for f in sources for c in f.columns}
    if isinstance(value, Local) or not any(c.uid in kept for c in value.columns):
        memory |= {-token for token in memory}  # which column is whose is not known
    return value.but(memory=memory | {fresh()}) if isinstance(value, Frame) else replace(value, memory=memory)  # fmt: skip


def of_series(value: Col, name: str, args: list, owner: Value | None) -> Col:
    """An array that pandas takes from a Series without copying, with that Series; the Series that a
    group gives, with memory of its own."""
    if isinstance(owner, (Grouped, Windowed)) and value.column is not None:
        return value.but(frame=value.frame.but(memory=frozenset({fresh()})))
    source = owner if isinstance(owner, Col) else args[0] if args else None
    taken = name.rsplit(".", 1)[-1] in ("values", "to_numpy", "asarray") and isinstance(source, Col)
    return replace(value, source=source) if taken and isinstance(value, Array) else value


def parts(value: Any) -> Iterator[Any]:
    """The frames and Series in a value."""
    if isinstance(value, (Frame, Col, Local)):
        yield value
    elif isinstance(value, Accessor):
        yield from parts(value.owner)
    elif isinstance(value, Sequence):
        for item in value.items:
            yield from parts(item)
    elif isinstance(value, Mapping):
        for _, item in value.items:
            yield from parts(item)


class Sharing:
    """Mixed into the interpreter."""

    def in_reach(self, but: Value | None = None) -> Iterator[tuple[str, Value]]:
        """The frames and Series that a later statement may read, with the names that hold them;
        not those of the very object ``but``."""
        for scope in self.scopes():  # type: ignore[attr-defined]
            for name, ref in scope.refs.items():
                if ref.value is not but and scope.used_later(name):
                    for value in parts(ref.value):
                        yield name, value
        for held in (*self.held, *(i for items in self.turning for i in items)):  # type: ignore[attr-defined]
            for value in parts(held):
                yield "a list", value

    def check_frame_write(self, frame: Frame | Local, labels: list | None = None) -> None:
        """Refuse a write into columns of a frame (``labels``; None: any) that shows elsewhere."""
        if not isinstance(frame, Frame):
            labels = None
        named = [x for x in labels or () if isinstance(x, str) and frame.has(x) is not False]  # type: ignore[union-attr]
        uids = {frame.column(x).uid for x in named} if labels is not None else None  # type: ignore[union-attr]
        for name, value in self.in_reach():
            if value is not frame and shared(value, frame.memory, uids):
                raise Refused(written_through(name))

    def check_labels_write(self, series: Col) -> None:
        """Refuse a change of a Series' index, which is that of the frame it was taken from."""
        for name, value in self.in_reach():
            if value is not series and shared(value, series.frame.memory, None):
                raise Refused(written_through(name))

    def check_view_write(self, view: Accessor) -> None:
        """Refuse a write into ``df["a"].values``, which are the frame's own."""
        owner = view.owner
        if isinstance(owner, Col):
            memory = owner.frame.memory if owner.column is not None else frozenset()
            uids = {owner.column.uid} if owner.column is not None else set()
        else:
            memory, uids = getattr(owner, "memory", frozenset()), None
        for name, value in self.in_reach(view):
            if shared(value, memory, uids):
                raise Refused(written_through(name))

    def check_series_write(self, series: Col, target: Any, scope: Scope) -> None:
        """Refuse a write into a Series, in place, that shows in another name.

        ``target`` is what is written to: a name of the Series, or the column of a frame.
        """
        written = getattr(series, "source", None) or series
        holder = target if isinstance(target, cst.Name) else target.value
        if isinstance(holder, cst.Attribute) and holder.attr.value in ("loc", "iloc", "at", "iat"):
            holder = holder.value
        mine = self.target_ref(holder, scope)[1] if self.has_cell(holder, scope) else None  # type: ignore[attr-defined]
        own = None if mine is None else mine.value
        uids = {written.column.uid} if written.column is not None else set()
        memory = written.frame.memory if uids else frozenset()  # computed values are its own
        for name, value in self.in_reach():
            again = value is series and scope.lookup(name) is not mine
            if again or value is not own and shared(value, memory, uids):
                raise Refused(written_through(name))

    def check_name_write(self, series: Col) -> None:
        """Refuse another name of a Series that a frame in reach has as its column: pandas may give
        the column under that name from then on."""
        uids = {series.column.uid} if series.column is not None else set()
        for name, value in self.in_reach():
            if uids and value is not series and shared(value, series.frame.memory, uids):
                raise Refused(written_through(name))


def shared(value: Value, memory: frozenset[int], uids: set[int] | None) -> bool:
    """Whether a value holds some of that memory; ``uids``: the columns, None for any."""
    held = value.frame.memory if isinstance(value, Col) else getattr(value, "memory", frozenset())
    if isinstance(value, Array) and value.source is not None:
        return shared(value.source, memory, uids)
    common = held & memory
    if not common or isinstance(value, Col) and value.column is None:
        return False
    if (
        uids is None
        or isinstance(value, Local)
        or any(t < 0 or -t in held | memory for t in common)
    ):
        return True
    if isinstance(value, Frame):
        return value.open or any(c.uid in uids for c in value.columns)
    return value.column.uid in uids


def written_through(name: str) -> str:
    return f"this writes into memory that {name!r} shares, and changes it too: take a .copy() first"
