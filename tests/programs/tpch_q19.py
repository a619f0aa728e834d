import pandas as pd

lineitem = pd.read_parquet("tpch/lineitem.parquet")
part = pd.read_parquet("tpch/part.parquet")

jn = lineitem.merge(part, left_on="l_partkey", right_on="p_partkey")
air = jn["l_shipmode"].isin(("AIR", "AIR REG")) & (jn["l_shipinstruct"] == "DELIVER IN PERSON")
small = (
    (jn["p_brand"] == "Brand#12")
    & jn["p_container"].isin(("SM CASE", "SM PACK"))
    & jn["l_quantity"].between(1, 31)
    & (jn["p_size"] <= 15)
)
medium = (
    (jn["p_brand"] == "Brand#23")
    & jn["p_container"].isin(["MED BAG"])
    & (jn["l_quantity"] >= 10)
    & (jn["l_quantity"] <= 40)
)
large = (jn["p_brand"] == "Brand#34") & (jn["p_container"] == "LG BOX") & (jn["p_size"] > 1)
res = jn[air & (small | medium | large)]
if res.empty:
    print("nothing found")
res = res.assign(revenue=res["l_extendedprice"] * (1 - res["l_discount"]))
res[["l_linenumber", "p_brand", "revenue"]].to_csv("q19_lines.csv", index=False)
res.groupby("p_brand", as_index=False).agg({"revenue": "sum", "l_quantity": "max"}).to_csv(
    "q19.csv", index=False
)
