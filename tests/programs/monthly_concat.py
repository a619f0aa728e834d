import os

import pandas as pd

YEAR = 2024
MONTHS = [1, 2, 3]

frames = []
for month in MONTHS:
    path = f"sales_{YEAR}_{month:02d}.csv"
    part = pd.read_csv(path)
    part["month"] = month
    part["file"] = os.path.basename(path)
    frames.append(part)

sales = pd.concat(frames, ignore_index=True)
sales["date"] = pd.to_datetime({"year": YEAR, "month": sales["month"], "day": sales["day"]})
sales["store"] = sales["store"].fillna("online")
sales["price"] = sales["revenue"] / sales["units"]

totals = sales.groupby("store")[["units", "revenue"]].sum()
totals["share"] = totals["revenue"] / totals["revenue"].sum()
totals.loc["ALL"] = totals.sum()

growth = sales.groupby("month")["revenue"].sum().reset_index()
growth["previous"] = growth["revenue"].shift(1)
growth["growth_pct"] = ((growth["revenue"] / growth["previous"] - 1) * 100).round(1)

sales.to_csv("sales_all.csv", index=False)
totals.round(3).to_csv("totals.csv")
growth.to_csv("growth.csv", index=False)
