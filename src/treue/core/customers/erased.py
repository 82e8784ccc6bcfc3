"""By what an erased customer is recognised when an old file or message names them again."""

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.backends.utils import CursorWrapper

LAST_OF_SHOPS = """
select s.id, last.erased_at from unnest(%s::bigint[]) as s (id) cross join lateral (
    select erased_at from customers_erasure where shop_id = s.id order by erased_at desc limit 1) last"""

LOCK_CLASS = 0x1319  # any number that no other advisory lock of ours has

LATEST = """
select shop_id, number_hash, max(erased_at) from customers_erasure where number_hash = any(%s)
group by shop_id, number_hash"""


def number_hash(shop_id: int, number: str) -> str:
    """The keyed hash by which an erased customer's number is recognised; without the key it says nothing."""
    message = f"treue.erasure:{shop_id}:{number}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def keep_still(cursor: CursorWrapper, shops: Collection[int]) -> None:
    """Nobody is erased in these shops until this transaction ends: whoever writes down what is told of persons, by
    their numbers alone, would otherwise write it behind an erasure's back."""
    for shop in sorted(shops):
        cursor.execute("select pg_advisory_xact_lock_shared(%s, %s)", [LOCK_CLASS, shop])


def wait_for_writers(cursor: CursorWrapper, shop: int) -> None:
    """For an erasure: until all who kept it waiting have written, and nobody else begins before it ends."""
    cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, shop])


def latest(cursor: CursorWrapper, numbers: Collection[tuple[int, str]]) -> dict[tuple[int, str], datetime]:
    """When those among some shops' customer numbers were erased who were, the last time."""
    if not numbers:
        return {}
    by_hash = {(shop, number_hash(shop, number)): (shop, number) for shop, number in numbers}
    cursor.execute(LATEST, [[digest for _, digest in by_hash]])
    found = {(shop, digest): moment for shop, digest, moment in cursor.fetchall()}
    return {number: found[key] for key, number in by_hash.items() if key in found}


def before_their_erasure(cursor: CursorWrapper, told: Collection[tuple[int, str, datetime]]) -> set[int]:
    """What is told of erased persons from before they were erased, by its place in `told`: shop, number, moment.

    Nearly all that is told happened after the shop's last erasure, and is not looked up.
    """
    cursor.execute(LAST_OF_SHOPS, [sorted({shop for shop, _, _ in told})])
    last = dict(cursor.fetchall())
    suspected = {place: each for place, each in enumerate(told) if each[0] in last and each[2] < last[each[0]]}
    gone = latest(cursor, {(shop, number) for shop, number, _ in suspected.values()})
    return {
        place
        for place, (shop, number, moment) in suspected.items()
        if (shop, number) in gone and moment < gone[shop, number]
    }
