"""Steps named in a config, found in a registry."""

import pandas as pd

STEPS = {}


def step(name):
    def register(fn):
        STEPS[name] = fn
        return fn

    return register


@step("rename")
def rename(df, mapping):
    return df.rename(columns=mapping)


@step("filter")
def keep_rows(df, column, op, value):
    ops = {
        "==": lambda s: s == value,
        ">": lambda s: s > value,
        "in": lambda s: s.isin(value),
    }
    return df[ops[op](df[column])]


@step("derive")
def derive(df, name, expr):
    return df.assign(**{name: df.eval(expr)})


@step("aggregate")
def aggregate(df, by, **aggs):
    return df.groupby(by).agg(**{k: tuple(v) for k, v in aggs.items()}).reset_index()


PIPELINE = [
    ("rename", {"mapping": {"temperature": "temp"}}),
    ("filter", {"column": "temp", "op": ">", "value": -50}),
    ("filter", {"column": "state", "op": "in", "value": ["ok", "warn"]}),
    ("derive", {"name": "f", "expr": "temp * 9 / 5 + 32"}),
    ("aggregate", {"by": ["sensor", "state"], "mean_f": ["f", "mean"], "n": ["f", "size"]}),
]

df = pd.read_csv("sensors.csv")
for name, params in PIPELINE:
    df = STEPS[name](df, **params)
df.sort_values(["sensor", "state"]).to_csv("sensors_out.csv", index=False)
