"""Constants and types as the job writes them."""

from __future__ import annotations

from typing import Any

from transpiler.errors import NoRule
from transpiler.facts import SPARK_TYPES, Const, Scalar
from transpiler.symbolic import E, F, lift


def constant(value: Const) -> E:
    """A constant as the job writes it."""
    if value.text is not None:
        return E(value.text)
    return lift(spark_literal(value.value))


def spark_literal(value: Any) -> Any:
    """A Python or numpy constant as a literal with a repr that works in the job."""
    if isinstance(value, (bool, int, float, str)) or value is None:
        return value
    if type(value).__module__ == "numpy":
        return value.item()
    if getattr(value, "tzinfo", None) is not None:
        raise NoRule("a time of a zone among times without one")
    if type(value).__name__ == "Timestamp":
        return F.lit(str(value)).cast("timestamp")
    if type(value).__name__ in ("datetime", "date"):
        kind = "timestamp" if type(value).__name__ == "datetime" else "date"
        return F.lit(str(value)).cast(kind)
    if type(value).__name__ in ("Timedelta", "timedelta"):
        return F.expr(interval_text(value))
    raise NoRule(f"a constant of type {type(value).__name__} has no Spark literal")


def interval_text(value: Any) -> str:
    """A timedelta as an SQL interval."""
    micros = round(value.total_seconds() * 1_000_000)
    for size, unit in (
        (86_400_000_000, "DAY"),
        (3_600_000_000, "HOUR"),
        (60_000_000, "MINUTE"),
        (1_000_000, "SECOND"),
    ):
        if micros % size == 0:
            return f"INTERVAL {micros // size} {unit}"
    return f"INTERVAL {micros / 1_000_000:.6f} SECOND"


def is_missing(value: Any) -> bool:
    """None, NaN, NaT or NA."""
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in (
        "NaTType", "NAType"
    )  # fmt: skip


def scalar_type(value: Any) -> str | None:
    """The Spark type of a constant or scalar operand."""
    if isinstance(value, Scalar):
        return spark_type(value.dtype)
    if isinstance(value, Const):
        names = {"bool": "boolean", "int": "bigint", "float": "double", "str": "string",
                 "Timestamp": "timestamp", "datetime": "timestamp", "date": "date",
                 "Timedelta": "interval day to second", "timedelta": "interval day to second",
                 "float64": "double", "int64": "bigint", "NoneType": "void", "NaTType": "void",
                 "NAType": "void"}  # fmt: skip
        return names.get(type(value.value).__name__)
    return None


def spark_type(dtype: str | None) -> str | None:
    """The Spark type of a pandas dtype; None when the dtype is not known."""
    if dtype is None:
        return None
    if dtype not in SPARK_TYPES:
        raise NoRule(f"a {dtype} column has no Spark form here")
    return SPARK_TYPES[dtype]


def timestamp_constant(text: str) -> Const:
    """A date or time text, which may be no more than a year or a month, as a constant timestamp."""
    import warnings

    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            stamp = pd.Timestamp(text)
    except ValueError:
        raise NoRule(f"times compared with the text {text!r}") from None
    # "10:00", "today" and "5 March" are of a year that the text does not say.
    if stamp is pd.NaT or f"{stamp.year:04d}" not in text or stamp.tzinfo or stamp.nanosecond:
        raise NoRule(f"times compared with the text {text!r}")
    return Const(stamp.to_pydatetime())


def zoned(zone: Any) -> str:
    """The dtype of times of a zone, as pandas names it. Raises NoRule for what is no zone by name."""
    import datetime

    import pandas as pd

    if not zone or not isinstance(zone, (str, datetime.timezone)):
        raise NoRule("a zone that is not known by its name")
    try:
        made = pd.DatetimeTZDtype(tz=zone)
    except Exception:  # each library of zones has its own errors
        raise NoRule(f"the zone {zone!r}") from None
    name = str(made.tz)
    if "/" in name and name.startswith("dateutil") or "tz" in name and "(" in name:
        raise NoRule(f"the zone {zone!r}")
    return str(made)


def zoned_literal(value: Any) -> tuple[Any, str]:
    """A constant time of a zone as the instant that it is, and its dtype."""
    import pandas as pd

    return spark_literal(pd.Timestamp(value).tz_convert(None)), zoned(str(value.tzinfo))


__all__ = ["constant", "interval_text", "is_missing", "scalar_type", "spark_literal", "spark_type", "timestamp_constant", "zoned",
           "zoned_literal"]  # fmt: skip
