"""Gaps: filling down, by group, from others; masks over gaps; dropping by threshold."""

import numpy as np
import pandas as pd

visits = pd.read_csv("patients.csv")
visits = visits.replace({"smoker": {"Y": "yes", "1": "yes", "N": "no"}})
visits["weight_ffill"] = visits["weight_kg"].ffill()
visits["weight_bfill"] = visits["weight_kg"].bfill(limit=1)
visits["weight_group"] = visits.groupby("patient_id")["weight_kg"].transform(
    lambda s: s.fillna(s.mean())
)
visits["systolic_filled"] = visits["systolic"].fillna(visits["systolic"].median())
visits["height"] = visits["height_cm"].where(visits["height_cm"] > 100)
visits["weight_capped"] = visits["weight_kg"].mask(visits["weight_kg"] > 120, 120)
visits["interp"] = visits["systolic"].interpolate()
visits["not_high"] = ~(visits["systolic"] > 140)
visits["high_or_heavy"] = (visits["systolic"] > 140) | (visits["weight_kg"] > 100)
visits["unequal"] = visits["systolic"] != visits["systolic"].shift(1)
visits["known"] = visits[["weight_kg", "height_cm", "systolic"]].notna().sum(axis=1)
visits["total"] = visits[["weight_kg", "systolic"]].sum(axis=1)
visits["strict_total"] = visits["weight_kg"] + visits["systolic"]
visits["icd"] = visits["icd"].fillna("none")
visits["code"] = np.where(visits["smoker"].isna(), "?", visits["smoker"].str[0])
visits["category"] = np.select(
    [visits["systolic"] >= 140, visits["systolic"] < 140], ["high", "fine"], default="unknown"
)

enough = visits.dropna(thresh=18)
complete = visits.dropna(subset=["weight_kg", "systolic"], how="all")
print(len(enough), len(complete))
visits.to_csv("visits.csv", index=False)
enough[["patient_id", "visit_date", "known"]].to_csv("enough.csv", index=False)
complete[["patient_id", "visit_date", "code"]].to_csv("complete.csv", index=False)
