"""Retention of ten million orders, in multiples of a bare scan of the same columns.

Three years of 1.2 million customers as three Parquet files: the lake (orders sorted by customer and
time), the same orders in any order, and the lake's customer table. Each question is asked through
Ibis as Treue asks it, translation included, and its median is divided by that of the plain DuckDB
scan (count, sum, min, max) of the lake columns it reads, taken turn by turn in the same process, so
that a busy machine slows both.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from ibis.backends.duckdb import Backend

from benchmarks.apart import apart, peak_memory
from treue.science.calendar import Calendar, Unit
from treue.science.cohorts import cohort_counts, cohort_retention
from treue.science.customers import SLICES, customer_table
from treue.science.retention import membership, period_counts, totals

ORDERS, CUSTOMERS = 10_000_000, 1_200_000
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2025, 12, 31)
TURNS = 7
MEMORY = "1GB"
SCANNED = {
    "two columns": ("customer_id", "ordered_at"),
    "three columns": ("customer_id", "ordered_at", "revenue"),
}
TARGETS = {"the customer table": 3, "the lake": 10, "unsorted Parquet": 25}


def run() -> list[dict[str, Any]]:
    """Generate, measure, and say each figure beside its target."""
    with tempfile.TemporaryDirectory(prefix="treue-bench-") as folder:
        apart(generate, folder)
        apart(build_customer_table, folder)
        return apart(measure, folder)


def generate(folder: str) -> None:
    """Customers who come at any time, buy at their own pace and leave after a while."""
    rng = np.random.default_rng(2026)
    seconds = ((LAST_DAY - FIRST_DAY).days + 1) * 86_400
    pace = rng.gamma(0.8, 1, CUSTOMERS) + 0.05
    joined = rng.integers(0, seconds, CUSTOMERS)
    stays = np.minimum(seconds - joined, rng.exponential(400 * 86_400, CUSTOMERS)).astype(np.int64)
    customer = np.searchsorted(np.cumsum(pace / pace.sum()), rng.random(ORDERS)).clip(0, CUSTOMERS - 1)
    at = joined[customer] + (rng.random(ORDERS) * stays[customer]).astype(np.int64)
    facts = {
        "customer_id": customer,
        "at": at,
        "revenue": np.round(rng.gamma(2, 25, ORDERS) + 0.01, 2),
        "channel": rng.integers(0, 5, ORDERS, dtype=np.int8),
        "country": rng.integers(0, 10, ORDERS, dtype=np.int8),
        "category": rng.integers(0, 10, ORDERS, dtype=np.int8),
    }
    with duckdb.connect() as con:
        con.register("facts", pa.table(facts))
        con.execute(
            f"""create table orders as select customer_id, row_number() over () as order_id,
                timestamp '{FIRST_DAY}' + to_seconds("at") as ordered_at, revenue::decimal(18, 4) as revenue,
                'channel ' || channel as channel, 'country ' || country as country,
                'category ' || category as category
            from facts"""
        )
        con.execute(f"copy orders to '{folder}/unsorted.parquet'")
        con.execute(f"copy (from orders order by customer_id, ordered_at) to '{folder}/lake.parquet'")


def build_customer_table(folder: str) -> None:
    """The customer table as the lake keeps it: those with much in common side by side."""
    engine = _engine()
    orders = engine.read_parquet(f"{folder}/lake.parquet")
    table = customer_table(orders, calendar("month", 365)).order_by("first_month", "active_0", "bought_0")
    engine.to_parquet(table, f"{folder}/customers.parquet")


def calendar(unit: Unit, window_days: int) -> Calendar:
    return Calendar(FIRST_DAY, LAST_DAY, unit, window_days)


def measure(folder: str) -> list[dict[str, Any]]:
    """Ask everything in turn, several times over; the first turn warms up and does not count."""
    engine = _engine()
    lake, unsorted, stored = (
        engine.read_parquet(f"{folder}/{name}.parquet") for name in ("lake", "unsorted", "customers")
    )
    tasks: dict[str, Callable[[], Any]] = {
        name: _scan(engine, f"{folder}/lake.parquet", columns) for name, columns in SCANNED.items()
    }
    asked = {f"{what}, from {source}": (what, source) for source in TARGETS for what in QUESTIONS}
    for name, (what, source) in asked.items():
        question, _ = QUESTIONS[what]
        orders = {"the lake": lake, "unsorted Parquet": unsorted, "the customer table": None}[source]
        tasks[name] = _ask(engine, question, orders, stored)
    taken = _turns(tasks)
    rows = [
        {"what": f"scan of {name} of the lake", "measured": f"{taken[name] * 1000:.0f} ms", "target": ""}
        for name in SCANNED
    ]
    rows += [
        {
            "what": name,
            "measured": f"{taken[name] / taken[QUESTIONS[what][1]]:.1f} scans",
            "target": f"at most {TARGETS[source]}",
        }
        for name, (what, source) in asked.items()
    ]
    rows += _refresh(engine, lake, stored)
    return [*rows, {"what": "memory at its peak, of all this", "measured": peak_memory(), "target": "under 1.5 GB"}]


def _per_customer(orders: ir.Table | None, stored: ir.Table) -> ir.Table:
    """Frequency, recency, age and money of every customer, down to one row that needs them all."""
    customers = stored if orders is None else customer_table(orders, calendar("month", 365), by=())
    return customers.aggregate(
        frequency=customers.orders.sum(),
        recency=customers.last_order.min(),
        age=customers.first_order.max(),
        money=customers.revenue.sum(),
    )


def _periods(unit: Unit) -> Callable[[ir.Table | None, ir.Table], ir.Table]:
    days = calendar(unit, 365)

    def ask(orders: ir.Table | None, stored: ir.Table) -> ir.Table:
        return membership(stored if orders is None else customer_table(orders, days, by=()), days)

    return ask


def _triangle(orders: ir.Table | None, stored: ir.Table) -> ir.Table:
    days = calendar("month", 365)
    return cohort_retention(stored if orders is None else customer_table(orders, days, by=()), days)


QUESTIONS: dict[str, tuple[Callable[[ir.Table | None, ir.Table], ir.Table], str]] = {
    "summary per customer": (_per_customer, "three columns"),
    "retention of 12 quarters": (_periods("quarter"), "two columns"),
    "retention of 36 months": (_periods("month"), "two columns"),
    "cohorts of 36 months": (_triangle, "two columns"),
}


def _ask(
    engine: Backend,
    question: Callable[[ir.Table | None, ir.Table], ir.Table],
    orders: ir.Table | None,
    stored: ir.Table,
) -> Callable[[], Any]:
    return lambda: engine.to_pyarrow(question(orders, stored))


def _scan(engine: Backend, path: str, columns: tuple[str, ...]) -> Callable[[], Any]:
    facts = ", ".join(
        f"{'max' if column == 'ordered_at' else 'sum'}({column}), min({column}), max({column})" for column in columns
    )
    return lambda: engine.raw_sql(f"select count(*), {facts} from '{path}'").fetchall()


def _turns(tasks: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Median seconds of each task."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(TURNS + 1):
        for name, task in tasks.items():
            begun = time.perf_counter()
            task()
            seconds[name].append(time.perf_counter() - begun)
    return {name: median(each[1:]) for name, each in seconds.items()}


def _refresh(engine: Backend, lake: ir.Table, stored: ir.Table) -> list[dict[str, Any]]:
    """What the nightly job asks for: all counts by period, cohort and total, in their finest slices."""
    days = calendar("month", 365)
    work = {
        "all counts of 36 months in 500 slices": period_counts(lake, days, by=SLICES, customers=stored),
        "all cohorts in 500 slices": cohort_counts(lake, days, by=SLICES, customers=stored),
        "all totals in 500 slices": totals(stored, by=SLICES),
    }
    rows = []
    for name, expression in work.items():
        begun = time.perf_counter()
        engine.to_pyarrow(expression)
        rows.append({"what": name, "measured": f"{time.perf_counter() - begun:.1f} s", "target": ""})
    return rows


def _engine() -> Backend:
    engine = ibis.duckdb.connect()
    engine.raw_sql(f"set memory_limit = '{MEMORY}'")
    return engine
