"""What a group-by looks at in the data before its plan is built."""

from pyspark.sql import functions as F


def whole_or_float(df, column):
    """An integer column as pandas has it: floats where any row of `df` has no value."""
    return column if df.filter(column.isNull()).isEmpty() else column.cast("double")


def number_of_groups(df, *keys):
    """How many different combinations of keys the rows have, as a Python int."""
    return df.select(*keys).distinct().agg(F.count(F.lit(1))).first()[0]


def with_empty_bins(df, label, step, zeros=(), month_end=False):
    """A row for every bin between the first and the last label, with 0 in the columns `zeros`.

    step: the interval between two labels ("interval 7 days"); month_end: labels are last days.
    """
    low, high = F.min(label), F.max(label)
    if month_end:
        low, high = F.date_trunc("month", low), F.date_trunc("month", high)
    span = df.agg(F.sequence(low, high, F.expr(step)).alias("labels"))
    bins = span.select(F.explode("labels").alias(label))
    if month_end:
        bins = bins.select(F.last_day(label).cast("timestamp").alias(label))
    filled = bins.join(df, label, "left").select(*df.columns)
    return filled.fillna(0, subset=list(zeros)) if zeros else filled
