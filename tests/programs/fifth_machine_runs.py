import pandas as pd

s = pd.read_csv("fifth/sensors.csv", parse_dates=["ts"])
s = s.sort_values(["machine", "ts"])
s["temp"] = s.groupby("machine")["temp"].transform(lambda x: x.interpolate(limit=2))
s["block"] = (s["state"] != s.groupby("machine")["state"].shift()).groupby(s["machine"]).cumsum()
runs = s.groupby(["machine", "block"]).agg(
    state=("state", "first"),
    begin=("ts", "min"),
    end=("ts", "max"),
    peak=("temp", "max"),
    n=("ts", "size"),
)
runs["minutes"] = (runs["end"] - runs["begin"]).dt.total_seconds().div(60).round(1)
runs = runs.reset_index()
faults = runs[runs["state"] == "fault"].nlargest(5, "minutes")
faults.to_csv("faults.csv", index=False)

share = runs.groupby(["machine", "state"])["minutes"].sum().unstack(fill_value=0)
share = share.div(share.sum(axis=1), axis=0).mul(100).round(1)
share.columns.name = None
share.reset_index().to_csv("share.csv", index=False)

roll = s.set_index("ts").groupby("machine")["temp"].rolling("2h").mean().reset_index(name="temp_2h")
roll["day"] = roll["ts"].dt.date
roll.groupby(["machine", "day"])["temp_2h"].agg(["min", "max"]).to_csv("roll.csv")

hot = s.query("temp > 80 and state == 'run'")
for m in sorted(s["machine"].unique()):
    hot[hot["machine"] == m].to_csv(f"hot_{m}.csv", index=False)
