import pandas as pd

lineitem = pd.read_parquet("tpch/lineitem.parquet")
sel = lineitem[
    (lineitem.l_shipdate >= pd.Timestamp("1994-01-01"))
    & (lineitem.l_shipdate < pd.Timestamp("1996-01-01"))
    & (lineitem.l_discount.between(0.05, 0.07))
    & (lineitem.l_quantity < 24)
]
revenue = (sel.l_extendedprice * sel.l_discount).sum()
print(f"revenue: {revenue:,.2f}")
pd.DataFrame({"revenue": [round(revenue, 2)], "lines": [len(sel)]}).to_csv("q6.csv", index=False)
