"""By what an erased customer is recognised when something old names them again: a file or message by their number in
the shop, a browser whose messages waited for a network by an anonymous id that was theirs."""

import hashlib
import hmac
from collections.abc import Collection, Sequence
from datetime import datetime

from django.conf import settings
from django.db.backends.utils import CursorWrapper

from treue.core.customers.persons import NUMBER, Key

LAST_OF_SHOPS = """
select s.id, last.erased_at from unnest(%s::bigint[]) as s (id) cross join lateral (
    select erased_at from customers_erasure where shop_id = s.id order by erased_at desc limit 1) last"""

LOCK_CLASS = 0x1319  # any number that no other advisory lock of ours has

LATEST = """
select hash, max(erased_at) from (
    select number_hash as hash, erased_at from customers_erasure where number_hash = any(%(hashes)s)
    union all
    select anonymous_hash, erased_at
    from customers_erasedvisitor v join customers_erasure e on e.id = v.erasure_id
    where anonymous_hash = any(%(hashes)s)) of_either_kind
group by hash"""


def number_hash(shop_id: int, number: str) -> str:
    """The keyed hash by which an erased customer's number is recognised; without the key it says nothing."""
    return _hash(f"treue.erasure:{shop_id}:{number}")


def anonymous_hash(shop_id: int, anonymous_id: str) -> str:
    """The same of an anonymous id; another one than that of a number of the same letters."""
    return _hash(f"treue.erasure.visitor:{shop_id}:{anonymous_id}")


def _hash(message: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).hexdigest()


def keep_still(cursor: CursorWrapper, shops: Collection[int]) -> None:
    """Nobody is erased in these shops until this transaction ends: whoever writes down what is told of persons, by
    their numbers alone, would otherwise write it behind an erasure's back."""
    for shop in sorted(shops):
        cursor.execute("select pg_advisory_xact_lock_shared(%s, %s)", [LOCK_CLASS, shop])


def wait_for_writers(cursor: CursorWrapper, shop: int) -> None:
    """For an erasure: until all who kept it waiting have written, and nobody else begins before it ends."""
    cursor.execute("select pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, shop])


def before_their_erasure(cursor: CursorWrapper, whom: Sequence[Key], moments: Sequence[datetime]) -> set[int]:
    """What is told of erased persons from before they were erased, by its place. whom, moments: of whom each is told,
    and when it happened.

    Nearly all that is told happened after the shop's last erasure, and is not looked up.
    """
    cursor.execute(LAST_OF_SHOPS, [sorted({key.shop for key in whom})])
    last = dict(cursor.fetchall())
    told = zip(whom, moments, strict=True)
    hashes = {
        place: _hash_of(key) for place, (key, moment) in enumerate(told) if _is_before(moment, last.get(key.shop))
    }
    if not hashes:
        return set()
    cursor.execute(LATEST, {"hashes": list(set(hashes.values()))})
    erased_at = dict(cursor.fetchall())
    return {place for place, digest in hashes.items() if _is_before(moments[place], erased_at.get(digest))}


def _is_before(moment: datetime, erased_at: datetime | None) -> bool:
    return erased_at is not None and moment < erased_at


def _hash_of(key: Key) -> str:
    """It says of which shop it is."""
    made = number_hash if key.kind == NUMBER else anonymous_hash
    return made(key.shop, key.value)
