"""Small tables and Series of numbers that were computed before: each cell a constant or a Scalar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.constants import is_missing
from rules.lib import with_gaps
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    SPARK_TYPES,
    Column,
    Const,
    Frame,
    Index,
    Mapping,
    Order,
    Plain,
    Rows,
    Scalar,
    Sequence,
    Text,
    Value,
)
from transpiler.symbolic import E, field, render

Items = list[Value]


@dataclass(frozen=True)
class Cells:
    """The cells of a table by columns. ``index``: the labels of its rows, None for 0, 1, 2, …"""

    labels: list
    columns: list[Items]
    index: list | None = None


# --- what is written --------------------------------------------------------------------------


def listed(value: Value) -> Items | None:
    """The items of a list or tuple; None for another value."""
    if isinstance(value, Sequence):
        return list(value.items) if value.type in (list, tuple) else None
    if isinstance(value, Const) and isinstance(value.value, (list, tuple)):
        return [Const(v) for v in value.value]
    return None


def entries(value: Value) -> dict[Any, Value] | None:
    """The items of a dict; None for another value."""
    if isinstance(value, Mapping):
        return dict(value.items)
    if isinstance(value, Const) and isinstance(value.value, dict):
        return {k: Const(v) for k, v in value.value.items()}
    return None


def is_cell(value: Value) -> bool:
    """Whether it is one value, known or computed."""
    if isinstance(value, Const):
        return not isinstance(value.value, (list, tuple, dict, set))
    return isinstance(value, (Scalar, Plain))


def from_columns(c: Call, values: dict[Any, Value], index: list | None) -> Cells:
    """A dict of lists and single values, or of dicts with the same keys."""
    dicts = [entries(v) for v in values.values()]
    if all(d is not None for d in dicts):
        rows = list(dicts[0])  # type: ignore[arg-type]
        c.need(index is None and all(list(d) == rows for d in dicts), "dicts with different keys")  # type: ignore[arg-type]
        return Cells(list(values), [list(d.values()) for d in dicts], rows)  # type: ignore[union-attr]
    lists = {k: listed(v) for k, v in values.items()}
    c.need(all(lists[k] is not None or is_cell(v) for k, v in values.items()), "a column of this form")  # fmt: skip
    lengths = {len(v) for v in lists.values() if v is not None} | ({len(index)} if index is not None else set())  # fmt: skip
    c.need(len(lengths) == 1, "columns of different lengths")
    n = lengths.pop()
    return Cells(list(values), [[v] * n if lists[k] is None else lists[k] for k, v in values.items()], index)  # type: ignore[misc]  # fmt: skip


def from_rows(c: Call, rows: Items, labels: list | None, index: list | None) -> Cells:
    """A list of dicts, of lists, or of single values: a row for each."""
    c.need(rows and (index is None or len(index) == len(rows)), "labels for another number of rows")
    records = [entries(r) for r in rows]
    if None not in records:
        found = list(dict.fromkeys(k for r in records for k in r))  # type: ignore[union-attr]
        gap = Const(float("nan"))
        return Cells(found, [[r.get(k, gap) for r in records] for k in found], index)  # type: ignore[union-attr]
    lists = [[r] if is_cell(r) else listed(r) for r in rows]
    c.need(all(lists) and len({len(r) for r in lists}) == 1, "rows of this form")  # type: ignore[arg-type]
    columns = [list(x) for x in zip(*lists)]  # type: ignore[arg-type]
    labels = list(range(len(columns))) if labels is None else labels
    c.need(len(columns) == len(labels), "another number of columns")
    return Cells(labels, columns, index)


def cells_of(c: Call, data: Value, labels: list | None, index: list | None) -> Cells:
    """``pd.DataFrame(data, columns=labels, index=index)``."""
    by_column, rows = entries(data), listed(data)
    c.need(by_column or rows, "the data are not known here")
    made = from_columns(c, by_column, index) if by_column else from_rows(c, rows, labels, index)  # type: ignore[arg-type]
    if labels is None or labels == made.labels:
        return made
    c.need(set(labels) <= set(made.labels), "columns that are not there")
    return Cells(labels, [made.columns[made.labels.index(x)] for x in labels], made.index)


def given_labels(c: Call, name: str) -> list | None:
    """``index=`` or ``columns=``, where it is a list that is known here."""
    if not c.given(name):
        return None
    found = c.lit(name)
    c.need(isinstance(found, (list, tuple, range)), f"{name}= of this form")
    return list(found)


# --- what becomes of it -----------------------------------------------------------------------


def computed_frame(c: Call, cells: Cells) -> Frame:
    """The table in the job, whose ``small_table`` turns NaN into NULL."""
    names = [str(x) for x in cells.labels]
    c.need(all(type(x) in (str, int) for x in cells.labels), "labels of this form")
    c.need(len(set(names)) == len(names) and all(names), "labels that repeat")
    facts = [column_of(label, items) for label, items in zip(cells.labels, cells.columns)]
    index = cells.index
    if index is None or index == list(range(len(index))):
        frame = table_frame(c, facts, cells.columns)
    else:
        c.need(len({type(x) for x in index}) == 1 and type(index[0]) in (str, int), "labels of rows of this form")  # fmt: skip
        c.need(len(set(index)) == len(index), "labels of rows that repeat")
        labels: Items = [Const(x) for x in index]
        level = Column(None, c.ctx.temp("idx"), items_dtype(labels))
        made = table_frame(c, [*facts, level], [*cells.columns, labels])
        frame = made.but(columns=tuple(facts), index=Index("columns", None, (level,), unique=True))
    for column in facts:
        if column.dtype == "int64?":
            frame = with_gaps(c.ctx, frame, column)
    return frame


def table_frame(c: Call, facts: list[Column], columns: list[Items]) -> Frame:
    """``createDataFrame`` where all cells are constants, else ``small_table``."""
    ctx = c.ctx
    step = ctx.step()
    types = {x.name: None if x.dtype is None else SPARK_TYPES[x.dtype] for x in facts}
    rows = [[item_text(v) for v in row] for row in zip(*columns)]
    hidden: tuple[str, ...] = ()
    if ctx.wants(step, "order") or ctx.wants(step, "number"):
        name = ctx.position_name(step)
        hidden, types[name] = (name,), "bigint"
        rows = [[*row, i] for i, row in enumerate(rows)]
    made = [E(render(tuple(row))) for row in rows]
    if None in types.values():
        c.verdict = "runtime"  # type: ignore[attr-defined]
        schema = render(types)
    else:
        schema = render(", ".join(field(n, t) for n, t in types.items()))  # type: ignore[arg-type]
    constant = all(isinstance(v, Const) for items in columns for v in items)
    build = "spark.createDataFrame(" if constant else f"{ctx.call('small_table')}(spark, "
    return Frame(
        f"{build}{render(made)}, {schema})",
        tuple(facts),
        index=Index("range", step),
        order=Order((), step),
        rows=Rows(),
        hidden=hidden,
        vars=frozenset().union(*(v.vars for items in columns for v in items)),
    )


def item_text(value: Value) -> Any:
    """A cell as ``createDataFrame`` takes it."""
    if not isinstance(value, Const) or value.text is not None:
        return E(value.text)  # type: ignore[attr-defined]
    if is_missing(value.value):
        return None
    stamp = item_dtype(value) == "datetime64[ns]"
    return value.value.to_pydatetime() if stamp else value.value


def column_of(label: Any, items: Items) -> Column:
    """The facts of a column of these cells."""
    dtype = items_dtype(items)
    values = [v.value for v in items if isinstance(v, Const) and is_missing(v.value)]
    gaps = {"None" if v is None else "nan" for v in values}
    gap = gaps.pop() if dtype == "object" and len(gaps) == 1 else None
    return Column(label, str(label), dtype, gap=gap)


#: the dtypes of constants and scalars in a column, and with a missing value among them
_ALONE = {"int64": "float64", "float64": "float64", "object": "object", "bool": "bool?",
          "datetime64[ns]": "datetime64[ns]"}  # fmt: skip
_CONSTANTS = {"bool": "bool", "int": "int64", "float": "float64", "str": "object",
              "Timestamp": "datetime64[ns]"}  # fmt: skip


def items_dtype(items: Items) -> str | None:
    """The dtype of a column of constants and scalars, None where the job sees it. Raises NoRule
    where pandas would mix types, or might."""
    values = [v for v in items if not (isinstance(v, Const) and is_missing(v.value))]
    if not values and len({type(v.value) for v in items}) == 1:  # type: ignore[attr-defined]
        return "object" if items[0].value is None else "float64"  # type: ignore[attr-defined]
    found = {item_dtype(v) for v in values}
    if None in found:
        scalars = [v for v in values if isinstance(v, Scalar)]
        one_kind = len({v.how for v in scalars} - {""}) == 1 and all(v.how for v in scalars)
        numbers = all(v.is_numeric if isinstance(v, Scalar) else item_dtype(v) in ("int64", "float64") for v in values)  # fmt: skip
        if len(values) == 1 or numbers or one_kind and len(scalars) == len(values):
            return None
        raise NoRule("the type of a value is not known here, and pandas may mix it with others")
    if found == {"int64", "float64"}:
        found = {"float64"}
    if len(found) != 1 or not found <= _ALONE.keys():
        raise NoRule("a column of mixed values")
    (dtype,) = found
    if len(values) < len(items):
        return _ALONE[dtype]  # type: ignore[index]
    sure = all(v.full for v in values if isinstance(v, Scalar))
    return dtype if sure else {"int64": "int64?", "bool": "bool?"}.get(dtype, dtype)  # type: ignore[arg-type]


def item_dtype(value: Value) -> str | None:
    """The dtype of one cell; None where only the job knows it. Raises NoRule for what is no cell."""
    if isinstance(value, Const):
        zoned = getattr(value.value, "tzinfo", None) is not None
        return "?" if zoned else _CONSTANTS.get(type(value.value).__name__, "?")
    if isinstance(value, Text):
        return "object"
    if isinstance(value, Scalar):
        return {"int64?": "int64"}.get(value.dtype, value.dtype)  # type: ignore[arg-type]
    if isinstance(value, Plain):
        return None
    raise NoRule("a value that is not one number, text or time")


# --- from_dict --------------------------------------------------------------------------------


@rule(
    "pandas.DataFrame.from_dict(data, orient='columns', dtype=None, columns=None)",
    not_yet="dtype",
    example=(
        "pd.DataFrame.from_dict({'rows': len(df), 'sum': df['i'].sum()}, orient='index', columns=['value'])",
        "pd.DataFrame.from_dict({x: {'mean': df[x].mean(), 'n': df[x].count()} for x in ['f', 'g']}, orient='index')",
        "pd.DataFrame.from_dict({'a': [1, df['i'].sum()], 'b': [2, 3]}, orient='index', columns=['x', 'y'])",
        "pd.DataFrame.from_dict({'a': [1, 2], 'b': ['x', None]})",
    ),
)
def from_dict(c: Call) -> Frame:
    """A dict of columns, or of rows (``orient="index"``)."""
    values, labels = entries(c["data"]), given_labels(c, "columns")
    c.need(values, "the data are not known here")
    if c.lit("orient") == "columns":
        c.need(labels is None, "columns= of columns")
        return computed_frame(c, from_columns(c, values, None))  # type: ignore[arg-type]
    c.need(c.lit("orient") == "index", "orient= of this kind")
    records = [entries(v) for v in values.values()]  # type: ignore[union-attr]
    if None not in records:  # rows that lack the first column would come last
        c.need(all(set(r) == set(records[0]) for r in records), "records with different keys")  # type: ignore[arg-type]
    return computed_frame(c, cells_of(c, Sequence(tuple(values.values())), labels, list(values)))  # type: ignore[union-attr]


__all__ = [
    "Cells",
    "cells_of",
    "computed_frame",
    "entries",
    "from_columns",
    "given_labels",
    "listed",
]
