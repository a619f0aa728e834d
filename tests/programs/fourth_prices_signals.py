"""One share's prices the way a trading notebook looks at them."""

import pandas as pd

px = pd.read_csv("prices.csv", parse_dates=["date"], index_col="date")
px = px[px["ticker"] == "AAA"].sort_index()

px["close"] = px["close"].interpolate()
px["ema"] = px["close"].ewm(span=5, adjust=False).mean()
px["sma"] = px["close"].rolling(window=5).mean()
px["upper"] = px["sma"] + 2 * px["close"].rolling(5).std()
px["median"] = px["close"].rolling(5, min_periods=1).median()
px["week_high"] = px["close"].rolling("7D").max()
px["ret"] = px["close"].pct_change()
px["vol"] = px["ret"].rolling(10, min_periods=3).std() * 252**0.5
px["signal"] = (px["ema"] > px["sma"]).astype(int).diff()

weekly = px["close"].resample("W-FRI").ohlc()
monthly = px.resample("ME").agg({"volume": "sum", "close": ["first", "last"]})
monthly.columns = ["_".join(c) for c in monthly.columns]

px.reset_index().to_csv("signals.csv", index=False)
weekly.reset_index().to_csv("weekly.csv", index=False)
monthly.reset_index().to_csv("monthly.csv", index=False)
