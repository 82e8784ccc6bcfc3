"""A shop with a million customers and ten million orders in an installation of its own.

It is simulated part by part, and each part is brought in the way every shop's files are; its figures are computed by
the worker, as after any import.
"""

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pc

from benchmarks.apart import apart, peak_memory
from treue.core import home, postgres
from treue.science import simulate
from treue.web.commands import django_setup

CUSTOMERS, CUSTOMERS_PER_FILE = 1_100_000, 100_000  # they make ten million orders
YEARS, LAST_DAY = 3.5, date(2025, 12, 31)
ORDERS_A_DAY = 1_000
SEED = 20261122
Row = dict[str, Any]


@contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Django and its database, in this process from now on."""
    os.environ["TREUE_HOME"] = str(folder)
    home.prepare()
    with postgres.running():
        django_setup.set_up()
        yield


def in_an_empty_one(measure: Callable[[Path], list[Row]]) -> list[Row]:
    """Measure in a process of its own, in a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="treue-bench-"))
    try:
        return apart(measure, folder)
    finally:
        remove(folder)


def load(folder: Path) -> list[Row]:
    """Make the shop, file by file."""
    with opened(folder):
        from django.core.management import call_command

        from treue.core.shop.models import Shop

        call_command("migrate", verbosity=0)
        shop = Shop.objects.create(name="Tea House")
        seconds = sum(_bring_in(shop, what, path) for what, path in _files(folder / "tmp"))
        orders, lines = _sizes()
    return [
        {"what": f"bringing in {orders:,} orders, {lines:,} lines", "measured": f"{seconds:.0f} s", "target": ""},
        {"what": "memory of that", "measured": peak_memory(), "target": ""},
    ]


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The shop's exports; each lasts until the next is asked for."""
    parts = simulate.stream(
        customers=CUSTOMERS, chunk=CUSTOMERS_PER_FILE, years=YEARS, until=LAST_DAY, rng=np.random.default_rng(SEED)
    )
    for number, part in enumerate(parts):
        tables = {"customers": part.customers} if number else {}
        if not number:
            tables = {"products": part.products, "costs": part.costs, "customers": part.customers}
        for what, table in tables.items():
            path = folder / f"{what}-{number}.csv"
            pc.write_csv(table, path)
            yield what, path
            path.unlink()
        path = folder / f"orders-{number}.parquet"
        simulate.write_order_lines(part, path)
        yield "orders", path
        path.unlink()


def _bring_in(shop: Any, what: str, path: Path) -> float:
    from treue.core.jobs.work import Silent
    from treue.listen.imports import demo, uploads
    from treue.listen.imports.models import Import

    begun = time.perf_counter()
    demo.bring_in(shop, what, path, Silent())
    seconds = time.perf_counter() - begun
    for task in Import.objects.exclude(stored_as=""):
        uploads.discard(task)
    return seconds


def _sizes() -> tuple[int, int]:
    from treue.core.commerce.models import Order, OrderLine

    return Order.objects.count(), OrderLine.objects.count()


def compute(folder: Path) -> list[Row]:
    """Let a worker do all that waits, which is to compute the figures."""
    with opened(folder):
        from django.db import connection

        from treue.core.jobs.models import Job
        from treue.web.commands import working

        begun = time.perf_counter()
        working.work_off()
        seconds = time.perf_counter() - begun
        failed = Job.objects.filter(state=Job.State.FAILED).first()
        if failed is not None:
            raise RuntimeError(f"{failed.kind}: {failed.error} {failed.error_facts}")
        with connection.cursor() as cursor:
            cursor.execute("vacuum analyze")  # as PostgreSQL does by itself within minutes
            cursor.execute("select pg_database_size(current_database())")
            ((database,),) = cursor.fetchall()
    lake = sum(path.stat().st_size for path in (folder / "lake").rglob("*.parquet"))
    return [
        {"what": "computing all figures and profiles", "measured": f"{seconds:.0f} s", "target": ""},
        {"what": "memory of that", "measured": peak_memory(), "target": "under 1.5 GiB"},
        {"what": "size of the database", "measured": f"{database / 2**30:.1f} GiB", "target": ""},
        {"what": "size of the lake", "measured": f"{lake / 2**20:.0f} MiB", "target": ""},
    ]


def another_day(folder: Path) -> list[Row]:
    """Bring in a day's orders and compute the figures, as happens every night."""
    with opened(folder):
        from treue.core.shop.models import Shop
        from treue.web.commands import working

        shop = Shop.objects.get()
        path = folder / "tmp" / "day.csv"
        orders = _orders_of_a_day(shop)
        pc.write_csv(orders, path)
        imported = _bring_in(shop, "orders", path)
        begun = time.perf_counter()
        working.work_off()
        computed = time.perf_counter() - begun
    return [
        {"what": f"bringing in {len(orders):,} new orders", "measured": f"{imported:.1f} s", "target": ""},
        {"what": "computing the figures after that", "measured": f"{computed:.0f} s", "target": ""},
        {"what": "memory of both", "measured": peak_memory(), "target": "under 1.5 GiB"},
    ]


def _orders_of_a_day(shop: Any) -> pa.Table:
    """Of customers all over the shop, the day after the last one there is."""
    from treue.core.customers.models import Customer
    from treue.understand.metrics.counts.refresh import reach_of

    reach = reach_of(shop)
    assert reach.last_order is not None
    day = reach.last_order.astimezone(shop.tz).date() + timedelta(days=1)
    rng = np.random.default_rng(day.toordinal())
    ids = np.sort(rng.choice(CUSTOMERS, ORDERS_A_DAY, replace=False)) + Customer.objects.order_by("pk").first().pk
    numbers = list(Customer.objects.filter(pk__in=ids.tolist()).values_list("number", flat=True))
    seconds = rng.integers(0, 86_400, len(numbers)).tolist()
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001 - the shop's own time
    return pa.table(
        {
            "order_number": [f"D{day:%y%m%d}-{place:04}" for place in range(len(numbers))],
            "ordered_at": pa.array([midnight + timedelta(seconds=each) for each in seconds], pa.timestamp("s")),
            "customer": numbers,
            "product": ["KAF-01"] * len(numbers),
            "quantity": [1.0] * len(numbers),
            "unit_price": np.round(rng.gamma(2, 15, len(numbers)) + 1, 2),
            "channel": ["Onlineshop"] * len(numbers),
            "country": ["DE"] * len(numbers),
            "currency": ["EUR"] * len(numbers),
        }
    )


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
