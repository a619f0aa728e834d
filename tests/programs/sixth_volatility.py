"""Cleaning, volatility and a monthly grid of channels."""

import pandas as pd

df = pd.read_csv("sixth/till.csv", parse_dates=["date"])
df = df.fillna(df.mode().iloc[0])
df["revenue"] = df["qty"] * df["price"]
df = df.sort_values(["date", "order_id"]).reset_index(drop=True)
df["smooth"] = df["revenue"].ewm(span=10).mean()
df["spread"] = df["revenue"].ewm(span=10).std()
df["score"] = ((df["revenue"] - df["smooth"]) / df["spread"]).round(4)
df[["order_id", "revenue", "smooth", "spread", "score"]].to_csv("volatility.csv", index=False)

df["month"] = df["date"].dt.to_period("M").dt.to_timestamp()
months = pd.date_range("2023-12-01", "2024-06-01", freq="MS")
channels = ["web", "shop", "phone"]
full = pd.MultiIndex.from_product([channels, months], names=["channel", "month"])
grid = df.groupby(["channel", "month"])["revenue"].sum().reindex(full, fill_value=0)
table = grid.unstack("channel")
table["total"] = table.sum(axis=1)
table.to_csv("channels.csv")

calendar = pd.DataFrame({"month": months})
calendar["quarter"] = calendar["month"].dt.quarter
monthly = calendar.merge(
    df.groupby("month", as_index=False)["revenue"].sum(), on="month", how="left"
)
monthly["revenue"] = monthly["revenue"].fillna(0)
monthly["change"] = monthly["revenue"].diff()
monthly.to_csv("monthly.csv", index=False)

stock = pd.DataFrame(index=months)
stock["orders"] = df.groupby("month")["order_id"].count()
stock = stock.fillna(0).astype(int)
stock.rename_axis("month").reset_index().to_csv("stock.csv", index=False)
