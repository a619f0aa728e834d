"""None that a program puts into a column: Spark has one missing value, pandas tells None from NaN.

Where nothing else is missing the column's ``gap`` is "None", which the rules know how to read. Beside
NaN it is both; a step that tells them apart asks the step that put None there to run in pandas.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Iterator

from rules import constants
from rules.open_gaps import OBJECTS
from transpiler.errors import NoRule
from transpiler.facts import (
    BOTH,
    Accessor,
    Col,
    Column,
    Const,
    Frame,
    Func,
    Grouped,
    Mapping,
    NoneGap,
    Sequence,
    Windowed,
    none_gap,
)
from transpiler.source import read_names

#: steps that put None into a column where they are given one: which of their arguments are values
_PUTTING = {"Series.where": (1, "other"), "Series.mask": (1, "other"), "numpy.where": (1, "x"), "numpy.select": (1, "choicelist"),
            "Series.map": (0, "arg"), "Series.replace": (0, "to_replace"), "DataFrame.__setitem__": (1, "value"),
            "DataFrame.loc.__setitem__": (1, "value")}  # fmt: skip
#: steps that give None beside what they take: parts that a text does not have, groups without a value
_GIVING = {"Series.str.split", "Series.str.rsplit", *(f"{kind}{how}.{name}" for kind in ("Series", "DataFrame")
           for how in ("GroupBy", "Resampler") for name in ("first", "last", "agg", "aggregate", "transform")),
           "DataFrame.pivot_table", "pandas.pivot_table", "pandas.crosstab"}  # fmt: skip
#: steps that put NaN into whole tables, also into columns that only the job knows
_WHOLE = {f"DataFrame.{x}" for x in ("join", "replace", "reindex", "shift", "where", "mask", "update", "combine_first", "unstack")}  # fmt: skip
#: the readers of JSON whose types only the job sees, asked that a column have no "nan" (of records
#: without its key), or not "both" that and null
NULLS = ("nulls",)
#: steps whose functions see the values
_CALLING = {
    "apply",
    "map",
    "applymap",
    "agg",
    "aggregate",
    "transform",
    "filter",
    "combine",
    "pipe",
}
#: steps that show them, or count None and NaN apart
_SHOWING = {"unique", "tolist", "to_list", "to_dict", "to_numpy", "values", "items", "iterrows", "itertuples", "equals", "eq", "ne"}  # fmt: skip


def check(interpreter: Any, name: str, owner: Any, args: list, kwargs: dict) -> None:
    """Before the rules of a step are tried: whether it has to find None where pandas has it."""
    ctx, method = interpreter.ctx, name.rpartition(".")[2]
    place = place_of(ctx, name)
    told = name != "Series.shift" or owner.dtype is not None
    if told and ctx.wants(place, "None"):
        raise NoRule("None beside NaN, which a later step tells apart")
    every = [*args, *kwargs.values()]
    shows = method == "astype" and any(as_text(x) for x in every)
    shows = shows or method in _SHOWING or (method == "value_counts" and "dropna" in kwargs)
    shows = shows or (method == "isin" and any(holds_none(x, any_missing=True) for x in every))
    shows = shows or (
        method == "map" and any(constants.is_missing(k) for x in every for k in keys_of(x))
    )
    if shows:
        shown(ctx, *every, owner)


def in_python(interpreter: Any, name: str, owner: Any, args: list, kwargs: dict) -> None:
    """After a step that hands the values to a function in Python, which sees what pandas' would."""
    every = [*args, *kwargs.values()]
    if name.rpartition(".")[2] in _CALLING and any(map(calls_something, every)):
        words = "".join(interpreter.program.code(x.node) for x in every if isinstance(x, Func))
        shown(interpreter.ctx, *every, owner, words=words, called=True)


def shown(ctx: Any, *values: Any, words: str = "", called: bool = False) -> None:
    """Ask for None in columns that kept code or, ``called``, a function of these ``words`` looks at."""
    for label, x in (found for value in values for found in columns_in(value)):
        named = not words or label is None or str(label) in words
        unread = x.gap != "None" or x.dtype != "object"  # the rules know None among texts
        if isinstance(x.gap, NoneGap) and unread and named:
            for step in x.gap.steps:
                ctx.demand(step, "None")
        if x.gap == "None" and not isinstance(x.gap, NoneGap) and named:
            # What code is given says in the job whether it has NaN; what was made of it does not.
            told = called and not (isinstance(x, Col) and x.column is None)
            if not (told and words):  # a function looks itself
                ctx.demand(NULLS, "both" if told else "nan")


def columns_in(value: Any) -> Iterator[tuple[Any, Any]]:
    """A value's columns, with their labels where a function has to name them."""
    if isinstance(value, Col) and not value.null_free:
        yield None, value
    elif isinstance(value, Frame):
        yield from ((x.label, x) for x in value.columns)
        if value.open:
            yield None, Column(None, "", None, gap=value.gap)
    elif isinstance(value, Grouped):
        yield from columns_in(value.frame if value.series is None else value.series)
    elif isinstance(value, (Accessor, Windowed)):
        yield from columns_in(value.owner)


def marked(ctx: Any, name: str, value: Any, owner: Any, args: list, kwargs: dict) -> Any:
    """The result of a step, with what is missing in it where None is put or had been."""
    value = with_none_put(ctx, name, value, owner, args, kwargs)
    if name.endswith("__setitem__") or not any(map(has_none, [owner, *args, *kwargs.values()])):
        return value
    gap = NoneGap(BOTH, (place_of(ctx, name),))
    if isinstance(value, Frame) and value.open and value.gap == "None" and name in _WHOLE:
        if name != "DataFrame.replace" or any(holds_none(x, any_missing=True) for x in [*args, *kwargs.values()]):  # fmt: skip
            value = value.but(gap=gap)
    return mixed(gap, value)


def has_none(value: Any) -> bool:
    """Whether a value has columns where None is all that is missing, as JSON and Parquet have it."""
    if isinstance(value, Sequence):
        return any(map(has_none, value.items))
    if isinstance(value, Grouped):
        return has_none(value.frame if value.series is None else value.series)
    if isinstance(value, (Accessor, Windowed)):
        return has_none(value.owner)
    if isinstance(value, Frame) and value.open and value.gap == "None":
        return True
    return any(x.gap == "None" for _, x in columns_in(value))


def mixed(gap: NoneGap, value: Any) -> Any:
    """A value made of columns with None: what it does not know of its own missing values is this."""

    def unknown(x: Any) -> bool:
        return x.gap is None and not x.is_nullable and x.dtype in OBJECTS

    if isinstance(value, Col):
        return value.but(gap=gap) if unknown(value) and not value.null_free else value
    if not isinstance(value, Frame):
        return value
    columns = tuple(replace(x, gap=gap) if unknown(x) else x for x in value.columns)
    whole = gap if value.open and value.gap is None and not value.nullable else value.gap
    return value.but(columns=columns, gap=whole)


def with_none_put(ctx: Any, name: str, value: Any, owner: Any, args: list, kwargs: dict) -> Any:
    """The result of a step that puts None into a column, or leaves none missing."""
    if fills_all(name, args, kwargs):
        return value.but(gap=None) if isinstance(value, Col) and value.gap == BOTH else value
    if name in _GIVING:
        return from_groups(ctx, name, value, owner, args, kwargs)
    if name == "Series.shift":  # None comes in at the edge of texts
        puts = isinstance(value, Col) and value.dtype in ("object", None) and "fill_value" not in kwargs  # fmt: skip
        kept: list = [owner]
    elif name in _PUTTING:
        at, keyword = _PUTTING[name]
        put = [
            *args[at:],
            *(v for k, v in kwargs.items() if k in (keyword, "y", "default", "value")),
        ]
        puts = any(map(holds_none, put))
        kept = [x for v in (owner, *put) for x in ([*v.items] if isinstance(v, Sequence) else [v]) if isinstance(x, Col)]  # fmt: skip
    else:
        return carried_on(name, value, owner)
    place = place_of(ctx, name)
    if puts and isinstance(value, Col) and value.dtype in ("object", "bool?", None):
        mapped = name == "Series.map"  # what is not in the dict is NaN
        pure = not mapped and all(x.null_free or x.gap == "None" for x in kept)
        return value.but(gap=gap_with(place, pure, *(x.gap for x in kept)))
    if puts and isinstance(value, Frame):
        return in_frame(place, value, args)
    return carried_on(name, value, owner)


def from_groups(ctx: Any, name: str, value: Any, owner: Any, args: list, kwargs: dict) -> Any:
    """The result of groups, where ``first`` and ``last`` of no value, and functions, give None."""
    whole = name.endswith((".first", ".last"))
    if not whole and not any(map(gives_none, [*args, *kwargs.values()])):
        return value
    given = next(iter(args), kwargs.get("func"))
    whole = whole or is_first(given) and name.endswith((".agg", ".aggregate"))
    named = kwargs if given is None else dict_of(given)
    keys = {k.label for k in owner.keys} if isinstance(owner, Grouped) else set()

    def gap(x: Any) -> str | None:
        if x.dtype not in ("object", "bool?", None) or x.label in keys:
            return x.gap
        found = named.get(x.label)
        if found is not None and not gives_none(found):
            return x.gap
        return gap_with(place_of(ctx, name), whole or is_first(found), x.gap)

    if isinstance(value, Col):
        return value.but(gap=gap(value))
    if isinstance(value, Frame):
        return value.but(columns=tuple(replace(x, gap=gap(x)) for x in value.columns))
    return value


def is_first(value: Any) -> bool:
    """Whether an aggregate is ``first`` or ``last``, by itself or beside the column that it is of."""
    if isinstance(value, Sequence) and value.type is tuple:
        return is_first(value.items[-1])
    found = getattr(value, "value", None)
    return (found[-1] if isinstance(found, tuple) and found else found) in ("first", "last")


def dict_of(value: Any) -> dict:
    """What a dict of aggregates says of each column."""
    if isinstance(value, Mapping):
        return {getattr(k, "value", k): v for k, v in value.items}
    found = getattr(value, "value", None)
    return {k: Const(v) for k, v in found.items()} if isinstance(found, dict) else {}


def gives_none(value: Any) -> bool:
    """Whether an aggregate among these gives None where a group has no value."""
    if isinstance(value, Sequence):
        return any(map(gives_none, value.items))
    if isinstance(value, Mapping):
        return any(gives_none(x) for _, x in value.items)
    if isinstance(value, Func):
        return "None" in read_names(value.node)
    found = getattr(value, "value", None)
    items = found.values() if isinstance(found, dict) else found if isinstance(found, (list, tuple)) else [found]  # fmt: skip
    return any(x in ("first", "last") if isinstance(x, str) else isinstance(x, (list, tuple)) and {"first", "last"} & set(x) for x in items)  # fmt: skip


def fills_all(name: str, args: list, kwargs: dict) -> bool:
    """Whether a step puts a constant where anything is missing."""
    value = next(iter(args), kwargs.get("value"))
    filled = name in ("Series.fillna", "DataFrame.fillna") and isinstance(value, Const)
    return filled and not (isinstance(value.value, dict) or holds_none(value, True) or "limit" in kwargs)  # type: ignore[union-attr]


def carried_on(name: str, value: Any, owner: Any) -> Any:
    """The result of another step over a frame: what it made of columns of None keeps some."""
    if (
        not (isinstance(value, Frame) and isinstance(owner, Frame))
        or name == "DataFrame.__setitem__"
    ):
        return value
    before = {x.label: x.gap for x in owner.columns if isinstance(x.gap, NoneGap)}
    if not before:
        return value

    def one(x: Any) -> Any:
        lost = x.gap is None and x.dtype in ("object", "bool?", None) and x.label in before
        return replace(x, gap=none_gap([before[x.label]])) if lost else x

    return value.but(columns=tuple(map(one, value.columns)))


def in_frame(place: tuple, frame: Frame, args: list) -> Frame:
    """The frame with the column that a constant was set in."""
    key, value = args[0], args[1]
    parts = key.items if isinstance(key, Sequence) else [key]
    label = parts[-1].value if isinstance(parts[-1], Const) else None
    if not (isinstance(value, Const) and isinstance(label, str)):
        return frame
    whole = len(parts) == 1

    def one(x: Any) -> Any:
        # A part of a column of numbers or truth values gets NaN.
        if x.label != label or x.dtype not in (("object", "float64") if whole else ("object",)):
            return x
        pure = whole or x.gap == "None"
        return replace(x, gap=gap_with(place, pure, x.gap))

    return frame.but(columns=tuple(map(one, frame.columns)))


def gap_with(place: tuple, pure: bool, *gaps: str | None) -> NoneGap:
    """The gap of a column into which the step at ``place`` put None."""
    before = none_gap(gaps)
    return NoneGap("None" if pure else BOTH, {place} | (before.steps if before else set()))


def told_apart(ctx: Any) -> bool:
    """Whether a later step tells the None that ``shift`` puts at the edge of texts from NaN."""
    return ctx.wants(place_of(ctx, "Series.shift"), "None")


def place_of(ctx: Any, name: str) -> tuple:
    return (name, ctx.line, ctx.column)


def holds_none(value: Any, any_missing: bool = False) -> bool:
    """Whether None (or any missing value) is among constants."""
    if isinstance(value, Sequence):
        return any(holds_none(x, any_missing) for x in value.items)
    if isinstance(value, Mapping):
        return any(holds_none(x, any_missing) for _, x in value.items)
    if not isinstance(value, Const):
        return False
    found = value.value
    items = found.values() if isinstance(found, dict) else found if isinstance(found, (list, tuple, set)) else [found]  # fmt: skip
    return any(x is None or any_missing and constants.is_missing(x) for x in items)


def keys_of(value: Any) -> list:
    """The keys of a dict."""
    if isinstance(value, Mapping):
        return [k for k, _ in value.items]
    found = getattr(value, "value", None)
    return list(found) if isinstance(found, dict) else []


def calls_something(value: Any) -> bool:
    """Whether a function is given, alone or in a list or dict."""
    if isinstance(value, Sequence):
        return any(map(calls_something, value.items))
    if isinstance(value, Mapping):
        return any(calls_something(x) for _, x in value.items)
    if isinstance(value, Const):
        found = value.value
        items = found.values() if isinstance(found, dict) else found if isinstance(found, (list, tuple)) else [found]  # fmt: skip
        return any(map(callable, items))
    return not isinstance(value, (Col, Frame))


def as_text(value: Any) -> bool:
    """Whether astype() is asked for texts."""
    if isinstance(value, Mapping):
        return any(as_text(x) for _, x in value.items)
    found = getattr(value, "value", None)
    found = found.values() if isinstance(found, dict) else [found]
    return any(x is str or x == "str" for x in found) or getattr(value, "text", "") == "str"


__all__ = ["NULLS", "check", "in_python", "marked", "shown", "told_apart"]
