"""Joins as they go wrong: repeated keys on both sides, missing keys, keys of two types."""

import pandas as pd

orders = pd.read_csv("orders.csv")  # customer_id has gaps: a float column
customers = pd.read_csv("customers.csv")  # customer_id repeats, whole numbers
segments = pd.DataFrame(
    {
        "segment": ["gold", "silver", None, "platinum"],
        "discount": [0.2, 0.1, 0.0, 0.5],
        "name": ["G", "S", "none", "P"],
    }
)

many = orders.merge(customers, on="customer_id", how="inner")
print(len(many))
per_segment = many.merge(segments, on="segment", how="left", suffixes=("", "_segment"))
per_segment["net"] = per_segment["amount"] * (1 - per_segment["discount_segment"])

right = customers.merge(segments, on="segment", how="right")
outer = pd.merge(
    orders[["order_id", "customer_id"]],
    customers[["customer_id", "name"]].drop_duplicates("customer_id"),
    how="outer",
    on="customer_id",
    indicator=True,
)
outer["has_order"] = outer["order_id"].notna()

unmatched = orders[~orders["customer_id"].isin(customers["customer_id"])]
cross = segments[["segment"]].merge(segments[["discount"]], how="cross")

cols = ["order_id", "customer_id", "name", "segment", "name_segment", "net"]
per_segment[cols].to_csv("per_segment.csv", index=False)
right.to_csv("right.csv", index=False)
outer.to_csv("outer.csv", index=False)
unmatched.to_csv("unmatched.csv", index=False)
cross.to_csv("cross.csv", index=False)
