"""Quantiles that are a value of the column, or half way between two (``interpolation=``)."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.columns import no_nan, number
from glue_runtime.columns_group import group_number, over_group


def place_among(n, q, how, by_group=False):
    """The place, from 0, of a quantile among ``n`` sorted values. numpy rounds half to even; pandas'
    groups round half towards the end that q is nearer to."""
    at = (n - 1) * F.lit(q)
    if how == "nearest" and by_group:
        place = F.floor(at + 0.5) if q > 0.5 else F.ceil(at - 0.5)
    else:
        place = {"lower": F.floor, "higher": F.ceil, "nearest": F.rint}[how](at)
    return place.cast("int")


def value_among(a, q, how, over=None, by_group=False):
    """The value at the quantile, among all that are there."""
    values = F.array_sort(over_group(F.collect_list(a), over))
    return F.get(values, place_among(over_group(F.count(a), over), q, how, by_group))


def half_way(a, q, over=None, by_group=False, finite=True):
    """The middle of the quantile's two neighbours; their value where they are the same. numpy looks
    at the next value even then, which makes NaN of an infinite one."""
    n = over_group(F.count(a), over)
    at = (n - 1) * F.lit(q)
    first = F.floor(at).cast("int")
    values = F.array_sort(over_group(F.collect_list(a.cast("double")), over))

    def between(x):
        low, high = F.get(x, first), F.get(x, F.least(first + 1, (n - 1).cast("int")))
        same = low if finite or by_group else low + (high - low) * 0.0
        middle = (low + high) / 2 if by_group else high - (high - low) * 0.5
        return F.when(at == first, same).otherwise(middle)

    return no_nan(F.get(F.transform(F.array(values), between), 0), "double", finite)


def quantile_at(a, ta, q=0.5, how="lower", finite=False):
    """A quantile of all values, as numpy computes it: a value of the column, or the middle of two."""
    if ta == "boolean":
        raise TypeError("pandas takes no quantile of booleans")
    share = q * 100.0 / 100
    if how != "midpoint":
        if ta not in ("timestamp", "date") and not ta.startswith("interval"):
            a = number(a, ta)
        return value_among(a, share, how)
    if ta == "timestamp":
        return F.timestamp_micros(half_way(F.unix_micros(a), share).cast("bigint"))
    return half_way(
        group_number(a, ta), share, None, False, finite or ta not in ("double", "float")
    )


def group_quantile_at(v, t, over=None, q=0.5, how="lower", by_group=False, finite=False):
    """A quantile of a group: a value of it, or the middle of two. ``by_group``: as pandas' groups
    compute it, not as its Series do."""
    share = q if by_group else q * 100.0 / 100
    v = group_number(v, t)
    if how == "midpoint":
        return half_way(v, share, over, by_group, finite or t not in ("double", "float"))
    wide = "double" if t in ("double", "float") else "bigint"
    return value_among(v if t == wide else v.cast(wide), share, how, over, by_group)
