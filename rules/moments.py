"""Times made of one value that the job computes: ``pd.to_datetime(df["t"].max())``."""

from __future__ import annotations

import re
from typing import Any

from rules.constants import zoned
from rules.registry import Call, rule
from transpiler.facts import Const, Scalar, Text, Value
from transpiler.infer.driver import import_pandas
from transpiler.infer.moments import DATE, TIME

_LAST = "df['t'].max()"
_YEARS = "df['t'].dt.year"
_UTC = "df['t'].dt.tz_localize('UTC')"
_PARTS = ("ts_input", "year", "month", "day", "hour", "minute", "second", "microsecond")
_TIMES = "raw = pd.read_csv('nasty.csv')\nraw['d'] = pd.to_datetime(raw['d'])\n"


@rule(
    "pandas.to_datetime(arg, errors='raise', dayfirst=False, yearfirst=False, utc=False, format=None, "
    "exact=None, unit=None, infer_datetime_format=None, origin='unix', cache=True)",
    not_yet="utc infer_datetime_format",
    example=(
        f"m = pd.to_datetime({_LAST})\nout = df[df['t'] >= m - pd.Timedelta(days=700)][['t', 'i']]",
        f"out = df.assign(last=pd.to_datetime({_LAST}), day=pd.to_datetime({_LAST}).date())[['t', 'last', 'day']]",
        f"{_TIMES}m = pd.to_datetime(raw['t'].dropna().min())\nout = raw[raw['d'] > m][['d', 'i']]",
        f"{_TIMES}m = pd.to_datetime(raw['t'].dropna().max(), format='%Y-%m-%d %H:%M:%S')\nout = raw.assign(age=(m - raw['d']).dt.days)[['d', 'age']]",
        "m = pd.to_datetime(df['i'].max(), unit='D')\nout = df[df['t'] > m][['t', 'i']]",
        f"m = pd.to_datetime({_LAST}).date()\nout = pd.DataFrame({{'day': pd.date_range(start=m - pd.Timedelta(days=3), end=m)}})",
        f"m = {_LAST}\nout = df.assign(year=m.year, text=m.strftime('%Y-%m'), first=m.replace(day=1), before=m.year - 1)[['t', 'year', 'text', 'first', 'before']]",
        f"m = {_LAST}\nout = df.assign(since=(m - df['t'].min()).days, month=m.normalize() + pd.offsets.MonthEnd(0))[['t', 'since', 'month']]",
        "from datetime import date, datetime\nout = df.assign(day=date.today(), year=datetime.now().strftime('%Y'), age=date.today().year - df['t'].dt.year)[['t', 'day', 'year', 'age']]",
        f"df['last'] = str({_LAST}.date())\nout = df[['t', 'last']]",
        "m = df[df['i'] > 99]['t'].max()\nout = df.assign(last=m, year=m.year, next=m.year + 1)[['t', 'last', 'year', 'next']]",
        "m = df['t'].max() - pd.DateOffset(months=3)\nout = df.assign(late=df['t'] > m, cut=m)[['t', 'late', 'cut']]",
    ),
)
def to_datetime(c: Call) -> Value:
    """One time, from what the job computed."""
    return moment_of(c, c["arg"], "pd.to_datetime")


@rule(
    "pandas.Timestamp(ts_input=None, year=None, month=None, day=None, hour=None, minute=None, second=None, microsecond=None, "
    "tzinfo=None, *, nanosecond=None, tz=None, unit=None, fold=None)",
    not_yet="tzinfo nanosecond fold",
    example=(
        f"m = pd.Timestamp({_LAST}) - pd.Timedelta(days=365)\nout = df[df['t'] > m][['t', 'i']]",
        "df[(df['t'] > pd.Timestamp(year=2020, month=1, day=1)) & (df['t'] < pd.to_datetime('2024'))][['t', 'i']]",
        f"m = {_LAST}\nout = df[df['t'] >= pd.Timestamp(year=m.year, month=1, day=1, hour=m.hour)][['t', 'i']]",
        f"y = int({_YEARS}.max())\nout = df.assign(left=(pd.Timestamp(y, 12, 31) - df['t']).dt.days, eve=pd.Timestamp(y, 12, 31, 18))[['left', 'eve']]",
        f"m = pd.Timestamp(int({_YEARS}.min()), 7, 1, tz='Europe/Berlin')\nout = df.assign(m=m, later={_UTC} > m)[['m', 'later']]",
        f"m = pd.Timestamp(df['i'].max(), unit='D', tz='Asia/Tokyo')\nout = df.assign(m=m, text=pd.Timestamp(str({_LAST}), tz='UTC'))[['m', 'text']]",
        f"m = pd.Timestamp({_LAST}, tz='UTC')\nout = df.assign(m=m, days=(m - {_UTC}).dt.days)[['m', 'days']]",
        "out = df.assign(m=pd.Timestamp(2020, 1, 1, tz='US/Eastern'), n=pd.Timestamp('2020-06-01', tz='UTC'))[['m', 'n']]",
    ),
)
def timestamp(c: Call) -> Value:
    """One time, from what the job computed: a number, a text, or its year, month and so on."""
    if not c.given("year"):
        return moment_of(c, c["ts_input"], "pd.Timestamp")
    parts = {k: c[k] for k in _PARTS if c.given(k)}
    whole = all(isinstance(v, Scalar) or isinstance(v, Const) and isinstance(v.value, int) for v in parts.values())  # fmt: skip
    c.need(whole and any(isinstance(v, Scalar) for v in parts.values()), "numbers that are not known here")  # fmt: skip
    named = {k: c[k] for k in (*_PARTS, "tz") if c.given(k)}
    placed = []
    for name in _PARTS if c.given("ts_input") else ():  # then each stands one place further left
        if name not in named:
            break
        placed.append(named.pop(name))
    c.need(not c.given("unit"), "unit= of a year")
    import_pandas(c.ctx)
    text = c.interpreter.driver.call("", "pd.Timestamp", placed, named)  # type: ignore[attr-defined]
    reads = frozenset().union(*(v.vars for v in parts.values()))
    return Scalar(text, dtype_in_zone(c), reads, "time")


def dtype_in_zone(c: Call) -> str:
    """The dtype of a time of the zone ``tz=``."""
    return TIME if c.lit("tz") is None else zoned(c.lit("tz"))


def moment_of(c: Call, value: Value, function: str) -> Value:
    """``function`` of the value, with the options that were given. Of a text that nothing is known
    about the zone is not known either, and so not the dtype."""
    c.need(isinstance(value, (Scalar, Text)), "not one value that the job computes")
    given = {k: c[k] for k in c.args if c.given(k) and k not in ("arg", "ts_input")}
    dtype = value.dtype if isinstance(value, Scalar) else "object"
    zone = "tz" in c.args and c.lit("tz")
    if dtype == TIME and not given:
        return value
    import_pandas(c.ctx)
    text = c.interpreter.driver.call("", function, [value], given)  # type: ignore[attr-defined]
    known = dtype in (TIME, DATE, "int64", "float64") or has_no_zone(given.get("format"))
    return Scalar(text, zoned(zone) if zone else TIME if known else None, value.vars, "time")


def has_no_zone(given: Any) -> bool:
    """Whether a format reads no offset from UTC."""
    form = given.value if isinstance(given, Const) else None
    return isinstance(form, str) and "%" in form and not re.search("%[zZ]", form)
