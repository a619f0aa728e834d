"""Steps over all columns of a frame that only the job knows, such as a pivot table's."""

from __future__ import annotations

from functools import reduce

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.columns import type_in
from glue_runtime.columns_missing import whole
from glue_runtime.columns_numbers import limited_numbers, rounded
from glue_runtime.label_rows import unlabelled
from glue_runtime.position import with_position
from glue_runtime.quoting import quoted
from glue_runtime.running import all_filled_forward, interpolated

WHOLE_TYPES = ("tinyint", "smallint", "int", "bigint")
FRACTIONS = ("float", "double")


def numbers(df, aside):
    """The columns that are not set aside, with their types. Raises TypeError for others than numbers."""
    found = {c: t for c, t in df.dtypes if c not in aside}
    odd = {c: t for c, t in found.items() if t not in (*WHOLE_TYPES, *FRACTIONS, "boolean")}
    if odd:
        raise TypeError(f"numbers are needed, and these columns are others: {odd}")
    return found


def across(df, how, aside=()):
    """A Column: the sum, mean, min or max of each row over the columns that are not set aside, or the
    name of the first one that has it (idxmax, idxmin)."""
    found = numbers(df, aside)
    if how in ("idxmax", "idxmin"):
        return name_of_extreme(found, how)
    if not found:  # a pivot of no rows
        return F.lit(0.0) if how == "sum" else F.lit(None).cast("double")
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


def name_of_extreme(found, how):
    """The name of the first column with the largest (smallest) value of a row, missing without one."""
    if not found:
        raise ValueError(f"attempt to get arg{how[3:]} of an empty sequence")
    cells = [quoted(c) for c in found]
    extreme = F.greatest if how == "idxmax" else F.least
    aim = extreme(*cells) if len(cells) > 1 else cells[0]
    return F.coalesce(*[F.when(cell == aim, F.lit(name)) for cell, name in zip(cells, found)])


def each_computed(df, build, other, aside=(), labels=None, swap=False):
    """Every column that is not set aside, as ``build`` makes it of the column and `other` (swap: of
    `other` and the column): a number, a Column, or a pandas Series with a number for each column.

    labels: the pandas labels of the columns, where they are not their names. Raises ValueError for
    a Series with other labels.
    """
    kinds = numbers(df, aside)
    values = dict.fromkeys(kinds, other)
    if isinstance(other, pd.Series):
        if list(other.index) != list(kinds if labels is None else labels):
            raise ValueError("numbers for other columns than the frame has")
        values = dict(zip(kinds, other.tolist()))
    made = {}
    for name, kind in kinds.items():
        value = values[name]
        if not hasattr(value, "cast"):
            value = F.lit(None).cast("double") if pd.isna(value) else value
        sides = [(quoted(name), kind), (value, type_in(df, value))]
        (a, ta), (b, tb) = sides[::-1] if swap else sides
        made[name] = build(a, b, ta, tb).alias(name)
    return df.select(*[made.get(c, quoted(c)) for c in df.columns])


def each_rounded(df, decimals, aside=()):
    """Every column of numbers that is not set aside, rounded as numpy does."""
    kinds = {c: t for c, t in df.dtypes if c not in aside and t in (*WHOLE_TYPES, *FRACTIONS)}
    made = {c: rounded(quoted(c), t, decimals).alias(c) for c, t in kinds.items()}
    return df.select(*[made.get(c, quoted(c)) for c in df.columns])


def each_limited(df, lower, upper, aside=()):
    """Every column of numbers that is not set aside, held between two limits (None: there is none)."""
    limits, kinds = (lower, upper), [type_in(df, F.lit(x)) for x in (lower, upper)]
    found = numbers(df, aside).items()
    made = {c: limited_numbers(quoted(c), *limits, t, *kinds).alias(c) for c, t in found}
    return df.select(*[made.get(c, quoted(c)) for c in df.columns])


def chosen(df, labels, aside=()):
    """The columns with these labels. Raises KeyError for one that is not there."""
    lost = [c for c in labels if c not in df.columns or c in aside]
    if lost:
        raise KeyError(f"{lost} not in index")
    return df.select(*[quoted(c) for c in labels], *map(quoted, aside))


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


def with_columns_of(df, names, fill=None, aside=()):
    """`df` with those of the columns that it does not have: empty, or filled with a value.

    Raises TypeError where all its columns are of one type that pandas would change with them.
    """
    new = [n for n in names if n not in df.columns]
    kinds = {t for c, t in df.dtypes if c not in aside}
    only = kinds.pop() if len(kinds) == 1 else "string"
    kept = only in ("string", "double") or only == "bigint" and isinstance(fill, int)
    if new and not kept:
        raise TypeError(f"new columns {new} of a frame of {only} columns alone change those, too")
    kind = "bigint" if isinstance(fill, int) else "string" if isinstance(fill, str) else "double"
    return df.withColumns({n: F.lit(fill).cast(kind) for n in new}) if new else df


def with_absent(df, name, value):
    """`df` with the column `name` of one value, unless it has a column of that name."""
    return df if name in df.columns else df.withColumn(name, value)


def each_filled(df, row, aside=(), way=1):
    """Every column that is not set aside, its gaps filled from the rows before (way=1) or after (-1)
    along `row`. Raises TypeError for booleans with gaps, and for values such as lists."""
    kinds = {c: t for c, t in df.dtypes if c not in aside}
    usual = (*WHOLE_TYPES, *FRACTIONS, "string", "timestamp")
    values = {}
    for name, kind in kinds.items():
        if kind in usual:
            values[name] = whole(df, quoted(name))
        elif kind != "boolean" or df.where(quoted(name).isNull()).limit(1).count():
            raise TypeError(f"gaps of {name!r}, a column of type {kind}, filled along the rows")
    names = list(df.columns)
    row = F.col(row) if way > 0 else -F.col(row)
    return all_filled_forward(df, values, row).select(*map(quoted, names)) if values else df


def each_interpolated(df, row, aside=(), **options):
    """Every column of numbers that is not set aside, its gaps on straight lines along `row`; text
    stays as it is. Raises TypeError for text alone, and for times with gaps."""
    kinds = {c: t for c, t in df.dtypes if c not in aside}
    if kinds and set(kinds.values()) == {"string"}:
        raise TypeError("Cannot interpolate with all object-dtype columns in the DataFrame")
    names = list(df.columns)
    for name, kind in kinds.items():
        if kind in (*WHOLE_TYPES, *FRACTIONS):
            df = interpolated(df, name, whole(df, quoted(name)), row, **options)
        elif kind not in ("string", "boolean") and df.where(quoted(name).isNull()).limit(1).count():
            raise TypeError(f"an interpolation of {name!r}, a column of type {kind} with gaps")
    return df.select(*map(quoted, names))


def without_gaps(df, how="any", thresh=None, aside=()):
    """``df.dropna`` over the columns that are not set aside."""
    names = [c.replace("`", "``") for c in df.columns if c not in aside]
    return df.dropna(how=how, thresh=thresh, subset=[f"`{c}`" for c in names])


def expect_new(df, names):
    """`df`, which has no columns of these names. Raises ValueError for one that it has."""
    there = [n for n in names if n in df.columns]
    if there:
        raise ValueError(f"{there} are there already")
    return df


def without_columns(df, *names):
    """`df.drop(*names)`. Raises KeyError for a name that no column has, as pandas does."""
    missing = [n for n in names if n not in df.columns]
    if missing:
        raise KeyError(f"{missing} not found in axis")
    return df.drop(*names)


def with_row_below(df, level, label, values, place, order=(), aside=()):
    """`df` with a row below: `label` in column `level`, and in each other column that is not set aside its
    number of the pandas Series `values`. `place`: a column that rises with the rows, which come in this
    `order`. Whole numbers are fractions where one of both sides has some, as in pandas.

    Raises ValueError for values of other columns, TypeError for other columns than numbers.
    """
    shown = [c for c in df.columns if c != level and c not in aside]
    if shown != list(values.index) or values.dtype.kind not in "if":
        raise ValueError(f"a row of {list(values.index)} below the columns {df.columns}")
    types = dict(df.dtypes)
    odd = [c for c in shown if types[c] not in (*WHOLE_TYPES, *FRACTIONS)]
    if odd:
        raise TypeError(f"a row of numbers below the columns {odd}, which are others")
    whole = {c: values.dtype.kind == "i" and types[c] in WHOLE_TYPES for c in shown}
    kinds = {c: "bigint" if whole[c] else "double" for c in shown}
    cells = [quoted(c).cast(kinds[c]).alias(c) for c in shown]
    rows = with_position(unlabelled(df, level, label), *order, name=place)
    rows = rows.select(quoted(level), *cells, quoted(place))
    numbers = [F.lit(None if pd.isna(v) else v).cast(kinds[c]).alias(c) for c, v in values.items()]
    row = df.sparkSession.range(1).select(F.lit(label).alias(level), *numbers, F.lit(1 << 62).alias(place))  # fmt: skip
    return rows.unionByName(row)
