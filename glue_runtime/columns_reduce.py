"""Aggregates that mean what pandas' reductions mean, given the Spark type of the column."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import number

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
    return F.avg(numeric(a, ta, "mean"))


def middle(a, ta):
    """The median of the values that are there."""
    return F.median(numeric(a, ta, "median"))


def deviation(a, ta, ddof=1):
    """The standard deviation of a sample (ddof=1) or a population (ddof=0)."""
    a = numeric(a, ta, "standard deviation")
    return F.stddev_samp(a) if ddof == 1 else F.stddev_pop(a)


def variance(a, ta, ddof=1):
    """The variance of a sample (ddof=1) or a population (ddof=0)."""
    a = numeric(a, ta, "variance")
    return F.var_samp(a) if ddof == 1 else F.var_pop(a)


def standard_error(a, ta):
    """The standard error of the mean."""
    a = numeric(a, ta, "standard error")
    return F.stddev_samp(a) / F.sqrt(F.count(a))


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
    """The product of fractions; nothing gives 1."""
    if ta not in ("double", "float"):
        raise TypeError("the product of a column that is not of fractions")
    return F.coalesce(F.product(a), F.lit(1.0))


def fraction_at(a, ta, q=0.5):
    """The quantile, linear between neighbours."""
    return F.percentile(numeric(a, ta, "quantile"), q)


def skewness(a, ta):
    """The skewness without bias, as pandas defines it: needs three values."""
    a = numeric(a, ta, "skewness").cast("double")
    n = F.count(a)
    adjusted = F.skewness(a) * F.sqrt(n * (n - 1)) / (n - 2)
    return F.when(n < 3, F.lit(None)).when(F.var_pop(a) == 0, 0.0).otherwise(adjusted)


def any_true(a, ta):
    """Whether any value is true, or is not zero."""
    return F.coalesce(F.bool_or(truth(a, ta)), F.lit(False))


def all_true(a, ta):
    """Whether every value that is there is true, or is not zero."""
    return F.coalesce(F.bool_and(truth(a, ta)), F.lit(True))


def truth(a, ta):
    if ta not in NUMERIC:
        raise TypeError(f"the truth of a {ta} column")
    return a if ta == "boolean" else a != 0
