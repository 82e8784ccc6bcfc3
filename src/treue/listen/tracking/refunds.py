"""Refunds and cancellations that events tell of. Which units of which line they took back is matched afterwards, by the
same rules as for files. An order is cancelled once: who tells of it again corrects what the first one wrote."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from treue.core.commerce import completing
from treue.core.commerce.models import Batch, Order, OrderLine, Product, Refund, RefundMatch
from treue.core.events.happened import Happened
from treue.core.shop.models import Shop
from treue.listen.tracking import precedence
from treue.listen.tracking.precedence import Word
from treue.listen.tracking.told import LONGEST_WORD, MONEY, UNITS, Line

Part = tuple[Product | None, Decimal, Decimal]

FILES_BATCH = "import"
NOTHING = Decimal()


def write(
    event: Happened,
    mine: Word,
    number: str,
    order: Order | None,
    lines: Sequence[Line],
    products: Mapping[str | None, Product],
    batch: Batch,
) -> set[int]:
    """What came back: the products that are told; of money alone, its share of what is left of the order; where neither
    is told, all that is left. Where the order is not there yet, this is made out when it comes (`fill_up`).
    Returns the customers whose refunds are others now."""
    document = _document(event, number)
    of_order = Refund.objects.filter(shop=batch.shop, refers_to=number)
    if of_order.filter(batch__source=FILES_BATCH).exists():
        return set()  # a file's word counts more
    if there := of_order.filter(document=document).select_related("batch").first():
        return _hear_again(event, mine, there, order, batch) if _is_cancellation(event) else set()
    parts: list[Part] = [(products.get(line.code), line.quantity, line.amount) for line in lines]
    if _is_cancellation(event) or not any(line.code for line in lines):
        money = sum((line.amount for line in lines), NOTHING) if not _is_cancellation(event) else NOTHING
        parts = _share(order, money) if order else [(None, NOTHING, money)]
    is_for_good = order is not None and order.person is None
    common = {
        "shop": batch.shop,
        "number": number,
        "document": document,
        "customer_id": order.customer_id if order else event.customer,
        "person": None if mine.is_named or is_for_good else event.person,
        "refers_to": number,
        "refunded_at": event.occurred_at,
        "reason": _reason(event),
        "batch": batch,
    }
    Refund.objects.bulk_create(
        Refund(ordinal=ordinal, product=product, quantity=quantity, amount=amount, **common)
        for ordinal, (product, quantity, amount) in enumerate(parts, start=1)
    )
    return {common["customer_id"]}


def _hear_again(event: Happened, mine: Word, there: Refund, order: Order | None, batch: Batch) -> set[int]:
    """An order that was cancelled is told to be so by another: the better word says when, why, and whose it is while
    nobody told of the order itself. What came back is what was left of it."""
    theirs, before = precedence.of_refund(there), there.customer_id
    is_mine = there.customer_id == event.customer
    if mine < theirs and not (mine.is_named and is_mine and not theirs.is_named):
        return set()
    if mine >= theirs:
        there.refunded_at, there.reason, there.batch = event.occurred_at, _reason(event), batch
        there.customer_id = order.customer_id if order else event.customer
    is_for_good = mine.is_named or (is_mine and theirs.is_named) or (order is not None and order.person is None)
    there.person = None if is_for_good else event.person
    names = ("refunded_at", "reason", "batch", "customer_id", "person")
    _of_document(there).update(**{name: getattr(there, name) for name in names})
    return {before, there.customer_id}


def _of_document(refund: Refund) -> QuerySet[Refund]:
    return Refund.objects.filter(shop=refund.shop, document=refund.document)


def _is_cancellation(event: Happened) -> bool:
    return completing.is_cancellation(event.name, event.message_id)


def _reason(event: Happened) -> str:
    return str(event.facts.get("reason") or ("cancelled" if _is_cancellation(event) else ""))[:LONGEST_WORD]


def _document(event: Happened, number: str) -> str:
    """Stands for the message in what a document's name may hold; for a cancellation the same whoever tells of it."""
    if _is_cancellation(event):
        return completing.cancellation_document(number)
    return f"{number} {completing.digest(event.message_id)}"


def _rest(order: Order) -> list[Part]:
    """What is left of an order's lines; without any, a line of nothing, so that it is known that it came back."""
    taken = RefundMatch.objects.filter(order=order).values("ordinal").annotate(units=Sum("units"), money=Sum("amount"))
    gone = {each["ordinal"]: (each["units"], each["money"]) for each in taken}
    rest = []
    for line in OrderLine.objects.filter(order=order).select_related("product").order_by("ordinal"):
        units, money = gone.get(line.ordinal, (NOTHING, NOTHING))
        if line.quantity > units:
            rest.append((line.product, line.quantity - units, max(line.amount - money, NOTHING)))
    return rest or [(None, NOTHING, NOTHING)]


def _share(order: Order, money: Decimal) -> list[Part]:
    """The share of each line that so much money took back; nothing said: all of it. A shop that gives back three of
    twenty takes back that part of the goods, so that the order is still a purchase."""
    rest = _rest(order)
    left = sum(part[2] for part in rest)
    if not NOTHING < money < left:
        return rest
    share = money / left
    return [
        (product, max((units * share).quantize(UNITS), UNITS), (amount * share).quantize(MONEY))
        for product, units, amount in rest
    ]


def fill_up(order: Order) -> None:
    """Make out what refunds that came before their order, and named no products, took back of it."""
    early = Refund.objects.filter(shop=order.shop, refers_to=order.number, quantity=0)
    for refund in early:
        Refund.objects.filter(pk=refund.pk).delete()
        _write_as(refund, _share(order, refund.amount))


def _write_as(refund: Refund, parts: Sequence[Part]) -> None:
    """What came back, as this line of it says otherwise."""
    for ordinal, (product, quantity, amount) in enumerate(parts, start=1):
        refund.pk, refund.ordinal = None, ordinal
        refund.product, refund.quantity, refund.amount = product, quantity, amount
        refund.save(force_insert=True)


def uncancel(orders: Collection[Order]) -> list[tuple[Order, Refund]]:
    """Take back what came back by cancellations, of orders whose goods are others now. Returns these orders, each with
    a line that says who cancelled it, for `cancel_anew`."""
    by_document = {completing.cancellation_document(order.number): order for order in orders}
    theirs = Refund.objects.filter(shop__in={order.shop_id for order in orders}, document__in=by_document)
    theirs = theirs.exclude(batch__source=FILES_BATCH)
    first = {refund.document: refund for refund in theirs.order_by("-ordinal")}
    theirs.delete()
    return [(by_document[document], refund) for document, refund in sorted(first.items())]


def cancel_anew(cancelled: Collection[tuple[Order, Refund]]) -> None:
    """Whatever is told of an order's goods, a cancelled one has come back: what other refunds left of it."""
    for order, refund in cancelled:
        _write_as(refund, _rest(order))


def go_with(order: Order) -> None:
    """What messages say came back of an order is of the same customer, and for good where the order is."""
    theirs = Refund.objects.filter(shop=order.shop, refers_to=order.number).exclude(batch__source=FILES_BATCH)
    theirs.exclude(customer=order.customer_id).update(customer=order.customer_id)
    if order.person is None:
        theirs.exclude(person=None).update(person=None)


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
