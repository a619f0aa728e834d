"""Aggregates that mean what pandas' group aggregates mean, given the Spark type of the column.

Each takes a Column and its Spark type name; ``over`` is a window for the aggregate of each row's
group. Missing values are NULL and are skipped; no builder returns NaN: what infinite numbers make
of each other is missing. ``finite``: the column has no infinite number.
"""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import (
    INTEGERS,
    INTERVAL,
    NUMBERS,
    no_nan,
    number,
    truediv,
)


def over_group(aggregate, over):
    """The aggregate, or its value in each row's group."""
    return aggregate if over is None else aggregate.over(over)


def group_number(v, t):
    """The column as a number; TypeError for a type that pandas cannot average either."""
    if t not in NUMBERS:
        raise TypeError(f"an average or a spread of a {t} column")
    return number(v, t)


def group_sum(v, t, over=None, min_count=0, full=False, finite=False):
    """The sum of a group; booleans count, nothing sums to 0. ``full``: no value is missing."""
    if t not in (*NUMBERS, INTERVAL):
        raise TypeError(f"the sum of a {t} column")
    total = over_group(F.sum(number(v, t)), over)
    if min_count > 0:
        found = F.when(over_group(F.count(v), over) >= min_count, total)
    elif full:
        found = total
    else:
        zero = 0.0 if t in ("double", "float") else 0
        found = F.coalesce(total, F.expr("interval '0' second") if t == INTERVAL else F.lit(zero))
    return no_nan(found, t, finite)


def group_prod(v, t, over=None, min_count=0, finite=False):
    """The product of a group; whole numbers stay whole (and wrap), nothing gives 1."""
    v = group_number(v, t)
    if t in (*INTEGERS, "boolean"):
        one = F.lit(1).cast("bigint")
        made = F.aggregate(over_group(F.collect_list(v), over), one, lambda acc, x: acc * x)
    else:
        v = v.cast("double")  # Spark 3.5 has no product of a sum
        made = no_nan(F.coalesce(over_group(F.product(v), over), F.lit(1.0)), t, finite)
    return F.when(over_group(F.count(v), over) >= min_count, made) if min_count > 0 else made


def group_mean(v, t, over=None, finite=False):
    """The mean of a group."""
    return no_nan(over_group(F.avg(group_number(v, t)), over), t, finite)


def group_var(v, t, over=None, ddof=1, finite=False):
    """The variance of a group."""
    v = group_number(v, t)
    if ddof in (0, 1):
        return no_nan(over_group(F.var_samp(v) if ddof else F.var_pop(v), over), t, finite)
    n = over_group(F.count(v), over)
    return F.when(n > ddof, no_nan(over_group(F.var_pop(v), over), t, finite) * n / (n - ddof))


def group_std(v, t, over=None, ddof=1, finite=False):
    """The standard deviation of a group."""
    if ddof in (0, 1):
        v = group_number(v, t)
        return no_nan(over_group(F.stddev_samp(v) if ddof else F.stddev_pop(v), over), t, finite)
    return F.sqrt(group_var(v, t, over, ddof, finite))


def group_sem(v, t, over=None, ddof=1, finite=False):
    """The standard error of a group's mean."""
    return group_std(v, t, over, ddof, finite) / F.sqrt(over_group(F.count(v), over))


def group_skew(v, t, over=None, skipna=True, finite=False):
    """The unbiased skewness of a group of three or more; 0 where all values are the same."""
    v = group_number(v, t)
    n = over_group(F.count(v), over)
    skew = over_group(F.skewness(v), over) * F.sqrt(n * (n - 1)) / (n - 2)
    test = n >= 3 if skipna else (n >= 3) & (n == over_group(F.count(F.lit(1)), over))
    return no_nan(F.when(test, F.coalesce(skew, F.lit(0.0))), t, finite)


def quantile_beside_infinities(found, v, q, by_group=False, over=None):
    """A quantile of fractions, ``found`` by Spark, where some of them may be infinite.

    A value between two neighbours is computed from both: numpy takes the nearer one as the start
    and looks at the next value even on the spot; pandas' groups take the lower one as the start.
    What that makes of infinities is missing, or infinite.
    """
    n = over_group(F.count(v), over)
    low = over_group(F.count_if(v == -float("inf")), over)
    high = n - over_group(F.count_if(v == float("inf")), over)
    at = (n - 1) * F.lit(float(q))
    first = F.floor(at)
    share, after = at - first, F.least(first + 1, n - 1)
    is_finite = (first >= low) & (first < high)
    plain = is_finite & (after >= low) & (after < high)
    if by_group:
        return F.when((share == 0) | plain, found).when(is_finite & (after >= high), float("inf"))
    upward = is_finite & (after >= high) & (share > 0) & (share < 0.5)
    downward = (first < low) & (after >= low) & (after < high) & (share >= 0.5)
    return F.when(plain, found).when(upward, float("inf")).when(downward, -float("inf"))


def group_quantile(v, t, over=None, q=None, by_group=False, finite=False):
    """A quantile of a group, linear between neighbours; the median for None. ``by_group``: beside
    infinite values as pandas' groups compute it, not as its Series do."""
    share = 0.5 if q is None else q
    found = over_group(F.percentile(group_number(v, t).cast("double"), share), over)
    if finite or t not in ("double", "float"):
        return found
    if q is None:
        return no_nan(found, t)
    return quantile_beside_infinities(found, v, q, by_group, over)


def group_truth(v, t):
    """Whether Python takes the value as true; missing stays missing."""
    if t == "boolean":
        return v
    if t in NUMBERS:
        return v != 0
    return v != "" if t == "string" else F.when(v.isNotNull(), F.lit(True))


def group_any(v, t, over=None):
    """Whether any value of a group is true."""
    none = t in ("timestamp", "timestamp_ntz")  # pandas takes NaT for true here
    return F.coalesce(over_group(F.bool_or(group_truth(v, t)), over), F.lit(none))


def group_all(v, t, over=None):
    """Whether no value of a group is false."""
    return F.coalesce(over_group(F.bool_and(group_truth(v, t)), over), F.lit(True))


def group_extreme(v, t, over=None, largest=False, gaps_fail=False):
    """The least or largest of a group. ``gaps_fail``: pandas cannot order texts, or dates, and NaN."""
    found = over_group(F.max(v) if largest else F.min(v), over)
    if t not in ("string", "date") or not gaps_fail:
        return found
    present, rows = over_group(F.count(v), over), over_group(F.count(F.lit(1)), over)
    problem = F.raise_error(
        F.lit("pandas cannot order text or dates and missing values of a group")
    )
    return F.when((present > 0) & (present < rows), problem).otherwise(found)


def group_nunique(v, t, over=None, dropna=True):
    """How many different values a group has."""
    # Spark has no distinct count in a window.
    n = F.count_distinct(v) if over is None else F.size(F.collect_set(v).over(over)).cast("bigint")
    if dropna:
        return n
    gap = over_group(F.max(F.when(v.isNull(), F.lit(1)).otherwise(F.lit(0))), over)
    return n + gap


def group_count(v, t, over=None):
    """How many values a group has."""
    return over_group(F.count(v), over)


def group_nearest(v, t, order, last=False, skipna=True):
    """The first or last value of a group that is there, or (skipna=False) of its rows."""
    at = F.when(v.isNotNull(), order) if skipna else order
    return (F.max_by if last else F.min_by)(v, at)


def group_joined(v, order, none=None):
    """The sum of texts: all that are there in row order. none: the sum where there is none; pandas'
    is 0, a number among the texts of its objects, which (None) fails the job."""
    problem = F.raise_error(F.lit("the sum of a group without any text, which is 0 in pandas"))
    joined = F.array_join(group_list(v, order), "")
    return F.when(F.count(v) > 0, joined).otherwise(problem if none is None else F.lit(none))


def group_added(v, t, order=None, none=None):
    """The sum of a group; texts are joined in row order, where that is known."""
    if t != "string":
        return group_sum(v, t)
    if order is None:
        raise TypeError("texts are added in the order of the rows, which is not known here")
    return group_joined(v, order, none)


def group_text(v, t, order, separator, dropped=False, distinct=False, ordered=False, part=None):
    """The texts of a group joined in row order; pandas raises where one is missing.

    ``dropped``: missing ones are left out; ``distinct``, ``ordered``: each text once, sorted;
    ``part``: so many of the first ones, or (negative) of the last.
    """
    if t != "string":
        raise TypeError(f"a {t} column is joined like text")
    texts = group_distinct(v, order) if distinct else group_list(v, order)
    if ordered:
        texts = F.array_sort(texts)
    if part is not None:
        texts = F.filter(texts, lambda text: text.isNotNull()) if dropped else texts
        from_end = F.greatest(F.size(texts) + part + 1, F.lit(1))
        texts = F.slice(texts, 1 if part > 0 else from_end, abs(part))
    joined = F.array_join(texts, separator)
    if dropped:
        return joined
    problem = F.raise_error(F.lit("a missing value is joined like text"))
    if part is not None:
        return F.when(F.exists(texts, lambda text: text.isNull()), problem).otherwise(joined)
    return F.when(F.count(v) < F.count(F.lit(1)), problem).otherwise(joined)


def group_rows(v, order, over=None):
    """The values of a group as an array of structs (o, v) in row order."""
    rows = F.collect_list(F.struct(order.alias("o"), v.alias("v")))
    return F.array_sort(over_group(rows, over))


def group_list(v, order, over=None):
    """The values of a group as an array in row order, missing ones too."""
    return F.transform(group_rows(v, order, over), lambda x: x["v"])


def group_distinct(v, order, over=None):
    """The different values of a group in the order of their first rows."""
    return F.array_distinct(group_list(v, order, over))


def group_ordered(v, t):
    """The column; TypeError for a type whose least value pandas does not look for."""
    if t not in (*NUMBERS, "timestamp", "date"):
        raise TypeError(f"the least or largest of a {t} column")
    return v


def group_cumulative(v, t, over, how, finite=False):
    """A running sum, max or min; a gap stays one."""
    if how != "sum" and t == "boolean":
        raise TypeError("a running max or min of booleans, which pandas makes numbers at times")
    value = group_number(v, t) if how == "sum" else group_ordered(v, t)
    run = {"sum": F.sum, "max": F.max, "min": F.min}[how](value).over(over)
    if how == "sum" and t in ("double", "float") and not finite:
        # After an infinite value pandas' sums of a group are NaN: its correction of rounding is.
        infinite = F.abs(v) == float("inf")
        run = F.when(F.count_if(infinite).over(over) <= infinite.cast("int"), no_nan(run))
    return F.when(v.isNotNull(), run)


def group_difference(v, t, before, finite=False):
    """The value less the one before it; times give an interval."""
    if t == "boolean" or t not in (*NUMBERS, "timestamp"):
        raise TypeError(f"the difference of a {t} column")
    return no_nan(v - before, t, finite)


def group_change(v, t, before, finite=False):
    """The change relative to the value before."""
    return (
        truediv(
            group_number(v, t), before, "double", "double", finite or t not in ("double", "float")
        )
        - 1
    )


def group_rolling(v, t, rows, how, least, finite=False, q=0.5, ddof=1):
    """An aggregate over rows before each row, missing where fewer than ``least`` have a value."""
    if how == "count":
        found = F.count(v).over(rows).cast("double")
        return F.when(F.count(F.lit(1)).over(rows) >= least, found) if least > 1 else found
    if t in ("double", "float") and not finite:  # pandas takes infinities for missing here
        v = F.when(F.abs(v) < float("inf"), v)
    value = group_number(v, t)
    if how in ("median", "quantile"):
        found = F.percentile(value.cast("double"), q).over(rows)
        return F.when(F.count(v).over(rows) >= least, found) if least > 1 else found
    found = {
        "sum": F.sum,
        "mean": F.avg,
        "min": F.min,
        "max": F.max,
        "std": F.stddev_samp if ddof else F.stddev_pop,
        "var": F.var_samp if ddof else F.var_pop,
    }[how](value).over(rows)
    if how in ("sum", "min", "max"):
        found = found.cast("double")
    if how == "sum" and least == 0:
        return F.coalesce(found, F.lit(0.0))
    return F.when(F.count(v).over(rows) >= least, found) if least > 1 or how == "sum" else found
