"""Times and intervals from text, numbers and parts: ``to_datetime``, ``to_timedelta``, ``now``."""

from __future__ import annotations

import re
from typing import Any

from rules.constants import zoned
from rules.convert import result, source_values, whole_frame_call
from rules.dates import runtime
from rules.lib import derive, meet, series_of, tightened, typed
from rules.ordered import known_number
from rules.registry import Call, rule
from transpiler.facts import (
    INTEGERS,
    NUMBERS,
    TEXTS,
    Col,
    Const,
    Frame,
    Mapping,
    Scalar,
    Value,
    zone_of,
)
from transpiler.symbolic import E, F

_UNITS = {"D": "D", "d": "D", "day": "D", "days": "D", "h": "h", "hour": "h", "hours": "h", "m": "m", "min": "m",
          "minute": "m", "minutes": "m", "s": "s", "sec": "s", "second": "s", "seconds": "s", "ms": "ms",
          "us": "us"}  # fmt: skip


# --- to_datetime, to_timedelta --------------------------------------------------------------


@rule(
    "pandas.to_datetime(arg, errors='raise', dayfirst=False, yearfirst=False, utc=False, format=None, "
    "exact=None, unit=None, infer_datetime_format=None, origin='unix', cache=True)",
    not_yet="yearfirst exact",
    ignored="cache infer_datetime_format",
    example=(
        "pd.to_datetime(df['t'])",
        "pd.to_datetime(pd.read_csv('nasty.csv')['t'])",
        "pd.to_datetime(pd.read_csv('nasty.csv')['d'], format='%Y-%m-%d')",
        "pd.to_datetime(df['s'], errors='coerce', format='%Y')",
        "raw = pd.read_csv('nasty.csv')\nraw['d'] = pd.to_datetime(raw['d'])\nout = raw[raw['d'] > '2023-01-01'][['d', 'i']]",
        "pd.to_datetime(df['d'].dt.strftime('%d/%m/%Y'), dayfirst=True, errors='coerce')",
        "pd.to_datetime(df['d'].dt.strftime('%d.%b %y'), format='%d.%b %y')",
        "pd.to_datetime(df['i'], unit='D')",
        "pd.to_datetime(df['f'], unit='s', errors='coerce')",
        "pd.to_datetime(df['t'].dt.date)",
        "pd.to_datetime(pd.read_csv('nasty.csv')['d'], unit='ns')",
        "pd.to_datetime(df['d'].dt.strftime('%d/%m/%Y'), unit='ns', errors='coerce')",
        "pd.to_datetime(df['i'].abs() + 20200101, format='%Y%m%d')",
        "pd.to_datetime(df['i'] + 45000, unit='D', origin='1899-12-30')",
        "pd.to_datetime(df['j'], unit='s', origin=pd.Timestamp('2020-01-01'))",
        "pd.to_datetime(df['s'], errors='coerce')",
        "pd.to_datetime(df['d'].dt.strftime('%d %B %Y').fillna('2020/5/17 10pm'), format='mixed')",
        "pd.to_datetime(df['t'].dt.strftime('%Y-%m-%dT%H:%M:%S'), format='ISO8601')",
        "pd.to_datetime(df['d'].dt.strftime('%G %V %u'), format='%G %V %u')",
        "parts = df[['i', 'j', 'n']].abs() % 12 + 1\nout = pd.to_datetime(parts.set_axis(['YEAR', 'MONTH', 'DAY'], axis=1).assign(YEAR=2024))",
        "pd.to_datetime(df.assign(year=df['i'] + 2000, month=3, day=df['j'].abs() + 1)[['year', 'month', 'day']])",
        "pd.to_datetime({'year': df['i'] + 2000, 'month': df['n'], 'day': df['j'].abs()}, errors='coerce')",
        "pd.to_datetime(dict(year=df.i + 2000, month=df['j'].abs() % 12 + 1, day=1))",
        "(pd.to_datetime('today') - df['t']).dt.days > 300",
        "pd.to_datetime({'year': 2024, 'month': df['i'].abs() + 1, 'day': 1, 'hour': df['j'].abs()})",
        "pd.to_datetime(df['t'], utc=True)",
        "pd.to_datetime(pd.read_csv('nasty.csv')['t'], utc=True).dt.tz_convert('Europe/Berlin')",
        "pd.to_datetime(df['t'].dt.strftime('%Y-%m-%dT%H:%M:%SZ'), utc=True)",
        "pd.to_datetime(df['t'].dt.strftime('%Y-%m-%d %H:%M:%S') + '-05:30', utc=True, format='%Y-%m-%d %H:%M:%S%z')",
        "pd.to_datetime(df['t'].dt.strftime('%d/%m/%Y %H:%M') + ' +0200', utc=True, format='%d/%m/%Y %H:%M %z', errors='coerce')",
        "pd.to_datetime(df['i'], unit='s', utc=True).dt.tz_convert('Asia/Tokyo').dt.strftime('%H:%M')",
        "df[pd.to_datetime(df['t'], utc=True) > pd.Timestamp('2020-01-01', tz='UTC')][['t', 'i']]",
        "df[pd.to_datetime(df['t'], utc=True).dt.tz_convert('Asia/Tokyo') >= '2022-03-27 11:30'][['t', 'i']]",
        "pd.to_datetime(df['t'], utc=True) - pd.Timestamp('2020-01-01', tz='Europe/Berlin')",
        "(pd.to_datetime(df['t'], utc=True) - pd.to_datetime(df['d'], utc=True)).dt.days",
        "pd.to_datetime(df['t'], utc=True) + pd.Timedelta(hours=1)",
    ),
)
def to_datetime(c: Call) -> Value:
    """Times from text (by a format, or the one that pandas guesses) or from numbers."""
    c.need(isinstance(c.lit("utc"), bool), "utc= of this value")
    made = times_of(c)
    if not isinstance(made, Col) or made.dtype != "datetime64[ns]" or not c.lit("utc"):
        return made
    return derive(made.expr, "datetime64[ns, UTC]", made, null_free=made.null_free)


def times_of(c: Call) -> Value:
    """Times, which are instants where utc= is asked for."""
    series, errors, unit = c["arg"], c.lit("errors"), c.lit("unit")
    if isinstance(series, Const) and series.value in ("now", "today"):
        c.need(not c.lit("utc"), "the time of now with a zone: pd.Timestamp.now('UTC')")
        return clock(c)
    c.need(errors in ("raise", "coerce"), f"errors={errors!r}")
    c.need(unit is not None or not c.given("origin"), "origin= without unit=")
    if isinstance(series, (Frame, Mapping)):
        return from_parts(c, series, errors == "coerce")
    c.need(isinstance(series, Col), "not a Series that is known here")
    series = tightened(series) if series.loose else series
    coerce = {"coerce": True} if errors == "coerce" else {}
    if zone_of(series.dtype):
        return derive(series.expr, "datetime64[ns]", series) if c.lit("utc") else series
    if series.dtype == "datetime64[ns]":
        return series
    if series.dtype == "date":
        return result(series, series.expr.cast("timestamp"), "datetime64[ns]")
    if unit == "ns" and series.dtype in TEXTS:
        return each_by_itself(c, series, coerce)
    if unit is not None:
        c.need(unit not in ("ns", "nanosecond"), "Spark's times have microseconds: with unit='us' of the numbers // 1000 this runs on the cluster")  # fmt: skip
        c.need(series.dtype not in TEXTS, f"unit={unit!r} of texts; of pd.to_numeric of them it runs on the cluster")  # fmt: skip
        c.need(
            unit in _UNITS and series.dtype in NUMBERS | {None}, f"unit={unit!r} of these values"
        )
        expr = series.expr
        if series.dtype is None:
            c.verdict = "runtime"  # type: ignore[attr-defined]
            expr = typed(c.ctx, "some_number", series, what="to_datetime with a unit")
        # pandas adds the origin to fractions as floats, and keeps what that loses in nanoseconds.
        c.need(not c.given("origin") or series.dtype in INTEGERS, "origin= of fractions")
        number = expr + units_between(c, unit) if c.given("origin") else expr
        whole = {"whole": True} if series.dtype in INTEGERS else {}
        expr = runtime(c, "time_from_number", number, _UNITS[unit], **coerce, **whole)
        return result(series, expr, "datetime64[ns]")
    whole = series.dtype in INTEGERS and series.null_free and c.lit("format") is not None
    c.need(series.dtype in ("object", "string", None) or whole, "times from these values")
    wanted = c.lit("format")
    if wanted is not None:
        return by_format(c, series, wanted, coerce)
    if errors == "raise":
        wanted = learnt_format(c, series)
        if wanted is not None:
            return by_format(c, series, wanted, coerce)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    order = [E(k.text) for k in c.ctx.order_of(series.frame)]
    options = {**coerce, **({"dayfirst": True} if c.lit("dayfirst") else {}), **in_utc(c)}
    return result(
        series, whole_frame_call(c.ctx, "to_datetime", series, *order, **options), "datetime64[ns]"
    )


def each_by_itself(c: Call, series: Col, coerce: dict) -> Col:
    """Texts with ``unit="ns"``: pandas reads each one by itself, whatever the others look like. Where
    all of the input at hand are of one ISO format, so they are in the job, or it fails."""
    c.need(not c.lit("dayfirst"), "dayfirst= with a unit")
    wanted = None if coerce else learnt_format(c, series)
    return by_format(c, series, wanted if (wanted or "").startswith("%Y-%m-%d") else "mixed", coerce)  # fmt: skip


def in_utc(c: Call) -> dict:
    return {"utc": True} if c.lit("utc") else {}


def units_between(c: Call, unit: str) -> int:
    """How many units ``origin=`` is after 1970."""
    import pandas as pd

    origin = c.lit("origin")
    if origin == "unix":
        return 0
    c.need(isinstance(origin, (str, pd.Timestamp)) and origin != "julian", "origin= of this form")
    after = pd.Timestamp(origin) - pd.Timestamp(0)
    step = pd.Timedelta(1, unit=_UNITS[unit])  # type: ignore[call-overload]
    c.need(after % step == pd.Timedelta(0), "origin= between two units")
    return after // step


_TIME_PARTS = {"hour": "HOUR", "hours": "HOUR", "minute": "MINUTE", "minutes": "MINUTE",
               "second": "SECOND", "seconds": "SECOND"}  # fmt: skip


def from_parts(c: Call, parts: Any, coerce: bool) -> Col:
    """Times from columns named year, month and day (and hour, minute, second)."""
    given = [p for p in ("unit", "format", "origin", "dayfirst") if c.given(p)]
    c.need(not given, f"{given}= with the parts of times")
    if isinstance(parts, Frame):
        values = {
            x.label: c.ctx.literals.get(x.uid) or series_of(c.ctx, parts, x.label)
            for x in parts.columns
        }
        c.need(not parts.open, "the columns of the frame are not known here")
    else:
        values = dict(parts.items)
    c.need(all(isinstance(k, str) for k in values), "parts of times that are not named")
    values = {k.lower(): v for k, v in values.items()}
    _, items = meet(*values.values())
    c.need(any(isinstance(v, Col) for v in items), "parts of times that are constants alone")
    days = ("year", "years", "month", "months", "day", "days")
    for n, (k, v) in enumerate(zip(values, items)):
        if isinstance(v, Col) and v.dtype is None and k in days:
            items[n] = v = known_number(c, v, "to_datetime").but(dtype="float64")
        number = isinstance(v, Col) and v.dtype in ("int64", "float64") and not v.temps
        whole = isinstance(v, Const) and isinstance(v.value, int)
        c.need(number or whole, "parts of times that are not numbers for sure")
    exprs = {k: F.lit(v.value) if isinstance(v, Const) else v.expr for k, v in zip(values, items)}
    date = [
        exprs.pop(k) if k in exprs else exprs.pop(f"{k}s", None) for k in ("year", "month", "day")
    ]
    c.need(
        all(p is not None for p in date) and set(exprs) <= set(_TIME_PARTS),
        "the names of the parts of times",
    )
    time = runtime(c, "time_from_parts", *date, **({"coerce": True} if coerce else {}))
    for name, expr in exprs.items():
        series = values[name]
        c.need(isinstance(series, Const) or series.dtype == "int64", "parts of times with gaps")
        time = time + expr * F.expr(f"INTERVAL 1 {_TIME_PARTS[name]}")
    columns = [v for v in items if isinstance(v, Col)]
    return derive(time, "datetime64[ns]", *columns, label=None, null_free=False, loose=False)


def learnt_format(c: Call, series: Col) -> str | None:
    """The format that pandas guesses for the input at hand; None when that is not to be had. A text
    of another format fails the job, as the pinned types of an input do."""
    values = source_values(c, series.frame, series.column) if series.column is not None else None
    if values is None:
        return None
    from pandas.tseries.api import guess_datetime_format

    present = values[values.notna() & ~values.isin(["", "NaT", "nat", "NAT", "nan", "NaN", "NAN"])]
    if not len(present) or not isinstance(present.iloc[0], str):
        return None
    found = guess_datetime_format(present.iloc[0], dayfirst=bool(c.lit("dayfirst")))
    known = _FORMAT | ({"z"} if c.lit("utc") else set())
    return found if found is not None and set(re.findall(r"%(.)", found)) <= known else None


_FORMAT = set("YymdHIMSfbBaAp%")


def by_format(c: Call, series: Col, wanted: Any, coerce: dict) -> Col:
    """Times by a format that the program gives."""
    c.need(isinstance(wanted, str), "format= is not a text")
    directives = re.findall(r"%(.)", wanted, re.DOTALL)
    c.need("Z" not in directives and (c.lit("utc") or "z" not in directives), "times with a zone")
    if set(directives) - _FORMAT - {"z"} or not directives:
        coerce = {**coerce, **({"dayfirst": True} if c.lit("dayfirst") else {})}
        c.verdict = "udf"  # type: ignore[attr-defined]
    c.need(len(set(directives)) == len(directives), "a part of the time is given twice")
    c.need(
        not {"Y", "y"} <= set(directives) and not ("p" in directives) ^ ("I" in directives),
        f"format={wanted!r}",
    )
    source = series.expr
    if series.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
    if series.dtype not in ("object", "string"):
        source = typed(c.ctx, "date_text", series)
    made = runtime(c, "time_from_text", source, wanted, **coerce, **in_utc(c))
    return result(series, made, "datetime64[ns]")


@rule(
    "pandas.to_timedelta(arg, unit=None, errors='raise')",
    example=(
        "pd.to_timedelta(df['i'], unit='D')",
        "df['t'] + pd.to_timedelta(df['j'], unit='h')",
        "pd.to_timedelta(df['j'], unit='m').dt.total_seconds()",
        "pd.to_timedelta(df['n'], unit='D')",
        "df['d'] - pd.to_timedelta(df['g'], unit='h')",
        "pd.to_timedelta(df['t'].dt.strftime('%H:%M:%S'))",
        "pd.to_timedelta(df['j'].astype(str) + ' min', errors='coerce')",
        "pd.to_timedelta(df['d'] - df['t'])",
    ),
)
def to_timedelta(c: Call) -> Value:
    """Intervals from numbers of a unit, or from text."""
    series, unit, errors = c["arg"], c.lit("unit"), c.lit("errors")
    c.need(isinstance(series, Col), "not a Series that is known here")
    c.need(unit is None or unit in _UNITS, f"unit={unit!r}")
    c.need(errors == "raise" or errors == "coerce" and series.dtype == "object", "errors= of this value")  # fmt: skip
    if series.dtype == "timedelta64[ns]":
        return series
    if series.dtype in INTEGERS and unit is not None and _UNITS[unit] in _INTERVALS:
        expr = series.expr * F.expr(f"INTERVAL 1 {_INTERVALS[_UNITS[unit]]}")
    elif series.dtype == "object":
        c.need(unit is None, "unit= of text")
        c.verdict = "udf"  # type: ignore[attr-defined]
        expr = runtime(c, "span_from_text", series.expr, **({"coerce": True} if errors != "raise" else {}))  # fmt: skip
    elif series.dtype == "float64" and unit is not None:
        expr = runtime(c, "span_from_number", series.expr, _UNITS[unit])
    else:
        c.need(series.dtype is None and not series.is_nullable, "intervals from these values")
        c.verdict = "runtime"  # type: ignore[attr-defined]
        expr = typed(c.ctx, "some_span", series, **({"unit": _UNITS[unit]} if unit else {}))
    return derive(expr, "timedelta64[ns]", series, nullable=False, null_free=False, loose=False)


_INTERVALS = {"D": "DAY", "h": "HOUR", "m": "MINUTE", "s": "SECOND"}

# --- the clock ------------------------------------------------------------------------------


def clock(c: Call) -> Scalar:
    """The time at which the job runs."""
    c.ctx.runtime.add("import pandas as pd")
    if "tz" not in c.args or c.lit("tz") is None:
        return Scalar("pd.Timestamp.now()", "datetime64[ns]", hint="now")
    dtype = zoned(c.lit("tz"))
    return Scalar(f"pd.Timestamp.now({zone_of(dtype)!r})", dtype, hint="now")


for _name, _example in (("now", ("(pd.Timestamp.now() - df['t']).dt.days > 300",
                                 "(pd.Timestamp.now(tz='UTC') - df['t'].dt.tz_localize('UTC')).dt.days > 300",
                                 "n = pd.Timestamp.now('UTC').tz_localize(None).normalize()\nout = (n - df['t']).dt.days > 300")),
                        ("today", "df[df['t'] < pd.Timestamp.today() - pd.Timedelta(days=1)][['t', 'i']]")):  # fmt: skip
    rule(f"pandas.Timestamp.{_name}(tz=None)", example=_example)(clock)


@rule(
    "pandas.Timestamp(ts_input, year=None, month=None, day=None, hour=None, minute=None, second=None, microsecond=None, "
    "tzinfo=None, *, nanosecond=None, tz=None, unit=None, fold=None)",
    not_yet="year month day hour minute second microsecond tzinfo nanosecond unit fold",
    example="(pd.Timestamp('today') - df['t']).dt.days > 300",
)
def timestamp_now(c: Call) -> Scalar:
    """``pd.Timestamp("now")``."""
    c.need(c.lit("ts_input") in ("now", "today"), "a time that is not known here")
    return clock(c)
