"""Questions about values that the walk asks everywhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import libcst as cst

from transpiler.facts import (
    Accessor,
    Col,
    Database,
    Const,
    Frame,
    Grouped,
    Instance,
    Local,
    Mapping,
    Relation,
    Sequence,
    Value,
    Windowed,
)

DATA = (Frame, Col, Grouped, Windowed, Accessor, Database, Relation)


def has_data(value: Value, seen: tuple = ()) -> bool:
    """Whether the value is, or contains, a frame or a Series that lives on the cluster."""
    if isinstance(value, DATA):
        return True
    if isinstance(value, Sequence):
        return any(has_data(i, seen) for i in value.items)
    if isinstance(value, Mapping):
        return any(has_data(v, seen) for _, v in value.items)
    if isinstance(value, Instance) and value not in seen:
        return any(has_data(r.value, (*seen, value)) for r in value.fields.refs.values())
    return False


def is_changeable(value: Value) -> bool:
    """Whether it is a list, dict or set that is known here."""
    known = isinstance(value, Const) and isinstance(value.value, (list, dict, set))
    return (
        known
        or isinstance(value, Mapping)
        or (isinstance(value, Sequence) and value.type is not tuple)
    )


def is_true(value: Value | None) -> bool:
    return isinstance(value, Const) and value.value is True


def has_local(value: Value) -> bool:
    if isinstance(value, Sequence):
        return any(has_local(i) for i in value.items)
    if isinstance(value, Mapping):
        return any(has_local(v) for _, v in value.items)
    return isinstance(value, Local)


def swapped(value: Value, old: Value, new: Value) -> Value:
    """``value`` with ``new`` in place of the very object ``old``, in lists and dicts too."""
    if value is old:
        return new
    if isinstance(value, Sequence):
        items = tuple(swapped(i, old, new) for i in value.items)
        return (
            value
            if all(a is b for a, b in zip(items, value.items))
            else replace(value, items=items)
        )
    if isinstance(value, Mapping):
        pairs = tuple((k, swapped(v, old, new)) for k, v in value.items)
        return (
            value
            if all(a[1] is b[1] for a, b in zip(pairs, value.items))
            else replace(value, items=pairs)
        )
    return value


def is_item(node: Any) -> bool:
    """Whether an expression gives an object that is part of another: ``d[k]``, ``d.get(k)``."""
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
        return node.func.attr.value in ("get", "setdefault")
    return isinstance(node, cst.Subscript) and not isinstance(node.slice[0].slice, cst.Slice)
