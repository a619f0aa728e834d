"""``replace``: whole values, or patterns in texts, by others."""

from __future__ import annotations

import math
from typing import Any

from rules.choose import literal_of
from rules.convert import source_values
from rules.elementwise import changed_columns, compact
from rules.lib import all_finite, derive, is_missing, typed
from rules.registry import Call, rule
from transpiler.facts import (
    NULL_FREE,
    Accessor,
    Col,
    Column,
    Const,
    Frame,
    fresh,
    with_missing,
)
from transpiler.symbolic import F, render

_REPLACE = "to_replace=None, value=None, *, inplace=False, limit=None, regex=False, method=None"


def kind_of(value: Any) -> str:
    if is_missing(value):
        return "missing"
    name = type(value).__name__
    return {"int": "number", "float": "number", "str": "text", "bool": "flag"}.get(name, "other")


_COLUMN_KIND = {"object": "text", "int64": "number", "float64": "number", "string": "text"}


def pairs_of(c: Call, given: Any, value: Any, has_value: bool) -> list[tuple[Any, Any]]:
    """What is replaced by what."""
    if isinstance(given, dict):
        c.need(
            not has_value and not any(isinstance(v, (dict, list)) for v in given.values()),
            "a dict with value=, or nested",
        )
        return list(given.items())
    c.need(has_value, "replace without a value")
    given = list(given) if isinstance(given, (list, tuple)) else [given]
    if isinstance(value, (list, tuple)):
        c.need(len(value) == len(given), "lists of different lengths")
        return list(zip(given, value))
    return [(g, value) for g in given]


def alike(pair: tuple[Any, Any]) -> bool:
    """Whether a column that holds the first value can hold the second as well."""
    kinds = {kind_of(x) for x in pair}
    return len(kinds - {"missing"}) <= 1


def replaced(c: Call, series: Col, pairs: list[tuple[Any, Any]]) -> Col:
    """Whole values replaced, all at once; what cannot be in the column does not matter."""
    kind = _COLUMN_KIND.get(series.dtype or "")
    if series.dtype is None:
        plain = {"number", "text", "missing"}
        c.need(all(kind_of(x) in plain for pair in pairs for x in pair), "values of such types")
        c.need(all(map(alike, pairs)), "values of another type than those that they replace")
        c.verdict = "runtime"  # type: ignore[attr-defined]
        known = [tuple(None if is_missing(x) else x for x in pair) for pair in pairs]
        gaps = not series.is_nullable and any(is_missing(new) for _, new in known)
        return derive(
            typed(c.ctx, "swapped", series, pairs=known), None, series, gappy=gaps or series.gappy
        )
    if series.dtype == "bool":
        return flags_replaced(c, series, pairs)
    if series.dtype == "datetime64[ns]":
        odd = any(kind_of(g) in ("missing", "other") for g, _ in pairs)
        c.need(not odd, f"values replaced in a {series.dtype} column")
        return series  # no number and no text is a time
    c.need(kind is not None, f"values replaced in a {series.dtype} column")
    c.need(
        all(kind_of(x) not in ("other", "flag") for pair in pairs for x in pair),
        "values of such types",
    )
    hits = [
        (g, v)
        for g, v in pairs
        if kind_of(g) == kind or kind_of(g) == "missing" and series.dtype not in NULL_FREE
    ]
    if series.dtype == "int64":
        hits = [(int(g), v) for g, v in hits if float(g).is_integer()]
    if not hits:
        return series
    if series.dtype == "object" and {kind_of(v) for _, v in hits} == {"number"}:
        return texts_to_numbers(c, series, hits)
    c.need(
        all(kind_of(v) in (kind, "missing") for _, v in hits),
        "values of another type than the column",
    )
    gaps = any(kind_of(v) == "missing" for _, v in hits)
    if series.dtype == "int64":
        c.need(
            all(kind_of(v) == "missing" or isinstance(v, int) for _, v in hits),
            "whole numbers replaced by fractions",
        )
    dtype = with_missing(series.dtype) if gaps else series.dtype
    series = compact(c.ctx, series)
    expr: Any = F
    done: list[Any] = []
    for value in [v for i, (_, v) in enumerate(hits) if v not in [w for _, w in hits[:i]]]:
        group = [
            g
            for g, v in hits
            if (v == value or is_missing(v) and is_missing(value)) and g not in done
        ]
        done += group
        present = [float(g) if series.dtype == "float64" else g for g in group if not is_missing(g)]
        test = None
        if present:
            test = series.expr.isin(present) if len(present) > 1 else series.expr == present[0]
        if len(present) < len(group):
            test = series.expr.isNull() if test is None else test | series.expr.isNull()
        if test is not None:
            expr = expr.when(test, literal_of(value, dtype or ""))
    return derive(
        expr.otherwise(series.expr),
        dtype,
        series,
        null_free=series.null_free and not gaps,
        gappy=dtype is None and (gaps or series.gappy),
        finite=all_finite(*(Const(v) for _, v in hits))
        and (series.finite or {math.inf, -math.inf} <= {g for g, _ in hits}),
    )


def replaced_in_job(c: Call, pairs: list[tuple[Any, Any]]) -> Frame:
    """The columns are not known: the job goes through those it finds."""
    frame, plain = c.frame, {"number", "text", "missing"}
    c.need(c.lit("regex") is False, "patterns in columns that are not known here")
    c.need(all(kind_of(x) in plain for pair in pairs for x in pair), "values of such types")
    c.need(all(map(alike, pairs)), "values of another type than those that they replace")
    c.need(all(x.label == x.name for x in frame.columns), "renamed columns")
    c.need(not frame.nullable and not frame.index.levels, "nullable columns, or labels")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    keys = [k.name for k in frame.order.keys]
    frame = c.ctx.losing(frame, [*keys, *(x.label for x in frame.columns)])
    known = [tuple(None if is_missing(x) else x for x in pair) for pair in pairs]
    columns = tuple(Column(x.label, x.name, None) for x in frame.columns)
    text = f"{c.ctx.call('swap_frame')}({frame.text}, {render(known)})"
    return frame.but(text=text, columns=columns, base=fresh())


def flags_replaced(c: Call, series: Col, pairs: list[tuple[Any, Any]]) -> Col:
    """True and False replaced: both of them, by values of one type. Nothing else is in such a column."""
    table = {g: v for g, v in pairs if isinstance(g, bool)}
    c.need(not any(kind_of(g) == "other" for g, _ in pairs), "values of such types")
    if not table:
        return series
    kinds = {kind_of(v) for v in table.values()}
    c.need(len(table) == 2 or kinds == {"flag"}, "one of True and False replaced")
    c.need(
        len(kinds) == 1 and kinds <= {"flag", "number", "text"}, "flags replaced by several types"
    )
    if kinds == {"number"}:
        c.need(len({type(v) for v in table.values()}) == 1, "flags replaced by several types")
    dtype = {"flag": "bool", "text": "object"}.get(kinds.pop()) or (
        "int64" if isinstance(table[True], int) else "float64"
    )
    yes, no = (literal_of(table.get(flag, flag), dtype) for flag in (True, False))
    expr = F.when(series.expr, yes).otherwise(no)
    return derive(expr.cast("bigint") if dtype == "int64" else expr, dtype, series, null_free=True)


def texts_to_numbers(c: Call, series: Col, hits: list[tuple[Any, Any]]) -> Col:
    """Every text replaced by a number, as the input at hand shows; the job fails on another text."""
    values = source_values(c, series.frame, series.column) if series.column is not None else None
    c.need(values is not None, "values of another type than the column")
    keys = {g for g, _ in hits if not is_missing(g)}
    c.need(set(values.dropna()) <= keys and keys, "texts that are left among numbers")
    whole = all(isinstance(v, int) for _, v in hits)
    filled = any(is_missing(g) for g, _ in hits)
    # Where there was a missing value pandas has made fractions before it is replaced.
    dtype = (
        "float64"
        if not whole or filled and values.hasnans
        else "int64?" if values.hasnans else "int64"
    )
    expr: Any = F
    for given, value in hits:
        test = series.expr.isNull() if is_missing(given) else series.expr == given
        expr = expr.when(test, literal_of(value, dtype))
    if not filled:
        expr = expr.when(series.expr.isNull(), F.lit(None))
    problem = F.raise_error(F.lit("a text that is not replaced is left among numbers"))
    kind = "double" if dtype == "float64" else "bigint"
    return derive(
        expr.otherwise(problem).cast(kind), dtype, series, null_free=dtype == "int64", gap=None
    )


def replaced_by_patterns(c: Call, series: Col, pairs: list[tuple[Any, Any]]) -> Col:
    """Several patterns: each where the text as it was has it, one after another."""
    if len(pairs) == 1 or series.dtype != "object":
        return replaced_by_pattern(c, series, pairs)
    owner, interpreter = Accessor(series, "str"), c.interpreter  # type: ignore[attr-defined]
    out = series
    for given, value in pairs:
        c.need(isinstance(given, str), "a pattern that is not a text")
        test = interpreter.by_rule("Series.str.contains", owner, [Const(given)], {"na": Const(False)}, c.node)  # fmt: skip
        one = replaced_by_pattern(c, out, [(given, value)])
        out = derive(F.when(test.expr, one.expr).otherwise(out.expr), "object", series, null_free=False, gap=one.gap)  # fmt: skip
    return out


def replaced_by_pattern(c: Call, series: Col, pairs: list[tuple[Any, Any]]) -> Col:
    """Patterns replaced in texts, one after another; a missing value in place of the whole text."""
    if series.dtype in ("int64", "float64", "bool", "datetime64[ns]"):
        return series
    c.need(series.dtype == "object", f"patterns in a {series.dtype} column")
    given, value = pairs[0]
    c.need(isinstance(given, str), "a pattern that is not a text")
    owner, interpreter = Accessor(series, "str"), c.interpreter  # type: ignore[attr-defined]
    if is_missing(value):
        options = {"na": Const(False)}
        found = interpreter.by_rule("Series.str.contains", owner, [Const(given)], options, c.node)
        return derive(F.when(~found.expr, series.expr), "object", series, null_free=False, gap=None)
    c.need(isinstance(value, str), "a text replaced by another type")
    return interpreter.by_rule(
        "Series.str.replace", owner, [Const(given), Const(value)], {"regex": Const(True)}, c.node
    )


def arguments(c: Call) -> tuple[Any, Any, bool]:
    """What is replaced, by what, and whether there is a value=."""
    given, value, regex = c.lit("to_replace"), c.lit("value"), c.lit("regex")
    if regex not in (False, True):
        c.need(not c.given("to_replace"), "to_replace= and patterns in regex=")
        return regex, value, c.given("value")
    c.need(c.given("to_replace"), "replace without to_replace")
    return given, value, c.given("value")


def by_column(c: Call, label: Any, given: Any, value: Any, has_value: bool) -> tuple | None:
    """The arguments for one column of a frame; None where it is left alone."""
    labels = set(c.frame.labels)
    if not isinstance(given, dict) or not set(given) & labels:
        return given, value, has_value
    c.need(set(given) <= labels, "a dict of columns and values")
    if label not in given:
        return None
    if isinstance(given[label], dict):
        c.need(
            not has_value and all(isinstance(v, dict) for v in given.values()), "dicts and value="
        )
        return given[label], None, False
    c.need(has_value, "a dict by column without value=")
    if isinstance(value, dict):
        return (given[label], value[label], True) if label in value else None
    return given[label], value, True


@rule(
    f"Series.replace({_REPLACE})",
    not_yet="inplace limit method",
    example=(
        "df['k'].replace('a', 'A')",
        "df['s'].replace(['apple', 'Apple'], 'fruit')",
        "df['k'].replace({'a': 'b', 'b': 'a'})",
        "df['f'].replace(1.5, np.nan)",
        "df['i'].replace(3, 30)",
        "df['i'].replace(3, np.nan)",
        "(df['i'] / df['j']).replace([np.inf, -np.inf], np.nan)",
        "df['f'].replace(np.nan, 0)",
        "df['k'].replace(['a', 'b'], ['x', 'y'])",
        "df['s'].replace(r'[aeiou]+', '.', regex=True)",
        "df['s'].replace({r'^a': 'X', r'e$': 'Y', r'^X': 'Z'}, regex=True)",
        "df['s'].replace([r'^\\s*p', 'b'], ['Q', np.nan], regex=True)",
        "df['s'].replace(regex=r'^a', value='X')",
        "df['b'].replace({True: 1, False: 0})",
        "df['b'].replace({True: 'yes', False: 'no'})",
        "df['b'].replace(0, 5)",
        "df['k'].replace({'a': 1, 'b': 2, 'c': 3, 'd': 4})",
        "df['k'].replace({'a': 1, 'b': 2, 'c': 3, 'd': 4, np.nan: 0})",
    ),
)
def series_replace(c: Call) -> Col:
    """Whole values replaced by others."""
    given, value, has_value = arguments(c)
    do = replaced_by_patterns if c.lit("regex") is not False else replaced
    return do(c, c.col, pairs_of(c, given, value, has_value))


@rule(
    f"DataFrame.replace({_REPLACE})",
    not_yet="inplace limit method",
    example=(
        "df.replace('apple', 'pear')",
        "df[['f', 'i', 's']].replace(3, 4)",
        "df.replace({'k': {'a': 'A'}, 'i': {3: 30}})",
        "df[['f', 'i', 'k']].replace([np.inf, -np.inf], np.nan)",
        "df.replace('', np.nan)",
        "df.replace([np.inf, -np.inf], np.nan)",
        "df.replace(0, np.nan)",
        "df.replace({'s': 'apple', 'k': 'a'}, 'zz')",
        "df.replace({'s': r'^a', 'k': 'b'}, {'s': 'X', 'k': 'Y'}, regex=True)",
        "df[['s', 'u', 'i']].replace(r'^\\s*[a-z]', '_', regex=True)",
        "df[['s', 'k', 'f']].replace(r'^a', np.nan, regex=True)",
    ),
)
def frame_replace(c: Call) -> Frame:
    """Whole values replaced in every column that can hold them."""

    given, value, has_value = arguments(c)
    if c.frame.open:
        return replaced_in_job(c, pairs_of(c, given, value, has_value))
    do = replaced_by_patterns if c.lit("regex") is not False else replaced

    def change(series: Col) -> Col:
        found = by_column(c, series.label, given, value, has_value)
        return series if found is None else do(c, series, pairs_of(c, *found))

    return changed_columns(c.ctx, c.frame, change)


__all__ = ["replaced"]
