"""One tenth of CDNOW's customers of 1997, on whom the papers of these models print their figures."""

from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd

CALIBRATION_END = date(1997, 9, 30)
HOLDOUT_WEEKS = 39


def orders(folder: Path) -> ir.Table:
    """`customer_id`, `order_id`, `ordered_at` and `amount` (dollars)."""
    names = ["master", "customer_id", "day", "units", "amount"]
    read = pd.read_csv(folder / "CDNOW_sample.txt", sep=r"\s+", header=None, names=names)
    read["ordered_at"] = pd.to_datetime(read.day.astype(str))
    read["order_id"] = range(len(read))
    return ibis.memtable(read[["customer_id", "order_id", "ordered_at", "amount"]])


def published_summary(folder: Path) -> pd.DataFrame:
    read = pd.read_csv(folder / "cdnow_customers_summary_with_transactions.csv")
    return read.set_axis(["customer_id", "frequency", "recency", "age", "monetary"], axis=1)
