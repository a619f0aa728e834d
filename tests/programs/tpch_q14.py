import pandas as pd

lineitem = pd.read_parquet("tpch/lineitem.parquet")
part = pd.read_parquet("tpch/part.parquet")

start = pd.Timestamp("1994-09-01")
end = start + pd.DateOffset(months=12)
sel = lineitem[(lineitem["l_shipdate"] >= start) & (lineitem["l_shipdate"] < end)]
jn = sel.merge(part, left_on="l_partkey", right_on="p_partkey", how="inner")
jn["volume"] = jn["l_extendedprice"] * (1.0 - jn["l_discount"])
promo = jn.loc[jn["p_type"].str.startswith("PROMO"), "volume"].sum()
total = jn["volume"].sum()
share = 100.0 * promo / total
assert 0 <= share <= 100
pd.DataFrame([{"promo_revenue": round(share, 6)}]).to_csv("q14.csv", index=False)
