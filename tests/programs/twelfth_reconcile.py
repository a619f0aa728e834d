"""The orders of two months side by side: what is on one side only, and what differs."""

import pandas as pd


def key(df, *cols, sep="|"):
    out = df[cols[0]].astype(str)
    for c in cols[1:]:
        out = out + sep + df[c].astype(str)
    return out


def compare(left, right, on, value, tol=0.01):
    m = left.merge(right, on=on, how="outer", suffixes=("_l", "_r"), indicator="where")
    m["where"] = m["where"].astype(str)
    m["delta"] = (m[value + "_l"].fillna(0) - m[value + "_r"].fillna(0)).round(2)
    m["status"] = "match"
    m.loc[m["where"] != "both", "status"] = m["where"]
    m.loc[(m["where"] == "both") & (m["delta"].abs() > tol), "status"] = "mismatch"
    return m


months = []
for name in ("january", "february"):
    d = pd.read_csv(f"twelfth/{name}.csv")
    d.columns = [c.lower().replace(" ", "_") for c in d.columns]
    d["k"] = key(d, "order_id", "category")
    months.append(d.groupby("k", as_index=False)["amount"].sum())
both = compare(*months, "k", "amount")
both.to_csv("compare.csv", index=False)
counts = both["status"].value_counts()
summary = counts.rename_axis("status").reset_index(name="n")
summary["pct"] = (summary["n"] / summary["n"].sum() * 100).round(1)
summary.to_csv("summary.csv", index=False)
changed = both.loc[both["status"].eq("mismatch"), ["k", "amount_l", "amount_r", "delta"]]
changed[["order_id", "category"]] = changed["k"].str.split("|", expand=True)
changed.drop(columns="k").to_csv("changed.csv", index=False)
