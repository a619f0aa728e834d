# Parse a web server log and find the worst paths
import pandas as pd

COLS = ["host", "when", "request", "status", "size"]
log = pd.read_csv("access.log", sep="\t", header=None, names=COLS, na_values=["-"])

parts = log["request"].str.extract(r"^(?P<method>\w+)\s+(?P<path>\S+)\s+HTTP/(?P<version>[\d.]+)$")
log = pd.concat([log, parts], axis=1)
log["method"] = log["method"].str.upper()
log["path"] = log["path"].str.split("?").str[0]
log["when"] = pd.to_datetime(log["when"], format="%d/%b/%Y:%H:%M:%S")
log["hour"] = log["when"].dt.hour
log["size"] = log["size"].fillna(0).astype(int)
log["is_error"] = log["status"] >= 400
log["api_version"] = log["path"].str.extract(r"/api/v(\d)/", expand=False)

by_path = (
    log.groupby("path")
    .agg(hits=("status", "size"), errors=("is_error", "sum"), bytes=("size", "sum"))
    .assign(error_rate=lambda d: (d["errors"] / d["hits"]).round(3))
    .sort_values(["errors", "hits"], ascending=False)
    .reset_index()
)
by_hour = log.groupby("hour", as_index=False)["size"].sum()

by_path = by_path.sort_values("path")
by_path.to_csv("paths.csv", index=False)
by_hour.to_csv("hours.csv", index=False)
