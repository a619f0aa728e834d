"""Every match in a text: ``str.extractall``."""

from __future__ import annotations

import re
from dataclasses import replace

from rules.lib import chain, fresh_column, settle
from rules.regexes import java
from rules.registry import Call, rule
from rules.text import pattern, text_dtype, text_of
from transpiler.facts import Column, Frame, Index, Order, Rows, SortKey
from transpiler.symbolic import E, F, col, lift

_ROW = "__nth"


@rule(
    "Series.str.extractall(pat, flags=0)",
    example=(
        "df['s'].str.extractall('([a-z])(p|n)')",
        "df['s'].str.extractall('(?P<vowel>[aeiou])').reset_index()",
        "df[df['i'] > 2]['s'].str.extractall('(b)?(an)')",
        "df['s'].str.extractall('(p)', flags=2)",
        "df['s'].str.extractall('(?P<x>[éÜ])(?P<y>.)')['y']",
        "df['s'].str.extractall('(p)').groupby(level=0).size()",
        "df['s'].str.extractall('(never)')",
        "df['s'].str.extractall('([a-z]+)').reset_index()['match'].max()",
    ),
)
def extractall(c: Call) -> Frame:
    """The groups of each match, a row for each; a group that is empty is missing."""
    pat, flags, ctx, series = pattern(c), c.lit("flags"), c.ctx, c.col
    compiled = re.compile(pat, flags)
    c.need(compiled.groups > 0, "a pattern without groups")
    found = java(pat, int(flags))
    c.need(found.least > 0, "a pattern that may match nothing")
    c.need(not found.repeated, "a group in a repetition")
    frame = series.frame
    plain = frame.index.kind in ("range", "rows") and not frame.order.keys
    c.need(plain and frame.order.anchor == frame.index.anchor, "matches beside labels that are columns, or in another order")  # fmt: skip
    c.need(not series.temps and not series.windowed, "texts that are not in a column yet")
    settle(ctx, frame)
    row = ctx.position(frame, frame.index.anchor, "number")
    names = {number - 1: name for name, number in compiled.groupindex.items()}
    labels = [names.get(n, n) for n in range(compiled.groups)]
    source = text_of(c)
    parts = [F.regexp_extract_all(source, F.lit(found.pattern), n + 1) for n in range(len(labels))]
    match = fresh_column("match", "match", "int64")
    c.need(str(match.name) not in map(str, labels), "a group named match")
    more = [F.get(part, E("n")) for part in parts[1:]]
    # not nullif: Spark 3.5 asks for the type of what it is given, which no lambda knows yet
    groups = [F.when(x != "", x).alias(str(y)) for x, y in zip([E("first"), *more], labels)]
    each = E(f"F.transform({parts[0]}, lambda first, n: {F.struct(*groups)})")
    exploded = F.posexplode(each).alias("match", "__groups")
    text = f".select({row.alias(_ROW)}, {exploded})"
    shown = [col(_ROW), col("match").cast("bigint").alias("match")]
    shown += [F.col("__groups")[str(x)].alias(str(x)) for x in labels]
    text += f".select({', '.join(lift(x).text for x in shown)})"
    number = fresh_column(None, _ROW, "int64")
    columns = tuple(_text_column(x, text_dtype(series)) for x in labels)
    return chain(
        frame,
        text,
        columns=columns,
        open=False,
        gone=(),
        hidden=(),
        index=Index("columns", None, (number, match)),
        order=Order((SortKey(_ROW, number.uid), SortKey("match", match.uid)), None, False, True),
        rows=Rows(full={number.uid, match.uid}),
    )


def _text_column(label: object, dtype: str) -> Column:
    return replace(fresh_column(label, str(label), dtype, dtype == "string"), gap="nan")
