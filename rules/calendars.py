"""Calendars: labels that the job lays out (days, pairs of a shop and a day), and rows by them."""

from __future__ import annotations

from typing import Any

from rules.constants import zoned
from rules.index import over_series
from rules.join import settled
from rules.label_rows import without
from rules.lib import series_of, settle
from rules.registry import Call, rule
from transpiler.errors import NoRule, Refused
from transpiler.facts import (
    Col,
    Column,
    Const,
    Frame,
    Index,
    LabelList,
    Local,
    Mapping,
    Order,
    Plain,
    Rows,
    Scalar,
    Sequence,
    SortKey,
    Value,
    fresh,
    with_nan,
    zone_of,
)
from transpiler.infer.driver import import_pandas
from transpiler.infer.moments import kind
from transpiler.symbolic import in_list, plain_name, render

_RANGE = (
    "start=None, end=None, periods=None, freq=None, tz=None, normalize=False, name=None, "
    "inclusive='both', *, unit=None, **kwargs"
)
_RECENT = "x = df[df['d'] >= '2024-01-01']\n"
_DAYS = "pd.date_range(x['d'].min(), x['d'].max(), freq='D')"
#: dtypes that labels of these Python types have
_DTYPES = {"i": "int64", "f": "float64", "b": "bool", "M": "datetime64[ns]"}


@rule(
    f"pandas.date_range({_RANGE})",
    verdict="runtime",
    example=(
        f"{_RECENT}s = x.groupby('d')['f'].sum()\nout = s.reindex({_DAYS}, fill_value=0)",
        f"{_RECENT}out = pd.DataFrame({{'d': {_DAYS}}}).merge(x, on='d', how='left')",
        f"{_RECENT}days = pd.date_range(start=x['d'].min(), periods=9, freq='W-MON')\nout = pd.Series(days)",
        f"{_RECENT}out = pd.DataFrame({{'d': pd.date_range(x['d'].min(), periods=5, freq='MS', tz='Europe/Berlin', unit='ns')}})",
        "out = pd.DataFrame({'d': pd.date_range('2024-03-30', periods=3, tz='US/Eastern')})",
        f"{_RECENT}x = x.assign(d=x['d'].dt.tz_localize('UTC'))\ns = x.groupby('d')['f'].sum()\nout = s.reindex({_DAYS}, fill_value=0)",
    ),
)
def date_range(c: Call) -> LabelList:
    """Days (or other steps) between times of the data."""
    names = ("start", "end", "periods", "freq", "tz", "normalize", "name", "inclusive", "unit")
    given = {k: c[k] for k in names if c.given(k)}
    c.need(not c["kwargs"], "further arguments of date_range")
    c.need(c.lit("unit") in (None, "ns"), "times of another unit")
    dtype = dtype_of_range(c)
    c.need(zone_of(dtype) or any(isinstance(v, (Scalar, Plain, Local)) for v in given.values()), "constants")  # fmt: skip
    kinds = (Const, Scalar, Plain, Local)
    c.need(all(isinstance(v, kinds) for v in given.values()), "times that are not known here")
    c.need(all(getattr(given.get(k), "dtype", None) in (None, dtype, "datetime64[ns]", "date", "object") for k in ("start", "end")), "ends that are not times")  # fmt: skip
    import_pandas(c.ctx)
    parts = [f"{k}={code_of(c, v)}" for k, v in given.items()]
    reads = frozenset().union(*(v.vars for v in given.values()))
    return LabelList(f"pd.date_range({', '.join(parts)})", reads, (dtype,), (c.lit("name"),))  # fmt: skip


def dtype_of_range(c: Call) -> str:
    """The dtype of times between the ends of a range, which may be of a zone."""
    if c.lit("tz") is not None:
        return zoned(c.lit("tz"))
    ends = [kind(c[k]) for k in ("start", "end")]
    return next((d for d in ends if zone_of(d)), "datetime64[ns]")  # type: ignore[return-value]


def code_of(c: Call, value: Value) -> str:
    return c.interpreter.driver.text(value)  # type: ignore[attr-defined]


def in_utc(labels: LabelList) -> str:
    """What makes the labels in the job, times of a zone as the instants that they are."""
    return labels.text + (".tz_convert(None)" if zone_of(labels.dtypes[0]) else "")


def labels_given(c: Call, value: Value) -> LabelList:
    """Labels that are known here, or that the job makes. Raises NoRule for others."""
    if isinstance(value, LabelList):
        return value
    index = value.value if isinstance(value, Const) else None
    cls = type(index).__name__
    if cls == "MultiIndex":
        raise NoRule("constant labels of several levels")
    c.need(cls in ("DatetimeIndex", "Index", "RangeIndex") and len(index) > 0, "labels of this form")  # type: ignore[arg-type]  # fmt: skip
    import_pandas(c.ctx)
    dtype = dtype_of_values(index)
    return LabelList(code_of(c, value), value.vars, (dtype,), (index.name,), bool(index.is_unique))  # type: ignore[union-attr]  # fmt: skip


def dtype_of_values(values: Any) -> str | None:
    """The dtype of a list of labels, or of an index, that is known now; None for others."""
    import pandas as pd

    index = pd.Index(values)
    if index.dtype.kind == "O" and len(index) and all(isinstance(x, str) for x in index):
        return "object"
    if getattr(index.dtype, "tz", None) is not None:
        return zoned(str(index.dtype.tz))
    plain = str(index.dtype) in ("int64", "float64", "bool", "datetime64[ns]")
    return _DTYPES[index.dtype.kind] if plain else None


_PRODUCT = "pd.MultiIndex.from_product"
_SUMS = "s = x.groupby(['k', 'd'])['f'].sum()\n"
_GROUPS = "s = df.groupby(['k', 'j'])['i'].sum()\n"


@rule(
    "pandas.MultiIndex.from_product(iterables, sortorder=None, names=None)",
    not_yet="sortorder",
    verdict="runtime",
    example=(
        f"{_GROUPS}out = s.reindex({_PRODUCT}([['a', 'b', 'zz'], [0, 1, 2]], names=['k', 'j']), fill_value=0)",
        f"{_GROUPS}out = s.reindex({_PRODUCT}([df['k'].dropna().unique(), df['j'].unique()], names=['k', 'n'])).reset_index()",
        f"{_GROUPS}out = s.reindex({_PRODUCT}([df['k'].unique(), range(4)]), fill_value=0).reset_index()",
        f"{_RECENT}{_SUMS}days = {_DAYS}\nout = s.reindex({_PRODUCT}([x['k'].dropna().unique(), days], names=['k', 'd']), fill_value=0).reset_index()",
        f"{_RECENT}out = {_PRODUCT}([sorted(df['k'].dropna().unique()), {_DAYS}], names=['k', 'd']).to_frame(index=False)",
        "d = df.groupby(['k', 'j'])[['i', 'f']].agg({'i': 'sum', 'f': 'mean'})\n"
        f"out = d.reindex({_PRODUCT}([['c', 'a'], [1, 7]], names=['k', 'j'])).fillna(0)",
    ),
)
def from_product(c: Call) -> LabelList:
    """Every combination of labels."""
    given = c["iterables"]
    parts = list(given.items) if isinstance(given, Sequence) else [Const(x) for x in c.lit("iterables")]  # fmt: skip
    c.need(
        not any(zone_of(p.dtypes[0]) for p in parts if isinstance(p, LabelList)),
        "times of a zone in a product",
    )
    c.need(parts and all(isinstance(p, (Const, Local, Plain, Sequence)) for p in parts), "labels that are not known here")  # fmt: skip
    names = c.lit("names")
    c.need(names is None or isinstance(names, (list, tuple)) and len(names) == len(parts), "names= of this form")  # fmt: skip
    c.need(all(x is None or isinstance(x, str) for x in names or ()), "names= of this form")
    found, unique = [], True
    for part in parts:
        if isinstance(part, LabelList):
            c.need(len(part.dtypes) == 1, "labels of several levels in a product")
            found.append((part.dtypes[0], part.names[0]))
            unique = unique and part.unique
        elif isinstance(part, Const):
            values = part.value
            c.need(isinstance(values, (list, tuple, range)) or type(values).__name__.endswith(("Index", "ndarray")), "labels of this form")  # fmt: skip
            c.need(len(values) > 0, "no labels")
            found.append((dtype_of_values(values), getattr(values, "name", None)))
            unique = unique and len(set(values)) == len(values)
        else:
            found.append((None, None))
            unique = False
    import_pandas(c.ctx)
    shown = f", names={render(list(names))}" if names is not None else ""
    texts = ", ".join(code_of(c, p) for p in parts)
    reads = frozenset().union(*(p.vars for p in parts))
    labels = tuple(names) if names is not None else tuple(n for _, n in found)
    return LabelList(f"pd.MultiIndex.from_product([{texts}]{shown})", reads, tuple(d for d, _ in found), labels, unique)  # fmt: skip


@rule(
    "Series.index.levels()",
    verdict="runtime",
    example=(
        f"{_GROUPS}out = s.reindex({_PRODUCT}(s.index.levels, names=s.index.names), fill_value=0)",
        f"{_RECENT}{_SUMS}out = s.reindex({_PRODUCT}([s.index.levels[0], {_DAYS}], names=['k', 'd']), fill_value=0)",
    ),
)
@rule(
    "DataFrame.index.levels()",
    verdict="runtime",
    example=f"d = df.groupby(['k', 'j'])[['i', 'f']].sum()\nout = d.reindex({_PRODUCT}(d.index.levels)).reset_index()",
)
def index_levels(c: Call) -> Sequence:
    """The values of each level of groups, sorted."""
    owner = c.self.owner  # type: ignore[union-attr]
    frame = owner.frame if isinstance(owner, Col) else owner
    c.need(isinstance(frame, Frame) and len(frame.index.levels) > 1, "labels of one level")
    loose = dict(frame.index.loose)
    if None in loose.values():  # not on the driver either: it gets the rows without that memory
        raise Refused(
            "the levels of an index remember, in an order of their own, values that no row has any"
            " more: take index.remove_unused_levels().levels, or the unique values of the keys"
        )
    c.need(all(x.dtype in (None, "object", "int64", "datetime64[ns]") for x in frame.index.levels), "levels of such values")  # fmt: skip
    c.ctx.use(frame)
    frame = c.ctx.hoist(frame, c.ctx.hint)
    import_pandas(c.ctx)
    found = []
    for x in frame.index.levels:
        values = loose.get(x.name) or f"{frame.text}.select({in_list(x.name)})"
        values = (
            f"{values}.dropna()" if plain_name(x.name) else f"{c.ctx.call('with_value')}({values})"
        )
        text = (
            f"pd.Index(sorted({c.ctx.call('distinct_values')}({values})), name={render(x.label)})"
        )
        found.append(LabelList(text, frame.vars, (x.dtype,), (x.label,)))
    return Sequence(tuple(found))


# --- frames of labels -------------------------------------------------------------------------


def column_names(labels: list) -> list[str]:
    """Different Spark names for these labels."""
    taken: list[str] = []
    for label in labels:
        name = str(label) if label not in (None, "") else "_"
        while name in taken:
            name += "_"
        taken.append(name)
    return taken


def frame_of(c: Call, labels: LabelList, titles: list) -> Frame:
    """The levels of the labels as columns with these titles, over a new range."""
    ctx = c.ctx
    c.verdict = "runtime"  # type: ignore[attr-defined]
    place = ctx.position_name(step := ctx.step())
    names = column_names(titles)
    text = f'{ctx.call("rows_of_labels")}(spark, {in_utc(labels)}, {render(names)}, "{place}")'
    columns = tuple(Column(t, n, d) for t, n, d in zip(titles, names, labels.dtypes))
    return Frame(text, columns, index=Index("range", step), order=Order((), step, True), hidden=(place,), rows=Rows(), vars=labels.vars)  # fmt: skip


@rule(
    "pandas.DataFrame(data=None, index=None, columns=None, dtype=None, copy=None)",
    not_yet="columns dtype",
    ignored="copy",
    verdict="runtime",
    example=(
        f"{_RECENT}out = pd.DataFrame({{'day': {_DAYS}}})",
        "r = pd.DataFrame(index=pd.date_range('2024-01-01', periods=3, name='day'))\nr['n'] = 1\nout = r.reset_index()",
    ),
)
def table_of_labels(c: Call) -> Frame:
    """A column of labels that the job lays out."""
    data = c["data"]
    if c.given("index") and isinstance(data, Const) and data.value is None:
        return without_columns(c, labels_given(c, c["index"]))
    items = list(data.items) if isinstance(data, Mapping) else []
    c.need(len(items) == 1 and not c.given("index"), "the data are not known here")
    ((title, labels),) = items
    c.need(isinstance(labels, LabelList) and len(labels.dtypes) == 1, "the data are not known here")
    return frame_of(c, labels, [title])


def without_columns(c: Call, labels: LabelList) -> Frame:
    """A row for each of the labels, and no columns yet."""
    ctx = c.ctx
    c.need(len(labels.dtypes) == 1, "labels of several levels")
    name, place = ctx.temp("label"), ctx.temp("place")
    text = f'{ctx.call("rows_of_labels")}(spark, {in_utc(labels)}, ["{name}"], "{place}")'
    level = Column(labels.names[0], name, labels.dtypes[0])
    index = Index("columns", None, (level,), labels.unique)
    order = Order((SortKey(place, None),), None, True, True)
    return Frame(text, (), index=index, order=order, hidden=(place,), rows=Rows(), vars=labels.vars)


@rule(
    "pandas.Series(data=None, index=None, dtype=None, name=None, copy=None, fastpath=None)",
    not_yet="index dtype fastpath",
    ignored="copy",
    verdict="runtime",
    example=(f"{_RECENT}out = pd.Series({_DAYS}, name='day').dt.day_name()",),
)
def series_of_labels(c: Call) -> Col:
    """Labels that the job lays out, as a Series."""
    labels = c["data"]
    c.need(isinstance(labels, LabelList) and len(labels.dtypes) == 1, "the data are not known here")
    title = c.lit("name") if c.given("name") else labels.names[0]
    frame = frame_of(c, labels, [0 if title is None else title])
    return series_of(c.ctx, frame, frame.labels[0]).but(label=title)


@rule(
    "LabelList.to_frame(index=True, name=None)",
    verdict="runtime",
    example=f"{_RECENT}out = {_DAYS}.to_frame(index=False, name='day').merge(x, left_on='day', right_on='d')",
)
def to_frame(c: Call) -> Frame:
    """The levels of the labels as columns."""
    labels: LabelList = c.self  # type: ignore[assignment]
    c.need(c.lit("index") is False, "a frame under its own labels")
    names = c.lit("name")
    names = list(labels.names) if names is None else list(names) if isinstance(names, (list, tuple)) else [names]  # fmt: skip
    c.need(len(names) == len(labels.dtypes), "name= of this form")
    return frame_of(c, labels, [n if x is None else x for n, x in enumerate(names)])


# --- rows by labels ---------------------------------------------------------------------------


_REINDEX = (
    "labels=None, *, index=None, columns=None, axis=None, method=None, copy=None, level=None, "
    "fill_value=None, limit=None, tolerance=None"
)
_FIXED = "pd.date_range('2023-12-30', '2024-01-20', freq='D')"


@rule(
    f"DataFrame.reindex({_REINDEX})",
    not_yet="columns method level limit tolerance",
    ignored="copy",
    verdict="runtime",
    example=(
        f"df.groupby('d')[['i', 'f']].sum().reindex({_FIXED}).fillna(0)",
        f"df.drop_duplicates('d').set_index('d').reindex({_FIXED})",
        f"d = df.groupby('d').agg(n=('i', 'count'), m=('f', 'mean'))\nd = d.reindex({_FIXED}, fill_value=0)\nout = d.rename_axis('day').reset_index()",
        f"d = df[df['i'] > 99].groupby('d')[['i']].sum()\nout = d.reindex({_FIXED}, fill_value=0)",
    ),
)
def reindex_rows(c: Call) -> Frame:
    """These rows by labels that the job lays out; the ones that are not there are empty."""
    c.need(c.lit("axis") in (None, 0, "index"), "columns are chosen")
    return on_labels(c, c.frame, c["index"] if c.given("index") else c["labels"])


@rule(
    "Series.reindex(index=None, *, axis=None, method=None, copy=None, level=None, fill_value=None, limit=None, tolerance=None)",
    not_yet="method level limit tolerance",
    ignored="axis copy",
    verdict="runtime",
    example=(
        f"df.groupby('d')['i'].sum().reindex({_FIXED}, fill_value=0)",
        f"df.groupby('d')['i'].sum().reindex({_FIXED})",
        f"s = df.groupby('d')['f'].mean().reindex({_FIXED}, fill_value=0.5)\nout = s.rename_axis('day').reset_index(name='mean')",
        f"df.groupby('d')['i'].count().reindex({_FIXED}, fill_value=0).rolling(3).mean()",
    ),
)
def reindex_series(c: Call) -> Col:
    """These values by labels that the job lays out."""
    return over_series(c, lambda table: on_labels(c, table, c["index"]))


def same_kind(mine: str | None, wanted: str | None) -> bool:
    """Whether labels of these dtypes can be the same, as far as that is known."""
    numbers = {"int64", "float64", "int64?"}
    if zone_of(wanted):  # a job that does not know of a zone fails where it reads such times
        return mine == wanted
    return None in (mine, wanted) or mine == wanted or {mine, wanted} <= numbers


def on_labels(c: Call, frame: Frame, wanted: Value, function: str = "on_labels", options: str = "") -> Frame:  # fmt: skip
    """The rows by labels; ``function`` of the job finds them, with further ``options``."""
    ctx = c.ctx
    labels = labels_given(c, wanted)
    index = frame.index
    c.need(index.kind == "columns" and len(index.levels) == len(labels.dtypes), "rows by their numbers, or other levels")  # fmt: skip
    c.need(all(same_kind(x.dtype, d) for x, d in zip(index.levels, labels.dtypes)), "labels of another type")  # fmt: skip
    c.need(not any(x.is_nullable for x in index.levels), "labels of nullable dtypes")
    fill = c.lit("fill_value") if c.given("fill_value") else None
    kinds = {x.dtype for x in frame.columns}
    if fill is not None:
        c.need(type(fill) in (int, float) and fill == fill, "fill_value= of another type")
        c.need(kinds <= {"int64", "float64", "int64?", None}, "fill_value= of another type")
        c.need(type(fill) is int or kinds <= {"float64", None}, "fill_value= of another type")
    c.need("list" not in kinds, "columns of lists")
    place = ctx.temp("place")
    settle(ctx, frame), ctx.use(frame)
    more = f", fill={render(fill)}" if fill is not None else ""
    names: Any = [x.name for x in index.levels]
    names = names if function == "on_labels" else names[0]
    text = f'{ctx.call(function)}(spark, {without(frame)}, {render(names)}, {in_utc(labels)}, "{place}"{options}{more})'  # fmt: skip
    levels = tuple(Column(n, x.name, d) for n, x, d in zip(labels.names, index.levels, labels.dtypes))  # fmt: skip
    columns = frame.columns
    if fill is None:
        columns = tuple(with_nan(x) for x in columns)
    out = frame.but(
        text=text,
        columns=columns,
        base=fresh(),
        hidden=(place,),
        rows=Rows(),
        index=Index("columns", None, levels, labels.unique),
        order=Order((SortKey(place, None),), None, True, True),
        vars=frame.vars | labels.vars,
    )
    unknown = frame.open or any(x.dtype is None for x in out.columns)
    gappy = fill is None and (unknown or any(x.dtype == "int64?" for x in out.columns))
    return settled(ctx, out, ctx.step(), unknown) if gappy else out
