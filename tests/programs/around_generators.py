from typing import Iterator

import pandas as pd


def read_months(prefix: str, months: list[int]) -> Iterator[pd.DataFrame]:
    for m in months:
        df = pd.read_csv(f"{prefix}_{m:02d}.csv")
        df["month"] = m
        yield df


def keep(frames, column, minimum):
    for f in frames:
        f = f.dropna(subset=[column])
        yield f[f[column] >= minimum]


def apply_all(df, *funcs, **consts):
    for func in funcs:
        df = func(df)
    for k, v in consts.items():
        df[k] = v
    return df


sales = pd.concat(keep(read_months("sales_2024", [1, 2, 3]), "units", 5), ignore_index=True)
sales = apply_all(
    sales,
    lambda d: d.assign(per_unit=(d["revenue"] / d["units"]).round(2)),
    lambda d: d.sort_values(["month", "id"]),
    source="csv",
    version=2,
)
total = sum(f["revenue"].sum() for f in read_months("sales_2024", [1, 2, 3]))
print(f"{total:.2f}")
sales["share"] = sales["revenue"] / total
sales.to_csv("sales_all.csv", index=False)
