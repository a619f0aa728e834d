"""A row for every time of a frequency: ``asfreq``."""

from __future__ import annotations

from dataclasses import replace

from rules.index import over_series
from rules.join import settled
from rules.label_rows import without
from rules.lib import settle
from rules.registry import Call, rule
from transpiler.facts import Col, Frame, Order, Rows, SortKey, fresh, with_nan
from transpiler.symbolic import lift, render

_ASFREQ = "freq, method=None, how=None, normalize=False, fill_value=None"
_METHODS = {None: None, "ffill": "ffill", "pad": "ffill", "bfill": "bfill", "backfill": "bfill"}
_TIMED = "df.dropna(subset=['d']).drop_duplicates('d').set_index('d').sort_index()"
_RECENT = "df[df['d'] >= '2024-01-01'].drop_duplicates('d').set_index('d')"


@rule(
    f"DataFrame.asfreq({_ASFREQ})",
    not_yet="how",
    verdict="runtime",
    example=(
        f"{_TIMED}[['i', 'f']].asfreq('MS')",
        f"{_TIMED}[['i', 's']].asfreq('YE')",
        f"{_TIMED}[['i', 'f']].asfreq('QS', method='ffill')",
        f"{_TIMED}[['i', 's']].asfreq('90D', method='bfill')",
        f"{_RECENT}[['i', 'f', 'b']].asfreq('D').head(20)",
        f"{_RECENT}[['i', 'f']].asfreq('2W', fill_value=0)",
        f"{_RECENT}[['i', 's']].asfreq('D').ffill().reset_index().tail(30)",
        "df.dropna(subset=['t']).drop_duplicates('t').set_index('t').sort_index()[['f']].asfreq('QS')",
        "df[df['i'] > 99].set_index('d')[['f']].asfreq('D')",
    ),
)
def asfreq(c: Call) -> Frame:
    """The rows at the times of a frequency; times without a row are empty."""
    return at_frequency(c, c.frame)


@rule(
    f"Series.asfreq({_ASFREQ})",
    not_yet="how",
    verdict="runtime",
    example=(
        f"{_TIMED}['f'].asfreq('MS')",
        f"{_RECENT}['i'].asfreq('B', fill_value=0).head(9)",
        "df.dropna(subset=['t']).drop_duplicates('t').set_index('t').sort_index()['i'].asfreq('QS', method='pad', normalize=True)",
    ),
)
def series_asfreq(c: Call) -> Col:
    """The values at the times of a frequency."""
    return over_series(c, lambda table: at_frequency(c, table))


def at_frequency(c: Call, frame: Frame) -> Frame:
    ctx, freq, fill = c.ctx, c.lit("freq"), c.lit("fill_value")
    c.need(isinstance(freq, str), "a frequency that is not a name")
    levels = [x.dtype for x in frame.index.levels]
    c.need(levels in ([None], ["datetime64[ns]"]), "labels that are not times for sure")
    kinds = {x.dtype for x in frame.columns}
    number = type(fill) in (int, float) and fill == fill
    c.need(fill is None or number and kinds <= {"int64", "float64", None} and (type(fill) is int or kinds <= {"float64", None}), "fill_value= of another type")  # fmt: skip
    c.need("list" not in kinds, "columns of lists")
    (level,) = frame.index.levels
    method, normal = c.lit("method"), c.lit("normalize")
    c.need(method in _METHODS and isinstance(normal, bool), "method= or normalize= of this value")
    method = _METHODS[method]
    if method is not None:  # pandas raises for rows in no order
        first = frame.order.keys[0] if frame.order.keys else None
        c.need(first and first.name == level.name and first.uid in (None, level.uid), "rows that are not in the order of their labels for sure")  # fmt: skip
        c.need(fill is None, "fill_value= with method=")
    place = ctx.temp("place")
    settle(ctx, frame), ctx.use(frame)
    given = [("fill", fill, None), ("method", method, None), ("normalize", normal, False)]
    more = "".join(f", {k}={render(v)}" for k, v, usual in given if v is not usual)
    text = f'{ctx.call("at_frequency")}({without(frame)}, {lift(level.name)}, {render(freq)}, "{place}"{more})'
    columns = frame.columns if fill is not None else tuple(with_nan(x) for x in frame.columns)  # fmt: skip
    order = Order((SortKey(place, None),), None, True, True)
    index = replace(frame.index, unique=True)
    out = frame.but(text=text, columns=columns, hidden=(place,), rows=Rows(), order=order, index=index, base=fresh())  # fmt: skip
    unknown = frame.open or None in kinds
    gappy = fill is None and (unknown or any(x.dtype == "int64?" for x in out.columns))
    return settled(ctx, out, ctx.step(), unknown) if gappy else out
