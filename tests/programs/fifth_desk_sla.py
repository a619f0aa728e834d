"""Support desk: SLA report by team."""

import pandas as pd
import numpy as np

SLA_HOURS = {"P1": 4, "P2": 24, "P3": 72}

tickets = pd.read_csv("fifth/tickets.csv", parse_dates=["opened", "closed"])
agents = pd.read_csv("fifth/agents.csv")

tickets["priority"] = tickets["priority"].str.strip().str.upper().fillna("P3")
tickets["team"] = tickets["team"].str.lower().fillna("unassigned")
tickets["agent_email"] = tickets["agent_email"].str.lower()
tickets["sat"] = pd.to_numeric(tickets["sat"], errors="coerce")

tickets["hours"] = (tickets["closed"] - tickets["opened"]).dt.total_seconds() / 3600
tickets["sla"] = tickets["priority"].map(SLA_HOURS)
tickets["breached"] = np.where(
    tickets["closed"].isna(),
    (pd.Timestamp("2024-04-15") - tickets["opened"]).dt.total_seconds() / 3600 > tickets["sla"],
    tickets["hours"] > tickets["sla"],
)

# who worked on it
full = tickets.merge(agents, how="left", left_on="agent_email", right_on="email", validate="m:1")
full["labour"] = (full["hours"].clip(upper=40) * full["rate"].fillna(full["rate"].median())).round(
    2
)

report = (
    full.groupby(["team", "priority"])
    .agg(
        tickets=("ticket_id", "count"),
        open_tickets=("closed", lambda s: s.isna().sum()),
        breached=("breached", "sum"),
        p90_hours=("hours", lambda s: s.quantile(0.9)),
        satisfaction=("sat", "mean"),
        labour=("labour", "sum"),
    )
    .reset_index()
)
report["breach_rate"] = (report["breached"] / report["tickets"] * 100).round(1)
report.sort_values(["breach_rate", "team"], ascending=[False, True]).to_csv("sla.csv", index=False)

tags = full[["ticket_id", "tags"]].dropna()
tags = tags.assign(tag=tags["tags"].str.split(";")).explode("tag")
top = tags["tag"].value_counts().head(3)
top.to_csv("top_tags.csv")
worst = full.loc[full.groupby("team")["hours"].idxmax(), ["team", "ticket_id", "hours"]]
worst.to_csv("worst.csv", index=False)
