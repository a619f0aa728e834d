"""Functions that read names around them: what they see is what is there when they are called."""

import math

import pandas as pd

df = pd.read_csv("moves.csv")[["move_id", "qty", "kind"]]
factor = 2


def scaled(v):
    return math.floor(v / 3) * factor


def adder(n):
    def inner(v):
        return math.floor(v / 2) + n

    return inner


df["twice"] = df["qty"].apply(scaled)
factor = 3
df["thrice"] = df["qty"].apply(scaled)
df["one"] = df["qty"].apply(adder(1))
df["two"] = df["qty"].apply(adder(2))

late = [lambda s: s + n for n in (1, 2)]
early = [lambda s, n=n: s + n for n in (1, 2)]
df["late"] = late[0](df["qty"])
df["early"] = early[0](df["qty"])
for k, (source, target) in enumerate(zip(["qty", "move_id"], ["p", "q"]), start=5):
    df[target] = df[source] + k
df.to_csv("closures.csv", index=False)
