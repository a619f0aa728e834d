"""Parts with other columns and types on top of each other, and side by side."""

import pandas as pd

jan = pd.read_csv("sales_2024_01.csv")
feb = pd.read_csv("sales_2024_02.csv").rename(columns={"units": "pieces"})
mar = pd.read_csv("sales_2024_03.csv")
mar["promo"] = mar["units"] > 10
mar["units"] = mar["units"].astype(float)

every = pd.concat([jan, feb, mar], ignore_index=True, sort=False)
every["units"] = every["units"].fillna(every["pieces"])
every["promo"] = every["promo"].fillna(False).astype(bool)
every = every.drop(columns="pieces")

keyed = pd.concat({"jan": jan, "mar": mar}, names=["month", "row"]).reset_index()
common = pd.concat([jan, feb, mar], join="inner", ignore_index=True)

left = jan[["id", "store"]]
right = jan[["revenue"]] * 1.19
side = pd.concat([left, right.rename(columns={"revenue": "gross"})], axis=1)
total = pd.DataFrame([{"id": 0, "store": "TOTAL", "gross": side["gross"].sum()}])
with_total = pd.concat([side, total], ignore_index=True)

empty = jan[jan["units"] > 1000]
both = pd.concat([empty, mar.head(3)], ignore_index=True)

every.to_csv("every.csv", index=False)
keyed.to_csv("keyed.csv", index=False)
common.to_csv("common.csv", index=False)
with_total.to_csv("with_total.csv", index=False)
both.to_csv("both.csv", index=False)
