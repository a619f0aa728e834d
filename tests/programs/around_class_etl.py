"""Nightly order ETL, as a class with steps."""

import logging

import pandas as pd

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)


class OrderPipeline:
    """Reads orders, cleans them, adds customer facts and writes two tables."""

    STATUSES = ["paid", "shipped"]

    def __init__(self, orders_path, customers_path, out_dir="out"):
        self.orders_path = orders_path
        self.customers_path = customers_path
        self.out_dir = out_dir
        self.orders = None

    def extract(self):
        self.orders = pd.read_csv(self.orders_path, parse_dates=["order_date"])
        self.customers = pd.read_csv(self.customers_path)
        log.info("read %d orders", len(self.orders))
        return self

    def clean(self):
        # status comes in all spellings
        self.orders["status"] = self.orders["status"].str.strip().str.lower()
        self.orders = self.orders[self.orders["status"].isin(self.STATUSES)].copy()
        self.orders["discount"] = self.orders["discount"].fillna(0)
        return self

    def transform(self):
        self.orders["net"] = (self.orders["amount"] * (1 - self.orders["discount"])).round(2)
        merged = self.orders.merge(
            self.customers[["customer_id", "country", "segment"]], on="customer_id", how="left"
        )
        self.by_segment = merged.groupby("segment", as_index=False)["net"].sum()
        self.orders = merged
        return self

    def load(self):
        self.orders.to_csv(f"{self.out_dir}/orders_clean.csv", index=False)
        self.by_segment.to_csv(f"{self.out_dir}/by_segment.csv", index=False)

    def run(self):
        self.extract().clean().transform()
        self.load()


if __name__ == "__main__":
    pipeline = OrderPipeline("orders.csv", "customers.csv", ".")
    pipeline.run()
