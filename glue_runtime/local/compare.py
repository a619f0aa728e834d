"""The comparator: whether a job's output means the same as the pandas program's.

Everything that compares uses it: tests, ``verify``, generated tests, benchmarks. The contract it
checks: the same columns in order, the same types up to what Spark can tell apart, the same rows as
a multiset (and in order where the program defines one), floats to 1e-9 relative, and one kind of
missing value.
"""

from __future__ import annotations

import datetime
import decimal
import math
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api import types as pt

from glue_runtime.local.outputs import read_output

RELATIVE = 1e-9
# A sum that should be nothing is rounding noise: below this, and this part of the column's largest.
NOISE, NOISE_OF_LARGEST = 1e-15, 1e-14
MATCHED_AT_MOST = 2_000
EXAMPLES = 3

KIND_OF_INFERRED = {
    "string": "text",
    "integer": "integer",
    "floating": "float",
    "mixed-integer-float": "float",
    "decimal": "decimal",
    "boolean": "boolean",
    "date": "time",
    "datetime": "time",
    "datetime64": "time",
    "timedelta": "duration",
    "timedelta64": "duration",
    "bytes": "bytes",
}


def compare_outputs(
    expected: str | Path,
    actual: str | Path,
    fmt: str,
    order: list[str] | bool | None = None,
    **read_options,
) -> list[str]:
    """Compares two outputs on disk (each a file, or a folder of parts); see ``compare_frames``.

    ``fmt`` and ``read_options`` are those of ``read_output``.
    """
    missing = [
        f"{path}: nothing was written" for path in (expected, actual) if not Path(path).exists()
    ]
    if missing:
        return missing
    if fmt == "text":
        return compare_texts(
            *(Path(path).read_text(encoding="utf-8") for path in (expected, actual))
        )
    frames = [read_output(path, fmt, **read_options) for path in (expected, actual)]
    return compare_frames(*frames, order=order)


NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")


def compare_texts(expected: str, actual: str) -> list[str]:
    """The first line that differs, in words; numbers in it may differ by 1e-9 of their size."""
    pairs = zip_longest(expected.splitlines(), actual.splitlines())
    for number, (one, two) in enumerate(pairs, start=1):
        if one == two:
            continue
        same = one is not None and two is not None and NUMBER.split(one) == NUMBER.split(two)
        if not same or not all(
            math.isclose(float(a), float(b), rel_tol=1e-9)
            for a, b in zip(NUMBER.findall(one), NUMBER.findall(two))
        ):
            return [f"line {number}: {one!r} expected, {two!r} found"]
    return []


def compare_frames(
    expected: pd.DataFrame, actual: pd.DataFrame, order: list[str] | bool | None = None
) -> list[str]:
    """The differences between two frames in words; an empty list when they mean the same.

    Indexes are not looked at. ``order``: None or False when rows may come in any order; True when
    they come in the same; a list of column names when these columns' values come in the same
    sequence (a sort leaves the order of its ties open), the rows as a multiset.
    """
    differences = _compare_columns(expected, actual)
    if differences:
        return differences
    kinds = [
        _compare_kinds(str(name), expected.iloc[:, i], actual.iloc[:, i])
        for i, name in enumerate(expected.columns)
    ]
    differences = [words for words in kinds if isinstance(words, str)]
    if differences:
        return differences
    pairs = [
        _PAIRS.get(kind, _exact_pair)(expected.iloc[:, i], actual.iloc[:, i])
        for i, (kind,) in enumerate(kinds)
    ]
    if len(expected) != len(actual):
        differences.append(f"{len(expected)} rows expected, {len(actual)} found")
    elif order is True:
        return _in_order(expected, actual, pairs, range(len(pairs)))
    elif order:
        positions = [list(map(str, expected.columns)).index(name) for name in order]
        differences += _in_order(expected, actual, pairs, positions)
    return differences + _as_multiset(expected, actual, pairs)


# columns and kinds


def _compare_columns(expected: pd.DataFrame, actual: pd.DataFrame) -> list[str]:
    # Files have only names that are text.
    want, got = [str(c) for c in expected.columns], [str(c) for c in actual.columns]
    if want == got:
        return []
    absent = [name for name in want if name not in got]
    extra = [name for name in got if name not in want]
    differences = []
    if absent:
        differences.append(f"columns expected but not found: {absent}")
    if extra:
        differences.append(f"columns found but not expected: {extra}")
    return differences or [f"columns in another order: {want} expected, {got} found"]


def _compare_kinds(name: str, expected: pd.Series, actual: pd.Series) -> tuple[str] | str:
    """The kind to compare two columns as, in a tuple; words when they differ in type."""
    want, got = _kind(expected), _kind(actual)
    if want == got or "nothing" in (want, got):
        return (want if got == "nothing" else got,)
    if {want, got} == {"integer", "float"} and (_any_missing(expected) or _any_missing(actual)):
        # pandas turns integers with a gap into floats.
        return ("float",)
    return f"column {name!r}: {_type_words(expected)} expected, {_type_words(actual)} found"


def _kind(values: pd.Series) -> str:
    """integer, float, decimal, boolean, text, time, duration, bytes, nested; nothing: no value."""
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        values = pd.Series(values.cat.categories[np.unique(values.cat.codes[values.notna()])])
        dtype = values.dtype
    if not _any_present(values):
        return "nothing"
    if pt.is_bool_dtype(dtype):
        return "boolean"
    if pt.is_integer_dtype(dtype):
        return "integer"
    if pt.is_float_dtype(dtype):
        return "float"
    if pt.is_datetime64_any_dtype(dtype):
        return "time"
    if pt.is_timedelta64_dtype(dtype):
        return "duration"
    if isinstance(dtype, pd.StringDtype):
        return "text"
    present = values[~_missing(values)]
    return KIND_OF_INFERRED.get(pd.api.types.infer_dtype(present, skipna=False), "nested")


def _type_words(values: pd.Series) -> str:
    dtype, kind = str(values.dtype), _kind(values)
    return f"{kind} ({dtype})" if dtype in ("object", "category") else dtype


def _missing(values: pd.Series) -> np.ndarray:
    return values.isna().to_numpy(dtype=bool)


def _any_missing(values: pd.Series) -> bool:
    return bool(_missing(values).any())


def _any_present(values: pd.Series) -> bool:
    return not _missing(values).all()


# values: each pair of columns as sort keys and a test of equality


@dataclass
class _Pair:
    """Two columns made comparable.

    expected, actual: arrays to sort by, where equal values are equal or close.
    equal: for two arrays of row numbers of one length, which rows are equal.
    exact: whether equal values have equal sort keys.
    """

    expected: np.ndarray
    actual: np.ndarray
    equal: Callable[[np.ndarray, np.ndarray], np.ndarray]
    exact: bool


def _codes(values: list | np.ndarray, missing: np.ndarray, length: int) -> tuple:
    """Numbers for hashable values, the same for the same value, -1 for a missing one."""
    values = np.asarray(values, dtype=object) if not isinstance(values, np.ndarray) else values
    codes = np.full(len(missing), -1, dtype=np.int64)
    codes[~missing] = pd.factorize(values[~missing])[0]
    return codes[:length], codes[length:]


def _joined(expected: pd.Series, actual: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    both = np.empty(len(expected) + len(actual), dtype=object)
    both[: len(expected)] = expected.to_numpy(dtype=object)
    both[len(expected) :] = actual.to_numpy(dtype=object)
    return both, np.concatenate([_missing(expected), _missing(actual)])


def _exact_pair(expected: pd.Series, actual: pd.Series) -> _Pair:
    return _coded_pair(*_joined(expected, actual), len(expected))


def _coded_pair(both: np.ndarray, missing: np.ndarray, length: int) -> _Pair:
    want, got = _codes(both, missing, length)
    return _Pair(want, got, lambda i, j: want[i] == got[j], exact=True)


def _time_pair(expected: pd.Series, actual: pd.Series) -> _Pair:
    both, missing = _joined(expected, actual)
    instants = np.empty(len(both), dtype=object)
    instants[~missing] = [_instant(value) for value in both[~missing]]
    return _coded_pair(instants, missing, len(expected))


def _instant(value: object) -> int:
    """Nanoseconds since 1970 in UTC. A date is its midnight: files cannot always tell."""
    if type(value) is datetime.date:
        return (value.toordinal() - 719_163) * 86_400_000_000_000
    stamp = pd.Timestamp(value)
    if stamp.tzinfo is not None:
        stamp = stamp.tz_convert("UTC").tz_localize(None)
    return int(stamp.asm8.astype("datetime64[us]").astype(np.int64)) * 1000 + stamp.nanosecond


def _float_pair(expected: pd.Series, actual: pd.Series) -> _Pair:
    want, got = (s.to_numpy(dtype=np.float64, na_value=np.nan) for s in (expected, actual))
    finite = np.abs(np.concatenate([want, got]))
    finite = finite[np.isfinite(finite)]
    noise = max(NOISE, NOISE_OF_LARGEST * float(finite.max())) if len(finite) else NOISE

    def equal(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        a, b = want[i], got[j]
        with np.errstate(invalid="ignore"):
            allowed = np.maximum(RELATIVE * np.maximum(np.abs(a), np.abs(b)), noise)
            close = np.isfinite(a) & np.isfinite(b) & (np.abs(a - b) <= allowed)
        return (a == b) | close | (np.isnan(a) & np.isnan(b))

    return _Pair(want, got, equal, exact=False)


def _nested_pair(expected: pd.Series, actual: pd.Series) -> _Pair:
    both, missing = _joined(expected, actual)
    length = len(expected)
    words = np.empty(len(both), dtype=object)
    words[~missing] = [_rough_text(value) for value in both[~missing]]
    want, got = _codes(words, missing, length)

    def equal(i: np.ndarray, j: np.ndarray) -> np.ndarray:
        pairs = zip(both[:length][i], both[length:][j])
        return np.fromiter((_deep_equal(a, b) for a, b in pairs), dtype=bool, count=len(i))

    return _Pair(want, got, equal, exact=False)


_PAIRS = {"time": _time_pair, "float": _float_pair, "nested": _nested_pair}


def _plain(value: object) -> object:
    """Lists, tuples, arrays and series as lists; mappings and rows as dicts; the rest as it is."""
    if hasattr(value, "asDict"):
        return value.asDict()
    if isinstance(value, (np.ndarray, pd.Series)):
        return value.tolist() if value.ndim else value.item()
    if isinstance(value, (tuple, pd.Index)) or hasattr(value, "__arrow_array__"):
        return list(value)
    return value.item() if isinstance(value, np.generic) else value


def _is_missing(value: object) -> bool:
    return value is None or (pt.is_scalar(value) and bool(pd.isna(value)))


def _deep_equal(one: object, two: object) -> bool:
    one, two = _plain(one), _plain(two)
    if _is_missing(one) or _is_missing(two):
        return _is_missing(one) and _is_missing(two)
    if isinstance(one, list) and isinstance(two, list):
        return len(one) == len(two) and all(map(_deep_equal, one, two))
    if isinstance(one, dict) and isinstance(two, dict):
        # A struct has all its fields, a dict may lack one: that is a missing value.
        return all(_deep_equal(one.get(key), two.get(key)) for key in one.keys() | two.keys())
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, float) and isinstance(two, float):
        return math.isclose(one, two, rel_tol=RELATIVE, abs_tol=NOISE)
    if isinstance(one, datetime.date) and isinstance(two, datetime.date):
        return _instant(one) == _instant(two)
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        # Inside a list numpy turns integers with a gap into floats too.
        return one == two
    return type(one) is type(two) and one == two


def _rough_text(value: object) -> str:
    """A text to sort nested values by: the same for values that are close."""
    value = _plain(value)
    if _is_missing(value):
        return "-"
    if isinstance(value, list):
        return "[" + ",".join(map(_rough_text, value)) + "]"
    if isinstance(value, dict):
        items = sorted((str(k), _rough_text(v)) for k, v in value.items() if not _is_missing(v))
        return "{" + ",".join(f"{k}:{v}" for k, v in items) + "}"
    if isinstance(value, (int, float, decimal.Decimal)) and not isinstance(value, bool):
        return f"{float(value):.6g}"
    if isinstance(value, datetime.date):
        return str(_instant(value))
    return f"{type(value).__name__}:{value}"


# rows


def _in_order(expected, actual, pairs: list[_Pair], positions) -> list[str]:
    rows = np.arange(len(expected))
    differences = []
    for position in positions:
        wrong = np.flatnonzero(~pairs[position].equal(rows, rows))
        if len(wrong):
            row = int(wrong[0])
            want, got = (_plain(frame.iloc[row, position]) for frame in (expected, actual))
            more = f" (and {len(wrong) - 1} more rows)" if len(wrong) > 1 else ""
            name = str(expected.columns[position])
            differences.append(
                f"column {name!r}, row {row}: {want!r} expected, {got!r} found{more}"
            )
    return differences


def _as_multiset(expected, actual, pairs: list[_Pair]) -> list[str]:
    one, two = _sorted_rows(pairs, "expected", len(expected)), _sorted_rows(
        pairs, "actual", len(actual)
    )
    if len(one) == len(two):
        same = np.ones(len(one), dtype=bool)
        for pair in pairs:
            same &= pair.equal(one, two)
        one, two = one[~same], two[~same]
    absent, extra = _match(pairs, one, two)
    differences = []
    for rows, frame, words in (
        (absent, expected, "expected but not found"),
        (extra, actual, "found but not expected"),
    ):
        if len(rows):
            some = [
                dict(zip(map(str, frame.columns), frame.iloc[row].tolist()))
                for row in sorted(rows)[:EXAMPLES]
            ]
            what = "row" if len(rows) == 1 else "rows"
            differences.append(f"{len(rows)} {what} {words}: " + ", ".join(map(str, some)))
    return differences


def _sorted_rows(pairs: list[_Pair], side: str, length: int) -> np.ndarray:
    """Row numbers in an order that puts equal rows of both frames at the same place, or nearly."""
    keys = [getattr(pair, side) for pair in sorted(pairs, key=lambda pair: pair.exact)]
    return np.lexsort(keys) if keys else np.arange(length)


def _match(pairs: list[_Pair], one: np.ndarray, two: np.ndarray) -> tuple[list[int], list[int]]:
    """Pairs up the rows that sorting did not, and gives those that stay alone on each side."""
    exact = [pair for pair in pairs if pair.exact]
    candidates: dict[tuple, list[int]] = defaultdict(list)
    for row in two:
        candidates[tuple(pair.actual[row] for pair in exact)].append(row)
    alone = []
    too_many = max(len(one), len(two)) > MATCHED_AT_MOST
    for row in one:
        group = candidates.get(tuple(pair.expected[row] for pair in exact), [])
        # Between very many rows only the first of each group is tried: they differ anyway.
        tried = np.array(group[:1] if too_many else group, dtype=np.int64)
        same = np.ones(len(tried), dtype=bool)
        for pair in pairs:
            same &= pair.equal(np.full(len(tried), row), tried)
        found = np.flatnonzero(same)
        if len(found):
            del group[int(found[0])]
        else:
            alone.append(int(row))
    return alone, [int(row) for group in candidates.values() for row in group]
