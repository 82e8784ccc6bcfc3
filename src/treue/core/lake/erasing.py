"""Take a person, or a whole shop, out of the lake.

The lake holds no names, but what someone bought is about that person all the same (GDPR Art. 17).
"""

import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from treue.core.lake import events, manifest
from treue.core.lake.engine import workbench
from treue.core.lake.manifest import Bucket, Manifest
from treue.core.lake.writing import CUSTOMERS_PER_BUCKET, described, write_file


def erase(shop_id: int, customer_id: int, persons: Collection[int] = ()) -> None:
    """Rewrite the files that hold a customer, from themselves: whatever PostgreSQL holds by now.

    persons: all numbers under which things happened that are this customer's, theirs and their visits'.
    """
    if manifest.folder(shop_id).exists():
        _erase_orders(shop_id, customer_id)
        events.erase(shop_id, {customer_id, *persons})


def _erase_orders(shop_id: int, customer_id: int) -> None:
    """The former files go at once, without the grace that readers have otherwise; so it waits until nobody computes
    figures from them, or is about to write what PostgreSQL held before. Safe to repeat.
    """
    with (
        manifest.alone(shop_id, at="refreshing"),
        manifest.alone(shop_id) as place,
        workbench(f"lake.{shop_id}.erasing") as (backend, _),
    ):
        state = manifest.read(shop_id)
        if state is None:
            return
        after = state.next()
        number = customer_id // CUSTOMERS_PER_BUCKET
        if number in state.buckets:
            file = f"orders/{number:04}-{after.generation:06}.parquet"
            kept = _without(customer_id, place / state.buckets[number].file, "customer_id", "nth")
            write_file(backend.con, kept, place / file)
            after = _with_bucket(after, number, described(backend.con, place, file))
        if state.customers:
            file = f"customers-{after.generation:06}.parquet"
            write_file(backend.con, _without(customer_id, place / state.customers.file, "customer"), place / file)
            after = replace(after, customers=replace(state.customers, file=file))
        manifest.swap(shop_id, after)
        manifest.sweep(shop_id, after, grace_seconds=-1)


def _without(customer_id: int, path: Path, *order: str) -> str:
    """SQL: a file's rows but the customer's; the first column it is sorted by holds the customers."""
    return f"from read_parquet('{path}') where {order[0]} <> {int(customer_id)} order by {', '.join(order)}"


def _with_bucket(state: Manifest, number: int, bucket: Bucket) -> Manifest:
    others = {key: one for key, one in state.buckets.items() if key != number}
    return replace(state, buckets=others | ({number: bucket} if bucket.orders else {}))


def remove(shop_id: int) -> None:
    """Delete a shop's whole lake. Safe to repeat."""
    if not manifest.folder(shop_id).exists():
        return
    with manifest.alone(shop_id, at=events.LOCK), manifest.alone(shop_id) as place:
        shutil.rmtree(place)
