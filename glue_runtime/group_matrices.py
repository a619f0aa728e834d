"""Matrices of groups: ``groupby(…).corr()``."""

from __future__ import annotations

from pyspark.sql import functions as F

from glue_runtime.quoting import quoted


def matrix_rows(df, names, cells, level, place):
    """For each row of the frame one row for each of `names`, with its line of the matrix of the
    columns `cells` under these names; its name is in column `level`, its place in `place`."""
    parts = {c for line in cells for c in line}
    kept = [quoted(c) for c in df.columns if c not in parts]
    lines = [
        F.struct(
            F.lit(name).alias(level),
            F.lit(n).alias(place),
            *[quoted(c).alias(x) for c, x in zip(cells[n], names)],
        )
        for n, name in enumerate(names)
    ]
    rows = df.select(*kept, F.explode(F.array(*lines)).alias("__line"))
    return rows.select(*kept, "__line.*")
