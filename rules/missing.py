"""Missing values: asking for them, filling them, dropping rows that have them."""

from __future__ import annotations

from typing import Any

from rules.fill_before_cast import as_its_text
from rules.lib import (
    all_finite,
    looked_into,
    chain,
    derive,
    drop_hidden,
    filtered,
    is_missing,
    materialised,
    meet,
    operand,
    series_of,
    subset_of,
    tight,
    tightened,
    with_temps,
)
from rules.index import index_ignored
from rules.constants import scalar_type, spark_literal, timestamp_constant
from rules.elementwise import mapped, plain_name, projected, resolved_name, solid
from rules.open_frames import chosen_again
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import (
    FLOATS,
    INTEGERS,
    NULL_FREE,
    ByColumn,
    ColumnValues,
    Category,
    Col,
    Column,
    Const,
    Frame,
    Local,
    Mapping,
    Scalar,
    fresh,
)
from transpiler.symbolic import E, F, col, lift, render

# --- is it missing? -------------------------------------------------------------------------


def is_null(series: Col) -> Col:
    """True where the value is missing. A comparison in numpy columns never is."""
    expr = tight(series).isNull() if series.loose else series.expr.isNull()
    return derive(expr, "bool", series, null_free=True, loose=False, nullable=False)


def not_null(series: Col) -> Col:
    """True where there is a value."""
    expr = tight(series).isNotNull() if series.loose else series.expr.isNotNull()
    return derive(expr, "bool", series, null_free=True, loose=False, nullable=False)


def flags_of_open(c: Call, present: bool, of: Frame | None = None) -> Frame:
    """The columns are not known: the job goes through those it finds."""
    frame = c.frame if of is None else of
    c.need(all(x.label == x.name for x in frame.columns), "renamed columns")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    option = ", present=True" if present else ""
    levels = [x.name for x in frame.index.levels]
    option += f", aside={render(levels)}" if levels else ""
    columns = tuple(Column(x.label, x.name, "bool") for x in frame.columns)
    out = frame.but(
        text=f"{c.ctx.call('missing_flags')}({frame.text}{option})",
        columns=columns,
        base=fresh(),
        gap=None,
        nullable=False,
    )
    if not frame.label_kind and len(frame.label_names) < 2:
        text = f"{c.ctx.call('missing_counts')}({frame.text}{option})"
        if frame.label_names and frame.label_names[0] is not None:
            text += f".rename_axis({render(frame.label_names[0])})"
        c.ctx.cells[out.base] = Local(text, frame.vars)
    c.ctx.cells[("flags", out.base)] = frame, present, columns  # type: ignore[index]
    return out


for _name, _test in (
    ("isna", is_null),
    ("isnull", is_null),
    ("notna", not_null),
    ("notnull", not_null),
):

    def _series(c: Call, test: Any = _test) -> Col:
        return test(c.col)

    def _frame(c: Call, test: Any = _test) -> Frame:
        return flags_of_open(c, test is not_null) if c.frame.open else mapped(c.ctx, c.frame, test)

    def _function(c: Call, test: Any = _test) -> Any:
        value = c["obj"]
        if isinstance(value, Frame):
            return mapped(c.ctx, value, test)
        c.need(
            isinstance(value, Col) and value.kind == "Series", "the value is not a Series or frame"
        )
        return test(value)

    rule(f"Series.{_name}()", example=(f"df['f'].{_name}()", f"df[df['s'].{_name}()]", f"(df['f'] > 1).{_name}()"))(_series)  # fmt: skip
    rule(f"DataFrame.{_name}()", example=(f"df.{_name}()", f"df[['i', 'f']].{_name}()") if _name[-1] == "a" else f"df[['t', 'k']].{_name}()")(_frame)  # fmt: skip
    rule(f"pandas.{_name}(obj)", example=f"pd.{_name}(df['k'])")(_function)

# --- filling --------------------------------------------------------------------------------

_KINDS = {"float64": "number", "Float64": "number", "int64?": "number", "Int64": "whole", "object": "text",
          "string": "text", "bool?": "flag", "boolean": "flag", "datetime64[ns]": "time",
          "timedelta64[ns]": "span"}  # fmt: skip


def kind_of_value(value: Any) -> str:
    """What a fill value is, in the words of ``_KINDS``."""
    if isinstance(value, Scalar):
        table = {
            "int64": "whole",
            "float64": "number",
            "object": "text",
            "bool": "flag",
            "datetime64[ns]": "time",
            "timedelta64[ns]": "span",
        }
        return table.get(value.dtype or "", "unknown")
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "flag"
    if isinstance(value, int) or type(value).__name__ == "int64":
        return "whole"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "text"
    return {"Timestamp": "time", "datetime": "time", "Timedelta": "span", "timedelta": "span"}.get(type(value).__name__, "other")  # fmt: skip


def filled(ctx: Any, series: Col, value: Any) -> Col:
    """``series.fillna(value)`` for a constant or computed scalar. Raises NoRule where pandas would
    mix types, or where the result depends on types that are not known here."""
    series = tightened(series) if series.loose else series
    if isinstance(value, Const) and is_missing(value.value):
        return series
    if series.dtype in NULL_FREE:
        return series
    if series.dtype is None:
        return fill_unknown(ctx, series, value)
    if isinstance(series.dtype, Category):
        if not isinstance(value, Const) or value.value not in series.dtype.categories:
            raise NoRule("a category filled with what is none of its values")
        return derive(F.coalesce(series.expr, F.lit(value.value)), series.dtype, series, null_free=True)  # fmt: skip
    constant = value.value if isinstance(value, Const) else value
    kind, wanted = kind_of_value(constant), _KINDS.get(series.dtype)
    if wanted == "time" and kind == "text" and isinstance(value, Const):
        value, kind = timestamp_constant(value.value), "time"
    if kind == "unknown" and not series.temps and series.dtype != "int64?" and wanted is not None:
        kind = wanted  # a job-time value of the column itself, such as its own mode
        if value.dtype is not None:
            raise NoRule(f"a {series.dtype} column filled with a {value.dtype}")
        return fill_unknown(ctx, series, value)
    fits = kind == wanted or (wanted == "number" and kind == "whole")
    if wanted is None or not fits:
        raise NoRule(f"a {series.dtype} column filled with a value of another type")
    if series.dtype == "int64?":
        return fill_unknown(ctx, series, value)
    if wanted == "number" and isinstance(constant, int):
        value = Const(float(constant), f"float({value.text})" if value.text else None)
    missing_left = isinstance(value, Scalar) and value.hint != "rows"
    dtype = {"bool?": "bool"}.get(series.dtype, series.dtype)
    if dtype == "bool" and missing_left:
        raise NoRule("a boolean column filled with a computed value")
    fill = operand(value)
    expr = F.coalesce(
        series.expr,
        fill if isinstance(value, Scalar) and fill.text.startswith("lit(") else F.lit(fill),
    )
    return derive(expr, dtype, series, null_free=not missing_left, finite=all_finite(series, value))


def fill_unknown(ctx: Any, series: Col, value: Any) -> Col:
    """The job fills with the types that it sees."""
    text = job_value(value)
    series = materialised(ctx, series)
    expr = in_frame(ctx, "fill_missing", series, lift(text), nullable=series.is_nullable)
    dtype = None if series.dtype == "int64?" else series.dtype  # whole or not: the job sees it
    return derive(expr, dtype, series, null_free=isinstance(value, Const), loose=False)


def job_value(value: Any) -> E:
    """A constant or scalar as the job has it in Python."""
    if isinstance(value, Scalar):
        return E(value.text)
    if isinstance(value, Const) and (
        value.text or isinstance(value.value, (str, int, float, bool))
    ):
        return E(value.code())
    if isinstance(value, Const) and scalar_type(value) in ("timestamp", "interval day to second"):
        return lift(spark_literal(value.value))
    raise NoRule("the value has no form that a job can look at")


def in_frame(ctx: Any, function: str, series: Col, *args: E, nullable: bool = False) -> E:
    """``function(frame, column, …)``: a builder that looks at the frame when the job plans."""
    if series.windowed:
        raise NoRule("what the job would have to look at is not a column yet")
    named = looked_into(ctx, series)
    rest = "".join(f", {a.text}" for a in args) + (", nullable=True" if nullable else "")
    return E(f"{ctx.call(function)}({named.text}, {series.expr.text}{rest})")


def filled_from(series: Col, other: Col, ctx: Any = None) -> Col:
    """``series.fillna(other)``: the other Series' value of the same row."""
    _, (a, b) = meet(series, other)
    if a.dtype in NULL_FREE:
        return a
    if ctx is not None and None in (a.dtype, b.dtype) and not a.windowed:
        b = materialised(ctx, tightened(b) if b.loose else b)
        both = derive(a.expr, a.dtype, a, b)
        expr = in_frame(ctx, "fill_missing", both, b.expr, nullable=a.is_nullable)
        return derive(expr, a.dtype, both, label=series.label, null_free=False, loose=False)
    same = a.dtype == b.dtype and a.dtype in ("float64", "object", "datetime64[ns]", "Int64", "string", "boolean", "Float64")  # fmt: skip
    if not same and not (a.dtype == "float64" and b.dtype == "int64"):
        raise NoRule(f"a {a.dtype} column filled from a {b.dtype} column")
    return derive(
        F.coalesce(a.expr, b.expr), a.dtype, a, b, label=series.label, null_free=b.null_free
    )


_FILL_SIGNATURE = "value=None, *, method=None, axis=None, inplace=False, limit=None, downcast=None"


@rule(
    f"Series.fillna({_FILL_SIGNATURE})",
    not_yet="method axis inplace limit downcast",
    example=(
        "df['f'].fillna(0)",
        "df['f'].fillna(df['f'].mean())",
        "df['s'].fillna('none')",
        "df['i'].fillna(7)",
        "df['i'].fillna(df['i'].mean())",
        "df['i'].fillna(df['f'])",
        "df['f'].fillna(df['n'])",
        "df['t'].fillna(pd.Timestamp('2020-01-01'))",
        "p = pd.read_parquet('nasty.parquet')\nout = (p['t'].fillna(pd.Timestamp('2020-01-01')) - p['d']).dt.days",
        "df['k'].fillna(df['k'].mode()[0])",
        "df['f'] = df['f'].fillna(-1)\nout = df[df['f'] < 0]",
        "df['x'] = df.groupby('k')['f'].diff().fillna(0)\nout = df",
        "df['x'] = df.groupby('k')['s'].shift(1).fillna('none')\nout = df[df['j'] > 1]",
        "df['u'].str.extract(r'(\\d+)', expand=False).fillna(0).astype(int)",
        "(df['t'] - df['d']).fillna(pd.Timedelta(hours=-2))",
        "pd.to_timedelta(df['n'], unit='h').fillna(pd.Timedelta(0)).dt.total_seconds()",
    ),
)
def series_fillna(c: Call) -> Col:
    """Missing values replaced; the type of the column decides what may stand in for them."""
    value = c["value"]
    c.need(not (isinstance(value, Const) and value.value is None), "fillna() without a value")
    if isinstance(value, Col):
        return filled_from(c.col, value, c.ctx)
    c.need(isinstance(value, Scalar) or isinstance(value, Const) and not isinstance(value.value, (dict, list)), "filled from a dict or another pandas object")  # fmt: skip
    return filled(c.ctx, c.col, as_its_text(c, value, {c.col.dtype}))


@rule(
    f"DataFrame.fillna({_FILL_SIGNATURE})",
    not_yet="method inplace limit downcast",
    example=(
        "df[['f', 'g', 'i']].fillna(0, axis=1)",
        "df[['i', 'f', 'g']].fillna(0)",
        "df.fillna({'f': 0, 's': '-', 'k': 'z'})",
        "df.fillna({'f': df['f'].mean(), 'n': -1})",
        "df[['s', 'k']].fillna('')",
        "df.fillna({'nowhere': 0, 'f': 2})",
        "df[['f', 's', 'g']].fillna(df.mean(numeric_only=True))",
        "df.fillna(df.mode().iloc[0])",
        "df[['k', 's', 'f', 't']].fillna(df[['k', 's', 'f', 't']].mode().iloc[0])",
        "df.fillna(df.median(numeric_only=True))",
        "df['u'].str.extract(r'(?P<a>\\d)(?P<b>\\d)?').fillna(0).astype(int)",
        "df[['u', 'i']].assign(u=df['u'].str.extract(r'(\\d+)', expand=False)).fillna(-1).astype(float)",
        "means = df[['f', 'g']].mean()\nout = df['n'].fillna(means['g'])",
    ),
)
def frame_fillna(c: Call) -> Frame:
    """Each column by the rule of its own type; with a dict only the columns that it names."""
    frame, value = c.frame, c["value"]
    c.need(not (isinstance(value, Const) and value.value is None), "fillna() without a value")
    if c.lit("axis") in (1, "columns"):
        c.need(isinstance(value, (Const, Scalar)) and not isinstance(getattr(value, "value", 0), dict), "values by column along a row")  # fmt: skip
        return filled_along(c, value)
    if isinstance(value, Const) and isinstance(value.value, dict):
        wanted = {k: Const(v) for k, v in value.value.items()}
    elif isinstance(value, Mapping):
        wanted = dict(value.items)
    elif isinstance(value, ByColumn):
        value = c.ctx.hoist(value, "by_column")
        wanted = {x: value.item(x) for x in value.labels}
    elif isinstance(value, ColumnValues):
        value = c.ctx.hoist(value, "by_column")
        if frame.open:
            c.need(not frame.label_kind, "columns whose labels are not their names")
            return fill_open(c, frame, E(f"dict({value.text})"))
        some = frame.labels if value.labels is None else value.labels
        wanted = {x: value.item(x) for x in some}
    else:
        c.need(isinstance(value, (Const, Scalar)), "filled from another pandas object")
        if frame.open:
            return fill_open(c, frame, job_value(value))
        wanted = {x.label: as_its_text(c, value, {x.dtype}) for x in frame.columns}
    if frame.open:
        c.need(all(isinstance(k, str) for k in wanted) and not frame.label_kind, "labels that are not text")  # fmt: skip
        items = ", ".join(f"{render(k)}: {job_value(v).text}" for k, v in wanted.items())
        return fill_open(c, frame, E("{" + items + "}"))
    return fill_columns(c, frame, {k: v for k, v in wanted.items() if frame.has(k)})


def filled_along(c: Call, value: Any) -> Frame:
    """``fillna(value, axis=1)``: pandas turns the frame around, so that its columns are of one dtype."""
    from rules.along_rows import as_one_array

    series = as_one_array(c, "columns of several kinds filled along the rows")
    return projected(c.ctx, c.frame, c.frame.labels, [filled(c.ctx, s, value) for s in series])


def fill_open(c: Call, frame: Frame, values: E) -> Frame:
    """The columns are not known: the job goes through those it finds."""
    c.need(all(x.label == x.name for x in frame.columns), "renamed columns")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    option = ", nullable=True" if frame.nullable else ""
    levels = [x.name for x in frame.index.levels]
    option += f", aside={render(levels)}" if levels else ""
    frame = c.ctx.losing(frame, [x.label for x in frame.columns])
    text = f"{c.ctx.call('fill_frame')}({frame.text}, {values}{option})"
    columns = tuple(Column(x.label, x.name, None, nullable=x.is_nullable) for x in frame.columns)
    out = frame.but(text=text, columns=columns, base=fresh())
    more = ", nullable=True" if frame.nullable else ""
    return chosen_again(c.ctx, frame, out, ("fill_frame", f"{values}", more))


def fill_columns(c: Call, frame: Frame, wanted: dict) -> Frame:
    """Spark's own ``fillna`` where constants suffice, expressions elsewhere."""
    simple: dict[str, Any] = {}
    steps: list[tuple[Column, Col]] = []
    columns = []
    for column in frame.columns:
        value = wanted.get(column.label)
        before = series_of(c.ctx, frame, column.label) if value is not None else None
        after = filled(c.ctx, before, value) if before is not None else None
        if after is before or after is None:
            columns.append(column)
            continue
        new = Column(column.label, column.name, after.dtype, nullable=after.is_nullable)
        if after.null_free:
            frame.rows.full.add(new.uid)
        columns.append(new)
        c.ctx.cells[new.uid] = after
        plain = isinstance(value, Const) and isinstance(value.value, (str, bool, int, float))
        if plain and plain_name(column.name) and column.dtype in ("float64", "object", "bool?", "string", "boolean", "Int64"):  # fmt: skip
            number = column.dtype == "float64" and not value.text
            simple[column.name] = (
                E(value.text) if value.text else float(value.value) if number else value.value
            )
        else:
            steps.append((new, after))
    text = frame.text
    if simple:
        text += f".fillna({render(simple)})"
    for new, after in steps:
        text += f".withColumn({lift(new.name)}, {after.expr})"
    return frame.but(text=text, columns=tuple(columns))


# --- dropping -------------------------------------------------------------------------------


@rule(
    "DataFrame.dropna(*, axis=0, how=None, thresh=None, subset=None, inplace=False, ignore_index=False)",
    not_yet="inplace",
    example=(
        "df.dropna()",
        "df.dropna(subset=['f', 's'])",
        "df.dropna(how='all', subset=['f', 'g'])",
        "df.dropna(thresh=2, subset=['f', 'g', 's'])",
        "df.dropna(subset='k', ignore_index=True)",
        "df.set_index('s').dropna(subset='k', ignore_index=True)",
        "df.dropna(axis=1)",
        "df.dropna(axis=1, how='all')",
        "df.dropna(axis='columns', thresh=15)",
        "df.dropna(axis=1, thresh=len(df) * 0.9)",
        "df.convert_dtypes().dropna(axis=1)",
        "df.assign(e=np.nan).convert_dtypes().dropna(axis=1, how='all')",
        "df.sort_values('i', kind='stable').dropna(subset=['n']).head(3)[['n']]",
        "df.pivot_table(index='k', columns='j', values='f', aggfunc='mean').dropna(how='all')",
        "df.groupby(['k', 'j'])['f'].mean().unstack().dropna(thresh=2).reset_index()",
        "df.rename(columns={'f': 'a.b', 'n': 'a `b`', 's': 'Naïve name [%]'}).dropna(subset=['a.b', 'a `b`', 'Naïve name [%]'])",
    ),
)
def dropna(c: Call) -> Frame:
    """Rows with missing values go; the labels of the others stay."""
    frame = c.frame
    how, subset = c.lit("how"), c.lit("subset")
    if c.lit("axis") in (1, "columns"):
        return columns_dropped(c, how)
    thresh = c.lit("thresh")
    c.need(how in (None, "any", "all") and (how is None or thresh is None), "how= of this form")
    subset = [subset] if isinstance(subset, (str, int)) else subset
    if subset is None and frame.open and (thresh is not None or how == "all"):
        return without_gaps(c, how, thresh)
    if subset is None:
        c.need(not frame.open or (thresh is None and how != "all" and all(h.startswith("__pos") for h in frame.hidden)), "the columns of the frame are not known here")  # fmt: skip
        columns = None if frame.open else list(frame.columns)
    else:
        columns = [frame.column(x) for x in subset]
    c.ctx.use(frame, *(columns or ()))
    options = [f"how={render(how)}"] if how == "all" else []
    options += [f"thresh={render(thresh)}"] if thresh is not None else []
    whole = columns is None or (subset is None and not frame.hidden and not frame.index.levels)
    if not whole:
        assert columns is not None
        c.need(columns, "no column to look at")
        options.append(f"subset={render([resolved_name(x.name) for x in columns])}")
    out = subset_of(c.ctx, frame, chain(frame, f".dropna({', '.join(options)})"))
    if columns and how != "all" and thresh is None:
        out.rows.full.update(x.uid for x in columns)
    return index_ignored(c.ctx, out) if c.lit("ignore_index") else out


def without_gaps(c: Call, how: Any, thresh: Any) -> Frame:
    """The same over all columns of a frame that only the job knows."""
    frame = c.frame
    aside = [*frame.hidden, *(x.name for x in frame.index.levels)]
    options = [f"thresh={render(thresh)}" if thresh is not None else "how='all'"]
    options += [f"aside={render(aside)}"] if aside else []
    c.ctx.use(frame)
    text = f"{c.ctx.call('without_gaps')}({frame.text}, {', '.join(options)})"
    c.verdict = "runtime"  # type: ignore[attr-defined]
    out = subset_of(c.ctx, frame, frame.but(text=text))
    return index_ignored(c.ctx, out) if c.lit("ignore_index") else out


def columns_dropped(c: Call, how: Any) -> Frame:
    """``dropna(axis=1)``: which columns go is seen when the job plans."""
    frame = c.frame
    c.need(c.lit("subset") is None and not c.lit("ignore_index"), "columns dropped by some rows")
    thresh = None
    if c.given("thresh"):
        value = c["thresh"]
        c.need(isinstance(value, Scalar) or isinstance(c.lit("thresh"), (int, float)), "thresh= of this form")  # fmt: skip
        thresh = value.code()
        frame = frame.but(vars=frame.vars | value.vars)
    c.need(how in (None, "any", "all") and (how is None or thresh is None), "how= of this form")
    kinds = {x.is_nullable for x in frame.columns if x.dtype != "datetime64[ns]"}
    nullable = frame.nullable or kinds == {True}
    c.need(kinds <= {nullable}, "columns of nullable dtypes beside others")
    c.need(all(x.label == x.name and x.gap != "None" and not x.holds_na for x in frame.columns), "renamed columns")  # fmt: skip
    c.need(not any(x.dtype in ("category", "date", "timedelta64[ns]") for x in frame.columns), "columns of such types")  # fmt: skip
    aside = [x.name for x in frame.index.levels]
    c.ctx.use(frame)
    keys = [k.name for k in frame.order.keys]
    frame = c.ctx.losing(frame, [*keys, *(x.label for x in frame.columns)])
    options = ", how='all'" if how == "all" else f", thresh={thresh}" if thresh is not None else ""
    options += f", aside={aside!r}" if aside else ""
    c.verdict = "runtime"  # type: ignore[attr-defined]
    text = f"{c.ctx.call('drop_gappy_columns')}({frame.text}{options})"
    return frame.but(text=text, columns=(), open=True, nullable=nullable, base=fresh(), gone=())


@rule(
    "Series.dropna(*, axis=0, inplace=False, how=None, ignore_index=False)",
    not_yet="inplace",
    ignored="axis how",
    example=(
        "df['f'].dropna()",
        "df['s'].dropna().head(3)",
        "(df['f'] / df['g']).dropna()",
        "df['k'].dropna(ignore_index=True)",
    ),
)
def series_dropna(c: Call) -> Col:
    """The rows with a value; the labels stay."""
    frame, series = solid(c.ctx, c.col)
    out = filtered(c.ctx, frame, not_null(series))
    out = index_ignored(c.ctx, out) if c.lit("ignore_index") else out
    kept = series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)
    return kept


# --- taking from another --------------------------------------------------------------------


@rule("Series.combine_first(other)", example=("df['f'].combine_first(df['g'])", "df['k'].combine_first(df['s'])", "df['f'].combine_first(df['i'])"))  # fmt: skip
def combine_first(c: Call) -> Col:
    """This Series' value, or the other's where it is missing."""
    c.need(isinstance(c["other"], Col), "the other is not a Series that is known here")
    other = c["other"]
    c.need(
        c.col.dtype not in INTEGERS or c.col.dtype == other.dtype,
        "integers combined with another type",
    )
    return filled_from(c.col, other)


__all__ = [
    "FLOATS",
    "col",
    "drop_hidden",
    "filled",
    "in_frame",
    "is_null",
    "not_null",
    "with_temps",
]
