"""What a group-by looks at in the data before its plan is built."""

from functools import reduce
from operator import and_

from pyspark.sql import Window
from pyspark.sql import functions as F

from glue_runtime.columns import type_in
from glue_runtime.columns_group import group_cumulative
from glue_runtime.position import with_position
from glue_runtime.quoting import quoted, resolved


def whole_or_float(df, column):
    """An integer column as pandas has it: floats where any row of `df` has no value."""
    return column if df.filter(column.isNull()).isEmpty() else column.cast("double")


def number_of_groups(df, *keys):
    """How many different combinations of keys the rows have, as a Python int."""
    return df.select(*keys).distinct().agg(F.count(F.lit(1))).first()[0]


def labels_between(df, label, step, month_end=False, weekdays=False, by=()):
    """The labels of all bins from the first of `df` (of each group `by`) to the last, as a frame of
    one column beside the groups. A group without any time fails the job."""
    low, high = F.min(quoted(label)), F.max(quoted(label))
    if by:
        problem = F.raise_error(F.lit("a group without any time cannot be resampled"))
        low = F.coalesce(low, problem.cast("timestamp"))
    if month_end:
        low, high = F.date_trunc("month", low), F.date_trunc("month", high)
    keys = [quoted(key) for key in by]
    span = df.groupBy(*keys).agg(F.sequence(low, high, F.expr(step)).alias("__labels"))
    bins = span.select(*keys, F.explode("__labels").alias(label))
    if month_end:
        bins = bins.withColumn(label, F.last_day(quoted(label)).cast("timestamp"))
    if weekdays:
        bins = bins.filter(F.weekday(quoted(label)) < 5)
    return bins


def with_empty_bins(df, label, step, zeros=(), month_end=False, weekdays=False, by=(), ones=()):
    """A row for every bin between the first and the last label, with 0 in the columns `zeros`, 1 in
    the columns `ones`.

    step: the interval between two labels ("interval 7 days"); month_end: labels are last days;
    weekdays: there are no labels on a Saturday or Sunday; by: keys of groups with bins of their own.
    """
    odd = [n for n, t in df.dtypes if t == "boolean" and n not in (*zeros, *ones, *by)]
    if odd:
        raise TypeError(f"booleans in {odd[0]}, which pandas makes numbers where a bin has no rows")
    bins = labels_between(df, label, step, month_end, weekdays, by)
    filled = bins.join(df, [*by, label], "left").select(*map(quoted, df.columns))
    filled = filled.fillna(1, subset=[*map(resolved, ones)]) if ones else filled
    return filled.fillna(0, subset=[*map(resolved, zeros)]) if zeros else filled


def any_row(df, condition):
    """Whether the condition holds for any row; looked at while the plan is built."""
    return not df.select(condition.alias("__found")).filter("__found").isEmpty()


def nat():
    """The time whose number stands for a missing one in pandas."""
    return F.timestamp_micros(F.lit(-(2**63) // 1000))


def among_numbers(df, value, in_group):
    """`value` as pandas ranks it in groups: where some row is in no group, times are numbers, and a
    missing one is the least of them."""
    if type_in(df, value) != "timestamp" or not any_row(df, ~in_group):
        return value
    return F.coalesce(value, nat())


def extreme_so_far(df, value, in_group, window, how):
    """The running max or min of `value` in groups, which has missing times among its numbers where
    some row is in no group."""
    kind, held = type_in(df, value), among_numbers(df, value, in_group)
    over = window.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    out = group_cumulative(held, kind, over, how)
    return F.when(out != nat(), out) if kind == "timestamp" else out


def expect_group(df, condition, name):
    """Raise as pandas does where no row is in the group of that name."""
    if df.filter(condition).isEmpty():
        raise KeyError(name)


def expect_rows(df, problem):
    """Raise where a loop over the groups of ``df`` would find none."""
    if df.isEmpty():
        raise ValueError(problem)


def group_numbers(df, name, *keys, first=None, dropna=True, ascending=True):
    """Add bigint column `name`: the number of each row's group, by its keys or, given `first` (the
    rows' position), by its first row. Rows in no group have none."""
    named = [k.alias(f"__n{n}") for n, k in enumerate(keys)]
    place = F.lit(0) if first is None else first
    groups = df.select(*named, place.alias("__at")).groupBy(*[f"__n{n}" for n in range(len(keys))])
    found = groups.agg(F.min("__at").alias("__at"))
    columns = [F.col(f"__n{n}") for n in range(len(keys))]
    if dropna:
        found = found.dropna(subset=[f"__n{n}" for n in range(len(keys))])
    by = columns if first is None else [F.col("__at")]
    order = [b.asc_nulls_last() if ascending else b.desc_nulls_first() for b in by]
    numbered = with_position(found, *order, name=name).drop("__at")
    same = [k.eqNullSafe(c) for k, c in zip(keys, columns)]
    matched = df.join(numbered, reduce(and_, same), "left")
    return matched.drop(*[f"__n{n}" for n in range(len(keys))])


def with_all_categories(df, key, categories, zeros=(), place=None):
    """A row for every category, in their order, with 0 in the columns `zeros` of a new one.

    place: the column of the categories' numbers.
    """
    spark = df.sparkSession
    rows = spark.createDataFrame(
        [(x, n) for n, x in enumerate(categories)], "__name string, __at int"
    )
    same = df[key].eqNullSafe(F.col("__name"))
    cells = {key: F.coalesce(key, "__name")} | ({place: F.coalesce("__at", place)} if place else {})
    cells |= {name: F.coalesce(F.col(f"`{name}`"), F.lit(0)) for name in zeros}
    return df.join(F.broadcast(rows), same, "full").withColumns(cells).drop("__name", "__at")


def with_all_combinations(df, keys, categories, zeros=(), places=None, dropna=True):
    """A row for every combination of the keys' values, with 0 in the columns `zeros` of a new one.

    keys: the rows' keys, a column each; categories: the values of those that are categories, in
    their order; places: the columns of the categories' numbers; dropna: no groups of missing keys.
    """
    spark, grid, same, cells = df.sparkSession, None, [], {}
    for n, name in enumerate(keys.columns):
        key, at = f"__key{n}", f"__at{n}"
        seen = keys.select(F.col(f"`{name}`").alias(key))
        if name in categories:
            rows = [(x, i) for i, x in enumerate(categories[name])]
            level = spark.createDataFrame(rows, f"{key} string, {at} int")
            if not dropna:
                level = level.unionByName(
                    seen.filter(F.col(key).isNull()).limit(1), allowMissingColumns=True
                )
        else:
            level = (seen.dropna() if dropna else seen).distinct().withColumn(at, F.lit(0))
        grid = level if grid is None else grid.crossJoin(level)
        same.append(df[f"`{name}`"].eqNullSafe(F.col(key)))
        cells[name] = F.col(key)
        if name in (places or {}):
            cells[places[name]] = F.col(at)
    cells |= {name: F.coalesce(F.col(f"`{name}`"), F.lit(0)) for name in zeros}
    found = grid.join(df, reduce(and_, same), "left").withColumns(cells)
    return found.select(*[F.col(f"`{name}`") for name in df.columns])


def expect_categories(df, column, names):
    """Raise as pandas does unless these are the different values of a column."""
    found = {r[0] for r in df.select(column).distinct().limit(len(names) + 2).collect()} - {None}
    if found != set(names):
        raise ValueError("items in new_categories are not the same as in old categories")
