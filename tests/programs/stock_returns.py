import numpy as np
import pandas as pd

px = pd.read_csv("prices.csv", parse_dates=["date"])
px = px.sort_values(["ticker", "date"]).reset_index(drop=True)

px["close"] = px.groupby("ticker")["close"].ffill()
px["ret"] = px.groupby("ticker")["close"].pct_change(fill_method=None)
px["log_ret"] = np.log1p(px["ret"])
px["cum"] = px.groupby("ticker")["log_ret"].cumsum()
px["peak"] = px.groupby("ticker")["close"].cummax()
px["drawdown"] = px["close"] / px["peak"] - 1
px["ma5"] = px.groupby("ticker")["close"].transform(lambda s: s.rolling(5).mean())
px["signal"] = np.where(px["close"] > px["ma5"], "long", "flat")
px["volume_rank"] = px.groupby("date")["volume"].rank(ascending=False).astype(int)

wide = px.pivot(index="date", columns="ticker", values="close")
wide["spread"] = wide["AAA"] - wide["BBB"]
stats = px.groupby("ticker")["ret"].describe()[["count", "mean", "std", "min", "max"]]

px.round(6).to_csv("returns.csv", index=False)
wide.reset_index().to_csv("wide.csv", index=False)
stats.reset_index().to_csv("stats.csv", index=False)
