"""Steps driven by a configuration, as platform teams write them."""

import pandas as pd

CONFIG = {
    "source": {"path": "employees.csv", "dates": ["hire_date"]},
    "rename": {"emp_id": "id", "dept_id": "dept"},
    "fill": {"rating": 3, "gender": "?"},
    "cast": {"rating": "int64"},
    "filters": [("rating", ">=", 2), ("dept", "!=", 99)],
    "targets": {"csv": "people.csv", "parquet": "people.parquet"},
}
OPS = {
    ">=": lambda s, v: s >= v,
    "!=": lambda s, v: s != v,
}


def build(config):
    df = pd.read_csv(config["source"]["path"], parse_dates=config["source"]["dates"])
    df = df.rename(columns=config["rename"]).fillna(config["fill"]).astype(config["cast"])
    for column, op, value in config["filters"]:
        df = df[OPS[op](df[column], value)]
    keep = [c for c in df.columns if c not in ("left_on", "salary")]
    return df[keep]


people = build(CONFIG)
people["years"] = 2024 - people["hire_date"].dt.year
for kind, path in CONFIG["targets"].items():
    if kind == "csv":
        people.to_csv(path, index=False)
    else:
        people.to_parquet(path, index=False)
