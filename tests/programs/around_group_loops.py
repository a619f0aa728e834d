"""Weekly report per customer segment: loops over groups, in a class with steps."""

import glob
import os

import pandas as pd


class SegmentReport:
    TOP = 2

    def __init__(self, orders, customers):
        self.orders = pd.read_csv(orders, parse_dates=["order_date"])
        self.customers = customers
        self.rows = []
        self.seen = {}

    def join(self):
        self.orders = self.orders.merge(self.customers, on="customer_id", how="inner")
        return self

    def summarise(self):
        for segment, group in self.orders.groupby("segment"):
            if len(group) < 2:
                continue
            total = group["amount"].sum()
            self.rows.append(
                {
                    "segment": segment,
                    "orders": len(group),
                    "total": total,
                    "mean": group["amount"].mean(),
                }
            )
        self.summary = pd.DataFrame(self.rows)
        return self

    def best(self):
        parts = []
        for _, group in self.orders.groupby("segment"):
            group = group.sort_values(["amount", "order_id"], ascending=[False, True])
            group["share"] = group["amount"] / group["amount"].sum()
            group["so_far"] = group["share"].cumsum()
            parts.append(group.head(self.TOP))
        return pd.concat(parts, ignore_index=True)

    def count(self):
        # a dict that the loop fills under keys it makes itself stays plain Python
        for _, row in self.orders.iterrows():
            month = row["order_date"].strftime("%Y-%m")
            self.seen[month] = self.seen.get(month, 0) + 1
        return pd.DataFrame(sorted(self.seen.items()), columns=["month", "orders"])


def load(path):
    frame = pd.read_csv(path)
    frame["file"] = os.path.basename(path)
    return frame


if __name__ == "__main__":
    customers = pd.concat([load(p) for p in sorted(glob.glob("customer*.csv"))], ignore_index=True)
    report = SegmentReport("orders.csv", customers[["customer_id", "segment", "file"]])
    report.join().summarise()
    report.summary.to_csv("summary.csv", index=False)
    report.best()[["segment", "order_id", "amount", "share", "so_far", "file"]].to_csv(
        "best.csv", index=False
    )
    report.count().to_csv("months.csv", index=False)
