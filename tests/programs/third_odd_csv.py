"""A spreadsheet's export: names with blanks and dots, codes that look like numbers, flags with gaps."""

import pandas as pd

df = pd.read_csv("odd.csv")
print(df.dtypes)
df["zip code"] = df["zip code"].astype(str).str.zfill(5)
df["is_active"] = df["active"].fillna(False).astype(bool)
df["on"] = df["active"] == True  # noqa: E712
df["both"] = df["is_active"] & df["checked"]
df["n_flags"] = df["checked"].astype(int) + df["is_active"].astype(int)
df["full"] = df["name"] + " " + df["Name"]
df["net"] = pd.to_numeric(df["amount, net"].str.replace(",", "", regex=False), errors="coerce")
df["code_number"] = pd.to_numeric(df["code"], errors="coerce")
df["big_even"] = df["big"] % 2 == 0
df["next"] = df["big"] + 1
df["no_country"] = df["country"].isna()
df["empty"] = df["empty"].fillna(0)
df["limit_text"] = df["limit"].astype(str)
df["inverse"] = 1 / df["limit"]
df["count"] = df["count"] + 1

counts = df.groupby("country")["count"].sum().reset_index()
flags = df.groupby("checked").agg(n=("Record No.", "count"), share=("is_active", "mean"))
kinds = df["active"].value_counts(dropna=False).rename_axis("active").reset_index(name="rows")

df.to_csv("odd_out.csv", index=False)
df.rename(columns=lambda c: c.lower().replace(" ", "_").rstrip("."))[
    ["record_no", "zip_code"]
].to_csv("renamed.csv", index=False)
counts.to_csv("counts.csv", index=False)
flags.reset_index().to_csv("flags.csv", index=False)
kinds.astype({"active": str}).sort_values("active").to_csv("kinds.csv", index=False)
