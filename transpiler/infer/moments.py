"""Times, dates and intervals that the job computes with: what becomes of a scalar from data."""

from __future__ import annotations

from typing import Any

from rules.constants import zoned
from transpiler.errors import NoRule
from transpiler.facts import Const, Scalar, Value, zone_of

TIME, DATE, SPAN = "datetime64[ns]", "date", "timedelta64[ns]"
#: NaT gives NaN here, which makes a column of fractions
_COUNT = "int64?"

#: attributes and methods of a scalar of that dtype, and the dtype of what they give
ATTRIBUTES = {
    TIME: {
        **dict.fromkeys(("year", "month", "day", "hour", "minute", "second", "microsecond"), _COUNT),
        **dict.fromkeys(("quarter", "dayofweek", "day_of_week", "dayofyear", "day_of_year"), _COUNT),
        **dict.fromkeys(("is_month_start", "is_month_end", "is_quarter_start"), "bool"),
        **dict.fromkeys(("is_quarter_end", "is_year_start", "is_year_end", "is_leap_year"), "bool"),
    },
    DATE: dict.fromkeys(("year", "month", "day"), "int64"),
    SPAN: dict.fromkeys(("days", "seconds", "microseconds"), _COUNT),
}  # fmt: skip
METHODS = {
    TIME: {
        **dict.fromkeys(("normalize", "floor", "ceil", "round", "replace"), TIME),
        **dict.fromkeys(("strftime", "isoformat", "month_name", "day_name"), "object"),
        **dict.fromkeys(("weekday", "isoweekday"), _COUNT),
        "date": DATE,
        "timestamp": "float64",
    },
    DATE: {
        **dict.fromkeys(("strftime", "isoformat"), "object"),
        **dict.fromkeys(("weekday", "isoweekday"), "int64"),
        "replace": DATE,
    },
    SPAN: {"total_seconds": "float64"},
}  # fmt: skip
#: what Python's clock tells
CLOCKS = {"datetime.date.today": DATE, "datetime.datetime.now": TIME, "datetime.datetime.today": TIME}  # fmt: skip

#: (left, operator, right): the dtype of the result. An "offset" counts months or days.
_SUMS = {
    (TIME, SPAN): TIME,
    (TIME, "offset"): TIME,
    (TIME, "relative"): TIME,
    (DATE, SPAN): DATE,
    (DATE, "relative"): DATE,
    (DATE, "offset"): TIME,
    (SPAN, SPAN): SPAN,
}
_RESULTS = {
    **{(a, "__add__", b): made for (a, b), made in _SUMS.items()},
    **{(b, "__add__", a): made for (a, b), made in _SUMS.items()},
    **{(a, "__sub__", b): made for (a, b), made in _SUMS.items()},
    (TIME, "__sub__", TIME): SPAN,
    (DATE, "__sub__", DATE): SPAN,
}
#: constants by the name of their class, where it is another than that of their dtype
_CLASSES = {"Timestamp": TIME, "datetime": TIME, "date": DATE, "Timedelta": SPAN, "timedelta": SPAN}
_CLOCK_PARTS = ("hours", "minutes", "seconds", "microseconds")
_SET_PARTS = ("hour", "minute", "second", "microsecond")


def in_zone(zone: Any) -> str | None:
    """The dtype of times of a zone; None for one that is not known by its name."""
    try:
        return zoned(zone)
    except NoRule:
        return None


def kind(value: Value) -> str | None:
    """What a value is among times: a dtype, "offset", "relative" (of whole days), or None."""
    if isinstance(value, Scalar):
        return value.dtype
    if not isinstance(value, Const):
        return None
    zone = getattr(value.value, "tzinfo", None)
    if zone is not None:
        return in_zone(str(zone))
    name = type(value.value).__name__
    if name == "relativedelta":
        timed = any(getattr(value.value, p) for p in _CLOCK_PARTS)
        timed = timed or any(getattr(value.value, p) is not None for p in _SET_PARTS)
        return None if timed else "relative"
    if type(value.value).__module__.startswith("pandas._libs.tslibs.offsets"):
        return "offset"
    return _CLASSES.get(name)


def moment_type(method: str, left: Value, right: Value) -> str | None:
    """The dtype of ``left <op> right`` among times, dates and intervals; None for others."""
    kinds = [kind(v) for v in (left, right)]
    zoned = [k for k in kinds if zone_of(k)]
    if zoned and TIME in kinds:  # pandas has no difference of the two
        return None
    a, b = (TIME if zone_of(k) else k for k in kinds)
    made = _RESULTS.get((a, method, b))  # type: ignore[arg-type]
    return zoned[0] if zoned and made == TIME else made


def attribute_type(owner: Value, attr: str) -> str | None:
    """The dtype of an attribute of a scalar; None where that is not known."""
    return member_type(ATTRIBUTES, owner, attr) if isinstance(owner, Scalar) else None


def method_type(owner: Value, method: str, args: list, kwargs: dict[str, Any]) -> str | None:
    """The dtype of what a method of a scalar gives; None where that is not known."""
    if not isinstance(owner, Scalar) or kwargs.keys() & {"tzinfo", "tz"}:
        return None
    if method in ("tz_localize", "tz_convert") and len(args) == 1 and (owner.dtype == TIME or zone_of(owner.dtype)):  # fmt: skip
        zone = args[0].value if isinstance(args[0], Const) else ""
        return TIME if zone is None else in_zone(zone)
    return member_type(METHODS, owner, method)


def member_type(table: dict[str, dict], owner: Scalar, name: str) -> str | None:
    """The dtype of what has that name; of a scalar of unknown type where it is always a number or
    a text (a time may have a zone)."""
    if zone_of(owner.dtype):
        made = table[TIME].get(name)
        return owner.dtype if made == TIME else made
    if owner.dtype is not None:
        return table.get(owner.dtype, {}).get(name)
    found = next((members[name] for members in table.values() if name in members), None)
    return found if found not in (TIME, SPAN) else None


__all__ = ["CLOCKS", "DATE", "SPAN", "TIME", "attribute_type", "kind", "method_type", "moment_type"]
