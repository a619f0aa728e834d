"""Steps over all columns of a frame that only the job knows, such as a pivot table's."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import functions as F

from glue_runtime.columns_numbers import rounded
from glue_runtime.quoting import quoted

WHOLE_TYPES = ("tinyint", "smallint", "int", "bigint")
FRACTIONS = ("float", "double")


def numbers(df, aside):
    """The columns that are not set aside, with their types. Raises TypeError for others than numbers."""
    found = {c: t for c, t in df.dtypes if c not in aside}
    odd = {c: t for c, t in found.items() if t not in (*WHOLE_TYPES, *FRACTIONS, "boolean")}
    if odd or not found:
        raise TypeError(f"numbers are needed, and these columns are others: {odd}")
    return found


def across(df, how, aside=()):
    """A Column: the sum, mean, min or max of each row over the columns that are not set aside."""
    found = numbers(df, aside)
    fractions = set(found.values()) & set(FRACTIONS)
    kind = "double" if fractions else "bigint"
    if how in ("min", "max") and len(set(found.values())) == 1 and "boolean" in found.values():
        raise TypeError(f"the {how} of truth values along a row")
    cells = [quoted(c).cast(kind) for c in found]
    total = reduce(lambda a, b: a + b, [F.coalesce(c, F.lit(0).cast(kind)) for c in cells])
    if how == "sum":
        return total
    if how == "mean":
        present = reduce(lambda a, b: a + b, [c.isNotNull().cast("bigint") for c in cells])
        return F.when(present > 0, total / present)
    if len(cells) == 1:
        return cells[0]
    return (F.least if how == "min" else F.greatest)(*cells)


def each_divided(df, value, aside=()):
    """Every column that is not set aside, divided by the Column `value`; x / 0 is an infinity, 0 / 0
    is missing."""
    names = list(numbers(df, aside))
    divisor = value.cast("double")
    zero = divisor == 0
    out = []
    for c in df.columns:
        if c not in names:
            out.append(quoted(c))
            continue
        cell = quoted(c).cast("double")
        infinite = F.when(cell > 0, float("inf")).when(cell < 0, float("-inf"))
        out.append(F.when(zero, infinite).otherwise(cell / divisor).alias(c))
    return df.select(*out)


def each_rounded(df, decimals, aside=()):
    """Every column of numbers that is not set aside, rounded as numpy does."""
    kinds = {c: t for c, t in df.dtypes if c not in aside and t in (*WHOLE_TYPES, *FRACTIONS)}
    made = {c: rounded(quoted(c), t, decimals).alias(c) for c, t in kinds.items()}
    return df.select(*[made.get(c, quoted(c)) for c in df.columns])


def each_cast(df, kind, aside=()):
    """Every column of numbers that is not set aside, as `kind` ("bigint", "double"). Raises
    ValueError for a missing value that a whole number cannot stand for."""
    names = [c for c, t in numbers(df, aside).items() if t != kind]
    if kind == "bigint" and names:
        gap = reduce(lambda a, b: a | b, [quoted(c).isNull() for c in names])
        if df.where(gap).limit(1).count():
            raise ValueError("Cannot convert non-finite values (NA or inf) to integer")
    return df.select(
        *[quoted(c).cast(kind).alias(c) if c in names else quoted(c) for c in df.columns]
    )
