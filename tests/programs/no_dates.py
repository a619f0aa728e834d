"""A column that holds no dates at all, read as dates: pandas makes every one of them missing."""

import pandas as pd

orders = pd.read_csv("orders.csv").drop_duplicates()
orders["when"] = pd.to_datetime(orders["status"].str.strip(), errors="coerce")
print(f"{orders['when'].isna().sum()} of {len(orders)} rows have no date")

dated = orders.dropna(subset=["when"])
orders["year"] = orders["when"].dt.year
orders[["order_id", "status", "when", "year"]].to_csv("orders_when.csv", index=False)
dated.to_csv("dated.csv", index=False)
