"""The user's own functions over whole groups, as pandas' ``GroupBy.apply`` and ``transform`` run them.

The groups are made by Spark and handed to the function one by one as pandas objects with their own
rows, order and labels. What it gives travels as tagged texts ("i7", "f0.5", "sabc", missing is
NULL), because only all results together tell the types that pandas gives to the columns.
"""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.position import with_position
from glue_runtime.quoting import quoted, resolved
from glue_runtime.udf import is_missing_value

PIECES = (
    "__labels array<string>, __cells array<string>, __columns string, __dtype string, "
    "__same boolean, __nth bigint"
)


def apply_groups(
    df,
    keys,
    function,
    *,
    values=None,
    labels=("__pos",),
    order="__pos",
    gives="frame",
    columns=None,
    types=None,
    dropna=True,
    sort=True,
    group_keys=True,
):
    """The rows that ``function`` gives for each group, under ``__key0…`` and, for frames and
    Series, ``__label0…``; ``__by0…`` and ``__nth`` sort them.

    keys, labels, order: names of columns; values: names of those that the function sees (None: all
    without "__"), or one name for a function of a Series. gives: "frame", "series", "record" (a
    Series of values by name) or "value". columns, types: names and Spark types where they are known.
    """
    names = values if values is not None else [n for n in df.columns if not n.startswith("__")]
    kept = df.dropna(subset=[*map(resolved, keys)]) if dropna else df
    plain = kept.toDF(*[f"c{n}" for n in range(len(df.columns))])  # Spark parses the names here
    run = group_function(
        function, names, list(keys), list(labels), order, gives, floats_of(df, names)
    )
    pieces = plain.groupBy(
        *[F.col(f"c{df.columns.index(k)}").alias(f"__key{n}") for n, k in enumerate(keys)]
    ).applyInPandas(
        partial(named_as, run, df.columns),
        ", ".join(f"__key{n} {df.schema[k].dataType.simpleString()}" for n, k in enumerate(keys))
        + ", __first bigint, "
        + PIECES,
    )
    pieces = pieces.localCheckpoint()
    if gives == "series" and not isinstance(names, str):
        one_group_is_wide(pieces, len(keys))
    found = columns or columns_found(pieces) or [n for n in df.columns if not n.startswith("__")]
    depth = 0 if gives in ("record", "value") else len(labels)
    cells = [F.get("__cells", F.lit(n)) for n in range(len(found))]
    tags = [F.get("__labels", F.lit(n)) for n in range(depth)]
    kinds = kinds_of(pieces, [*cells, *tags], [(types or {}).get(n) for n in found])
    if gives == "record":
        kinds = as_one_dtype(pieces, kinds)
    in_place = not group_keys and bool(pieces.agg(F.bool_and("__same")).first()[0])
    return pieces.select(
        *[f"__key{n}" for n in range(len(keys))],
        *[
            typed_cell(t, k).alias(f"__label{n}")
            for n, (t, k) in enumerate(zip(tags, kinds[len(cells) :]))
        ],
        *[typed_cell(x, k).alias(name) for x, k, name in zip(cells, kinds, found)],
        *sort_columns(len(keys), sort, in_place),
        "__nth",
    )


def sort_columns(count, sort, in_place):
    """What sorts the groups: their keys, or (as first seen) their first rows; nothing where the
    rows go back to where they were."""
    by = [f"__key{n}" for n in range(count)] if sort else ["__first"]
    return [(F.lit(0) if in_place else F.col(name)).alias(f"__by{n}") for n, name in enumerate(by)]


def named_as(run, columns, pdf: pd.DataFrame) -> pd.DataFrame:
    """What ``run`` gives for a group whose columns get their names back."""
    return run(pdf.set_axis(columns, axis=1))


def group_function(function, names, keys, labels, order, gives, floats):
    """A function of one group as Spark hands it over, for ``applyInPandas``."""

    def run(pdf):
        pdf = pdf.sort_values(order, kind="stable", ignore_index=True)
        group, key = pandas_group(pdf, names, labels, floats), [pdf[k].iloc[0] for k in keys]
        axis = group.index
        object.__setattr__(group, "name", key[0] if len(key) == 1 else tuple(key))
        result = function(group)
        out = pieces_of(result, axis, gives, not isinstance(names, str), pdf[order])
        out.insert(0, "__first", pdf[order].iloc[0])
        for number, value in reversed(list(enumerate(key))):
            out.insert(
                0, f"__key{number}", pd.Series([value] * len(out), dtype=pdf[keys[number]].dtype)
            )
        return out

    return run


def pandas_group(pdf, names, labels, floats):
    """A group with pandas' dtypes and its own labels, as a frame or (one name) a Series."""
    wanted = [names] if isinstance(names, str) else names
    out = pd.DataFrame({n: pandas_column(pdf[n], n in floats) for n in wanted})
    index = [pandas_column(pdf[n], n in floats) for n in labels]
    out.index = (
        pd.Index(index[0], name=None) if len(index) == 1 else pd.MultiIndex.from_arrays(index)
    )
    return out[names] if isinstance(names, str) else out


def pandas_column(values, is_float):
    """A column as pandas has it: whole numbers with gaps anywhere are floats, missing is nan."""
    if is_float:
        return values.astype("float64")
    return values.where(values.notna(), np.nan) if values.dtype == object else values


def floats_of(df, names):
    """The whole-number columns that pandas has as floats, because some row has no value."""
    wanted = {names} if isinstance(names, str) else set(names)
    whole = [
        f.name
        for f in df.schema.fields
        if f.name in wanted
        and f.dataType.typeName() in ("long", "integer", "short", "byte")
        and f.nullable
    ]
    if not whole:
        return set()
    found = df.agg(
        *[F.bool_or(quoted(n).isNull()).alias(f"c{i}") for i, n in enumerate(whole)]
    ).first()
    return {n for n, gap in zip(whole, found) if gap}


def pieces_of(result, axis, gives, of_frame, positions):
    """The result for one group as rows of tagged texts."""
    if gives == "value":
        if isinstance(result, (pd.Series, pd.DataFrame)):
            raise TypeError(
                f"the function gives a {type(result).__name__} for a group, not one value"
            )
        rows, index, columns, same = [[tagged_text(result)]], None, ["value"], False
    elif gives == "record":
        if not isinstance(result, pd.Series):
            raise TypeError(
                f"the function gives a {type(result).__name__} for a group, not a Series"
            )
        rows, index, same = [[tagged_text(v) for v in result.tolist()]], None, False
        columns = [str(x) for x in result.index]
    else:
        frame = result.to_frame("value") if isinstance(result, pd.Series) else result
        if not isinstance(frame, pd.DataFrame) or isinstance(result, pd.Series) != (
            gives == "series"
        ):
            raise TypeError(
                f"the function gives a {type(result).__name__} for a group, not a {gives}"
            )
        parts = [[tagged_text(v) for v in frame.iloc[:, n].tolist()] for n in range(frame.shape[1])]
        rows = [list(r) for r in zip(*parts)] if parts else [[] for _ in range(len(frame))]
        index, columns = frame.index, [str(x) for x in frame.columns]
        same = index.equals(axis) and not (gives == "series" and of_frame)
    places = list(positions) if same else range(len(rows))
    labels = (
        [[tagged_text(v) for v in (x if isinstance(x, tuple) else (x,))] for x in index]
        if index is not None
        else [[]] * len(rows)
    )
    out = pd.DataFrame(
        {"__labels": pd.Series(labels, dtype=object), "__cells": pd.Series(rows, dtype=object)}
    )
    out["__columns"], out["__dtype"] = json.dumps(columns), str(getattr(result, "dtype", ""))
    out["__same"], out["__nth"] = same, pd.Series(list(places), dtype="int64")
    return out


def tagged_text(value):
    """A value as a text that tells its type by its first letter; None where it is missing."""
    if is_missing_value(value):
        return None
    if isinstance(value, (bool, np.bool_)):
        return f"b{bool(value)}"
    if isinstance(value, (int, np.integer)):
        return f"i{int(value)}"
    if isinstance(value, (float, np.floating)):
        return f"f{float(value)!r}"
    if isinstance(value, str):
        return "s" + value
    if isinstance(value, pd.Timestamp):
        return f"t{value.value // 1000}"
    raise TypeError(
        f"the function gave a {type(value).__name__}, which has no column type in Spark"
    )


def group_value(function, column, order):
    """``function`` of the values of a group as a Series in row order, as an aggregate of tagged
    texts (`typed_results` gives them their types)."""
    rows = F.array_sort(F.collect_list(F.struct(order.alias("o"), column.alias("v"))))

    @F.pandas_udf("string")
    def run(groups: pd.Series) -> pd.Series:
        return pd.Series(
            [tagged_text(only_value(function(as_series(g)))) for g in groups], dtype=object
        )

    return run(F.transform(rows, lambda x: x["v"]))


def as_series(values):
    """The values of a group as pandas has them: missing is nan, times have nanoseconds."""
    found = pd.Series(values)
    if found.dtype.kind == "M":
        return found.astype("datetime64[ns]")
    return pandas_column(found, False)


def only_value(result):
    """The result of a function that reduces: a Series or array of one value is that value."""
    if isinstance(result, (pd.Series, np.ndarray)) and np.ndim(result) == 1 and len(result) == 1:
        return result.iloc[0] if isinstance(result, pd.Series) else result[0]
    return result


def typed_results(df, types):
    """The columns of tagged texts with the types that pandas infers. types: {name: Spark type, or
    None where it is not known}."""
    kept = df.localCheckpoint()
    cells = [quoted(n) for n in types]
    kinds = kinds_of(kept, cells, list(types.values()))
    return kept.withColumns({n: typed_cell(x, k) for n, x, k in zip(types, cells, kinds)})


def transform_groups(df, name, keys, function, column, order="__pos", dropna=True, kind=None):
    """Add column `name`: what ``function`` gives for each row of its group, as ``transform`` runs it.

    column: the values; keys: names of columns; order: the rows' position, or the sort keys that
    make it. Rows that are in no group have no value.
    """
    if not isinstance(order, str):
        numbered = with_position(df, *order, name="__at")
        out = transform_groups(numbered, name, keys, function, column, "__at", dropna, kind)
        return out.drop("__at")
    kept = df.dropna(subset=[*map(resolved, keys)]) if dropna else df
    picked = kept.select(
        *[quoted(k).alias(f"__key{n}") for n, k in enumerate(keys)],
        quoted(order).alias("__row"),
        column.alias("__value"),
    )
    floats = floats_of(picked, "__value")

    def run(pdf):
        pdf = pdf.sort_values("__row", kind="stable", ignore_index=True)
        group = pandas_group(pdf, "__value", ["__row"], floats)
        result = pd.Series(function(group), index=group.index)
        return pd.DataFrame(
            {"__row": pdf["__row"], "__cell": [tagged_text(v) for v in result.tolist()]}
        )

    by = [f"__key{n}" for n in range(len(keys))]
    found = picked.groupBy(*by).applyInPandas(run, "__row bigint, __cell string")
    wide = df.join(
        found.select(F.col("__row").alias(order), F.col("__cell").alias(name)), order, "left"
    )
    return typed_results(wide.select(*df.columns, name), {name: kind})


CASTS = {
    "i": lambda text: text.cast("bigint"),
    "f": lambda text: text.cast("double"),
    "b": lambda text: text.cast("boolean"),
    "s": lambda text: text,
    "t": lambda text: F.timestamp_micros(text.cast("bigint")),
}
TAGS = {"bigint": "i", "double": "f", "boolean": "b", "string": "s", "timestamp": "t"}


def typed_cell(cell, kind):
    """The value of a tagged text as a column of that kind."""
    return CASTS[kind](F.substring(cell, 2, 1 << 30))


def kinds_of(pieces, cells, known):
    """The tag of each column as pandas infers its type from all its values; ``known``: Spark types
    of the first columns, where they are known."""
    seen = pieces.agg(
        *[F.collect_set(F.substring(x, 1, 1)).alias(f"k{n}") for n, x in enumerate(cells)],
        *[F.bool_or(x.isNull()).alias(f"g{n}") for n, x in enumerate(cells)],
    ).first()
    out = []
    for n in range(len(cells)):
        wanted = TAGS.get(known[n]) if n < len(known) else None
        out.append(kind_of(set(seen[f"k{n}"]), bool(seen[f"g{n}"]), wanted))
    return out


def kind_of(kinds, gap, wanted=None):
    """One tag for values with these tags."""
    if kinds == {"i", "f"} or (kinds == {"i"} and gap):
        kinds = {"f"}
    if wanted is not None:
        if not kinds or kinds == {wanted} or (wanted == "f" and kinds == {"i"}):
            return wanted
    if len(kinds) > 1 or (wanted is not None and kinds):
        raise TypeError(f"the function gives values of several or other types: {sorted(kinds)}")
    return kinds.pop() if kinds else wanted or "s"


def as_one_dtype(pieces, kinds):
    """Records of numbers alone are rows of one numpy array: floats as soon as any is one."""
    dtypes = {r[0] for r in pieces.select("__dtype").distinct().collect()}
    if len(dtypes) > 1 and "object" not in dtypes and dtypes != {"int64", "float64"}:
        raise TypeError(f"the function gives records of several types: {sorted(dtypes)}")
    return [
        "f" if k == "i" and "object" not in dtypes and "float64" in dtypes else k for k in kinds
    ]


def columns_found(pieces):
    """The columns of the results. Raises where groups differ in them."""
    found = [json.loads(r[0]) for r in pieces.select("__columns").distinct().limit(2).collect()]
    if len(found) > 1:
        raise ValueError(f"the function gives other columns for other groups: {found}")
    return found[0] if found else []


def one_group_is_wide(pieces, count):
    """pandas makes a row of a Series where there is only one group: that is not followed."""
    if len(pieces.select(*[f"__key{n}" for n in range(count)]).distinct().limit(2).collect()) == 1:
        raise NotImplementedError("a Series for the only group, which pandas makes a row of")
