"""Wide and long: pivots with gaps and repeats, melt, stack, dummies, crosstab, transpose."""

import pandas as pd

matches = pd.read_csv("matches.csv")
grades = pd.read_csv("grades.csv")

results = matches.pivot(index="home", columns="away", values="home_goals")
goals = matches.pivot_table(
    index="home",
    values=["home_goals", "away_goals"],
    aggfunc={"home_goals": "sum", "away_goals": "mean"},
).reset_index()
margins = matches.pivot_table(
    index="home", columns="away_goals", values="match_id", aggfunc="count", margins=True
)

long = grades.melt(id_vars=["student", "class"], var_name="subject", value_name="points")
best = long.sort_values(["points", "student", "subject"], ascending=[False, True, True])
best = best.drop_duplicates("student")
stacked = grades.set_index("student")[["math", "art"]].stack().reset_index()
stacked.columns = ["student", "subject", "points"]
means = long.groupby(["class", "subject"])["points"].mean().unstack("subject")
means.columns = [f"mean_{c}" for c in means.columns]

dummies = pd.get_dummies(grades[["student", "class"]], columns=["class"], prefix="is", dtype=int)
table = pd.crosstab(grades["class"], grades["art"] > 60)
flat = grades.groupby("class")[["math", "physics"]].agg(["mean", "max"]).T.reset_index()
flat.columns = [str(c) for c in flat.columns]

results.to_csv("results.csv")
goals.to_csv("goals.csv", index=False)
margins.to_csv("margins.csv")
best.to_csv("best.csv", index=False)
stacked.to_csv("stacked.csv", index=False)
means.reset_index().to_csv("means.csv", index=False)
dummies.to_csv("dummies.csv", index=False)
table.to_csv("table.csv")
flat.to_csv("flat.csv", index=False)
