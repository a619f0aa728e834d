import pandas as pd

df = pd.read_json("invoices.jsonl", lines=True, dtype={"invoice_no": str})
df["words"] = df["notes"].fillna("none").str.split()
words = df[["invoice_no", "words"]].explode("words").reset_index(drop=True)
words = words.rename(columns={"words": "word"})
words = words[words["word"].str.len() > 2]
words["n"] = words.groupby("invoice_no").cumcount()

counts = words["word"].value_counts()
counts = counts[counts >= 2]
common = words[words["word"].isin(counts.index)]

client_words = (
    df.groupby("client")["notes"].apply(lambda s: ", ".join(sorted(set(s.dropna())))).reset_index()
)

common.to_csv("words.csv", index=False)
client_words.to_csv("client_words.csv", index=False)
df["year"] = df["invoice_no"].str.slice(4, 8).astype("int64")
df.drop(columns=["words"]).to_parquet("invoices.parquet", index=False)
