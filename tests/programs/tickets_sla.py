import logging

import pandas as pd

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("sla")

SLA_HOURS = {"P1": 4, "P2": 24, "P3": 72}


class SlaReport:
    """Which tickets took longer than promised."""

    def __init__(self, path):
        self.path = path
        self.df = None

    def load(self):
        self.df = pd.read_csv(self.path, parse_dates=["opened_at", "closed_at"])
        log.info("loaded %s", self.path)

    def enrich(self):
        df = self.df
        df["priority"] = df["priority"].str.upper().fillna("P3")
        df["limit_hours"] = df["priority"].map(SLA_HOURS)
        df["hours"] = (df["closed_at"] - df["opened_at"]).dt.total_seconds() / 3600
        df["breached"] = df["hours"] > df["limit_hours"]
        df["opened_week"] = df["opened_at"].dt.isocalendar().week
        df["topic"] = df["subject"].str.lower().str.replace(r"[^a-z ]", "", regex=True).str.strip()
        self.df = df

    def run(self):
        self.load()
        self.enrich()
        closed = self.df[self.df["closed_at"].notnull()]
        report = closed.groupby(["priority", "agent"]).agg(
            n=("ticket", "count"), mean_hours=("hours", "mean"), breached=("breached", "sum")
        )
        return report.round(2).reset_index()


report = SlaReport("tickets.csv").run()
report.to_csv("sla.csv", index=False)
