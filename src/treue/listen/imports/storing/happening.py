"""What a file tells that happened since the shop's files are live, into the log.

An order that the database did not know becomes an event with the order itself, in one transaction. Where the shop's
first file of orders ends, its files go live: all in it is history.
"""

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models import Max
from django.utils import timezone

from treue.core.commerce.models import Order
from treue.core.events.log import Happening, record
from treue.core.events.models import FILES, Source
from treue.core.shop.models import Shop

ORDER_COMPLETED = "Order Completed"
OLDEST_NEWS = timedelta(days=2)


def live_since(shop: Shop) -> datetime | None:
    """From when on what files tell is news; None while all of it is history."""
    return Source.objects.filter(shop=shop, name=FILES).values_list("live_since", flat=True).first()


def go_live(shop: Shop) -> None:
    """Take whatever comes after the last order so far for news, unless it is done already.

    A file of this morning ends before it is brought in, and the next one begins where it ended. A file of long ago may
    be followed by more of the same; so news are never older than two days.
    """
    if live_since(shop) is None:
        last = Order.objects.filter(shop=shop).aggregate(last=Max("ordered_at"))["last"]
        edge = timezone.now() - OLDEST_NEWS
        since = max(last + timedelta(microseconds=1), edge) if last else edge
        Source.objects.get_or_create(shop=shop, name=FILES, defaults={"live_since": since})


def record_orders(shop: Shop, orders: pa.Table, since: datetime) -> None:
    """orders: `number`, `customer_id`, `ordered_at` (shop-local) and `amount` of orders that are new."""
    edge = pa.scalar(timezone.make_naive(since, shop.tz), orders["ordered_at"].type)
    news = orders.filter(pc.greater_equal(orders["ordered_at"], edge))
    columns = (news[name].to_pylist() for name in ("number", "customer_id", "ordered_at", "amount"))
    record(shop, [_completed(*row, shop.currency, shop.tz) for row in zip(*columns, strict=True)])


def _completed(number: str, customer: int, moment: datetime, amount: Decimal, currency: str, zone: tzinfo) -> Happening:
    return Happening(
        message_id=f"order completed {number}",
        name=ORDER_COMPLETED,
        person=customer,
        source=FILES,
        occurred_at=moment.replace(tzinfo=zone),
        facts={"order": number, "total": str(amount), "currency": currency},
    )
