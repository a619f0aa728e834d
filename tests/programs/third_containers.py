"""Frames in lists and dicts, changed through another name; lists in dicts; lists of two names."""

import pandas as pd

moves = pd.read_csv("moves.csv")
north = moves[moves["warehouse"] == "north"].copy()

frames = {"all": moves, "north": north}
for name, frame in frames.items():
    frame["source"] = name
    frame["double"] = frame["qty"] * 2
both = pd.concat(frames.values(), ignore_index=True)

parts = [moves.copy(), north.copy()]
for i, part in enumerate(parts):
    part["part"] = i
stacked = pd.concat(parts, ignore_index=True)
first = parts[0]
first["extra"] = 1
moves["only_here"] = moves["qty"] > 20

wanted = {"keys": ["move_id"], "numbers": []}
wanted["numbers"].append("qty")
groups = {}
for column, kind in [("qty", "n"), ("double", "n"), ("sku", "t")]:
    groups.setdefault(kind, []).append(column)
columns = wanted["keys"]
more = columns + wanted["numbers"] + groups["n"][1:]
alias = more
alias += ["source"]
options = {}
options.update(index=False)

both[more].to_csv("both.csv", **options)
stacked.to_csv("stacked.csv", index=False)
parts[0].to_csv("first.csv", index=False)
moves.to_csv("moves_out.csv", index=False)
north.drop(columns=groups["t"]).to_csv("north.csv", index=False)
