"""Numbers taken from frames decide what happens next."""

import pandas as pd

THRESHOLD = 0.05

bank = pd.read_csv("bank.csv", parse_dates=["booked"])
total = bank["amount"].sum()
mean, std = bank["amount"].mean(), bank["amount"].std()
n_accounts = bank["account"].nunique()
latest = bank["booked"].max()
accounts = bank["account"].unique().tolist()
missing_share = bank["text"].isna().mean()

if missing_share > THRESHOLD:
    bank["text"] = bank["text"].fillna("n/a")
else:
    bank = bank.dropna(subset=["text"])

bank["z"] = (bank["amount"] - mean) / std
bank["share"] = bank["amount"] / total
bank["days_old"] = (latest - bank["booked"]).dt.days

parts = []
for account in sorted(accounts):
    one = bank[bank["account"] == account].sort_values(["booked", "tx"])
    one = one.assign(balance=one["amount"].cumsum().round(2))
    if one["balance"].iloc[-1] < 0:
        print(f"{account} is overdrawn: {one['balance'].iloc[-1]:.2f}")
    parts.append(one)
result = pd.concat(parts)

largest = bank.loc[bank["amount"].idxmax()]
summary = pd.DataFrame(
    {
        "accounts": [n_accounts],
        "total": [round(total, 2)],
        "latest": [latest.strftime("%Y-%m-%d")],
        "largest": [largest["tx"]],
    }
)
while len(parts) > 5:
    parts.pop()
result.to_csv("balances.csv", index=False)
summary.to_csv("summary.csv", index=False)
