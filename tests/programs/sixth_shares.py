"""Mix of products by store: shares of totals, and the table the other way round."""

import pandas as pd

df = pd.read_csv("sixth/till.csv", parse_dates=["date"])
df["revenue"] = df["qty"] * df["price"]
df["channel"] = df["channel"].fillna(df["channel"].mode()[0])

mix = pd.crosstab(df["store"], df["product"], normalize="index", margins=True)
(mix * 100).round(1).reset_index().to_csv("mix.csv", index=False)

revenue = df.groupby(["store", "product"])["revenue"].sum().unstack(fill_value=0)
share = revenue.div(revenue.sum(axis=1), axis=0).mul(100).round(2)
share.to_csv("share_of_store.csv")
of_product = (revenue / revenue.sum() * 100).round(2)
of_product.to_csv("share_of_product.csv")
of_all = revenue / revenue.sum().sum()
of_all.round(4).reset_index().to_csv("share_of_all.csv", index=False)

kpis = df.groupby("store").agg(
    orders=("order_id", "nunique"), revenue=("revenue", "sum"), basket=("revenue", "mean")
)
kpis.round(2).T.to_csv("kpis.csv")

index = revenue.mean()
above = revenue.sub(index)
above.to_csv("above_average.csv")
