"""Inputs of the fifth set of programs: a help desk, shops, a survey, machines, a bank."""

from __future__ import annotations

import random
from typing import Callable

import pandas as pd


def times(r: random.Random, start: str, minutes: int, count: int) -> list[pd.Timestamp]:
    return [pd.Timestamp(start) + pd.Timedelta(minutes=r.randrange(minutes)) for _ in range(count)]


def tickets(r: random.Random) -> pd.DataFrame:
    opened = times(r, "2024-01-01", 90 * 24 * 60, 120)
    return pd.DataFrame(
        {
            "ticket_id": [f"T{i:05d}" for i in range(120)],
            "opened": opened,
            "closed": [None if r.random() < 0.2 else t + pd.Timedelta(minutes=r.randrange(5, 5000)) for t in opened],
            "priority": r.choices(["P1", "P2", "P3", "p2 ", " P3", None], k=120),
            "team": r.choices(["net", "db", "web", "Web", None], k=120),
            "agent_email": r.choices(["ann@x.org", "BOB@x.org", "cy@y.com", "", None], k=120),
            "sat": r.choices(["1", "2", "3", "4", "5", "n/a", ""], k=120),
            "tags": r.choices(["vpn;slow", "db;timeout;retry", "", "ui", None, "retry"], k=120),
            "cost": [None if r.random() < 0.1 else round(r.gauss(50, 40), 2) for _ in range(120)],
        }
    )  # fmt: skip


def agents(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "email": ["ann@x.org", "bob@x.org", "cy@y.com", "dd@z.io"],
            "grade": ["A", "B", None, "C"],
            "rate": [31.5, 28, None, 40],
            "start": ["2020-02-29", "2023-11-01", "2021-06-15", None],
        }
    )


def sales(r: random.Random) -> pd.DataFrame:
    rows = [
        (s, day.strftime("%d/%m/%Y"), r.randrange(40), round(r.gauss(10, 3), 2), r.choice(["y", "n", ""]))
        for s in ("S1", "S2", "S3") for day in pd.date_range("2023-12-25", periods=40) if r.random() > 0.15
    ]  # fmt: skip
    r.shuffle(rows)
    return pd.DataFrame(rows, columns=["store", "day", "units", "price", "promo"])


def stores(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "store": ["S1", "S2", "S4"],
            "city": ["Köln", "São Paulo", "München"],
            "opened": ["2019-01-01", "2020-05-05", "2018-07-07"],
            "m2": [120, None, 300],
        }
    )


def survey(r: random.Random) -> pd.DataFrame:
    scale = ["Strongly agree", "Agree", "Neutral", "Disagree"]
    return pd.DataFrame(
        {
            "id": range(50),
            "q1": r.choices([*scale, None], k=50),
            "q2": r.choices([*scale, "?"], k=50),
            "age": r.choices(["25", "31", "47", "unknown", "-1"], k=50),
            "country": r.choices(["DE", "de ", "FR", "Fr", "US", None], k=50),
            "weight": [round(r.uniform(0.5, 2), 3) for _ in range(50)],
        }
    )


def sensors(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "machine": r.choices(["m1", "m2", "m3"], k=200),
            "ts": sorted(times(r, "2024-05-01", 3 * 24 * 60, 200)),
            "temp": [None if r.random() < 0.07 else round(r.gauss(75, 5), 1) for _ in range(200)],
            "state": r.choices(["run", "idle", "fault"], weights=[70, 25, 5], k=200),
        }
    )


def bank(r: random.Random) -> pd.DataFrame:
    words = ["COFFEE #12", "Grocer 44", "RENT", "salary ACME", "Coffee #9", "atm 3"]
    return pd.DataFrame(
        {
            "acct": [r.randrange(1000, 1020) for _ in range(150)],
            "date": [f"{r.randrange(1, 13):02d}/{r.randrange(1, 28):02d}/24" for _ in range(150)],
            "desc": r.choices(words, k=150),
            "amount": [f"{'-' if r.random() < 0.6 else ''}${r.uniform(1, 4000):,.2f}" for _ in range(150)],
        }
    )  # fmt: skip


MAKERS: dict[str, Callable[[random.Random], pd.DataFrame]] = {
    f"fifth/{make.__name__}.csv": make
    for make in (tickets, agents, sales, stores, survey, sensors, bank)
}
