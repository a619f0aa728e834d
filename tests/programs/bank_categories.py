"""Tag bank transactions by their text and make a monthly budget."""

import re

import pandas as pd

RULES = [
    (r"rewe|lidl|aldi", "groceries"),
    (r"salary", "income"),
    (r"^atm", "cash"),
    (r"netflix|spotify", "subscriptions"),
]


def categorise(text):
    if pd.isna(text):
        return "unknown"
    for pattern, label in RULES:
        if re.search(pattern, text.lower()):
            return label
    return "other"


tx = pd.read_csv("bank.csv", dtype={"account": str}, parse_dates=["booked"])
tx["category"] = tx["text"].apply(categorise)
tx["month"] = tx["booked"].dt.to_period("M").astype(str)
tx["direction"] = tx["amount"].apply(lambda a: "in" if a > 0 else "out")
tx["amount_abs"] = tx["amount"].abs()
tx = tx.sort_values(["account", "booked", "tx"])
tx["balance"] = tx.groupby("account")["amount"].cumsum().round(2)

budget = pd.pivot_table(
    tx, values="amount", index="category", columns="month", aggfunc="sum", fill_value=0.0
)
budget["total"] = budget.sum(axis=1)
budget = budget.round(2)

largest = tx.loc[tx.groupby("account")["amount_abs"].idxmax(), ["account", "tx", "amount_abs"]]

tx.to_csv("tx.csv", index=False)
budget.to_csv("budget.csv")
largest.to_csv("largest.csv", index=False)
