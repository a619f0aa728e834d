"""Dates: comparisons with text, month ends, ages, weekly and monthly sums."""

import pandas as pd

orders = pd.read_csv("orders.csv").drop_duplicates()
orders["when"] = pd.to_datetime(orders["order_date"])

recent = orders[orders["when"] >= "2024-01-01"]
window = orders[orders["when"].between("2023-06-01", "2023-09-30")]
orders["month_start"] = orders["when"].dt.to_period("M").dt.start_time
orders["is_month_end"] = orders["when"].dt.is_month_end
orders["next_month"] = orders["when"] + pd.DateOffset(months=1)
orders["week"] = orders["when"].dt.isocalendar().week
orders["day_name"] = orders["when"].dt.day_name().str[:3]
orders["age_days"] = (pd.Timestamp("2024-06-30") - orders["when"]).dt.days
orders["yyyymm"] = orders["when"].dt.year * 100 + orders["when"].dt.month
orders["since_last"] = orders.sort_values(["when", "order_id"])["when"].diff().dt.days

monthly = orders.set_index("when").resample("MS")["amount"].sum().reset_index()
weekly = orders.groupby(pd.Grouper(key="when", freq="W"))["quantity"].sum().reset_index()
by_day = orders.groupby(orders["when"].dt.dayofweek)["order_id"].count()
by_day.index.name = "weekday"

recent[["order_id", "order_date"]].to_csv("recent.csv", index=False)
window[["order_id", "when"]].to_csv("window.csv", index=False)
orders.drop(columns=["when"]).to_csv("orders_dates.csv", index=False)
monthly.to_csv("monthly.csv", index=False)
weekly.to_csv("weekly.csv", index=False)
by_day.reset_index(name="orders").to_csv("by_day.csv", index=False)
