"""Times of a zone: what its clocks show at an instant, and the instants of what they showed.

The offsets are pandas' own. Java's are faster, so they serve where the job finds both alike: pandas
rounds old local times to minutes and knows no changes after 2037, and the two may have different
editions of the database of zones.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from glue_runtime.casts import failure
from glue_runtime.files import active_spark

WEEK = 7 * 86_400_000_000
FIRST, LAST = -15_250 * WEEK, 15_250 * WEEK  # what datetime64[ns] holds, in microseconds
SOONEST, LATEST = -3650 * WEEK, 3650 * WEEK  # 1900 to 2039: Java is asked for its changes between


@lru_cache(maxsize=None)
def clock_changes(zone):
    """The instants from which on an offset from UTC holds (the first is before all times), and
    these offsets, in microseconds."""
    weeks = np.arange(FIRST, LAST, WEEK)
    held = offsets_at(zone, weeks)
    at = np.flatnonzero(held[1:] != held[:-1])
    low, high = weeks[at], weeks[at + 1]
    while len(at) and (high - low > 1).any():  # the change is after `low`, at or before `high`
        middle = (low + high) // 2
        same = offsets_at(zone, middle) == held[at]
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    return [-(2**62), *high.tolist()], [int(held[0]), *held[at + 1].tolist()]


def offsets_at(zone, instants):
    """How far the clocks of a zone are ahead of UTC, as pandas has it."""
    utc = pd.to_datetime(instants, unit="us", utc=True)
    shown = utc.tz_convert(zone).tz_localize(None)
    return ((shown - utc.tz_localize(None)) // pd.Timedelta(microseconds=1)).to_numpy()


@lru_cache(maxsize=None)
def alike(zone):
    """The longest stretch of time in which Java has the same offsets; None where it has no such
    zone."""
    jvm = active_spark()._jvm
    if not jvm.java.time.ZoneId.getAvailableZoneIds().contains(zone):
        return None
    rules = jvm.java.time.ZoneId.of(zone).getRules()
    starts, offsets = clock_changes(zone)
    changes = dict(zip(starts, offsets))
    java = {}
    change = rules.nextTransition(jvm.java.time.Instant.ofEpochSecond(SOONEST // 1_000_000))
    while change is not None and change.toEpochSecond() * 1_000_000 < LATEST:
        java[change.toEpochSecond() * 1_000_000] = change.getOffsetAfter().getTotalSeconds()
        change = rules.nextTransition(change.getInstant())
    start = jvm.java.time.Instant.ofEpochSecond(SOONEST // 1_000_000)
    ours, theirs = offsets[0], rules.getOffset(start).getTotalSeconds()
    begun, best = None, (0, 0)
    for at in sorted({*starts[1:], *java, SOONEST, LATEST}):
        if begun is not None:
            best = max(best, (begun, at), key=lambda part: part[1] - part[0])
        ours, theirs = changes.get(at, ours), java.get(at, theirs)
        same = ours == theirs * 1_000_000 and SOONEST <= at < LATEST
        begun = None if not same else at if begun is None else begun
    return best


def numbers(values):
    """A constant array of whole numbers."""
    return F.expr(f"array({', '.join(f'{value}L' for value in values)})")


def local_time(time, zone):
    """What the clocks of a zone show at instants, as timestamps without a zone."""
    starts, offsets = clock_changes(zone)
    if len(starts) == 1:
        return shifted(time, offsets[0])
    value = F.unix_micros(time)
    since = F.size(F.filter(numbers(starts), lambda start: start <= value))
    looked_up = F.timestamp_micros(value + F.get(numbers(offsets), since - 1))
    stretch = alike(zone)
    if stretch is None:
        return looked_up
    inside = (value >= stretch[0]) & (value < stretch[1])
    return F.when(inside, F.from_utc_timestamp(time, zone)).otherwise(looked_up)


def shifted(time, offset):
    """Times moved by microseconds."""
    return F.timestamp_micros(F.unix_micros(time) + offset) if offset else time


def instant(shown, zone, ambiguous="raise", nonexistent="raise"):
    """The instants at which the clocks of a zone showed times: ``tz_localize``.

    ambiguous: "raise" or "NaT" for what they showed twice. nonexistent: "raise", "NaT",
    "shift_forward", or microseconds to move by, for what they never showed.
    """
    starts, offsets = clock_changes(zone)
    if len(starts) == 1:
        return shifted(shown, -offsets[0])
    value = F.unix_micros(shown)
    begins, ends, ahead = numbers(starts), numbers([*starts[1:], 2**62]), numbers(offsets)
    spans = F.sequence(F.lit(0), F.lit(len(starts) - 1))
    within = F.filter(
        spans,
        lambda n: (value - F.get(ahead, n) >= F.get(begins, n))
        & (value - F.get(ahead, n) < F.get(ends, n)),
    )
    found = F.timestamp_micros(value - F.get(ahead, F.get(within, F.lit(0))))
    twice = F.lit(None).cast("timestamp")
    if ambiguous == "raise":
        twice = failure(
            "Cannot infer dst time, try using the 'ambiguous' argument", shown, "timestamp"
        )
    never = F.lit(None).cast("timestamp")
    if nonexistent == "raise":
        never = failure("nonexistent time", shown, "timestamp")
    elif nonexistent == "shift_forward":  # to the change that the clocks jumped at
        after = F.filter(spans, lambda n: value - F.get(ahead, n) < F.get(begins, n))
        never = F.timestamp_micros(F.get(begins, F.get(after, F.lit(0))))
        old = failure("a nonexistent time where pandas rounds offsets", shown, "timestamp")
        never = F.when(well_inside(value, zone), never).otherwise(old)
    elif nonexistent != "NaT":
        never = instant(shifted(shown, nonexistent), zone)
    slowly = F.when(F.size(within) == 1, found).when(F.size(within) > 1, twice).otherwise(never)
    return F.when(shown.isNotNull(), quickly(shown, zone, slowly))


def well_inside(value, zone):
    """Whether Java's offsets of a zone are pandas' for days before and after."""
    stretch, day = alike(zone) or (0, 0), 86_400_000_000
    return value.between(stretch[0] + 2 * day, stretch[1] - 2 * day)


def quickly(shown, zone, slowly):
    """Java's instants where its rules are pandas' and it finds just one; else ``slowly``."""
    stretch = alike(zone)
    if stretch is None:
        return slowly
    starts, offsets = clock_changes(zone)
    inside = well_inside(F.unix_micros(shown), zone)
    time = F.to_utc_timestamp(shown, zone)
    back = {a - b for start, a, b in zip(starts[1:], offsets, offsets[1:]) if stretch[0] <= start < stretch[1] and b < a}  # fmt: skip
    once = F.from_utc_timestamp(time, zone) == shown
    for size in sorted(back):  # where the clocks went back by so much
        for other in (size, -size):
            once = once & (F.from_utc_timestamp(shifted(time, other), zone) != shown)
    return F.when(inside & once, time).otherwise(slowly)


def offset_text(time, zone, colon=True):
    """The offset of a zone at instants as ``+01:00`` (``+0100`` without the colon)."""
    minutes = F.floor((F.unix_micros(local_time(time, zone)) - F.unix_micros(time)) / 60_000_000)
    far = F.abs(minutes)
    parts = [F.lpad(F.floor(part).cast("string"), 2, "0") for part in (far / 60, far % 60)]
    sign = F.when(minutes < 0, "-").otherwise("+")
    return F.concat(sign, parts[0], F.lit(":" if colon else ""), parts[1])


def zoned_text(time, zone):
    """Times of a zone as pandas writes each of them: ``2024-01-31 10:15:30+01:00``."""
    shown = local_time(time, zone)
    plain, fine = "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.SSSSSS"
    whole = F.unix_micros(time) % 1_000_000 == 0
    clock = F.when(whole, F.date_format(shown, plain)).otherwise(F.date_format(shown, fine))
    return F.concat(clock, offset_text(time, zone))
