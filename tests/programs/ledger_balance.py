"""Trial balance from a German ledger export."""

import pandas as pd

ACCOUNTS = {1000: "Cash", 1200: "Bank", 4000: "Sales", 4400: "Services"}

ledger = pd.read_csv("ledger.csv", sep=";", decimal=",")
ledger["date"] = pd.to_datetime(ledger["date"], format="%d.%m.%Y")
ledger[["debit", "credit"]] = ledger[["debit", "credit"]].fillna(0)
ledger["currency"] = ledger["currency"].str.upper().fillna("EUR")

fx = pd.read_csv("fx.csv")
ledger = ledger.merge(fx, on="currency", how="left")
missing = ledger["rate"].isna().sum()
if missing > 0:
    print(f"{missing} entries without a rate")
ledger["rate"] = ledger["rate"].fillna(1.0)

ledger["amount_eur"] = ((ledger["debit"] - ledger["credit"]) * ledger["rate"]).round(2)
ledger["account_name"] = ledger["account"].map(ACCOUNTS).fillna("Other")
ledger["quarter"] = ledger["date"].dt.quarter

ledger = ledger.sort_values(["account", "date", "entry"])
ledger["balance"] = ledger.groupby("account")["amount_eur"].cumsum().round(2)

tb = ledger.groupby(["account", "account_name", "quarter"], as_index=False)["amount_eur"].sum()
tb["amount_eur"] = tb["amount_eur"].round(2)
tb["side"] = tb["amount_eur"].apply(lambda v: "D" if v >= 0 else "C")

ledger.to_csv("ledger_out.csv", sep=";", index=False)
tb.to_csv("trial_balance.csv", index=False)
