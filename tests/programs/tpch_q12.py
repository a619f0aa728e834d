import pandas as pd

orders = pd.read_parquet("tpch/orders.parquet")
lineitem = pd.read_parquet("tpch/lineitem.parquet")

sel = lineitem[
    lineitem["l_shipmode"].isin(["MAIL", "SHIP"])
    & (lineitem["l_commitdate"] < lineitem["l_receiptdate"])
    & (lineitem["l_receiptdate"].dt.year == 1994)
]
jn = sel.merge(orders, left_on="l_orderkey", right_on="o_orderkey")


def high(x):
    return x.isin(["1-URGENT", "2-HIGH"]).sum()


def low(x):
    return (~x.isin(["1-URGENT", "2-HIGH"])).sum()


result = jn.groupby("l_shipmode")["o_orderpriority"].agg([high, low]).reset_index()
result.columns = ["l_shipmode", "high_line_count", "low_line_count"]
result.to_csv("q12.csv", index=False)
