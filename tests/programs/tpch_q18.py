import pandas as pd

orders = pd.read_parquet("tpch/orders.parquet")
customer = pd.read_parquet("tpch/customer.parquet")
lineitem = pd.read_parquet("tpch/lineitem.parquet")

qty = lineitem.groupby("l_orderkey", as_index=False)["l_quantity"].sum()
big = qty[qty["l_quantity"] > 100]
jn = big.merge(orders, left_on="l_orderkey", right_on="o_orderkey").merge(
    customer, left_on="o_custkey", right_on="c_custkey"
)
jn = jn.rename(columns={"l_quantity": "sum_qty"})
result = jn[["c_name", "c_custkey", "o_orderkey", "o_orderdate", "o_totalprice", "sum_qty"]]
result = result.sort_values(by=["o_totalprice", "o_orderdate"], ascending=[False, True]).head(100)
result.to_csv("q18.csv", index=False)
