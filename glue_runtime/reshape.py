"""Frames turned: columns to rows, rows to columns, and columns moved about."""

from __future__ import annotations

import re

import pandas as pd
from pyspark.sql import functions as F
from pyspark.sql import types as T

from glue_runtime.columns_text import most_parts
from glue_runtime.driver import python_value, spark_type
from glue_runtime.quoting import quoted


def in_front(df, *names):
    """These columns first, then all others in their order."""
    rest = [c for c in df.columns if c not in names]
    return df.select(*[quoted(c) for c in (*names, *rest)])


def numbers_in_front(df, name, number):
    """Column `name` with the row numbers first. Raises ValueError when there is one already."""
    if name in df.columns:
        raise ValueError(f"cannot insert {name}, already exists")
    return df.select(number.alias(name), *[quoted(c) for c in df.columns])


def moved(df, name, place, aside=()):
    """Column `name` at this place among those that are not set aside."""
    shown = [c for c in df.columns if c not in aside and c != name]
    if place > len(shown):
        raise IndexError(f"place {place} among {len(shown)} columns")
    shown.insert(place, name)
    return df.select(*[quoted(c) for c in (*shown, *aside)])


WHOLE = ("tinyint", "smallint", "int", "bigint")


def small_table(spark, rows, schema):
    """createDataFrame of values computed before: NaN becomes NULL, numbers take the column's type.

    schema: as there, or {name: Spark type}, None for the type that pandas has for the values. Raises
    TypeError for values that pandas would mix in one column.
    """
    if isinstance(schema, dict):
        values = [pd.Series(list(cells)) for cells in zip(*rows)]
        fields = [
            T.StructField(name, spark_type(cells, name) if kind is None else DDL_TYPES[kind])
            for (name, kind), cells in zip(schema.items(), values)
        ]
        types = T.StructType(fields)
    else:
        types = spark.createDataFrame([], schema).schema
    made = [tuple(python_value(v, f.dataType) for v, f in zip(row, types)) for row in rows]
    return spark.createDataFrame(made, types)


DDL_TYPES = {
    "bigint": T.LongType(),
    "double": T.DoubleType(),
    "boolean": T.BooleanType(),
    "string": T.StringType(),
    "timestamp": T.TimestampType(),
}


def melt(df, ids, values, variable, value, row=None, place=None):
    """`df.melt(ids, values)`: a row per value; `values` None means all other columns.

    row: a column that tells the order of rows, which stays; place: gets the number of the variable.
    Integers beside fractions become fractions. Raises TypeError where pandas would mix types.
    """
    if values is None:
        values = [c for c in df.columns if c not in ids and c != row]
    cells = [
        F.struct(F.lit(i).alias("place"), F.lit(name).alias("name"), cell.alias("cell"))
        for i, (name, cell) in enumerate(zip(values, of_one_type(df, values)))
    ]
    long = df.select(
        *[quoted(c) for c in (*ids, *([row] if row else []))],
        F.explode(F.array(*cells)).alias("__cell"),
    )
    out = [quoted(c) for c in ids]
    out += [F.col("__cell.name").alias(variable), F.col("__cell.cell").alias(value)]
    if row:
        out += [quoted(row), F.col("__cell.place").alias(place)]
    return long.select(*out)


def of_one_type(df, names):
    """Columns of these names for one column to hold: integers beside fractions become fractions.
    Raises TypeError for other types that pandas would mix."""
    types = dict(df.dtypes)
    found = {types[name] for name in names}
    if len(found) > 1 and not found <= {*WHOLE, "float", "double"}:
        raise TypeError(f"melt mixes {sorted(found)} in one column")
    kind = found.pop() if len(found) == 1 else "double" if found & {"float", "double"} else "bigint"
    return [quoted(name).cast(kind) for name in names]


def explode(df, names, at=None):
    """A row per item of the lists in column `names` (or in several, of one length in each row); an
    empty or missing list gives a missing item.

    at: gets the place of the item. Raises TypeError for lists of integers or booleans some of
    which are empty: pandas keeps Python's integers beside NaN there; ValueError for lists of
    different lengths.
    """
    names = [names] if isinstance(names, str) else names
    kinds = {name: df.schema[name].dataType for name in names}
    odd = [name for name, kind in kinds.items() if not isinstance(kind, T.ArrayType)]
    if odd:
        raise TypeError(f"columns {odd} hold no lists")
    lengths = [F.greatest(F.coalesce(F.size(quoted(n)), F.lit(0)), F.lit(1)) for n in names]
    for length in lengths[1:]:
        if df.where(length != lengths[0]).limit(1).count():
            raise ValueError("columns must have matching element counts")
    place = at or "__at"
    out = df.withColumn(place, F.explode(F.sequence(F.lit(0), lengths[0] - 1)))
    for name, kind in kinds.items():
        out = out.withColumn(name, F.get(quoted(name), F.col(place)))
        if isinstance(kind.elementType, (T.LongType, T.IntegerType, T.BooleanType)):
            if out.where(quoted(name).isNull()).limit(1).count():
                found = kind.elementType.simpleString()
                raise TypeError(f"column {name!r} mixes {found} and missing items")
    return out if at else out.drop(place)


def rows_between(df, number, start, stop):
    """`df.iloc[start:stop]` by the row numbers in column `number`, which goes."""
    start, stop, _ = slice(start, stop).indices(df.count())
    return df.where((F.col(number) >= start) & (F.col(number) < stop)).drop(number)


def relabel(df, labels, aside=(), read=str, known=None):
    """New names for the columns that are not set aside: a list of them, a dict from old to new,
    or a function of the old, which are `known` {name: label} or what `read` makes of the name.

    Raises ValueError where they repeat or are too few, TypeError where a function gives no text.
    """
    shown = [c for c in df.columns if c not in aside]
    if isinstance(labels, dict):
        names = [labels.get(c, c) for c in shown]
    elif callable(labels):
        old = [known[c] if c in (known or {}) else read(c) for c in shown]
        names = [labels(c) for c in old]
        if not all(isinstance(n, str) for n in names):
            raise TypeError(f"columns get labels that are no text: {names}")
    else:
        names = list(labels)
    if len(names) != len(shown):
        raise ValueError(f"Length mismatch: {len(shown)} columns and {len(names)} labels")
    if len({str(n) for n in names}) < len(names):
        raise ValueError(f"columns of the same name: {sorted(map(str, names))}")
    return df.select(*[quoted(c).alias(str(n)) for c, n in zip(shown, names)], *map(quoted, aside))


FAMILIES = {
    "number": {*WHOLE, "float", "double"},
    "bool": {"boolean"},
    "text": {"string"},
    "time": {"timestamp", "timestamp_ntz"},
}


def of_types(df, include=(), exclude=(), aside=()):
    """The columns whose types are in the families `include` and not in `exclude`."""
    wanted = set().union(*[FAMILIES[f] for f in include])
    left_out = set().union(*[FAMILIES[f] for f in exclude])
    kept = [
        c
        for c, t in df.dtypes
        if c not in aside and (not include or t in wanted) and t not in left_out
    ]
    return df.select(*[quoted(c) for c in kept], *map(quoted, aside))


def with_parts(df, parts, labels):
    """The frame with a column for each place in the lists `parts`. Raises ValueError for another
    number of labels than there are places, or for a label that is there already."""
    labels, width = list(labels), most_parts(df, parts)
    if len(labels) != width:
        raise ValueError(f"Length mismatch: {width} columns and {len(labels)} labels")
    if set(labels) & set(df.columns):
        raise ValueError(f"columns of the same name: {sorted(set(labels) & set(df.columns))}")
    return df.withColumns({name: F.get(parts, F.lit(i)) for i, name in enumerate(labels)})


def columns_between(df, start, stop, aside=()):
    """`df.iloc[:, start:stop]` among the columns that are not set aside."""
    kept = {*[c for c in df.columns if c not in aside][start:stop], *aside}
    return df.select(*[quoted(c) for c in df.columns if c in kept])


def columns_filtered(df, items=None, like=None, regex=None, aside=()):
    """`df.filter(…)` of the columns that are no helpers and not set aside."""
    kept = [c for c in df.columns if not c.startswith("__") and c not in aside]
    others = [c for c in df.columns if c not in kept]
    if items is not None:
        kept = [c for c in items if c in kept]
    else:
        kept = [c for c in kept if (like in c if like is not None else re.search(regex, c))]
    return df.select(*[quoted(c) for c in (*kept, *others)])


def columns_where(df, mask, aside=()):
    """The columns that are not set aside for which `mask`, a pandas Series by column, is true."""
    kept = [c for c in df.columns if c in aside or bool(mask[c])]
    return df.select(*[quoted(c) for c in kept])


def identified(df, ids):
    """The frame; ValueError where two rows are alike in the columns `ids`, or lack the only one."""
    keys = [quoted(x) for x in ids]
    if len(ids) == 1 and df.where(keys[0].isNull()).limit(1).count():
        raise ValueError(f"the id variable {ids[0]!r} is missing in some rows")
    if df.groupBy(*keys).count().where("count > 1").limit(1).count():
        raise ValueError(f"the id variables {ids} need to uniquely identify each row")
    return df
