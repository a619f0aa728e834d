import pandas as pd
import numpy as np

VALID = (-40, 60)

readings = pd.read_csv("sensors.csv", parse_dates=["ts"])
readings = readings.sort_values(["sensor", "ts"])

# glitches become missing, then carry the last good value forward
low, high = VALID
bad = (readings["temperature"] < low) | (readings["temperature"] > high)
readings.loc[bad, "temperature"] = np.nan
readings["temperature_filled"] = readings.groupby("sensor")["temperature"].ffill()

# change since the last reading
readings["prev"] = readings.groupby("sensor")["temperature_filled"].shift(1)
readings["delta"] = (readings["temperature_filled"] - readings["prev"]).round(3)
readings["gap_seconds"] = readings.groupby("sensor")["ts"].diff().dt.total_seconds()

readings["state"] = readings["state"].str.lower().fillna("unknown")
readings["hour"] = readings["ts"].dt.floor("h")

hourly = (
    readings.groupby(["sensor", "hour"])
    .agg(
        t_min=("temperature", "min"),
        t_max=("temperature", "max"),
        t_mean=("temperature", "mean"),
        n=("reading_id", "count"),
        humidity=("humidity", "median"),
    )
    .reset_index()
)
alarms = readings[readings["state"].isin(["warn", "fail"])]

readings.drop(columns=["prev"]).to_csv("readings.csv", index=False)
hourly.to_parquet("hourly.parquet", index=False)
alarms[["reading_id", "sensor", "state"]].to_csv("alarms.csv", index=False)
