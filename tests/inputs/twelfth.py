"""Inputs of the twelfth set of programs: films, a shop's lines, taxis, orders of two months, people."""

from __future__ import annotations

import random
from typing import Callable

import pandas as pd


def titles(r: random.Random) -> pd.DataFrame:
    count = 70
    first = r.choices(["Dark", "Élite", "La casa", "진격", "The"], k=count)
    second = r.choices(["Night", "Café", "II", "2: Redux"], k=count)
    return pd.DataFrame(
        {
            "show_id": [f"s{i}" for i in range(1, count + 1)],
            "type": r.choices(["Movie", "TV Show"], k=count),
            "title": [f"{a} {b}" for a, b in zip(first, second)],
            "director": r.choices(["A. Varda", "Bong Joon-ho", "Martin Scorsese, Spike Lee", None], k=count),
            "country": r.choices(["United States", "India, United States", "France", None], k=count),
            "date_added": r.choices(["September 25, 2021", " August 4, 2017", "December 1, 2019", None], k=count),
            "rating": r.choices(["TV-MA", "PG-13", "R", "TV-14", None], k=count),
            "duration": r.choices(["90 min", "121 min", "1 Season", "3 Seasons", None], k=count),
            "listed_in": r.choices(["Dramas, International Movies", "Comedies", "Crime , Comedies"], k=count),
        }
    )  # fmt: skip


def retail(r: random.Random) -> pd.DataFrame:
    count = 200
    first = pd.Timestamp("2011-09-01")
    times = [first + pd.Timedelta(minutes=r.randrange(90 * 1440)) for _ in range(count)]
    return pd.DataFrame(
        {
            "InvoiceNo": [("C" if r.random() < 0.1 else "") + str(536365 + r.randrange(60)) for _ in range(count)],
            "Quantity": r.choices([1, 2, 6, 12, -1, -6, 900], weights=[9, 9, 9, 9, 3, 3, 1], k=count),
            "InvoiceDate": [t.strftime("%m/%d/%Y %H:%M") for t in times],
            "UnitPrice": r.choices([2.55, 3.39, 0.0, 7.65, 1.25], k=count),
            "Customer": [None if r.random() < 0.1 else r.randrange(17000, 17030) for _ in range(count)],
        }
    )  # fmt: skip


def trips(r: random.Random) -> pd.DataFrame:
    count = 120
    return pd.DataFrame(
        {
            "pu": r.choices([1, 4, 7, 12, 132], k=count),
            "do": r.choices([1, 4, 7, 12, 132, 999], k=count),
            "payment": r.choices([1, 2, 3, None], k=count),
            "fare": [round(r.gauss(15, 10), 2) for _ in range(count)],
            "tip": [round(max(0.0, r.gauss(2, 2)), 2) for _ in range(count)],
        }
    )


def zones(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [1, 4, 7, 12, 132, 7],
            "borough": ["EWR", "Manhattan", "Queens", "Manhattan", None, "Queens"],
            "zone": ["Newark", "Alphabet City", "Astoria", "Battery", "JFK", "Astoría"],
        }
    )


def month(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Order ID": [f"B-{25600 + r.randrange(30)}" for _ in range(40)],
            "Amount": [r.randrange(5, 3000) for _ in range(40)],
            "Category": r.choices(["Furniture", "Clothing", "Electronics"], k=40),
        }
    )


def staff(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "emp": [f"E{i:03d}" for i in range(40)],
            "name": r.choices(["Ana Lima", "Bob Ray", "Çelik Öz", "Dee Fox"], k=40),
            "dept": r.choices(["IT", "HR", "Sales", "Ops", None], k=40),
            "salary": [r.randrange(20, 120) * 500 for _ in range(40)],
            "bonus": [None if r.random() < 0.3 else round(r.random() / 4, 3) for _ in range(40)],
        }
    )


MAKERS: dict[str, Callable[[random.Random], pd.DataFrame]] = {
    "twelfth/titles.csv": titles,
    "twelfth/retail.csv": retail,
    "twelfth/trips.csv": trips,
    "twelfth/zones.csv": zones,
    "twelfth/january.csv": month,
    "twelfth/february.csv": month,
    "twelfth/staff.csv": staff,
}
