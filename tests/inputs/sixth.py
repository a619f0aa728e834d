"""Inputs of the sixth set of programs: the sales of some shops, with days on which they had none."""

from __future__ import annotations

import random
from typing import Callable

import pandas as pd


def till(r: random.Random) -> pd.DataFrame:
    count = 300
    days = [d for d in range(80) if r.random() < 0.8]
    first = pd.Timestamp("2024-01-03")
    return pd.DataFrame(
        {
            "order_id": range(1000, 1000 + count),
            "date": [(first + pd.Timedelta(days=r.choice(days))).strftime("%Y-%m-%d") for _ in range(count)],
            "store": r.choices(["Köln", "Bonn", "Ulm", "Graz"], k=count),
            "product": r.choices(["tea", "coffee", "mug", "kettle"], weights=[40, 40, 15, 5], k=count),
            "qty": [r.randrange(1, 9) for _ in range(count)],
            "price": r.choices([2.5, 3.99, 12.0, 49.9], k=count),
            "channel": r.choices(["web", "web", "shop", None], k=count),
            "rating": [None if r.random() < 0.2 else r.randrange(1, 6) for _ in range(count)],
        }
    )  # fmt: skip


MAKERS: dict[str, Callable[[random.Random], pd.DataFrame]] = {"sixth/till.csv": till}
