import pandas as pd

df = pd.read_csv("sensors.csv")
df["ts"] = pd.to_datetime(df["ts"])
df["ok"] = df["state"].str.lower().eq("ok")
df["temperature"] = df["temperature"].clip(-10, 40)
df = df.sort_values("reading_id")

frames = []
for sensor in ["s0", "s1", "s2"]:
    one = df[df["sensor"] == sensor].copy()
    one["avg3"] = one["temperature"].rolling(3).mean()
    one["max5"] = one["temperature"].rolling(window=5, min_periods=1).max()
    one["ok_so_far"] = one["ok"].cumsum()
    one["n"] = range(1, len(one) + 1)
    frames.append(one)

result = pd.concat(frames, ignore_index=True)
result["spike"] = (result["temperature"] - result["avg3"]).abs() > 5
result = result[["reading_id", "sensor", "temperature", "avg3", "max5", "ok_so_far", "n", "spike"]]
result.to_csv("rolling.csv", index=False)
