"""The flows that are measured: pandas text (also run as pandas API on Spark, import swapped), and
PySpark as an expert writes it, without the exactness that pandas semantics ask for."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
import pandas as pd

HEAD = "import pandas as pd\n"
PROGRAMS = {
    "clean_group_sort": HEAD + """
df = pd.read_csv("events.csv")
df = df.dropna(subset=["value"])
out = df.groupby("city", as_index=False).agg(total=("value", "sum"), n=("value", "count"))
out = out.sort_values(["total", "city"], ascending=[False, True]).head(20)
out.to_parquet("out.parquet", index=False)
""",
    "drop_duplicates_first": HEAD + """
df = pd.read_csv("events.csv")
out = df.drop_duplicates(subset=["user", "city"], keep="first")
out.to_parquet("out.parquet", index=False)
""",
    "left_merge_missing_keys": HEAD + """
df = pd.read_csv("events.csv")
cities = pd.read_csv("cities.csv")
out = df.merge(cities, on="city", how="left")
out = out[["id", "city", "value", "country"]]
out.to_parquet("out.parquet", index=False)
""",
    "group_windows": HEAD + """
df = pd.read_csv("events.csv")
df["running"] = df.groupby("user")["value"].cumsum()
df["before"] = df.groupby("user")["value"].shift(1)
out = df[["id", "user", "running", "before"]]
out.to_parquet("out.parquet", index=False)
""",
    "texts": HEAD + """
df = pd.read_csv("events.csv")
df["label"] = df["label"].str.strip().str.lower()
df["label"] = df["label"].str.replace("item", "thing", regex=False)
out = df[df["label"].str.contains("7", na=False)]
out = out[["id", "label"]]
out.to_parquet("out.parquet", index=False)
""",
}  # fmt: skip


def make_data(folder: Any, rows: int) -> None:
    """events.csv with ``rows`` rows (gaps in value, city and label) and cities.csv."""
    rng = np.random.default_rng(7)
    cities = np.array([f"city{i:03d}" for i in range(200)], dtype=object)
    city = rng.choice(cities, rows)
    city[rng.random(rows) < 0.03] = None
    value = np.round(rng.normal(50, 20, rows), 3)
    value[rng.random(rows) < 0.05] = np.nan
    label = np.array([f"  Item {n} " for n in rng.integers(0, 1000, rows)], dtype=object)
    label[rng.random(rows) < 0.02] = None
    user = rng.integers(0, max(rows // 20, 1), rows)
    pd.DataFrame(
        {"id": np.arange(rows), "user": user, "city": city, "value": value, "label": label}
    ).to_csv(folder / "events.csv", index=False)
    pd.DataFrame({"city": cities, "country": [f"country{i % 17}" for i in range(200)]}).to_csv(
        folder / "cities.csv", index=False
    )


EVENTS = "id bigint, user bigint, city string, value double, label string"


def _events(spark: Any, folder: str) -> Any:
    return spark.read.csv(f"{folder}/events.csv", header=True, schema=EVENTS)


def clean_group_sort(spark: Any, folder: str) -> Any:
    from pyspark.sql import functions as F

    df = _events(spark, folder).dropna(subset=["value"])
    return (
        df.groupBy("city")
        .agg(F.sum("value").alias("total"), F.count("value").alias("n"))
        .orderBy(F.desc("total"), "city")
        .limit(20)
    )


def drop_duplicates_first(spark: Any, folder: str) -> Any:
    return _events(spark, folder).dropDuplicates(["user", "city"])


def left_merge_missing_keys(spark: Any, folder: str) -> Any:
    cities = spark.read.csv(
        f"{folder}/cities.csv", header=True, schema="city string, country string"
    )
    return (
        _events(spark, folder).join(cities, "city", "left").select("id", "city", "value", "country")
    )


def group_windows(spark: Any, folder: str) -> Any:
    from pyspark.sql import Window
    from pyspark.sql import functions as F

    by = Window.partitionBy("user").orderBy("id")
    df = _events(spark, folder)
    return df.select(
        "id",
        "user",
        F.sum("value").over(by).alias("running"),
        F.lag("value").over(by).alias("before"),
    )


def texts(spark: Any, folder: str) -> Any:
    from pyspark.sql import functions as F

    df = _events(spark, folder).withColumn(
        "label", F.replace(F.lower(F.trim("label")), F.lit("item"), F.lit("thing"))
    )
    return df.filter(F.col("label").contains("7")).select("id", "label")


EXPERT: dict[str, Callable[[Any, str], Any]] = {
    "clean_group_sort": clean_group_sort,
    "drop_duplicates_first": drop_duplicates_first,
    "left_merge_missing_keys": left_merge_missing_keys,
    "group_windows": group_windows,
    "texts": texts,
}
