import pandas as pd

orders = pd.read_csv("orders.csv", parse_dates=["order_date"])
orders = orders.dropna(subset=["customer_id", "amount"])
orders["customer_id"] = orders["customer_id"].astype(int)
orders = orders[orders["amount"] > 0]
now = orders["order_date"].max() + pd.Timedelta(days=1)

rfm = orders.groupby("customer_id").agg(
    recency=("order_date", lambda x: (now - x.max()).days),
    frequency=("order_id", "nunique"),
    monetary=("amount", "sum"),
)
rfm["r"] = rfm["recency"].rank(method="first", ascending=False)
rfm["f"] = rfm["frequency"].rank(method="average", pct=True)
rfm["m"] = (rfm["monetary"] > rfm["monetary"].median()).astype(int)
rfm["segment"] = rfm.apply(
    lambda row: "best" if row["m"] == 1 and row["f"] > 0.5 else "rest", axis=1
)
rfm = rfm.reset_index()
rfm["monetary"] = rfm["monetary"].round(2)
rfm.to_csv("rfm.csv", index=False)

counts = rfm["segment"].value_counts().rename_axis("segment").reset_index(name="customers")
counts.to_csv("segments.csv", index=False)
