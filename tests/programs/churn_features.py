import numpy as np
import pandas as pd

SNAPSHOT = pd.Timestamp("2024-03-01")


def load_subscriptions(path: str) -> pd.DataFrame:
    subs = pd.read_csv(path, parse_dates=["start", "end"])
    subs["mrr"] = subs["mrr"].fillna(0.0)
    return subs


def add_flags(df: pd.DataFrame, snapshot: pd.Timestamp) -> pd.DataFrame:
    df = df.copy()
    df["is_active"] = df["end"].isna() | (df["end"] > snapshot)
    df["tenure_days"] = (df["end"].fillna(snapshot) - df["start"]).dt.days
    df["tenure_bucket"] = np.where(
        df["tenure_days"] > 365, "long", np.where(df["tenure_days"] > 90, "medium", "short")
    )
    return df


subs = load_subscriptions("subscriptions.csv")
subs = add_flags(subs, SNAPSHOT)

features = subs.groupby("customer_id").agg(
    n_subs=("sub_id", "count"),
    active_subs=("is_active", "sum"),
    total_mrr=("mrr", "sum"),
    max_tenure=("tenure_days", "max"),
    first_start=("start", "min"),
)
features["churned"] = (features["active_subs"] == 0).astype(int)
features["mrr_per_sub"] = features["total_mrr"] / features["n_subs"]
features["days_since_first"] = (SNAPSHOT - features["first_start"]).dt.days
features = features.drop(columns="first_start").reset_index()

bucket = subs["tenure_bucket"].value_counts()
print(bucket)

features.sort_values("customer_id").to_csv("churn_features.csv", index=False)
