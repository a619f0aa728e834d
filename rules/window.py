"""Steps that look at other rows of the whole frame: duplicates, order, shifts, running totals."""

from __future__ import annotations

from typing import Any

from rules.elementwise import mapped, solid
from rules.lib import (
    FrameStep,
    chain,
    derive,
    filtered,
    materialised,
    renumbered,
    series_of,
    subset_of,
    tightened,
    typed,
)
from rules.missing import in_frame
from rules.registry import Call, rule
from rules.select import descending, first_rows
from transpiler.errors import NoRule
from transpiler.facts import (
    BOOLS,
    INTEGERS,
    NUMBERS,
    Col,
    Column,
    Const,
    Frame,
    Index,
    Rows,
    SortKey,
)
from transpiler.infer.context import sorted_order
from transpiler.symbolic import E, F, Window, col, lift

# --- duplicates -----------------------------------------------------------------------------


def occurrence(ctx: Any, frame: Frame, keys: list[E], keep: Any) -> E:
    """True for the row to keep among those that are equal in ``keys``."""
    window = Window.partitionBy(*keys)
    if keep is False:
        return F.count(F.lit(1)).over(window) == 1
    order = ctx.order_of(frame)
    return (
        F.row_number().over(window.orderBy(*(descending(order) if keep == "last" else order))) == 1
    )


def key_names(columns: list[Column]) -> list[E]:
    return [lift(x.name) if x.name.replace("_", "a").isalnum() else col(x.name) for x in columns]


def first_rows_of(ctx: Any, frame: Frame, columns: list[Column], keep: Any) -> Frame:
    """The rows to keep of those that are equal in ``columns``."""
    ctx.use(frame, *columns)
    if any(x.dtype == "list" for x in columns):
        raise NoRule("lists are not hashable")
    whole = len(columns) == len(frame.columns) and not frame.open
    if whole and keep is not False and not frame.hidden and not frame.index.levels:
        return subset_of(ctx, frame, chain(frame, ".dropDuplicates()"))
    kept = occurrence(ctx, frame, key_names(columns), keep)
    mask = Col(kept, "bool", frame, windowed=True, local=False, null_free=True)
    return filtered(ctx, frame, mask)


def subset_columns(c: Call, frame: Frame) -> list[Column] | None:
    """The columns of ``subset=``; all of them without one, None where they are not known."""
    subset = c.lit("subset")
    if subset is None:
        return None if frame.open else list(frame.columns)
    subset = list(subset) if isinstance(subset, (list, tuple, set)) else [subset]
    return [frame.column(x) for x in subset]


def open_distinct(c: Call, frame: Frame) -> Frame:
    """``drop_duplicates()`` of a frame whose columns the job will see."""
    keep = c.lit("keep")
    if keep is not False and not frame.hidden:
        return subset_of(c.ctx, frame, chain(frame, ".dropDuplicates()"))
    c.verdict = "runtime"  # type: ignore[attr-defined]
    order = c.ctx.order_of(frame) if keep else []
    order = descending(order) if keep == "last" else order
    option = "" if keep == "first" else f", keep={keep!r}"
    text = (
        f"{c.ctx.call('distinct_rows')}({frame.text}, [{', '.join(e.text for e in order)}]{option})"
    )
    return subset_of(c.ctx, frame, frame.but(text=text))


@rule(
    "DataFrame.drop_duplicates(subset=None, *, keep='first', inplace=False, ignore_index=False)",
    not_yet="inplace",
    example=(
        "df.drop_duplicates(subset=['k'])",
        "df.drop_duplicates('s', keep='last')",
        "df.drop_duplicates(subset=['k', 'b'], keep=False)",
        "df[['k', 'b']].drop_duplicates()",
        "df[['j']].drop_duplicates(ignore_index=True)",
        "df[['f']].drop_duplicates(keep=False)",
        "len(df[['k']].drop_duplicates())",
        "df.drop_duplicates(subset='k').sort_values('i')[['i', 'k']]",
    ),
)
def drop_duplicates(c: Call) -> Frame:
    """One row of each set of equal ones; a missing value equals a missing value."""
    frame = c.frame
    c.need(c.lit("keep") in ("first", "last", False), "keep= of this value")
    columns = subset_columns(c, frame)
    if columns is None:
        out = open_distinct(c, frame)
    elif not columns:
        raise NoRule("an empty subset")
    else:
        out = first_rows_of(c.ctx, frame, columns, c.lit("keep"))
    return renumbered(c.ctx, out) if c.lit("ignore_index") else out


@rule(
    "Series.drop_duplicates(*, keep='first', inplace=False, ignore_index=False)",
    not_yet="inplace",
    example=(
        "df['k'].drop_duplicates()",
        "df['f'].drop_duplicates(keep='last')",
        "df['j'].drop_duplicates(keep=False, ignore_index=True)",
    ),
)
def series_drop_duplicates(c: Call) -> Col:
    """The first (or last) of equal values."""
    c.need(c.lit("keep") in ("first", "last", False), "keep= of this value")
    frame, _ = solid(c.ctx, c.col)
    out = first_rows_of(c.ctx, frame, list(frame.columns), c.lit("keep"))
    out = renumbered(c.ctx, out) if c.lit("ignore_index") else out
    return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)


@rule(
    "DataFrame.duplicated(subset=None, keep='first')",
    example=(
        "df.duplicated(subset=['k'])",
        "df.duplicated('s', keep='last')",
        "df[df.duplicated(['k', 'b'], keep=False)]",
        "df[['k']].duplicated().sum()",
    ),
)
def duplicated(c: Call) -> Col:
    """True for a row that has an equal one before it (keep: after it; anywhere)."""
    frame = c.frame
    columns = subset_columns(c, frame)
    c.need(columns, "the columns of the frame are not known here")
    assert columns is not None
    c.ctx.use(frame, *columns)
    keep = c.lit("keep")
    c.need(keep in ("first", "last", False), "keep= of this value")
    expr = ~occurrence(c.ctx, frame, key_names(columns), keep)
    return Col(
        expr,
        "bool",
        frame,
        windowed=True,
        local=False,
        null_free=True,
        deps=order_deps(frame, columns),
    )


@rule("Series.duplicated(keep='first')", example=("df['k'].duplicated()", "df[~df['f'].duplicated(keep='last')]", "df['s'].duplicated(keep=False)"))  # fmt: skip
def series_duplicated(c: Call) -> Col:
    """True for a value that came before."""
    keep = c.lit("keep")
    c.need(keep in ("first", "last", False), "keep= of this value")
    series = materialised(c.ctx, tightened(c.col) if c.col.loose else c.col)
    expr = ~occurrence(c.ctx, series.frame, [series.expr], keep)
    return derive(
        expr,
        "bool",
        series,
        windowed=True,
        local=False,
        null_free=True,
        loose=False,
        nullable=False,
    )


def order_deps(frame: Frame, columns: Any = ()) -> frozenset:
    """What an expression reads that goes by the order of the frame's rows."""
    keys = {(k.name, k.uid) for k in frame.order.keys}
    return frozenset(keys | {(x.name, x.uid) for x in columns})


# --- the largest ----------------------------------------------------------------------------


def top(c: Call, frame: Frame, columns: list[Column], largest: bool) -> Frame:
    n = c.lit("n")
    c.need(c.lit("keep") == "first", "keep= of this value")
    c.need(isinstance(n, int) and n > 0, "n= of this value")
    c.need(
        all(x.dtype in NUMBERS | {"datetime64[ns]"} for x in columns),
        "columns that are not numbers for sure",
    )
    c.ctx.use(frame, *columns)
    keys = [SortKey(x.name, x.uid, not largest, True) for x in columns]
    index = Index("rows", frame.index.anchor) if frame.index.kind == "range" else frame.index
    ordered = frame.but(
        order=sorted_order(keys, frame.order), rows=Rows(parent=frame.rows), index=index
    )
    return first_rows(c, ordered, n)


for _name in ("nlargest", "nsmallest"):

    def _frame_top(c: Call, name: str = _name) -> Frame:
        """The rows with the largest (smallest) values."""
        by = c.lit("columns")
        by = by if isinstance(by, list) else [by]
        return top(c, c.frame, [c.frame.column(x) for x in by], name == "nlargest")

    def _series_top(c: Call, name: str = _name) -> Col:
        frame, _ = solid(c.ctx, c.col)
        out = top(c, frame, list(frame.columns), name == "nlargest")
        return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)

    rule(f"DataFrame.{_name}(n, columns, keep='first')", example=(f"df.{_name}(4, 'f')", f"df.{_name}(6, ['j', 'i'])", f"df.{_name}(3, 'n')[['n', 's']]"))(_frame_top)  # fmt: skip
    rule(f"Series.{_name}(n=5, keep='first')", example=(f"df['f'].{_name}()", f"df['j'].{_name}(4)", f"df['f'].{_name}(16)", f"df['t'].{_name}(2)"))(_series_top)  # fmt: skip


@rule(
    "Series.sort_values(*, axis=0, ascending=True, inplace=False, kind='quicksort', na_position='last', ignore_index=False, key=None)",
    not_yet="axis inplace key",
    ignored="kind",
    example=(
        "df['n'].sort_values()",
        "df['n'].sort_values(ascending=False, na_position='first')",
        "df['n'].sort_values(ignore_index=True).head(3)",
    ),
)
def series_sort_values(c: Call) -> Col:
    """The values in order; labels go with them."""
    up = c.lit("ascending")
    c.need(
        isinstance(up, bool) and c.col.dtype != "category",
        "ascending= of this form, or a sort by category",
    )
    frame, _ = solid(c.ctx, c.col)
    column = frame.columns[0]
    keys = [SortKey(column.name, column.uid, up, c.lit("na_position") == "last")]
    index = Index("rows", frame.index.anchor) if frame.index.kind == "range" else frame.index
    out = frame.but(
        order=sorted_order(keys, frame.order), rows=Rows(parent=frame.rows), index=index
    )
    out = renumbered(c.ctx, out) if c.lit("ignore_index") else out
    return series_of(c.ctx, out, column.label).but(label=c.col.label)


@rule("Series.tail(n=5)", example=("df['f'].tail(3)", "df['f'].dropna().tail(2)"))
def series_tail(c: Call) -> Col:
    """The last values."""
    frame, _ = solid(c.ctx, c.col)
    out = c.interpreter.by_rule("DataFrame.tail", frame, [c["n"]], {}, c.node)  # type: ignore[attr-defined]
    return series_of(c.ctx, out, out.columns[0].label).but(label=c.col.label)


# --- rows before and after ------------------------------------------------------------------


def row_and_frame(ctx: Any, frame: Frame) -> tuple[str, str, str]:
    """The text of a frame (``@@``) with a column of consecutive row numbers: frame, row, undo."""
    index, order = frame.index, frame.order
    if (
        index.kind == "range"
        and index.anchor == order.anchor
        and not order.keys
        and index.anchor is not None
    ):
        position = ctx.position(frame, index.anchor, "number")
        return "@@", position.text[6:-1], ""
    keys = "".join(f", {e}" for e in ctx.order_of(frame))
    return f'{ctx.call("with_position")}(@@{keys}, name="__row")', '"__row"', '.drop("__row")'


def stepped(c: Call, series: Col, function: str, rest: Any, dtype: str | None, **facts: Any) -> Col:
    """A Series that ``function(frame, name, …)`` adds; ``rest(column, row)`` are its arguments."""
    ctx = c.ctx
    series = materialised(ctx, tightened(series) if series.loose else series)
    frame = series.frame
    before, row, after = row_and_frame(ctx, frame)
    name = ctx.temp("run")
    ctx.call(function)
    step = FrameStep(f'{function}({before}, "{name}", {rest(series.expr, row)}){after}')
    changes = {"temps": (*series.temps, (name, step)), "windowed": False, "local": False, "column": None, "loose": False,
               "null_free": False, "deps": series.deps | order_deps(frame), **facts}  # fmt: skip
    return derive(col(name), dtype, series, **changes)


def window_step(c: Call, series: Col, build: Any, dtype: str | None, before: int = 0, after: int = 0, **facts: Any) -> Col:  # fmt: skip
    """``build(column, window)`` over rows in order, of which it sees so many before and after."""

    def rest(column: E, row: str) -> str:
        reach = (f", before={before}" if before else "") + (f", after={after}" if after else "")
        return f"lambda w: {build(column, E('w'))}, {row}{reach}"

    return stepped(c, series, "over_rows", rest, dtype, **facts)


def known_number(c: Call, series: Col, what: str) -> Col:
    """The Series, which is of numbers, or which the job will see to be."""
    c.need((series.dtype is None or series.dtype in NUMBERS) and not series.is_nullable, f"{what} of a column that is not a number for sure")  # fmt: skip
    if series.dtype is not None:
        return series
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return series.but(expr=typed(c.ctx, "some_number", series, what=what), column=None)


def lagged(column: E, n: int, w: E, fill: Any = None) -> E:
    function = F.lag if n >= 0 else F.lead
    args = [column, abs(n)] + ([fill] if fill is not None else [])
    return function(*args).over(w)


def shift(c: Call, series: Col) -> Col:
    """The value some rows before; integers become fractions, as there are gaps then."""
    n, fill = c.lit("periods"), c.lit("fill_value")
    c.need(isinstance(n, int) and not isinstance(n, bool), "several periods")
    c.need(
        c.lit("freq") is None and c.lit("axis") in (0, "index") and c.lit("suffix") is None,
        "freq=, axis= or suffix=",
    )
    series = tightened(series) if series.loose else series
    c.need(
        series.dtype not in (None, "category", "list", "date")
        or series.dtype is None
        and fill is None,
        "a shift of such values",
    )
    if n == 0:
        return series
    dtype = series.dtype
    if fill is None:
        whole = dtype in INTEGERS and not series.is_nullable
        dtype = "float64" if whole else "bool?" if dtype == "bool" else dtype
        if series.dtype is None:
            return shift_unknown(c, series, n)
        build = lambda x, w: (
            lagged(x, n, w).cast("double") if whole else lagged(x, n, w)
        )  # noqa: E731
    else:
        kinds = {"int64": int, "float64": (int, float), "object": str, "bool": bool}
        c.need(dtype in kinds and isinstance(fill, kinds[dtype]) and (isinstance(fill, bool) == (dtype == "bool")), "a fill value of another type")  # fmt: skip
        c.need(fill == fill, "a missing fill value")
        value = float(fill) if dtype == "float64" else fill
        build = lambda x, w: lagged(x, n, w, value)  # noqa: E731
    return window_step(c, series, build, dtype, max(n, 0), max(-n, 0))


def shift_unknown(c: Call, series: Col, n: int) -> Col:
    """The job sees whether the values are whole numbers."""
    c.need(not series.temps and not series.windowed, "the types are not known while planning")
    expr = typed(c.ctx, "gappy_column", series)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return window_step(
        c, series.but(expr=expr), lambda x, w: lagged(x, n, w), None, max(n, 0), max(-n, 0)
    )


_SHIFT = "periods=1, freq=None, axis=0, fill_value=None, suffix=None"


@rule(f"Series.shift({_SHIFT})", example=("df['f'].shift()", "df['i'].shift(-2)", "df['s'].shift(3)", "df['i'].shift(1, fill_value=0)", "df['f'] - df['f'].shift(1)", "df['b'].shift()", "df.sort_values('t')['i'].shift()", "df[df['i'] > 2]['k'].shift()", "df['p'] = df['f'].shift(1)\ndf['q'] = df['i'].shift(-1)\nout = df[df['p'] > 0]"))  # fmt: skip
def series_shift(c: Call) -> Col:
    """Values moved down (or up) by rows."""
    return shift(c, c.col)


@rule(f"DataFrame.shift({_SHIFT})", example=("df[['f', 'i']].shift()", "df[['s', 'n']].shift(-1)"))
def frame_shift(c: Call) -> Frame:
    """Every column moved by rows."""
    return mapped(c.ctx, c.frame, lambda s: shift(c, s))


def difference(c: Call, series: Col, n: int) -> Col:
    """Each value less the one some rows before."""
    c.need(isinstance(n, int) and not isinstance(n, bool) and n != 0, "periods= of this value")
    times = series.dtype == "datetime64[ns]"
    if not times:
        c.need(series.dtype is not None, "the types are not known while planning")
        known_number(c, series, "a difference")
    whole = series.dtype in INTEGERS
    build = lambda x, w: (
        (x - lagged(x, n, w)).cast("double") if whole else x - lagged(x, n, w)
    )  # noqa: E731
    return window_step(
        c, series, build, "timedelta64[ns]" if times else "float64", max(n, 0), max(-n, 0)
    )


@rule(
    "Series.diff(periods=1)",
    example=(
        "df['f'].diff()",
        "df['i'].diff(2)",
        "df['i'].diff(-1)",
        "df['t'].diff()",
        "df['i'].cumsum().diff()",
    ),
)
def diff(c: Call) -> Col:
    """Differences between rows."""
    return difference(c, c.col, c.lit("periods"))


@rule("DataFrame.diff(periods=1, axis=0)", not_yet="axis", example="df[['f', 'i']].diff()")
def frame_diff(c: Call) -> Frame:
    """Differences between rows, column by column."""
    return mapped(c.ctx, c.frame, lambda s: difference(c, s, c.lit("periods")))


@rule(
    "Series.pct_change(periods=1, fill_method=None, limit=None, freq=None)",
    not_yet="limit freq",
    example=(
        "df['i'].pct_change()",
        "df['g'].pct_change()",
        "df['g'].pct_change(fill_method=None)",
        "df['i'].pct_change(-2)",
    ),
)
def pct_change(c: Call) -> Col:
    """The change relative to some rows before; gaps are filled forward first unless told not to."""
    series, n = c.col, c.lit("periods")
    c.need(isinstance(n, int) and n != 0, "periods= of this value")
    c.need(series.dtype is not None, "the types are not known while planning")
    known_number(c, series, "a relative change")
    c.need(c.lit("fill_method") in (None, "ffill", "pad"), "fill_method= of this value")
    if not series.null_free and not (c.given("fill_method") and c.lit("fill_method") is None):
        series = forward(c, series, 1)
    from transpiler.builders import builder

    divide = builder("truediv")
    build = lambda x, w: divide(x, lagged(x, n, w), "double", "double") - 1  # noqa: E731
    return window_step(c, series, build, "float64", max(n, 0), max(-n, 0))


# --- filling along the rows -----------------------------------------------------------------


def forward(c: Call, series: Col, way: int, limit: int | None = None) -> Col:
    """The last value before (way=1) or the next after (-1) where one is missing."""
    if series.dtype is not None and series.null_free:
        return series
    c.need(series.dtype not in ("category", "list", "date"), "such values filled along the rows")
    c.need(series.dtype not in ("bool?",), "booleans with gaps")
    if limit is not None:
        c.need(isinstance(limit, int) and limit > 0, "limit= of this value")
        if way > 0:
            build = lambda x, w: F.last(x, ignorenulls=True).over(
                w.rowsBetween(-limit, 0)
            )  # noqa: E731
        else:
            build = lambda x, w: F.first(x, ignorenulls=True).over(
                w.rowsBetween(0, limit)
            )  # noqa: E731
        return window_step(
            c,
            series,
            build,
            filled_dtype(c, series),
            limit if way > 0 else 0,
            limit if way < 0 else 0,
        )

    def rest(column: E, row: str) -> str:
        return f"{column}, {row if way > 0 else f'-F.col({row})'}"

    return stepped(c, series, "filled_forward", rest, filled_dtype(c, series))


def filled_dtype(c: Call, series: Col) -> str | None:
    c.need(series.dtype is not None or series.is_nullable, "the types are not known while planning")
    c.need(series.dtype != "int64?", "whole numbers that may have become fractions")
    return series.dtype


_FFILL = "*, axis=None, inplace=False, limit=None, limit_area=None, downcast=None"
for _name, _way in (("ffill", 1), ("bfill", -1)):

    def _fill(c: Call, way: int = _way) -> Col:
        """Gaps filled from the rows before (after)."""
        c.need(c.lit("axis") in (None, 0, "index"), "axis= of this value")
        return forward(c, c.col, way, c.lit("limit"))

    def _fill_frame(c: Call, way: int = _way) -> Frame:
        c.need(c.lit("axis") in (None, 0, "index"), "axis= of this value")
        return mapped(c.ctx, c.frame, lambda s: forward(c, s, way, c.lit("limit")))

    rule(f"Series.{_name}({_FFILL})", not_yet="inplace limit_area downcast", example=(f"df['f'].{_name}()", f"df['s'].{_name}()", f"df['g'].{_name}(limit=1)", f"df['i'].{_name}()", f"df.sort_values('t')['n'].{_name}()"))(_fill)  # fmt: skip
    rule(f"DataFrame.{_name}({_FFILL})", not_yet="inplace limit_area downcast", example=(f"df[['f', 's', 'i']].{_name}()",))(_fill_frame)  # fmt: skip


# --- running totals -------------------------------------------------------------------------

_CUM = "axis=None, skipna=True"
for _name in ("sum", "max", "min", "prod"):

    def _cumulative(c: Call, series: Col, name: str = _name) -> Col:
        """The sum (product, largest, smallest) of the values so far."""
        series = tightened(series) if series.loose else series
        c.need(c.lit("axis") in (None, 0, "index") and c.lit("skipna") is True, "axis= or skipna=")
        if series.dtype is None and not series.is_nullable and name != "prod":
            series = known_number(c, series, "cumsum")
            series = series.but(expr=in_frame(c.ctx, "whole", series))
            return stepped(c, series, "cumulative", lambda x, row: f'{x}, "{name}", {row}', None)
        c.need(
            series.dtype in ("int64", "float64") or series.dtype == "bool" and name == "sum",
            "a running total of such values",
        )
        c.need(name != "prod" or series.dtype == "float64", "a running product of integers")
        if series.dtype == "bool":
            series = derive(series.expr.cast("bigint"), "int64", series, null_free=series.null_free)
        return stepped(
            c,
            series,
            "cumulative",
            lambda x, row: f'{x}, "{name}", {row}',
            series.dtype,
            null_free=series.null_free,
        )

    def _running(c: Call, do: Any = _cumulative) -> Col:
        return do(c, c.col)

    def _running_frame(c: Call, do: Any = _cumulative) -> Frame:
        return mapped(c.ctx, c.frame, lambda s: do(c, s))

    rule(f"Series.cum{_name}({_CUM})", example=(f"df['f'].cum{_name}()", *((f"df['i'].cum{_name}()", f"df.sort_values('f', kind='stable')['i'].cum{_name}()") if _name != "prod" else ()), *(("(df['f'] > 1).cumsum()", "df[df['b']]['i'].cumsum()") if _name == "sum" else ())))(_running)  # fmt: skip
    rule(f"DataFrame.cum{_name}({_CUM})", example=f"df[['f', {repr('i') if _name != 'prod' else repr('n')}]].cum{_name}()")(_running_frame)  # fmt: skip


# --- ranks ----------------------------------------------------------------------------------


@rule(
    "Series.rank(axis=0, method='average', numeric_only=False, na_option='keep', ascending=True, pct=False)",
    not_yet="axis numeric_only",
    example=(
        "df['f'].rank()",
        "df['i'].rank(method='min', ascending=False)",
        "df['i'].rank(method='first')",
        "df['k'].rank(method='dense')",
        "df['f'].rank(pct=True)",
        "df['f'].rank(na_option='bottom', method='max')",
        "df['f'].rank(na_option='top')",
        "df['i'].rank(method='dense', pct=True)",
    ),
)
def rank(c: Call) -> Col:
    """The place of each value among all, in sorted order."""
    series = tightened(c.col) if c.col.loose else c.col
    method, na = c.lit("method"), c.lit("na_option")
    c.need(method in ("average", "min", "max", "first", "dense") and na in ("keep", "top", "bottom"), "method= or na_option= of this value")  # fmt: skip
    c.need(
        series.dtype in NUMBERS | {"object", "datetime64[ns]", "bool"} and not series.is_nullable,
        "the rank of such values",
    )
    c.need(method != "first" or series.dtype != "object", "method='first' of text")
    series = materialised(c.ctx, series)
    order = [e.text for e in c.ctx.order_of(series.frame)]
    name = c.ctx.temp("run")
    options = [f'"{name}"', series.expr.text, f"[{', '.join(order)}]"]
    options += [f"{k}={c.lit(p)!r}" for k, p, d in (("method", "method", "average"), ("ascending", "ascending", True), ("na", "na_option", "keep"), ("pct", "pct", False)) if c.lit(p) != d]  # fmt: skip
    step = FrameStep(f"{c.ctx.call('ranked')}(@@, {', '.join(options)})")
    return derive(col(name), "float64", series, temps=(*series.temps, (name, step)), windowed=False, local=False,
                  column=None, loose=False, null_free=False, deps=series.deps | order_deps(series.frame))  # fmt: skip


__all__ = ["BOOLS", "Const", "Window"]
