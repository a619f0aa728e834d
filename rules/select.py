"""Columns and rows of a frame: brackets, masks, head, sort, drop."""

from __future__ import annotations

from typing import Any

from rules.index import index_ignored
from rules.constants import timestamp_constant
from rules.label_heads import chosen_columns, columns_below, labels_at_level, whole_label
from rules.lib import assign, chain, derive, filtered, on, selected, series_of, subset_of, typed
from rules.registry import Call, rule
from rules.sort_keys import in_order, key_values, with_key
from transpiler.facts import (
    BOOLS,
    NULL_FREE,
    NULLABLE,
    Col,
    Const,
    Frame,
    Sequence,
    Windowed,
)
from transpiler.symbolic import E, F, lift, render

_AGG = "d = df.groupby('k').agg({'i': ['sum', 'max'], 'f': ['mean']})\n"


@rule(
    "DataFrame.__getitem__(key)",
    example=(
        "df['s']",
        "df[['i', 's']]",
        "df[df['i'] > 2]",
        f"{_AGG}out = d['i']",
        f"{_AGG}out = d['i']['max'] - d.f['mean']",
        f"{_AGG}out = d[['f', 'i']]",
        f"{_AGG}r = d.reset_index()\nout = r[r['k'] > 'a'].assign(x=r['k'])",
    ),
)
def getitem(c: Call) -> Any:
    """A column, a list of columns, or the rows where a mask is true."""
    key, frame = c["key"], c.frame
    if isinstance(key, Col):
        if key.dtype is None and key.column is not None and key.frame.rows is frame.rows:
            c.verdict = "runtime"  # type: ignore[attr-defined]
            options = {"nullable": True} if key.is_nullable else {}
            test = typed(c.ctx, "mask_of_rows", key, **options)
            key = derive(test, "bool", key, null_free=True, loose=False, nullable=False)
        c.need(key.dtype in BOOLS, "a mask that is not boolean for sure")
        return filtered(c.ctx, frame, key)
    c.need(isinstance(key, (Const, Sequence)), "the key is not known here")
    wanted = c.lit("key")
    if isinstance(wanted, slice):
        return rows_between(c, frame, wanted)
    if isinstance(wanted, list):
        c.need(not any(isinstance(w, bool) for w in wanted), "a mask that is a list")
        return selected(c.ctx, frame, chosen_columns(frame, wanted))
    below = columns_below(c.ctx, frame, wanted) if frame.has(wanted) is False else None
    return series_of(c.ctx, frame, wanted) if below is None else below


def rows_between(c: Call, frame: Frame, bounds: slice) -> Frame:
    """``df[a:b]`` and ``df.iloc[a:b]``: rows by position."""
    c.need(bounds.step in (None, 1), "a slice with a step")
    start, stop = bounds.start or 0, bounds.stop
    c.need(isinstance(start, int) and (stop is None or isinstance(stop, int)), "a slice by label")
    from rules.positions import rows_sliced

    return rows_sliced(c.ctx, frame, bounds)


def first_rows(c: Call, frame: Frame, n: int) -> Frame:
    """The first ``n`` rows in pandas' order."""
    keys = c.ctx.order_of(frame)
    order = f".orderBy({', '.join(k.text for k in keys)})" if keys else ""
    return subset_of(c.ctx, frame, chain(frame, f"{order}.limit({n})"))


@rule("DataFrame.head(n=5)", example=("df.head(3)", "df.sort_values('n').head(2)", "df.head(-3)", "df.head(-99)"))  # fmt: skip
def head(c: Call) -> Frame:
    """The first rows; the order is asked of whoever knows it."""
    n = c.lit("n")
    c.need(isinstance(n, int), "a number of rows of this form")
    return first_rows(c, c.frame, n) if n >= 0 else rows_between(c, c.frame, slice(None, n))


def descending(keys: list[E]) -> list[E]:
    """The same sort keys the other way round."""
    out = []
    for key in keys:
        text = key.text
        for a, b in ((".asc_nulls_last()", ".desc_nulls_first()"), (".desc_nulls_last()", ".asc_nulls_first()"),
                     (".asc_nulls_first()", ".desc_nulls_last()"), (".desc_nulls_first()", ".asc_nulls_last()")):  # fmt: skip
            if text.endswith(a):
                out.append(E(text[: -len(a)] + b))
                break
        else:
            out.append(key.desc())
    return out


@rule("DataFrame.tail(n=5)", example=("df.tail(3)", "df.tail(-3)", "df.sort_values('n').tail(-15)", "df.tail(0)"))  # fmt: skip
def tail(c: Call) -> Frame:
    """The last rows."""
    n = c.lit("n")
    c.need(isinstance(n, int), "a number of rows of this form")
    if n <= 0:
        return rows_between(c, c.frame, slice(-n, None)) if n else first_rows(c, c.frame, 0)
    keys = descending(c.ctx.order_of(c.frame))
    return subset_of(
        c.ctx, c.frame, chain(c.frame, f".orderBy({', '.join(k.text for k in keys)}).limit({n})")
    )


@rule(
    "DataFrame.sort_values(by, *, axis=0, ascending=True, inplace=False, kind='quicksort', na_position='last', "
    "ignore_index=False, key=None)",
    not_yet="axis inplace",
    ignored="kind",
    example=(
        "df.sort_values('n', ascending=False)",
        "df.sort_values('k', key=lambda s: s.str.lower(), kind='stable')",
        "df.sort_values(['s', 'i'], key=lambda s: s.str.len() if s.name == 's' else -s)",
        "df.sort_values(['f', 'i'], key=np.abs, ascending=[False, True], na_position='first')",
        "df.sort_values(['k', 'i'], key=lambda s: s.map({'b': 0, 'a': 1}) if s.name == 'k' else s).head(4)",
        "df.sort_values(['j', 'i'], key=abs)['i'].head(5)",
        "df.set_index('s').sort_values('f', ignore_index=True, kind='stable')",
        "df.sort_values(['s', 'i'], ascending=[True, False])",
        "df.sort_values('n', na_position='first').head(3)",
    ),
)
def sort_values(c: Call) -> Frame:
    """An order asked for by the program; nothing is sorted until something looks."""
    frame = c.frame
    by = c.lit("by")
    by = [by] if not isinstance(by, list) else by
    ascending = c.lit("ascending")
    ascending = ascending if isinstance(ascending, list) else [ascending] * len(by)
    last = c.lit("na_position") == "last"
    keys = []
    for label, up in zip(by, ascending):
        values = key_values(c, c["key"], series_of(c.ctx, frame, label))
        frame, key = with_key(c, frame, values, bool(up), last)
        keys.append(key)
    out = in_order(frame, keys)
    return index_ignored(c.ctx, out) if c.lit("ignore_index") else out


@rule(
    "DataFrame.drop(labels=None, *, axis=0, index=None, columns=None, level=None, inplace=False, errors='raise')",
    not_yet="index inplace",
    example=("df.drop(columns=['s'])", "df.drop('s', axis=1)",
             "df.groupby('k').agg({'i': ['sum', 'max'], 'f': ['mean', 'max']}).drop('max', axis=1, level=1)",
             "df.groupby('k').agg({'i': ['sum', 'max'], 'f': ['mean', 'max']}).drop(columns=['i'])"),
)  # fmt: skip
def drop(c: Call) -> Frame:
    """Columns go."""
    labels = c.lit("columns")
    if labels is None:
        c.need(c.lit("axis") in (1, "columns"), "rows are dropped by label")
        labels = c.lit("labels")
    labels = labels if isinstance(labels, list) else [labels]
    if c.lit("level") is not None:
        labels = labels_at_level(c, c.frame, labels, c.lit("level"), c.lit("errors") != "ignore")
    labels = [y for x in labels for y in [z.label for z in c.frame.below(x)] or [x]]
    return without(c, c.frame, labels, c.lit("errors") == "ignore")


def without(c: Call, frame: Frame, labels: list, lenient: bool = False) -> Frame:
    """The frame without these columns."""
    if lenient:
        labels = [x for x in labels if frame.has(x) is not False]
    unseen = not lenient and any(frame.has(x) is None for x in labels)
    columns = [frame.column(x) for x in labels]
    if not columns:
        return frame
    frame = c.ctx.losing(frame, labels)
    names = ", ".join(render(x.name) for x in columns)
    left = tuple(x for x in frame.columns if x.label not in labels)
    gone = (*frame.gone, *labels) if frame.open else ()
    if frame.open:
        c.ctx.cells[("without", frame.base, gone)] = frame  # type: ignore[index]
    if not unseen:  # Spark's drop takes any name
        return chain(frame, f".drop({names})", columns=left, gone=gone)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return frame.but(text=f"{c.ctx.call('without_columns')}({frame.text}, {names})", columns=left, gone=gone)  # fmt: skip


@rule("DataFrame.__delitem__(key)", example="df.drop(columns='s')")
def delitem(c: Call) -> Frame:
    """``del df[c]``."""
    return without(c, c.frame, [c.lit("key")])


@rule(
    "DataFrame.__setitem__(key, value)",
    example=(
        "df['n2'] = df['i'] * 2\nout = df",
        "out = df[['k', 'i']].copy()\nout['year'] = df['d'].dt.year\nout['i'] = df['j'] - df['i']\nout = out[out['year'] > 2000]",
        "df[['x', 'y']] = 0\nout = df",
        "df[['a', 'f']] = df[['f', 'i']]\nout = df",
        "df[['x', 'y']] = [1, 'b']\nout = df",
        "out = df.dropna(subset=['t'])\nout['year'] = df['t'].dt.year\nout['n2'] = df['s'].str.len()",
        f"{_AGG}d = d.reset_index()\nd['z'] = d['k'] + '!'\nout = d[d['k'] != 'a'][['i', 'z']]",
    ),
)
def setitem(c: Call) -> Frame:
    """``df[c] = value``."""
    key = c["key"]
    label = c.lit("key")
    c.need(not isinstance(label, slice), "several columns are set at once")
    c.need(isinstance(key, Const), "the column is not known here")
    value = c["value"]
    if isinstance(label, list):
        return several_set(c, [whole_label(c.frame, x) for x in label], value)
    return assign(c.ctx, c.frame, whole_label(c.frame, label), value)


def several_set(c: Call, labels: list, value: Any) -> Frame:
    """``df[[a, b]] = other``: the other frame's columns by their places."""
    from rules.set_cells import assign_several, together

    if not (isinstance(value, Windowed) and value.how == "split"):
        return assign_several(c, c.frame, labels, value)
    from rules.split_parts import split_columns

    series = [on(c.frame, s) for s in split_columns(value, len(labels))]
    return together(c.ctx, c.frame, labels, series)


@rule(
    "DataFrame.assign(**kwargs)",
    example=(
        "df.assign(n=df['i'] + 1)",
        "df.assign(n=lambda d: d['i'] + 1, m=lambda d: d['n'] * 2)",
    ),
)
def assign_(c: Call) -> Frame:
    """New columns, one after another."""
    from transpiler.facts import Func

    frame = c.frame
    for name, value in c["kwargs"].items():
        if isinstance(value, Func):
            value = c.interpreter.inline(value, [frame], {}, None)  # type: ignore[attr-defined]
        frame = assign(c.ctx, frame, whole_label(frame, name), value)
    return frame


@rule("DataFrame.copy(deep=True)", ignored="deep", example="df.copy()")
def copy(c: Call) -> Frame:
    """Spark frames do not change: a copy costs nothing."""
    return c.frame


@rule(
    "DataFrame.rename(mapper=None, *, index=None, columns=None, axis=None, copy=None, inplace=False, level=None, errors='ignore')",
    not_yet="index inplace",
    ignored="copy",
    example=(
        "df.rename(columns={'s': 'name'})",
        "df.rename(columns={'s': 'name', 'i': 'num'}, errors='raise')",
        "df.groupby('k').agg({'i': ['sum', 'mean'], 'f': ['sum']}).rename(columns={'sum': 'total'}, level=1)",
        "df.rename(columns=str.upper)",
        "df.rename(columns={'i': 'j', 'j': 'i'})",
        "df.rename(columns=lambda x: x + '_')",
        "df.rename({'s': 'S', 'nope': 'x'}, axis=1)",
        "df.pivot_table(index='j', columns='k', values='i').rename(columns=str.upper).reset_index()",
        "pd.crosstab(df['k'], df['j']).rename(columns=lambda n: f'j{n + 1}').reset_index()",
        "out = pd.crosstab(df['k'], df['b']).reset_index().rename(columns=str)",
        "out = df.groupby('k').mean(numeric_only=True).rename(columns=lambda x: x + '_mean')",
        f"{_AGG}out = d.reset_index().rename(columns={{'k': 'key', 'sum': 'total', ('i', 'max'): 'm'}})",
        f"{_AGG}out = d.rename(columns=str.upper)",
    ),
)
def rename(c: Call) -> Frame:
    """Columns get new labels."""
    from rules.labels import renaming

    mapper = c["columns"]
    if not c.given("columns"):
        c.need(c.lit("axis") in (1, "columns"), "the index is renamed")
        mapper = c["mapper"]
    if c.lit("level") is not None:
        return level_renamed(c, mapper)
    if c.lit("errors") == "raise":
        c.need(not c.frame.open and isinstance(mapper, Const) and isinstance(mapper.value, dict), "errors='raise' with names that are not known here")  # fmt: skip
        c.need(all(c.frame.has(x) for x in mapper.value), "a column that is not there")  # type: ignore[union-attr]
    return renaming(c, c.frame, mapper)


def level_renamed(c: Call, mapper: Any) -> Frame:
    """One level of the columns' labels by other names."""
    from rules.labels import mapped_labels
    from rules.levels import of_labels

    level = c.lit("level")
    c.need(type(level) is int and c.lit("errors") == "ignore", "levels of the columns by name")
    names = c.frame.label_names
    labels = list(dict.fromkeys(x[level] for x in c.frame.labels if isinstance(x, tuple)))
    new = mapped_labels(c, mapper, labels)

    def change(label: tuple) -> tuple:
        parts = list(label)
        parts[level] = new.get(parts[level], parts[level])
        return tuple(parts)

    return of_labels(c, change).but(label_names=names)


def matches_missing(c: Call, gone: list, others: bool) -> bool:
    """Whether these missing values in the list of ``isin`` stand for the column's own ones."""
    dtype = c.col.dtype
    kinds = {
        "nan" if isinstance(v, float) else "None" if v is None else type(v).__name__ for v in gone
    }
    if dtype == "string":
        return True
    if dtype in NULLABLE:
        return "NAType" in kinds
    if dtype == "datetime64[ns]":
        return "NaTType" in kinds or others and kinds != {"NAType"}
    if dtype in ("float64", "int64?"):
        return "nan" in kinds
    if dtype in NULL_FREE:
        return False
    # In a CSV file text and numbers have NaN alike, which only NaN in the list stands for.
    known = dtype == "object" or dtype is None and others and c.col.gap == "nan"
    c.need(known and c.col.gap in ("nan", "None"), "whether a missing value is None or NaN")
    return c.col.gap in kinds


@rule(
    "Series.isin(values)",
    example=(
        "df['s'].isin(['a', 'b'])",
        "df[~df['i'].isin([1, 2])]",
        "df['s'].isin(['apple', None])",
        "df['s'].isin(['apple', np.nan])",
        "df['f'].isin([1.5, None])",
        "df['f'].isin([1.5, np.nan])",
        "df['i'].isin(['3', '9'])",
        "df['s'].isin([7, 8])",
        "df['d'].isin(['2024-01-01', '2024-2-29'])",
    ),
)
def isin(c: Call) -> Col:
    """Membership in a list; a missing value is in it only when the list has one."""
    from rules.lib import is_missing

    values = c.lit("values")
    c.need(isinstance(values, (list, set, tuple)), "the values are not known here")
    values = list(values)
    present = [v for v in values if not is_missing(v)]
    from rules.lib import scalar_type, spark_type

    kind = spark_type(c.col.dtype)
    if kind == "timestamp":  # pandas reads texts beside times
        alone = len(present) == len(values) or not any(isinstance(v, str) for v in present)
        c.need(alone, "texts and missing values beside times")
        present = [timestamp_constant(v).value if isinstance(v, str) else v for v in present]
    kinds = {scalar_type(Const(v)) for v in present}
    apart = len(kinds) == 1 and {kind, *kinds} in ({"string", "bigint"}, {"string", "double"})
    c.need(
        kind is None
        or kinds <= {kind}
        or (kind in ("bigint", "double") and kinds <= {"bigint", "double"})
        or apart,
        "the list has values of another type",
    )
    c.need(kind is not None or len(kinds) < 2, "the list has values of several types")
    expr = c.col.expr.isin(present)
    if kind is None and kinds & {"string", "bigint", "double"}:
        c.verdict = "runtime"  # type: ignore[attr-defined]
    if present and (kind is None or apart):
        options = {"gap": True} if kind is None and len(present) < len(values) else {}
        expr = typed(c.ctx, "member", c.col, values=present, **options)
    gone = [v for v in values if is_missing(v)]
    if gone and matches_missing(c, gone, bool(present)):
        expr = expr | c.col.expr.isNull() if present else c.col.expr.isNull()
        expr = F.coalesce(expr, F.lit(False))
        return derive(expr, "boolean" if c.col.is_nullable else "bool", c.col, null_free=True)
    full = c.col.null_free
    if c.col.is_nullable:
        return derive(F.coalesce(expr, F.lit(False)), "boolean", c.col, null_free=True)
    return derive(expr, "bool", c.col, loose=not full, null_free=full)


__all__ = ["lift"]
