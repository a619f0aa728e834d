"""Stock moves with the price and rate that were valid at their time."""

import pandas as pd

moves = pd.read_csv("moves.csv", parse_dates=["moved_at"]).dropna(subset=["moved_at"])
tickets = pd.read_csv("tickets.csv", parse_dates=["opened_at"]).dropna(subset=["opened_at"])
prices = pd.read_csv(
    "prices.csv", header=0, names=["day", "share", "price", "traded"], parse_dates=["day"]
)

moves = moves.sort_values(["moved_at", "move_id"])
tickets = tickets.sort_values(["opened_at", "ticket"])
price = prices[prices["share"] == "AAA"].dropna(subset=["price"]).sort_values("day")

valued = pd.merge_asof(moves, price[["day", "price"]], left_on="moved_at", right_on="day")
valued["value"] = valued["qty"] * valued["price"]
near = pd.merge_asof(
    moves[["move_id", "moved_at", "sku"]],
    tickets[["opened_at", "ticket"]],
    left_on="moved_at",
    right_on="opened_at",
    direction="nearest",
    tolerance=pd.Timedelta("1D"),
)
valued.to_csv("valued.csv", index=False)
near.to_csv("near.csv", index=False)
