"""Groups with missing keys, aggregates of all-missing groups, order of groups."""

import pandas as pd

tickets = pd.read_csv("tickets.csv", parse_dates=["opened_at", "closed_at"])
orders = pd.read_csv("orders.csv")

kept = tickets.groupby(["priority", "agent"], dropna=False).size().reset_index(name="n")
unsorted = orders.groupby("sku", sort=False)["amount"].agg(["sum", "mean", "min", "count", "size"])
unsorted = unsorted.reset_index()

firsts = orders.groupby("channel").agg(
    first_discount=("discount", "first"),
    last_status=("status", "last"),
    nunique_sku=("sku", "nunique"),
    std_amount=("amount", "std"),
    median_amount=("amount", "median"),
    all_positive=("quantity", lambda q: (q > 0).all()),
)
firsts = firsts.reset_index()

orders["amount_share"] = orders["amount"] / orders.groupby("status")["amount"].transform("sum")
orders["n_in_status"] = orders.groupby("status")["order_id"].transform("count")
orders["rank"] = orders.groupby("channel")["amount"].rank(method="min", ascending=False)
orders["running"] = orders.groupby("channel")["amount"].cumsum()
orders["previous"] = orders.groupby("channel")["amount"].shift(1)
orders["is_top"] = orders["rank"] <= 3

big = tickets.groupby("agent").filter(lambda g: len(g) > 20)
tickets["wait"] = tickets["closed_at"] - tickets["opened_at"]
wait = tickets.groupby("priority")["wait"].agg(["min", "max"]).reset_index()
wait["spread_hours"] = (wait["max"] - wait["min"]).dt.total_seconds() / 3600

kept.to_csv("kept.csv", index=False)
unsorted.to_csv("unsorted.csv", index=False)
firsts.to_csv("firsts.csv", index=False)
orders.to_csv("orders_out.csv", index=False)
big[["ticket", "agent"]].to_csv("big.csv", index=False)
wait[["priority", "spread_hours"]].to_csv("wait.csv", index=False)
