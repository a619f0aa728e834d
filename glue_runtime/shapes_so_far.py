"""The skewness, the kurtosis and the error of the mean of all rows so far: ``expanding().skew()``.

Each block of rows knows its moments about its own mean; those of two sets of values make those of
both together.
"""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.running import SO_FAR, all_so_far

MOMENTS = ("rows", "n", "mean", "squares", "cubes", "fourths")


def shape_so_far(df, name, how, column, row, least=1, ddof=1):
    """Add column `name`: the skew, kurt or sem of all values up to each row, where there are `least`.

    row: a column with 0, 1, 2, … Infinite numbers are missing, but count for the root of sem.
    """
    joined, found = all_so_far(df, column, row, powers, no_powers, both_powers)
    n, spread = found["n"], F.when(found["low"] < found["high"], found["squares"]).otherwise(0.0)
    value = {
        "skew": lambda: skew_of(found, n, spread),
        "kurt": lambda: kurt_of(found, n, spread),
        "sem": lambda: F.sqrt(spread / F.when(n > 1, n - 1)) / F.sqrt(found["rows"] - ddof),
    }[how]()
    joined = joined.withColumn(name, F.when(n >= least, value))
    return joined.drop(*SO_FAR)


def skew_of(found, n, squares):
    """The skewness without bias, of three or more; 0 of equal values, missing of nearly equal ones."""
    skew = F.sqrt(n) * found["cubes"] / F.pow(squares, F.lit(1.5))
    adjusted = skew * F.sqrt(n * (n - 1)) / (n - 2)
    return F.when(n < 3, None).when(squares == 0, 0.0).when(squares / n > 1e-14, adjusted)


def kurt_of(found, n, squares):
    """The excess kurtosis without bias, of four or more; -3 of equal values."""
    kurt = n * found["fourths"] / (squares * squares) - 3
    adjusted = (n - 1) * ((n + 1) * kurt + 6) / ((n - 2) * (n - 3))
    return F.when(n < 4, None).when(squares == 0, -3.0).when(squares / n > 1e-14, adjusted)


def powers(column, over=lambda x: x):
    """How many values there are, how many of them finite, the mean of these, the sums of powers of
    their distances to it, and their ends."""
    column = F.col(column)
    x = F.when(F.abs(column) < float("inf"), column)
    n = over(F.count(x)).cast("double")
    squares = F.coalesce(over(F.var_pop(x)) * n, F.lit(0.0))
    nan = F.lit(float("nan"))
    third, fourth = F.nullif(over(F.skewness(x)), nan), F.nullif(over(F.kurtosis(x)), nan)
    found = {
        "rows": over(F.count(column)).cast("double"),
        "n": n,
        "mean": F.coalesce(over(F.avg(x)), F.lit(0.0)),
        "squares": squares,
        "cubes": F.coalesce(third * F.pow(squares, F.lit(1.5)) / F.sqrt(n), F.lit(0.0)),
        "fourths": F.coalesce((fourth + 3) * squares * squares / n, F.lit(0.0)),
        "low": over(F.min(x)),
        "high": over(F.max(x)),
    }
    return F.struct(*[value.alias(key) for key, value in found.items()])


def no_powers():
    """Those of no values."""
    none = F.lit(None).cast("double")
    zeros = [F.lit(0.0).alias(x) for x in MOMENTS]
    return F.struct(*zeros, none.alias("low"), none.alias("high"))


def both_powers(a, b):
    """Those of two sets of values together."""
    n = a["n"] + b["n"]
    per = F.when(n > 0, 1 / n).otherwise(0.0)
    d, pair = b["mean"] - a["mean"], a["n"] * b["n"] * per
    apart = a["n"] * b["squares"] - b["n"] * a["squares"]
    cubes = d * d * d * pair * (a["n"] - b["n"]) * per + 3 * d * apart * per
    spread = a["n"] * a["n"] - a["n"] * b["n"] + b["n"] * b["n"]
    both = a["n"] * a["n"] * b["squares"] + b["n"] * b["n"] * a["squares"]
    fourths = d * d * d * d * pair * spread * per * per + 6 * d * d * both * per * per
    fourths += 4 * d * (a["n"] * b["cubes"] - b["n"] * a["cubes"]) * per
    found = {
        "rows": a["rows"] + b["rows"],
        "n": n,
        "mean": a["mean"] + d * b["n"] * per,
        "squares": a["squares"] + b["squares"] + d * d * pair,
        "cubes": a["cubes"] + b["cubes"] + cubes,
        "fourths": a["fourths"] + b["fourths"] + fourths,
        "low": F.least(a["low"], b["low"]),
        "high": F.greatest(a["high"], b["high"]),
    }
    return F.struct(*[value.alias(key) for key, value in found.items()])
