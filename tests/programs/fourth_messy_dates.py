"""Dates as other systems write them: parts, numbers, several formats in one column."""

import pandas as pd

orders = pd.read_csv("orders.csv", usecols=["order_id", "order_date", "quantity", "amount"])
orders["order_date"] = pd.to_datetime(orders["order_date"], errors="coerce")
orders = orders.dropna(subset=["order_date"])
orders["year"] = orders["order_date"].dt.year.astype(int)
orders["month"] = orders["order_date"].dt.month.astype(int)
orders["first"] = pd.to_datetime(orders[["year", "month"]].assign(day=1))
orders["serial"] = (orders["order_date"] - pd.Timestamp("1899-12-30")).dt.days
orders["back"] = pd.to_datetime(orders["serial"], unit="D", origin="1899-12-30")
orders["stamp"] = orders["order_date"].dt.strftime("%Y%m%d").astype(int)
orders["parsed"] = pd.to_datetime(orders["stamp"], format="%Y%m%d")
orders["ship"] = orders["order_date"] + pd.to_timedelta(orders["quantity"], unit="D")
orders["quarter_end"] = orders["order_date"] + pd.offsets.QuarterEnd(0)

mixed = pd.read_csv("survey.csv", parse_dates=["Submitted"], dayfirst=True)
ledger = pd.read_csv("ledger.csv", sep=";", decimal=",", parse_dates=["date"], dayfirst=True)
ledger["balance"] = (ledger["debit"].fillna(0) - ledger["credit"].fillna(0)).cumsum()
ledger = ledger.sort_values(["date", "entry"])

quarters = orders.resample("QE", on="order_date")[["quantity", "amount"]].agg(["sum", "mean"])
quarters.columns = ["_".join(c) for c in quarters.columns]

orders.to_csv("orders_dates.csv", index=False)
mixed[["Respondent ID", "Submitted"]].to_csv("submitted.csv", index=False)
ledger.to_csv("ledger_dates.csv", index=False)
quarters.reset_index().to_csv("quarters.csv", index=False)
