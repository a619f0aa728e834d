"""Two names of one frame, copies, changes in place, frames changed by functions."""

import pandas as pd

base = pd.read_csv("moves.csv")
same = base
same["qty2"] = same["qty"] * 2
other = base.copy()
other["qty"] = 0
base["check"] = base["qty"] + base["qty2"]


def add_total(frame):
    frame["total"] = frame["qty"] * 10
    return frame


def replace_name(frame):
    frame = frame.rename(columns={"qty": "quantity"})
    frame["quantity"] += 1
    return frame


changed = add_total(base)
renamed = replace_name(base)
base["after"] = base["total"] - base["qty"]
del base["check"]
popped = base.pop("qty2")
base["popped"] = popped
base.kind = base.kind.str.upper()
base.drop(columns=["sku"], inplace=True)
base.rename(columns={"moved_at": "at"}, inplace=True)
other.loc[other["kind"] == "in", "qty"] = 5
other.loc[other["warehouse"].eq("East") & other["sku"].isna(), ["sku", "kind"]] = ["none", "?"]
other.sort_values("move_id", ascending=False, inplace=True)
other.reset_index(drop=True, inplace=True)
other["position"] = other.index * 2

frames = {"base": base, "other": other, "renamed": renamed}
for name, frame in frames.items():
    frame["source"] = name
    frame.to_csv(f"alias_{name}.csv", index=False)
print(changed.shape, same.shape)
