"""Parts of small results on the driver: numbers that a later step on the cluster can take."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from transpiler.facts import (
    ByColumn,
    ColumnTest,
    Const,
    Places,
    Scalar,
    Table,
    TestedColumns,
    Value,
)
from transpiler.symbolic import render

_PLACES = ("loc", "iloc", "at", "iat")


def tested(ctx: Any, owner: Value, key: Value) -> Value | None:
    """``m[m > 0.2]`` of values by column, or ``df.columns[m > 0.2]``; None for another."""
    if not isinstance(key, ColumnTest):
        return None
    by_column = isinstance(owner, ByColumn) and owner.labels == key.labels
    labels = isinstance(owner, Const) and isinstance(owner.value, pd_index()) and tuple(owner.value) == key.labels  # fmt: skip
    if not by_column and not labels:
        return None
    named = ctx.hoist(key, "chosen")
    text = f"{owner.code()}[{named.text}]"
    return TestedColumns(text, owner.vars | named.vars, test=named, index=not by_column)


def pd_index() -> Any:
    """The class of pandas' labels; one that nothing is of where pandas is not there."""
    try:
        import pandas as pd
    except ImportError:
        return ()
    return pd.Index


def small_places(owner: Value, attr: str) -> Value | None:
    """``owner.loc`` and the like, where its labels are known; the labels of tested columns."""
    if isinstance(owner, TestedColumns) and attr == "index" and not owner.index:
        return replace(owner, text=f"{owner.text}.index", index=True)
    if isinstance(owner, (ByColumn, Table)) and attr in _PLACES:
        return Places(f"{owner.text}.{attr}", owner.vars, owner, attr)
    return None


def small_part(owner: Value, key: Value) -> Value | None:
    """``owner[key]`` as a number, or as a smaller result; None where that is not known."""
    if not isinstance(key, Const) or not isinstance(owner, (ByColumn, Table, Places)):
        return None
    value = key.value
    if isinstance(owner, Places):
        return placed(owner, value)
    if isinstance(owner, ByColumn):
        return owner.item(value) if among(value, owner.labels) else None
    if not among(value, owner.labels):
        return None
    return ByColumn(f"{owner.text}[{render(value)}]", owner.vars, owner.rows, owner.dtype)  # type: ignore[arg-type]


def placed(owner: Places, value: Any) -> Value | None:
    """``owner.loc[value]``, ``owner.iloc[value]``."""
    source, by_label = owner.owner, owner.how in ("loc", "at")
    text = f"{owner.text}[{render(value) if not isinstance(value, tuple) else render(value)[1:-1]}]"
    if isinstance(source, ByColumn):
        if not found(value, source.labels, by_label):
            return None
        return Scalar(text, source.dtype, owner.vars, str(value) if by_label else "value")
    pair = value if isinstance(value, tuple) else (value,)
    if len(pair) > 2 or not found(pair[0], source.rows, by_label):
        return None
    if len(pair) == 1:
        return ByColumn(text, owner.vars, source.labels, source.dtype)
    if not found(pair[1], source.labels, by_label):
        return None
    return Scalar(text, source.dtype, owner.vars, f"{pair[1]}" if by_label else "value")


def found(value: Any, labels: tuple, by_label: bool) -> bool:
    """Whether a label, or a place, is there."""
    if by_label:
        return among(value, labels)
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and -len(labels) <= value < len(labels)


def among(value: Any, labels: tuple) -> bool:
    return isinstance(value, (str, int, float)) and not isinstance(value, bool) and value in labels
