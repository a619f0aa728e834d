import pandas as pd

orders = pd.read_parquet("tpch/orders.parquet")
lineitem = pd.read_parquet("tpch/lineitem.parquet")

date1, date2 = pd.Timestamp("1994-07-01"), pd.Timestamp("1995-07-01")
late = lineitem[lineitem["l_commitdate"] < lineitem["l_receiptdate"]]
flt = orders[(orders["o_orderdate"] >= date1) & (orders["o_orderdate"] < date2)]
flt = flt[flt["o_orderkey"].isin(late["l_orderkey"])]
result = (
    flt.groupby("o_orderpriority", as_index=False)["o_orderkey"]
    .count()
    .sort_values("o_orderpriority")
    .rename(columns={"o_orderkey": "order_count"})
)
result.to_csv("q4.csv", index=False)
