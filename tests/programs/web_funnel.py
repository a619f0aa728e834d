import pandas as pd

STEPS = ["view", "click", "purchase"]

df = pd.read_parquet("events.parquet", columns=["user_id", "event", "ts", "value", "page"])
df["day"] = df["ts"].dt.date
df["weekday"] = df["ts"].dt.day_name()
df["is_product"] = df["page"].str.startswith("/product")

rows = []
for step in STEPS:
    part = df[df["event"] == step]
    rows.append(
        {
            "step": step,
            "users": part["user_id"].nunique(),
            "events": len(part),
            "value": part["value"].sum(),
        }
    )
funnel = pd.DataFrame(rows)
funnel["share"] = (funnel["users"] / funnel["users"].max()).round(3)

daily = df.groupby(["day", "event"]).size().unstack(fill_value=0).reset_index()
by_weekday = df.groupby("weekday")["is_product"].mean().round(4).reset_index()

funnel.to_csv("funnel.csv", index=False)
daily.to_csv("daily.csv", index=False)
by_weekday.to_csv("weekday.csv", index=False)
