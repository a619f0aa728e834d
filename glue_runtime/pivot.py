"""Rows to columns: one column for each value of some columns, as pandas' pivots have them.

A column of the result is named by its pandas label: the text of the value or, where pandas has
labels of several levels, the text of the tuple. `pandas_labels` reads the labels back.
"""

from __future__ import annotations

import ast
import csv
import datetime
import io

import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.position import with_position
from glue_runtime.quoting import quoted, with_value

SEPARATOR = "\x1f"
GAP = "\x1e"  # stands for a missing value that names a column
WHOLE_NUMBERS = ("tinyint", "smallint", "int", "bigint")


def spread(
    long,
    index,
    columns,
    cells,
    heads=((),),
    *,
    fill=None,
    nullable=(),
    dropna=False,
    check=False,
    total=None,
    kinds=None,
    seen=(),
    values=None,
    gaps=False,
    apart=False,
    holes=False,
    order=None,
):
    """A row for each group of `index`; for each of `cells` a column per value of `columns`.

    heads: what stands before the value in the labels of a cell's columns. fill: in place of a
    missing cell. nullable: cells whose integers stay integers beside a missing one. dropna: leave
    out rows and columns without any value. check: raise ValueError where two rows go to one place.
    total: the value of `columns` that stands for all of them and comes last; kinds: the types that
    `columns` had before they became text. seen: the columns come in the order in which their first
    rows have by these; values: only if this frame of a column has other values. gaps: a missing
    value of `columns` names a column, too, the last one, whose Spark name is empty. apart: the cells
    of each first head are a table of their own. holes: fill only where there is no row. order: the
    values of `columns` come in this one. Raises TypeError for values that cannot name a column.
    """
    types = dict(long.dtypes)
    keys = [quoted(k) for k in index]
    rows = with_code(long, columns, "__column")
    if gaps:
        rows = rows.fillna(GAP, subset=["__column"])
    of_all = [] if total is None else [quoted(index[0]) == total]
    if dropna:
        rows = rows.where(any_of([*[quoted(c).isNotNull() for c in cells], *of_all]))
    rows, held = rows_held(rows, cells, types, nullable) if holes else (rows, [])
    rows = rows.cache()
    if check and rows.groupBy(*keys, "__column").count().where("count > 1").limit(1).count():
        raise ValueError("Index contains duplicate entries, cannot reshape")
    counts = [F.count(quoted(c)).alias(f"n{i}") for i, c in enumerate(cells)]
    first = [F.min(F.struct(*[quoted(s) for s in seen])).alias("first")] if seen else []
    found = {r[0]: r[1:] for r in rows.groupBy("__column").agg(*counts, *first).collect()}
    labels = sorted_labels(found, columns, kinds or [types[c] for c in columns], total, order)
    if seen and (values is None or with_value(values).distinct().count() != len(labels)):
        labels = dict(sorted(labels.items(), key=lambda x: found[x[0]][-1]))
    if of_all and fill is not None:  # inf - inf in the row of totals is not filled, gaps are
        rows = rows.withColumns(
            {c: beside(quoted(c), of_all[0]) for c in cells if types[c] in ("float", "double")}
        )
    firsts = [F.first(quoted(c)).alias(f"c{i}") for i, c in enumerate(cells)]
    wide = rows.groupBy(*keys).pivot("__column", list(labels)).agg(*firsts)
    places = [(text, n) for text in labels for n in range(len(cells))]
    wide = wide.toDF(*index, *[f"__cell{i}" for i in range(len(places))])
    at = {place: F.col(f"__cell{i}") for i, place in enumerate(places)}
    names, out = [*index], [*keys]
    for n, cell in enumerate(cells):
        kept = [t for t in labels if not dropna or fill is not None or found[t][n]]
        body = [t for t in kept if labels[t][0] != total]
        beside_it = [c for c, h in zip(cells, heads) if not apart or h[0] == heads[n][0]]
        whole = types[cell] in WHOLE_NUMBERS and cell not in nullable
        # With totals pandas transposes the table, which makes integers beside fractions fractions.
        turned = total is not None and whole and {types[c] for c in beside_it} & {"float", "double"}
        for part, filler in ((body, fill), (kept[len(body) :], None)):
            fill_in = holes_filled if cell in held else filled
            exprs = fill_in([at[t, n] for t in part], types[cell], whole, filler, wide)
            if of_all and types[cell] in ("float", "double"):
                exprs = [F.nanvl(e, F.lit(None)) for e in exprs]
            out += [e.cast("double") for e in exprs] if turned and part is body else exprs
            names += [label_name((*heads[n], *labels[t])) for t in part]
    clash = {n for n in names if names.count(n) > 1}
    if clash:
        raise ValueError(f"pivot: several columns, or levels of the index, are named {clash}")
    return wide.select(*[c.alias(name) for c, name in zip(out, names)])


def beside(cell, of_all):
    """A cell that is NaN instead of missing where a condition holds."""
    return F.when(of_all & cell.isNull(), F.lit(float("nan"))).otherwise(cell)


def with_code(df, columns, name):
    """The values of some columns as one text, NULL where any is missing."""
    types = dict(df.dtypes)
    texts = [label_text(quoted(c), types[c]) for c in columns]
    code = texts[0] if len(texts) == 1 else F.concat_ws(SEPARATOR, *texts)
    if len(texts) > 1:
        code = F.when(~any_of([quoted(c).isNull() for c in columns]), code)
    return df.withColumn(name, code)


def any_of(tests):
    """Whether any of some conditions holds."""
    out = tests[0]
    for test in tests[1:]:
        out = out | test
    return out


def rows_held(rows, cells, types, nullable):
    """The rows with the values of cells that may be missing in arrays, so that a missing one is told
    from none at all, and the names of these cells."""
    held = [c for c in cells if types[c] not in WHOLE_NUMBERS or c in nullable]
    return rows.withColumns({c: F.array(quoted(c)) for c in held}), held


def holes_filled(cells, kind, whole, fill, wide):
    """The values that arrays hold, and ``fill`` where there is none."""
    if fill is not None and not fits(fill, kind):
        raise TypeError(f"pivot: {fill!r} in place of missing values among {kind} ones")
    return [F.when(c.isNotNull(), c[0]).otherwise(F.lit(fill).cast(kind)) for c in cells]


def filled(cells, kind, whole, fill, wide):
    """The columns of one kind of cell; integers with a gap make all of them fractions."""
    if fill is not None and not fits(fill, kind):
        raise TypeError(f"pivot: {fill!r} in place of missing values among {kind} ones")
    fraction = whole and (fill is None or isinstance(fill, float)) and bool(cells)
    if fraction and wide.where(any_of([c.isNull() for c in cells])).limit(1).count():
        cells, kind = [c.cast("double") for c in cells], "double"
    return cells if fill is None else [F.coalesce(c, F.lit(fill).cast(kind)) for c in cells]


def fits(fill, kind):
    """Whether a value can stand among the values of a Spark type without changing pandas' dtype."""
    if isinstance(fill, str):
        return kind == "string"
    number = isinstance(fill, (int, float)) and not isinstance(fill, bool)
    return number and kind in (*WHOLE_NUMBERS, "float", "double")


# --- labels -----------------------------------------------------------------------------------


def label_of_bool(name):
    """True or False from its text. Raises KeyError for another."""
    return {"True": True, "False": False}[name]


def label_or_gap(name):
    """The label of a text, of which the empty name stands for a missing one."""
    return name or float("nan")


def category_label(categories, ordered=False):
    """What makes labels of texts that are some of these categories."""

    def label(name):
        return name

    label.dtype = pd.CategoricalDtype(categories, ordered)
    return label


READERS = {
    "string": str,
    "boolean": label_of_bool,
    "float": float,
    "double": float,
    "timestamp": pd.Timestamp,
    "date": datetime.date.fromisoformat,
    **dict.fromkeys(WHOLE_NUMBERS, int),
}


def label_text(value, kind):
    """A value that names a column, as the text that READERS read back."""
    if kind == "boolean":
        return F.when(value, "True").otherwise(F.when(~value, "False"))
    if kind == "timestamp":
        return F.date_format(value, "yyyy-MM-dd HH:mm:ss.SSSSSS")
    if kind not in READERS:
        raise TypeError(f"pivot: values of type {kind} cannot name columns")
    return value.cast("string")


def sorted_labels(texts, columns, kinds, total, order=None):
    """{text: the values that it stands for}, in their order, or that of the list `order`; what stands
    for all of them last."""
    if None in texts:
        raise ValueError(f"pivot: {columns} have missing values, which cannot name a column")
    labels, last = {}, {GAP: ("",)} if GAP in texts else {}
    for text in texts.keys() - last.keys():
        parts = text.split(SEPARATOR) if len(kinds) > 1 else [text]
        all_of_them = total is not None and parts[0] == total
        labels[text] = (
            tuple(parts) if all_of_them else tuple(READERS[k](p) for k, p in zip(kinds, parts))
        )
    if order is not None:
        return {text: labels[text] for text in [*order, total] if text in labels}
    return {**dict(sorted(labels.items(), key=lambda x: (x[1][0] == total, x[1]))), **last}


def label_name(label):
    """The Spark name of a column with this label, a tuple of its levels."""
    return str(label[0]) if len(label) == 1 else repr(label)


def label_type(df, name, total=None):
    """What makes pandas labels of the names of columns that stand for values of column `name`."""
    read = READERS[dict(df.dtypes)[name]]
    return read if total is None else lambda text: text if text == total else read(text)


def expect_texts(df, name):
    """Raises KeyError, as pandas does for a label of another type, unless column `name` holds texts,
    which name columns."""
    kind = dict(df.dtypes)[name]
    if kind != "string":
        raise KeyError(
            f"columns named by values of {name!r}, which are {kind} and no texts, as a step that takes one by a text needs"
        )


def pandas_labels(names, read, levels=None, known=None):
    """The pandas labels of Spark names: `known` ones, and what `read` makes of the others.

    levels: the names of the levels of the labels; several make them tuples.
    """
    known = known or {}
    labels = [known[n] if n in known else read(n) for n in names]
    if levels is not None and len(levels) > 1:
        return pd.MultiIndex.from_tuples(labels, names=levels)
    dtype = getattr(read, "dtype", None)  # other labels beside categories make objects of them
    dtype = dtype if dtype is not None and set(labels) <= set(dtype.categories) else None
    return pd.Index(labels, dtype=dtype, name=levels[0] if levels else None)


def named_as_written(df, read, aside):
    """The frame under the names that pandas writes for its labels: of times that are all midnights
    only the date."""
    names = [name for name in df.columns if name not in aside]
    header = pd.DataFrame(columns=pd.Index([read(name) for name in names])).to_csv(index=False)
    titles = next(csv.reader(io.StringIO(header)), [])
    return df.withColumnsRenamed(dict(zip(names, titles)))


def with_labels(pdf, read, levels=None, known=None):
    """A pandas frame of Spark names under the labels that they stand for (see `pandas_labels`)."""
    return pdf.set_axis(pandas_labels(list(pdf.columns), read, levels, known), axis=1)


def label_tuple(name):
    """A label of several levels from its text."""
    return ast.literal_eval(name)


# --- totals -----------------------------------------------------------------------------------


def with_totals(df, index, columns, values, name="All"):
    """Each row again for the totals that it is part of: of all groups of `index`, of all values of
    `columns`, and of both; there `name` stands in the first of these columns and '' in the others.

    Rows with a missing value in any of the columns are part of none. `columns` become text.
    Raises TypeError for an `index` that is not text, ValueError where `name` is a value already.
    """
    types = dict(df.dtypes)
    if any(types[k] != "string" for k in index):
        raise TypeError(f"totals of groups by {[types[k] for k in index]}, not text")
    texts = {c: label_text(quoted(c), types[c]) for c in columns}
    own = {**{k: quoted(k) for k in index}, **texts}
    if df.where(any_of([own[k] == name for k in (index[0], *columns[:1])])).limit(1).count():
        raise ValueError(f'Conflicting name "{name}" in margins')
    all_rows = {k: F.lit("" if n else name) for n, k in enumerate(index)}
    all_columns = {c: F.lit("" if n else name) for n, c in enumerate(columns)}
    ways = [own, {**own, **all_rows}]
    if columns:
        ways += [{**own, **all_columns}, {**all_rows, **all_columns}]
    parts = [F.struct(*[v.alias(f"k{n}") for n, v in enumerate(way.values())]) for way in ways]
    full = ~any_of([quoted(c).isNull() for c in (*index, *columns, *values)])
    if df.where(full).isEmpty() and not df.isEmpty():
        raise ValueError(
            "margins: every row has a missing value, and a total of none is not computed"
        )
    parts = F.when(full, F.array(*parts)).otherwise(F.array(parts[0]))
    out = df.withColumn("__parts", F.explode(parts))
    keys = {k: F.col(f"__parts.k{n}") for n, k in enumerate(own)}
    return out.withColumns(keys).drop("__parts")


def with_shares(long, index, columns, cell, by, total=None):
    """`cell` as a share of its sum over each group of `index`, over each of `columns`, or over
    everything (by: "index", "columns", "all").

    total: the rows have totals under this label, which makes a sum over a group twice as much, and
    four times over everything. Of the totals those are left out that would be 1 everywhere.
    Raises IndexError, as pandas does, where there are totals of nothing.
    """
    if total is not None and long.isEmpty():
        raise IndexError("totals of a table without rows")
    if by == "all":
        whole = long.agg(F.sum(quoted(cell)).alias("__whole"))
        rows = long.crossJoin(F.broadcast(whole))
    else:
        keys = list(index if by == "index" else columns)
        sums = long.groupBy(*[quoted(k) for k in keys]).agg(F.sum(quoted(cell)).alias("__whole"))
        rows = long.join(sums, keys)
    times = 1 if total is None else 4 if by == "all" else 2
    rows = rows.withColumn(cell, quoted(cell) * times / F.col("__whole")).drop("__whole")
    ones = {"index": columns, "columns": index}.get(by) if total is not None else None
    return rows if ones is None else rows.where(quoted(ones[0]) != total)


def transposed(df, level, names, labels, kind, order, place, label):
    """A row for each of the columns `names`, a column for each row, named by its value of `level`.

    kind: the Spark type of all values; order: what sorts the rows. The columns `place` and `label`
    get the number of the row and the text of `labels` that stands for it. Raises ValueError for
    missing labels.
    """
    if df.isEmpty():
        listed = list(enumerate(labels))
        return df.sparkSession.createDataFrame(listed, f"`{place}` int, `{label}` string")
    rows = with_position(df, *order, name="__row")
    cells = [quoted(name).cast(kind) for name in names]
    long = rows.select(
        quoted(level), "__row", F.posexplode(F.array(*cells)).alias(place, "__value")
    )
    text = F.element_at(F.array(*[F.lit(x) for x in labels]), quoted(place) + 1)
    long = long.withColumn(label, text)
    return spread(long, [place, label], [level], ["__value"], seen=["__row"])
