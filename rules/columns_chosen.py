"""Columns by their names and dtypes: which stay, where they stand, which go."""

from __future__ import annotations

import re
from typing import Any

from rules.labels import renamed_keys
from rules.lib import assign, chain, selected, series_of
from rules.open_frames import expecting_new
from rules.label_heads import whole_label
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import FLOATS, INTEGERS, Col, Column, Const, Frame, Module, Sequence, fresh
from transpiler.symbolic import col, lift, render


@rule(
    "DataFrame.reindex(labels=None, *, index=None, columns=None, axis=None, method=None, copy=None, level=None, "
    "fill_value=None, limit=None, tolerance=None)",
    not_yet="index method level limit tolerance",
    ignored="copy",
    example=(
        "df.reindex(columns=['s', 'new', 'i'])",
        "df.reindex(['f', 'i'], axis=1)",
        "df.reindex(columns=['s', 'i', 'z'], fill_value=0)",
        "x = df.drop(columns=['s']).sort_values('g')\nout = x.reindex(columns=['s', 'i', 'f', 'y']).head(4)",
    ),
)
def reindex(c: Call) -> Frame:
    """These columns in this order; the ones that are not there are empty."""
    frame, ctx = c.frame, c.ctx
    wanted = c.lit("columns") if c.given("columns") else None
    if wanted is None:
        c.need(c.lit("axis") in (1, "columns"), "the labels of the rows are changed")
        wanted = c.lit("labels")
    wanted = list(wanted)
    c.need(len(set(map(repr, wanted))) == len(wanted), "a column is wanted twice")
    if frame.open:
        frame = completed(c, frame, wanted)
        return selected(ctx, frame, [frame.column(x) for x in wanted])
    new = [x for x in wanted if x not in frame.labels]
    kinds = {x.dtype for x in frame.columns}
    c.need(
        not new or len(kinds) > 1 or kinds <= {"object", "float64"},
        "a frame of one dtype changes it",
    )
    for label in new:
        frame = assign(
            ctx, frame, label, c["fill_value"] if c.given("fill_value") else Const(float("nan"))
        )
    return selected(ctx, frame, [frame.column(x) for x in wanted])


def completed(c: Call, frame: Frame, wanted: list) -> Frame:
    """An open frame with those of the labels that the job does not find in it: empty, or filled."""
    c.need(not (frame.nullable or frame.label_kind or frame.label_names), "columns of this kind")
    c.need(all(isinstance(x, str) for x in wanted), "labels that are not text")
    c.need(all(x.label == x.name for x in frame.columns), "renamed columns")
    value = c.lit("fill_value") if c.given("fill_value") else None
    c.need(value is None or type(value) in (int, float, str), "fill_value= of this type")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    c.need(not set(aside) & set(wanted), "a column of the name of a level")
    options = [] if value is None or value != value else [f"fill={render(value)}"]
    options += [f"aside={render(aside)}"] if aside else []
    args = ", ".join([frame.text, render(wanted), *options])
    again = [x for x in frame.gone if x in wanted]
    out = frame.but(text=f"{c.ctx.call('with_columns_of')}({args})")
    for label in again:  # other values than the ones that went
        out = out.set_column(Column(label, label, None))
    return out.but(gone=tuple(x for x in frame.gone if x not in again))


@rule(
    "DataFrame.insert(loc, column, value, allow_duplicates=None)",
    ignored="allow_duplicates",
    example=(
        "df.insert(1, 'twice', df['i'] * 2, allow_duplicates=True)\nout = df",
        "df.insert(0, 'n2', df['i'] * 2)\nout = df",
        "df.insert(2, 'const', 'x')\nout = df",
        "df.insert(len(df.columns), 'last', 1.5)\nout = df",
    ),
)
def insert(c: Call) -> Const:
    """A new column at a place, in the frame itself."""
    frame, ctx, place = c.frame, c.ctx, c.lit("loc")
    label = whole_label(frame, c.lit("column"))
    c.need(not frame.has(label), "the column is there already")
    c.need(isinstance(place, int) and place >= 0, "the place is not known here")
    frame = expecting_new(c, frame, [label]) if frame.open else frame
    wide = assign(ctx, frame, label, c["value"])
    if frame.open:
        c.need(isinstance(label, str) and frame.has(label) is None, "the label is not known here")
        aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
        more = f", {render(aside)}" if aside else ""
        changed_object(
            c, wide.but(text=f"{ctx.call('moved')}({wide.text}, {lift(label)}, {place}{more})")
        )
        return Const(None)
    c.need(place <= len(frame.labels), "the place is not known here")
    new = wide.column(label)
    rest = [x for x in wide.columns if x is not new]
    out = wide if place == len(rest) else selected(ctx, wide, [*rest[:place], new, *rest[place:]])
    changed_object(c, out)
    return Const(None)


def changed_object(c: Call, frame: Frame) -> Frame:
    """The object that the method was called on becomes ``frame``; gives it under its name."""
    interpreter, node = c.interpreter, c.node  # type: ignore[attr-defined]
    scope = interpreter.active[-1]
    name, ref = interpreter.target_ref(node.func.value, scope)
    c.need(ref.value is c.self, "the object has no name of its own")
    interpreter.mutate(ref, name, frame, scope)
    return ref.value


@rule(
    "DataFrame.pop(item)",
    example=(
        "x = df.pop('i')\nout = df",
        "x = df.pop('i')\ndf['twice'] = x * 2\nout = df",
        "y = df.sort_values('i').head(5)\nx = y.pop('i')\nout = x",
    ),
)
def pop(c: Call) -> Col:
    """A column leaves the frame; it stays hidden for those who use the Series."""
    frame, ctx = c.frame, c.ctx
    label = c.lit("item")
    unseen = frame.has(label) is None
    column = frame.column(label)
    ctx.use(frame, column)
    name = ctx.temp("popped")
    if unseen:  # a renaming takes any name
        out = chain(frame, f".withColumn({render(name)}, {col(column.name)})", f".drop({render(column.name)})")  # fmt: skip
    else:
        out = chain(frame, f".withColumnRenamed({render(column.name)}, {render(name)})")
    gone = (*frame.gone, label) if frame.open else ()
    out = out.but(
        columns=tuple(x for x in frame.columns if x.label != label),
        hidden=(*frame.hidden, name),
        gone=gone,
        order=renamed_keys(frame.order, {column.name: name}),
    )
    out = changed_object(c, out)
    series = series_of(ctx, frame, label)
    return series.but(expr=col(name), frame=out, deps=frozenset({(name, column.uid)}), column=None)


@rule(
    "DataFrame.filter(items=None, like=None, regex=None, axis=None)",
    example=(
        "df.filter(items=['s', 'nope', 'i'])",
        "df.filter(regex='^[ij]$')",
        "df.filter(like='f')",
    ),
)
def filter_(c: Call) -> Frame:
    """Columns by their labels."""
    c.need(c.lit("axis") in (None, 1, "columns"), "rows are filtered by label")
    frame = c.frame
    items, like, pattern = c.lit("items"), c.lit("like"), c.lit("regex")
    if items is not None:
        kept = [x for x in items if x in frame.labels]
    elif like is not None:
        kept = [x for x in frame.labels if like in str(x)]
    else:
        kept = [x for x in frame.labels if re.search(pattern, str(x))]
    c.need(kept, "no column is left")
    return selected(c.ctx, frame, [frame.column(x) for x in kept])


_FAMILIES: dict[str, Any] = {
    "number": lambda d: d in INTEGERS | FLOATS or d == "timedelta64[ns]",
    "numpy.number": lambda d: d in INTEGERS | FLOATS or d == "timedelta64[ns]",
    "object": lambda d: d in ("object", "date", "list"),
    "O": lambda d: d in ("object", "date", "list"),
    "builtins.object": lambda d: d in ("object", "date", "list"),
    "bool": lambda d: d in ("bool", "boolean"),
    "builtins.bool": lambda d: d in ("bool", "boolean"),
    "boolean": lambda d: d in ("bool", "boolean"),  # pandas asks for the scalar type alone
    "int64": lambda d: d in ("int64", "Int64"),
    "int": lambda d: d in ("int64", "Int64"),
    "builtins.int": lambda d: d in ("int64", "Int64"),
    "Int64": lambda d: d in ("int64", "Int64"),
    "Float64": lambda d: d in ("float64", "Float64"),
    "float64": lambda d: d in ("float64", "Float64"),
    "float": lambda d: d in ("float64", "Float64", "float32"),
    "builtins.float": lambda d: d in ("float64", "Float64", "float32"),
    "datetime": lambda d: d == "datetime64[ns]",
    "datetime64": lambda d: d == "datetime64[ns]",
    "datetime64[ns]": lambda d: d == "datetime64[ns]",
    "numpy.datetime64": lambda d: d == "datetime64[ns]",
    "timedelta": lambda d: d == "timedelta64[ns]",
    "category": lambda d: d == "category",
    "string": lambda d: d == "string",
}


@rule(
    "DataFrame.select_dtypes(include=None, exclude=None)",
    example=(
        "df.select_dtypes('number')",
        "df.select_dtypes(include=['object', 'bool'])",
        "df.select_dtypes(exclude=['number', 'datetime'])",
        "df.select_dtypes(['object', 'category'])",
        "x = df[['i', 'g', 's']].convert_dtypes()\nout = x.assign(j=df['j'], f=df['f'], m=df['i'] > 2).select_dtypes(['int64', 'Float64', 'boolean'])",
        "df['m'] = df['b'].where(df['i'] > 2)\nout = df.assign(n2=df['i'].shift()).select_dtypes('number')",
    ),
)
def select_dtypes(c: Call) -> Frame:
    """Columns by dtype."""
    frame = c.frame
    include, exclude = families(c["include"]), families(c["exclude"])
    c.need(include or exclude, "no dtype is given")
    if frame.open or any(x.dtype is None for x in frame.columns):
        return of_types_at_runtime(c, frame, include, exclude)
    kept = []
    for column in frame.columns:
        wanted = {is_chosen(d, include, exclude) for d in _MAY_BE.get(column.dtype, (column.dtype,))}  # type: ignore[arg-type, call-overload]
        c.need(len(wanted) == 1, "whether a column has missing values decides its dtype")
        kept += [column] if True in wanted else []
    c.need(kept, "no column is left")
    return selected(c.ctx, frame, kept)


#: what pandas has, without gaps and with some
_MAY_BE = {"bool?": ("bool", "object"), "int64?": ("int64", "float64")}


def is_chosen(dtype: str, include: list[str], exclude: list[str]) -> bool:
    """Whether a column of that dtype is among those wanted."""
    wanted = not include or any(_FAMILIES[f](dtype) for f in include)
    return wanted and not any(_FAMILIES[f](dtype) for f in exclude)


#: families that the job can tell by the Spark type alone, as glue_runtime names them
_AT_RUNTIME = {
    "number": "number", "numpy.number": "number", "bool": "bool", "builtins.bool": "bool",
    "datetime": "time", "datetime64": "time", "datetime64[ns]": "time", "numpy.datetime64": "time",
}  # fmt: skip


def of_types_at_runtime(c: Call, frame: Frame, include: list[str], exclude: list[str]) -> Frame:
    """The job picks the columns by the types that it sees."""
    texts = {"object", "O", "builtins.object"} if not frame.nullable else {"string"}
    table = {**_AT_RUNTIME, **{t: "text" for t in texts}}
    if not frame.nullable and not any(x.is_nullable for x in frame.columns):  # nothing has these
        include, exclude = ([f for f in given if f not in ("category", "string")] for given in (include, exclude))  # fmt: skip
        c.need(include or exclude, "only columns of dtypes that no file has")
    c.need(all(f in table for f in (*include, *exclude)), "the types are not known while planning")
    c.need(
        all(
            x.label == x.name and x.dtype not in ("category", "date", "list") for x in frame.columns
        ),
        "columns of other types",
    )
    c.ctx.use(frame)
    shown = [k.name for k in frame.order.keys if k.name not in frame.hidden]
    frame = c.ctx.losing(frame, shown)
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    options = "".join(
        f", {name}={render(sorted({table[f] for f in given}))}"
        for name, given in (("include", include), ("exclude", exclude))
        if given
    )
    options += f", aside={render(aside)}" if aside else ""
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return frame.but(
        text=f"{c.ctx.call('of_types')}({frame.text}{options})",
        columns=(),
        open=True,
        base=frame.base or fresh(),
    )


def families(value: Any) -> list[str]:
    """The dtype families that an argument names. Raises NoRule for one that is not known."""
    if isinstance(value, Const) and value.value is None:
        return []
    items = (
        value.items
        if isinstance(value, Sequence)
        else (
            value.value
            if isinstance(value, Const) and isinstance(value.value, (list, tuple))
            else [value]
        )
    )
    names = [
        i.name if isinstance(i, Module) else i.value if isinstance(i, Const) else i for i in items
    ]
    if not all(n in _FAMILIES for n in names):
        raise NoRule("a dtype that is not followed")
    return names


@rule("DataFrame.get(key, default=None)", example=("df.get('i')", "df.get(['i', 's'])"))
def get(c: Call) -> Any:
    """A column, or the default where there is none."""
    key, frame = c.lit("key"), c.frame
    labels = key if isinstance(key, list) else [key]
    found = [frame.has(x) for x in labels]
    c.need(None not in found, "the columns of the frame are not known here")
    if not all(found):
        return c["default"]
    if isinstance(key, list):
        return selected(c.ctx, frame, [frame.column(x) for x in key])
    return series_of(c.ctx, frame, key)
