"""Which files of a shop's lake are live.

A lake is a folder of immutable files and one manifest that names those in force. A change writes new files, makes sure
that they lie on the disk, and then replaces the manifest in one step: whoever reads sees the state before or the state
after, also when the writer is killed in between. Files that no manifest names any more are swept away later, so that a
reader who still holds the manifest before finds them.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from treue.core.home import home

NAME = "manifest.json"
EVENTS = "events"  # a folder that is no part of any state: old months of the log, which are nowhere else
GRACE_SECONDS = 3600.0


@dataclass(frozen=True)
class Bucket:
    """One file of orders, and what it holds in all.

    first_day: of its earliest order. revenue: a decimal number in digits.
    """

    file: str
    first_day: date
    customers: int
    orders: int
    revenue: str


@dataclass(frozen=True)
class CustomerFile:
    """The customer table, and the calendar that it answers for."""

    file: str
    first_day: date
    as_of: date
    window_days: int


@dataclass(frozen=True)
class Manifest:
    """A whole state of a shop's lake.

    zone: in which its moments are told. as_of: the day up to which refunds are taken off. generation: rises with every
    state, and stands in the names of the files written for it. customers: None until made of these very orders.
    """

    zone: str
    as_of: date
    generation: int = 0
    buckets: Mapping[int, Bucket] = field(default_factory=dict)
    customers: CustomerFile | None = None

    @property
    def files(self) -> set[str]:
        live = {bucket.file for bucket in self.buckets.values()}
        return live | {self.customers.file} if self.customers else live

    @property
    def first_day(self) -> date | None:
        """Day of the earliest order; None where there is none."""
        return min((bucket.first_day for bucket in self.buckets.values()), default=None)

    def next(self, **changes: object) -> "Manifest":
        return replace(self, generation=self.generation + 1, **changes)


def folder(shop_id: int) -> Path:
    return home() / "lake" / f"shop-{shop_id}"


def read(shop_id: int) -> Manifest | None:
    """The state in force; None where nothing was ever written."""
    try:
        text = (folder(shop_id) / NAME).read_text()
    except FileNotFoundError:
        return None
    values = json.loads(text)
    customers = values["customers"]
    return Manifest(
        zone=values["zone"],
        as_of=date.fromisoformat(values["as_of"]),
        generation=values["generation"],
        buckets={int(number): Bucket(**_with_days(bucket)) for number, bucket in values["buckets"].items()},
        customers=CustomerFile(**_with_days(customers)) if customers else None,
    )


def _with_days(values: dict[str, Any]) -> dict[str, Any]:
    days = {name: date.fromisoformat(values[name]) for name in ("first_day", "as_of") if name in values}
    return values | days


def swap(shop_id: int, manifest: Manifest) -> None:
    """Put a state in force. Its files must lie on the disk: see `settle`."""
    place = folder(shop_id)
    before = read(shop_id)
    fresh = place / f"{NAME}.new"
    fresh.write_text(json.dumps(asdict(manifest), default=str, indent=1))
    settle(fresh)
    fresh.replace(place / NAME)
    settle(place)
    for file in before.files - manifest.files if before else ():
        os.utime(place / file)  # its grace begins now


def settle(path: Path) -> None:
    """Close a file or folder to everybody else and wait until it would survive a power cut."""
    path.chmod(0o700 if path.is_dir() else 0o600)
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sweep(shop_id: int, manifest: Manifest, *, grace_seconds: float = GRACE_SECONDS) -> None:
    """Delete the files that this state does not name, once their grace is over."""
    place = folder(shop_id)
    latest = time.time() - grace_seconds
    for path in place.rglob("*.parquet"):
        if path.parent.name == EVENTS:
            continue
        if str(path.relative_to(place)) not in manifest.files and path.stat().st_mtime <= latest:
            path.unlink()


@contextmanager
def alone(shop_id: int, at: str = "writing") -> Iterator[Path]:
    """Nobody else is at the same work on this shop's lake inside the block; whoever wants to be, waits.

    The system gives the lock back when its holder is killed.
    """
    place = folder(shop_id)
    (place / "orders").mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place / f"{at}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield place
    finally:
        os.close(handle)
