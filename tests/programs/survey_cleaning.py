import pandas as pd
import re

LIKERT = {
    "strongly disagree": 1,
    "disagree": 2,
    "neutral": 3,
    "agree": 4,
    "strongly agree": 5,
}

df = pd.read_csv("survey.csv")

# tidy column names
df.columns = [re.sub(r"[^a-z0-9]+", "_", c.strip().lower()).strip("_") for c in df.columns]
print(df.columns.tolist())

# likert answers to numbers
for col in ["q1_overall", "q2_price", "q3_support"]:
    df[col] = df[col].str.strip().str.lower().map(LIKERT)

df["age"] = pd.to_numeric(df["age"], errors="coerce")
df.loc[(df["age"] < 16) | (df["age"] > 110), "age"] = None

df["comments"] = df["comments"].fillna("").str.replace(r"\s+", " ", regex=True)
df["has_comment"] = df["comments"] != ""
df["submitted"] = pd.to_datetime(df["submitted"], format="%d/%m/%Y %H:%M")

scores = [c for c in df.columns if c.startswith("score_")]
df["score_mean"] = df[scores].mean(axis=1)
df["score_missing"] = df[scores].isna().sum(axis=1)
df = df.dropna(subset=["q1_overall"])

df.to_csv("survey_clean.csv", index=False)
