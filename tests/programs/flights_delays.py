import pandas as pd

flights = (
    pd.read_csv("flights.csv")
    .dropna(subset=["carrier", "arr_delay"])
    .query("distance > 400 and origin != dest")
    .assign(
        route=lambda d: d["origin"] + "-" + d["dest"],
        late=lambda d: d["arr_delay"] > 15,
        made_up=lambda d: d["dep_delay"] - d["arr_delay"],
        km_class=lambda d: pd.cut(
            d["distance"], [0, 1500, 4000, float("inf")], labels=["short", "mid", "long"]
        ),
    )
)
flights["km_class"] = flights["km_class"].astype(str)

by_carrier = (
    flights.groupby("carrier")
    .agg(
        flights=("flight_no", "count"),
        late_share=("late", "mean"),
        p90=("arr_delay", lambda s: s.quantile(0.9)),
    )
    .sort_values("flights", ascending=False)
    .reset_index()
)
worst = flights.nlargest(5, "arr_delay")[["flight_no", "route", "arr_delay"]]
routes = flights.groupby(["route", "km_class"], as_index=False).agg(
    {"late": "sum", "made_up": "mean"}
)
routes = routes[routes["late"] > 0].sort_values(
    ["late", "route", "km_class"], ascending=[False, True, True]
)

by_carrier.sort_values("carrier").to_csv("carriers.csv", index=False)
worst.to_csv("worst.csv", index=False)
routes.to_csv("routes.csv", index=False)
