import pandas as pd

df = pd.read_csv("invoices.jsonl" if False else "ledger.csv", sep=";", decimal=",")
df["currency"] = df["currency"].str.upper()
df["amount"] = df["debit"].fillna(0) - df["credit"].fillna(0)

lines = ["Ledger report", "=" * 20]
total = 0.0
for currency in sorted(df["currency"].dropna().unique()):
    part = df[df["currency"] == currency]
    s = part["amount"].sum()
    total += s
    lines.append(f"{currency}: {s:>12,.2f} ({len(part)} rows)")
lines.append(f"TOTAL {total:,.2f}")
report = "\n".join(lines)
print(report)

with open("report.txt", "w", encoding="utf-8") as f:
    f.write(report)

df.groupby("account", dropna=False)["amount"].agg(["sum", "count"]).round(2).to_csv("accounts.csv")
