"""Where a text is in another: ``find``, ``index`` and those from the right."""

from __future__ import annotations

from typing import Callable

from rules.registry import Call, rule
from rules.text import as_count, by_pandas, helper, text_of
from transpiler.facts import Col
from transpiler.symbolic import E, F


@rule(
    "Series.str.find(sub, start=0, end=None)",
    example=(
        "df['s'].str.find('an')",
        "df['s'].str.find('a', 1)",
        "df['s'].str.find('')",
        "df['s'].str.find('a', 2, 4)",
        "df['s'].str.find('n', end=3)",
        "df['s'].str.find('a', -2)",
        "df['s'].str.find('a', 3, 1)",
    ),
)
def find(c: Call) -> Col:
    """The first place of a text, -1 where it is not there."""
    return as_count(c, place_of(c, "find"))


@rule(
    "Series.str.rfind(sub, start=0, end=None)",
    example=(
        "df['s'].str.rfind('an')",
        "df['s'].str.rfind('a', 0, 3)",
        "df['s'].str.rfind('a', 1)",
        "df['s'].str.rfind('p', 2, 5)",
    ),
)
def rfind(c: Call) -> Col:
    """The last place of a text, -1 where it is not there."""
    return as_count(c, place_of(c, "rfind"))


_PLACES: dict[str, Callable[[Call, E, str], E]] = {
    "find": lambda c, s, sub: F.instr(s, sub) - 1,
    "rfind": lambda c, s, sub: helper(c, "rfind", s, sub),
}


def place_of(c: Call, method: str) -> E:
    """The first or the last place of a text between two places, -1 where it is not there."""
    sub, start, end = c.lit("sub"), c.lit("start"), c.lit("end")
    c.need(isinstance(sub, str), "sub= is not a text")
    whole = type(start) is int and start >= 0 and (end is None or type(end) is int and end >= 0)
    if not sub or not whole:
        return by_pandas(c, "bigint", method, sub, start, end)
    source = text_of(c)
    if end is not None:
        source = F.substring(source, 1, end)
    if not start:
        return _PLACES[method](c, source, sub)
    if method == "find":
        return F.locate(sub, source, start + 1) - 1
    found = _PLACES[method](c, helper(c, "slice_text", source, start, None), sub)
    return F.when(found >= 0, found + start).otherwise(found)


@rule(
    "Series.str.index(sub, start=0, end=None)",
    example=(
        "(df['s'].fillna('a') + 'a').str.index('a')",
        "(df['s'] + 'a').str.index('a')",
        "(df['s'] + 'aba').str.index('a', 2)",
    ),
)
def index_(c: Call) -> Col:
    """Like find; raises where the text is not there."""
    return as_count(c, helper(c, "found_at", place_of(c, "find")))


@rule(
    "Series.str.rindex(sub, start=0, end=None)",
    example=(
        "(df['s'].fillna('a') + 'a').str.rindex('a')",
        "(df['s'] + 'aba').str.rindex('ab', 1)",
    ),
)
def rindex(c: Call) -> Col:
    """Like rfind; raises where the text is not there."""
    return as_count(c, helper(c, "found_at", place_of(c, "rfind")))
