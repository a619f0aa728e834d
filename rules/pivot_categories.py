"""Categories that the program states in the rows and columns of pivot tables."""

from __future__ import annotations

from typing import Any

from rules.categories import place, stated
from transpiler.errors import NoRule
from transpiler.facts import Binned, Category, Column, SeenCategory
from transpiler.symbolic import col, render


def places_of(ctx: Any, levels: list[Column]) -> tuple[dict[str, str], str, tuple[str, ...]]:
    """What sorts the levels that are categories: {level: hidden column}, the text that adds these."""
    places, text = {}, ""
    for level in levels:
        found = stated(level.dtype)
        if (
            found is None
            and level.dtype == "category"
            and not isinstance(level.dtype, SeenCategory)
        ):
            raise NoRule("categories that only the data tell")
        if found is not None and found != sorted(found):
            places[level.name] = ctx.temp("place")
            text += f'.withColumn("{places[level.name]}", {place(col(level.name), found)})'
    return places, text, tuple(places.values())


def label_of(ctx: Any, dtype: Any, total: bool) -> str:
    """What makes labels of the texts of a category. Beside a total they are objects."""
    if isinstance(dtype, Binned):
        raise NoRule("columns named by bins")
    if total:
        return ""
    ctx.call("category_label")
    return f"category_label({render(dtype.categories)}{', ordered=True' if dtype.ordered else ''})"


def with_total(dtype: Any, name: str) -> Any:
    """What sorts the texts of a key beside a total of this name: the categories where it has some."""
    if isinstance(dtype, (Binned, SeenCategory)):
        raise NoRule("totals beside such categories")
    found = stated(dtype)
    return "object" if found is None else Category([*found, name], True)


__all__ = ["label_of", "places_of", "with_total"]
