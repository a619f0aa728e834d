import pandas as pd

survey = pd.read_csv("survey.csv")
survey = survey.rename(
    columns={"Respondent ID": "id", "Score-1": "s1", "Score-2": "s2", "Score-3": "s3"}
)

# wide -> long
long = pd.melt(
    survey, id_vars=["id"], value_vars=["s1", "s2", "s3"], var_name="question", value_name="score"
)
long = long.dropna(subset=["score"])
long["score"] = long["score"].astype(int)
long["promoter"] = long["score"] >= 9
long["detractor"] = long["score"] <= 6

nps = long.groupby("question").agg(
    n=("score", "count"), promoters=("promoter", "sum"), detractors=("detractor", "sum")
)
nps["nps"] = ((nps["promoters"] - nps["detractors"]) / nps["n"] * 100).round(1)

dist = long.pivot_table(
    index="score", columns="question", values="id", aggfunc="count", fill_value=0
)

nps.reset_index().to_csv("nps.csv", index=False)
dist.to_csv("distribution.csv")
