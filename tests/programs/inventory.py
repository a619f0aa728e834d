import pandas as pd
import numpy as np

SIGN = {"in": 1, "out": -1, "adjust": 0}

moves = pd.read_csv("moves.csv", parse_dates=["moved_at"])
products = pd.read_csv("products.csv")

moves = moves.dropna(subset=["sku"])
moves["warehouse"] = moves["warehouse"].str.capitalize()
moves["signed"] = moves["qty"] * moves["kind"].map(SIGN)
moves = moves.sort_values(["warehouse", "sku", "moved_at", "move_id"])
moves["on_hand"] = moves.groupby(["warehouse", "sku"])["signed"].cumsum()

stock = moves.groupby(["warehouse", "sku"]).agg(
    on_hand=("on_hand", "last"),
    last_move=("moved_at", "max"),
    n_moves=("move_id", "count"),
)
stock = stock.reset_index().merge(products, how="left", on="sku")
stock["value"] = (stock["on_hand"] * stock["cost"]).round(2)
conditions = [stock["on_hand"] <= 0, stock["on_hand"] < 20, stock["on_hand"] < 60]
stock["level"] = np.select(conditions, ["empty", "low", "ok"], default="plenty")

reorder = stock[(stock["level"].isin(["empty", "low"])) & (stock["active"] == "Y")]
reorder = reorder[["warehouse", "sku", "title", "on_hand", "level"]]

stock.to_csv("stock.csv", index=False)
reorder.to_csv("reorder.csv", index=False)
