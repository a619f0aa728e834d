import pandas as pd

SUBJECTS = ["math", "physics", "art"]
WEIGHTS = {"math": 0.4, "physics": 0.4, "art": 0.2}


def letter(score):
    if score >= 90:
        return "A"
    elif score >= 75:
        return "B"
    elif score >= 60:
        return "C"
    return "F"


df = pd.read_csv("grades.csv")
for subject in SUBJECTS:
    df[subject] = df[subject].fillna(df[subject].mean()).round(1)
    df[f"{subject}_grade"] = df[subject].apply(letter)

df["weighted"] = sum(df[s] * w for s, w in WEIGHTS.items())
df["best"] = df[SUBJECTS].max(axis=1)
df["passed"] = (df[SUBJECTS] >= 50).all(axis=1)
df["z"] = (df["weighted"] - df["weighted"].mean()) / df["weighted"].std()
df["quartile"] = pd.qcut(df["weighted"], 4, labels=["Q1", "Q2", "Q3", "Q4"]).astype(str)

summary = df.groupby("class")[SUBJECTS].agg(["mean", "min", "max"]).round(2)
summary.columns = [f"{a}_{b}" for a, b in summary.columns]

df.to_csv("grades_out.csv", index=False, float_format="%.3f")
summary.reset_index().to_csv("class_summary.csv", index=False)
