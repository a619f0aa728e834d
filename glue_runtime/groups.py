"""What a group-by looks at in the data before its plan is built."""

from pyspark.sql import functions as F


def whole_or_float(df, column):
    """An integer column as pandas has it: floats where any row of `df` has no value."""
    return column if df.filter(column.isNull()).isEmpty() else column.cast("double")


def number_of_groups(df, *keys):
    """How many different combinations of keys the rows have, as a Python int."""
    return df.select(*keys).distinct().agg(F.count(F.lit(1))).first()[0]
