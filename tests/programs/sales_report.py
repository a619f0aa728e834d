"""Monthly sales report."""

import pandas as pd

ORDERS = "orders.csv"
CUSTOMERS = "customers.csv"
OUT = "sales_report.csv"

# load
orders = pd.read_csv(ORDERS, parse_dates=["order_date"])
customers = pd.read_csv(CUSTOMERS)

# clean
orders = orders.drop_duplicates()
orders["status"] = orders["status"].str.strip().str.lower()
orders = orders[orders["status"].isin(["paid", "shipped"])]
orders["amount"] = orders["amount"].fillna(0)
orders["total"] = orders["amount"] * orders["quantity"] * (1 - orders["discount"].fillna(0))

customers = customers.drop_duplicates(subset=["customer_id"], keep="first")
customers["country"] = customers["country"].str.strip().str.upper().fillna("??")

# join
df = orders.merge(customers[["customer_id", "country", "segment"]], on="customer_id", how="left")
df["month"] = df["order_date"].dt.strftime("%Y-%m")

# aggregate
report = (
    df.groupby(["month", "country"])
    .agg(revenue=("total", "sum"), orders=("order_id", "nunique"), avg_qty=("quantity", "mean"))
    .reset_index()
)
report["revenue"] = report["revenue"].round(2)
report = report.sort_values(["month", "country"])
print(report.head())
report.to_csv(OUT, index=False)
