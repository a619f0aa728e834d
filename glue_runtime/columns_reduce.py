"""Aggregates that mean what pandas' reductions mean, given the Spark type of the column."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import no_nan, number
from glue_runtime.columns_group import over_group, quantile_beside_infinities

NUMERIC = ("tinyint", "smallint", "int", "bigint", "float", "double", "boolean")


def numeric(a, ta, what):
    """The column as numbers. Raises TypeError for a column of another kind, as pandas does."""
    if ta not in NUMERIC:
        raise TypeError(f"cannot take the {what} of a {ta} column")
    return number(a, ta)


def total(a, ta):
    """The sum; booleans count, nothing sums to 0."""
    if ta.startswith("interval"):
        return F.coalesce(F.sum(a), F.expr("interval '0' second"))
    a = numeric(a, ta, "sum")
    return F.coalesce(F.sum(a), F.lit(0.0) if ta in ("double", "float") else F.lit(0))


def average(a, ta):
    """The mean of the values that are there."""
    if ta == "timestamp":
        return F.timestamp_micros(F.avg(F.unix_micros(a)).cast("bigint"))
    return F.avg(a if ta.startswith("interval") else numeric(a, ta, "mean"))


def middle(a, ta):
    """The median of the values that are there."""
    if ta == "timestamp":
        return fraction_at(a, ta)
    return F.median(a if ta.startswith("interval") else numeric(a, ta, "median"))


def deviation(a, ta, ddof=1):
    """The standard deviation: of a sample (ddof=1), a population (ddof=0), or with another divisor."""
    a = numeric(a, ta, "standard deviation")
    if ddof not in (0, 1):
        return F.sqrt(variance(a, ta, ddof))
    return F.stddev_samp(a) if ddof == 1 else F.stddev_pop(a)


def variance(a, ta, ddof=1):
    """The variance: of a sample (ddof=1), a population (ddof=0), or with another divisor."""
    a = numeric(a, ta, "variance")
    if ddof not in (0, 1):
        n = F.count(a)
        return F.when(n > ddof, F.var_pop(a) * n / (n - ddof))
    return F.var_samp(a) if ddof == 1 else F.var_pop(a)


def standard_error(a, ta, ddof=1):
    """The standard error of the mean."""
    a = numeric(a, ta, "standard error")
    return deviation(a, "double", ddof) / F.sqrt(F.count(a))


def whole_or_error(a, ta):
    """Text and dates that pandas compares: a missing one among them raises TypeError there."""
    if ta not in ("string", "date"):
        return a
    return F.coalesce(
        a, F.raise_error(F.lit("'<=' not supported between instances of 'str' and 'float'"))
    )


def smallest(a, ta):
    """The least value."""
    return F.min(whole_or_error(a, ta))


def largest(a, ta):
    """The greatest value."""
    return F.max(whole_or_error(a, ta))


def product(a, ta):
    """The product; nothing gives 1. One of integers must stay below 2**53, where it is exact."""
    if ta in ("double", "float"):
        return F.coalesce(F.product(a.cast("double")), F.lit(1.0))  # as of groups
    a = numeric(a, ta, "product")
    result = F.coalesce(F.product(a.cast("double")), F.lit(1.0))
    too_large = F.raise_error(F.lit("a product of integers beyond 2**53"))
    whole = F.when(F.abs(result) < 2.0**53, result.cast("bigint")).otherwise(too_large)
    return F.when(F.count_if(a == 0) > 0, F.lit(0)).otherwise(whole)


def fraction_at(a, ta, q=0.5, finite=False):
    """The quantile, linear between neighbours."""
    if ta == "timestamp":
        return F.timestamp_micros(F.percentile(F.unix_micros(a), q).cast("bigint"))
    if ta == "boolean":
        raise TypeError("pandas takes no quantile of booleans")
    if ta.startswith("interval"):
        return F.percentile(a, q)
    found = F.percentile(numeric(a, ta, "quantile"), q)
    if finite or ta not in ("double", "float"):
        return found
    return quantile_beside_infinities(found, a, q)


def skewness(a, ta, over=None, finite=False):
    """The skewness without bias, as pandas' Series define it: needs three values."""
    a = numeric(a, ta, "skewness").cast("double")
    n = over_group(F.count(a), over)
    squares = over_group(F.var_pop(a), over) * n
    skew = over_group(F.skewness(a), over)
    cubes = skew * F.pow(squares, F.lit(1.5)) / F.sqrt(n)
    adjusted = skew * F.sqrt(n * (n - 1)) / (n - 2)
    # pandas takes sums of powers below 1e-14 as zero.
    none = (squares < 1e-14) | (F.abs(cubes) < 1e-14)
    return no_nan(F.when(n < 3, F.lit(None)).when(none, 0.0).otherwise(adjusted), ta, finite)


def peakedness(a, ta, over=None, finite=False):
    """The excess kurtosis without bias, as pandas' Series define it: needs four values."""
    a = numeric(a, ta, "kurtosis").cast("double")
    n = over_group(F.count(a), over)
    squares = over_group(F.var_pop(a), over) * n
    # pandas takes numerators and denominators below 1e-14 as zero.
    below = (n - 2) * (n - 3) * squares * squares
    above = (n + 1) * (n - 1) * (over_group(F.kurtosis(a), over) + 3) * squares * squares
    above = F.when(F.abs(above) < 1e-14, 0.0).otherwise(above)
    adjusted = above / below - 3 * (n - 1) * (n - 1) / ((n - 2) * (n - 3))
    return no_nan(
        F.when(n < 4, F.lit(None)).when(below < 1e-14, 0.0).otherwise(adjusted), ta, finite
    )


def any_true(a, ta):
    """Whether any value is true, or is not zero."""
    return F.coalesce(F.bool_or(truth(a, ta)), F.lit(False))


def all_true(a, ta):
    """Whether every value that is there is true, or is not zero."""
    return F.coalesce(F.bool_and(truth(a, ta)), F.lit(True))


def truth(a, ta):
    """What Python takes for true: numbers but zero, texts but the empty one, all times."""
    if ta == "string":
        return a != ""
    if ta == "timestamp":
        return F.when(a.isNotNull(), True)
    if ta not in NUMERIC:
        raise TypeError(f"the truth of a {ta} column")
    return a if ta == "boolean" else a != 0


def how_many(a, ta):
    """How many values are there."""
    return F.count(a)


def how_many_different(a, ta, dropna=True):
    """How many different values are there; a missing one counts with dropna=False."""
    found = F.count_distinct(a)
    return found if dropna else found + F.coalesce(F.max(a.isNull().cast("int")), F.lit(0))


def measured(a, ta):
    """A column of numbers or booleans as fractions. Raises for another, as pandas does."""
    return numeric(a, ta, "correlation").cast("double")


def ordered_value(a, ta):
    """A column of numbers or times as it is. Raises TypeError for another, as pandas does."""
    if ta not in (*NUMERIC, "timestamp"):
        raise TypeError(f"the largest of a {ta} column has no label")
    return a
