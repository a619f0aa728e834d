# Sales pipeline, as Amphi generates it
import pandas as pd

# Reading data from data/orders.csv
csvFileInput1 = pd.read_csv("data/orders.csv").convert_dtypes()

# Reading data from data/customers.csv
csvFileInput2 = pd.read_csv("data/customers.csv").convert_dtypes()

# Reading data from data/products.csv
csvFileInput3 = pd.read_csv("data/products.csv").convert_dtypes()

# Clean the texts
dataCleansing1 = csvFileInput1.copy()
dataCleansing1["status"] = dataCleansing1["status"].str.strip().str.lower()
dataCleansing1["sku"] = dataCleansing1["sku"].str.strip().str.upper()
dataCleansing1["price"] = dataCleansing1["price"].fillna(0)

# Paid orders only
filter1 = dataCleansing1[dataCleansing1["status"] == "paid"]

# One row per order
deduplicateData1 = filter1.drop_duplicates(subset=["order_id"], keep="first")

# One row per customer
deduplicateData2 = csvFileInput2.drop_duplicates(subset=["customer_id"], keep="first")

# Join orders and customers
join1 = pd.merge(
    deduplicateData1,
    deduplicateData2,
    left_on=["customer_id"],
    right_on=["customer_id"],
    how="left",
)

# Join the products
join2 = pd.merge(join1, csvFileInput3, on=["sku"], how="left")

# Revenue and month
formulaRow1 = join2.copy()
formulaRow1["revenue"] = formulaRow1["qty"] * formulaRow1["price"]
formulaRow1["month"] = pd.to_datetime(formulaRow1["ordered_at"], format="%Y-%m-%d").dt.strftime(
    "%Y-%m"
)
formulaRow1["country"] = formulaRow1["country"].str.upper()

# Revenue per country and month
aggregate1 = (
    formulaRow1.groupby(["country", "month"])
    .agg(
        revenue_sum=("revenue", "sum"),
        order_id_count=("order_id", "count"),
        customer_id_nunique=("customer_id", "nunique"),
    )
    .reset_index()
)

# Largest first
sort1 = aggregate1.sort_values(
    by=["revenue_sum", "country", "month"], ascending=[False, True, True]
)

# Export to CSV file
sort1.to_csv("out/revenue.csv", sep=",", header=True, index=False)

# The orders themselves, by category
formulaRow1[["order_id", "name", "category", "revenue", "note"]].to_parquet(
    "out/orders.parquet", index=False
)

# The top customers
top = (
    formulaRow1.groupby("name")["revenue"]
    .sum()
    .reset_index()
    .sort_values(["revenue", "name"], ascending=[False, True])
    .head(10)
)
top.to_csv("out/top_customers.csv", index=False)
