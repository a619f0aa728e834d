"""A researcher's survey: stacked scores, unstacked means, parts under keys, tags exploded."""

import pandas as pd

survey = pd.read_csv("survey.csv")
survey.columns = survey.columns.str.strip().str.lower().str.replace(r"\W+", "_", regex=True)
survey = survey.rename(columns={"respondent_id": "id"}).drop_duplicates("id")

scores = survey.set_index("id")[["score_1", "score_2", "score_3"]]
scores = scores.apply(pd.to_numeric, errors="coerce")
long = scores.stack().reset_index()
long.columns = ["id", "item", "score"]

grades = pd.read_csv("grades.csv")
points = grades.melt(id_vars=["student", "class"], var_name="subject", value_name="points")
table = points.groupby(["class", "subject"])["points"].agg(["mean", "count"]).unstack()
table.columns = [f"{stat}_{subject}" for stat, subject in table.columns]
order = points.groupby("subject")["points"].mean().reindex(["art", "math", "music", "physics"])

both = pd.concat(
    [grades[["student", "math"]], grades[["student", "art"]]],
    keys=["m", "a"],
    names=["part", "row"],
)
summary = pd.concat(
    {
        "mean": points.groupby("subject")["points"].mean(),
        "best": points.groupby("subject")["points"].max(),
    },
    axis=1,
)
words = survey["comments"].dropna().str.lower().str.split(" ").explode()
top = words.value_counts().reset_index()

long.to_csv("long.csv", index=False)
table.reset_index().to_csv("table.csv", index=False)
order.reset_index().to_csv("order.csv", index=False)
both.reset_index().to_csv("both.csv", index=False)
summary.reset_index().to_csv("summary.csv", index=False)
top.to_csv("top.csv", index=False)
