import pandas as pd

df = pd.read_csv("orders.csv")

if (n := len(df)) > 100:
    print(f"{n} rows, taking paid only")
    df = df[df["status"].str.lower() == "paid"]

attempt, limit, threshold = 0, 5, 10
while attempt < limit:
    threshold *= 2
    attempt += 1

while True:
    threshold += 1
    if threshold % 7 == 0:
        break

df = df[df["amount"] < threshold]
i = 0
while i < 3:
    df[f"amount_{i}"] = df["amount"] * (i + 1)
    i += 1
top = sorted(df["amount"].dropna().tolist(), reverse=True)[:3]
df["is_top"] = df["amount"].isin(top)
df.to_csv("paid.csv", index=False)
