import functools
import time

import pandas as pd


def timed(func):
    @functools.wraps(func)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        result = func(*args, **kwargs)
        print(f"{func.__name__} took {time.perf_counter() - start:.3f}s")
        return result

    return wrapper


def log_shape(func):
    @functools.wraps(func)
    def inner(df, *args, **kwargs):
        out = func(df, *args, **kwargs)
        print(func.__name__, df.shape, "->", out.shape)
        return out

    return inner


@timed
def load(path: str) -> pd.DataFrame:
    return pd.read_csv(path, parse_dates=["ts"])


@log_shape
def drop_bad(df, low=-40, high=60):
    return df[df["temperature"].between(low, high)]


@log_shape
def hourly(df):
    df = df.assign(hour=df["ts"].dt.floor("h"))
    return df.groupby(["sensor", "hour"], as_index=False)["temperature"].mean()


if __name__ == "__main__":
    result = load("sensors.csv").pipe(drop_bad, high=50).pipe(hourly)
    result.sort_values(["sensor", "hour"]).to_csv("hourly.csv", index=False)
