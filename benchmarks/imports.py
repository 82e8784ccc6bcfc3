"""Orders from a CSV file into database and lake, in order lines a second, beside PostgreSQL's COPY of the same lines.

Three years of a simulated shop as one file, its last weeks as another a tenth as long: the long one comes into an empty
installation, once more when all of it is known, and then the short one. Rows count from the file lying there to the
moment when PostgreSQL has committed the last of them and the lake's manifest names the files that hold them. Last comes
a real shop's year, where the real data are: fewer orders, of many lines each. The COPY beside it all writes the lines,
as they stand in the database in the end, to a table that is logged and has the same columns and the same primary key;
nothing is read, cleaned, looked up or checked.

    python -m benchmarks.imports 5000    # the same with so many customers, printed and nothing more
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import duckdb
import numpy as np
import psutil

from benchmarks.apart import apart, peak_memory
from benchmarks.big_shop import opened
from treue.core import postgres
from treue.science import simulate

CUSTOMERS = 130_000
YEARS, LAST_DAY = 3, date(2025, 12, 31)
SEED = 20261122
SHARE_OF_LAST_WEEKS = 1 / 11
COPIES = 3
TARGET = "at least 50,000 rows/s"
DATA = Path(os.environ.get("TREUE_DATA", Path(__file__).parents[2] / "shared" / "data"))
REAL_FILE = DATA / "online_retail_II_2009_2010.parquet"
BLOCK = 1 << 20
Row = dict[str, Any]


def run(customers: int = CUSTOMERS) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="treue-bench-") as folder:
        place = Path(folder)
        apart(generate, place, customers)
        return apart(measure, place)


def generate(folder: Path, customers: int) -> None:
    """The shop's files, in the order of time as shops export them, each column as the shop writes it."""
    parts = simulate.stream(customers=customers, years=YEARS, until=LAST_DAY, rng=np.random.default_rng(SEED))
    everything = folder / "everything.csv"
    rows = simulate.write_order_lines(parts, everything)
    later = int(rows * SHARE_OF_LAST_WEEKS)
    with duckdb.connect(folder / "sorting.duckdb") as con:
        con.execute(f"create table line as from read_csv('{everything}', all_varchar = true)")
        con.execute("create table sorted as from line order by ordered_at")
        for name, where in {"orders": f"< {rows - later}", "last_weeks": f">= {rows - later}"}.items():
            con.execute(f"copy (from sorted where rowid {where} order by rowid) to '{folder}/{name}.csv' (header)")
    everything.unlink()


@dataclass(frozen=True)
class Taken:
    """What some work took: time on the clock, and processor time of this process and the database's together."""

    seconds: float
    cpu_seconds: float

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(self.seconds + other.seconds, self.cpu_seconds + other.cpu_seconds)

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.cpu_seconds:.1f} s of processors)"


@dataclass(frozen=True)
class Brought:
    """A file brought in: its rows, what PostgreSQL took and what the lake."""

    rows: int
    database: Taken
    lake: Taken


def measure(folder: Path) -> list[Row]:
    """Everything in an installation of its own, whose server ends with it."""
    with opened(folder / "home"):
        from django.core.management import call_command

        from treue.core.shop.models import Shop

        call_command("migrate", verbosity=0)
        shop = Shop.objects.create(name="Tea House")
        first = _bring_in(shop, folder / "orders.csv")
        again = _bring_in(shop, folder / "orders.csv")
        figures = _timed(lambda: _compute(shop))
        later = _bring_in(shop, folder / "last_weeks.csv")
        real = [_bring_in(Shop.objects.create(name="A real shop"), REAL_FILE)] if REAL_FILE.exists() else []
        memory = peak_memory()
        copying = _copy()
    return [
        *_told("first import", first, copying, target=TARGET),
        *_told("the same file once more", again, copying),
        *_told("into a shop with ten times as much", later, copying),
        *[row for each in real for row in _told("a real shop's year, from Parquet", each, copying, target=TARGET)],
        {"what": "computing figures and profiles after the first, a job of its own", "measured": figures, "target": ""},
        {"what": "memory at its peak, of all this", "measured": memory, "target": "under 1.5 GiB"},
    ]


def _bring_in(shop: Any, path: Path) -> Brought:
    """As the worker does it: the import, and the lake's part of computing the figures anew."""
    from treue.core.jobs.work import Silent
    from treue.core.lake import writing
    from treue.listen.imports import demo
    from treue.listen.imports.models import Import
    from treue.listen.imports.touching import customers_touched

    database = _timed(lambda: demo.bring_in(shop, "orders", path, Silent()))
    task = Import.objects.latest("pk")
    lake = _timed(lambda: writing.write(shop, as_of=LAST_DAY, customers=customers_touched(task.batch_id)))
    return Brought(task.summary["rows_read"], database, lake)


def _compute(shop: Any) -> None:
    from treue.understand.metrics.counts.refresh import refresh

    refresh(shop, customers=[])


def _copy() -> tuple[int, Taken]:
    """All order lines by COPY alone; their number, and the median of several times."""
    from django.db import connection

    with connection.cursor() as cursor, tempfile.TemporaryFile() as lines:
        with cursor.copy("copy commerce_orderline to stdout") as copy:
            for block in copy:
                lines.write(block)
        taken = []
        for _ in range(COPIES):
            cursor.execute("create table copied (like commerce_orderline including indexes)")
            lines.seek(0)
            taken.append(_timed(lambda: _pour(cursor, lines)))
            cursor.execute("select count(*) from copied")
            ((count,),) = cursor.fetchall()
            cursor.execute("drop table copied")
    return count, sorted(taken, key=lambda each: each.seconds)[COPIES // 2]


def _pour(cursor: Any, lines: IO[bytes]) -> None:
    with cursor.copy("copy copied from stdin") as copy:
        while block := lines.read(BLOCK):
            copy.write(block)


def _told(name: str, brought: Brought, copying: tuple[int, Taken], target: str = "") -> list[Row]:
    count, copy = copying
    whole = brought.database + brought.lake
    copies = whole.seconds / (brought.rows * copy.seconds / count)
    return [
        {"what": f"{name}: {brought.rows:,} rows into PostgreSQL", "measured": brought.database, "target": ""},
        {"what": f"{name}: into the lake", "measured": brought.lake, "target": ""},
        {"what": f"{name}: both", "measured": f"{brought.rows / whole.seconds:,.0f} rows/s", "target": target},
        {"what": f"{name}: both, beside COPY of as many lines", "measured": f"{copies:.1f} times", "target": ""},
    ]


def _timed(work: Callable[[], object]) -> Taken:
    seconds, cpu_seconds = time.perf_counter(), _cpu_seconds()
    work()
    return Taken(time.perf_counter() - seconds, _cpu_seconds() - cpu_seconds)


def _cpu_seconds() -> float:
    """Of this process and the embedded server, those of its processes that have ended included."""
    server = psutil.Process(int((postgres.data_folder() / "postmaster.pid").read_text().split()[0]))
    times = [each.cpu_times() for each in (psutil.Process(), server, *server.children())]
    ended = server.cpu_times()
    return sum(each.user + each.system for each in times) + ended.children_user + ended.children_system


if __name__ == "__main__":
    for row in run(int(sys.argv[1])):
        sys.stdout.write(f"{row['what']}: {row['measured']}\n")
