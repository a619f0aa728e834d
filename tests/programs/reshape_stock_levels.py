"""A warehouse script: several levels of labels, cross-sections, labels renamed and dropped."""

import pandas as pd

moves = pd.read_csv("moves.csv")
moves = moves.dropna(subset=["sku", "warehouse", "kind"])

net = moves.groupby(["warehouse", "sku", "kind"])["qty"].sum()
wide = net.unstack("kind", fill_value=0)
wide = wide.rename_axis(columns=None).reset_index()

per_place = moves.groupby(["warehouse", "kind"])[["qty"]].sum()
swapped = per_place.swaplevel().sort_index()
flat = per_place.reset_index(level="kind")
named = moves.groupby("kind")[["qty"]].sum().rename(index=str.upper)

big = moves.loc[moves.index % 3 == 0, ["move_id", "sku", "qty"]]
some = moves.drop(moves.nlargest(5, ["qty", "move_id"]).index)
counts = pd.crosstab(moves["warehouse"], moves["kind"], margins=True)

wide.to_csv("wide.csv", index=False)
swapped.reset_index().to_csv("swapped.csv", index=False)
flat.reset_index().to_csv("flat.csv", index=False)
named.reset_index().to_csv("named.csv", index=False)
big.to_csv("big.csv", index=False)
some.to_csv("some.csv", index=False)
counts.reset_index().to_csv("counts.csv", index=False)
