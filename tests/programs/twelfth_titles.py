"""A catalogue of films: what functions make of texts, lists of genres, months and shares."""

import pandas as pd

df = pd.read_csv("twelfth/titles.csv")
df["country"] = df["country"].fillna(df["country"].mode()[0])
df["director"] = df["director"].fillna("No Data")
df.dropna(inplace=True)
df.drop_duplicates(inplace=True)
df["date_added"] = pd.to_datetime(df["date_added"].str.strip(), format="%B %d, %Y")
df["month_name_added"] = df["date_added"].dt.month_name()
df["first_country"] = df["country"].apply(lambda x: x.split(",")[0])
df["first_country"] = df["first_country"].replace("United States", "USA")
df["genre"] = df["listed_in"].apply(lambda x: x.replace(" ,", ",").replace(", ", ",").split(","))
df["num"] = df["duration"].str.split(" ").str[0].astype(int)
df["unit"] = df["duration"].apply(lambda d: d.split(" ")[1])
df["title"] = [t.upper() if len(t) < 8 else t for t in df["title"]]

genres = df.explode("genre").groupby(["genre", "type"]).size().unstack(fill_value=0)
genres["total"] = genres.sum(axis=1)
genres.to_csv("genres.csv")
df["is_short"] = df["listed_in"].str.contains("Comedies").astype(int)
df.drop(columns=["genre"]).to_csv("titles_clean.csv", index=False)
