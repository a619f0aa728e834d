"""Sessions from raw events: a new one after 30 minutes of silence."""

import pandas as pd

TIMEOUT = pd.Timedelta(minutes=30)

events = pd.read_parquet("events.parquet")
events = events[events["user_id"].notna()]
bots = events["agent"].str.contains("bot|curl", case=False, na=False)
events = events[~bots]

events = events.sort_values(["user_id", "ts"])
events["prev_ts"] = events.groupby("user_id")["ts"].shift()
events["new_session"] = (events["ts"] - events["prev_ts"] > TIMEOUT) | events["prev_ts"].isna()
events["session"] = events.groupby("user_id")["new_session"].cumsum()

sessions = (
    events.groupby(["user_id", "session"])
    .agg(
        start=("ts", "min"),
        end=("ts", "max"),
        n_events=("event_id", "count"),
        landing=("page", "first"),
        exit=("page", "last"),
        revenue=("value", "sum"),
    )
    .reset_index()
)
sessions["seconds"] = (sessions["end"] - sessions["start"]).dt.total_seconds()
sessions["bounced"] = sessions["n_events"] == 1
sessions["landing"] = sessions["landing"].str.replace(r"\?.*$", "", regex=True)

sessions.to_parquet("sessions.parquet", index=False)
