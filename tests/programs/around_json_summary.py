import json

import pandas as pd

df = pd.read_csv("patients.csv")
df["smoker"] = df["smoker"].str.lower().isin(["yes", "y", "1", "true"])
df["icd"] = df["icd"].str.upper()

counts = df["icd"].value_counts()
summary = {
    "rows": len(df),
    "patients": int(df["patient_id"].nunique()),
    "smokers": int(df["smoker"].sum()),
    "mean_weight": round(float(df["weight_kg"].mean()), 2),
    "by_icd": {k: int(v) for k, v in counts.items()},
    "columns": list(df.columns),
}
with open("summary.json", "w") as fh:
    json.dump(summary, fh, indent=2, sort_keys=True)

df.to_csv("patients_clean.csv", index=False)
