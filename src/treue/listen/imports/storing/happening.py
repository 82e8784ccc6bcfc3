"""What a file tells that happened since the shop's files are live, into the log.

An order that the database did not know becomes an event with the order itself, in one transaction; so does what a later
file changes or takes back of an order that was one. Where the shop's first file of orders ends, its files go live: all
in it is history.
"""

from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.db.models import Max
from django.utils import timezone

from treue.core.commerce import completing
from treue.core.commerce.completing import ORDER_COMPLETED, ORDER_REFUNDED, ORDER_UPDATED
from treue.core.commerce.models import Order
from treue.core.events.log import Happening, record, record_new
from treue.core.events.models import FILES, Source
from treue.core.events.withdrawing import TOLD_AS, WAS_TOLD
from treue.core.shop.models import Shop
from treue.listen.imports.models import Import

OLDEST_NEWS = timedelta(days=2)

ORDER_WAS_TOLD = WAS_TOLD.format(message="('order completed ' || number)")

# Of orders that were events; what else a file corrects is history, as it was before.
CHANGED = f"""
select number, customer_id, ordered_at at time zone %(zone)s, amount from verdict
where verdict = 'changed' and {ORDER_WAS_TOLD}
order by rank"""

# A refund of an order that was an event always is one, whenever it was written down.
REFUNDED = f"""
with document as (
    select rank, i.document, coalesce(max(nullif(l.refers_to, '')), i.number) as number, i.customer_id,
        min(l.refunded_at) at time zone %(zone)s as moment, sum(l.amount) as amount
    from verdict v join incoming i using (rank) join incoming_line l using (rank)
    where v.verdict = 'new'
    group by rank, i.document, i.number, i.customer_id)
select document, number, customer_id, moment, amount from document
where moment >= %(since)s or {ORDER_WAS_TOLD}
order by rank"""

# Orders of which the file was the first to tell, or the first to say as much.
NOTE_TOLD = f"""
with told as (
    select id, {TOLD_AS.format(shop="%(shop)s", message="('order completed ' || number)")} as message
    from commerce_order where id = any(%(orders)s))
insert into imports_trace (of_id, what, ids)
select %(import)s, 'told', array_agg(id) from told
where message = any(%(told)s) or replace(message, 'order completed ', '{completing.SETTLED}') = any(%(told)s)
having count(*) > 0"""


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


def record_orders(task: Import, orders: pa.Table, since: datetime) -> None:
    """orders: `id`, `number`, `customer_id`, `ordered_at` (shop-local) and `amount` of orders that are new.

    Which of them the import told, and nobody before, is kept for undoing it.
    """
    shop = task.shop
    edge = pa.scalar(timezone.make_naive(since, shop.tz), orders["ordered_at"].type)
    news = orders.filter(pc.greater_equal(orders["ordered_at"], edge))
    columns = (news[name].to_pylist() for name in ("number", "customer_id", "ordered_at", "amount"))
    new = record_new(shop, [_completed(*row, shop.currency, shop.tz) for row in zip(*columns, strict=True)])
    if new:
        with connection.cursor() as cursor:
            facts = {"import": task.pk, "shop": shop.pk, "orders": news["id"].to_pylist(), "told": list(new)}
            cursor.execute(NOTE_TOLD, facts)


def record_changes(cursor: CursorWrapper, shop: Shop, import_id: int) -> None:
    """What the file says anew of orders, from the chunk's `verdict`."""
    cursor.execute(CHANGED, {"shop": shop.pk, "zone": shop.zone})
    record(
        shop,
        [
            Happening(
                message_id=f"order updated {number} import {import_id}",
                name=ORDER_UPDATED,
                person=customer,
                source=FILES,
                occurred_at=moment,
                facts=_facts(number, amount, shop.currency),
            )
            for number, customer, moment, amount in cursor.fetchall()
        ],
    )


def record_refunds(cursor: CursorWrapper, shop: Shop, since: datetime) -> None:
    """New documents of refunds, from the chunk's `verdict`, `incoming` and `incoming_line`."""
    cursor.execute(REFUNDED, {"shop": shop.pk, "zone": shop.zone, "since": since})
    record(
        shop,
        [
            Happening(
                message_id=f"order refunded {document}",
                name=ORDER_REFUNDED,
                person=customer,
                source=FILES,
                occurred_at=moment,
                facts=_facts(number, amount, shop.currency),
            )
            for document, number, customer, moment, amount in cursor.fetchall()
        ],
    )


def _facts(number: str, amount: Decimal, currency: str) -> dict[str, str]:
    return {"order": number, "total": str(amount), "currency": currency}


def _completed(number: str, customer: int, moment: datetime, amount: Decimal, currency: str, zone: tzinfo) -> Happening:
    return Happening(
        name=ORDER_COMPLETED,
        person=customer,
        source=FILES,
        occurred_at=moment.replace(tzinfo=zone),
        facts=_facts(number, amount, currency),
        **completing.telling(number, is_named=True, is_from_server=True)._asdict(),
    )
