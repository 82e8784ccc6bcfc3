"""The models' summary of a large shop's lake, in multiples of a bare scan of the columns that it needs.

The lake is as Treue writes it: a file of orders for each 16,384 customers, sorted, and the customer table, which is
worked out each night and holds what the models ask. Summary and scan take turns in one process, within the bounds that
a worker has. Orders: ten million and a hundred million, or `TREUE_ORDERS`.
"""

import os
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import big_shop
from benchmarks.apart import peak_memory
from benchmarks.big_shop import Row

SIZES = [int(each) for each in os.environ.get("TREUE_ORDERS", "10000000,100000000").split(",")]
ORDERS_PER_CUSTOMER = 8
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2025, 12, 31)
TURNS = 3
SHOP = 1


def run() -> list[Row]:
    rows = []
    for orders in SIZES:
        rows += big_shop.in_an_empty_one(Measured(orders))
    return rows


class Measured:
    def __init__(self, orders: int) -> None:
        self.orders = orders

    def __call__(self, folder: Path) -> list[Row]:
        with big_shop.opened(folder):
            write(self.orders)
            begun = time.perf_counter()
            write_customers()
            building = time.perf_counter() - begun
            return measure(f"{self.orders:,} orders", building)


def write(orders: int) -> None:
    """A lake of customers who come at any time, buy at their own pace and leave after a while."""
    from treue.core.lake import manifest
    from treue.core.lake.manifest import Manifest
    from treue.core.lake.writing import CUSTOMERS_PER_BUCKET

    rng, place = np.random.default_rng(2026), manifest.folder(SHOP)
    (place / "orders").mkdir(parents=True)
    buckets = {}
    for number in range(-(-orders // (CUSTOMERS_PER_BUCKET * ORDERS_PER_CUSTOMER))):
        file = f"orders/{number:04}-000001.parquet"
        table = _orders(rng, number * CUSTOMERS_PER_BUCKET, CUSTOMERS_PER_BUCKET)
        pq.write_table(table, place / file, compression="zstd")
        buckets[number] = manifest.Bucket(file, FIRST_DAY, CUSTOMERS_PER_BUCKET, len(table), "0")
    manifest.swap(SHOP, Manifest("Europe/Berlin", LAST_DAY, 1, buckets))


def write_customers() -> None:
    """What Treue writes once a night."""
    from treue.core.lake import customers
    from treue.science.calendar import Calendar

    customers.write(SHOP, Calendar(FIRST_DAY, LAST_DAY, "month", 365))


def _orders(rng: np.random.Generator, first: int, customers: int) -> pa.Table:
    seconds = ((LAST_DAY - FIRST_DAY).days + 1) * 86_400
    orders = customers * ORDERS_PER_CUSTOMER
    pace = rng.gamma(0.8, 1, customers) + 0.05
    joined = rng.integers(0, seconds, customers)
    stays = np.minimum(seconds - joined, rng.exponential(400 * 86_400, customers))
    who = np.searchsorted(np.cumsum(pace / pace.sum()), rng.random(orders)).clip(0, customers - 1)
    at = joined[who] + (rng.random(orders) * stays[who]).astype(np.int64)
    order = np.lexsort((at, who))
    who, at = who[order], at[order]
    begin = np.searchsorted(who, who)
    moments = np.datetime64(FIRST_DAY, "us") + at.astype("timedelta64[s]")
    cents = (rng.gamma(2, 25, orders) * 100 + 1).astype(np.int64)
    return pa.table(
        {
            "customer_id": first + who,
            "order_id": np.arange(orders) + first * ORDERS_PER_CUSTOMER,
            "nth": (np.arange(orders) - begin + 1).astype(np.int32),
            "ordered_at": pa.array(moments),
            "revenue": pa.array(cents, pa.int64()).cast(pa.decimal128(20, 0)).cast(pa.decimal128(18, 4)),
            "units": np.ones(orders),
            **{name: np.array(["x", "y"])[rng.integers(0, 2, orders)] for name in ("channel", "country", "category")},
            "costed_revenue": pa.nulls(orders, pa.decimal128(18, 4)),
            "cost": pa.nulls(orders, pa.decimal128(18, 4)),
        }
    )


def measure(what: str, building: float) -> list[Row]:
    from treue.core.lake import tables

    with tables.opened(SHOP, here=True) as lake:
        orders, until = lake.orders, lake.manifest.as_of
        columns = [orders.customer_id, orders.ordered_at, orders.revenue]
        extremes = {f"{name}_{each.get_name()}": getattr(each, name)() for each in columns for name in ("min", "max")}
        scan = orders.aggregate(rows=orders.count(), **extremes)
        taken = _turns(
            {
                "scan": scan.to_pyarrow,
                "table": lambda: released(lake.histories(), until),
                "orders": lambda: released(_anew(lake), until),
            }
        )
    scanned = taken["scan"]

    def ratio(name: str) -> str:
        return f"{taken[name]:.2f} s, {taken[name] / scanned:.1f} scans"

    return [
        {"what": f"{what}: bare scan of three columns", "measured": f"{scanned:.2f} s", "target": ""},
        {"what": f"{what}: summary, from the lake", "measured": ratio("table"), "target": "at most 3 scans"},
        {"what": f"{what}: the same without its customer table", "measured": ratio("orders"), "target": ""},
        {"what": f"{what}: the customer table, once a night", "measured": f"{building:.1f} s", "target": ""},
        {"what": f"{what}: memory at its peak, of all this", "measured": peak_memory(), "target": "under 2 GB"},
    ]


def _anew(lake: object) -> object:
    from treue.science.purchases import histories

    return histories(lake.purchases(), lake.manifest.as_of)


def released(histories: object, until: date) -> None:
    import treue.science as ts
    from treue.science.buying.summary import summary_of

    summary_of(histories, until=until, unit=ts.WEEK).table.release()


def _turns(tasks: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each task; the first turn warms up."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(TURNS + 1):
        for name, task in tasks.items():
            begun = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - begun)
    return {name: median(each[1:]) for name, each in seconds.items()}
