"""Windows over a span of time before each row: ``rolling("7D")``."""

from __future__ import annotations

from pyspark.sql import Window
from pyspark.sql import functions as F

from glue_runtime.running import BLOCK_ROWS, column_of, over_rows


def over_times(df, name, how, column, time, row, span, closed="right", least=1, ddof=1, q=0.5):
    """Add column `name`: an aggregate of the values in the `span` microseconds before each row.

    row: a column with 0, 1, 2, … in the frame's order, in which the times must not fall. The rows
    are worked on in blocks of time; a block gets copies of the rows that the next one looks back
    to. Rows of the same time see each other in their order.
    """
    row = column_of(row)
    timed = df.withColumn("__micros", F.unix_micros(time))
    low, size = time_blocks(timed, row, span)
    home = F.floor((F.col("__micros") - low) / F.lit(size))
    late = F.col("__micros") - low >= (home + 1) * size - span
    blocks = F.array_compact(F.array(home, F.when(late, home + 1)))
    copied = timed.withColumn("__block", F.explode(blocks))
    done = copied.withColumn(name, in_span(how, column, row, span, closed, least, ddof, q=q))
    return done.filter(F.col("__block") == home).drop("__block", "__micros")


def time_blocks(timed, row, span):
    """Where the blocks of time begin, and how long they are. One pass over the times.

    Raises ValueError where a time is missing or before the one of the row above, as pandas does.
    """
    times = timed.select("__micros", row.alias("__row"))
    back = F.lag("__micros")
    steps = over_rows(
        times, "__back", lambda w: back.over(w) > F.col("__micros"), "__row", before=1
    )
    seen = steps.agg(
        F.count(F.lit(1)).alias("rows"),
        F.count("__micros").alias("times"),
        F.min("__micros").alias("low"),
        F.max("__micros").alias("high"),
        F.max("__back").alias("back"),
    ).first()
    if seen["times"] < seen["rows"]:
        raise ValueError("index values must not have NaT")
    if seen["back"]:
        raise ValueError("index must be monotonic")
    blocks = max(1, seen["rows"] // BLOCK_ROWS)
    low = seen["low"] or 0
    return low, max(span, ((seen["high"] or 0) - low) // blocks + 1)


def in_span(how, column, row, span, closed, least, ddof, by=("__block",), micros="__micros", q=0.5):
    """The aggregate over the rows of earlier times, and (unless the end is open) over those of the
    same time up to this one."""
    first = -span if closed in ("left", "both") else 1 - span
    windows = [Window.partitionBy(*by).orderBy(micros).rangeBetween(first, -1)]
    if closed in ("right", "both"):
        same = Window.partitionBy(*by, micros).orderBy(row)
        windows.append(same.rowsBetween(Window.unboundedPreceding, Window.currentRow))
    return of_windows(how, column, windows, least, ddof, q)


def over_group_times(how, column, time, row, span, *by, closed="right", least=1):
    """An aggregate of the values in the `span` microseconds before each row, in its group `by`.

    row: the place of each row. In each group the times must not fall, and none may be missing.
    """
    micros = F.unix_micros(time)
    value = in_span(how, column, row, span, closed, least, 1, by, micros)
    back = F.lag(micros).over(Window.partitionBy(*by).orderBy(row)) > micros
    missing = F.raise_error(F.lit("the times of a window must not be missing")).cast("double")
    falling = F.raise_error(F.lit("the times of each group must not fall")).cast("double")
    return F.when(time.isNull(), missing).when(back, falling).otherwise(value)


def of_windows(how, column, windows, least=1, ddof=1, q=0.5):
    """An aggregate of a column over one or two windows together; missing below `least` values."""
    seen = sum_of([F.count(column).over(w) for w in windows])
    if how == "count":
        rows = sum_of([F.count(F.lit(1)).over(w) for w in windows])
        return F.when(rows >= least, seen.cast("double"))
    if how in ("min", "max"):
        best, among = (F.min, F.least) if how == "min" else (F.max, F.greatest)
        parts = [best(column).over(w) for w in windows]
        value = (among(*parts) if len(parts) > 1 else parts[0]).cast("double")
    elif how in ("sum", "mean"):
        value = sum_of([F.coalesce(F.sum(column).over(w), F.lit(0)) for w in windows])
        value = value / F.when(seen > 0, seen) if how == "mean" else value.cast("double")
    elif how == "quantile":
        found = F.concat(*[F.collect_list(column.cast("double")).over(w) for w in windows])
        value = quantile_in(F.array_sort(found), q)
    elif how in ("std", "var"):
        value = spread_of(column, windows, seen) / F.when(seen > ddof, seen - ddof)
        value = F.sqrt(value) if how == "std" else value
    else:
        raise ValueError(f"the {how} over windows of time")
    return F.when(seen >= least, value)


def sum_of(parts):
    """One column, or two added."""
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def spread_of(column, windows, seen):
    """The squares of the distances from the mean, over one or two windows together."""
    sizes = [F.count(column).over(w) for w in windows]
    inside = [F.coalesce(F.var_pop(column).over(w), F.lit(0.0)) * n for w, n in zip(windows, sizes)]
    if len(windows) == 1:
        return inside[0]
    one, two = windows
    apart = F.coalesce(F.avg(column).over(one) - F.avg(column).over(two), F.lit(0.0))
    return sum_of(inside) + apart * apart * sizes[0] * sizes[1] / F.when(seen > 0, seen)


def quantile_in(values, q):
    """A quantile of a sorted array, linear between neighbours; missing of an empty one."""
    at = (F.size(values) - 1) * F.lit(float(q))
    low, high = (F.get(values, f(at).cast("int")) for f in (F.floor, F.ceil))
    return F.when(F.size(values) > 0, low + (high - low) * (at - F.floor(at)))
