import pandas as pd

subs = pd.read_csv("subscriptions.csv")
for c in ("start", "end"):
    subs[c] = pd.to_datetime(subs[c])

subs["start_month"] = subs["start"].dt.to_period("M").dt.to_timestamp()
subs["weekday"] = subs["start"].dt.dayofweek
subs["is_weekend"] = subs["weekday"].isin([5, 6])
subs["quarter"] = subs["start"].dt.year.astype(str) + "Q" + subs["start"].dt.quarter.astype(str)
subs["renewal"] = subs["start"] + pd.DateOffset(years=1)
subs["month_end"] = subs["start"] + pd.offsets.MonthEnd(0)
subs["days"] = (subs["end"] - subs["start"]).dt.days
subs["weeks"] = subs["days"] // 7
subs["label"] = subs["plan"].str.upper() + "-" + subs["start"].dt.strftime("%d.%m.%y")
subs["end_text"] = subs["end"].dt.strftime("%b %Y").fillna("open")

calendar = pd.DataFrame({"day": pd.date_range("2022-01-01", "2022-03-31", freq="D")})
calendar["week"] = calendar["day"].dt.isocalendar().week.astype(int)
starts = subs.groupby("start").size().rename("starts").reset_index()
calendar = calendar.merge(starts, left_on="day", right_on="start", how="left").drop(columns="start")
calendar["starts"] = calendar["starts"].fillna(0).astype(int)
calendar["starts_so_far"] = calendar["starts"].cumsum()

subs.to_csv("subs.csv", index=False)
calendar.to_csv("calendar.csv", index=False)
