import pandas as pd

df = pd.read_csv("nasty.csv")
n = len(df)
# too many?
if n > 5:
    df = df[df["i"] > 0]
    print("filtered")
elif n == 3:
    # nothing
    pass
else:
    df = df[df["i"] < 0]
if n == 0:
    raise ValueError("empty")
if n > 3:
    df.to_csv("some.csv", index=False)
df["x"] = df["i"] + 1
df.to_csv("out.csv", index=False)
