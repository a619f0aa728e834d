"""A log of readings: what each was against the half hour before it."""

import numpy as np
import pandas as pd

log = pd.read_csv("sensors.csv")
log["ts"] = pd.to_datetime(log["ts"])
log = log[log["sensor"] == "s1"].sort_values("ts").reset_index(drop=True)
log["temperature"] = log["temperature"].where(log["temperature"] < 500)

log["half_hour"] = log.rolling("30min", on="ts")["temperature"].mean()
log["before"] = log.rolling("30min", on="ts", closed="left")["temperature"].max()
log["spread"] = log["temperature"].rolling(5, min_periods=2).apply(lambda x: x.max() - x.min())
log["p90"] = log["temperature"].rolling(10, min_periods=1).quantile(0.9)
log["so_far"] = log["temperature"].expanding(min_periods=2).mean()
log["filled"] = log["humidity"].ffill().bfill()
log["step"] = log["ts"].diff().dt.total_seconds()
log["session"] = (log["step"] > 600).cumsum()
log["prev_state"] = log["state"].shift(1, fill_value="none")

quarter = log.set_index("ts")["temperature"].resample("15min").mean()
quarter = quarter.interpolate(limit=2).reset_index()
log["code"] = np.where(log["temperature"] > log["half_hour"], "up", "down")

log.to_csv("windows.csv", index=False)
quarter.to_csv("quarters.csv", index=False)
