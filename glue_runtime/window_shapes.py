"""Statistics of the numbers in a window that Spark has no function for: ``rolling(…).skew()``."""

from __future__ import annotations

from pyspark.sql import functions as F


def over_window(how, column, rows, least=1, **options):
    """A statistic of the numbers in the window `rows`; missing where fewer than `least` are there.

    how: a name of `STATISTICS`. Infinite numbers are missing, as they are in pandas' windows.
    """
    number = column.cast("double")
    finite = F.when(F.abs(number) < float("inf"), number)
    seen = F.count(finite).over(rows)
    found = STATISTICS[how](finite, rows, seen, **options)
    if how == "sem":  # infinite numbers count for the root
        found = found / F.sqrt(F.count(column).over(rows) - options.get("ddof", 1))
    return F.when(seen >= least, found)


def window_skew(x, rows, n):
    """The skewness without bias: needs three values."""
    skew = F.skewness(x).over(rows) * F.sqrt(n * (n - 1)) / (n - 2)
    return F.when(n >= 3, varied(x, rows, skew, 0.0))


def window_kurt(x, rows, n):
    """The excess kurtosis without bias: needs four values."""
    above = (n + 1) * F.kurtosis(x).over(rows) + 6
    kurt = (n - 1) * above / ((n - 2) * (n - 3))
    return F.when(n >= 4, varied(x, rows, kurt, -3.0))


def varied(x, rows, value, same):
    """`value`; `same` where all values are equal, and missing where pandas takes them for equal."""
    equal = F.min(x).over(rows) == F.max(x).over(rows)
    return F.when(equal, same).when(F.var_pop(x).over(rows) > 1e-14, value)


def window_std(x, rows, n, ddof=1):
    """The standard deviation: `ddof` is that of the root which divides it."""
    return F.stddev_samp(x).over(rows)


def window_rank(x, rows, n, method="average", ascending=True, pct=False):
    """The rank of the last value among those of its window."""
    values = F.collect_list(x).over(rows)
    before = F.size(F.filter(values, lambda y: y < x if ascending else y > x))
    same = F.size(F.filter(values, lambda y: y == x))
    rank = before + {"average": (same + 1) / 2, "min": F.lit(1), "max": same}[method]
    return F.when(x.isNotNull(), rank / n if pct else rank.cast("double"))


STATISTICS = {
    "skew": window_skew,
    "kurt": window_kurt,
    "sem": window_std,
    "rank": window_rank,
}
