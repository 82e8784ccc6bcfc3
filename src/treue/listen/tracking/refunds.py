"""Refunds and cancellations that events tell of. Which units of which line they took back is matched afterwards, by the
same rules as for files."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q, Sum

from treue.core.commerce.models import Batch, Order, OrderLine, Product, Refund, RefundMatch
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.listen.tracking.told import LONGEST_WORD, Line

NOTHING = Decimal()
CANCELLED = "Order Cancelled"


def write(
    event: Event,
    number: str,
    order: Order | None,
    lines: Sequence[Line],
    products: Mapping[str | None, Product],
    batch: Batch,
) -> None:
    """What came back: the lines that are told, or, where none are, all that is left of the order.

    Money alone takes no goods back. Where the order is not there yet, what it lacks is filled in with it.
    """
    document = _document(event, number)
    if Refund.objects.filter(shop=batch.shop, document=document).exists():
        return
    if event.name == CANCELLED or not lines:
        parts = _rest(order) if order else [(None, NOTHING, NOTHING)]
    else:
        parts = [(products.get(line.code), line.quantity if line.code else NOTHING, line.amount) for line in lines]
    reason = str(event.facts.get("reason") or ("cancelled" if event.name == CANCELLED else ""))[:LONGEST_WORD]
    common = {
        "shop": batch.shop,
        "number": number,
        "document": document,
        "customer_id": event.customer,
        "person": event.person if event.person != event.customer else None,
        "refers_to": number,
        "refunded_at": event.occurred_at,
        "reason": reason,
        "batch": batch,
    }
    Refund.objects.bulk_create(
        Refund(ordinal=ordinal, product=product, quantity=quantity, amount=amount, **common)
        for ordinal, (product, quantity, amount) in enumerate(parts, start=1)
    )


def _document(event: Event, number: str) -> str:
    """Stands for the message in what a document's name may hold."""
    return f"{number} {hashlib.md5(event.message_id.encode(), usedforsecurity=False).hexdigest()}"


def _rest(order: Order) -> list[tuple[Product | None, Decimal, Decimal]]:
    """What is left of an order's lines; without any, a line of nothing, so that it is known that it came back."""
    taken = RefundMatch.objects.filter(order=order).values("ordinal").annotate(units=Sum("units"), money=Sum("amount"))
    gone = {each["ordinal"]: (each["units"], each["money"]) for each in taken}
    rest = []
    for line in OrderLine.objects.filter(order=order).select_related("product").order_by("ordinal"):
        units, money = gone.get(line.ordinal, (NOTHING, NOTHING))
        if line.quantity > units:
            rest.append((line.product, line.quantity - units, max(line.amount - money, NOTHING)))
    return rest or [(None, NOTHING, NOTHING)]


def fill_up(order: Order) -> None:
    """Refunds that came before their order and said nothing of goods or money took back all of it."""
    early = Refund.objects.filter(shop=order.shop, refers_to=order.number, quantity=0, amount=0)
    for refund in early:
        parts = _rest(order)
        Refund.objects.filter(pk=refund.pk).delete()
        for ordinal, (product, quantity, amount) in enumerate(parts, start=1):
            refund.pk, refund.ordinal = None, ordinal
            refund.product, refund.quantity, refund.amount = product, quantity, amount
            refund.save(force_insert=True)


def concern(shop: Shop, customers: Collection[int]) -> bool:
    """Whether any of them has to do with a refund; of most new orders nobody has."""
    numbers = Order.objects.filter(customer__in=customers).values("number")
    named = Q(shop=shop, refers_to__in=numbers) & ~Q(refers_to="")
    return Refund.objects.filter(customer__in=customers).exists() or Refund.objects.filter(named).exists()


def delete(*, person: int) -> None:
    """Those that came in under a visitor's number."""
    theirs = Refund.objects.filter(person=person)
    RefundMatch.objects.filter(refund__in=theirs).delete()
    theirs.delete()
