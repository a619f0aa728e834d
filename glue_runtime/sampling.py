"""Random rows: pandas' own generator draws the places, the cluster fetches the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.quoting import quoted

# Up to so many drawn rows travel to the data; beyond, both are shuffled.
BROADCAST_ROWS = 1_000_000


def sampled(df, number, place, weights=None, **options):
    """`df.sample(**options)` as the generator of pandas draws it. The driver holds a number a row.

    number: the column of row numbers from 0; place: gets the place of a row in the sample.
    weights: the column that they are in.
    """
    if weights is None:
        rows = pd.RangeIndex(df.count()).to_series()
    else:
        found = df.select(number, quoted(weights)).orderBy(number).toPandas()
        rows = found[number]
        options["weights"] = found[weights]
    return at_places(df, number, place, rows.sample(**options))


def at_places(df, number, place, drawn):
    """A row for each of the `drawn` row numbers; column `place` gets the place in the list."""
    table = pd.DataFrame({"__drawn": np.asarray(drawn), place: range(len(drawn))})
    listed = df.sparkSession.createDataFrame(table, f"__drawn bigint, {place} bigint")
    if len(drawn) <= BROADCAST_ROWS:
        listed = F.broadcast(listed)
    return df.join(listed, F.col(number) == F.col("__drawn")).drop("__drawn")


def sampled_groups(df, number, place, keys, n=None, frac=None, replace=False, random_state=None):
    """`sample` of every group in the order of the keys, as the generator of pandas draws it.

    number: the column of row numbers from 0 of the rows sorted by group; place: as in `sampled`.
    """
    groups = df.groupBy(*keys).agg(
        F.min(number).alias("__start"), F.count(F.lit(1)).alias("__rows")
    )
    spans = groups.select("__start", "__rows").orderBy("__start").collect()
    if n is None and frac is None:
        n = 1
    state, drawn = np.random.RandomState(random_state), [np.zeros(0, int)]
    for start, rows in spans:
        size = n if frac is None else round(frac * rows)
        drawn.append(start + state.choice(rows, size=size, replace=replace))
    return at_places(df, number, place, np.concatenate(drawn))
