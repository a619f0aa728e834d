import os
import pandas as pd

COUNTS = {}
items = []
total = 0


def count(key):
    COUNTS[key] = COUNTS.get(key, 0) + 1
    return key


def collect(value, into):
    into.append(value)


def bump(v):
    global total
    total += v
    return v


df = pd.read_csv("sales_2024_01.csv").dropna()
df["store"] = df["store"].apply(count)
df["units"].map(bump)
mine = []
for row in df.itertuples():
    collect(row.units, mine)
for s in df["store"]:
    items.append(s)
mx = max(mine)
stat = pd.DataFrame({"k": list(COUNTS), "v": list(COUNTS.values())})
stat["total"] = total
stat["items"] = len(items)
stat["mx"] = mx
if os.path.exists("sales_2024_02.csv"):
    stat["there"] = True
else:
    stat["there"] = False
if not os.path.exists("nothing.csv"):
    stat["nothing"] = 1
stat["files"] = len([f for f in os.listdir(".") if f.startswith("sales_")])
lost = [r for r in (os.path.join("data", "x.csv"), "fx.csv") if os.path.isfile(r)]
stat["lost"] = ",".join(lost)
stat.to_csv("stat.csv", index=False)
df.to_csv("df.csv", index=False)
