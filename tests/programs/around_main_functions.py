"""Monthly revenue job."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from pathlib import Path

import pandas as pd

DATA_DIR = Path(__file__).resolve().parent
logger = logging.getLogger(__name__)


def setup_logging(level: int = logging.INFO) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(level)


def read_orders(path: Path) -> pd.DataFrame:
    # orders come from the shop export
    df = pd.read_csv(path, dtype={"sku": str}, parse_dates=["order_date"])
    logger.info("read %s rows from %s", len(df), path.name)
    return df


def monthly(df: pd.DataFrame, cutoff: dt.date) -> pd.DataFrame:
    df = df.loc[df["order_date"] >= pd.Timestamp(cutoff)]
    return (
        df.assign(month=lambda d: d["order_date"].dt.strftime("%Y-%m"))
        .groupby("month", as_index=False)
        .agg(orders=("order_id", "nunique"), revenue=("amount", "sum"))
        .assign(avg=lambda d: d["revenue"] / d["orders"])
    )


def main() -> None:
    setup_logging()
    started = dt.datetime.now()
    orders = read_orders(Path("orders.csv"))
    result = monthly(orders, dt.date(2023, 7, 1))
    if result.empty:
        logger.error("no data")
        sys.exit(1)
    result.to_csv("monthly.csv", index=False)
    logger.info("finished in %s", dt.datetime.now() - started)


if __name__ == "__main__":
    try:
        main()
    except Exception:
        logger.exception("failed")
        raise
