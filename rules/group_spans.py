"""Windows of time in each group: ``groupby(…).rolling("7D", on=…)``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rules.dates import runtime
from rules.group_more import row_levels, values_of_rows
from rules.group_window_values import columns_rolled
from rules.groupby import level_key
from rules.groups import Groups, Made
from rules.lib import materialised, meet
from rules.ordered import expected, known_number
from rules.registry import Call, literal, rule
from rules.rolling import _IN_TIME, micros_of, without_infinities
from transpiler.facts import Col, Frame, Grouped, GroupKey, Index, Value, Windowed
from transpiler.symbolic import E

_NAMES = ("window", "min_periods", "center", "win_type", "on", "axis", "closed", "method")
_SORTED = "df.dropna(subset=['d']).sort_values('d', kind='stable')"
_INDEXED = f"{_SORTED}.set_index('d')"


@dataclass(frozen=True)
class GroupSpans(Windowed):
    """Windows of ``size`` microseconds up to each row, in its group."""

    size: int = 0
    closed: str = "right"
    least: int = 1
    on: bool = False


@rule(
    "DataFrameGroupBy.rolling(*args, **kwargs)",
    example=(
        f"{_SORTED}.groupby('k').rolling('30D', on='d')['i'].sum()",
        f"{_INDEXED}.groupby('k').rolling('400D')['f'].mean()",
        f"{_SORTED}.groupby(['k', 'b']).rolling('800D', on='d', closed='both')['i'].max().reset_index()",
    ),
)
@rule(
    "SeriesGroupBy.rolling(*args, **kwargs)",
    example=(
        f"{_INDEXED}.groupby('k')['f'].rolling('365D', min_periods=2).sum()",
        f"{_INDEXED}.groupby('b')['i'].rolling('90D', closed='left').mean()",
    ),
)
def rolling(c: Call) -> GroupSpans:
    """A window of time before each row of a group."""
    grouped = c.grouped
    given = {n: literal(v) for n, v in zip(_NAMES, c["args"])}
    given.update({k: literal(v) for k, v in c["kwargs"].items()})
    c.need(set(given) <= {"window", "min_periods", "on", "closed"}, "a window of this form")
    window, least, closed = given.get("window"), given.get("min_periods"), given.get("closed")
    c.need(not isinstance(window, int), "a window of rows")
    c.need(closed in (None, "right", "left", "both", "neither"), "closed= of this value")
    c.need(least is None or isinstance(least, int) and least >= 1, "min_periods= of this value")
    plain = grouped.sort and grouped.dropna and grouped.as_index and grouped.group_keys
    c.need(plain and not grouped.hollow, "windows over groups of this form")
    c.need(getattr(grouped, "freq", None) is None, "windows over bins of time")
    on = given.get("on")
    owner = grouped if on is None else by_times(c, grouped, on)
    return GroupSpans(owner, "rolling", (), size=micros_of(window), closed=closed or "right", least=least or 1, on=on is not None)  # fmt: skip


def by_times(c: Call, grouped: Grouped, on: Any) -> Grouped:
    """The groups of the frame with its times as index, which pandas shows beside the keys."""
    frame = grouped.frame
    column = frame.column(on)
    c.need(grouped.series is None, "on= for a Series")
    c.need(not frame.open, "the columns of the frame are not known here")
    c.need(all(k.col.column is not column for k in grouped.keys), "on= of a key")
    left = tuple(x for x in frame.columns if x is not column)
    framed = frame.but(columns=left, index=Index("columns", None, (column,), unique=False))
    keys = tuple(GroupKey(k.label, k.col.but(frame=framed)) for k in grouped.keys)
    return grouped.but(frame=framed, keys=keys, selection=None)


def of_group(c: Call, g: Groups, v: Col, window: GroupSpans, how: str) -> Made:
    """The aggregate of a Series over the window of each row."""
    frame: Frame = g.frame
    how = "quantile" if how == "median" else how
    c.need(how in _IN_TIME, f"the {how} over windows of time")
    level = level_key(c.ctx, frame, 0)
    time = expected(c, level.col)
    c.need(time.dtype == "datetime64[ns]", "a window of time over what is not times for sure")
    v = known_number(c, v, "a window of time")
    if how != "count":
        v = without_infinities(v)
    _, (v, time) = meet(materialised(c.ctx, v), time)
    options: dict[str, Any] = {}
    if window.closed != "right":
        options["closed"] = window.closed
    if window.least != 1:
        options["least"] = window.least
    keys = [E(str(k.expr)) for k in g.keys]
    c.verdict = "runtime"  # type: ignore[attr-defined]
    value = runtime(c, "over_group_times", how, v.expr, time.expr, g.position(), window.size, *keys, **options)  # fmt: skip
    return Made(value, "float64")


def _register(name: str) -> None:
    def apply(c: Call) -> Value:
        """The aggregate of the window of each row."""
        window = c.self
        c.need(isinstance(window, GroupSpans), "a window of rows")
        assert isinstance(window, GroupSpans) and isinstance(window.owner, Grouped)
        c.need(
            not c.args.get("args") and not c.args.get("kwargs"), "further arguments of the window"
        )
        g = Groups(c, window.owner)
        c.need(len(g.frame.index.levels) == 1, "a window of time over an index that is no column")
        if g.grouped.series is not None:
            v = g.value(g.grouped.series)
            return values_of_rows(g, v.label, of_group(c, g, v, window, name))
        c.need(not window.on, "windows over every column")
        values = columns_rolled(g)
        return row_levels(g, [(v.label, of_group(c, g, v, window, name)) for v in values])

    spread = "ddof=1, " if name in ("std", "var") else ""
    tail = "numeric_only=False" if name == "count" else f"{spread}numeric_only=False, engine=None, engine_kwargs=None, **kwargs" if spread or name == "median" else "numeric_only=False, *args, engine=None, engine_kwargs=None, **kwargs"  # fmt: skip
    tail = tail.replace(", **kwargs", "") if spread else tail
    not_yet = "numeric_only" + (" engine engine_kwargs" if name != "count" else "") + (" ddof" if spread else "")  # fmt: skip
    rule(f"SeriesGroupBy.rolling.{name}({tail})", not_yet=not_yet, example=f"{_INDEXED}.groupby('k')['f'].rolling('900D').{name}()")(apply)  # fmt: skip
    rule(f"DataFrameGroupBy.rolling.{name}({tail})", not_yet=not_yet, example=f"{_INDEXED}.groupby('b')[['f', 'i']].rolling('900D').{name}()")(apply)  # fmt: skip


for _name in ("sum", "mean", "min", "max", "std", "var", "count", "median"):
    _register(_name)
