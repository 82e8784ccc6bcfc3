"""An order that a program tells of, written down as what happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from treue.core.customers import writing
from treue.core.events.log import Happening, record
from treue.core.events.models import Source
from treue.core.shop.models import Shop

ORDER_COMPLETED = "Order Completed"
API = "api"
OLDEST_NEWS = timedelta(days=2)


def message_id(number: str) -> str:
    """The same for one order however it comes, so that it happens once."""
    return f"order completed {number}"


def record_order(
    *, shop: Shop, number: str, customer: str, at: datetime, facts: Mapping[str, object], now: datetime
) -> tuple[int, bool]:
    """Append an order to the log. Returns whose it is today, and whether it was not there yet.

    customer: the shop's number of them. What happened more than two days before the first order that came this way is
    history. Raises StaysErased where the customer was erased after it happened.
    """
    with transaction.atomic():
        person = writing.named(shop=shop, number=customer, latest=at)
        source, _is_new = Source.objects.get_or_create(shop=shop, name=API, defaults={"live_since": now - OLDEST_NEWS})
        happening = Happening(
            message_id(number),
            ORDER_COMPLETED,
            person.number,
            API,
            at,
            facts,
            lane=person.customer,
            is_history=at < source.live_since,
        )
        return person.customer, record(shop, [happening]) == 1
