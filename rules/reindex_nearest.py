"""Rows by labels that need not be theirs: ``reindex(…, method="ffill")``."""

from __future__ import annotations

from typing import Any

from rules.calendars import on_labels
from rules.index import over_series
from rules.registry import Call, rule
from transpiler.errors import NoRule
from transpiler.facts import Col, Const, Frame, Value
from transpiler.symbolic import render

_METHODS = {"ffill": "ffill", "pad": "ffill", "bfill": "bfill", "backfill": "bfill", "nearest": "nearest"}  # fmt: skip
_REINDEX = (
    "labels=None, *, index=None, columns=None, axis=None, method=None, copy=None, level=None, "
    "fill_value=None, limit=None, tolerance=None"
)
_DAYS = "df.dropna(subset=['d']).drop_duplicates('d').set_index('d').sort_index()"
_TIMES = "pd.date_range('2023-12-25', '2024-01-20', freq='36h')"


def nearest(c: Call, frame: Frame, wanted: Value) -> Frame:
    """The rows by labels, or the ones beside them."""
    method, limit, tolerance = c.lit("method"), c.lit("limit"), c.lit("tolerance")
    c.need(method in _METHODS, "no method=")
    c.need(frame.index.kind == "columns" and len(frame.index.levels) == 1, "rows by their numbers, or several levels")  # fmt: skip
    frame = rising(c, frame)
    c.need(limit is None or type(limit) is int and limit > 0, "limit= of this value")
    dtype = frame.index.levels[0].dtype
    given: dict[str, Any] = {"limit": limit, "tolerance": span_of(tolerance, dtype)}
    options = f", {_METHODS[method]!r}" + "".join(f", {k}={render(v)}" for k, v in given.items() if v is not None)  # fmt: skip
    return on_labels(c, frame, as_index(frame, wanted), "on_nearest", options)


def rising(c: Call, frame: Frame) -> Frame:
    """The frame, of which the job sees that its labels rise, where that is not known."""
    level, keys = frame.index.levels[0], frame.order.keys
    if keys and keys[0].name == level.name and keys[0].ascending:
        return frame  # the job sees whether a label is missing
    order = "".join(f", {e}" for e in c.ctx.order_of(frame))
    return frame.but(text=f"{c.ctx.call('rising_labels')}({frame.text}, {render(level.name)}{order})")  # fmt: skip


def as_index(frame: Frame, wanted: Value) -> Value:
    """A list of labels as the index that pandas makes of it, under the old name."""
    import pandas as pd

    if isinstance(wanted, Const) and isinstance(wanted.value, (list, tuple, range)):
        return Const(pd.Index(list(wanted.value), name=frame.index.levels[0].label))
    return wanted


def span_of(tolerance: Any, dtype: str | None) -> Any:
    """A tolerance: a number, or for times the text of a span."""
    import pandas as pd

    number = type(tolerance) in (int, float)
    if tolerance is None or number and dtype in ("int64", "float64", None):
        return tolerance
    if dtype not in ("datetime64[ns]", None):
        raise NoRule("tolerance= of this form")
    try:
        return str(pd.Timedelta(tolerance))
    except (ValueError, TypeError):
        raise NoRule("tolerance= of this form") from None


@rule(
    f"DataFrame.reindex({_REINDEX})",
    not_yet="columns level",
    ignored="copy",
    verdict="runtime",
    example=(
        f"{_DAYS}[['i', 'f']].reindex({_TIMES}, method='nearest', tolerance='2D', fill_value=0)",
        "df.groupby('j')[['i', 'f']].sum().reindex([-9, -1, 0, 4, 6, 9], method='bfill', limit=1)",
    ),
)
def reindex_rows(c: Call) -> Frame:
    """These rows by labels; a label without a row gets the one before it, after it or beside it."""
    c.need(c.lit("axis") in (None, 0, "index"), "columns are chosen")
    return nearest(c, c.frame, c["index"] if c.given("index") else c["labels"])


@rule(
    "Series.reindex(index=None, *, axis=None, method=None, copy=None, level=None, fill_value=None, limit=None, tolerance=None)",
    not_yet="level",
    ignored="axis copy",
    verdict="runtime",
    example=(f"{_DAYS}['s'].reindex({_TIMES}, method='pad', limit=3)",),
)
def reindex_series(c: Call) -> Col:
    """The same of values."""
    return over_series(c, lambda table: nearest(c, table, c["index"]))
