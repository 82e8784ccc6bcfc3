"""An order, or that it was cancelled, as it is told: once by whoever comes first, and again by whoever can say more.

A telling says more than another if it names the customer, and if it comes from a server, a till or a file instead of a
browser. What some telling said already is a repeat, whatever came in between; so the best ones are heard in any order.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import transaction

from treue.core.customers import writing
from treue.core.events import withdrawing
from treue.core.events.log import Happening, record
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.staff.roles import Scope

ORDER_COMPLETED, ORDER_CANCELLED = "Order Completed", "Order Cancelled"
ORDER_UPDATED, ORDER_REFUNDED = "Order Updated", "Order Refunded"
TELL_OF_ORDERS = frozenset({ORDER_COMPLETED, ORDER_UPDATED, ORDER_REFUNDED, ORDER_CANCELLED})
REACTION = "tracking.orders"  # what writes an order down that was told
API = "api"
OLDEST_NEWS = timedelta(days=2)
# What was said by name, by a server, by both.
NAMED, SERVED, SETTLED = ORDER = "order named ", "order served ", "order settled "
CANCELLATION = "cancellation named ", "cancellation served ", "cancellation settled "

# What stands for the id of a telling that has left the log: a digest, for the id may be a sender's own, who can put
# into it whatever they like. No sender's id has a blank in it. SQL, of an event `e`; see `digest`.
HASHED = "hashed "
KEPT_ID = f"""
case when e.name in ({", ".join(f"'{name}'" for name in sorted(TELL_OF_ORDERS))}) then
    coalesce(substring(e.message_id from '^(?:{"|".join((*ORDER, *CANCELLATION))})'), '')
        || '{HASHED}' || md5(e.message_id) end"""
DIGEST = re.compile(f"{HASHED}([0-9a-f]{{32}})$")


class Telling(NamedTuple):
    """Under which ids a telling is written down, as `log.Happening` has them."""

    message_id: str
    again_id: str | None = None
    again_name: str | None = None
    covers: tuple[str, ...] = ()


def message_id(number: str, again: int = 0) -> str:
    """The same for one order however it comes, so that it happens once. again: how often it was taken back before."""
    return withdrawing.told_as(f"order completed {number}", again)


def telling(number: str, *, is_named: bool, is_from_server: bool) -> Telling:
    """is_named: it names the customer. is_from_server: it comes from no browser."""
    return _telling(message_id(number), number, ORDER, is_named, is_from_server)


def cancelling(number: str, *, is_named: bool, is_from_server: bool) -> Telling:
    """`telling`, of its cancellation."""
    return _telling(cancelled_id(number), number, CANCELLATION, is_named, is_from_server)


def cancelled_id(number: str) -> str:
    """The same for one order's cancellation, however often and by whomever it is told."""
    return f"order cancelled {number}"


def cancellation_document(number: str) -> str:
    """The document of what came back by it, of `commerce.Refund`."""
    return f"{number} {digest(cancelled_id(number))}"


def _telling(
    message_id: str, number: str, kinds: tuple[str, str, str], is_named: bool, is_from_server: bool
) -> Telling:
    named, served, settled = kinds
    said = [named] * is_named + [served] * is_from_server
    covers = [*said, settled] if len(said) > 1 else said
    if not covers:
        return Telling(message_id)
    ids = tuple(f"{kind}{number}" for kind in covers)
    return Telling(message_id, ids[-1], ORDER_UPDATED, ids)


def is_told_again(message_id: str) -> bool:
    """Whether an update is an order, or its cancellation, that somebody else told of before."""
    return message_id.startswith((*ORDER, *CANCELLATION))


def is_cancellation(name: str, message_id: str | None) -> bool:
    """Whether an event of this name says that an order was cancelled, for the first time or again. message_id: None
    where it is not kept."""
    return name == ORDER_CANCELLED or (message_id or "").startswith(CANCELLATION)


def digest(message_id: str) -> str:
    """32 hexadecimal digits that stand for a telling: the same of its id, and of what is kept of that (`KEPT_ID`)."""
    kept = DIGEST.search(message_id)
    return kept[1] if kept else hashlib.md5(message_id.encode(), usedforsecurity=False).hexdigest()


def record_order(
    *, shop: Shop, number: str, customer: str, at: datetime, facts: Mapping[str, object]
) -> tuple[int, bool, int]:
    """Append an order to the log. Returns whose it is today, whether nobody had told as much of it yet, and how often
    an order of this number had been taken back before.

    customer: the shop's number of them. What happened more than two days before the shop first made a key to write is
    history. Raises StaysErased where the customer was erased after it happened.
    """
    with transaction.atomic():
        person = writing.named(shop=shop, number=customer, at=at)
        happening = Happening(
            name=ORDER_COMPLETED,
            person=person.number,
            source=API,
            occurred_at=at,
            facts=facts,
            lane=person.customer,
            is_history=at < keys.first_made(shop, Scope.WRITE) - OLDEST_NEWS,
            **telling(number, is_named=True, is_from_server=True)._asdict(),
        )
        is_new = record(shop, [happening]) == 1
        return person.customer, is_new, withdrawing.times_withdrawn(shop, happening.message_id)
