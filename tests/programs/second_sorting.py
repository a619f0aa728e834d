"""Orders: missing values first or last, ties, tops per group, ranks, positions."""

import pandas as pd

flights = pd.read_csv("flights.csv")

by_delay = flights.sort_values(["arr_delay", "flight_no"], na_position="first")
by_delay["position"] = range(len(by_delay))
stable = flights.sort_values("origin", kind="stable").reset_index(drop=True)
stable["row"] = stable.index
mixed = flights.sort_values(
    ["carrier", "distance", "flight_no"], ascending=[False, True, True]
).head(30)

top = flights.nlargest(7, ["distance", "flight_no"])
per_origin = (
    flights.sort_values(["distance", "flight_no"], ascending=False)
    .groupby("origin")
    .head(2)
    .reset_index(drop=True)
)
nth = flights.sort_values("flight_no").groupby("dest").nth(1)[["flight_no", "dest"]]
last_rows = flights.tail(5)
every_tenth = flights.iloc[::10][["flight_no", "origin"]]

flights["dense"] = flights["dep_delay"].rank(method="dense")
flights["average"] = flights["dep_delay"].rank()
flights["pct"] = flights["distance"].rank(pct=True, method="max")
flights["pos_in_month"] = flights.groupby("month").cumcount() + 1

by_delay.to_csv("by_delay.csv", index=False)
stable.to_csv("stable.csv", index=False)
mixed.to_csv("mixed.csv", index=False)
top.to_csv("top.csv", index=False)
per_origin.to_csv("per_origin.csv", index=False)
nth.to_csv("nth.csv", index=False)
last_rows.to_csv("last_rows.csv", index=False)
every_tenth.to_csv("every_tenth.csv")
flights.to_csv("ranked.csv", index=False)
