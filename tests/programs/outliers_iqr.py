import pandas as pd

df = pd.read_csv("orders.csv")
num_cols = ["amount", "quantity"]
stats = {}
for col in num_cols:
    q1, q3 = df[col].quantile(0.25), df[col].quantile(0.75)
    iqr = q3 - q1
    stats[col] = (q1 - 1.5 * iqr, q3 + 1.5 * iqr)

mask = pd.Series(False, index=df.index)
for col, (low, high) in stats.items():
    mask = mask | ~df[col].between(low, high)
df["outlier"] = mask

for col in num_cols:
    df[col + "_scaled"] = (df[col] - df[col].min()) / (df[col].max() - df[col].min())
df["amount_capped"] = df["amount"].clip(upper=df["amount"].quantile(0.95))
df["amount_filled"] = df["amount"].fillna(df.groupby("channel")["amount"].transform("median"))

top_share = df.nlargest(10, "amount")["amount"].sum() / df["amount"].sum()
print("top 10 share", round(top_share, 3))

df[~df["outlier"]].to_csv("inliers.csv", index=False)
df[num_cols].describe().round(3).to_csv("describe.csv")
