"""Averages and spreads of all rows so far, of which older ones weigh less: ``ewm``."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.running import block_of, column_of, over_rows


def smoothed(df, name, column, row, alpha, adjust=True, ignore_na=False, least=0):
    """Add column `name`: the exponentially weighted mean of the values up to each row.

    row: a column with 0, 1, 2, … Blocks of rows are summed up one by one, what each passes on to
    the next is worked out on the driver (some numbers a block), then every block is gone through
    again from there.
    """

    def ends(values):
        return block_sum(values, alpha, adjust, ignore_na)

    def starts(parts):
        return carried(parts, alpha, adjust)

    def means(values, start):
        return running_mean(values, start, alpha, adjust, ignore_na, least)

    return block_by_block(df, name, column, row, PARTS, ends, starts, means)


def smoothed_in_time(df, name, column, row, time, halflife, alpha=0.5, ignore_na=False, least=0):
    """The same with weights that halve (or fall to 1 - alpha) in `halflife` microseconds of `time`,
    which pandas wants to be there in every row, and not to fall."""
    micros = F.unix_micros(time)
    missing = F.raise_error(F.lit("the times of the weights must not be missing")).cast("double")

    def distance(w):
        since = (micros - F.lag(micros).over(w)) / F.lit(float(halflife))
        return F.when(time.isNull(), missing).otherwise(F.coalesce(since, F.lit(0.0)))

    def ends(values, deltas):
        return block_sum(values, alpha, True, ignore_na, deltas)

    def starts(parts):
        return carried(parts, alpha, True)

    def means(values, deltas, start):
        return running_mean(values, start, alpha, True, ignore_na, least, deltas)

    apart = over_rows(df, "__apart", distance, row, before=1)
    kind = PARTS.replace("steps bigint", "steps double").replace("head bigint", "head double")
    kind = kind.replace("tail bigint", "tail double")
    done = block_by_block(apart, name, column, row, kind, ends, starts, means, "__apart")
    return done.drop("__apart")


def block_by_block(df, name, column, row, kind, end_of, carry, values_of, more=None):
    """Add column `name`: values that depend on all rows before, computed in blocks of rows.

    end_of: what a block passes on, of the Spark type `kind`, from its values; carry: {block: what
    comes into it} from all of those; values_of: the new values of a block from its values and that.
    more: a column of further numbers, which `end_of` and `values_of` get beside the values.
    """
    row = column_of(row)
    given = [column] if more is None else [column, F.col(more)]
    keys = ["value", "more"][: len(given)]  # functions of the workers cannot hold columns
    cells = df.select(
        block_of(row).cast("bigint").alias("block"),
        row.cast("bigint").alias("row"),
        *[x.cast("double").alias(key) for key, x in zip(keys, given)],
    )

    def summed(block: pd.DataFrame) -> pd.DataFrame:
        block = block.sort_values("row")
        ends = end_of(*[block[key].tolist() for key in keys])
        return pd.DataFrame([(block["block"].iloc[0], *ends)])

    parts = cells.groupBy("block").applyInPandas(summed, kind).collect()
    starts = carry(sorted(tuple(p) for p in parts))

    def made(block: pd.DataFrame) -> pd.DataFrame:
        block = block.sort_values("row")
        found = values_of(*[block[key].tolist() for key in keys], starts[block["block"].iloc[0]])
        return pd.DataFrame({"__at": block["row"], name: pd.array(found, dtype="Float64")})

    shape = T.StructType([T.StructField("__at", T.LongType()), T.StructField(name, T.DoubleType())])
    new = cells.groupBy("block").applyInPandas(made, shape)
    return df.join(new, row == F.col("__at")).drop("__at")


PARTS = (
    "block bigint, steps bigint, seen bigint, head bigint, first double, factor double,"
    " value double, weight double, tail bigint"
)


def steps_of(values, ignore_na, deltas=None):
    """How many times the weights of earlier rows shrink at each value."""
    deltas = [1] * len(values) if deltas is None else deltas
    return [0 if ignore_na and v != v else d for v, d in zip(values, deltas)]


def block_sum(values, alpha, adjust, ignore_na, deltas=None):
    """What a block adds to the mean that comes into it: see ``carried``."""
    keep = 1 - alpha
    steps = steps_of(values, ignore_na, deltas)
    places = [n for n, v in enumerate(values) if v == v]
    if not places:
        return sum(steps), 0, 0, None, 1.0, 0.0, 0.0, 0
    head = sum(steps[: places[0] + 1])
    value, weight, factor, gap = values[places[0]], 1.0, 1.0, 0
    for n in range(places[0] + 1, len(values)):
        gap += steps[n]
        if values[n] != values[n]:
            continue
        old = weight * keep**gap
        new = 1.0 if adjust else alpha
        factor *= old / (old + new)
        value = (old * value + new * values[n]) / (old + new)
        weight, gap = (old + new, 0) if adjust else (1.0, 0)
    return sum(steps), len(places), head, values[places[0]], factor, value, weight, gap


def carried(parts, alpha, adjust):
    """{block: (mean, weight, number of values) that come into it}."""
    keep = 1 - alpha
    mean, weight, seen = None, 1.0, 0
    starts = {}
    for block, steps, count, head, first, factor, value, own, tail in parts:
        starts[block] = (mean, weight, seen)
        if not count:
            weight *= keep**steps
        elif mean is None:
            mean, weight = value, own * keep**tail
        elif adjust:
            old = weight * keep ** (steps - tail)
            mean = (old * mean + own * value) / (old + own)
            weight = (old + own) * keep**tail
        else:
            old = weight * keep**head
            entered = (old * mean + alpha * first) / (old + alpha)
            mean, weight = value + factor * (entered - first), keep**tail
        seen += count
    return starts


def running_mean(values, start, alpha, adjust, ignore_na, least, deltas=None):
    """The mean at each value of a block, from what comes into it; None where there is none yet."""
    mean, weight, seen = start
    means = []
    for value, step in zip(values, steps_of(values, ignore_na, deltas)):
        present = value == value
        if mean is not None:
            weight *= (1 - alpha) ** step
        if present and mean is None:
            mean, weight = value, 1.0
        elif present:
            new = 1.0 if adjust else alpha
            if mean != value:
                mean = (weight * mean + new * value) / (weight + new)
            weight = weight + new if adjust else 1.0
        seen += present
        means.append(mean if mean is not None and seen >= least else None)
    return means


def smoothed_sum(df, name, column, row, alpha, ignore_na=False, least=0):
    """Add column `name`: the sum of the values up to each row, of which older ones weigh less."""
    keep = 1 - alpha

    def ends(values):
        total, seen = None, 0
        for total, seen in sums(values, None, 0):
            pass
        return sum(steps_of(values, ignore_na)), total, seen

    def starts(parts):
        total, seen, found = None, 0, {}
        for block, steps, own, count in parts:
            found[block] = (total, seen)
            if total is not None:
                total = total * keep**steps + (own or 0.0)
            elif count:
                total = own
            seen += count
        return found

    def sums(values, total, seen):
        for value, step in zip(values, steps_of(values, ignore_na)):
            total = None if total is None else total * keep**step
            if value == value:
                total, seen = (total or 0.0) + value, seen + 1
            yield total, seen

    def made(values, start):
        return [total if seen >= least else None for total, seen in sums(values, *start)]

    kind = "block bigint, steps bigint, total double, seen bigint"
    return block_by_block(df, name, column, row, kind, ends, starts, made)


# --- the spread around the mean -----------------------------------------------------------------
#
# What is known after a row: (mean, variance, weight of all rows, sum of their squared weights,
# number of values). The steps are pandas' own, in its order: where there is only one value, rounding
# decides whether pandas has 0 or nothing.


def smoothed_spread(df, name, column, row, com, adjust=True, ignore_na=False, least=0, bias=False, root=False):  # fmt: skip
    """Add column `name`: the exponentially weighted variance (root: its root) of the values up to
    each row, in blocks as in `smoothed`. com: the center of mass; bias: without the correction."""
    alpha = 1 / (1 + com)

    def ends(values):
        return spread_sum(values, alpha, adjust, ignore_na)

    def starts(parts):
        return carried_spreads(parts, alpha, adjust)

    def found(values, start):
        states = spreads(values, start, alpha, adjust, ignore_na)
        return [spread_of(s, max(least, 1), bias, root) for s in states]

    return block_by_block(df, name, column, row, SPREADS, ends, starts, found)


NOTHING = (None, 0.0, 1.0, 1.0, 0)
SPREADS = (
    "block bigint, steps bigint, head bigint, first double, factor double, tail bigint,"
    " mean double, variance double, weight double, squares double, seen bigint"
)


def spreads(values, start, alpha, adjust, ignore_na):
    """What is known after each value."""
    mean, variance, weight, squares, seen = start
    keep, new = 1 - alpha, 1.0 if adjust else alpha
    for value, step in zip(values, steps_of(values, ignore_na)):
        present = value == value
        if mean is None and present:
            mean = value
        elif mean is not None and step:
            weight *= keep
            squares *= keep * keep
            if present:
                before = mean
                if mean != value:
                    mean = (weight * before + new * value) / (weight + new)
                old, own = variance + (before - mean) ** 2, (value - mean) ** 2
                variance = (weight * old + new * own) / (weight + new)
                weight += new
                squares += new * new
                if not adjust:
                    squares /= weight * weight
                    weight = 1.0
        seen += present
        yield mean, variance, weight, squares, seen


def spread_sum(values, alpha, adjust, ignore_na):
    """What a block adds to what is known before it, and what is known after its last value."""
    steps, count, head, first, factor, _, _, tail = block_sum(values, alpha, adjust, ignore_na)
    present = [n for n, v in enumerate(values) if v == v]
    state = NOTHING
    for state in spreads(
        values[: present[-1] + 1] if count else [], NOTHING, alpha, adjust, ignore_na
    ):
        pass
    own = [float("nan") if v is None else v for v in state]
    return steps, head, first, factor, tail, *own


def spread_of(state, least, bias, root):
    """The variance, or its root; None where there is none."""
    mean, variance, weight, squares, seen = state
    if mean is None or seen < least:
        return None
    if not bias:
        rest = weight * weight - squares
        if rest <= 0:
            return None
        variance = weight * weight / rest * variance
    return max(variance, 0.0) ** 0.5 if root else variance


def carried_spreads(parts, alpha, adjust):
    """{block: what is known before it}."""
    keep, state, starts = 1 - alpha, NOTHING, {}
    for block, steps, head, first, factor, tail, *own in parts:
        starts[block] = state
        mean, variance, weight, squares, seen = state
        own_mean, own_variance, own_weight, own_squares, count = own
        if not count and mean is not None:
            state = mean, variance, weight * keep**steps, squares * keep ** (2 * steps), seen
        elif count and mean is None:
            fading = own_weight * keep**tail, own_squares * keep ** (2 * tail)
            state = own_mean, own_variance, *fading, count
        elif count and adjust:
            old = weight * keep ** (steps - tail)
            total = old + own_weight
            both = (old * mean + own_weight * own_mean) / total
            old_part, own_part = (
                variance + (mean - both) ** 2,
                own_variance + (own_mean - both) ** 2,
            )
            spread = (old * old_part + own_weight * own_part) / total
            squares = squares * keep ** (2 * (steps - tail)) + own_squares
            state = both, spread, total * keep**tail, squares * keep ** (2 * tail), seen + count
        elif count:
            old = weight * keep**head
            share = factor * old / (old + alpha)
            both = own_mean + share * (mean - first)
            spread = own_variance + (own_mean - both) ** 2
            spread += share * (variance + (mean - both) ** 2 - (first - both) ** 2)
            entered = (squares * keep ** (2 * head) + alpha * alpha) / (old + alpha) ** 2
            squares = (own_squares + factor**2 * (entered - 1)) * keep ** (2 * tail)
            state = both, max(spread, 0.0), keep**tail, squares, seen + count
    return starts
