"""Small tables written in the program itself."""

from __future__ import annotations

import io
import math
from dataclasses import replace
from typing import Any

from rules.computed_tables import (
    cells_of,
    computed_frame,
    entries,
    from_columns,
    given_labels,
)
from rules.lib import assign, is_missing, labels_of, literal_column, meet, selected, series_of
from rules.index import index_reset
from rules.labels import relabelled
from rules.registry import Call, literal, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    SPARK_TYPES,
    Col,
    Column,
    Const,
    Frame,
    Index,
    Mapping,
    Module,
    NoTable,
    Order,
    Plain,
    NULL_FREE,
    Accessor,
    RowNumbers,
    Rows,
    Scalar,
    Sequence,
    Value,
)
from transpiler.symbolic import E, field, render

_NOTHING = "df[df['i'] > 99]"
MOST_ROWS = 5_000


def pandas_table(build: Any) -> Any:
    """A pandas object made while translating. Raises NoRule when pandas refuses."""
    try:
        return build()
    except Exception as error:
        raise NoRule(f"pandas raises {type(error).__name__}: {error}") from None


def dtype_of(series: Any) -> str:
    """The dtype of a constant column as facts name it. Raises NoRule for mixed values."""
    import pandas as pd

    name = str(series.dtype)
    if name.startswith("datetime64") and series.dt.tz is None:
        return "datetime64[ns]"
    if name == "object":
        kinds = {type(v) for v in series if not is_missing(v)}
        if len(kinds) > 1:
            raise NoRule("a constant column of mixed values")
        kind = next(iter(kinds), str).__name__
        if kind == "bool" and any(is_missing(v) for v in series):
            return "bool?"
        if kind == "list":
            raise NoRule("a constant column of lists")
        found = {"str": "object", "date": "date"}.get(kind)
        if found is None:
            raise NoRule(f"a constant column of {kind} objects")
        return found
    if (
        name in ("category", "timedelta64[ns]")
        or name not in SPARK_TYPES
        or isinstance(series.dtype, pd.PeriodDtype)
    ):
        raise NoRule(f"a constant column of dtype {name}")
    return name


def gap_of(series: Any) -> str | None:
    """What a missing value of a constant column of Python objects is: None, NaN, or not one thing."""
    found = {"None" if v is None else "nan" for v in series if is_missing(v)}
    return found.pop() if str(series.dtype) == "object" and len(found) == 1 else None


def cell(value: Any, dtype: str) -> Any:
    """One value as createDataFrame takes it."""
    if is_missing(value):
        return None
    if dtype == "datetime64[ns]":
        return E(f"_datetime.datetime({value.year}, {value.month}, {value.day}, {value.hour}, {value.minute}, {value.second}, {value.microsecond})")  # fmt: skip
    if dtype == "date":
        return E(f"_datetime.date({value.year}, {value.month}, {value.day})")
    spark = SPARK_TYPES[dtype]
    if spark in ("bigint", "int", "smallint", "tinyint"):
        return int(value)
    if spark in ("double", "float"):
        return float(value)
    return bool(value) if spark == "boolean" else str(value)


def constant_frame(ctx: Any, table: Any) -> Frame:
    """A pandas frame known now as a frame of the job."""
    if len(table) > MOST_ROWS:
        raise NoRule("a constant table of many rows")
    if (
        type(table.columns).__name__ == "MultiIndex"
        or not table.columns.is_unique
        or not len(table.columns)
    ):
        raise NoRule("columns of this form")
    labels = [x.item() if type(x).__module__ == "numpy" else x for x in table.columns]
    dtypes = [dtype_of(table.iloc[:, i]) for i in range(len(labels))]
    taken: set[str] = set()
    columns = []
    for label, dtype in zip(labels, dtypes):
        name = str(label) or "_"
        while name in taken:
            name += "_"
        taken.add(name)
        values = table.iloc[:, len(columns)]
        columns.append(Column(label, name, dtype, gap=gap_of(values), finite=not values.isin([math.inf, -math.inf]).any()))  # fmt: skip
    rows = [
        [cell(v, d) for v, d in zip(row, dtypes)]
        for row in table.itertuples(index=False, name=None)
    ]
    frame = table_frame(ctx, columns, rows)
    return frame if type(table.index).__name__ == "RangeIndex" and table.index.start == 0 and table.index.step == 1 else labelled(ctx, frame, table, columns, rows)  # fmt: skip


def labelled(ctx: Any, frame: Frame, table: Any, columns: list[Column], rows: list) -> Frame:
    """With an index of its own."""
    if type(table.index).__name__ == "MultiIndex":
        raise NoRule("a constant index of several levels")
    series = table.index.to_series()
    dtype = dtype_of(series)
    name = ctx.temp("idx")
    level = Column(table.index.name, name, dtype)
    wide = [[*row, cell(v, dtype)] for row, v in zip(rows, series)]
    made = table_frame(ctx, [*columns, level], wide)
    index = Index("columns", None, (level,), unique=bool(table.index.is_unique))
    return made.but(columns=tuple(columns), index=index)


def table_frame(ctx: Any, columns: list[Column], rows: list[list]) -> Frame:
    """``spark.createDataFrame(rows, schema)``; the row number is one more value where it is asked."""
    step = ctx.step()
    hidden: tuple[str, ...] = ()
    fields = [field(c.name, SPARK_TYPES[c.dtype or "object"]) for c in columns]
    if ctx.wants(step, "order") or ctx.wants(step, "number"):
        name = ctx.position_name(step)
        hidden, fields = (name,), [*fields, f"{name} bigint"]
        rows = [[*row, i] for i, row in enumerate(rows)]
    made = [
        E("(" + ", ".join(render(v) for v in row) + ("," if len(row) == 1 else "") + ")")
        for row in rows
    ]
    listed = "[" + ", ".join(m.text for m in made) + "]"
    text = f"spark.createDataFrame({listed}, {render(', '.join(fields))})"
    return Frame(
        text,
        tuple(columns),
        index=Index("range", step),
        order=Order((), step),
        rows=Rows(),
        hidden=hidden,
    )


#: of a table made of what only the job will hold
_FILLED = (
    "the rows are in a list that the program fills as the data say; where each row is made whatever"
    " they say (and filtered later), or is a frame for pd.concat, the table is made on the cluster"
)


def given_dtype(value: Value) -> Any:
    """``dtype=`` as pandas takes it."""
    if isinstance(value, Module):
        name = value.name.removeprefix("builtins.").removeprefix("numpy.")
        return {"str_": "str", "float_": "float64"}.get(name, name)
    return literal(value, "dtype=")


@rule(
    "pandas.DataFrame(data=None, index=None, columns=None, dtype=None, copy=None)",
    ignored="copy",
    example=(
        "pd.DataFrame({'a': [1, 2, 3], 'b': ['x', None, 'z'], 'c': [1.5, None, 2]})",
        "pd.DataFrame([{'a': 1, 'b': 'x'}, {'b': 'y', 'c': True}])",
        "pd.DataFrame([[1, 'x'], [2, 'y']], columns=['n', 's'])",
        "pd.DataFrame({'a': [1, 2]}, index=['p', 'q'])",
        "pd.DataFrame({'i2': df['i'] * 2, 's': df['s'], 'one': 1})",
        "pd.DataFrame({'i': df['j'], 'j': df['i'] + 1})",
        "pd.DataFrame({'what': ['rows', 'sum'], 'value': [len(df), df['i'].sum()]})",
        "pd.DataFrame({'n': [len(df)]}, index=['total'])",
        "pd.DataFrame({'n': len(df), 'most': df['i'].max(), 'least': df['s'].dropna().min()}, index=[0])",
        "t = df.groupby('k').agg(n=('i', 'size'), f=('f', 'sum'), g=('g', 'mean')).reset_index()\n"
        "total = pd.DataFrame([{'k': 'TOTAL', 'n': t['n'].sum(), 'f': t['f'].sum()}])\n"
        "out = pd.concat([t.sort_values('k', ascending=False), total], ignore_index=True)",
        "rows = []\nfor x in ['i', 'f']:\n"
        "    rows.append({'col': x, 'mean': df[x].mean(), 'gaps': df[x].isna().sum(), 'top': df[x].max()})\n"
        "out = pd.DataFrame(rows)",
        "pd.DataFrame([{'k': 'a', 'top': df['i'].max()}, {'k': 'b', 'low': df['f'].min(), 'top': None}])",
        f"pd.DataFrame({{'a': [{_NOTHING}['i'].max(), 5], 'b': [1, {_NOTHING}['f'].mean()]}}).assign(c=lambda t: t['a'].isna())",
        f"pd.DataFrame([{{'k': 'z', 'top': {_NOTHING}['i'].max()}}])[['top']].fillna(0)",
        "pd.DataFrame({x: {'mean': df[x].mean(), 'n': df[x].count()} for x in ['i', 'f']})",
        "pd.DataFrame([(x, round(df[x].mean(), 1), round(df[x].sum() / len(df), 2)) for x in ['i', 'f']], columns=['c', 'a', 'b'])",
        "pd.DataFrame([[len(df), int(df['f'].max() / 3), abs(df['i'].min())]])",
        "pd.DataFrame({'a': [3, 1, 2]}).sort_values('a').head(2)",
        "pd.DataFrame(df, columns=['s', 'i'])",
        "n = df['k'].value_counts()\nout = pd.DataFrame({'what': 'k', 'value': n.index, 'times': n.values})",
    ),
)
def data_frame(c: Call) -> Frame | NoTable:
    """A table from constants, from Series over one frame, or from numbers computed before."""
    import pandas as pd

    data = c["data"]
    if not any(c.given(x) for x in ("data", "index", "columns", "dtype")):
        c.verdict = "kept"  # type: ignore[attr-defined]
        return NoTable("pd.DataFrame()")
    if isinstance(data, (Mapping, Sequence)):
        c.need(not c.given("dtype"), "dtype= of numbers computed before")
        return from_mapping(c, data) or from_cells(c, data)
    if isinstance(data, Frame) and not c.given("index") and not c.given("dtype"):
        return (
            selected(c.ctx, data, [data.column(x) for x in c.lit("columns")])
            if c.given("columns")
            else data
        )
    c.need(not isinstance(data, Plain), _FILLED)
    c.need(isinstance(data, Const), "the data are not known here")
    options = {k: c.lit(k) for k in ("index", "columns") if c.given(k)}
    if c.given("dtype"):
        options["dtype"] = given_dtype(c["dtype"])
    return constant_frame(c.ctx, pandas_table(lambda: pd.DataFrame(data.value, **options)))


def from_cells(c: Call, data: Value) -> Frame:
    """A table of numbers computed before."""
    return computed_frame(
        c, cells_of(c, data, given_labels(c, "columns"), given_labels(c, "index"))
    )


def from_mapping(c: Call, data: Value) -> Frame | None:
    """A dict of Series over one frame and scalars; None for other data."""
    values = dict(data.items) if isinstance(data, Mapping) else {}
    arrays = {k: v for k, v in values.items() if isinstance(v, Accessor) and v.name in ("values", "index") and isinstance(v.owner, (Frame, Col))}  # fmt: skip
    series = [v for v in values.values() if isinstance(v, Col)]
    if not arrays and not series:
        return None
    c.need(not c.given("index") and not c.given("columns"), "an index of its own")
    if arrays:
        return from_arrays(c, values, arrays)
    c.need(all(isinstance(v, (Col, Const, Scalar)) and not isinstance(getattr(v, "value", None), (list, tuple, dict)) for v in values.values()), "columns of several kinds")  # fmt: skip
    c.need(
        len(values) < 2 or all(v.frame.rows.same_set(series[0].frame.rows) for v in series),
        "Series over different rows",
    )
    return from_series(c.ctx, values)


def from_arrays(c: Call, values: dict, arrays: dict) -> Frame:
    """A dict of ``s.index`` and ``s.values`` of Series over the same rows: a new RangeIndex."""
    c.need(not any(isinstance(v, Col) for v in values.values()), "arrays beside Series")
    first = next(iter(arrays.values())).owner
    frame = first.frame if isinstance(first, Col) else first
    made: dict[Any, Value] = {}
    for label, value in values.items():
        if label not in arrays:
            made[label] = value
        elif value.name == "index":
            made[label] = labels_of(c.ctx, frame, value.owner)
        else:
            c.need(
                isinstance(value.owner, Col) and value.owner.frame.rows is frame.rows,
                "values of other rows",
            )
            made[label] = value.owner
    return index_reset(c.ctx, from_series(c.ctx, made), True)


def from_series(ctx: Any, values: dict[Any, Value]) -> Frame:
    """A frame of these Series (and scalars) over the frame that they share."""
    frame, _ = meet(*values.values())
    labels = [x.label for x in frame.columns]
    made = []
    for label, value in values.items():
        same = isinstance(value, Col) and value.column is not None and value.column.label == label
        name = ctx.temp("column") if label in labels and not same else label
        if not same:
            frame = assign(ctx, frame, name, value)
        made.append(name)
    out = selected(ctx, frame, [frame.column(x) for x in made])
    return relabelled(ctx, out, list(values))


def text_table(c: Call) -> Frame:
    """``pd.read_csv(StringIO(text))`` of a text that is known."""
    import libcst as cst
    import pandas as pd

    made = c.node.args[0].value if c.node.args else None  # type: ignore[attr-defined]
    c.need(isinstance(made, cst.Call) and len(made.args) == 1, "the text is not known here")
    interpreter = c.interpreter  # type: ignore[attr-defined]
    text = interpreter.eval(made.args[0].value, interpreter.active[-1])
    c.need(isinstance(text, Const) and isinstance(text.value, str), "the text is not known here")
    options = {}
    for name in c.rule.parameters:
        if c.given(name.name) and name.name != "filepath_or_buffer":
            options[name.name] = (
                given_dtype(c[name.name]) if name.name == "dtype" else c.lit(name.name)
            )
    return constant_frame(
        c.ctx, pandas_table(lambda: pd.read_csv(io.StringIO(text.value), **options))
    )


@rule(
    "pandas.Series(data=None, index=None, dtype=None, name=None, copy=None, fastpath=None)",
    not_yet="fastpath",
    ignored="copy",
    example=(
        "pd.Series([3, 1, 2], name='n')",
        "pd.Series(['a', None, 'c'])",
        "pd.Series({'x': 1.5, 'y': 2})",
        "pd.Series([1, 2, 3]) * 2",
        "pd.Series({'a': df['i'].sum(), 'b': df['f'].mean(), 'c': 1}, name='iv').round(4).sort_values()",
        "pd.Series([len(df), df['i'].nunique()], index=['n', 'k'], name='v')",
        "iv = {}\nfor x in ['f', 'g']:\n    iv[x] = df.groupby('k')[x].sum().max()\n"
        "out = pd.Series(iv).rename_axis('col').reset_index(name='iv')",
        "df[pd.Series(True, index=df.index) & (df['i'] > 3)]",
        "df['id'] = pd.Series(range(10, 10 + len(df)), dtype='int64')\nout = df",
    ),
)
def series(c: Call) -> Any:
    """A Series of constants."""
    import pandas as pd

    data = c["data"]
    if isinstance(data, RowNumbers) and not c.given("index"):
        dtype = given_dtype(c["dtype"]) if c.given("dtype") else "int64"
        dtype = {"int": "int64", "float": "float64", int: "int64", float: "float64"}.get(
            dtype, dtype
        )
        c.need(dtype in ("int64", "float64", "Int64", "Float64"), "numbers of this type")
        text = f"pd.Series({data.text}, dtype={dtype!r})"
        return replace(data, text=text, series=True, dtype=dtype)
    index = c["index"]
    if isinstance(index, Accessor) and index.name == "index" and isinstance(index.owner, Frame):
        c.need(not c.given("dtype") and isinstance(data, (Const, Scalar)), "values of this form")
        expr, dtype = literal_column(c.ctx, data)
        return Col(expr, dtype, index.owner, c.lit("name"), null_free=dtype in NULL_FREE)
    if isinstance(data, (Mapping, Sequence)):
        return computed_series(c, data)
    c.need(
        isinstance(data, Const) and isinstance(data.value, (list, tuple, dict)) and len(data.value),
        "the data are not known here",
    )
    options = {k: c.lit(k) for k in ("index", "name") if c.given(k)}
    if c.given("dtype"):
        options["dtype"] = given_dtype(c["dtype"])
    made = pandas_table(lambda: pd.Series(data.value, **options))
    label = made.name
    frame = constant_frame(c.ctx, made.to_frame(0 if label is None else label))
    return series_of(c.ctx, frame, frame.labels[0]).but(
        label=label, column=None if label is None else frame.columns[0]
    )


def computed_series(c: Call, data: Value) -> Col:
    """A Series of numbers computed before."""
    c.need(not c.given("dtype"), "dtype= of numbers computed before")
    values, index, label = entries(data), given_labels(c, "index"), c.lit("name")
    c.need(values is None or index is None, "labels for a dict")
    if values is not None:
        data, index = Sequence(tuple(values.values())), list(values)
    c.need(label is None or type(label) in (str, int) and label != "", "a name of this form")
    name = 0 if label is None else label
    frame = computed_frame(c, from_columns(c, {name: data}, index))
    out = series_of(c.ctx, frame, name).but(label=label)
    return out.but(column=None) if label is None else out


@rule(
    "pandas.date_range(start=None, end=None, periods=None, freq=None, tz=None, normalize=False, name=None, "
    "inclusive='both', *, unit=None, **kwargs)",
    not_yet="tz",
    example=(
        "pd.DataFrame({'day': pd.date_range('2024-02-27', '2024-03-02')})",
        "pd.DataFrame({'m': pd.date_range(start='2024-01-31', periods=4, freq='ME')})",
    ),
)
def date_range(c: Call) -> Const:
    """Days (or other steps) between two constants."""
    import pandas as pd

    options = {
        k: c.lit(k)
        for k in ("start", "end", "periods", "freq", "normalize", "name", "inclusive")
        if c.given(k)
    }
    made = pandas_table(lambda: pd.date_range(**options))
    c.need(made.tz is None and c.lit("unit") in (None, "ns"), "times of a zone, or of another unit")
    c.need(len(made) <= MOST_ROWS, "a constant table of many rows")
    shown = {k: str(v) if k in ("start", "end") else v for k, v in options.items()}
    return Const(made, f"pd.date_range({', '.join(f'{k}={render(v)}' for k, v in shown.items())})")


__all__ = ["Plain", "constant_frame", "text_table"]
