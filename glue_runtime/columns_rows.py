"""Reductions along a row whose columns only the job knows the types of.

Each builder takes the Columns of a row, then one Spark type name per Column. Missing is NULL.
"""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import NUMBERS, number
from glue_runtime.columns_numbers import FRACTIONS, only_numbers
from glue_runtime.rows import row_product


def row_of_some(*cells, how, skipna=True, numeric_only=False, min_count=0, **options):
    """``how`` (a builder of this module) of a row.

    skipna=False: missing where any value is. numeric_only: columns of numbers and booleans alone
    take part. min_count: missing where fewer values are there.
    """
    half = len(cells) // 2
    pairs = list(zip(cells[:half], cells[half:]))
    if numeric_only:
        pairs = [(a, t) for a, t in pairs if t in NUMBERS]
    if not pairs:
        empty = {"row_total": 0.0, "row_times": 1.0}.get(how.__name__)
        return F.lit(None if min_count > 0 else empty).cast("double")
    found = how(*[a for a, _ in pairs], *[t for _, t in pairs], **options)
    there = None
    for a, _ in pairs:
        one = a.isNotNull().cast("bigint")
        there = one if there is None else there + one
    if not skipna:
        found = F.when(there == len(pairs), found)
    if min_count <= 0:
        return found
    if options.get("nullable") or {t for _, t in pairs} & set(FRACTIONS):
        return F.when(there >= min_count, found)
    return found if len(pairs) >= min_count else F.lit(None).cast("double")


def row_total(*cells, nullable=False):
    """The sum of the numbers of a row that are there."""
    half = len(cells) // 2
    result = None
    for a, t in zip(cells[:half], cells[half:]):
        if t != "boolean" or nullable:
            only_numbers(t, "sum")
        value = F.coalesce(number(a, t), F.lit(0.0) if t in FRACTIONS else F.lit(0))
        result = value if result is None else result + value
    return result


def row_times(*cells):
    """The product of the numbers of a row that are there; whole numbers wrap as numpy's do."""
    half = len(cells) // 2
    for t in cells[half:]:
        if t != "boolean":
            only_numbers(t, "product")
    values = [number(a, t) for a, t in zip(cells[:half], cells[half:])]
    if set(cells[half:]) & set(FRACTIONS):
        return row_product(*values)
    result = F.coalesce(values[0], F.lit(1)).cast("bigint")
    for value in values[1:]:
        result = result * F.coalesce(value, F.lit(1))
    return result


def row_average(*cells, nullable=False):
    """The mean of the numbers of a row that are there."""
    half = len(cells) // 2
    there = None
    for a in cells[:half]:
        one = a.isNotNull().cast("bigint")
        there = one if there is None else there + one
    return F.when(there > 0, row_total(*cells, nullable=nullable) / there)


def row_least(*cells, nullable=False):
    """The least of the numbers of a row that are there."""
    return row_extreme(F.least, *cells)


def row_greatest(*cells, nullable=False):
    """The greatest of the numbers of a row that are there."""
    return row_extreme(F.greatest, *cells)


def row_extreme(choose, *cells):
    half = len(cells) // 2
    for t in cells[half:]:
        if set(cells[half:]) != {"timestamp"}:
            only_numbers(t, "the extreme of a row")
    mixed = len(set(cells[half:])) > 1
    values = [a.cast("double") if mixed else a for a in cells[:half]]
    return choose(*values) if len(values) > 1 else values[0]


def row_of_numbers(*cells, of, **options):
    """``of``, a function of Columns, over the cells of a row, which must be numbers."""
    half = len(cells) // 2
    for t in cells[half:]:
        if t != "boolean":
            only_numbers(t, "the spread of a row")
    return of(*[number(a, t) for a, t in zip(cells[:half], cells[half:])], **options)


def row_label(*cells, labels, largest=True):
    """The label of the first extreme of a row; missing where the row has no value."""
    half = len(cells) // 2
    for t in cells[half:]:
        only_numbers(t, "the label of the extreme of a row")
    mixed = len(set(cells[half:])) > 1
    values = [a.cast("double") if mixed else a for a in cells[:half]]
    top = values[0]
    if half > 1:
        top = F.greatest(*values) if largest else F.least(*values)
    result = None
    for value, label in zip(values, labels):
        test = value == top
        result = F.when(test, label) if result is None else result.when(test, label)
    return result


def number_of_row(df, column):
    """What ``numeric_only=True`` takes for numbers along a row: booleans with gaps are objects in
    pandas, which it leaves out; whole numbers with gaps are fractions. Looks at the data, once."""
    kind = df.select(column).schema[0].dataType.simpleString()
    if kind not in ("boolean", "bigint", "int", "smallint", "tinyint"):
        return column
    if df.where(column.isNull()).isEmpty():
        return column
    return column.cast("string" if kind == "boolean" else "double")
