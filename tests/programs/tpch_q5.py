import pandas as pd

ROOT = "tpch"
tables = {}
for name in ["region", "nation", "customer", "supplier", "orders", "lineitem"]:
    tables[name] = pd.read_parquet(f"{ROOT}/{name}.parquet")

asia = tables["region"][tables["region"]["r_name"].isin(["ASIA", "AMERICA"])]
jn1 = asia.merge(tables["nation"], left_on="r_regionkey", right_on="n_regionkey")
jn2 = jn1.merge(tables["customer"], left_on="n_nationkey", right_on="c_nationkey")
jn3 = jn2.merge(tables["orders"], left_on="c_custkey", right_on="o_custkey")
jn3 = jn3[(jn3.o_orderdate >= pd.Timestamp("1994-01-01")) & (jn3.o_orderdate < "1995-06-01")]
jn4 = jn3.merge(tables["lineitem"], left_on="o_orderkey", right_on="l_orderkey")
jn5 = tables["supplier"].merge(
    jn4, left_on=["s_suppkey", "s_nationkey"], right_on=["l_suppkey", "n_nationkey"]
)
jn5["volume"] = jn5.l_extendedprice * (1.0 - jn5.l_discount)
result = jn5.groupby("n_name")["volume"].sum().reset_index().sort_values("volume", ascending=False)
result.to_csv("q5.csv", index=False)
