"""Dicts that a program makes of columns stay its own; what they were made of says what is in them."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from transpiler.errors import attempt
from transpiler.facts import Accessor, Col, Local, Lookup, Pairs, Value


def column_in(value: Any) -> Col | None:
    """A Series, or what its ``values`` are."""
    if isinstance(value, Accessor) and value.name == "values":
        value = value.owner
    return value if isinstance(value, Col) else None


def made_of(kind: type[Pairs], local: Local, keys: Any, values: Any) -> Pairs:
    given = {f.name: getattr(local, f.name) for f in fields(Local)}
    return kind(**given, keys=keys, values=values)


def told(ctx: Any) -> None:
    """Report the step just noted as what it is: a dict that the program has asked for."""
    message = "a dict of the program: the columns that it is made of are collected for it"
    ctx.entries[-1] = replace(ctx.entries[-1], verdict="kept", message=message)


def of_columns(ctx: Any, name: str, local: Local, args: list[Value], kwargs: dict) -> Local:
    """What ``zip`` of two Series, or ``dict`` of such pairs, gives on the driver."""
    if kwargs or type(local) is not Local:
        return local
    if name == "builtins.zip" and len(args) == 2:
        keys, values = map(column_in, args)
        if keys is None or values is None:
            return local
        told(ctx)
        return made_of(Pairs, local, keys, values)
    if name == "builtins.dict" and len(args) == 1 and type(args[0]) is Pairs:
        return made_of(Lookup, local, args[0].keys, args[0].values)
    return local


def of_labels(ctx: Any, name: str, local: Value, owner: Value, args: list, kwargs: dict) -> Value:
    """What ``to_dict`` of a Series gives on the driver: its values by their labels."""
    if name != "Series.to_dict" or args or kwargs or type(local) is not Local:
        return local
    from rules.index_values import index_labels

    labels = attempt(index_labels, ctx, owner)
    if not isinstance(labels, Col):
        return local
    (level,) = labels.frame.index.levels or (None,)
    labels = labels.but(gap=level.gap) if level is not None and labels.gap is None else labels
    told(ctx)
    return made_of(Lookup, local, labels, owner)


__all__ = ["of_columns", "of_labels"]
