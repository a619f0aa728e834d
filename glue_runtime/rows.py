"""Reductions along a row, from the values of the row that are there."""

from __future__ import annotations

from pyspark.sql import functions as F


def row_values(*cells):
    """The values of a row that are there, as an array of fractions."""
    return F.array_compact(F.array(*[c.cast("double") for c in cells]))


def row_variance(*cells, ddof=1):
    """The variance of a row; missing for ``ddof`` values or fewer."""
    values = row_values(*cells)
    n = F.size(values)
    mean = F.aggregate(values, F.lit(0.0), lambda total, x: total + x) / n
    squares = F.aggregate(values, F.lit(0.0), lambda total, x: total + (x - mean) * (x - mean))
    return F.when(n > ddof, F.nanvl(squares / (n - ddof), F.lit(None)))


def row_deviation(*cells, ddof=1):
    """The standard deviation of a row."""
    return F.sqrt(row_variance(*cells, ddof=ddof))


def row_error(*cells, ddof=1):
    """The standard error of the mean of a row."""
    return row_deviation(*cells, ddof=ddof) / F.sqrt(F.size(row_values(*cells)))


def row_powers(*cells, power):
    """How many values a row has, and the sums of squares and of a power of their distances to the
    mean."""
    values = row_values(*cells)
    n = F.size(values)
    mean = F.aggregate(values, F.lit(0.0), lambda total, x: total + x) / n

    def powers(of):
        return F.aggregate(values, F.lit(0.0), lambda total, x: total + F.pow(x - mean, F.lit(of)))

    return n, powers(2), powers(power)


def without_rounding(total):
    """A sum of powers, which pandas takes for zero below 1e-14."""
    return F.when(F.abs(total) < 1e-14, 0.0).otherwise(total)


def row_skew(*cells):
    """The skewness of a row without bias: needs three values, 0 where all are the same."""
    n, squares, cubes = row_powers(*cells, power=3)
    squares, cubes = without_rounding(squares), without_rounding(cubes)
    skew = n * F.sqrt(n - 1) / (n - 2) * (cubes / F.pow(squares, F.lit(1.5)))
    return F.when(n >= 3, F.nanvl(F.when(squares == 0, 0.0).otherwise(skew), F.lit(None)))


def row_kurtosis(*cells):
    """The excess kurtosis of a row without bias: needs four values, 0 where all are the same."""
    n, squares, fourths = row_powers(*cells, power=4)
    above = without_rounding(n * (n + 1) * (n - 1) * fourths)
    below = without_rounding((n - 2) * (n - 3) * squares * squares)
    kurtosis = above / below - 3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3))
    return F.when(n >= 4, F.nanvl(F.when(below == 0, 0.0).otherwise(kurtosis), F.lit(None)))


def row_quantile(*cells, q=None):
    """A quantile of a row, linear between neighbours; the median for None."""
    values = F.array_sort(row_values(*cells))
    n = F.size(values)
    place = (n - 1) * F.lit(0.5 if q is None else float(q))
    low = F.floor(place).cast("int")
    high = F.ceil(place).cast("int") if q is None else F.least(low + 1, n - 1)
    a, b = F.get(values, low), F.get(values, high)
    if q is None:
        return F.when(a == b, a).otherwise(F.nanvl((a + b) / 2, F.lit(None)))
    share = place - low
    between = F.when(share < 0.5, a + (b - a) * share).otherwise(b - (b - a) * (1 - share))
    return F.nanvl(between, F.lit(None))


def row_product(*cells):
    """The product of a row; of nothing it is 1."""
    product = F.aggregate(row_values(*cells), F.lit(1.0), lambda total, x: total * x)
    return F.nanvl(product, F.lit(None))


def row_distinct(*cells, dropna=True):
    """How many different values a row has; a missing one counts with dropna=False."""
    found = F.size(F.array_distinct(F.array_compact(F.array(*cells))))
    if not dropna:
        found = found + F.exists(F.array(*cells), lambda x: x.isNull()).cast("int")
    return found.cast("bigint")


def row_rank(cells, n, method="average", ascending=True, pct=False):
    """The place of cell `n` among the cells of its row; missing for a missing one."""
    own = cells[n]
    ahead = [F.coalesce((x < own if ascending else x > own).cast("int"), F.lit(0)) for x in cells]
    equal = [F.coalesce((x == own).cast("int"), F.lit(0)) for x in cells]
    before, ties = sum(ahead[1:], ahead[0]), sum(equal[1:], equal[0])
    values = F.array_compact(F.array(*cells))
    if method == "dense":
        values = F.array_distinct(values)
        place = F.size(F.filter(values, lambda x: x < own if ascending else x > own)) + 1
    else:
        offset = {"average": (ties + 1) / 2, "min": F.lit(1), "max": ties}
        place = before + (sum(equal[:n], F.lit(1)) if method == "first" else offset[method])
    place = place / F.size(values) if pct else place
    return F.when(own.isNotNull(), place.cast("double"))


def pieces_found(df):
    """The frame itself, or ValueError where it has no rows, as pd.concat of no frames raises."""
    if df.isEmpty():
        raise ValueError("No objects to concatenate")
    return df
