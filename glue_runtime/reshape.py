"""Frames turned: columns to rows, rows to columns, and columns moved about."""

from __future__ import annotations

from pyspark.sql import functions as F


def quoted(name):
    """A column by its exact name, whatever characters that has."""
    return F.col("`" + name.replace("`", "``") + "`")


def in_front(df, *names):
    """These columns first, then all others in their order."""
    rest = [c for c in df.columns if c not in names]
    return df.select(*[quoted(c) for c in (*names, *rest)])
