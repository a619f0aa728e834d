import pandas as pd

customer = pd.read_parquet("tpch/customer.parquet")
orders = pd.read_parquet("tpch/orders.parquet")
lineitem = pd.read_parquet("tpch/lineitem.parquet")
nation = pd.read_parquet("tpch/nation.parquet")

df = (
    customer.merge(orders, left_on="c_custkey", right_on="o_custkey")
    .merge(lineitem, left_on="o_orderkey", right_on="l_orderkey")
    .merge(nation, left_on="c_nationkey", right_on="n_nationkey")
    .query("o_orderdate >= '1994-04-01' and o_orderdate < '1995-10-01' and l_returnflag == 'R'")
    .assign(revenue=lambda x: x["l_extendedprice"] * (1 - x["l_discount"]))
)
keys = ["c_custkey", "c_name", "c_acctbal", "c_phone", "n_name"]
out = df.groupby(keys)["revenue"].sum().reset_index()
out = out.nlargest(20, "revenue")
out["revenue"] = out["revenue"].round(2)
out.to_csv("q10.csv", index=False)
