import pandas as pd

orders = pd.read_csv("orders.csv").drop_duplicates().dropna(subset=["customer_id"])
orders["order_date"] = pd.to_datetime(orders["order_date"])
orders["month"] = orders["order_date"].dt.year * 12 + orders["order_date"].dt.month
orders["cohort"] = orders.groupby("customer_id")["month"].transform("min")
orders["age"] = orders["month"] - orders["cohort"]
orders["nth"] = orders.sort_values(["order_date", "order_id"]).groupby("customer_id").cumcount() + 1

cohorts = orders.groupby(["cohort", "age"])["customer_id"].nunique().reset_index(name="customers")
size = cohorts[cohorts["age"] == 0][["cohort", "customers"]].rename(columns={"customers": "size"})
cohorts = cohorts.merge(size, on="cohort")
cohorts["retention"] = cohorts["customers"] / cohorts["size"]

matrix = (
    cohorts[cohorts["age"] <= 6].pivot(index="cohort", columns="age", values="retention").fillna(0)
)

orders[["order_id", "customer_id", "cohort", "age", "nth"]].sort_values(
    "order_id"
).drop_duplicates().to_csv("orders_cohort.csv", index=False)
cohorts.to_csv("cohorts.csv", index=False)
matrix.round(3).to_csv("matrix.csv")
