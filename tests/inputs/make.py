"""Small dirty tables for the whole programs, made by seeded generators: a function a table.

``write_all(folder)`` writes them all; ``cached()`` does so once a process and gives the folder.
"""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import pandas as pd

from tests.inputs import fifth, sixth, twelfth
from tests.nasty import write_inputs

MAKERS: dict[str, Callable[[random.Random], pd.DataFrame]] = {}
NAMES = [
    "Ann",
    "bob",
    "Zoë",
    "José",
    "O'Neil",
    "李雷",
    "Émile",
    "anna-lena",
    "Bob",
    "MÜLLER",
    "søren",
    "Ivy",
]
FAMILY = [
    "Smith",
    "de la Cruz",
    "Nowak",
    "Ünal",
    "o'hara",
    "Jones",
    "García",
    "van Dyk",
    "Ørsted",
    "Li",
]


def table(path: str) -> Callable:
    """Register the maker of the table that is written to ``path``."""

    def register(maker: Callable) -> Callable:
        MAKERS[path] = maker
        return maker

    return register


def some(r: random.Random, value: object, missing: float = 0.1, instead: object = None) -> object:
    return instead if r.random() < missing else value


def day(r: random.Random, start: str = "2023-01-01", days: int = 450) -> date:
    return date.fromisoformat(start) + timedelta(days=r.randrange(days))


def moment(r: random.Random, start: str = "2024-02-20", days: int = 20) -> datetime:
    return datetime.fromisoformat(start) + timedelta(seconds=r.randrange(days * 86400))


def cased(r: random.Random, text: str) -> str:
    """The text as people type it."""
    return r.choice([text, text, text.upper(), text.title(), f" {text}", f"{text} "])


def money(r: random.Random, low: float, high: float) -> float:
    return round(r.uniform(low, high), 2)


@table("orders.csv")
def orders(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "order_id": 1000 + n,
            "customer_id": some(r, r.randrange(1, 26), 0.08),
            "order_date": str(day(r)),
            "status": some(
                r, cased(r, r.choice(["paid", "shipped", "cancelled", "returned"])), 0.05
            ),
            "sku": f"SKU-{r.randrange(1, 16):03d}",
            "quantity": r.choice([1, 1, 2, 3, 5, 10, -1]),
            "amount": some(r, money(r, -20, 400), 0.1),
            "discount": some(r, r.choice([0, 0.05, 0.1, 0.25]), 0.4),
            "channel": some(r, r.choice(["web", "shop", "phone", "Web"]), 0.1),
        }
        for n in range(110)
    ]
    rows += [dict(rows[n]) for n in (3, 17, 17, 60)]  # sent twice
    return pd.DataFrame(rows)


@table("customers.csv")
def customers(r: random.Random) -> pd.DataFrame:
    def email(n: int) -> str:
        name = r.choice(["ann", "Bob.Lee", "zoe+news", "j_garcia", "x"])
        return some(
            r,
            f"{name}{n}@{r.choice(['Example.com', 'mail.org', 'test', ' gmail.com'])}",
            0.15,
            "n/a",
        )

    rows = [
        {
            "customer_id": n % 28 + 1,
            "name": some(r, f"{r.choice(NAMES)} {r.choice(FAMILY)}", 0.05),
            "email": email(n),
            "country": some(r, cased(r, r.choice(["de", "fr", "us", "gb"])), 0.12),
            "segment": some(r, r.choice(["gold", "silver", "basic"]), 0.1),
            "signup_date": some(r, str(day(r, "2019-06-01", 1400)), 0.05),
            "phone": some(
                r,
                f"+{r.randrange(1, 99)} ({r.randrange(100, 999)}) {r.randrange(10**5, 10**6)}",
                0.2,
            ),
        }
        for n in range(33)  # some ids come twice
    ]
    return pd.DataFrame(rows)


@table("products.csv")
def products(r: random.Random) -> pd.DataFrame:
    kinds = ["Toys", "garden", "Books", "Kitchen"]
    rows = [
        {
            "sku": f"SKU-{n:03d}",
            "title": f"{r.choice(['Super', 'mini', 'Élan', 'No.1'])} {r.choice(['Lamp', 'Ball', 'chair'])} {n}",
            "category": some(r, r.choice(kinds), 0.1),
            "price": money(r, 1, 90),
            "cost": some(r, money(r, 1, 60), 0.1),
            "active": r.choice(["Y", "Y", "N"]),
        }
        for n in range(1, 15)
    ]
    return pd.DataFrame(rows)


@table("survey.csv")
def survey(r: random.Random) -> pd.DataFrame:
    scale = ["Strongly agree", "Agree", "Neutral", "Disagree", "Strongly disagree"]
    rows = [
        {
            "Respondent ID": n,
            "Age ": some(r, r.choice(["34", "27", " 51", "n/a", "unknown", "199", "8"]), 0.1),
            "Q1 (Overall)": some(r, cased(r, r.choice(scale)), 0.1),
            "Q2 (Price)": some(r, r.choice(scale), 0.2),
            "Q3 (Support)": some(r, r.choice(scale + ["N/A"]), 0.1),
            "Score-1": some(r, r.randrange(1, 11), 0.15),
            "Score-2": some(r, r.randrange(1, 11), 0.15),
            "Score-3": r.randrange(1, 11),
            "Comments": some(
                r, r.choice(["great!", "très bien", "too  slow\tand late", "", 'said "no"']), 0.2
            ),
            "Submitted": moment(r, "2024-01-01", 60).strftime("%d/%m/%Y %H:%M"),
        }
        for n in range(1, 61)
    ]
    return pd.DataFrame(rows)


@table("employees.csv")
def employees(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "emp_id": n,
            "first_name": r.choice(NAMES),
            "last_name": r.choice(FAMILY),
            "dept_id": some(r, r.choice([10, 20, 30, 40, 99]), 0.06),
            "manager_id": None if n < 4 else r.randrange(1, 12),
            "hire_date": str(day(r, "2012-01-15", 4000)),
            "left_on": some(r, str(day(r, "2022-12-01", 400)), 0.75),
            "salary": some(r, f"${r.randrange(30, 160)},{r.randrange(0, 999):03d}.00", 0.07),
            "gender": r.choice(["F", "M", "f", "X", ""]),
            "rating": some(r, r.randrange(1, 6), 0.2),
        }
        for n in range(1, 71)
    ]
    return pd.DataFrame(rows)


@table("departments.csv")
def departments(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dept_id": [10, 20, 30, 40, 50],
            "dept_name": ["Sales", "R&D", "Finanzen", None, "Legal"],
            "budget": [900000, 1500000.5, 400000, 250000, 100000],
        }
    )


@table("sensors.csv")
def sensors(r: random.Random) -> pd.DataFrame:
    start, rows = datetime(2024, 3, 1, 23, 30), []
    for n in range(150):
        moment_ = start + timedelta(minutes=10 * (n // 3), seconds=n % 3)
        rows.append(
            {
                "reading_id": n,
                "sensor": f"s{n % 3}",
                "ts": moment_.isoformat(sep=" "),
                "temperature": some(
                    r,
                    r.choice([money(r, -5, 35), 999.0, -999.0]) if n % 9 == 0 else money(r, 15, 25),
                ),
                "humidity": some(r, r.randrange(20, 95), 0.15),
                "state": some(r, r.choice(["ok", "OK", "warn", "fail"]), 0.1),
            }
        )
    return pd.DataFrame(rows)


@table("ledger.csv")
def ledger(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "entry": n,
            "date": day(r, "2024-01-01", 120).strftime("%d.%m.%Y"),
            "account": r.choice([1000, 1200, 4000, 4400, 7000]),
            "debit": money(r, 0, 5000) if n % 2 else None,
            "credit": None if n % 2 else money(r, 0, 5000),
            "currency": some(r, r.choice(["EUR", "USD", "GBP", "eur"]), 0.05),
            "memo": some(
                r, r.choice(["Miete Büro", "invoice 2024/17", "fee", "refund; late"]), 0.2
            ),
        }
        for n in range(90)
    ]
    return pd.DataFrame(rows)


@table("fx.csv")
def fx(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame({"currency": ["EUR", "USD", "CHF"], "rate": [1.0, 0.92, 1.04]})


@table("moves.csv")
def moves(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "move_id": n,
            "sku": some(r, f"SKU-{r.randrange(1, 8):03d}", 0.04),
            "warehouse": r.choice(["north", "south", "East"]),
            "moved_at": moment(r).isoformat(),
            "kind": r.choice(["in", "in", "out", "adjust"]),
            "qty": r.randrange(1, 40),
        }
        for n in range(120)
    ]
    return pd.DataFrame(rows)


@table("matches.csv")
def matches(r: random.Random) -> pd.DataFrame:
    teams = ["Lions", "Bears", "Águilas", "Wolves", "St. Pauli"]
    pairs = [(a, b) for a in teams for b in teams if a != b]
    return pd.DataFrame(
        [
            {
                "match_id": n,
                "played_on": str(date(2023, 8, 1) + timedelta(days=3 * n)),
                "home": a,
                "away": b,
                "home_goals": some(r, r.randrange(5), 0.1),
                "away_goals": r.randrange(4),
            }
            for n, (a, b) in enumerate(pairs)
        ]
    )


@table("invoices.jsonl")
def invoices(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "invoice_no": f"INV-2024-{n:04d}",
            "client": r.choice(["ACME", "Globex", "Łódź Sp.", "initech"]),
            "issued": str(day(r, "2024-01-01", 150)),
            "paid_on": some(r, str(day(r, "2024-03-01", 150)), 0.35),
            "net": money(r, 10, 9000),
            "vat": r.choice([0.0, 0.07, 0.19]),
            "notes": some(r, r.choice(["urgent", "", "2nd reminder"]), 0.4),
        }
        for n in range(64)
    ]
    return pd.DataFrame(rows)


@table("events.parquet")
def events(r: random.Random) -> pd.DataFrame:
    agents = [
        "Mozilla/5.0 (Windows NT 10.0)",
        "curl/8.1",
        "Mozilla/5.0 (iPhone; CPU)",
        "Googlebot/2.1",
    ]
    pages = ["/", "/cart", "/product/12?ref=mail", "/product/7", "/checkout", "/about-us"]
    times = sorted(moment(r, "2024-03-01", 4) for _ in range(180))
    rows = [
        {
            "event_id": n,
            "user_id": some(r, f"u{r.randrange(1, 14)}", 0.07),
            "ts": times[n] + timedelta(microseconds=n),
            "page": r.choice(pages),
            "event": r.choice(["view", "view", "click", "purchase"]),
            "value": some(r, money(r, 0, 120), 0.6),
            "agent": some(r, r.choice(agents), 0.05),
        }
        for n in range(180)
    ]
    return pd.DataFrame(rows)


@table("access.log")
def access(r: random.Random) -> pd.DataFrame:
    paths = ["/index.html", "/api/v1/users/17", "/api/v2/orders?id=3", "/img/logo.png", "/admin"]
    rows = [
        {
            "host": f"10.0.{r.randrange(3)}.{r.randrange(1, 9)}",
            "when": moment(r).strftime("%d/%b/%Y:%H:%M:%S"),
            "request": f"{r.choice(['GET', 'POST', 'get'])} {r.choice(paths)} HTTP/1.1",
            "status": r.choice([200, 200, 200, 301, 404, 500]),
            "size": some(r, r.randrange(100, 90000), 0.15, "-"),
        }
        for _ in range(140)
    ]
    return pd.DataFrame(rows)


@table("grades.csv")
def grades(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "student": f"{r.choice(NAMES)} {n}",
            "class": r.choice(["A", "B", "C"]),
            "math": some(r, r.randrange(30, 101)),
            "physics": some(r, r.randrange(30, 101)),
            "art": r.randrange(30, 101),
        }
        for n in range(40)
    ]
    return pd.DataFrame(rows)


@table("tickets.csv")
def tickets(r: random.Random) -> pd.DataFrame:
    rows = []
    for n in range(80):
        opened = moment(r, "2024-01-05", 50)
        rows.append(
            {
                "ticket": f"T-{n:03d}",
                "opened_at": opened.strftime("%Y-%m-%d %H:%M:%S"),
                "closed_at": some(
                    r,
                    (opened + timedelta(minutes=r.randrange(5, 9000))).strftime(
                        "%Y-%m-%d %H:%M:%S"
                    ),
                    0.2,
                ),
                "priority": some(r, r.choice(["P1", "P2", "P3", "p2"]), 0.06),
                "agent": some(r, r.choice(["kim", "Lee", "noor"]), 0.15),
                "subject": r.choice(
                    ["Re: Cannot login", "VPN down!!", "[URGENT] billing #4411", "printer"]
                ),
            }
        )
    return pd.DataFrame(rows)


@table("prices.csv")
def prices(r: random.Random) -> pd.DataFrame:
    rows, level = [], {"AAA": 100.0, "BBB": 20.0, "CCC": 55.5}
    for n in range(40):
        for ticker in level:
            level[ticker] = round(level[ticker] * r.uniform(0.96, 1.05), 2)
            close = some(r, level[ticker], 0.05)
            rows.append(
                {
                    "date": str(date(2024, 1, 2) + timedelta(days=n)),
                    "ticker": ticker,
                    "close": close,
                    "volume": r.randrange(1000, 9999),
                }
            )
    return pd.DataFrame(rows)


@table("subscriptions.csv")
def subscriptions(r: random.Random) -> pd.DataFrame:
    rows = []
    for n in range(60):
        start = day(r, "2022-01-01", 700)
        end = some(r, str(start + timedelta(days=r.randrange(10, 500))), 0.4)
        rows.append({"sub_id": n, "customer_id": r.randrange(1, 29), "plan": r.choice(["free", "pro", "team"]),
                     "start": str(start), "end": end, "mrr": some(r, r.choice([0, 9, 29, 99]), 0.05)})  # fmt: skip
    return pd.DataFrame(rows)


@table("bank.csv")
def bank(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "tx": n,
            "account": r.choice(["DE01", "DE02", "FR09"]),
            "booked": str(day(r, "2024-01-01", 90)),
            "amount": money(r, -900, 1000),
            "text": some(
                r,
                r.choice(
                    ["REWE SAGT DANKE 4711", "Salary ACME", "ATM 0231", "Netflix.com", "rent March"]
                ),
                0.05,
            ),
        }
        for n in range(100)
    ]
    return pd.DataFrame(rows)


@table("patients.csv")
def patients(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "patient_id": f"P{n % 35:03d}",
            "visit_date": str(day(r, "2023-06-01", 200)),
            "weight_kg": some(r, money(r, 45, 130), 0.1),
            "height_cm": some(r, r.choice([160, 172, 181, 1.75, 0]), 0.1),
            "smoker": some(r, r.choice(["yes", "no", "Y", "N", "1"]), 0.1),
            "systolic": some(r, r.randrange(95, 190), 0.15),
            "icd": r.choice(["E11.9", "I10", "j45.0", "Z00", ""]),
        }
        for n in range(75)
    ]
    return pd.DataFrame(rows)


@table("flights.csv")
def flights(r: random.Random) -> pd.DataFrame:
    rows = [
        {
            "flight_no": 100 + n,
            "carrier": r.choice(["LH", "BA", "U2", None]),
            "origin": r.choice(["FRA", "LHR", "CDG"]),
            "dest": r.choice(["JFK", "FRA", "MAD", "CDG"]),
            "dep_delay": some(r, r.randrange(-12, 180), 0.1),
            "arr_delay": some(r, r.randrange(-30, 200), 0.12),
            "distance": r.randrange(300, 9000),
            "month": r.randrange(1, 5),
        }
        for n in range(130)
    ]
    return pd.DataFrame(rows)


def _month(number: int) -> Callable[[random.Random], pd.DataFrame]:
    def maker(r: random.Random) -> pd.DataFrame:
        rows = [
            {
                "id": number * 100 + n,
                "store": some(r, r.choice(["Berlin", "Köln", "Paris"]), 0.05),
                "day": r.randrange(1, 29),
                "units": r.randrange(0, 20),
                "revenue": some(r, money(r, 0, 900), 0.06),
            }
            for n in range(25)
        ]
        return pd.DataFrame(rows)

    return maker


for _n in (1, 2, 3):
    table(f"sales_2024_{_n:02d}.csv")(_month(_n))


@table("odd.csv")
def odd(r: random.Random) -> pd.DataFrame:
    """What spreadsheets export: codes with zeros, "NA" for Namibia, flags with gaps, odd names."""
    rows = [
        {
            "Record No.": n,
            "name": r.choice(NAMES),
            "Name": r.choice(FAMILY),
            "zip code": f"{r.randrange(0, 99999):05d}",
            "country": r.choice(["NA", "DE", "FR", "None", "null", "n/a"]),
            "active": some(r, r.choice([True, False]), 0.2),
            "checked": r.choice([True, False]),
            "count": r.randrange(0, 9),
            "big": 9007199254740993 + n,
            "amount, net": r.choice(["1,200.50", "80", "", "-7.25"]),
            "code": r.choice(["007", "1e3", "12", "x9"]),
            "empty": None,
            "limit": r.choice([0.1, 0.2, float("inf"), -0.0, 1e-7, 1e22]),
            "note": some(r, r.choice(["a\nb", 'say "x"', " pad ", "x,y", "#1"]), 0.2),
        }
        for n in range(50)
    ]
    return pd.DataFrame(rows)


# --- the tables of TPC-H, tiny ------------------------------------------------------------------

REGIONS = ["AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"]
NATIONS = [
    ("ALGERIA", 0),
    ("BRAZIL", 1),
    ("CANADA", 1),
    ("CHINA", 2),
    ("INDIA", 2),
    ("FRANCE", 3),
    ("GERMANY", 3),
    ("IRAN", 4),
]


@table("tpch/region.parquet")
def region(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame({"r_regionkey": range(5), "r_name": REGIONS})


@table("tpch/nation.parquet")
def nation(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"n_nationkey": n, "n_name": name, "n_regionkey": k}
            for n, (name, k) in enumerate(NATIONS)
        ]
    )


@table("tpch/customer.parquet")
def customer(r: random.Random) -> pd.DataFrame:
    segments = ["BUILDING", "AUTOMOBILE", "MACHINERY"]
    return pd.DataFrame(
        [
            {
                "c_custkey": n,
                "c_name": f"Customer#{n:09d}",
                "c_nationkey": r.randrange(len(NATIONS)),
                "c_acctbal": money(r, -999, 9999),
                "c_mktsegment": r.choice(segments),
                "c_phone": f"{r.randrange(10, 35)}-{r.randrange(100, 999)}-{r.randrange(1000, 9999)}",
            }
            for n in range(1, 31)
        ]
    )


@table("tpch/supplier.parquet")
def supplier(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"s_suppkey": n, "s_name": f"Supplier#{n}", "s_nationkey": r.randrange(len(NATIONS))}
            for n in range(1, 9)
        ]
    )


@table("tpch/part.parquet")
def part(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "p_partkey": n,
                "p_type": r.choice(
                    ["PROMO BRUSHED TIN", "STANDARD STEEL", "PROMO PLATED", "ECONOMY BRASS"]
                ),
                "p_brand": r.choice(["Brand#12", "Brand#23", "Brand#34"]),
                "p_container": r.choice(["SM CASE", "MED BAG", "LG BOX", "SM PACK"]),
                "p_size": r.randrange(1, 20),
            }
            for n in range(1, 21)
        ]
    )


@table("tpch/orders.parquet")
def tpch_orders(r: random.Random) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "o_orderkey": n,
                "o_custkey": r.randrange(1, 26),
                "o_orderdate": pd.Timestamp(day(r, "1994-01-01", 700)),
                "o_totalprice": money(r, 900, 90000),
                "o_orderpriority": r.choice(["1-URGENT", "2-HIGH", "3-MEDIUM", "5-LOW"]),
                "o_shippriority": 0,
            }
            for n in range(1, 71)
        ]
    )


@table("tpch/lineitem.parquet")
def lineitem(r: random.Random) -> pd.DataFrame:
    rows = []
    for n in range(200):
        ship = day(r, "1994-01-10", 760)
        commit = ship + timedelta(days=r.randrange(-30, 30))
        rows.append(
            {
                "l_orderkey": r.randrange(1, 71),
                "l_partkey": r.randrange(1, 21),
                "l_suppkey": r.randrange(1, 9),
                "l_linenumber": n,
                "l_quantity": r.randrange(1, 51),
                "l_extendedprice": money(r, 900, 50000),
                "l_discount": r.choice([0.0, 0.05, 0.06, 0.07, 0.1]),
                "l_tax": r.choice([0.0, 0.02, 0.08]),
                "l_returnflag": r.choice(["A", "N", "R"]),
                "l_linestatus": r.choice(["O", "F"]),
                "l_shipdate": pd.Timestamp(ship),
                "l_commitdate": pd.Timestamp(commit),
                "l_receiptdate": pd.Timestamp(ship + timedelta(days=r.randrange(1, 30))),
                "l_shipmode": r.choice(["MAIL", "SHIP", "AIR", "AIR REG", "TRUCK"]),
                "l_shipinstruct": r.choice(["DELIVER IN PERSON", "NONE"]),
            }
        )
    return pd.DataFrame(rows)


# --- files ----------------------------------------------------------------------------------


def write(frame: pd.DataFrame, path: Path) -> None:
    """As the format of ``path`` wants it; a log has tabs and no header, the ledger is German."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True, force_ascii=False)
    elif path.suffix == ".log":
        frame.to_csv(path, sep="\t", header=False, index=False)
    elif path.stem == "ledger":
        frame.to_csv(path, sep=";", decimal=",", index=False)
    else:
        frame.to_csv(path, index=False)


def as_read(frame: pd.DataFrame) -> pd.DataFrame:
    """Ids with gaps as whole numbers where they are there, as exports have them."""
    whole = [c for c in frame if c.endswith("_id") and frame[c].dtype == "float64"]
    return frame.astype({c: "Int64" for c in whole})


def write_all(folder: Path) -> None:
    """Every table under ``folder``; the same bytes each time."""
    for path, maker in (MAKERS | fifth.MAKERS | sixth.MAKERS | twelfth.MAKERS).items():
        frame = maker(random.Random(path))
        write(frame if path.endswith(("parquet", "jsonl")) else as_read(frame), folder / path)


@lru_cache(maxsize=1)
def cached() -> Path:
    """A folder with every table and the nasty ones, made once a process and removed at its end."""
    folder = Path(tempfile.mkdtemp(prefix="p2g-inputs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    write_inputs(folder)
    write_all(folder)
    return folder
