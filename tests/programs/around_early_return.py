import pandas as pd


def categorise(df, limit=None):
    if limit is None:
        return df.assign(size="unknown")
    if limit <= 0:
        raise ValueError("limit")
    if len(df) == 0:
        return df
    df = df.copy()
    df["size"] = "small"
    df.loc[df["distance"] > limit, "size"] = "large"
    if "month" not in df.columns:
        return df
    return df[df["month"] > 3]


def delays(df):
    if df["dep_delay"].mean() > 15:
        return df[df["dep_delay"] > 60]
    return df[df["dep_delay"] > 15]


flights = pd.read_csv("flights.csv")
categorise(flights).to_csv("a.csv", index=False)
categorise(flights, 3000).to_csv("b.csv", index=False)
categorise(flights.drop(columns="month"), limit=5000).to_csv("c.csv", index=False)
delays(flights).to_csv("d.csv", index=False)
