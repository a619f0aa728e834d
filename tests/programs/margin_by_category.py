import pandas as pd

orders = pd.read_csv("orders.csv", usecols=["order_id", "sku", "quantity", "amount", "status"])
products = pd.read_csv("products.csv", index_col="sku")

df = orders.join(products[["category", "price", "cost"]], on="sku")
df["category"] = df["category"].fillna("none").str.title()
df["cost"] = df["cost"].fillna(df["price"] * 0.6)
df["margin"] = (df["price"] - df["cost"]) * df["quantity"]
df.loc[df["status"].str.strip().str.lower() == "returned", "margin"] = 0

agg = {"margin": ["sum", "mean"], "order_id": "count"}
out = df.groupby("category").agg(agg)
out.columns = ["margin_sum", "margin_mean", "orders"]
out["rank"] = out["margin_sum"].rank(ascending=False).astype(int)
out = out.sort_values("rank").round(2)

negative = df[df["margin"] < 0]
if len(negative) > 0:
    negative.to_csv("negative.csv", index=False)
out.reset_index().to_csv("margin.csv", index=False)
