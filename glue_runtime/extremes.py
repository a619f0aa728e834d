"""The largest and smallest where only the job sees what kind of columns there are."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.quoting import quoted
from glue_runtime.reduce import NUMBER_KINDS, fields_of, scalar_list


def measured_columns(df, *names, times=False):
    """`df` itself. Raises TypeError where one of these columns holds neither numbers nor (times)
    times: pandas raises too, or compares other values than Spark does."""
    kinds = dict(df.dtypes)
    allowed = NUMBER_KINDS + ("timestamp",) if times else NUMBER_KINDS
    for name in names:
        if kinds[name] not in allowed or kinds[name] == "boolean" and not times:
            raise TypeError(f"column {name!r} holds no numbers, but {kinds[name]} values")
        if kinds[name] == "boolean" and not df.where(quoted(name).isNull()).isEmpty():
            raise TypeError(f"column {name!r} holds booleans, and some are missing")
    return df


def extreme_labels(df, how, label, place, numeric_only=False, skipna=True, aside=()):
    """``df.idxmax()`` (how="max") or ``df.idxmin()``: a Series with, for each column, the `label` of
    the first row that has the extreme; `place` is the row's place.

    A column without a value, or (skipna=False) with a missing one, has no label. Raises TypeError
    for a column that pandas does not compare, ValueError where there are no rows.
    """
    kinds = [(name, kind) for name, kind, _ in fields_of(df, aside=aside)]
    numbers = [name for name, kind in kinds if kind in NUMBER_KINDS]
    odd = [f"{n} ({k})" for n, k in kinds if k not in (*NUMBER_KINDS, "timestamp")]
    if odd and not numeric_only:
        raise TypeError(f"idx{how} of columns that are no numbers: {', '.join(odd)}")
    names = numbers if numeric_only else [n for n, _ in kinds]
    pick, tie = (F.max_by, -place) if how == "max" else (F.min_by, place)
    aggregates = [F.count(F.lit(1))]
    for name in names:
        cell = quoted(name)
        aggregates += [F.count(cell), pick(label, F.when(cell.isNotNull(), F.struct(cell, tie)))]
    rows, *cells = scalar_list(df, aggregates)
    if not rows:
        raise ValueError(f"attempt to get arg{how} of an empty sequence")
    found = {}
    for name, present, value in zip(names, cells[::2], cells[1::2]):
        if present < rows and dict(kinds)[name] == "boolean":
            if numeric_only:
                continue  # booleans with gaps are objects in pandas
            raise TypeError(f"idx{how} of column {name!r}: booleans, of which some are missing")
        found[name] = value if skipna or present == rows else None
    return pd.Series(list(found.values()), index=list(found), dtype=None if found else "int64")
