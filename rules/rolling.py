"""Windows over the rows before each row, by number or by time: ``rolling``, ungrouped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Callable

from rules.elementwise import projected, solid
from rules.lib import derive, meet, series_of
from rules.ordered import expected, known_number, order_deps, stepped, window_step
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import BOOLS, INTEGERS, NUMBERS, Col, Frame, Value, Windowed
from transpiler.symbolic import E, F, render


@dataclass(frozen=True)
class Span:
    """A window: so many rows, or (``time``) so many microseconds of the times in a column."""

    size: int
    least: int
    center: bool = False
    closed: str = "right"
    time: Col | None = None
    on: Any = None  # the label of the column of times
    default: bool = False  # min_periods was not given
    step: int = 1  # the result has each so many rows

    @property
    def bounds(self) -> tuple[int, int]:
        """The first and the last row of the window, from the row it is for."""
        after = (self.size - 1) // 2 if self.center else 0
        first = after - self.size + 1 - (self.closed in ("left", "both"))
        return first, after - (self.closed in ("left", "neither"))


_ROLLING = "window, min_periods=None, center=False, win_type=None, on=None, axis=None, closed=None, step=None, method='single'"
_NOT_YET = "win_type axis method"


def span_of(c: Call, frame: Frame) -> Span:
    """The window that the arguments ask for."""
    window, least, closed = c.lit("window"), c.lit("min_periods"), c.lit("closed") or "right"
    c.need(closed in ("right", "left", "both", "neither"), "closed= of this value")
    c.need(least is None or isinstance(least, int) and least >= 0, "min_periods= of this value")
    if isinstance(window, int) and not isinstance(window, bool):
        c.need(c.lit("on") is None, "on= with a number of rows")
        c.need(0 < window <= 10_000, "a window of this size")
        c.need(least is None or least <= window, "min_periods= beyond the window")
        center = bool(c.lit("center"))
        return Span(window, window if least is None else least, center, closed, default=least is None, step=step_of(c))  # fmt: skip
    c.need(c.lit("step") is None, "step= of a window of time")
    c.need(not c.lit("center"), "a window of time around each row")
    c.need(least is None or least >= 1, "min_periods= of this value")
    return Span(micros_of(window), least or 1, False, closed, *times_of(c, frame))


def step_of(c: Call) -> int:
    """How many rows there are from each row of the result to the next."""
    step = c.lit("step")
    c.need(step is None or isinstance(step, int) and not isinstance(step, bool) and step > 0, "step= of this value")  # fmt: skip
    return step or 1


def micros_of(window: Any) -> int:
    """A span of time in microseconds. Raises NoRule for one that is no fixed time."""
    import pandas as pd

    try:
        found = pd.Timedelta(pd.tseries.frequencies.to_offset(window))
    except (ValueError, TypeError, AttributeError):
        raise NoRule("a window that is no number of rows and no fixed time") from None
    if found.value <= 0 or found.value % 1000:
        raise NoRule("a window of this size")
    return found.value // 1000


def times_of(c: Call, frame: Frame) -> tuple[Col, Any]:
    """The times that windows go by: a column, or the index."""
    on = c.lit("on")
    if on is not None:
        series = series_of(c.ctx, frame, on)
    else:
        from rules.groupby import level_key

        c.need(len(frame.index.levels) == 1, "a window of time over an index that is no column")
        series = level_key(c.ctx, frame, 0).col
    series = expected(c, series)
    c.need(series.dtype in ("datetime64[ns]", None), "a window of time over what is not times")
    if series.dtype is None:
        from rules.lib import typed

        c.verdict = "runtime"  # type: ignore[attr-defined]
        series = series.but(expr=typed(c.ctx, "moment", series), dtype="datetime64[ns]")
    return series, on


@rule(
    f"Series.rolling({_ROLLING})",
    not_yet=_NOT_YET,
    example=(
        "df['f'].rolling(2).mean()",
        "df['i'].rolling(3, min_periods=1).sum()",
        "df['i'].rolling(3, closed='left').sum()",
        "df['n'].rolling(2, closed='both', min_periods=1).mean()",
        "df['n'].rolling(3, closed='neither', min_periods=1).max()",
    ),
)
def rolling(c: Call) -> Windowed:
    """A window over the rows before each one."""
    c.need(c.lit("on") is None, "on= of a Series")
    return Windowed(number(c, c.col), "rolling", (span_of(c, c.col.frame),))


@rule(
    f"DataFrame.rolling({_ROLLING})",
    not_yet=_NOT_YET,
    example=(
        "df[['f', 'i']].rolling(3, min_periods=1).mean()",
        "df[['f', 'i']].rolling(2).sum()['i']",
        "df[['f', 'i', 'n']].rolling(2)['i'].max()",
        "df[['f', 'i', 'n']].rolling(2, min_periods=1)[['n', 'i']].sum()",
        "df.sort_values('t', kind='stable')[['f', 'i']].rolling(3, center=True, step=2).sum()",
    ),
)
def frame_rolling(c: Call) -> Windowed:
    """The same over every column."""
    return Windowed(c.frame, "rolling", (span_of(c, c.frame),))


def number(c: Call, series: Col) -> Col:
    """The values as numbers; booleans count as 0 and 1."""
    if series.dtype in BOOLS - {"boolean"}:
        from rules.lib import tight

        whole = tight(series).cast("bigint")
        dtype = "int64" if series.dtype == "bool" else "float64"
        return derive(whole, dtype, series, null_free=series.dtype == "bool", loose=False)
    return known_number(c, series, "a rolling window")


@rule("DataFrame.rolling.__getitem__(key)", example="df[['f', 'i']].rolling(2)['f'].sum()")
def select(c: Call) -> Windowed:
    """One column of the windows, or some."""
    window, wanted = c.self, c.lit("key")
    assert isinstance(window, Windowed) and isinstance(window.owner, Frame)
    frame, span = window.owner, window.params[0]
    if not isinstance(wanted, list):
        return Windowed(number(c, series_of(c.ctx, frame, wanted)), "rolling", window.params)
    columns = [frame.column(x) for x in wanted]
    if span.on is not None and span.on not in wanted:
        columns = [*columns, frame.column(span.on)]
    c.ctx.use(frame, *columns)
    return Windowed(frame.with_columns(columns).but(open=False), "rolling", window.params)


# --- values ---------------------------------------------------------------------------------

_ROLL: dict[str, Callable[..., E]] = {
    "sum": F.sum, "mean": F.avg, "min": F.min, "max": F.max, "count": F.count,
    "std": F.stddev_samp, "var": F.var_samp,
}  # fmt: skip
_IN_TIME = {"sum", "mean", "min", "max", "count", "std", "var", "quantile"}


def without_infinities(series: Col) -> Col:
    """Windows in pandas take infinity for missing."""
    if series.dtype in INTEGERS:
        return series
    return derive(F.when(F.abs(series.expr) < float("inf"), series.expr), "float64", series)


def aggregate(c: Call, series: Col, span: Span, how: str, ddof: int = 1) -> Col:
    """A rolling aggregate: missing until enough values are there."""
    if span.time is not None:
        return in_time(c, series, span, how, ddof)
    first, last = span.bounds

    def build(x: E, w: E) -> E:
        frame = w.rowsBetween(first, last)
        seen = F.count(x).over(frame)
        if how == "count":
            rows = F.count(F.lit(1)).over(frame)
            value = seen.cast("double")
            return F.when(rows >= span.least, value) if span.least > 1 else value
        if how in ("std", "var") and ddof != 1:
            squares = F.var_pop(x).over(frame) * seen / F.when(seen > ddof, seen - ddof)
            value = F.sqrt(squares) if how == "std" else squares
        else:
            value = _ROLL[how](x).over(frame)
        if how in ("sum", "min", "max"):
            value = value.cast("double")
        if how == "sum" and span.least == 0:
            return F.coalesce(value, F.lit(0.0))
        return F.when(seen >= span.least, value) if span.least > 1 else value

    if how != "count":
        series = without_infinities(series)
    return window_step(c, series, build, "float64", max(-first, 0), max(last, 0))


def in_time(c: Call, series: Col, span: Span, how: str, ddof: int = 1, q: float = 0.5) -> Col:
    """A rolling aggregate over a span of time."""
    c.need(how in _IN_TIME, f"the {how} over windows of time")
    assert span.time is not None
    _, (series, time) = meet(series if how == "count" else without_infinities(series), span.time)
    given = [
        ("closed", span.closed, "right"),
        ("least", span.least, 1),
        ("ddof", ddof, 1),
        ("q", q, 0.5),
    ]
    options = "".join(f", {k}={v!r}" for k, v, default in given if v != default)

    def rest(column: E, row: str) -> str:
        return f'"{how}", {column}, {time.expr}, {row}, {span.size:_}{options}'

    return stepped(c, series, "over_times", rest, "float64", deps=series.deps | time.deps | order_deps(series.frame))  # fmt: skip


def every(c: Call, window: Windowed, make: Callable[[Col], Col]) -> Value:
    """``make`` of the window's Series, or of every column of its frame."""
    from rules.positions import rows_sliced

    step = getattr(window.params[0], "step", 1) if window.params else 1
    if step > 1:
        whole = every(c, replace(window, params=(replace(window.params[0], step=1),)), make)
        if isinstance(whole, Frame):
            return rows_sliced(c.ctx, whole, slice(None, None, step))
        frame, series = solid(c.ctx, whole)  # type: ignore[arg-type]
        rows = rows_sliced(c.ctx, frame, slice(None, None, step))
        return series_of(c.ctx, rows, series.label).but(label=whole.label)  # type: ignore[union-attr]
    if isinstance(window.owner, Col):
        return make(window.owner)
    frame, span = window.owner, window.params[0]
    assert isinstance(frame, Frame)
    series = {label: series_of(c.ctx, frame, label) for label in frame.labels}
    on = getattr(span, "on", None)
    odd = [
        s for label, s in series.items() if label != on and s.dtype not in NUMBERS | {"bool", None}
    ]
    c.need(not odd, "columns that are not numbers for sure")
    done = [s if label == on else make(number(c, s)) for label, s in series.items()]
    return projected(c.ctx, frame, frame.labels, [replace(s, label=n) for n, s in zip(series, done)])  # fmt: skip


_DDOF = "ddof=1, numeric_only=False, engine=None, engine_kwargs=None"
_PLAIN = "numeric_only=False, *args, engine=None, engine_kwargs=None, **kwargs"
_SIGNATURES = {"std": _DDOF, "var": _DDOF, "sum": _PLAIN, "mean": _PLAIN, "min": _PLAIN, "max": _PLAIN,
               "median": "numeric_only=False, engine=None, engine_kwargs=None, **kwargs", "count": "numeric_only=False"}  # fmt: skip
_SORTED = "df.dropna(subset=['t']).sort_values('t', kind='stable')"


def _register(how: str) -> None:
    def apply(c: Call) -> Value:
        """The aggregate of each row's window; missing until enough values are there."""
        c.need(not c.args.get("args") and not c.args.get("kwargs"), "further arguments of a window")
        ddof = c.lit("ddof") if "ddof" in c.args else 1
        c.need(isinstance(ddof, int), "ddof= of this value")
        window: Windowed = c.self  # type: ignore[assignment]
        span = window.params[0]
        if how == "median":
            return every(c, window, lambda s: quantile_of(c, s, span, 0.5))
        return every(c, window, lambda s: aggregate(c, s, span, how, ddof))

    source = _SIGNATURES[how]
    not_yet = " ".join(p.split("=")[0] for p in source.split(", ") if "=" in p and "ddof" not in p)
    examples = [f"df['n'].rolling(3).{how}()", f"df['i'].rolling(4, min_periods=2).{how}()",
                f"df['g'].rolling(3, center=True, min_periods=1).{how}()",
                f"{_SORTED}.set_index('t')['n'].rolling('900D').{how}()",
                f"{_SORTED}.assign(t=lambda d: d['t'].dt.year)[['t']].rolling(3, min_periods=1).{how}()"]  # fmt: skip
    if how in ("sum", "std"):
        examples += [f"{_SORTED}.rolling('900D', on='t', closed='both')['i'].{how}()",
                     f"{_SORTED}[['t', 'i', 'n']].rolling('4000D', on='t', min_periods=2, closed='left').{how}()",
                     f"{_SORTED}[['t', 'i', 'n']].rolling('4000D', on='t', closed='neither').{how}()"]  # fmt: skip
    if "ddof" in source:
        examples.append(f"df['n'].rolling(3, min_periods=1).{how}(ddof=0)")
    rule(f"Series.rolling.{how}({source})", not_yet=not_yet, example=examples)(apply)
    rule(
        f"DataFrame.rolling.{how}({source})",
        not_yet=not_yet,
        example=f"df[['n', 'i']].rolling(3, min_periods=1).{how}()",
    )(apply)


for _name in _SIGNATURES:
    _register(_name)


def quantile_of(c: Call, series: Col, span: Span, q: float) -> Col:
    """A quantile of the values in each window, linear between neighbours."""
    if span.time is not None:
        return in_time(c, series, span, "quantile", q=q)
    first, last = span.bounds

    def build(x: E, w: E) -> E:
        frame = w.rowsBetween(first, last)
        value = F.percentile(x, q).over(frame)
        return F.when(F.count(x).over(frame) >= span.least, value) if span.least > 1 else value

    return window_step(
        c, without_infinities(series), build, "float64", max(-first, 0), max(last, 0)
    )


@rule(
    "Series.rolling.quantile(q, interpolation='linear', numeric_only=False, **kwargs)",
    not_yet="interpolation numeric_only",
    example=("df['n'].rolling(4).quantile(0.9)", f"{_SORTED}.set_index('t')['i'].rolling('900D', closed='both').quantile(0.25)"),
)  # fmt: skip
@rule(
    "DataFrame.rolling.quantile(q, interpolation='linear', numeric_only=False, **kwargs)",
    not_yet="interpolation numeric_only",
    example="df[['n', 'i']].rolling(4, min_periods=2).quantile(0.9)",
)
def quantile(c: Call) -> Value:
    """A quantile of each window."""
    q = c.lit("q")
    c.need(not c["kwargs"] and isinstance(q, (int, float)) and 0 <= q <= 1, "q= of this value")
    window: Windowed = c.self  # type: ignore[assignment]
    return every(c, window, lambda s: quantile_of(c, s, window.params[0], float(q)))


def of_pairs(how: str) -> Callable[[Call], Value]:
    def pairs(c: Call) -> Value:
        """The covariance or correlation with another Series in each window."""
        window: Windowed = c.self  # type: ignore[assignment]
        span, other = window.params[0], c["other"]
        c.need(isinstance(other, Col), "the other is no Series")
        c.need(span.time is None and c.lit("ddof") == 1, "ddof= or a window of time")
        c.need(not c["kwargs"] and span.step == 1, "further arguments of a window")

        def one(series: Col) -> Col:
            made = pair(c, series, other, span, how)
            return made if isinstance(window.owner, Col) else made.but(label=series.label)

        return every(c, window, one)

    return pairs


def pair(c: Call, series: Col, other: Col, span: Span, how: str) -> Col:
    """The covariance or correlation of two Series in each window."""
    first, last = span.bounds
    _, (a, b) = meet(without_infinities(series), without_infinities(number(c, other)))
    c.need(not b.temps and not b.windowed, "values of other rows beside a window")

    def build(x: E, w: E) -> E:
        frame = w.rowsBetween(first, last)
        one, two = F.when(b.expr.isNotNull(), x), F.when(x.isNotNull(), b.expr)
        function = F.covar_samp if how == "cov" else F.corr
        value = function(one, two).over(frame)
        return F.when(F.count(one).over(frame) >= max(span.least, 2), value)

    return window_step(c, a, build, "float64", max(-first, 0), max(last, 0), deps=a.deps | b.deps | order_deps(a.frame),
                       label=a.label if a.label == b.label else None)  # fmt: skip


_PAIRS = "other=None, pairwise=None, ddof=1, numeric_only=False, **kwargs"
for _name in ("cov", "corr"):
    rule(
        f"Series.rolling.{_name}({_PAIRS})",
        not_yet="numeric_only",
        ignored="pairwise",  # of two Series there is one pair
        example=(
            f"df['n'].rolling(4, min_periods=3).{_name}(df['i'])",
            f"df['i'].rolling(5).{_name}(df['j'], pairwise=False)",
        ),
    )(of_pairs(_name))
    rule(
        f"DataFrame.rolling.{_name}({_PAIRS})",
        not_yet="numeric_only",
        ignored="pairwise",
        example=f"df[['n', 'i']].rolling(4, min_periods=3).{_name}(df['j'])",
    )(of_pairs(_name))


__all__ = ["Span", "aggregate", "without_infinities", "number", "render"]
