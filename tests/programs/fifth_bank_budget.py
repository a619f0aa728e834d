import pandas as pd

bank = pd.read_csv("fifth/bank.csv", dtype={"acct": str})
bank["amount"] = bank["amount"].str.replace("[$,]", "", regex=True).astype(float)
bank["date"] = pd.to_datetime(bank["date"], format="%m/%d/%y")
bank["desc"] = bank["desc"].str.title()
rules = [
    ("coffee", "Food"),
    ("grocer", "Food"),
    ("rent", "Housing"),
    ("salary", "Income"),
    ("atm", "Cash"),
]
bank["category"] = "Other"
for word, label in rules:
    bank.loc[bank["desc"].str.contains(word, case=False), "category"] = label
bank["month"] = bank["date"].dt.to_period("M").astype(str)
monthly = bank.pivot_table(
    index="month",
    columns="category",
    values="amount",
    aggfunc="sum",
    fill_value=0,
    margins=True,
    margins_name="Total",
)
monthly.to_csv("monthly.csv")
bank = bank.sort_values(["acct", "date"], kind="stable")
bank["balance"] = bank.groupby("acct")["amount"].cumsum().round(2)
low = bank[bank["balance"] < -1000].drop_duplicates("acct", keep="first")
low[["acct", "date", "balance"]].to_csv("low.csv", index=False)
stats = bank["amount"].describe()
print(stats)
stats.to_frame("value").to_csv("stats.csv")
top = bank.groupby("category").apply(lambda g: g.nlargest(2, "amount")).reset_index(drop=True)
top.to_csv("top.csv", index=False)
