import pandas as pd

sales = pd.read_csv("fifth/sales.csv")
sales["day"] = pd.to_datetime(sales["day"], dayfirst=True)
sales["revenue"] = sales["units"] * sales["price"]
sales = sales.sort_values(["store", "day"]).reset_index(drop=True)

# complete calendar per store
days = pd.date_range(sales["day"].min(), sales["day"].max(), freq="D")
grid = pd.MultiIndex.from_product([sales["store"].unique(), days], names=["store", "day"])
full = sales.set_index(["store", "day"]).reindex(grid).reset_index()
full["units"] = full["units"].fillna(0)
full["price"] = full.groupby("store")["price"].ffill()
full["ma7"] = full.groupby("store")["units"].transform(lambda s: s.rolling(7, min_periods=1).mean())
full["wow"] = full.groupby("store")["units"].pct_change(7)
full["dow"] = full["day"].dt.day_name()
full["is_weekend"] = full["day"].dt.dayofweek >= 5

weekly = (
    full.groupby(["store", pd.Grouper(key="day", freq="W-MON")])
    .agg({"units": "sum", "revenue": "sum", "ma7": "last"})
    .reset_index()
)
weekly["rank"] = weekly.groupby("day")["revenue"].rank(method="dense", ascending=False).astype(int)

stores = pd.read_csv("fifth/stores.csv", parse_dates=["opened"])
out = weekly.merge(stores, on="store", how="outer", indicator=True)
out["age_days"] = (out["day"] - out["opened"]).dt.days
out.to_csv("weekly.csv", index=False)
print(out["_merge"].value_counts())

heat = full.pivot_table(index="dow", columns="store", values="units", aggfunc=["mean", "max"])
heat.columns = ["_".join(c) for c in heat.columns]
heat.round(2).to_csv("heat.csv")
