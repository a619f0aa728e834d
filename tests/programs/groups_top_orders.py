# The best orders of every channel and customer, as a sales analyst would look at them.
import numpy as np
import pandas as pd

orders = pd.read_csv("orders.csv")
orders["status"] = orders["status"].str.strip().str.lower()
orders["channel"] = orders["channel"].fillna("unknown").replace({"Web": "web", "WEB": "web"})
orders["amount"] = orders["amount"].fillna(0.0)

top = (
    orders.groupby("channel", group_keys=False)
    .apply(lambda g: g.nlargest(3, "amount"))
    .reset_index(drop=True)
)
top.to_csv("top3_per_channel.csv", index=False)

biggest = orders.loc[orders.groupby("customer_id")["amount"].idxmax()]
biggest[["customer_id", "order_id", "amount"]].to_csv("biggest_order.csv", index=False)

orders = orders.sort_values(["customer_id", "order_id"])
orders["nth"] = orders.groupby("customer_id").cumcount() + 1
orders["running"] = orders.groupby("customer_id")["amount"].cumsum()
orders["share"] = orders.groupby("customer_id")["amount"].transform(lambda x: x / x.sum())
orders["mean3"] = orders.groupby("customer_id")["amount"].transform(
    lambda x: x.rolling(3, min_periods=1).mean()
)
orders["expanding"] = orders.groupby("customer_id")["amount"].transform(
    lambda x: x.expanding().max()
)
orders["group_no"] = orders.groupby("channel").ngroup()
orders.to_csv("orders_enriched.csv", index=False)


def summary(g):
    out = {}
    out["orders"] = len(g)
    out["revenue"] = g["amount"].sum()
    out["weighted_discount"] = (g["amount"] * g["discount"].fillna(0)).sum() / g["amount"].sum()
    out["top_status"] = g["status"].value_counts().idxmax()
    return pd.Series(out)


per_channel = orders.groupby("channel").apply(summary)
per_channel.reset_index().to_csv("channel_summary.csv", index=False)

spread = orders.groupby("channel")["amount"].agg(
    ["count", "median", lambda x: np.percentile(x, 90), np.ptp]
)
spread.columns = ["n", "median", "p90", "range"]
spread.round(2).to_csv("channel_spread.csv")
