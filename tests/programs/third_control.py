"""Loops that break, functions with defaults, lambdas in loops, nested helpers, early returns."""

import pandas as pd

BANDS = [("low", 0, 50), ("mid", 50, 150), ("high", 150, None)]


def band(df, column="amount", *, bands=BANDS, default=None):
    out = pd.Series(default, index=df.index, dtype=object)
    for name, low, high in bands:
        mask = df[column] >= low
        if high is not None:
            mask &= df[column] < high
        out = out.mask(mask, name)
    return out


def pick(df, columns=None):
    if columns is None:
        return df
    return df[list(columns)]


def make_scaler(factor):
    def scale(series):
        return series * factor

    return scale


orders = pd.read_csv("orders.csv")
orders["band"] = band(orders)
scalers = {f"x{n}": make_scaler(n) for n in (2, 3)}
for i, (name, scale) in enumerate(scalers.items(), start=1):
    orders[name] = scale(orders["quantity"]) + i

for column in orders.columns:
    if column.startswith("x3"):
        break
    if orders[column].dtype == "object":
        orders[column] = orders[column].str.strip()

lambdas = []
for n in (1, 2):
    lambdas.append(lambda s, n=n: s + n)
orders["plus"] = lambdas[0](orders["quantity"]) * lambdas[1](orders["quantity"])
kept = [c for c in orders if not c.endswith("_date")]
pairs = list(zip(["amount", "discount"], [0.0, 1.0]))
for column, value in pairs:
    orders[column] = orders[column].fillna(value)
steps = [lambda d: d[d["quantity"] > 0], lambda d: d.assign(total=d["amount"] * d["quantity"])]
result = orders
for step in steps:
    result = step(result)

pick(result, kept + ["total"]).to_csv("control.csv", index=False)
pick(result, ("order_id", "band")).to_csv("bands.csv", index=False)
