"""Compute a shop's figures anew: PostgreSQL to lake, lake to counts and profiles, these to PostgreSQL."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pyarrow.compute as pc
from django.db.models import Max
from django.utils import timezone

from treue.core.commerce.models import Order, Refund
from treue.core.jobs.work import Progress, Silent
from treue.core.lake import customers as customer_file
from treue.core.lake import manifest, tables, writing
from treue.core.shop.models import Shop
from treue.science.calendar import Calendar
from treue.understand.metrics.counts import snapshots
from treue.understand.metrics.counts.counting import Counts, count
from treue.understand.metrics.models import Snapshot
from treue.understand.profile import refresh as profiles


@dataclass(frozen=True)
class Reach:
    """How far the data reach: the moments of the latest order and of the latest order or refund; None: no data."""

    last_order: datetime | None
    last_fact: datetime | None


def refresh(
    shop: Shop,
    *,
    customers: Collection[int] | None = None,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Snapshot:
    """Bring lake, figures and profiles up to date with what is committed.

    customers: whose orders changed, so that only their part of the lake is read again; None for all.
    now: the present moment, aware.
    """
    progress = progress or Silent()
    with manifest.alone(shop.pk, at="refreshing"):
        snapshot = _figures(shop, customers, now or timezone.now(), progress)
        profiles.refresh(shop, progress)
    return snapshot


def _figures(shop: Shop, customers: Collection[int] | None, now: datetime, progress: Progress) -> Snapshot:
    begun = time.monotonic()
    reach = reach_of(shop)
    day = as_of(shop, reach, now)
    progress.step("lake")
    writing.write(shop, as_of=day, customers=customers)
    snapshot = Snapshot(
        shop=shop, as_of=day, window_days=shop.window_days, currency=shop.currency, data_until=reach.last_fact
    )
    counts = _counts(shop, snapshot, progress)
    progress.step("storing")
    snapshot.seconds = time.monotonic() - begun
    snapshots.put_in_force(snapshot, counts)
    return snapshot


def reach_of(shop: Shop) -> Reach:
    """Orders that add up to nothing are not looked at, as in a report."""
    last_order = Order.objects.filter(shop=shop, amount__gt=0).aggregate(last=Max("ordered_at"))["last"]
    last_refund = Refund.objects.filter(shop=shop).aggregate(last=Max("refunded_at"))["last"]
    return Reach(last_order, max((each for each in (last_order, last_refund) if each), default=None))


def as_of(shop: Shop, reach: Reach, now: datetime) -> date:
    """The last day that counts: yesterday in the shop's zone, or the day of the last order where that is earlier.

    So a historic file is shown as of its own end, as a report shows it, and not as years without customers.
    """
    yesterday = now.astimezone(shop.tz).date() - timedelta(days=1)
    return min(yesterday, reach.last_order.astimezone(shop.tz).date()) if reach.last_order else yesterday


def _counts(shop: Shop, snapshot: Snapshot, progress: Progress) -> Counts | None:
    """What the lake holds, counted; its first and last day are noted on the snapshot. None if there is nothing."""
    state = manifest.read(shop.pk)
    if state is None or state.first_day is None or state.first_day > snapshot.as_of:
        return None
    calendar = Calendar(state.first_day, snapshot.as_of, "month", shop.window_days)
    progress.step("customers")
    customer_file.write(shop.pk, calendar)
    progress.step("counting")
    with tables.opened(shop.pk) as lake:
        counts = count(lake, calendar)
    snapshot.first_order = calendar.first_day
    snapshot.last_order = pc.max(counts.slices["last_order"]).as_py()
    return counts
