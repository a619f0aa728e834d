import pandas as pd

COUNT = 0
REGISTRY = {}
cache = None


def register(name, df):
    global COUNT
    COUNT += 1
    REGISTRY[name] = df
    return df


def get_customers():
    global cache
    if cache is None:
        cache = pd.read_csv("customers.csv")
    return cache


def add(item, items=[]):
    items.append(item)
    return items


def make_counter():
    n = 0

    def step(df):
        nonlocal n
        n += 1
        return df.assign(step=n)

    return step


register("eu", get_customers()[get_customers()["country"].isin(["DE", "FR"])])
register("rest", get_customers()[~get_customers()["country"].isin(["DE", "FR"])])
add("a")
labels = add("b")
step = make_counter()
one = step(REGISTRY["eu"])
two = step(REGISTRY["rest"])
out = pd.concat([one, two])
out["count"] = COUNT
out["labels"] = "+".join(labels)
out.to_csv("out.csv", index=False)
