"""A data quality report over several files."""

import pandas as pd

FILES = {"orders": "orders.csv", "products": "products.csv", "tickets": "tickets.csv"}
KEYS = {"orders": "order_id", "products": "sku", "tickets": "ticket"}

results = []
for name, path in FILES.items():
    df = pd.read_csv(path)
    key = KEYS[name]
    if df.empty:
        continue
    results.append(
        {
            "file": name,
            "rows": len(df),
            "columns": df.shape[1],
            "missing": int(df.isna().sum().sum()),
            "duplicate_keys": int(df[key].duplicated().sum()),
            "first_key": df[key].min(),
        }
    )
    nulls = df.isnull().mean().round(3).reset_index()
    nulls.columns = ["column", "share_missing"]
    nulls.to_csv(f"nulls_{name}.csv", index=False)

report = pd.DataFrame(results)
assert len(report) == len(FILES), "a file is empty"
report.to_csv("quality.csv", index=False)
