"""Functions that ``read_csv`` is given: of a cell's text, of a column's name, of a line's number."""

from __future__ import annotations

from typing import Any

from rules.labels import mapped_labels
from rules.lib import assign, series_of
from rules.registry import Call
from transpiler.facts import Col, Const, Frame, Func, Mapping, Module
from transpiler.symbolic import E


def converters_of(c: Call, label_of: Any) -> dict[str, Any]:
    """``converters=`` by label. ``label_of``: gives the label of a column by its name or place."""
    given = c["converters"]
    if isinstance(given, Const) and not given.value:
        return {}
    c.need(isinstance(given, Mapping), "converters= of this form")
    found = {label_of(key): function for key, function in given.items}
    fine = all(isinstance(f, (Func, Module)) for f in found.values())
    c.need(fine, "a converter that is not a function known here")
    c.need(
        c.lit("engine") in (None, "c") and not c.lit("skipfooter"),
        "converters= beside engine='python', where pandas looks for missing values in what they give",
    )
    return found


def converted(c: Call, frame: Frame, functions: dict[str, Any]) -> Frame:
    """The frame with columns of text as their converters make them."""
    interpreter = c.interpreter  # type: ignore[attr-defined]
    for label, function in functions.items():
        if isinstance(function, Module) and function.name == "builtins.str":
            continue
        made = interpreter.by_rule("Series.map", series_of(c.ctx, frame, label), [function], {}, c.node)  # type: ignore[attr-defined]  # fmt: skip
        c.need(isinstance(made, Col), "a converter that is not followed")
        frame = assign(c.ctx, frame, label, made)
    return frame


def chosen_columns(c: Call, schema: Any) -> list | E | None:
    """``usecols=`` of a function: the labels that it takes, or its text where only the job knows them."""
    function = c["usecols"]
    if not isinstance(function, (Func, Module)):
        return None
    if schema is None:
        return E(c.interpreter.driver.text(function))  # type: ignore[attr-defined]
    labels = [label for label, _, _ in schema.columns]
    return [label for label, taken in mapped_labels(c, function, labels).items() if taken]


def skipped_lines(c: Call) -> E | None:
    """``skiprows=`` of a function as the job's text of it."""
    function = c["skiprows"]
    if not isinstance(function, (Func, Module)):
        return None
    interpreter = c.interpreter  # type: ignore[attr-defined]
    c.need(not interpreter.has_effects(function), "skiprows= of a function that changes something")
    return E(interpreter.driver.text(function))
