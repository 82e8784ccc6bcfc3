"""An order that a program tells of, written down as what happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from treue.core.customers import writing
from treue.core.events import withdrawing
from treue.core.events.log import Happening, record
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.staff.roles import Scope

ORDER_COMPLETED = "Order Completed"
API = "api"
OLDEST_NEWS = timedelta(days=2)


def message_id(number: str, again: int = 0) -> str:
    """The same for one order however it comes, so that it happens once. again: how often it was taken back before."""
    return withdrawing.told_as(f"order completed {number}", again)


def record_order(
    *, shop: Shop, number: str, customer: str, at: datetime, facts: Mapping[str, object]
) -> tuple[int, bool, int]:
    """Append an order to the log. Returns whose it is today, whether it was not there yet, and how often an order of
    this number had been taken back before.

    customer: the shop's number of them. What happened more than two days before the shop first made a key to write is
    history. Raises StaysErased where the customer was erased after it happened.
    """
    with transaction.atomic():
        person = writing.named(shop=shop, number=customer, at=at)
        happening = Happening(
            message_id(number),
            ORDER_COMPLETED,
            person.number,
            API,
            at,
            facts,
            lane=person.customer,
            is_history=at < keys.first_made(shop, Scope.WRITE) - OLDEST_NEWS,
        )
        is_new = record(shop, [happening]) == 1
        return person.customer, is_new, withdrawing.times_withdrawn(shop, happening.message_id)
