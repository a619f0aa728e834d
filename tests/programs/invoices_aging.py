import pandas as pd

TODAY = pd.to_datetime("2024-09-01")
TERMS = {"ACME": 30, "Globex": 14}
DEFAULT_TERMS = 21

inv = pd.read_json("invoices.jsonl", lines=True)
inv["issued"] = pd.to_datetime(inv["issued"])
inv["paid_on"] = pd.to_datetime(inv["paid_on"])
inv["gross"] = (inv["net"] * (1 + inv["vat"])).round(2)
inv["terms"] = inv["client"].map(TERMS).fillna(DEFAULT_TERMS).astype(int)
inv["due"] = inv["issued"] + pd.to_timedelta(inv["terms"], unit="D")
inv["open"] = inv["paid_on"].isna()
inv["days_late"] = (inv["paid_on"].fillna(TODAY) - inv["due"]).dt.days.clip(lower=0)

inv["bucket"] = pd.cut(
    inv["days_late"], bins=[-1, 0, 30, 60, 10000], labels=["on time", "1-30", "31-60", "60+"]
).astype(str)

aging = inv[inv["open"]].pivot_table(
    index="client", columns="bucket", values="gross", aggfunc="sum", fill_value=0
)
aging = aging.round(2).reset_index()
aging.to_csv("aging.csv", index=False)

inv["number"] = inv["invoice_no"].str.split("-").str[-1].astype(int)
inv["notes"] = inv["notes"].replace("", None)
cols = ["number", "client", "due", "gross", "days_late", "bucket", "notes"]
inv[cols].to_csv("invoices_out.csv", index=False)
