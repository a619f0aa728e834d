"""Whole numbers of fewer than 64 bits, or without a sign: what does not fit fails the job."""

from pyspark.sql import functions as F

from glue_runtime.casts import failure


def fitting(number, low, high, kind):
    """A whole number from `low` to `high`; another one fails, a missing one stays missing."""
    fits = (number >= low) & (number <= high)
    problem = failure(f"does not fit into {kind}", number, "bigint")
    return F.when(fits | number.isNull(), number).otherwise(problem)


def never_negative(number, kind="bigint"):
    """A number that is not negative; another one fails: without a sign numpy makes it very large."""
    problem = failure("a negative number has no unsigned form here", number, kind)
    return F.when((number >= 0) | number.isNull(), number).otherwise(problem)
