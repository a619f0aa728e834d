from pathlib import Path

import pandas as pd

OUT = Path(__file__).resolve().parent

orders = pd.read_csv("orders.csv")
by_status = orders.groupby("status").size().reset_index(name="n").sort_values("status")
missing = orders["status"].isna()
open_orders = orders[missing].sort_values("order_id")

# One workbook for the weekly mail
with pd.ExcelWriter(OUT / "weekly.xlsx", engine="openpyxl") as book:
    by_status.to_excel(book, sheet_name="By status", index=False)
    open_orders.to_excel(book, sheet_name="No status", index=False)
by_status.to_csv("by_status.csv", index=False)
