import pandas as pd

seen = []


def note(x, into=[]):
    into.append(x)
    seen.append(len(into))
    return len(into)


def pick(d, n):
    note(n)
    for c in ["units", "revenue"]:
        if d[c].max() > n:
            return d[d[c] > n]
    return d


def choose(d, n):
    if len(d) > n:
        if d["units"].sum() > 100:
            return d.head(2), "many"
        note("few")
    elif n > 50:
        return d.head(1), "one"
    d = d[d["store"] == "Paris"]
    return d, "rest"


def chunks(d):
    for s in ("Paris", "Berlin"):
        d = d.assign(s=s)
        yield d
        d = d[d["units"] > 3]
    yield d


def tidy(d):
    try:
        return d.drop(columns="day")
    finally:
        note("tidy")


def guarded(d, cfg):
    try:
        k = cfg["col"]
    except KeyError:
        k = "units"
    return d[d[k] > 2]


df = pd.read_csv("sales_2024_01.csv").dropna()
a = pick(df, 10)
x, word = choose(df, 5)
y, word2 = choose(df, 60)
g = pd.concat(chunks(df))
t = tidy(df)
h = pd.concat([guarded(df, {}), guarded(df, {"col": "day"})])
total = 0
for i in range(3):
    if i == 1:
        continue
    total += i
else:
    total += 100
n = 0
while n < 5:
    n += 2
    if n == 4:
        break
out = pd.DataFrame({"w": [word, word2], "total": total, "n": n, "seen": str(seen)})
for name, f in [("a", a), ("x", x), ("y", y), ("g", g), ("t", t), ("h", h), ("out", out)]:
    f.to_csv(f"{name}.csv", index=False)
