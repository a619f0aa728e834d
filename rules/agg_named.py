"""``agg`` of a frame or Series by the names of aggregates: one pass over the data."""

from __future__ import annotations

from typing import Any

from rules.apply_reductions import bound_join, rows_joined
from rules.elementwise import solid
from rules.lib import selected, tightened
from rules.reduce import NUMERIC
from rules.reduce_frame import BY_COLUMN, type_options
from rules.registry import Call, rule
from transpiler.facts import ByColumn, Const, Mapping, Module, Sequence, Table, Value
from transpiler.symbolic import render

#: name → aggregate of a column, dtypes that have it (None: all)
_AGGREGATES: dict[str, tuple[str, Any]] = {
    **{name: (build, allowed) for name, (_, build, allowed) in BY_COLUMN.items() if name != "product"},
    "count": ("how_many", None), "nunique": ("how_many_different", None),
    "any": ("any_true", NUMERIC), "all": ("all_true", NUMERIC),
}  # fmt: skip
_NUMPY = {"amin": "min", "amax": "max"}


def spelt(c: Call, func: Value) -> str:
    """The name of an aggregate: a text, or a function that pandas takes for one."""
    if isinstance(func, Const) and isinstance(func.value, str):
        name = func.value
    else:
        c.need(isinstance(func, Module) and func.name.split(".")[0] in ("numpy", "builtins"), "a function of one's own")  # fmt: skip
        name = func.name.split(".", 1)[1]  # type: ignore[union-attr]
        name = _NUMPY.get(name, name)
        c.need(name in ("sum", "mean", "median", "min", "max", "std", "var", "prod"), f"the function {name}")  # fmt: skip
    c.need(name in _AGGREGATES, f"the aggregate {name!r}")
    return name


def listed(value: Value) -> list[Value] | None:
    """The items of a list of functions; None for one."""
    if isinstance(value, Sequence) and value.type in (list, tuple):
        return list(value.items)
    if isinstance(value, Const) and isinstance(value.value, (list, tuple)):
        return [Const(v) for v in value.value]
    return None


def pairs_of(value: Value) -> list[tuple[Any, Value]] | None:
    """The items of a dict of functions; None for another value."""
    if isinstance(value, Mapping):
        return list(value.items)
    if isinstance(value, Const) and isinstance(value.value, dict):
        return [(k, Const(v)) for k, v in value.value.items()]
    return None


def rows_text(c: Call, column: Any, rows: dict[Any, str]) -> str:
    """{row label: aggregate} of a column, as the job writes it."""
    c.need(not column.is_nullable, "aggregates of a nullable column")
    c.need(column.dtype not in ("int64?", "bool?", "category", "list") or all(n in ("count", "nunique") for n in rows.values()), f"aggregates of a {column.dtype} column")  # fmt: skip
    parts = []
    for row, name in rows.items():
        build, allowed = _AGGREGATES[name]
        c.need(column.dtype is None or allowed is None or column.dtype in allowed, f"{name} of a {column.dtype} column")  # fmt: skip
        c.need(name not in ("any", "all") or column.dtype is not None, f"{name} of any type")
        parts.append(f"{row!r}: {c.ctx.call(build)}")
    return "{" + ", ".join(parts) + "}"


def several(c: Call, wanted: dict[Any, dict[Any, str]], rows: list | None = None) -> Value:
    """Several aggregates of several columns: a frame."""
    frame, ctx = c.frame, c.ctx
    columns = [frame.column(x) for x in wanted]
    c.need(columns and all(x.label == x.name for x in columns), "renamed columns")
    ctx.use(frame, *columns)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    inner = ", ".join(f"{x.label!r}: {rows_text(c, x, wanted[x.label])}" for x in columns)
    source = frame if all(x.dtype is None for x in columns) else selected(ctx, frame, columns)
    parts = [frame.text, "{" + inner + "}", *([f"rows={rows!r}"] if rows else []), *type_options(c, source.but(index=frame.index.__class__()))]  # fmt: skip
    text = f"{ctx.call('aggregated')}({', '.join(parts)})"
    lines = rows or list(dict.fromkeys(r for w in wanted.values() for r in w))
    return Table(text, frame.vars, tuple(wanted), tuple(lines), None)  # type: ignore[arg-type]


_AGG = "func=None, axis=0, *args, **kwargs"
_FRAME_AGG = (
    "df[['f', 'i']].agg(['min', 'max', 'mean'])",
    "df[['f', 'i']].agg('mean')",
    "df[['f', 'g']].agg('max', axis=1)",
    "df.agg({'f': 'mean', 'i': 'sum', 'k': 'nunique'})",
    "df.agg({'i': 'sum', 'j': 'max'})",
    "df.agg({'f': ['mean', 'max'], 'i': ['sum']})",
    "df.agg({'f': ['mean', 'std'], 'i': 'sum'})",
    "df.agg(x=('f', 'mean'), y=('i', 'max'))",
    "df.agg({'f': np.mean, 'i': 'max'})",
    "r = df.agg({'f': ['min', 'max'], 'i': ['sum', 'max']})\nout = df[df['f'] > r.loc['min', 'f'] + 1]",
    "m = df.agg({'f': 'mean', 'i': 'sum'})\nout = df['f'] - m['f']",
)


@rule(f"DataFrame.agg({_AGG})", example=_FRAME_AGG)
@rule(f"DataFrame.aggregate({_AGG})", example="df[['f', 'i']].aggregate(['sum', 'count'])")
def frame_agg(c: Call) -> Value:
    """Aggregates of columns, by name."""
    func, kwargs = c["func"], c["kwargs"]
    c.need(not c["args"], "arguments for the functions")
    nothing = isinstance(func, Const) and func.value is None
    if nothing:
        return named_agg(c, kwargs)
    c.need(not kwargs, "arguments for the functions")
    if bound_join(func) is not None:
        c.need(c.lit("axis") in (1, "columns"), "texts of a column joined")
        return rows_joined(c, c.frame, bound_join(func) or "", [])
    functions, pairs = listed(func), pairs_of(func)
    if functions is None and pairs is None:
        name = spelt(c, func)
        options = {"axis": c["axis"]} if c.given("axis") else {}
        return c.interpreter.by_rule(f"DataFrame.{name}", c.frame, [], options, c.node)  # type: ignore[attr-defined]
    c.need(c.lit("axis") in (0, "index"), "axis= of this value")
    if functions is not None:
        names = [spelt(c, f) for f in functions]
        c.need(names and len(set(names)) == len(names), "an aggregate twice")
        return several(c, {x: {n: n for n in names} for x in c.frame.labels})
    assert pairs is not None
    c.need(pairs, "no aggregates")
    if any(listed(f) is not None for _, f in pairs):
        wanted = {}
        for label, f in pairs:
            inner = listed(f)
            names = [spelt(c, x) for x in (inner if inner is not None else [f])]
            c.need(names and len(set(names)) == len(names), "an aggregate twice")
            wanted[label] = {n: n for n in names}
        return several(c, wanted)
    return one_each(c, {label: spelt(c, f) for label, f in pairs})


def one_each(c: Call, wanted: dict[Any, str]) -> Value:
    """One aggregate of each column: a Series."""
    frame, ctx = c.frame, c.ctx
    columns = [frame.column(x) for x in wanted]
    c.need(all(x.label == x.name for x in columns), "renamed columns")
    ctx.use(frame, *columns)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    texts = [rows_text(c, x, {"": wanted[x.label]})[5:-1] for x in columns]
    inner = ", ".join(f"{x.label!r}: {t}" for x, t in zip(columns, texts))
    text = f"{ctx.call('aggregated_each')}({frame.text}, {{{inner}}})"
    return ByColumn(text, frame.vars, tuple(wanted), None)  # type: ignore[arg-type]


def named_agg(c: Call, kwargs: dict) -> Value:
    """``df.agg(x=("f", "mean"))``: a row for each name."""
    wanted: dict[Any, dict[Any, str]] = {}
    for row, pair in kwargs.items():
        items = listed(pair)
        c.need(items is not None and len(items) == 2 and isinstance(items[0], Const), "an aggregate of this form")  # fmt: skip
        wanted.setdefault(items[0].value, {})[row] = spelt(c, items[1])  # type: ignore[index,union-attr]
    c.need(wanted, "no aggregates")
    names = [n for rows in wanted.values() for n in rows.values()]
    c.need(len(set(names)) == len(names) or all(len(set(r.values())) == len(r) for r in wanted.values()), "an aggregate twice")  # fmt: skip
    return several(c, wanted, list(kwargs))


_SERIES_AGG = (
    "df['f'].agg(['min', 'max', 'mean'])",
    "df['i'].agg(['sum', 'count'])",
    "df['t'].agg(['min', 'max'])",
    "df['k'].agg(['count', 'nunique'])",
    "df['f'].agg('mean')",
    "df['f'].agg(np.mean)",
    "df['f'].agg([np.sum, np.std, 'median'])",
    "df['f'].agg(x='min', y='max')",
    "df['i'].agg({'low': 'min', 'high': 'max'})",
    "a, b = df['f'].agg(['mean', 'std'])\nout = (df['f'] - a) / b",
    "(df['f'] * 2).agg(['min', 'max'])",
)


@rule(f"Series.agg({_AGG})", example=_SERIES_AGG)
@rule(f"Series.aggregate({_AGG})", example="df['f'].aggregate(['sum', 'count'])")
def series_agg(c: Call) -> Value:
    """Aggregates by name: one value, or a Series of them."""
    func, kwargs = c["func"], c["kwargs"]
    c.need(not c["args"] and c.lit("axis") in (0, "index"), "arguments for the functions")
    if isinstance(func, Const) and func.value is None:
        c.need(kwargs, "no aggregates")
        func, kwargs = Mapping(tuple(kwargs.items())), {}
    c.need(not kwargs, "arguments for the functions")
    functions, pairs = listed(func), pairs_of(func)
    if functions is None and pairs is None:
        name = spelt(c, func)
        return c.interpreter.by_rule(f"Series.{name}", c.col, [], {}, c.node)  # type: ignore[attr-defined]
    if functions is not None:
        names = [spelt(c, f) for f in functions]
        rows: dict[Any, str] = {n: n for n in names}
        c.need(len(rows) == len(names), "an aggregate twice")
    else:
        assert pairs is not None
        rows = {label: spelt(c, f) for label, f in pairs}
    c.need(rows, "no aggregates")
    frame, series = solid(c.ctx, tightened(c.col) if c.col.loose else c.col)
    column = frame.columns[0]
    c.verdict = "runtime"  # type: ignore[attr-defined]
    inner = rows_text(c, column, rows)
    text = f"{c.ctx.call('aggregated_column')}({frame.text}, {column.name!r}, {inner})"
    if c.col.label != column.name:
        text += f".rename({render(c.col.label)})"
    return ByColumn(text, frame.vars, tuple(rows), None)  # type: ignore[arg-type]


__all__ = ["frame_agg", "series_agg"]
