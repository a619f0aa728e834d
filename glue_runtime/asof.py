"""``merge_asof``: each row with the row of another frame whose key is the nearest."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import Window
from pyspark.sql import functions as F

from glue_runtime.position import with_position
from glue_runtime.quoting import quoted
from glue_runtime.running import filled_forward, over_rows

def merged_asof(left, right, on, by, columns, order, direction="backward", tolerance=None, exact=True):  # fmt: skip
    """`left` with the columns of the row of `right` whose key is the last one not after its own
    ("backward"), the first one not before ("forward"), or the nearest.

    on: the names of the two keys; by: pairs of names that must be equal; columns: {name in right:
    name in the result}; order: sort keys of right, which tell equal keys apart. tolerance: how far
    the keys may be apart (a Timedelta, for times); exact: whether equal keys count.
    """
    kind = same_kinds(left, right, on, by)
    tolerance = None if tolerance is None else tolerance_of(tolerance, kind)
    placed = with_position(right, *order, name="__at")
    found = F.struct(number_of(right, on[1]).alias("__k"), *[quoted(n) for n in columns])
    names = [f"__by{n}" for n in range(len(by))]
    rights = placed.select(
        number_of(right, on[1]).alias("__key"),
        *[quoted(r).alias(n) for (_, r), n in zip(by, names)],
        F.lit(0).alias("__side"),
        "__at",
        found.alias("__found"),
        F.lit(None).cast(left.select(F.struct("*").alias("s")).schema[0].dataType).alias("__left"),
    ).filter("__key is not null")
    lefts = left.select(
        number_of(left, on[0]).alias("__key"),
        *[quoted(a).alias(n) for (a, _), n in zip(by, names)],
        F.lit(1).alias("__side"),
        F.lit(0).cast("bigint").alias("__at"),
        F.lit(None).cast(rights.schema["__found"].dataType).alias("__found"),
        F.struct("*").alias("__left"),
    )
    both = rights.unionByName(lefts)
    # Among equal keys the rows of `right` come before those of `left` where an equal one counts.
    ways = (F.col("__side"), -F.col("__side"))
    orders = [[F.col("__key"), way, F.col("__at")] for way in (ways if exact else ways[::-1])]
    if direction != "nearest" or exact:
        orders = [orders[direction == "forward"]] * 2
    near = nearest_before_and_after(both, names, *orders)
    before, after, key = F.col("__before"), F.col("__after"), F.col("__key")
    pick = {
        "backward": before,
        "forward": after,
        "nearest": F.when(
            after["__k"].isNull() | (key - before["__k"] <= after["__k"] - key), before
        ).otherwise(after),
    }[direction]
    if tolerance is not None:
        pick = F.when(F.abs(pick["__k"] - key) <= tolerance, pick)
    done = near.filter("__left is not null").select("__left", pick.alias("__pick"))
    taken = [F.col("__pick")[n].alias(new) for n, new in columns.items()]
    return done.select("__left.*", *taken)


def asof_by_name(
    left, right, on, by, order, suffixes=("_x", "_y"), place=None, aside=(), kept=(), **options
):
    """`merged_asof` of frames whose columns only the job knows, named as pandas names them.

    place: a column of left that stays, as do those in kept; aside: columns of both that pandas does
    not see. Raises ValueError where two columns would have one name.
    """
    gone = {b for a, b in (on, *by) if a == b}
    ours = [c for c in left.columns if c not in aside and c != place]
    theirs = [c for c in right.columns if c not in aside and c not in gone]
    both = set(ours) & set(theirs)
    if both and not any(suffixes):
        raise ValueError(f"columns overlap but no suffix specified: {sorted(both)}")
    new = {c: c + (suffixes[0] or "") if c in both else c for c in ours}
    taken = {c: c + (suffixes[1] or "") if c in both else c for c in theirs}
    shown = [*new.values(), *taken.values()]
    if len(set(shown)) < len(shown):
        raise ValueError(f"merge_asof gives columns of the same name: {sorted(shown)}")
    kept = [quoted(c) for c in (*kept, *([place] if place else []))]
    one = left.select(*[quoted(c).alias(n) for c, n in new.items()], *kept)
    by = [(new[a], b) for a, b in by]
    on = (new.get(on[0], on[0]), on[1])
    return merged_asof(one, right, on, by, taken, order, **options)


def same_kinds(left, right, on, by):
    """The type of the sorted keys. Raises ValueError where pandas takes two keys for different."""
    types = [dict(df.dtypes) for df in (left, right)]
    for a, b in (on, *by):
        if types[0][a] != types[1][b]:
            raise ValueError(f"merge keys of {a} ({types[0][a]}) and {b} ({types[1][b]})")
    kind = types[0][on[0]]
    if kind not in ("bigint", "double", "timestamp"):
        raise ValueError(f"a sorted key of type {kind}: it must be integer, timestamp or float")
    return kind


def tolerance_of(value, kind):
    """How far keys of a type may be apart, as a number. Raises ValueError for one of another type."""
    span = hasattr(value, "total_seconds")
    if span != (kind == "timestamp") or kind == "bigint" and not isinstance(value, int):
        raise ValueError(f"incompatible tolerance {value} of {kind} keys")
    return pd.Timedelta(value).value // 1000 if span else value


def number_of(df, name):
    """A key as a number: times as microseconds."""
    times = df.schema[name].dataType.simpleString().startswith("timestamp")
    return F.unix_micros(quoted(name)) if times else quoted(name)


def nearest_before_and_after(both, names, before, after):
    """The last row of the right frame before each row in the order `before`, and the first one after
    it in the order `after`."""
    if names:
        up, down = (Window.partitionBy(*names).orderBy(*order) for order in (before, after))
        up = up.rowsBetween(Window.unboundedPreceding, Window.currentRow)
        down = down.rowsBetween(Window.currentRow, Window.unboundedFollowing)
        return both.withColumns(
            {
                "__before": F.last("__found", ignorenulls=True).over(up),
                "__after": F.first("__found", ignorenulls=True).over(down),
            }
        )
    numbered = with_position(both, *before, name="__row")
    wide = filled_forward(numbered, "__before", F.col("__found"), "__row")
    if after is not before:
        wide = with_position(wide.drop("__row"), *after, name="__row")
    return filled_forward(wide, "__after", F.col("__found"), -F.col("__row"))


def sorted_by(df, key, *order):
    """`df`, in which `key` must have no gap and not fall in the order of the rows, as in pandas.
    No `order`: the rows were sorted by the key."""
    if df.where(quoted(key).isNull()).limit(1).count():
        raise ValueError("Merge keys contain null values")
    if not order:
        return df
    rows = with_position(df, *order, name="__row").select(
        "__row", number_of(df, key).alias("__key")
    )
    back = F.lag("__key")
    steps = over_rows(rows, "__back", lambda w: back.over(w) > F.col("__key"), "__row", before=1)
    if steps.agg(F.max("__back")).first()[0]:
        raise ValueError(f"the keys {key!r} must be sorted")
    return df
