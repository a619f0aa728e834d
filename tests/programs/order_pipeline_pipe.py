import numpy as np
import pandas as pd


def read_orders(path):
    return pd.read_csv(path)


def drop_bad(df, min_qty=1):
    return df[(df["quantity"] >= min_qty) & df["amount"].notna()]


def add_price_band(df, column="amount", limits=(50, 200)):
    low, high = limits
    band = np.select([df[column] < low, df[column] < high], ["low", "mid"], default="high")
    return df.assign(band=band)


def top_per_group(df, by, column, n=2):
    ordered = df.sort_values([by, column, "order_id"], ascending=[True, False, True])
    return ordered.groupby(by).head(n)


orders = (
    read_orders("orders.csv")
    .drop_duplicates()
    .pipe(drop_bad)
    .pipe(add_price_band, limits=(40, 250))
    .rename(columns=str.upper)
    .rename(columns={"ORDER_ID": "order_id"})
)
top = top_per_group(orders, "BAND", "AMOUNT", n=3)
share = orders["BAND"].value_counts(normalize=True).round(4)
mix = pd.crosstab(orders["BAND"], orders["QUANTITY"])

top.to_csv("top.csv", index=False)
share.sort_index().to_csv("share.csv")
mix.to_csv("mix.csv")
