"""Dicts that a program has made of columns, as tables to look values up in."""

from __future__ import annotations

import pandas as pd
from pyspark.sql import types as T

from glue_runtime.driver import python_value, spark_type


def dict_table(spark, mapping, key, value, types=(None, None), gaps=True):
    """The items of a dict as columns `key` and `value`, of the types of `pd.Series(mapping)`.

    types: names of the Spark types that both must have. gaps: whether a key may be missing. Raises
    TypeError or ValueError where the dict has been given items of another kind.
    """
    series = pd.Series(mapping, dtype=None if mapping else "float64")
    keys = pd.Series(series.index)
    missing = int(keys.isna().sum())
    if missing > 1 or missing and not gaps:
        raise ValueError(
            "keys of the dict are missing, and a lookup of missing values may find them"
        )
    fields = []
    for name, cells, wanted in zip((key, value), (keys, series), types):
        found = spark_type(cells, name) if cells.notna().any() or wanted is None else NAMED[wanted]
        if wanted is not None and found != NAMED[wanted]:
            raise TypeError(f"the {name} of the dict is {found.simpleString()}, not {wanted}")
        fields.append(T.StructField(name, found))
    kinds = [f.dataType for f in fields]
    rows = [tuple(map(python_value, item, kinds)) for item in zip(keys, series)]
    return spark.createDataFrame(rows, T.StructType(fields))


NAMED = {
    "bigint": T.LongType(),
    "double": T.DoubleType(),
    "boolean": T.BooleanType(),
    "string": T.StringType(),
    "timestamp": T.TimestampType(),
}

__all__ = ["dict_table"]
