"""More of ``resample``: what pandas makes of the rows at the labels."""

from __future__ import annotations

from rules.aggregates import Spec, made, outcome
from rules.group_agg import items
from rules.groups import Groups
from rules.registry import Call, rule
from rules.resample import _DAYS, Binned, agg_frame, agg_series
from transpiler.facts import NUMBERS, Col, Const, Func, Value

_ARGS = "method='linear', *, axis=0, limit=None, inplace=False, limit_direction='forward', limit_area=None, downcast=None, **kwargs"
_PASSED = ("method", "limit", "limit_direction", "limit_area")


for _kind, _part in (("Series", "['f']"), ("DataFrame", "[['i', 'f']]")):

    @rule(
        f"{_kind}Resampler.interpolate({_ARGS})",
        not_yet="axis inplace downcast",
        verdict="runtime",
        example=(
            f"{_DAYS}{_part}.sort_index().resample('W').interpolate()",
            f"{_DAYS}{_part}.sort_index().resample('5D').interpolate(limit=2, limit_direction='both')",
        ),
    )
    def interpolate(c: Call, kind: str = _kind) -> Value:
        """Values between those at the labels, on a line by the number of rows."""
        c.need(not c.args.get("kwargs"), "further arguments of interpolate")
        call = c.interpreter.by_rule  # type: ignore[attr-defined]
        rows = call(f"{kind}Resampler.asfreq", c.self, [], {}, c.node)  # type: ignore[attr-defined]
        owner = "Series" if isinstance(rows, Col) else "DataFrame"
        given = {k: Const(c.lit(k)) for k in _PASSED}
        return call(f"{owner}.interpolate", rows, [], given, c.node)  # type: ignore[attr-defined]


for _kind, _part in (("Series", "['f']"), ("DataFrame", "[['i', 'f']]")):

    @rule(
        f"{_kind}Resampler.transform(arg, *args, **kwargs)",
        example=(
            f"{_DAYS}{_part}.sort_index().resample('QE').transform('sum')",
            f"{_DAYS}['i'].sort_index().resample('MS').transform(lambda x: x - x.mean())",
        ),
    )
    def transform(c: Call) -> Value:
        """An aggregate of each row's bin, or a function over it."""
        c.need(isinstance(c.self, Binned) and len(c.self.keys) == 1, "bins of time in groups")
        groups = c.self.but(resampled=False)  # type: ignore[union-attr]
        call = c.interpreter.by_rule  # type: ignore[attr-defined]
        return call(f"{groups.kind}.transform", groups, [c["arg"], *c["args"]], c["kwargs"], c.node)  # type: ignore[attr-defined]


# --- aggregates -------------------------------------------------------------------------------

_OHLC = {"open": "first", "high": "max", "low": "min", "close": "last"}
_LATE = "df[df['t'] > '2022-01-01']"


@rule(
    "SeriesResampler.ohlc(*args, **kwargs)",
    example=f"{_LATE}.resample('MS', on='t')['i'].ohlc()",
)
@rule(
    "DataFrameResampler.ohlc(*args, **kwargs)",
    example=f"{_LATE}.resample('QS', on='t')[['i', 'f']].ohlc()",
)
def ohlc(c: Call) -> Value:
    """The first, largest, smallest and last value of every bin."""
    c.need(not c["args"] and not c["kwargs"], "further arguments of ohlc")
    g = Groups(c, c.grouped)
    if g.grouped.series is not None:
        v = g.value(g.grouped.series)
        return outcome(c, g, [(n, made(g, Spec(how), v)) for n, how in _OHLC.items()], False)
    c.need(len(g.grouped.keys) == 1, "ohlc of columns in groups")
    values = g.values()
    c.need(all(v.dtype in NUMBERS | {None} for v in values), "ohlc of what is not a number")
    values = [v.but(expr=g.typed("some_number", v, "ohlc")) for v in values]
    found = [((v.label, n), made(g, Spec(how), v)) for v in values for n, how in _OHLC.items()]
    return outcome(c, g, found, False)


_APPLIED = (
    f"{_LATE}.resample('QS', on='t')['i'].apply('max')",
    f"{_LATE}.resample('QS', on='t')['i'].apply(lambda x: (x > 1).sum())",
)


@rule("SeriesResampler.apply(func=None, *args, **kwargs)", example=_APPLIED)
def apply_series(c: Call) -> Value:
    """An aggregate by its name, or a function that makes one value of every bin."""
    c.need(items(c["func"]) is None, "several aggregates in apply")
    return agg_series(c)


@rule(
    "DataFrameResampler.apply(func=None, *args, **kwargs)",
    example=f"{_LATE}.resample('QS', on='t')[['i', 'n']].apply(lambda x: x.sum() / len(x))",
)
def apply_frame(c: Call) -> Value:
    """The same over every column."""
    return agg_frame(c)


@rule(
    "DataFrameResampler.pipe(func, *args, **kwargs)",
    example=f"{_LATE}.resample('QS', on='t').pipe(lambda r: r['i'].max() - r['i'].min())",
)
@rule("SeriesResampler.pipe(func, *args, **kwargs)", example=f"{_LATE}.resample('QS', on='t').pipe(lambda r: r['i'].max() - r['i'].min())")  # fmt: skip
def pipe(c: Call) -> Value:
    """A function of the bins themselves."""
    c.need(isinstance(c["func"], Func), "a function that is not known here")
    return c.interpreter.inline(c["func"], [c.grouped, *c["args"]], c["kwargs"], None)  # type: ignore[attr-defined]
