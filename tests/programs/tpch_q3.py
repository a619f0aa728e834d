import pandas as pd


def q3(customer: pd.DataFrame, orders: pd.DataFrame, lineitem: pd.DataFrame) -> pd.DataFrame:
    date = pd.Timestamp("1995-03-15")
    c = customer[customer["c_mktsegment"] == "BUILDING"]
    o = orders[orders["o_orderdate"] < date]
    li = lineitem[lineitem["l_shipdate"] > date]
    jn = c.merge(o, left_on="c_custkey", right_on="o_custkey").merge(
        li, left_on="o_orderkey", right_on="l_orderkey"
    )
    jn["revenue"] = jn["l_extendedprice"] * (1 - jn["l_discount"])
    total = jn.groupby(["l_orderkey", "o_orderdate", "o_shippriority"], as_index=False)[
        "revenue"
    ].sum()
    return (
        total[["l_orderkey", "revenue", "o_orderdate", "o_shippriority"]]
        .sort_values(["revenue", "o_orderdate"], ascending=[False, True])
        .head(10)
    )


base = "tpch"
result = q3(
    pd.read_parquet(f"{base}/customer.parquet"),
    pd.read_parquet(f"{base}/orders.parquet"),
    pd.read_parquet(f"{base}/lineitem.parquet"),
)
result.to_csv("q3.csv", index=False)
