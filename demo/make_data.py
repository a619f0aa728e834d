"""The demo's inputs: orders, customers and products with the dirt that real exports have."""

from __future__ import annotations

import random
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent / "data"


def orders(chance: random.Random, n: int = 3000) -> pd.DataFrame:
    """Orders: ids with repeats, customers with gaps, statuses in mixed case and blanks, dates as text."""
    rows = []
    for i in range(n):
        rows.append(
            {
                "order_id": 10_000 + (i if chance.random() > 0.02 else max(i - 1, 0)),
                "customer_id": chance.choice([None] * 2 + [f"C{k:04d}" for k in range(180)]),
                "sku": chance.choice(["SKU-1", "SKU-2", "sku-3", "SKU-4 ", "SKU-5"]),
                "qty": chance.choice([1, 1, 2, 3, 5, 10, -1]),
                "price": chance.choice([9.99, 19.5, 100.0, 0.0, 2.675, None]),
                "status": chance.choice(["paid", "Paid", " paid", "open", "cancelled", None]),
                "ordered_at": f"20{chance.randint(22, 24)}-{chance.randint(1, 12):02d}-{chance.randint(1, 28):02d}",
                "note": chance.choice([None, "gift", 'said "fragile"', "two\nlines", "a, b"]),
            }
        )
    return pd.DataFrame(rows)


def customers(chance: random.Random) -> pd.DataFrame:
    """Customers: some twice with another spelling, countries with gaps, unicode names."""
    names = ["Ann", "Bob", "Zoë", "José", "Łukasz", "李", "O'Neil"]
    rows = [
        {
            "customer_id": f"C{k:04d}",
            "name": chance.choice(names) + f" {k}",
            "country": chance.choice(["DE", "de", "FR", "US", "US", "BR", None]),
            "since": f"20{chance.randint(10, 21)}-0{chance.randint(1, 9)}-15",
        }
        for k in range(200)
    ]
    rows += [{**chance.choice(rows), "name": "duplicate"} for _ in range(15)]
    return pd.DataFrame(rows)


def products() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sku": ["SKU-1", "SKU-2", "SKU-3", "SKU-4"],
            "category": ["books", "books", "toys", "garden"],
            "vat": [0.07, 0.07, 0.19, 0.19],
        }
    )


if __name__ == "__main__":
    chance = random.Random(20261128)
    HERE.mkdir(exist_ok=True)
    orders(chance).to_csv(HERE / "orders.csv", index=False)
    customers(chance).to_csv(HERE / "customers.csv", index=False)
    products().to_csv(HERE / "products.csv", index=False)
