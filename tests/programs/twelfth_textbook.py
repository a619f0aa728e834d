"""Exercises: the first of each group, spreads, an index of inequality."""

import numpy as np
import pandas as pd

df = pd.read_csv("twelfth/staff.csv")
df.insert(2, "first_name", df["name"].str.split().str[0])
df["z"] = df.groupby("dept")["salary"].transform(lambda x: (x - x.mean()) / x.std()).round(6)


def top_n(group, n=2, column="salary"):
    return group.sort_values(by=[column, "emp"], ascending=[False, True]).head(n)


df.groupby("dept").apply(top_n, n=1).reset_index(drop=True).to_csv("tops.csv", index=False)


def spread(arr):
    return arr.max() - arr.min()


agg = df.groupby("dept")[["salary", "bonus"]].agg([spread, "count"])
agg.columns = agg.columns.map("_".join)
agg.to_csv("spread.csv")
df.loc[df["dept"].isna(), "dept"] = "Unknown"
sizes = df.groupby("dept").size()
df[df["dept"].isin(sizes[sizes > 5].index)].to_csv("big.csv", index=False)
s = df["salary"].sort_values().reset_index(drop=True)
rank = np.arange(1, len(s) + 1)
gini = 2 * (rank * s).sum() / (len(s) * s.sum()) - (len(s) + 1) / len(s)
pd.DataFrame({"metric": ["gini", "n"], "value": [round(gini, 6), len(s)]}).to_csv(
    "metrics.csv", index=False
)
