"""Aggregates of every column by groups, where only the job knows the columns or their types."""

from __future__ import annotations

from typing import Any

from rules.groups import Groups, Key
from rules.lib import fresh_column
from rules.registry import Call
from transpiler.errors import NoRule
from transpiler.facts import Column, Frame, Index, Order, Rows, SortKey, fresh
from transpiler.symbolic import E, col, render

#: aggregate → builder of columns_group.py, what it is told beside the parameters of pandas' call
BUILDERS: dict[str, tuple[str, dict]] = {
    "sum": ("group_added", {}), "prod": ("group_prod", {}), "mean": ("group_mean", {}),
    "median": ("group_quantile", {}), "std": ("group_std", {}), "var": ("group_var", {}),
    "sem": ("group_sem", {}), "min": ("group_extreme", {}), "max": ("group_extreme", {"largest": True}),
    "count": ("group_count", {}), "nunique": ("group_nunique", {}), "first": ("group_nearest", {}),
    "last": ("group_nearest", {"last": True}), "any": ("group_any", {}), "all": ("group_all", {}),
}  # fmt: skip
#: what pandas does in the same way whatever such a column holds
_ANY = {
    None,
    "int64",
    "int64?",
    "float64",
    "bool",
    "object",
    "string",
    "Int64",
    "Float64",
    "boolean",
}
_CHOOSING = {"min", "max", "first", "last", "count", "nunique"}
_GAPS_SHOW = {"sum", "prod", "min", "max", "first", "last"}


def left_to_job(g: Groups, numeric_only: bool = False) -> bool:
    """Whether only the job knows which columns are aggregated."""
    frame, grouped = g.frame, g.grouped
    if grouped.series is not None or grouped.selection is not None:
        return False
    return frame.open or numeric_only and any(x.dtype is None for x in frame.columns)


def each_of(c: Call, g: Groups, name: str, params: dict, numeric_only: bool = False) -> Frame:
    """``grouped.sum()`` over columns that the job looks up."""
    grouped = g.grouped
    c.need(name in BUILDERS, "the columns of the frame are not known here")
    c.need(getattr(grouped, "freq", None) is None and not grouped.hollow, "bins or categories without rows")  # fmt: skip
    c.need(grouped.as_index or len(g.frame.label_names) < 2, "labels of several levels")
    c.need(params.get("min_count", 0) in (0, -1), "min_count= of columns that are not known here")
    nullable = dialect(c, g, name, numeric_only)
    builder, options = BUILDERS[name]
    options = options | {k: v for k, v in params.items() if k != "min_count"}
    options |= told(g, name, nullable, numeric_only)
    first = g._category_places() if grouped.sort else g._first_seen()
    g.keys = [g._shown(k) for k in g.keys]
    frame = settled(c, g, name)
    keys = key_columns(g)
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    aside = [x for x in aside if x not in {k.name for k in keys}]
    flags: dict[str, Any] = {"aside": aside} if aside else {}
    if first:
        flags["more"] = E("{" + ", ".join(f"{render(k.name)}: {m}" for k, m in first) + "}")
    flags |= {k: v for k, v in (("numeric_only", numeric_only), ("nullable", nullable)) if v}
    flags |= {k: False for k in ("dropna", "as_index") if not getattr(grouped, k)}
    by = ", ".join(key_text(k, x) for k, x in zip(g.keys, keys))
    more = "".join(f", {k}={render(v)}" for k, v in (options | flags).items())
    text = f"{c.ctx.call('each_group')}({frame.text}, [{by}], {c.ctx.call(builder)}{more})"
    c.verdict = "runtime"  # type: ignore[attr-defined]
    out = frame.but(text=text, vars=frame.vars | g.vars, columns=(), open=True, base=fresh(), parts=(), beside=(),
                    unsettled=(), nullable=nullable and name != "nunique")  # fmt: skip
    return laid_out(c, g, out, keys, [k for k, _ in first])


def dialect(c: Call, g: Groups, name: str, numeric_only: bool) -> bool:
    """Whether the columns are of pandas' nullable dtypes. Raises NoRule where they are not alike, or
    one that is known has no such aggregate in the job."""
    frame, keys = g.frame, {k.column.name for k in g.keys if k.column is not None}
    values = [x for x in frame.columns if x.name not in keys]
    c.need(all(x.label == x.name for x in values), "columns whose names Spark does not take")
    for x in values:
        plain = x.dtype in _ANY or numeric_only and x.dtype in ("datetime64[ns]", "date")
        chosen = name in _CHOOSING and x.dtype in ("datetime64[ns]", "date")
        c.need((plain or chosen) and not x.holds_na, f"{name} of a {x.dtype} column")
    kinds = {x.is_nullable for x in values} | ({frame.nullable} if frame.open else set())
    c.need(len(kinds) == 1, "columns of pandas' two kinds of missing values")
    return kinds.pop()


def told(g: Groups, name: str, nullable: bool, numeric_only: bool) -> dict[str, Any]:
    """What the builder has to know of the columns and rows."""
    if name in ("first", "last"):
        return {"order": g.position()}
    if numeric_only or name not in ("sum", "min", "max"):
        return {}
    if name != "sum":
        return {} if nullable else {"gaps_fail": True}
    found: dict[str, Any] = {"none": ""} if nullable else {}
    try:
        return {"order": g.position()} | found
    except NoRule:  # the job fails where a column has texts
        return found


def settled(c: Call, g: Groups, name: str) -> Frame:
    """The rows with the hidden columns that the keys and the order need; whole numbers are fractions
    where one is missing."""
    frame = g.ready()
    c.ctx.use(frame)
    gappy = [x.name for x in frame.columns if x.dtype == "int64?" and name in _GAPS_SHOW]
    if not gappy:
        return frame
    listed = ", ".join(map(render, gappy))
    return frame.but(text=f"{c.ctx.call('settled')}({frame.text}, {listed})")


def shown(g: Groups, key: Key) -> bool:
    """Whether a key is a column of the frame: no level of its index, and not computed."""
    return key.column is not None and all(key.column is not x for x in g.frame.index.levels)


def key_columns(g: Groups) -> list[Column]:
    """The keys as columns of the result: those that are computed get names that no column has."""
    names = [g.ctx.temp("key") if k.column is None else k.column.name for k in g.keys]
    return [fresh_column(k.label, n, k.dtype, k.nullable) for k, n in zip(g.keys, names)]


def key_text(key: Key, column: Column) -> str:
    """A key as the job names it."""
    same = str(key.expr) == str(col(column.name))
    return render(column.name) if same else key.expr.alias(column.name).text


def laid_out(c: Call, g: Groups, frame: Frame, keys: list[Column], first: list[SortKey]) -> Frame:
    """The frame with what is known of its rows: keys as levels, or as columns in front."""
    grouped, placed = g.grouped, {k.name: k for k in first}
    sort = tuple(placed.get(f"__place{n}", SortKey(k.name, k.uid)) for n, k in enumerate(keys))
    sort = sort if grouped.sort else tuple(first)
    rows = Rows(full={x.uid for k, x in zip(g.keys, keys) if grouped.dropna or k.null_free})
    front = [x for k, x in zip(g.keys, keys) if shown(g, k)]
    out = frame.but(hidden=tuple(placed), rows=rows, order=Order(sort, None, True, True))
    if grouped.as_index:
        gone = (*frame.gone, *(x.label for x in front))
        return out.but(gone=gone, index=Index("columns", levels=tuple(keys), loose=g._loose(keys)))
    away = tuple(x.name for x in keys if x not in front)  # pandas leaves them out
    out = out.but(columns=tuple(front), index=Index("range"), hidden=(*out.hidden, *away))
    return c.ctx.anchored(out, None, [k.expr(rows) for k in sort]).but(rows=Rows(full=rows.full))


__all__ = ["BUILDERS", "each_of", "left_to_job"]
