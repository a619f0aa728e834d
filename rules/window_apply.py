"""``apply`` of windows: a function of the values in each, ungrouped and in groups."""

from __future__ import annotations

from typing import Any, Callable

from rules.group_more import row_levels, values_of_rows
from rules.group_spans import GroupSpans
from rules.group_window_values import columns_rolled, rows_of
from rules.groups import Groups, Made
from rules.ordered import window_step
from rules.registry import Call, rule
from rules.rolling import Span, every, without_infinities
from rules.window_lambdas import window_function
from transpiler.errors import NoRule
from transpiler.facts import INTEGERS, NUMBERS, Col, Func, Grouped, Value, Windowed
from transpiler.symbolic import E, F

_APPLY = "func, raw=False, engine=None, engine_kwargs=None, args=None, kwargs=None"
_NOT_YET = "engine engine_kwargs args kwargs"


def function_of(c: Call) -> Callable[[E, E, int], E]:
    """(column, window, least) -> what the function gives; as the function itself where its body is
    not followed."""
    from rules.apply import function_text

    function, raw = c["func"], c.lit("raw")
    c.need(isinstance(raw, bool), "raw= of this value")
    try:
        made = window_function(c, function, raw)
    except NoRule:
        c.need(raw or by_place(function), "a function that may look at the labels of its rows")
        text = function_text(c, function, [], {})
        option = "" if raw else ", raw=False"

        def as_it_is(x: E, rows: E, least: int) -> E:
            c.verdict = "udf"  # type: ignore[attr-defined]
            function = E(f"{c.ctx.call('of_window')}({text}, {least}{option})")
            return F.nullif(function(x).over(rows), F.lit(float("nan")))

        return as_it_is
    return lambda x, rows, least: F.when(F.count(x).over(rows) >= least, made(x, rows))


@rule(
    f"Series.rolling.apply({_APPLY})",
    not_yet=_NOT_YET,
    example=(
        "df['n'].rolling(3).apply(lambda x: x[-1] - x[0], raw=True)",
        "df['i'].rolling(4, min_periods=2).apply(lambda x: x.max() - x.min())",
        "df['f'].rolling(2, min_periods=1).apply(np.nanmean, raw=True)",
        "df['i'].rolling(3).apply(lambda x: x.iloc[1] * 2)",
        "df['n'].rolling(4, min_periods=2).apply(lambda x: (x > 5).mean() + (x / 100 + 1).prod() - x.mean() / len(x))",
        "df['j'].rolling(3, min_periods=2).apply(lambda x: x[-1] / x[0] - 1 + np.std(x), raw=True)",
    ),
)
@rule(
    f"DataFrame.rolling.apply({_APPLY})",
    not_yet=_NOT_YET,
    example="df[['i', 'n']].rolling(3, min_periods=2).apply(np.mean)",
)
def apply(c: Call) -> Value:
    """A function of the values in each window."""
    window: Windowed = c.self  # type: ignore[assignment]
    span, function = window.params[0], function_of(c)
    assert isinstance(span, Span)
    c.need(span.time is None and span.least > 0, "a function of windows of time")
    first, last = span.bounds

    def one(series: Col) -> Col:
        finite = without_infinities(series)

        def build(x: E, w: E) -> E:
            return function(as_double(x, series), w.rowsBetween(first, last), span.least)

        return window_step(c, finite, build, "float64", max(-first, 0), max(last, 0), finite=False)  # fmt: skip

    return every(c, window, one)


def as_double(x: E, series: Col) -> E:
    """The values as pandas has them in windows, which are fractions."""
    return x if series.dtype == "float64" else x.cast("double")


def of_group(c: Call, g: Groups, v: Col, function: Callable[[E, E, int], E], params: dict) -> Made:
    """The function over the window of each row in its group."""
    c.need((v.dtype is None or v.dtype in NUMBERS) and not v.is_nullable, "a window of what is not a number for sure")  # fmt: skip
    rows, least, _ = rows_of(g, **{"min_periods": None, "center": False, "closed": None, **params})
    c.need(least > 0, "a function of windows without values")
    x = as_double(g.typed("some_number", v, "a rolling window"), v)
    if v.may_be_infinite and v.dtype not in INTEGERS:
        x = F.when(F.abs(x) < float("inf"), x)
    return Made(function(x, rows, least), "float64")


def _register_groups(kind: str) -> None:
    def apply(c: Call) -> Value:
        """A function of the values in the window at each row, group by group."""
        window: Any = c.self
        c.need(isinstance(window.owner, Grouped), "windows of this form")
        c.need(not isinstance(window, GroupSpans), "a function of windows of time")
        function, g, params = function_of(c), Groups(c, window.owner), dict(window.params)
        if g.grouped.series is None:
            made = [(v.label, of_group(c, g, v, function, params)) for v in columns_rolled(g)]
            return row_levels(g, made)
        v = g.value(g.grouped.series)
        return values_of_rows(g, v.label, of_group(c, g, v, function, params))

    example = {
        "rolling": "df.groupby('b')['f'].rolling(3, min_periods=2).apply(lambda x: x.max() - x.min())",
        "expanding": "df.groupby('k')[['i', 'n']].expanding(2).apply(np.mean, raw=True)",
    }[kind]
    for owner in ("SeriesGroupBy", "DataFrameGroupBy"):
        rule(f"{owner}.{kind}.apply({_APPLY})", not_yet=_NOT_YET, example=example)(apply)


def by_place(function: Any) -> bool:
    """Whether a function uses a Series in ways that its labels do not change: methods, and
    arithmetic with numbers, of its one parameter."""
    import libcst as cst
    import libcst.matchers as m

    if not isinstance(function, Func) or not isinstance(function.node, cst.Lambda):
        return False
    parameters = function.node.params.params
    if len(parameters) != 1:
        return False
    name = parameters[0].name.value
    body = function.node.body
    methods = m.OneOf(*[m.Name(x) for x in _BY_PLACE])
    uses = m.findall(body, m.Name(name))
    good = m.findall(body, m.Attribute(value=m.Name(name), attr=methods))
    return len(uses) == len(good) + len(m.findall(body, m.Call(func=m.Name("len"), args=[m.Arg(value=m.Name(name))])))  # fmt: skip


_BY_PLACE = ("sum", "mean", "min", "max", "std", "var", "median", "prod", "iloc", "values", "quantile", "count", "nunique",
             "skew", "kurt", "is_monotonic_increasing", "size", "to_numpy", "tolist")  # fmt: skip


for _kind in ("rolling", "expanding"):
    _register_groups(_kind)


__all__ = ["by_place"]
