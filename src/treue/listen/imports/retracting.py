"""What an import told, told back while it is undone: in the transaction in which what it told of goes.

Only what was news is taken back; nobody has heard of history. Each telling back is an event of its own, and what it
withdraws is news when it is told again.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db import connection
from django.utils import timezone

from treue.core.commerce import completing
from treue.core.commerce.completing import ORDER_CANCELLED, ORDER_UPDATED, TELL_OF_ORDERS
from treue.core.commerce.models import Refund
from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events import parking, withdrawing
from treue.core.events.log import Happening, record
from treue.core.events.models import FILES
from treue.core.events.withdrawing import TOLD_AS, WAS_TOLD
from treue.core.shop.models import Shop
from treue.listen.imports.models import Import

REASON = "import undone"
Row = tuple[str, str, str, int, Decimal | None, Decimal | None]


def _rows(message: str, number: str, customer: str, amount: str, refund: str = "null") -> str:
    return f"""
select {message} as message, {TOLD_AS.format(shop="%(shop)s", message=message)}, {number}, {customer}, {amount},
    {refund}"""


# From the chunk's `going`: orders of which the import was the one to tell.
ORDERS_GO = f"""
{_rows("'order completed ' || number", "number", "customer_id", "amount")}
from going where id in (select unnest(ids) from imports_trace where of_id = %(import)s and what = 'told')
order by id"""

# From the chunk's `going`: of whom others told an order too, which is written anew from what they said.
OTHERS_TOLD = f"""
select distinct customer_id from going
where id not in (select unnest(ids) from imports_trace where of_id = %(import)s and what = 'told')
  and {WAS_TOLD.format(message="('order completed ' || number)")}"""

# From the chunk's `former`: orders that the import changed, and told so.
ORDERS_COME_BACK = f"""
{_rows("'order updated ' || key || ' import ' || %(import)s", "key", "o.customer_id", "o.amount")}
from former join commerce_order o on o.id = (former->'order'->>'id')::bigint
where {WAS_TOLD.format(message="('order updated ' || key || ' import ' || %(import)s)")}
order by former.id"""

# From the chunk's `going`: refunds that did not happen. One may end in the next chunk, and is told whole with this one.
REFUNDS_GO = f"""
with document as (
    select document, coalesce(max(nullif(refers_to, '')), min(number)) as number, min(customer_id) as customer_id,
        sum(amount) as amount, min(id) as first
    from commerce_refund where shop_id = %(shop)s and document in (select document from going)
      and {WAS_TOLD.format(message="('order refunded ' || document)")}
    group by document)
{_rows("'order refunded ' || document", "d.number", "d.customer_id", "o.amount", "d.amount")}
from document d left join commerce_order o on o.shop_id = %(shop)s and o.number = d.number
order by first"""


def retract_orders(task: Import) -> None:
    """The orders in `going` are cancelled, as far as anybody heard of them by this import; those of which others told
    come back by their word."""
    rows = _found(task, ORDERS_GO)
    _tell(task.shop, ORDER_CANCELLED, rows)
    numbers = [number for _, _, number, *_ in rows]
    withdrawing.withdraw(task.shop, [completing.cancelled_id(number) for number in numbers])
    _uncancel(task.shop, numbers)
    others = [Customer(pk=customer) for (customer,) in _found(task, OTHERS_TOLD)]
    known = {number: customer.pk for customer in others for number in persons.numbers_of(customer)}
    parking.take_up(completing.REACTION, known, TELL_OF_ORDERS)


def _uncancel(shop: Shop, numbers: Iterable[str]) -> None:
    """What came back by cancellations of orders that were never made; told again, such an order is another one."""
    documents = [completing.cancellation_document(number) for number in numbers]
    Refund.objects.filter(shop=shop, document__in=documents).delete()


def retract_changes(task: Import) -> None:
    """The orders in `former`, which are as they were before, are told so."""
    _tell(task.shop, ORDER_UPDATED, _found(task, ORDERS_COME_BACK))


def retract_refunds(task: Import) -> None:
    """Orders whose refunds are in `going` are told without them."""
    _tell(task.shop, ORDER_UPDATED, _found(task, REFUNDS_GO))


def _found(task: Import, statement: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"shop": task.shop_id, "import": task.pk})
        return cursor.fetchall()


def _tell(shop: Shop, name: str, rows: Iterable[Row]) -> None:
    now = timezone.now()
    record(
        shop,
        [
            Happening(
                message_id=f"{told} undone",
                name=name,
                person=customer,
                source=FILES,
                occurred_at=now,
                facts=_facts(number, amount, refund, shop.currency),
            )
            for _, told, number, customer, amount, refund in rows
        ],
    )
    withdrawing.withdraw(shop, [message for message, *_ in rows])


def _facts(number: str, amount: Decimal | None, refund: Decimal | None, currency: str) -> dict[str, str]:
    """As a file tells an order, and why; of a refund that did not happen how much it was of."""
    money = {"total": amount, "refund_undone": refund}
    told = {name: str(value) for name, value in money.items() if value is not None}
    return {"order": number, **told, "currency": currency, "reason": REASON}
