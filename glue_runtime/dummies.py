"""Indicator columns: one for each value of a column."""

from __future__ import annotations


from pyspark.sql import functions as F

from glue_runtime.pivot import READERS, label_text
from glue_runtime.quoting import quoted

def get_dummies(df, prefixes, sep="_", drop_first=False, dummy_na=False, kind="boolean", aside=(), levels=None):  # fmt: skip
    """A column `prefix_value` for each value of each column of `prefixes` {column: prefix}, at the
    end, in place of the column; a text or None: of all columns of text. levels: {column: its values}, where they are not to be looked for.
    """
    if not isinstance(prefixes, dict):
        odd = [c for c, t in df.dtypes if c not in aside and t.startswith(("array", "date"))]
        flags = [c for c, t in df.dtypes if c not in aside and t == "boolean"]
        odd += [c for c in flags if df.where(quoted(c).isNull()).limit(1).count()]
        if odd:
            raise TypeError(f"get_dummies: {odd} hold objects that are not text")
        texts = [c for c, t in df.dtypes if t == "string" and c not in aside]
        prefixes = {c: c if prefixes is None else prefixes for c in texts}
    out = [quoted(c) for c in df.columns if c not in prefixes and c not in aside]
    seps = sep if isinstance(sep, list) else [sep] * len(prefixes)
    for (name, prefix), between in zip(prefixes.items(), seps):
        given = (levels or {}).get(name)
        out += indicators(df, quoted(name), f"{prefix}{between}", drop_first, dummy_na, kind, given)
    return df.select(*out, *[quoted(c) for c in aside])


def with_dummies(df, value, prefix="", drop_first=False, dummy_na=False, kind="boolean", levels=None, only=None):  # fmt: skip
    """The frame with a column `prefix` + value for each value of the Column `value` at its end.

    only: the names of columns that stay beside them (default: all). Raises ValueError where there
    is a column of such a name already.
    """
    made = indicators(df, value, prefix, drop_first, dummy_na, kind, levels)
    kept = df.columns if only is None else list(only)
    out = df.select(*[quoted(c) for c in kept], *made)
    twice = {c for c in out.columns if out.columns.count(c) > 1}
    if twice:
        raise ValueError(f"columns of the same name: {sorted(twice)}")
    return out


def indicators(df, value, prefix, drop_first, dummy_na, kind, levels=None):
    """Columns that tell where `value` is each of its values (and, with dummy_na, where it is missing)."""
    found = df.select(value).schema[0].dataType.simpleString()
    text = label_text(value, found)
    if levels is None:
        texts = [r[0] for r in df.select(text.alias("text")).distinct().collect()]
        levels = sorted(READERS[found](t) for t in texts if t is not None)
        texts = {READERS[found](t): t for t in texts if t is not None}
    else:
        texts = {level: level for level in levels}
    hits = [(text.eqNullSafe(texts[level]), f"{prefix}{level}") for level in levels]
    if dummy_na:
        hits.append((value.isNull(), f"{prefix}nan"))
    return [hit.cast(kind).alias(name) for hit, name in hits[1 if drop_first else 0 :]]


def with_tags(df, value, sep, only=None):
    """The frame with a column of 0 and 1 for each part between `sep` of the texts `value`.

    only: the names of columns that stay beside them (default: all). Raises ValueError where there
    is a column of such a name already.
    """
    found = df.select(value).schema[0].dataType.simpleString()
    if found != "string":
        raise TypeError(f"parts of {found} values, not text")
    parts = F.explode(F.split(value, f"\\Q{sep}\\E", -1)).alias("tag")
    tags = sorted({r[0] for r in df.select(parts).distinct().collect()} - {"", None})
    whole = F.concat(F.lit(sep), F.coalesce(value, F.lit("")), F.lit(sep))
    made = [whole.contains(f"{sep}{t}{sep}").cast("bigint").alias(t) for t in tags]
    kept = df.columns if only is None else list(only)
    out = df.select(*[quoted(c) for c in kept], *made)
    twice = {c for c in out.columns if out.columns.count(c) > 1}
    if twice:
        raise ValueError(f"columns of the same name: {sorted(twice)}")
    return out
