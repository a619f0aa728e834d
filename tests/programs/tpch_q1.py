import pandas as pd

lineitem = pd.read_parquet("tpch/lineitem.parquet")
date = pd.Timestamp("1995-09-02")

sel = lineitem[lineitem.l_shipdate <= date].copy()
sel["disc_price"] = sel.l_extendedprice * (1 - sel.l_discount)
sel["charge"] = sel.l_extendedprice * (1 - sel.l_discount) * (1 + sel.l_tax)
gb = sel.groupby(["l_returnflag", "l_linestatus"], as_index=False)
result = gb.agg(
    sum_qty=pd.NamedAgg("l_quantity", "sum"),
    sum_base_price=pd.NamedAgg("l_extendedprice", "sum"),
    sum_disc_price=pd.NamedAgg("disc_price", "sum"),
    sum_charge=pd.NamedAgg("charge", "sum"),
    avg_qty=pd.NamedAgg("l_quantity", "mean"),
    avg_price=pd.NamedAgg("l_extendedprice", "mean"),
    avg_disc=pd.NamedAgg("l_discount", "mean"),
    count_order=pd.NamedAgg("l_orderkey", "size"),
)
result = result.sort_values(["l_returnflag", "l_linestatus"])
result.to_parquet("q1.parquet", index=False)
