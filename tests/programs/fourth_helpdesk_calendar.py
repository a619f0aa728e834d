"""Deadlines of a help desk: working days, month ends, calendar weeks."""

import pandas as pd
from pandas.tseries.offsets import BDay, MonthEnd

tickets = pd.read_csv("tickets.csv", parse_dates=["opened_at", "closed_at"])
tickets["due"] = tickets["opened_at"].dt.normalize() + BDay(3)
tickets["late"] = tickets["closed_at"] > tickets["due"]
tickets["billed"] = tickets["opened_at"].dt.normalize() + MonthEnd(0)
tickets["open_days"] = (tickets["closed_at"] - tickets["opened_at"]) / pd.Timedelta(days=1)
tickets["week"] = tickets["opened_at"].dt.strftime("%G-W%V")
tickets["old"] = tickets["opened_at"] < pd.Timestamp.now() - pd.DateOffset(months=6)
tickets["shift"] = (
    tickets["opened_at"].dt.floor("8h").dt.hour.map({0: "night", 8: "day", 16: "late"})
)

by_week = tickets.groupby("week").agg(n=("ticket", "count"), late=("late", "sum"))
per_day = tickets.resample("D", on="opened_at").size().rename("n").reset_index()
per_day["rolling"] = per_day["n"].rolling(7, min_periods=1).sum()
fortnight = tickets.groupby(pd.Grouper(key="opened_at", freq="2W"))["ticket"].count()

tickets.to_csv("deadlines.csv", index=False)
by_week.reset_index().to_csv("weeks.csv", index=False)
per_day.to_csv("per_day.csv", index=False)
fortnight.reset_index().to_csv("fortnights.csv", index=False)
