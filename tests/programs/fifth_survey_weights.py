import pandas as pd

SCALE = {"Strongly agree": 4, "Agree": 3, "Neutral": 2, "Disagree": 1}


def clean_age(x):
    try:
        v = int(x)
    except ValueError:
        return None
    return v if 0 < v < 120 else None


def bucket(age):
    if pd.isna(age):
        return "unknown"
    elif age < 30:
        return "young"
    elif age < 45:
        return "middle"
    return "senior"


def main():
    df = pd.read_csv("fifth/survey.csv")
    questions = [c for c in df.columns if c.startswith("q")]
    df[questions] = df[questions].apply(lambda s: s.map(SCALE))
    df["age"] = df["age"].apply(clean_age)
    df["bucket"] = df["age"].apply(bucket)
    df["country"] = df["country"].str.strip().str.upper()
    df["score"] = df[questions].mean(axis=1)
    long = df.melt(
        id_vars=["id", "country", "bucket", "weight"],
        value_vars=questions,
        var_name="question",
        value_name="answer",
    )
    long = long.dropna(subset=["answer"])

    def wavg(g):
        return (g["answer"] * g["weight"]).sum() / g["weight"].sum()

    weighted = long.groupby(["country", "question"]).apply(wavg).rename("wavg").reset_index()
    weighted.to_csv("weighted.csv", index=False)
    table = pd.crosstab(df["country"].fillna("??"), df["bucket"], normalize="index", margins=True)
    table.round(3).to_csv("table.csv")
    desc = df.groupby("bucket")["score"].describe()
    desc.to_csv("desc.csv")
    df["score_z"] = (df["score"] - df["score"].mean()) / df["score"].std()
    df["q_bin"] = pd.qcut(df["weight"], 4, labels=["low", "mid", "high", "top"])
    df[["id", "age", "bucket", "score_z", "q_bin"]].to_json(
        "people.json", orient="records", lines=True
    )


if __name__ == "__main__":
    main()
