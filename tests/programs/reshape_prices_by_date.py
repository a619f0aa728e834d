"""A quant's time series: a date index, slices of it, wide prices, long returns, the last rows first."""

import pandas as pd

prices = pd.read_csv("prices.csv", parse_dates=["date"]).dropna(subset=["date", "close"])
prices = prices.drop_duplicates(["date", "ticker"])

wide = prices.pivot(index="date", columns="ticker", values="close")
first_half = prices.set_index("date").sort_index().loc["2024-01":"2024-02", ["ticker", "close"]]

indexed = prices.set_index("date")
indexed["weekday"] = indexed.index.dayofweek
mondays = indexed[indexed.index.dayofweek == 0]
per_month = indexed.groupby(indexed.index.month)["volume"].sum()

levels = prices.set_index(["ticker", "date"]).sort_index()
last = levels.reset_index(level="date").groupby("ticker")["close"].last()
best = prices.loc[prices.groupby("ticker")["close"].idxmax(), ["ticker", "date", "close"]]
newest = prices.sort_values(["date", "ticker"]).iloc[::-1].head(10)

wide.reset_index().to_csv("wide.csv", index=False)
first_half.reset_index().sort_values(["date", "ticker"]).to_csv("first_half.csv", index=False)
mondays.reset_index().to_csv("mondays.csv", index=False)
per_month.reset_index().to_csv("per_month.csv", index=False)
last.reset_index().to_csv("last.csv", index=False)
best.to_csv("best.csv", index=False)
newest.to_csv("newest.csv", index=False)
