"""Reading and writing: the edges of a job."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Callable

from rules.csv_header import (
    as_named,
    deep_frame,
    is_deep,
    lines_of,
    open_with_index,
    selected_name,
    with_index,
)
from rules.csv_style import style_of
from rules.lib import sorted_text
from rules.nones import NULLS
from rules.opened_files import target_path
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    SPARK_TYPES,
    Column,
    Const,
    Frame,
    MadeCategory,
    Order,
    Index,
    Plain,
    Rows,
    to_nullable,
    period_of,
    zone_of,
)
from transpiler.facts import fresh
from transpiler.infer.context import Output, read_options
from transpiler.symbolic import col, field, lift, render

#: what a missing text is after reading: NaN or None
GAPS = {"csv": "nan", "json": "None", "parquet": "None"}
_DTYPE_NAMES = {"str": "object", "string": "string", "int": "int64", "float": "float64", "bool": "bool",
                "object": "object", "int64": "int64", "float64": "float64", "Int64": "Int64",
                "boolean": "boolean", "category": "category", "Float64": "Float64"}  # fmt: skip


def dtype_name(value: Any) -> str:
    """A dtype argument as facts.py names it. Raises NoRule for one that has no Spark form."""
    name = getattr(value, "name", None) or (
        value if isinstance(value, str) else getattr(value, "__name__", "")
    )
    name = str(name).removeprefix("numpy.").removeprefix("builtins.").removeprefix("pandas.")
    name = {"Int64Dtype": "Int64", "StringDtype": "string", "str_": "str", "BooleanDtype": "boolean",
            "datetime64": "datetime64[ns]", "float_": "float64", "int_": "int64", "bool_": "bool",
            "CategoricalDtype": "category", "Float64Dtype": "Float64"}.get(name, name)  # fmt: skip
    name = _DTYPE_NAMES.get(name, name)
    if name not in SPARK_TYPES:
        raise NoRule(f"dtype {name!r} has no Spark form")
    return name


def dtype_argument(value: Any) -> Any:
    """``dtype=``: one name, or a dict by column, with constants and types as names."""
    from transpiler.facts import Mapping, Module

    if isinstance(value, Module):
        return dtype_name(value.name)
    if isinstance(value, Mapping):
        return {k: dtype_argument(v) for k, v in value.items}
    if isinstance(value, Const):
        if value.value is None:
            return None
        if isinstance(value.value, dict):
            return {k: dtype_name(v) for k, v in value.value.items()}
        return dtype_name(value.value)
    raise NoRule("dtype= is not known here")


def source_frame(c: Call, function: str, fmt: str, path: Any, schema: Any, passed: dict, dtype: Any,
                 usecols: list | None = None, dates: list | tuple = (), whole: Any = None) -> Frame:  # fmt: skip
    """A frame read from a file: facts, and the text of the reader's call. ``schema``: of the columns
    that are read; ``whole``: of the file."""
    ctx, step = c.ctx, c.ctx.step()
    rows, kind = Rows(), category_kind(c, fmt, schema, dtype)
    variable = ctx.hint or f"{fmt}_input"
    several = getattr(path, "added", None)  # of a loop over files: rules/file_loops.py
    args = ["glueContext", *(["DATA_ROOT", path.text] if several is not None else [c.interpreter.data_path(path)])]  # fmt: skip
    columns: list[Column] = []
    pinned = schema is not None and all(
        isinstance(label, str) and d is not None and label for label, d, _ in schema.columns
    )
    if pinned:
        columns = pinned_columns(schema, step, GAPS.get(fmt))
        for x in columns:
            if x.name.startswith("__"):  # hidden columns get other names
                ctx.demand(("column", x.name), "name")
        columns = [replace(x, dtype=kind(rows)) if x.dtype == "category" else x for x in columns]
        args.append(schema_text(whole or schema, {label: d for label, d, _ in schema.columns}))
        keep = kept(ctx, step, columns, usecols)
        if keep is not None:
            passed["columns"] = keep
        if schema.infinite:
            passed["infinite"] = list(schema.infinite)
    elif usecols is not None:
        passed["columns"] = usecols
        # No columns yet: pandas keeps the file's own order, which is not known here.
    if dtype is not None:
        passed["dtype"] = dtype
    facts = Frame("", tuple(columns), open=not pinned, base=fresh(), rows=rows,
                  index=Index("range", step), order=Order((), step), gap=GAPS.get(fmt))  # fmt: skip
    ctx.sources[step] = (schema, facts.rows)
    problem = ctx.schemas.problems.get(getattr(path, "value", None))
    if schema is None and problem:
        c.message = f"its types are not known: reading it here raises {problem}"  # type: ignore[attr-defined]
    if not pinned:
        if ctx.like_hidden and fmt in ("csv", "json", "parquet"):
            passed["own"] = sorted(ctx.like_hidden)
        if fmt == "json" and (ctx.wants(NULLS, "nan") or ctx.wants(NULLS, "both")):
            passed["refused"] = ["nan", "both"] if ctx.wants(NULLS, "nan") else ["both"]
        typed = {d: "datetime64[ns]" for d in dates} | (dtype if isinstance(dtype, dict) else {})
        ctx.known_types = {**getattr(ctx, "known_types", {}), facts.base: typed}
    hidden: tuple[str, ...] = ()
    if ctx.wants(step, "order") or ctx.wants(step, "number"):
        hidden = (ctx.position_name(step),)
        passed["position"] = hidden[0]
    if several is not None:
        facts, labels = of_files(ctx, facts, path, args)
        passed |= {"labels": labels[0]} if labels else {}
        hidden += labels
    passed["transformation_ctx"] = variable
    args += [f"{k}={render(v)}" for k, v in passed.items()]
    text = f"{ctx.call(function)}({', '.join(args)})"
    if ctx.wants(step, "number"):
        # Labels are pandas' 0..n-1; a reader's positions only rise.
        name = hidden[0]
        option = "" if name == "__pos" else f', name="{name}"'
        text = f'{ctx.call("with_position")}({text}, "{name}"{option})'
    ctx.inputs.append({"path": getattr(path, "value", None), "format": fmt, "pinned": pinned})
    return facts.but(text=text, hidden=hidden)


def category_kind(c: Call, fmt: str, schema: Any, dtype: Any) -> Callable[[Rows], Any]:
    """The dtype of columns that are read as categories: of a CSV they are its texts in order; Parquet
    keeps others. Raises NoRule where a later step in pandas has to know them."""
    from rules.categories import making, seen_in

    given = dtype.values() if isinstance(dtype, dict) else [dtype]
    found = any(d == "category" for _, d, _ in getattr(schema, "columns", ()))
    c.need("category" not in given or schema is not None, "categories among columns that are not known here")  # fmt: skip
    if not found:
        return lambda rows: "category"
    step = making(c.ctx)
    return lambda rows: seen_in(rows, step) if fmt == "csv" else MadeCategory(step)


def of_files(ctx: Any, facts: Frame, files: Any, args: list) -> tuple[Frame, tuple[str, ...]]:
    """What a loop over files adds: columns of its own, and row numbers that start anew in each file."""
    args += [f"path={files.path}"] if files.path else []
    if files.added:
        args.append("added={" + ", ".join(f"{x!r}: {text}" for x, text in files.added) + "}")
        made = tuple(Column(x, x, None) for x, _ in files.added)
        facts = facts.but(columns=facts.columns + made)
    facts = facts.but(vars=files.vars)
    args += ["full=True"] if files.full else []
    if files.numbered:
        return facts, ()
    step = ctx.step()
    labels = (ctx.position_name(step),) if ctx.wants(step, "number") else ()
    return facts.but(index=Index("rows", step, (), False)), labels


def pinned_columns(schema: Any, step: tuple, gap: str | None) -> list[Column]:
    """The columns of an input at hand; integers that lack one are fractions."""
    return [
        Column(
            label,
            label,
            "float64" if missing and d == "int64" else d,
            fresh(),
            origin=(step, label),
            gap=schema.gap(label, step, gap),
            finite=label not in schema.infinite,
        )
        for label, d, missing in schema.columns
    ]


def schema_text(schema: Any, types: dict) -> str:
    """The pinned schema: names and Spark types in file order."""
    parts = []
    for label, dtype, missing in schema.columns:
        dtype = types.get(label, "object")
        if dtype == "int64" and missing:
            dtype = "float64"
        parts.append(field(label, SPARK_TYPES[dtype]))
    return render(", ".join(parts))


def kept(ctx: Any, step: tuple, columns: list[Column], usecols: list | None) -> list[str] | None:
    """The columns to read: those that a later step uses. None: all of them."""
    used = None if ctx.learned.used is None else ctx.learned.used.get(step, set())
    if used is None:
        return usecols
    names = [c.name for c in columns if c.name in used]
    if len(names) == len(columns) and usecols is None:
        return None
    return names or [columns[0].name]


def zones_of(schema: Any, told: str = "zoned") -> dict:
    """The columns of times of a zone, as the reader is told of them."""
    zoned = [label for label, d, _ in getattr(schema, "columns", ()) if zone_of(d)]
    return {told: zoned} if zoned else {}


# --- writing --------------------------------------------------------------------------------


def output(c: Call, function: str, fmt: str, frame: Frame, path: Any, passed: dict, place: str = "") -> Const:  # fmt: skip
    """Write a frame: order where the program asked for one, hidden columns gone.

    place: the text of where it goes, where that is not a path."""
    ctx = c.ctx
    for x in frame.columns:
        known = fmt == "parquet" and zone_of(x.dtype)
        c.need(known or not (zone_of(x.dtype) or period_of(x.dtype)), f"{fmt} with {x.dtype} columns")  # fmt: skip
    unlabelled = (
        not frame.open and isinstance(c.args.get("index"), Const) and c.lit("index") is False
    )
    ctx.use(frame, *(frame.columns if unlabelled else ()))
    text, order = frame.text, None
    deep = "labels" in passed and function == "write_csv"
    if deep:
        lines = lines_of(passed, frame)
        frame = as_named(passed, frame)
    if frame.order.explicit:
        whole = frame.order.anchor or frame.order.total
        keys = ctx.order_of(frame) if whole else [k.expr(frame.rows) for k in frame.order.keys]
        if not ctx.is_sorted(frame.text, sorted_text(keys)):
            text += sorted_text(keys)
        labels = {x.name: x.label for x in frame.columns}
        order = [str(labels[k.name]) for k in frame.order.keys if k.name in labels] or None
        if passed.get("header") is False:  # then a reader numbers the columns
            numbers = {str(x): str(n) for n, x in enumerate(labels.values())}
            order = None if frame.open or order is None else [numbers[x] for x in order]
    shown = {x.name for x in frame.columns} | {*frame.hidden}
    levels = [x.name for x in frame.index.levels if x.name not in shown]
    text = without_hidden(text, (*frame.hidden, *levels)) + ("" if deep else relabelled(frame))
    own = re.match(r"\w*", frame.text).group()  # type: ignore[union-attr]
    variable = own if own in frame.vars else min(frame.vars, default=ctx.hint or "output")
    args = ["glueContext", text, place or c.interpreter.data_path(path)]
    if not place:
        passed = {**passed, "transformation_ctx": variable}
    if ctx.options.single_file and function == "write_csv":
        passed["single_file"] = True
    args += [f"{k}={render(v)}" for k, v in passed.items()]
    ctx.emit(f"{ctx.call(function)}({', '.join(args)})", reads=frame.vars, kind="output")
    options = read_options(fmt, passed)
    if deep and passed.get("header", True):
        options["header"] = list(range(lines))
    ctx.outputs.append(
        Output(str(getattr(path, "value", "?")), fmt, order, ctx.line or 1, variable, options)
    )
    if not frame.open:
        ctx.outputs[-1].columns = [
            [str(x.label), SPARK_TYPES.get(x.dtype, "")] for x in frame.columns
        ]
    return Const(None)


def without_hidden(text: str, hidden: tuple[str, ...]) -> str:
    """The text with the hidden columns gone: not selected in the first place where that can be."""
    gone = list(hidden)
    while gone and last_call(text) == "select" and text.endswith(f", {render(gone[-1])})"):
        text = text[: -len(f", {render(gone.pop())})")] + ")"
    return text + (f".drop({', '.join(render(g) for g in gone)})" if gone else "")


def last_call(text: str) -> str:
    """The method that a chain of calls ends with."""
    depth = 0
    for at in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[at], 0)
        if depth == 0:
            return text[:at].rpartition(".")[2]
    return ""


def relabelled(frame: Frame) -> str:
    """Spark names back to pandas labels where they differ."""
    if any(isinstance(x.label, tuple) for x in frame.columns):
        raise NoRule("columns of several levels are written")
    if frame.open or all(str(x.label) == x.name for x in frame.columns):
        return ""
    return f".toDF({', '.join(render(str(x.label)) for x in frame.columns)})"


def text_dtypes(frame: Frame) -> dict:
    """dtypes that the text of a CSV depends on beyond the Spark type."""
    found = [x for x in frame.columns if x.dtype in ("int64?", "bool?")]
    return {x.name if is_deep(frame) else str(x.label): x.dtype for x in found}


def with_texts(c: Call, frame: Frame) -> Frame:
    """The frame with times of a zone and periods as the texts that they are in a CSV."""
    from rules.convert import time_text
    from rules.lib import chain, fresh_column, physical, series_of

    for x in frame.columns:
        if not zone_of(x.dtype) and not period_of(x.dtype):
            continue
        c.need(c.lit("date_format") is None, f"date_format= for {x.dtype} columns")
        text = time_text(c, series_of(c.ctx, frame, x.label))
        if any(k.name == x.name for k in frame.order.keys):  # by the values, not the texts
            aside = physical(frame, f"__{x.name}")
            keys = tuple(replace(k, name=aside) if k.name == x.name else k for k in frame.order.keys)  # fmt: skip
            frame = chain(frame, f".withColumn({lift(aside)}, {col(x.name)})", hidden=(*frame.hidden, aside))  # fmt: skip
            frame = frame.but(order=replace(frame.order, keys=keys))
        new = fresh_column(x.label, x.name, "object")
        shown = tuple(new if y is x else y for y in frame.columns)
        frame = chain(frame, f".withColumn({lift(x.name)}, {text})", columns=shown)
    return frame


@rule(
    "DataFrame.to_csv(path_or_buf=None, *, sep=',', na_rep='', float_format=None, columns=None, header=True, "
    "index=True, index_label=None, mode='w', encoding=None, compression='infer', quoting=None, quotechar='\"', "
    "lineterminator=None, chunksize=None, date_format=None, doublequote=True, escapechar=None, decimal='.', "
    "errors='strict', storage_options=None)",
    not_yet="mode",
    ignored="chunksize storage_options errors",
    example=(
        "df.to_csv('out.csv', index=False)",
        "df[['i', 's']].to_csv('out.csv', header=['A', 'B'], errors='ignore')",
        "df.to_csv('out.csv', index=False, float_format='{:.2f}'.format, compression={'method': 'infer'})",
        "df[['i', 'g']].to_csv('out.csv', float_format=lambda x: f'{x:.1f} EUR')",
        "df.to_csv('out.csv', index=False, sep=';', decimal=',', quotechar=\"'\", lineterminator='\\r\\n')",
        "df.to_csv('out.csv', index_label='row', encoding='utf8', compression=None)",
        "df[['i', 's', 'k']].to_csv('out.csv', index=False, quoting=3, escapechar='|')",
        "df.to_csv('out.csv', index=False, doublequote=False, escapechar='!')",
        "df.groupby(['k', 'b'])[['f']].sum().to_csv('out.csv', index_label=['key', 'flag'], decimal=',')",
        "df.groupby(['k', 'j'])['f'].sum().unstack().to_csv('out.csv', index_label='key')",
        "df.groupby(['k', 'j'])['f'].sum().unstack().to_csv('out.csv')",
        "pd.crosstab(df['k'], df['j']).to_csv('out.csv')",
        "df.groupby('k')[['f', 'i']].sum().T.to_csv('out.csv')",
        "t = pd.to_datetime(df['t'])\ndf.groupby([t.dt.year.rename('y'), t.dt.month.rename('m')])['f'].mean().unstack().to_csv('out.csv')",
        "df.assign(t=pd.to_datetime(df['d'])).pivot_table(index='k', columns='t', values='i', aggfunc='sum').to_csv('out.csv')",
        "df.pivot_table(index='k', columns='s', values=['i', 'f'], aggfunc='sum').to_csv('out.csv')",
        "df.pivot_table(index=['k', 'b'], columns=['s', 'j'], values='i', aggfunc='sum', fill_value=0).reset_index().to_csv('out.csv', index=False)",
        "df.groupby(['k', 'j']).agg({'i': ['sum', 'max'], 'f': ['mean']}).to_csv('out.csv')",
        "df.groupby('k').agg({'i': ['sum', 'max'], 'f': ['mean']}).reset_index().to_csv('out.csv', index=False, sep=';')",
        "df.groupby('k').agg({'i': ['sum', 'max']}).to_csv('out.csv', header=False)",
        "df.pivot_table(index='s', columns='k', values='i', aggfunc='sum', dropna=False).to_csv('out.csv')",
        "df.assign(m=df['t'].dt.to_period('M')).pivot_table(index='m', columns='k', values='i', aggfunc='sum').to_csv('out.csv')",
        "df.assign(m=df['t'].dt.to_period('M')).groupby(['m', 'k'])['i'].sum().sort_index().to_csv('out.csv')",
    ),
)
def to_csv(c: Call) -> Const:
    """A CSV dataset, text as pandas writes it."""
    target_path(c, "path_or_buf")
    frame, path = c.frame, c["path_or_buf"]
    c.need(not (isinstance(path, Const) and path.value is None), "the text itself is asked for")
    c.need(
        isinstance(path, (Const, Plain)) and "IO(" not in (getattr(path, "text", None) or ""),
        "the path is not known here",
    )
    if c.given("columns"):
        from rules.lib import selected

        frame = selected(c.ctx, frame, [frame.column(x) for x in c.lit("columns")])
    if isinstance(c.lit("header"), list):
        frame = titled(c, frame, c.lit("header"))
    passed: dict = {}
    if is_deep(frame):
        frame, passed = deep_frame(c, frame)
    elif c.lit("index"):
        frame = (open_with_index if frame.open else with_index)(c, frame, c.lit("index_label"))
    frame = with_texts(c, frame)
    passed |= style_of(c, path)
    dtypes = text_dtypes(frame)
    if dtypes:
        passed["dtypes"] = dtypes
    return output(c, "write_csv", "csv", frame, path, passed)


def titled(c: Call, frame: Frame, names: list) -> Frame:
    """The frame with its columns called as ``header=`` lists them."""
    from rules import labels

    c.need(not frame.open and not is_deep(frame), "the columns of the frame are not known here")
    fine = len(names) == len(frame.columns) and len(set(names)) == len(names)
    c.need(fine and all(isinstance(x, str) for x in names), "header= of this form")
    return labels.relabelled(c.ctx, frame, names)


def with_stored_index(c: Call, frame: Frame) -> Frame:
    """The frame with its index as last columns, under the names that pandas gives them in a file."""
    from rules.lib import chain

    c.need(not frame.open, "the columns of the frame are not known here")
    c.message = "the index is stored as a column, as pandas does; index=False leaves it out"  # type: ignore[attr-defined]
    if frame.index.kind == "columns":
        c.ctx.use(frame, *frame.index.levels)
        levels = [
            Column(
                x.label if x.label is not None else f"__index_level_{i}__", x.name, x.dtype, x.uid
            )
            for i, x in enumerate(frame.index.levels)
        ]
        names = [selected_name(x.name) for x in (*frame.columns, *levels)]
        names += [selected_name(h) for h in frame.hidden]
        return chain(
            frame, f".select({', '.join(names)})", columns=(*frame.columns, *levels), index=Index()
        )
    position = c.ctx.position(frame, frame.index.anchor, "number")
    name = "__index_level_0__"
    columns = (*frame.columns, Column(name, name, "int64"))
    if frame.index.sorted != frame.rows.uid:
        return chain(frame, f'.withColumn("{name}", {position})', columns=columns, index=Index())
    # A sort that moves no row leaves a RangeIndex, which is no column of the file.
    order = "".join(f", {e}" for e in c.ctx.order_of(frame))
    text = f"{c.ctx.call('with_moved_numbers')}({frame.text}, {render(name)}, {position}{order})"
    return frame.but(text=text, columns=columns, index=Index())


@rule(
    "DataFrame.to_parquet(path=None, *, engine='auto', compression='snappy', index=None, partition_cols=None, "
    "storage_options=None)",
    ignored="engine storage_options",
    example=(
        "df.to_parquet('out.parquet', index=False)",
        "df[df['i'] > 2].to_parquet('out.parquet')",
        "df[['i', 'k']].sort_values(['i', 'k']).to_parquet('out.parquet')",
        "df.groupby(['k', 'b'])['i'].sum().reset_index().sort_values('k', kind='stable').to_parquet('out.parquet')",
    ),
)
def to_parquet(c: Call) -> Const:
    """A Parquet dataset."""
    target_path(c, "path")
    frame, path = c.frame, c["path"]
    c.need(
        isinstance(path, (Const, Plain)) and getattr(path, "value", "") is not None,
        "the path is not known here",
    )
    index = c.lit("index")
    c.need(index in (None, False) or frame.index.kind != "range", "a RangeIndex goes into the file")
    if index is not False and frame.index.kind != "range":
        frame = with_stored_index(c, frame)
    passed = {}
    if c.lit("partition_cols"):
        wanted = c.lit("partition_cols")
        passed["partition_cols"] = [wanted] if isinstance(wanted, str) else wanted
    c.need(c.lit("compression") != "brotli", "Spark has no codec for compression='brotli': 'zstd' runs on the cluster")  # fmt: skip
    if c.lit("compression") != "snappy":
        passed["compression"] = c.lit("compression")
    dtypes = text_dtypes(frame)
    if dtypes:
        passed["dtypes"] = dtypes
    return output(c, "write_parquet", "parquet", frame, path, passed)


__all__ = ["col", "dtype_argument", "dtype_name", "lift", "output", "source_frame", "to_nullable"]
