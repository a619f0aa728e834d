"""Daily and weekly sales of each store, days without sales as 0."""

import pandas as pd

sales = pd.read_csv("sixth/till.csv", parse_dates=["date"])
sales["revenue"] = sales["qty"] * sales["price"]

days = pd.date_range(sales["date"].min(), sales["date"].max(), freq="D")
daily = sales.groupby("date")["revenue"].sum().reindex(days, fill_value=0)
daily.index.name = "date"
report = daily.to_frame("revenue")
report["avg_7d"] = report["revenue"].rolling(7, min_periods=1).mean().round(2)
report["weekday"] = report.index.day_name()
report["closed"] = report["revenue"] == 0
report.reset_index().to_csv("daily.csv", index=False)

grid = pd.MultiIndex.from_product([sales["store"].unique(), days], names=["store", "date"])
per_store = (
    sales.groupby(["store", "date"])
    .agg(orders=("order_id", "count"), revenue=("revenue", "sum"))
    .reindex(grid, fill_value=0)
    .reset_index()
)
per_store["week"] = per_store["date"].dt.to_period("W").dt.start_time
per_store["running"] = per_store.groupby("store")["revenue"].cumsum()
weekly = per_store.groupby(["store", "week"], as_index=False)[["orders", "revenue"]].sum()
weekly.to_csv("weekly.csv", index=False)
no_sales = per_store[per_store["orders"] == 0].groupby("store").size().rename("days_without_sales")
no_sales.reset_index().to_csv("gaps.csv", index=False)
per_store.sort_values(["store", "date"]).to_csv("per_store.csv", index=False)
