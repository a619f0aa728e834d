import numpy as np
import pandas as pd

visits = pd.read_csv("patients.csv")
visits["visit_date"] = pd.to_datetime(visits["visit_date"])

# heights typed in metres, zero means unknown
visits["height_cm"] = np.where(
    visits["height_cm"] < 3, visits["height_cm"] * 100, visits["height_cm"]
)
visits["height_cm"] = visits["height_cm"].replace(0, np.nan)
visits["bmi"] = (visits["weight_kg"] / (visits["height_cm"] / 100) ** 2).round(1)

yes = ["yes", "y", "1"]
visits["smoker"] = visits["smoker"].astype(str).str.lower().isin(yes)


def risk(row):
    points = 0
    if row["bmi"] > 30:
        points += 2
    if row["smoker"]:
        points += 1
    if row["systolic"] >= 140:
        points += 2
    return points


visits["risk"] = visits.apply(risk, axis=1)
visits["icd_chapter"] = visits["icd"].str.upper().str[0]

latest = visits.sort_values(["patient_id", "visit_date"]).groupby("patient_id").tail(1)
assert latest["patient_id"].is_unique
first = visits.groupby("patient_id")["visit_date"].min().rename("first_visit").reset_index()
latest = latest.merge(first, on="patient_id", how="left", validate="one_to_one")
latest["days_followed"] = (latest["visit_date"] - latest["first_visit"]).dt.days

latest.to_csv("latest.csv", index=False)
