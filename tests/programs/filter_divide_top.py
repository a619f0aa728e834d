import pandas as pd

# Reading
df = pd.read_csv("nasty.csv")
limit = 3
# Filter
big = df[df["i"] > limit]
big["n"] = big["f"] / big["j"]
top = big.sort_values(["f", "i"], ascending=[False, True]).head(4)
top = top[["s", "n"]]
# Out
top.to_csv("out.csv", index=False)
