"""Times: ``Series.dt``, to_datetime, to_timedelta, calendar offsets."""

from __future__ import annotations

import re
from typing import Any, Callable

from rules.convert import result, source_values, whole_frame_call
from rules.lib import derive, tightened, typed
from rules.registry import Call, rule
from rules.text_parts import columns_of
from transpiler.errors import NoRule
from transpiler.facts import INTEGERS, NUMBERS, Col, Const, Value, Windowed
from transpiler.symbolic import E, F, render

_STEPS = {"D": 86_400_000_000, "d": 86_400_000_000, "h": 3_600_000_000, "H": 3_600_000_000, "min": 60_000_000,
          "T": 60_000_000, "s": 1_000_000, "S": 1_000_000, "ms": 1000, "L": 1000, "us": 1, "U": 1}  # fmt: skip
_UNITS = {"D": "D", "d": "D", "day": "D", "days": "D", "h": "h", "hour": "h", "hours": "h", "m": "m", "min": "m",
          "minute": "m", "minutes": "m", "s": "s", "sec": "s", "second": "s", "seconds": "s", "ms": "ms",
          "us": "us"}  # fmt: skip


def time_of(c: Call) -> E:
    """The receiver as a timestamp expression; a column of unknown type is checked in the job."""
    series = c.col
    if series.dtype == "datetime64[ns]":
        return series.expr
    c.need(series.dtype is None, f".dt of a {series.dtype} column")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return typed(c.ctx, "moment", series)


def runtime(c: Call, name: str, *args: Any, **options: Any) -> E:
    parts = [render(a) for a in args] + [f"{k}={render(v)}" for k, v in options.items()]
    return E(f"{c.ctx.call(name)}({', '.join(parts)})")


# --- parts ----------------------------------------------------------------------------------

_PARTS: dict[str, Callable[[E], E]] = {
    "year": F.year,
    "month": F.month,
    "day": F.dayofmonth,
    "hour": F.hour,
    "minute": F.minute,
    "second": F.second,
    "microsecond": lambda t: F.pmod(F.unix_micros(t), F.lit(1000000)),
    "quarter": F.quarter,
    "dayofweek": F.weekday,
    "weekday": F.weekday,
    "day_of_week": F.weekday,
    "dayofyear": F.dayofyear,
    "day_of_year": F.dayofyear,
    "days_in_month": lambda t: F.dayofmonth(F.last_day(t)),
    "daysinmonth": lambda t: F.dayofmonth(F.last_day(t)),
}
for _name, _build in _PARTS.items():

    def _part(c: Call, build: Callable[[E], E] = _build) -> Col:
        """A number out of each time."""
        return derive(build(time_of(c)), "int64?", c.col)

    rule(f"Series.dt.{_name}()", example=(f"df['t'].dt.{_name}", f"df['d'].dropna().dt.{_name}"))(
        _part
    )


def _leap(t: E) -> E:
    year = F.year(t)
    return (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))


_FLAGS: dict[str, Callable[[E], E]] = {
    "is_month_start": lambda t: F.dayofmonth(t) == 1,
    "is_month_end": lambda t: F.to_date(t) == F.last_day(t),
    "is_quarter_start": lambda t: (F.dayofmonth(t) == 1) & (F.month(t) % 3 == 1),
    "is_quarter_end": lambda t: (F.to_date(t) == F.last_day(t)) & (F.month(t) % 3 == 0),
    "is_year_start": lambda t: F.dayofyear(t) == 1,
    "is_year_end": lambda t: (F.month(t) == 12) & (F.dayofmonth(t) == 31),
    "is_leap_year": _leap,
}
for _name, _build in _FLAGS.items():

    def _flag(c: Call, build: Callable[[E], E] = _build) -> Col:
        """A boolean out of each time; False where the time is missing."""
        return derive(build(time_of(c)), "bool", c.col, loose=True, null_free=False, nullable=False)

    rule(
        f"Series.dt.{_name}()", example=(f"df['t'].dt.{_name}", f"df[~df['d'].dt.{_name}][['d']]")
    )(_flag)


@rule("Series.dt.date()", example=("df['t'].dt.date", "df['d'].dt.date"))
def date(c: Call) -> Col:
    """The day alone."""
    return derive(F.to_date(time_of(c)), "date", c.col)


@rule("Series.dt.normalize()", example=("df['t'].dt.normalize()", "df['d'].dt.normalize()"))
def normalize(c: Call) -> Col:
    """Midnight of the same day."""
    return derive(F.date_trunc("day", time_of(c)), "datetime64[ns]", c.col)


@rule(
    "Series.dt.isocalendar()",
    example=(
        "df['t'].dt.isocalendar().week",
        "df['t'].dt.isocalendar()",
        "df['d'].dt.isocalendar()['year']",
    ),
)
def isocalendar(c: Call) -> Value:
    """ISO year, week and day."""
    t = time_of(c)
    exprs = (F.date_part(F.lit("YEAROFWEEK"), t), F.weekofyear(t), F.weekday(t) + 1)
    series = [derive(e, "Int64", c.col, label=n) for e, n in zip(exprs, ("year", "week", "day"))]
    return columns_of(c, series, ["year", "week", "day"])


# --- names and texts ------------------------------------------------------------------------

_DIRECTIVES = {
    "Y": "yyyy", "m": "MM", "d": "dd", "H": "HH", "M": "mm", "S": "ss", "f": "SSSSSS", "y": "yy", "b": "MMM",
    "B": "MMMM", "a": "EEE", "A": "EEEE", "p": "a", "I": "hh", "j": "DDD", "F": "yyyy-MM-dd", "T": "HH:mm:ss",
    "-d": "d", "-m": "M", "-H": "H", "-M": "m", "-S": "s", "-I": "h", "-j": "D", "h": "MMM", "D": "MM/dd/yy", "R": "HH:mm",
}  # fmt: skip


def java_format(date_format: str) -> str:
    """A strftime format as Java's pattern. Raises NoRule for a directive without an exact form."""
    out = ""
    for piece in re.findall(r"%-?.|[^%]+", date_format, re.DOTALL):
        if piece == "%%":
            out += "%"
        elif piece.startswith("%"):
            if piece[1:] not in _DIRECTIVES:
                raise NoRule(f"strftime with {piece}")
            out += _DIRECTIVES[piece[1:]]
        else:
            quoted = re.sub(
                r"[A-Za-z\[\]{}#']+", lambda m: "'" + m.group().replace("'", "''") + "'", piece
            )
            out += quoted
    if "%" in re.sub(r"%-?.", "", date_format):
        raise NoRule("a strftime format that ends in %")
    return out


@rule(
    "Series.dt.strftime(date_format)",
    example=(
        "df['t'].dt.strftime('%Y-%m-%d')",
        "df['t'].dt.strftime('%d/%m/%y %H:%M:%S')",
        "df['t'].dt.strftime('%A, %d. %B %Y (%j) at %I %p')",
        "df['d'].dt.strftime('%b %-d')",
        "df['t'].dt.strftime('%Y%m')",
        "df['t'].dt.strftime('Q%m [%a] it\\'s')",
    ),
)
def strftime(c: Call) -> Col:
    """Times as text."""
    wanted = c.lit("date_format")
    c.need(isinstance(wanted, str) and wanted, "date_format= is not a text")
    return derive(
        F.date_format(time_of(c), java_format(wanted)), "object", c.col, nullable=False, gap="nan"
    )


for _name, _pattern in (("day_name", "EEEE"), ("month_name", "MMMM")):

    def _named(c: Call, java_pattern: str = _pattern) -> Col:
        """The English name."""
        return derive(
            F.date_format(time_of(c), java_pattern), "object", c.col, nullable=False, gap="nan"
        )

    rule(f"Series.dt.{_name}(locale=None)", not_yet="locale", example=f"df['t'].dt.{_name}()")(
        _named
    )

_PERIODS = {"M": "yyyy-MM", "Y": "yyyy", "A": "yyyy", "D": "yyyy-MM-dd"}


@rule(
    "Series.dt.to_period(freq=None)",
    example=(
        "df['t'].dt.to_period('M').astype(str)",
        "df['t'].dt.to_period('Q').astype(str)",
        "df['t'].dropna().dt.to_period('D').astype(str)",
    ),
)
def to_period(c: Call) -> Value:
    """Periods exist only until they become text."""
    freq = c.lit("freq")
    c.need(freq in _PERIODS or freq == "Q", f"periods of {freq!r}")
    return Windowed(c.self, "to_period", (freq, time_of(c)))  # type: ignore[arg-type]


@rule(
    "Series.dt.to_period.astype(dtype, copy=None, errors='raise')",
    ignored="copy",
    not_yet="errors",
    example="df['d'].dt.to_period('Y').astype(str)",
)
def period_text(c: Call) -> Col:
    """A period as text; NaT where there is none."""
    from rules.convert import targets

    c.need(targets(c["dtype"]) == "str", "periods become text only")
    freq, t = c.self.params  # type: ignore[union-attr]
    series = c.self.owner.owner  # type: ignore[union-attr]
    text = F.date_format(t, _PERIODS[freq]) if freq != "Q" else F.date_format(t, "yyyy'Q'Q")
    return derive(F.coalesce(text, F.lit("NaT")), "object", series, nullable=False, gap="nan")


# --- rounding -------------------------------------------------------------------------------


def step_of(c: Call) -> int:
    """A fixed frequency in microseconds."""
    freq = c.lit("freq")
    found = re.fullmatch(r"(\d*)([A-Za-z]+)", freq) if isinstance(freq, str) else None
    c.need(found is not None and found.group(2) in _STEPS, f"rounding to {freq!r}")
    step = int(found.group(1) or 1) * _STEPS[found.group(2)]  # type: ignore[union-attr]
    c.need(step > 0, f"rounding to {freq!r}")
    return step


_TRUNC = {86_400_000_000: "day", 3_600_000_000: "hour", 60_000_000: "minute", 1_000_000: "second"}
for _name, _examples in (
    ("floor", ("df['t'].dt.floor('D')", "df['t'].dt.floor('h')", "df['t'].dt.floor('7min')")),
    ("ceil", ("df['t'].dt.ceil('D')", "df['t'].dt.ceil('15min')")),
    ("round", ("df['t'].dt.round('h')", "df['t'].dt.round('20s')", "df['t'].dt.round('2s')")),
):

    def _rounded(c: Call, name: str = _name) -> Col:
        """Times moved to multiples of a fixed frequency."""
        step = step_of(c)
        t = time_of(c)
        if name == "floor" and step in _TRUNC:
            return derive(F.date_trunc(_TRUNC[step], t), "datetime64[ns]", c.col)
        return derive(runtime(c, f"{name}_time", t, step), "datetime64[ns]", c.col)

    rule(
        f"Series.dt.{_name}(freq, ambiguous='raise', nonexistent='raise')",
        not_yet="ambiguous nonexistent",
        example=_examples,
    )(_rounded)

# --- intervals ------------------------------------------------------------------------------


def span_part(c: Call, part: str, dtype: str) -> Col:
    c.need(c.col.dtype in ("timedelta64[ns]", None), f".{part} of a {c.col.dtype} column")
    if c.col.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
    return derive(typed(c.ctx, "span_part", c.col, part=part), dtype, c.col)


for _name in ("days", "seconds", "microseconds"):

    def _span(c: Call, name: str = _name) -> Col:
        """A whole number out of each interval."""
        return span_part(c, name, "int64?")

    rule(
        f"Series.dt.{_name}()",
        example=(
            f"(df['t'] - df['d']).dt.{_name}",
            f"(df['d'] - pd.Timestamp('2020-01-01')).dt.{_name}",
        ),
    )(_span)


@rule(
    "Series.dt.total_seconds()",
    example=(
        "(df['t'] - df['d']).dt.total_seconds()",
        "(df['t'] - df['d']).dt.total_seconds() / 3600",
    ),
)
def total_seconds(c: Call) -> Col:
    """Seconds with fractions."""
    return span_part(c, "total_seconds", "float64")


@rule(
    "Series.dt.tz_localize(tz, ambiguous='raise', nonexistent='raise')",
    not_yet="ambiguous nonexistent",
    example="df['t'].dt.tz_localize(None)",
)
def tz_localize(c: Call) -> Col:
    """Times have no zone here: taking it away changes nothing."""
    c.need(c.lit("tz") is None, "times with a zone")
    time_of(c)
    return c.col


# --- to_datetime, to_timedelta --------------------------------------------------------------


@rule(
    "pandas.to_datetime(arg, errors='raise', dayfirst=False, yearfirst=False, utc=False, format=None, "
    "exact=None, unit=None, infer_datetime_format=None, origin='unix', cache=True)",
    not_yet="yearfirst utc exact origin",
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
    ),
)
def to_datetime(c: Call) -> Value:
    """Times from text (by a format, or the one that pandas guesses) or from numbers."""
    series, errors, unit = c["arg"], c.lit("errors"), c.lit("unit")
    c.need(isinstance(series, Col), "not a Series that is known here")
    c.need(errors in ("raise", "coerce"), f"errors={errors!r}")
    series = tightened(series) if series.loose else series
    coerce = {"coerce": True} if errors == "coerce" else {}
    if series.dtype == "datetime64[ns]":
        return series
    if series.dtype == "date":
        return result(series, series.expr.cast("timestamp"), "datetime64[ns]")
    if unit is not None:
        c.need(series.dtype in NUMBERS and unit in _UNITS, f"unit={unit!r} of these values")
        return result(
            series,
            runtime(c, "time_from_number", series.expr, _UNITS[unit], **coerce),
            "datetime64[ns]",
        )
    c.need(series.dtype in ("object", "string", None), "times from these values")
    wanted = c.lit("format")
    if wanted is not None:
        return by_format(c, series, wanted, coerce)
    if errors == "raise":
        wanted = learnt_format(c, series)
        if wanted is not None:
            return by_format(c, series, wanted, coerce)
    c.verdict = "runtime"  # type: ignore[attr-defined]
    order = [E(k.text) for k in c.ctx.order_of(series.frame)]
    options = {**coerce, **({"dayfirst": True} if c.lit("dayfirst") else {})}
    return result(
        series, whole_frame_call(c.ctx, "to_datetime", series, *order, **options), "datetime64[ns]"
    )


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
    return found if found is not None and set(re.findall(r"%(.)", found)) <= _FORMAT else None


_FORMAT = set("YymdHIMSfbBaAp%")


def by_format(c: Call, series: Col, wanted: Any, coerce: dict) -> Col:
    """Times by a format that the program gives."""
    c.need(isinstance(wanted, str), "format= is not a text")
    directives = re.findall(r"%(.)", wanted, re.DOTALL)
    c.need(set(directives) <= _FORMAT, f"format={wanted!r}")
    c.need(len(set(directives)) == len(directives), "a part of the time is given twice")
    c.need(
        not {"Y", "y"} <= set(directives) and not ("p" in directives) ^ ("I" in directives),
        f"format={wanted!r}",
    )
    source = series.expr
    if series.dtype is None:
        c.verdict = "runtime"  # type: ignore[attr-defined]
        source = typed(c.ctx, "text", series)
    return result(series, runtime(c, "time_from_text", source, wanted, **coerce), "datetime64[ns]")


@rule(
    "pandas.to_timedelta(arg, unit=None, errors='raise')",
    not_yet="errors",
    example=(
        "pd.to_timedelta(df['i'], unit='D')",
        "df['t'] + pd.to_timedelta(df['j'], unit='h')",
        "pd.to_timedelta(df['j'], unit='m').dt.total_seconds()",
    ),
)
def to_timedelta(c: Call) -> Value:
    """Intervals from whole numbers of a unit."""
    series, unit = c["arg"], c.lit("unit")
    c.need(
        isinstance(series, Col) and series.dtype in INTEGERS,
        "intervals from what is not whole numbers for sure",
    )
    c.need(unit in _UNITS and _UNITS[unit] in _INTERVALS, f"unit={unit!r}")
    expr = series.expr * F.expr(f"INTERVAL 1 {_INTERVALS[_UNITS[unit]]}")
    return derive(expr, "timedelta64[ns]", series, nullable=False)


_INTERVALS = {"D": "DAY", "h": "HOUR", "m": "MINUTE", "s": "SECOND"}

# --- calendar offsets -----------------------------------------------------------------------


def moved(c: Call, sign: int) -> Col:
    """A time plus or minus a constant pd.DateOffset, MonthEnd or MonthBegin."""
    offset, series = c["other"], c.col
    c.need(isinstance(offset, Const), "the other side is not a constant")
    kind = type(offset.value).__name__
    c.need(kind in _OFFSETS, "the other side is not a calendar offset")
    c.need(series.dtype == "datetime64[ns]", "a calendar offset of what is not a time for sure")
    return result(series, _OFFSETS[kind](c, series, offset.value, sign), "datetime64[ns]")


def by_date_offset(c: Call, series: Col, offset: Any, sign: int) -> E:
    """Years and months first, the day cut to the month's length, then days and the rest."""
    parts = dict(offset.kwds) or {"days": 1}
    months = parts.pop("months", 0) + 12 * parts.pop("years", 0)
    days = parts.pop("days", 0) + 7 * parts.pop("weeks", 0)
    seconds = parts.pop("seconds", 0) + 60 * parts.pop("minutes", 0) + 3600 * parts.pop("hours", 0)
    c.need(not parts and offset.normalize is False, f"the offset {offset!r}")
    whole = all(isinstance(x, int) for x in (months, days, seconds))
    c.need(whole and (offset.n == 1 or not months), f"the offset {offset!r}")
    n = sign * offset.n
    expr = series.expr
    for amount, unit in ((months, "MONTH"), (days, "DAY"), (seconds, "SECOND")):
        if amount:
            expr = expr + F.expr(f"INTERVAL {n * amount} {unit}")
    return expr


def by_month(name: str) -> Callable[[Call, Col, Any, int], E]:
    def build(c: Call, series: Col, offset: Any, sign: int) -> E:
        c.need(offset.normalize is False, "an offset that normalises")
        return runtime(c, name, series.expr, sign * offset.n)

    return build


_OFFSETS = {
    "DateOffset": by_date_offset,
    "MonthEnd": by_month("month_end"),
    "MonthBegin": by_month("month_begin"),
}


@rule(
    "Series.__add__(other)",
    example=(
        "df['t'] + pd.DateOffset(months=1)",
        "df['d'] + pd.DateOffset(years=1, days=-1, hours=5)",
        "df['t'] + pd.offsets.MonthEnd(1)",
        "df['t'] + pd.offsets.MonthEnd(0)",
        "df['d'] + pd.offsets.MonthBegin(2)",
        "df['t'] + pd.offsets.MonthEnd(-2)",
    ),
)
def plus_offset(c: Call) -> Col:
    """A time moved by a calendar offset."""
    return moved(c, 1)


@rule(
    "Series.__sub__(other)",
    example=(
        "df['t'] - pd.DateOffset(months=3)",
        "df['d'] - pd.offsets.MonthBegin(1)",
        "df['t'] - pd.offsets.MonthBegin(0)",
    ),
)
def minus_offset(c: Call) -> Col:
    """A time moved back by a calendar offset."""
    return moved(c, -1)


@rule(
    "Series.__radd__(other)",
    example=("pd.DateOffset(days=3) + df['t']", "df['t'] + pd.Timedelta(days=1)", "df['t'] - pd.Timedelta('1h')",
             "df[df['t'] >= pd.Timestamp('2020-01-01')][['t']]", "df['d'] + pd.Timedelta(weeks=2, minutes=3)", "pd.Timestamp('2024-02-01') - df['t']"),
)  # fmt: skip
def offset_plus(c: Call) -> Col:
    """A calendar offset added to a time."""
    return moved(c, 1)
