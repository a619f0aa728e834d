"""Names of variables and functions that a job could use itself."""

import pandas as pd

spark = 3
job = "weekly"


def text(value):
    return str(value).strip().lower()


def typed(frame, column):
    return frame.assign(**{column: frame[column].map(text)})


def scalar(values):
    return values.max()


def lit(x):
    return x * 2


args = pd.read_csv("tickets.csv")
F = args[args["agent"].notna()]
T = typed(F, "priority")
average = T["ticket"].str[2:].astype(int).mean()
number = scalar(T["ticket"].str.len())
rounded = round(average, 1)
compare = T["priority"].value_counts()
T["number"] = T["ticket"].str.slice(2).astype(int)
T["above"] = T["number"] > average
T["double"] = lit(T["number"])
T["job"] = job
T["spark"] = spark
T["width"] = number
T["rounded"] = rounded
Window = T.sort_values("number").groupby("agent").head(spark)
df = T.groupby("priority", as_index=False)["number"].sum()
sum = df["number"].sum()
df["share"] = (df["number"] / sum).round(4)
df["tickets"] = df["priority"].map(compare)

Window.to_csv("window.csv", index=False)
df.to_csv("df.csv", index=False)
