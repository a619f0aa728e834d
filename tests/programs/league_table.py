import numpy as np
import pandas as pd

matches = pd.read_csv("matches.csv")
matches = matches.dropna(subset=["home_goals", "away_goals"])
matches["home_goals"] = matches["home_goals"].astype(int)


def side(df, team, opponent, scored, conceded):
    out = df[["match_id", team, opponent, scored, conceded]].copy()
    out.columns = ["match_id", "team", "opponent", "gf", "ga"]
    return out


home = side(matches, "home", "away", "home_goals", "away_goals")
away = side(matches, "away", "home", "away_goals", "home_goals")
all_games = pd.concat([home, away], ignore_index=True)

all_games["points"] = np.select(
    [all_games["gf"] > all_games["ga"], all_games["gf"] == all_games["ga"]], [3, 1], default=0
)
all_games["won"] = (all_games["points"] == 3).astype(int)
all_games["drawn"] = (all_games["points"] == 1).astype(int)
all_games["lost"] = (all_games["points"] == 0).astype(int)

table = (
    all_games.groupby("team")[["won", "drawn", "lost", "gf", "ga", "points"]].sum().reset_index()
)
table["gd"] = table["gf"] - table["ga"]
table = table.sort_values(["points", "gd", "gf", "team"], ascending=[False, False, False, True])
table.insert(0, "pos", range(1, len(table) + 1))
table.to_csv("table.csv", index=False)
