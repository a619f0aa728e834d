"""The shared nasty data: what real files hold, small enough to run everywhere."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd


@lru_cache(maxsize=1)
def nasty() -> pd.DataFrame:
    """17 rows: i, j int64 (j has zeros), f, g float64 with gaps, s, k, u text with gaps, b bool,
    t, d datetime64 with gaps, n Int-like floats. Duplicates, unicode, quotes, newlines, mixed case,
    blanks, negative, large and fractional numbers, dates before 1970 and at a leap day."""
    gap = np.nan
    return pd.DataFrame(
        {
            "i": [3, -1, 4, 1, -5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 0],
            "j": [2, 0, -3, 2, 7, 0, -2, 2, 1, 5, -7, 3, 2, 1, 4, 2, 3],
            "f": [1.5, gap, -2.25, 0.0, 1e16, 3.5, gap, 1.5, 2.675, -0.5, 100.0, 1e-5, 7.0, gap, 2.5, 1.5, -3.0],
            "g": [gap, gap, 1.0, 2.5, 3.5, -1.0, 0.0, 1.5, 4.5, gap, 9.0, -7.25, 7.0, 8.0, 2.5, 0.5, 1.0],
            "s": ["apple", "Banana", None, "apple", "école", "Ünï", "a\nb", 'say "hi"', "  pad ", "x,y",
                  "apple", "ZEBRA", None, "o'neil foo", "banana", "Apple", "7"],
            "k": ["a", "b", "a", None, "b", "c", "a", "b", "c", None, "a", "a", "b", "c", "d", "d", "a"],
            "u": ["1", "2.5", "x", None, "-7", "1e3", " 8 ", "nine", "10", "0", "3", "4", "5.5", "6", "", "12", "1"],
            "b": [True, False, True, True, False, False, True, False, True, False, True, True, False, True, False, True, False],
            "t": ["2024-01-31 10:15:30", "1969-12-31 23:59:59", None, "2024-02-29 00:00:00", "2023-12-31 12:00:00",
                  "1900-01-01 00:00:01", "2024-01-31 10:15:30", "2020-06-15 08:30:00", None, "2024-12-30 01:02:03",
                  "2021-01-01 00:00:00", "2022-03-27 02:30:00", "1999-07-04 16:20:00", "2024-01-01 05:05:05",
                  "2024-03-01 00:00:00", "2019-11-11 11:11:11", "2000-02-29 13:13:13"],
            "d": ["2024-01-01", "2024-01-15", "1960-05-05", None, "2024-02-29", "2023-03-01", "2024-01-01", "2022-12-31",
                  "2021-06-30", "2020-01-01", None, "2024-07-04", "2018-08-08", "2024-01-02", "2017-10-10", "2024-01-01", "1970-01-01"],
            "n": [1, gap, 3, 4, gap, 6, 7, 8, 9, 10, 11, 12, gap, 14, 15, 16, 17],
        }
    )  # fmt: skip


@lru_cache(maxsize=1)
def other() -> pd.DataFrame:
    """A second table to join with: key k with a gap and duplicates, own and shared column names."""
    return pd.DataFrame(
        {
            "k": ["a", "b", "b", None, "z"],
            "w": [10, 20, 21, 30, 40],
            "f": [0.5, np.nan, 2.5, 3.5, 4.5],
            "name": ["Ann", "Bob", "bob", None, "Zoë"],
        }
    )


def write_inputs(folder: Path) -> None:
    """nasty.csv, other.csv, empty.csv (a header and no rows), nasty.parquet, nasty.jsonl, nasty.json."""
    folder.mkdir(parents=True, exist_ok=True)
    frame = nasty()
    frame.to_csv(folder / "nasty.csv", index=False)
    other().to_csv(folder / "other.csv", index=False)
    frame.head(0).to_csv(folder / "empty.csv", index=False)
    typed = frame.assign(t=pd.to_datetime(frame["t"]), d=pd.to_datetime(frame["d"]))
    typed.to_parquet(folder / "nasty.parquet", index=False)
    records = frame.drop(columns=["t", "d"])
    records.to_json(folder / "nasty.jsonl", orient="records", lines=True)
    stamps = [None if n % 4 == 0 else 10**12 + n * 1000 for n in range(len(frame))]
    times = records.assign(seen_at=frame["t"], Modified=stamps, number=frame["i"].astype(str))
    times.to_json(folder / "nasty.json", orient="records")
