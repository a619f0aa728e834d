"""Times of a zone: ``tz_localize``, ``tz_convert``. Spark has their instants, the dtype the zone."""

from __future__ import annotations

from rules.constants import zoned
from rules.dates import edges, runtime, time_of
from rules.lib import derive
from rules.registry import Call, rule
from transpiler.facts import Col, zone_of

_UTC = "df['t'].dt.tz_localize('UTC')"


@rule(
    "Series.dt.tz_localize(tz, ambiguous='raise', nonexistent='raise')",
    example=(
        "df['t'].dt.tz_localize(None)",
        _UTC,
        "df['d'].dt.tz_localize('America/New_York')",
        "df['t'].dt.tz_localize('Europe/Berlin', nonexistent='shift_forward')",
        "df['t'].dt.tz_localize('Europe/Berlin', ambiguous='NaT', nonexistent='NaT')",
        "df['t'].dt.tz_localize('Europe/Berlin', nonexistent=pd.Timedelta(hours=1)).dt.tz_convert('UTC')",
        f"{_UTC}.dt.tz_localize(None)",
        f"{_UTC}.dt.tz_convert('Europe/Berlin').dt.tz_localize(None)",
        "df['t'].dt.tz_localize('UTC').dt.tz_convert('Asia/Kolkata').dt.tz_localize(None).dt.date",
    ),
)
def tz_localize(c: Call) -> Col:
    """Times read as a zone's, or the zone taken away from what its clocks show."""
    series, tz = c.col, c.lit("tz")
    zone = zone_of(series.dtype)
    if tz is None:
        if zone is None:
            time_of(c)
            return series
        return derive(time_of(c), "datetime64[ns]", series)
    c.need(zone is None, "a zone for times that have one")
    dtype = zoned(tz)
    options = edges(c, c.lit("ambiguous"), c.lit("nonexistent"))
    expr = time_of(c)
    if zone_of(dtype) != "UTC":
        c.verdict = "runtime"  # type: ignore[attr-defined]
        expr = runtime(c, "instant", expr, zone_of(dtype), **options)
    return derive(expr, dtype, series)


@rule(
    "Series.dt.tz_convert(tz)",
    example=(
        f"{_UTC}.dt.tz_convert('Europe/Berlin')",
        f"{_UTC}.dt.tz_convert(None)",
        f"{_UTC}.dt.tz_convert('America/New_York').dt.hour",
        f"{_UTC}.dt.tz_convert('Asia/Tokyo').dt.floor('D')",
        f"{_UTC}.dt.tz_convert('Europe/Berlin').dt.normalize().dt.tz_convert('UTC')",
        f"{_UTC}.dt.tz_convert('Australia/Lord_Howe').dt.strftime('%Y-%m-%d %H:%M')",
        f"{_UTC}.dt.strftime('%H:%M:%S %Z %z')",
        f"{_UTC}.dt.tz_convert('UTC+02:00').astype(str)",
        f"{_UTC}.dt.tz_convert('US/Eastern').astype(str)",
        f"{_UTC}.dt.tz_convert('Asia/Kolkata').dt.date",
        f"df.assign(z={_UTC}.dt.tz_convert('Europe/Berlin')).sort_values('z', kind='stable')[['z', 'i']]",
        f"df.assign(z={_UTC}.dt.tz_convert('Asia/Tokyo')).dropna(subset=['z']).groupby('k')['z'].max()",
        f"df.assign(z={_UTC}.dt.tz_convert('Asia/Tokyo')).groupby('z')['i'].sum()",
    ),
)
def tz_convert(c: Call) -> Col:
    """The same instants by the clocks of another zone."""
    series, tz = c.col, c.lit("tz")
    c.need(zone_of(series.dtype), "times that have no zone for sure")
    return derive(series.expr, "datetime64[ns]" if tz is None else zoned(tz), series)
