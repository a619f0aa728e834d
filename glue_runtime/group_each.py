"""An aggregate of every column by groups, where only the job sees which columns there are."""

from __future__ import annotations

from functools import reduce
from operator import and_

from pyspark.sql import functions as F

from glue_runtime.columns import NUMBERS
from glue_runtime.quoting import quoted

#: of columns that are Python objects in pandas, such as lists and decimals, these alone run here
OF_OBJECTS = ("group_nearest", "group_count")
#: these choose or count values; what computes with float32 numbers does so in 32 bits in pandas
OF_WIDTHS = ("group_nearest", "group_count", "group_nunique", "group_extreme", "group_any", "group_all")  # fmt: skip


def each_group(df, keys, build, aside=(), more=None, numeric_only=False, nullable=False, dropna=True, as_index=True, **options):  # fmt: skip
    """One row a group: `build` of each column that is no key and not set `aside`, then the keys
    (as_index=False: before), then the aggregates `more` {name: Column}.

    keys: names, or named Columns; numeric_only: only numbers and booleans; nullable: the columns
    are of pandas' nullable dtypes; dropna: rows that lack a key are in no group. Raises TypeError
    for a column that pandas has no such aggregate of, or has it of Python objects.
    """
    by = [quoted(k) if isinstance(k, str) else k for k in keys]
    names = df.select(*by).columns
    kinds = {c: t for c, t in df.dtypes if c not in aside and c not in names}
    if numeric_only:
        kinds = {c: t for c, t in kinds.items() if t in NUMBERS}
    if not nullable and (numeric_only or build.__name__ == "group_added"):
        objects = gappy_flags(df, kinds)
        if objects and not numeric_only:
            raise TypeError(f"the sum of True, False and missing values: columns {objects}")
        kinds = {c: t for c, t in kinds.items() if c not in objects}
    made = {c: built(build, c, t, options) for c, t in kinds.items()} | (more or {})
    rows = df.where(reduce(and_, [k.isNotNull() for k in by])) if dropna else df
    found = rows.groupBy(*by).agg(F.count(F.lit(1)), *[v.alias(c) for c, v in made.items()])
    shown = [*kinds, *names] if as_index else [*names, *kinds]
    return found.select(*[quoted(c) for c in (*shown, *(more or {}))])


def built(build, name, kind, options):
    """The aggregate of one column."""
    objects = kind.startswith(("array", "map", "struct", "decimal", "binary"))
    if objects and build.__name__ not in OF_OBJECTS:
        raise TypeError(f"{build.__name__} of the {kind} column {name!r}")
    if kind == "float" and build.__name__ not in OF_WIDTHS:
        raise TypeError(f"pandas computes the float32 column {name!r} in 32 bits: cast it to float")
    try:
        return build(quoted(name), kind, **options)
    except TypeError as error:
        raise TypeError(f"column {name!r}: {error}") from None


def gappy_flags(df, kinds):
    """The columns of booleans in which a value is missing: pandas has objects there."""
    flags = [f.name for f in df.schema.fields if kinds.get(f.name) == "boolean" and f.nullable]
    if not flags:
        return []
    gaps = df.agg(*[F.count_if(quoted(c).isNull()).alias(f"n{i}") for i, c in enumerate(flags)])
    return [c for c, gap in zip(flags, gaps.first()) if gap]
