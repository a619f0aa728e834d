"""A marketing analyst's pivots: orders by channel and month, shares, totals, flattened headers."""

import pandas as pd

orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
orders = orders.dropna(subset=["amount", "channel", "order_date"])
orders["month"] = orders["order_date"].dt.strftime("%Y-%m")

by_channel = orders.pivot_table(
    index="month", columns="channel", values=["amount", "quantity"], aggfunc="sum", fill_value=0
)
by_channel.columns = ["_".join(col) for col in by_channel.columns]
by_channel = by_channel.reset_index()

revenue = pd.pivot_table(orders, index="channel", columns="status", values="amount", aggfunc="sum")
share = revenue.div(revenue.sum(axis=1), axis=0).round(3)

totals = orders.pivot_table(
    index="channel",
    columns="status",
    values="order_id",
    aggfunc="count",
    margins=True,
    margins_name="Total",
    fill_value=0,
)
mix = pd.crosstab(orders["month"], orders["channel"], normalize="index")

by_channel.to_csv("by_channel.csv", index=False)
share.reset_index().to_csv("share.csv", index=False)
totals.reset_index().to_csv("totals.csv", index=False)
mix.reset_index().to_csv("mix.csv", index=False)
