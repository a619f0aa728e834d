"""Bins of time in each group: ``groupby(…).resample(…)``. What they give is in resample.py."""

from __future__ import annotations

from rules.frequencies import Freq, freq_of
from rules.groupby import level_key
from rules.lib import series_of
from rules.registry import Call, literal, rule
from rules.resample import Binned, Unselected, binned, time_key

_DAY = 86_400_000_000
_OPTIONS = {"on", "closed", "label", "origin", "offset"}
_LATE = "df[df['d'] > '2022-11-01'].reset_index(drop=True)"
_INDEXED = f"{_LATE}.set_index('d')"


def alike_everywhere(c: Call, freq: Freq) -> None:
    """Bins must not be counted from a group's own first time."""
    counted = freq.count > 1 if freq.kind != "tick" else _DAY % (freq.size * freq.count) != 0
    c.need(not counted or freq.kind == "tick" and isinstance(freq.start, int), "bins that begin where each group begins")  # fmt: skip
    c.need(freq.start != "first", "bins that begin where each group begins")


@rule(
    "DataFrameGroupBy.resample(rule, *args, include_groups=True, **kwargs)",
    ignored="include_groups",
    example=(
        f"{_LATE}.groupby('k').resample('ME', on='d')['i'].sum()",
        f"{_INDEXED}.groupby('k').resample('MS')['i'].sum()",
        f"{_LATE}.groupby('k').resample('W', on='d')[['i', 'f']].mean().reset_index()",
        f"{_LATE}.groupby(['k', 'b']).resample('QE', on='d')['f'].count()",
        f"{_LATE}.groupby('k').resample('ME', on='d').size()",
        f"{_LATE}.groupby('k').resample('ME', on='d').agg({{'i': 'sum', 'f': 'mean', 's': 'first'}})",
        f"{_LATE}.groupby('k').resample('YE', on='d')['i'].ohlc()",
        f"{_LATE}.groupby('k').resample('QS', on='d')['i'].agg(['sum', 'max', 'count'])",
        f"{_LATE}.groupby('b').resample('ME', on='d', label='left', closed='left')['i'].max()",
        "df[df['t'] > '2023-12-20'].reset_index(drop=True).groupby('b').resample('6h', on='t')['i'].sum()",
        "df[df['t'] > '2023-12-20'].reset_index(drop=True).groupby('b').resample('D', on='t')['s'].last()",
        "df[df['t'] > '2023-12-20'].set_index('t').groupby('b').resample('D')['s'].nunique()",
    ),
)
@rule(
    "SeriesGroupBy.resample(rule, *args, include_groups=True, **kwargs)",
    ignored="include_groups",
    example=(
        f"{_INDEXED}.groupby('k')['i'].resample('ME').mean()",
        f"{_INDEXED}.groupby('k')['f'].resample('QE').sum().reset_index()",
        f"{_INDEXED}.groupby('b')['i'].resample('MS').agg(['min', 'max'])",
    ),
)
def resample(c: Call) -> Binned:
    """Bins of time, in each group from its own first time to its last."""
    grouped, frame = c.grouped, c.grouped.frame
    options = {k: literal(v) for k, v in c["kwargs"].items()}
    c.need(not c["args"] and set(options) <= _OPTIONS, "bins of time of this form")
    plain = grouped.sort and grouped.dropna and grouped.as_index and grouped.group_keys
    c.need(plain and not grouped.hollow, "bins of time in groups of this form")
    c.need(not isinstance(grouped, Binned), "bins of time in bins of time")
    c.need(not any(k.col.dtype == "category" for k in grouped.keys), "groups of categories")
    on = options.pop("on", None)
    freq = freq_of(c.lit("rule"), **options)
    alike_everywhere(c, freq)
    if on is not None:
        c.need(grouped.series is None, "on= for a Series")
        # pandas takes the times by the rows' labels as if these were places.
        c.need(frame.index.kind == "range", "on= where labels are not the rows' places")
        times, column = series_of(c.ctx, frame, on), frame.column(on)
        rest = None if frame.open else [x for x in frame.labels if x != on]
    else:
        c.need(len(frame.index.levels) == 1, "bins of an index that is no column")
        level = level_key(c.ctx, frame, 0)
        times, column = level.col.but(label=level.label), frame.index.levels[0]
        rest = None if frame.open else frame.labels
    key = time_key(c, times, freq)
    selection = grouped.selection
    if selection is None and rest is not None:
        selection = Unselected(rest)
    return binned(frame, key, column, grouped.series, grouped.keys, selection=selection, freq=freq, resampled=True)  # fmt: skip
