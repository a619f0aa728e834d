# A league: points, form over the last matches, quantiles per team.
import pandas as pd

m = pd.read_csv("matches.csv", parse_dates=["played_on"]).dropna()
home = m[["played_on", "home", "home_goals", "away_goals"]].copy()
home.columns = ["day", "team", "scored", "conceded"]
away = m[["played_on", "away", "away_goals", "home_goals"]].copy()
away.columns = ["day", "team", "scored", "conceded"]
games = pd.concat([home, away], ignore_index=True).sort_values(["team", "day"])
games["points"] = 0
games.loc[games["scored"] > games["conceded"], "points"] = 3
games.loc[games["scored"] == games["conceded"], "points"] = 1

form = (
    games.groupby("team")["points"].rolling(5, min_periods=1).sum().reset_index(level=0, drop=True)
)
games["form"] = form
games["streak_start"] = games.groupby("team")["points"].transform(lambda s: s.diff().ne(0).cumsum())
games.to_csv("form.csv", index=False)

quantiles = games.groupby("team")["scored"].quantile([0.25, 0.5, 0.75]).reset_index()
quantiles.columns = ["team", "q", "goals"]
quantiles.to_csv("goal_quantiles.csv", index=False)

stats = games.groupby("team")[["scored", "conceded"]].describe()
stats.columns = ["_".join(c) for c in stats.columns]
stats.to_csv("team_stats.csv")

ends = games.groupby("team").nth([0, -1])
ends.to_csv("first_and_last.csv", index=False)

strong = games.groupby("team").filter(lambda g: g["points"].sum() >= 15 and len(g) > 3)
strong.groupby("team", as_index=False).agg(
    points=("points", "sum"), games=("points", "size")
).to_csv("strong.csv", index=False)
