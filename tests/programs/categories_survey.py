# Ordered answers of a survey, and bins with empty classes.
import pandas as pd

s = pd.read_csv("survey.csv")
s.columns = (
    s.columns.str.strip().str.lower().str.replace(r"[^a-z0-9]+", "_", regex=True).str.strip("_")
)
answers = ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]
for q in ["q1_overall", "q2_price", "q3_support"]:
    s[q] = pd.Categorical(s[q].str.strip().str.capitalize(), categories=answers, ordered=True)

s["age"] = pd.to_numeric(s["age"], errors="coerce")
s["band"] = pd.cut(
    s["age"], [0, 18, 30, 45, 60, 75, 120], labels=["kid", "20s", "30s", "50s", "60s", "old"]
)
by_band = s.groupby("band", observed=False)["age"].agg(["count", "mean"])
by_band.to_csv("by_band.csv")

s["q2_code"] = s["q2_price"].cat.codes
happy = s[s["q1_overall"] >= "Agree"].sort_values(
    ["q1_overall", "respondent_id"], ascending=[False, True]
)
happy[["respondent_id", "q1_overall", "q2_code"]].to_csv("happy.csv", index=False)

counts = s.groupby("q1_overall", observed=True).size().reset_index(name="n")
counts.to_csv("answers.csv", index=False)
s.groupby("q3_support", observed=True)["q2_code"].mean().reset_index().to_csv(
    "support.csv", index=False
)
