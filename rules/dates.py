"""Times: ``Series.dt``, to_datetime, to_timedelta, calendar offsets."""

from __future__ import annotations

import re
from typing import Any, Callable

from rules.lib import derive, typed
from rules.registry import Call, rule
from rules.text_parts import columns_of
from rules.widths import FROM_ONE, PART
from transpiler.errors import NoRule
from transpiler.facts import Col, Value, Width, period_of, zone_of
from transpiler.symbolic import E, F, render


def time_of(c: Call) -> E:
    """The receiver as a timestamp expression; a column of unknown type is checked in the job."""
    series = c.col
    zone = zone_of(series.dtype)
    if series.dtype == "datetime64[ns]" or zone == "UTC":
        return series.expr
    if zone:  # what the clocks show there
        c.verdict = "runtime"  # type: ignore[attr-defined]
        return runtime(c, "local_time", series.expr, zone)
    c.need(series.dtype is None, f".dt of a {series.dtype} column")
    c.verdict = "runtime"  # type: ignore[attr-defined]
    return typed(c.ctx, "moment", series)


def runtime(c: Call, name: str, *args: Any, **options: Any) -> E:
    parts = [render(a) for a in args] + [f"{k}={render(v)}" for k, v in options.items()]
    return E(f"{c.ctx.call(name)}({', '.join(parts)})")


def shown_as(c: Call, expr: E, ambiguous: Any = "raise", nonexistent: Any = "raise") -> Col:
    """Times that the clocks of the receiver's zone show; without a zone just these times."""
    zone = zone_of(c.col.dtype)
    if zone not in (None, "UTC"):
        expr = runtime(c, "instant", expr, zone, **edges(c, ambiguous, nonexistent))
    return derive(expr, c.col.dtype if zone else "datetime64[ns]", c.col)


def edges(c: Call, ambiguous: Any, nonexistent: Any) -> dict:
    """What becomes of times that the clocks showed twice or never, where it is not a failure."""
    c.need(ambiguous in ("raise", "NaT"), f"ambiguous={ambiguous!r}")
    if hasattr(nonexistent, "total_seconds"):
        nonexistent = round(nonexistent.total_seconds() * 1_000_000)
    known = nonexistent in ("raise", "NaT", "shift_forward") or isinstance(nonexistent, int)
    c.need(known, f"nonexistent={nonexistent!r}")  # shift_backward ends a nanosecond before
    given = {"ambiguous": ambiguous, "nonexistent": nonexistent}
    return {k: v for k, v in given.items() if v != "raise"}


# --- parts ----------------------------------------------------------------------------------

PARTS_OF_PERIODS = {"year", "month", "day", "hour", "minute", "second", "quarter", "dayofweek", "weekday",
                    "day_of_week", "dayofyear", "day_of_year", "days_in_month", "daysinmonth"}  # fmt: skip


def period_end(series: Col) -> E:
    """Midnight of the last day of periods that are a day or longer, else their first moment."""
    end = PERIOD_ENDS.get((period_of(series.dtype) or "").partition("-")[0])
    return end(series.expr) if end else series.expr


PERIOD_ENDS: dict[str, Callable[[E], E]] = {
    "W": lambda t: F.date_add(t, 6),
    "M": lambda t: F.last_day(t),
    "Q": lambda t: F.last_day(F.add_months(t, 2)),
    "Y": lambda t: F.last_day(F.add_months(t, 11)),
}
_BOUNDS = {"year": 9999, "microsecond": 999_999, "nanosecond": 999}
_PARTS: dict[str, Callable[[E], E]] = {
    "year": F.year,
    "month": F.month,
    "day": F.dayofmonth,
    "hour": F.hour,
    "minute": F.minute,
    "second": F.second,
    "microsecond": lambda t: F.pmod(F.unix_micros(t), F.lit(1000000)),
    "nanosecond": lambda t: F.when(t.isNotNull(), 0),
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

    def _part(c: Call, build: Callable[[E], E] = _build, name: str = _name) -> Col:
        """A number out of each time; of a period it is its last day's."""
        if period_of(c.col.dtype):
            c.need(name in PARTS_OF_PERIODS, f".dt.{name} of periods")
            part = F.coalesce(build(period_end(c.col)), F.lit(-1))  # pandas has it for NaT
            return derive(part, "int64", c.col, null_free=True)
        made = c.ctx.step()
        c.need(not c.ctx.wants(made, "width"), f"a later step computes with .dt.{name} beyond the 32 bits that pandas has it in; with .astype('int64') after it that runs on the cluster")  # fmt: skip
        width = Width(PART, {made}, _BOUNDS.get(name, 366))
        return derive(build(time_of(c)), "int64?", c.col, width=width)

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
    return shown_as(c, F.date_trunc("day", time_of(c)))


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
    facts = {"width": Width(FROM_ONE)}  # UInt32
    series = [
        derive(e, "Int64", c.col, label=n, **facts) for e, n in zip(exprs, ("year", "week", "day"))
    ]
    return columns_of(c, series, ["year", "week", "day"])


# --- names and texts ------------------------------------------------------------------------

_DIRECTIVES = {
    "Y": "yyyy", "m": "MM", "d": "dd", "H": "HH", "M": "mm", "S": "ss", "f": "SSSSSS", "y": "yy", "b": "MMM",
    "B": "MMMM", "a": "EEE", "A": "EEEE", "p": "a", "I": "hh", "j": "DDD", "F": "yyyy-MM-dd", "T": "HH:mm:ss",
    "-d": "d", "-m": "M", "-H": "H", "-M": "m", "-S": "s", "-I": "h", "-j": "D", "h": "MMM", "D": "MM/dd/yy", "R": "HH:mm",
}  # fmt: skip


#: directives that Java has no letters for
_COMPUTED: dict[str, Callable[[E], E]] = {
    "V": lambda t: F.lpad(F.weekofyear(t).cast("string"), 2, "0"),
    "G": lambda t: F.lpad(F.date_part(F.lit("YEAROFWEEK"), t).cast("string"), 4, "0"),
    "u": lambda t: (F.weekday(t) + 1).cast("string"),
    "w": lambda t: (F.dayofweek(t) - 1).cast("string"),
    "U": lambda t: F.lpad(F.floor((F.dayofyear(t) + 7 - F.dayofweek(t)) / 7).cast("string"), 2, "0"),
    "W": lambda t: F.lpad(F.floor((F.dayofyear(t) + 6 - F.weekday(t)) / 7).cast("string"), 2, "0"),
    "e": lambda t: F.lpad(F.dayofmonth(t).cast("string"), 2, " "),
    "k": lambda t: F.lpad(F.hour(t).cast("string"), 2, " "),
}  # fmt: skip
_SHORT = {"%c": "%a %b %e %H:%M:%S %Y", "%x": "%m/%d/%y", "%X": "%H:%M:%S", "%Z": "", "%z": ""}
_ZONE = re.compile("%[Zz]")


def written(t: E, date_format: str) -> E:
    """The text of times by a strftime format. Raises NoRule for a directive without exact form."""
    date_format = re.sub("%[cxXZz]", lambda m: _SHORT[m.group()], re.sub("%%", "\0", date_format))
    date_format = date_format.replace("\0", "%%")
    parts: list[Any] = []
    plain = ""
    for piece in re.findall(r"%-?.|[^%]+|%", date_format, re.DOTALL):
        if piece[1:] not in _COMPUTED or not piece.startswith("%"):
            plain += piece
            continue
        parts += [plain, _COMPUTED[piece[1:]](t)] if plain else [_COMPUTED[piece[1:]](t)]
        plain = ""
    parts += [plain] if plain or not parts else []
    texts = [p if isinstance(p, E) else F.date_format(t, java_format(p)) for p in parts]
    return texts[0] if len(texts) == 1 else F.concat(*texts)


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
        "df['t'].dt.strftime('%G-W%V-%u')",
        "df['d'].dt.strftime('%U %W %w|%e|%k')",
        "df['t'].dt.strftime('%c / %x %X%Z 100%%')",
    ),
)
def strftime(c: Call) -> Col:
    """Times as text."""
    wanted = c.lit("date_format")
    c.need(isinstance(wanted, str) and wanted, "date_format= is not a text")
    zone = zone_of(c.col.dtype)
    if zone == "UTC":
        wanted = _ZONE.sub(lambda m: {"%Z": "UTC", "%z": "+0000"}[m.group()], wanted)
    c.need(zone in (None, "UTC") or not _ZONE.search(wanted), "the zone as text")
    expr = written(time_of(c), wanted)
    return derive(expr, "object", c.col, nullable=False, gap="nan")


for _name, _pattern in (("day_name", "EEEE"), ("month_name", "MMMM")):

    def _named(c: Call, java_pattern: str = _pattern) -> Col:
        """The English name."""
        return derive(
            F.date_format(time_of(c), java_pattern), "object", c.col, nullable=False, gap="nan"
        )

    rule(f"Series.dt.{_name}(locale=None)", not_yet="locale", example=f"df['t'].dt.{_name}()")(
        _named
    )


# --- rounding -------------------------------------------------------------------------------


def step_of(c: Call) -> int:
    """A fixed frequency in microseconds."""
    import pandas as pd

    freq = c.lit("freq")
    try:
        step = pd.Timedelta(pd.tseries.frequencies.to_offset(freq)).value
    except (ValueError, TypeError, AttributeError):
        raise NoRule(f"rounding to {freq!r}") from None
    c.need(step > 0 and step % 1000 == 0, f"rounding to {freq!r}")
    return step // 1000


_TRUNC = {86_400_000_000: "day", 3_600_000_000: "hour", 60_000_000: "minute", 1_000_000: "second"}
for _name, _examples in (
    (
        "floor",
        (
            "df['t'].dt.floor('D')",
            "df['t'].dt.floor('h')",
            "df['t'].dt.floor('7min')",
            "df['t'].dt.floor('h30min')",
            "df['t'].dt.floor(pd.Timedelta(minutes=15))",
        ),
    ),
    ("ceil", ("df['t'].dt.ceil('D')", "df['t'].dt.ceil('15min')")),
    ("round", ("df['t'].dt.round('h')", "df['t'].dt.round('20s')", "df['t'].dt.round('2s')")),
):

    def _rounded(c: Call, name: str = _name) -> Col:
        """Times moved to multiples of a fixed frequency."""
        step, at = step_of(c), (c.lit("ambiguous"), c.lit("nonexistent"))
        t = time_of(c)
        if name == "floor" and step in _TRUNC:
            return shown_as(c, F.date_trunc(_TRUNC[step], t), *at)
        return shown_as(c, runtime(c, f"{name}_time", t, step), *at)

    rule(
        f"Series.dt.{_name}(freq, ambiguous='raise', nonexistent='raise')",
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


@rule("Series.dt.nanoseconds()", example="(df['t'] - df['d']).dt.nanoseconds")
def nanoseconds(c: Call) -> Col:
    """Times are whole microseconds here."""
    days = span_part(c, "days", "int64?")
    return days.but(expr=F.when(days.expr.isNotNull(), 0).cast("bigint"))


_COMPONENTS = ("days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds")


@rule(
    "Series.dt.components()",
    example=(
        "(df['t'] - df['d']).dt.components",
        "(df['t'] - df['d']).dropna().dt.components[['days', 'hours']]",
        "(df['t'] - df['d']).dt.components['minutes']",
    ),
)
def components(c: Call) -> Value:
    """The parts of intervals as they are read, a column each."""
    c.need(c.col.dtype == "timedelta64[ns]", "the Series is not of intervals for sure")
    micros = runtime(c, "micros", c.col.expr)
    sizes = {"days": (86_400_000_000, None), "hours": (3_600_000_000, 24), "minutes": (60_000_000, 60), "seconds": (1_000_000, 60),
             "milliseconds": (1000, 1000), "microseconds": (1, 1000)}  # fmt: skip
    series = []
    for name in _COMPONENTS:
        size, below = sizes.get(name, (1, None))
        part = F.floor(micros / size) if size > 1 else micros
        part = F.pmod(part, F.lit(below)) if below else part
        part = F.when(micros.isNotNull(), 0) if name == "nanoseconds" else part
        series.append(derive(part.cast("bigint"), "int64?", c.col, label=name))
    return columns_of(c, series, list(_COMPONENTS))


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
