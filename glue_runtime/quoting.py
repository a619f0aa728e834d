"""Columns by names that Spark would otherwise read as paths."""

from pyspark.sql import functions as F


def quoted(name):
    """A column by a name that may hold dots and backticks."""
    return F.col(f"`{name.replace('`', '``')}`")
