"""Indicator columns for the values of columns: get_dummies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.lib import drop_hidden, materialised, on, reader_of_labels, tight, with_temps
from rules.pivot import READERS, as_list
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import SPARK_TYPES, Col, Frame, Module, fresh
from transpiler.infer.context import simplified
from transpiler.symbolic import render

_DUMMIES = (
    "data, prefix=None, prefix_sep='_', dummy_na=False, columns=None, sparse=False, drop_first=False, "
    "dtype=None"
)
#: dtypes whose values can name columns
_NAMING = {*READERS, "category"}


@dataclass(frozen=True)
class Dummies(Frame):
    """The indicators of a Series: they can be put beside any frame that has its rows."""

    series: Col | None = None
    function: str = "with_dummies"
    options: str = ""
    made: str = ""  # its text when it was made


@rule(
    f"pandas.get_dummies({_DUMMIES})",
    not_yet="sparse",
    verdict="runtime",
    example=(
        "pd.get_dummies(df[['i', 'k']], columns=['k'])",
        "pd.get_dummies(df[['i', 'k', 's']], columns=['s', 'k'], dtype=int, drop_first=True)",
        "pd.get_dummies(df[['i', 'k', 's']], columns=['k', 's'], prefix=['kk', 'ss'], prefix_sep=['-', '_'])",
        "pd.get_dummies(df[['i', 'k', 'b', 'j']], columns=['k', 'b', 'j'], prefix={'k': 'kk', 'b': 'bb', 'j': 'x'})",
        "pd.get_dummies(df[['i', 'k', 'g']], columns=['k', 'g'], dummy_na=True)",
        "pd.get_dummies(df[['i', 'k', 's']], prefix='p', dtype=float)",
        "pd.get_dummies(df[['i', 'k', 'd']], columns=['k', 'd'], dtype='uint8')",
        "pd.get_dummies(df['k'])",
        "pd.get_dummies(df['k'], prefix='k', dtype=int)",
        "pd.get_dummies(df['s'], prefix='s', dummy_na=True, drop_first=True)",
        "pd.get_dummies(df['j'])",
        "pd.get_dummies(df[df['i'] > 2]['k'].str.upper())",
        "pd.get_dummies(pd.cut(df['i'], [-10, 0, 5, 10, 20], labels=['lo', 'mid', 'hi', 'top']))",
        "df = pd.concat([df, pd.get_dummies(df['k'], prefix='k')], axis=1)\nout = df.drop(columns='k')",
        "out = pd.concat([df, pd.get_dummies(df['k'], prefix='k'), pd.get_dummies(df['s'], prefix='s')], axis=1)",
        "d = pd.get_dummies(df['k'], prefix='k')\nout = df.join(d)",
        "d = pd.get_dummies(df['k']).drop(columns='a')\nout = d",
        "p = pd.concat([df[['k']], pd.get_dummies(df['s'])], axis=1)\nout = p.groupby('k').sum()",
        "out = pd.get_dummies(df[['k', 's', 'i', 'f']], columns=['s'], dtype=int).groupby('k', as_index=False).mean()",
        "df = df.sort_values(['k', 'f', 'i'])\nout = pd.get_dummies(df['s'], prefix='s', dtype=int)",
        "out = pd.concat([df[['i', 'f']], pd.get_dummies(df['k'], prefix='k', dtype=int)], axis=1)",
        "df = df.dropna(subset=['k']).sort_values(['s', 'f', 'i'])\nout = pd.concat([df[['f']], pd.get_dummies(df['k'], prefix='k', dtype=int)], axis=1)",
    ),
)
def get_dummies(c: Call) -> Frame:
    """A column for each value of a column."""
    if isinstance(c["data"], Col):
        return of_series(c, c["data"])
    frame, ctx = c["data"], c.ctx
    c.need(isinstance(frame, Frame), "the data is not known here")
    labels = c.lit("columns")
    if labels is None and (frame.open or any(x.dtype is None for x in frame.columns)):
        return of_texts(c, frame)
    if labels is None:
        odd = {x.dtype for x in frame.columns} & {"date", "list", "bool?"}
        c.need(not odd, "objects that are not text")
        labels = [x.label for x in frame.columns if x.dtype in ("object", "string", "category")]
    labels = as_list(labels)
    columns = [frame.column(x) for x in labels]
    c.need(
        labels and all(x.dtype is None or x.dtype in _NAMING for x in columns),
        "dummies of such a column",
    )
    c.need(all(x.label == x.name for x in frame.columns), "columns whose names Spark does not take")
    nullable = [x.is_nullable for x in columns]
    kind = spark_kind(c)
    c.need(kind != "boolean" or len(set(nullable)) == 1, "columns of pandas' two kinds of missing values")  # fmt: skip
    ctx.use(frame)
    prefixes = dict(zip(labels, prefixes_of(c, labels)))
    options = [render(prefixes), *separators(c, labels), *flags(c, kind)]
    levels = {x.label: levels_of(x.dtype) for x in columns if x.dtype == "category"}
    options += [f"levels={render(levels)}"] if levels else []
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    options += [f"aside={render(aside)}"] if aside else []
    text = f"{ctx.call('get_dummies')}({frame.text}, {', '.join(options)})"
    rest = tuple(x for x in frame.columns if x.label not in labels)
    return frame.but(text=text, columns=rest, open=True, base=frame.base or fresh(),
                     gone=(*frame.gone, *labels), nullable=nullable[0] and kind == "boolean")  # fmt: skip


def of_texts(c: Call, frame: Frame) -> Frame:
    """The job finds the columns of text."""
    ctx, prefix = c.ctx, c.lit("prefix")
    c.need(prefix is None or isinstance(prefix, str), "prefixes of columns that are not known here")
    c.need(not any(x.dtype in ("category", "date", "list") for x in frame.columns), "dummies of such a column")  # fmt: skip
    c.need(all(x.label == x.name for x in frame.columns), "columns whose names Spark does not take")
    ctx.use(frame)
    frame = ctx.losing(frame, [k.name for k in frame.order.keys if k.name not in frame.hidden])
    kind = spark_kind(c)
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    options = [render(prefix), *separators(c, []), *flags(c, kind)]
    options += [f"aside={render(aside)}"] if aside else []
    text = f"{ctx.call('get_dummies')}({frame.text}, {', '.join(options)})"
    return frame.but(text=text, columns=(), open=True, base=fresh())


def prefixes_of(c: Call, labels: list) -> list[str]:
    """What stands before the values of each column."""
    prefix = c.lit("prefix")
    if prefix is None:
        return [str(x) for x in labels]
    if isinstance(prefix, str):
        return [prefix] * len(labels)
    if isinstance(prefix, dict):
        c.need(all(x in prefix for x in labels), "a column without a prefix")
        return [prefix[x] for x in labels]
    c.need(isinstance(prefix, list) and len(prefix) == len(labels), "prefix= of this form")
    return prefix


def separators(c: Call, labels: list) -> list[str]:
    sep = c.lit("prefix_sep")
    if isinstance(sep, dict):
        c.need(all(x in sep for x in labels), "a column without a separator")
        sep = [sep[x] for x in labels]
    c.need(isinstance(sep, str) or labels and len(sep) == len(labels), "prefix_sep= of this form")
    return [] if sep == "_" else [f"sep={render(sep)}"]


def flags(c: Call, kind: str) -> list[str]:
    found = [f"{x}=True" for x in ("drop_first", "dummy_na") if c.lit(x)]
    return found + ([f"kind={render(kind)}"] if kind != "boolean" else [])


def spark_kind(c: Call) -> str:
    """The Spark type of the indicators."""
    dtype = c["dtype"]
    name = dtype.name if isinstance(dtype, Module) else c.lit("dtype")
    names = {None: "bool", "builtins.bool": "bool", "builtins.int": "int64", "int": "int64",
             "builtins.float": "float64", "float": "float64"}  # fmt: skip
    name = names.get(name, str(name).removeprefix("numpy."))
    c.need(name in SPARK_TYPES and name in ("bool", "int64", "float64", "int32", "int16", "int8", "uint8", "float32"), "dtype= of this form")  # fmt: skip
    return SPARK_TYPES[name]


def levels_of(dtype: Any) -> list[str]:
    """The categories of a dtype. Raises NoRule where they are not known as texts."""
    found = getattr(dtype, "categories", None)
    if found is None or not all(isinstance(x, str) for x in found):
        raise NoRule("the categories are not known here")
    return list(found)


# --- of a Series ------------------------------------------------------------------------------


def of_series(c: Call, series: Col) -> Dummies:
    """Indicators alone; what they were made from can still be put before them."""
    ctx, prefix, sep = c.ctx, c.lit("prefix"), c.lit("prefix_sep")
    c.need(
        prefix is None or isinstance(prefix, str) and isinstance(sep, str), "prefix= of this form"
    )
    c.need(series.dtype is None or series.dtype in _NAMING, "dummies of such a Series")
    c.need(prefix is not None or not c.lit("dummy_na"), "a column that is named by a missing value")
    kind = spark_kind(c)
    options = [f"prefix={render(prefix + sep)}"] if prefix is not None else []
    options += flags(c, kind)
    label_kind = ""
    if series.dtype == "category":
        options.append(f"levels={render(levels_of(series.dtype))}")
    elif prefix is None:
        c.need(series.dtype is not None or series.column is not None, "the type is not known here")
        if series.dtype is None:
            named = ctx.hoist(series.frame, ctx.hint)
            series = on(named, series)
            label_kind = reader_of_labels(ctx, named, series.column.name)  # type: ignore[union-attr]
        else:
            label_kind = READERS[series.dtype]
            if label_kind == "label_of_bool":
                ctx.call(label_kind)
    return indicators(ctx, series, "with_dummies", options, label_kind, kind == "boolean")


def indicators(ctx: Any, series: Col, function: str, options: list[str], label_kind: str, masked: bool) -> Dummies:  # fmt: skip
    """The frame of the indicators alone."""
    series = materialised(ctx, series)
    frame = ctx.losing(series.frame, keep={x.name for x in series.frame.index.levels})
    series = on(frame, series)
    base, temps = with_temps(frame, series.temps)
    kept = [*frame.hidden, *(x.name for x in frame.index.levels)]
    listed = ", ".join([*options, f"only={render(kept)}"])
    text = f"{ctx.call(function)}({base.text}, {tight(series)}, {listed})"
    facts = {f: getattr(frame, f) for f in Frame.__dataclass_fields__}
    facts |= {"text": text, "columns": (), "open": True, "base": fresh(), "gone": (),
              "nullable": series.is_nullable and masked, "label_kind": label_kind,
              "label_names": (), "parts": (), "vars": frame.vars | series.uses}  # fmt: skip
    return Dummies(**facts, series=series, function=function, options=", ".join(options), made=text)


@rule(
    "Series.str.get_dummies(sep='|')",
    verdict="runtime",
    example=(
        "df['s'].str.get_dummies(sep=' ')",
        "df['s'].str.get_dummies('a')",
        "out = df.join(df['s'].str.get_dummies(','))",
    ),
)
def text_dummies(c: Call) -> Dummies:
    """A column for each part of the texts."""
    c.need(c.col.dtype in ("object", None), "texts of another type")
    return indicators(c.ctx, c.col, "with_tags", [render(c.lit("sep"))], "", False)


def beside_dummies(ctx: Any, out: Frame, item: Dummies) -> Frame:
    """``pd.concat([out, dummies], axis=1)``: the indicators at the end of ``out`` itself.

    Raises NoRule unless they are as they were made, and the rows are the same.
    """
    unchanged = item.text == item.made or any(
        s.defines == item.text and s.text == simplified(f"{item.text} = {item.made}")
        for s in ctx.statements
    )
    if not unchanged or item.series is None:
        raise NoRule("the indicators have changed since they were made")
    if not out.rows.same_set(item.series.frame.rows):
        raise NoRule("the two sides have different rows: pandas aligns them on their index")
    if out.open and out.label_kind != item.label_kind or out.open and out.nullable != item.nullable:
        raise NoRule("columns of different kinds that are not known here")
    try:
        series, shown = on(out, item.series), ""
    except NoRule:
        out, shown = over_source(out, item.series)
        series = item.series
    base, temps = with_temps(out, series.temps)
    more = (f", {item.options}" if item.options else "") + shown
    text = f"{ctx.call(item.function)}({base.text}, {tight(series)}{more})"
    if base.hidden or base.index.levels:  # they stay last, as selections leave them
        ctx.use(out)
    made = base.but(text=text, open=True, base=out.base or fresh(), nullable=item.nullable,
                    label_kind=item.label_kind, vars=out.vars | item.vars)  # fmt: skip
    return drop_hidden(made, temps)


def over_source(out: Frame, series: Col) -> tuple[Frame, str]:
    """``out`` as a selection of columns from the frame that a Series of the same rows was made from,
    which has the Series' columns too; second: the option that selects them.

    Raises NoRule where ``out`` has columns that this frame does not have, or another order.
    """
    source = series.frame
    there = {(x.name, x.uid) for x in source.columns}
    same = out.rows.uid == source.rows.uid and out.index == source.index
    if out.open or not same or not all((x.name, x.uid) in there for x in out.columns):
        raise NoRule("the columns that the indicators were made of have changed since")
    kept = [*(x.name for x in out.columns), *source.hidden, *(x.name for x in source.index.levels)]
    return source.but(columns=out.columns), f", only={render(kept)}"


__all__ = ["Dummies", "beside_dummies"]
