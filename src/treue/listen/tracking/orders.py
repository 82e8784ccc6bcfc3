"""Events that tell of orders, into the shop's orders.

One order told by a library, a webhook and a file is one order, by its number. Whose word counts says `precedence`; of
the same kind, what says that it is an update. Anybody may say that an order was refunded or cancelled, in whatever
order that arrives.

An order of a visitor whom nobody knows waits in the log, and is written once the visitor is recognised.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import groupby

from treue.core.commerce import completing, touched
from treue.core.commerce.models import Batch, Channel, Order, OrderLine, Product, RefundMatch
from treue.core.customers import persons
from treue.core.customers.identities import Recognised
from treue.core.events import parking
from treue.core.events.errors import NotNow
from treue.core.events.happened import Happened
from treue.core.events.models import FILES
from treue.core.shop import locking
from treue.core.shop.models import Shop
from treue.listen.imports.storing.matching import rematch_few
from treue.listen.tracking import known_as, names, precedence, refunds, told
from treue.listen.tracking.order_errors import OrderOfAnotherCustomer, UnusableOrder
from treue.listen.tracking.precedence import Word
from treue.listen.tracking.told import Line, Rules

LONGEST_CHANNEL, LONGEST_COUNTRY = 60, 60


def take(events: Sequence[Happened]) -> None:
    """Write what events of any shops tell. Raises NotNow while an import runs in one of them.

    Whoever recognises a visitor at this moment has not seen what is read here, or is waited for.
    """
    visitors = persons.who_they_are({each.person for each in events if each.person not in (None, each.customer)})
    for event in events:
        event.customer = visitors.get(event.person, event.customer)
    mine = (each for each in events if each.source != FILES and each.customer is not None)
    for shop_id, of_shop in groupby(sorted(mine, key=_shop), key=_shop):
        shop = Shop.objects.filter(pk=shop_id).first()
        if shop is None:
            continue  # it is being removed
        if not locking.try_until_commit(shop_id):
            raise NotNow
        Book(shop, visitors).write(of_shop)


def _shop(event: Happened) -> int:
    return event.shop_id


def follow(recognised: Iterable[Recognised]) -> None:
    """The orders of visitors go to who they are today; those of a visitor who is nobody's any more only stand in the
    log, or where its old months went. They are written apart: one that cannot be an order must not keep a person from
    being recognised."""
    known = {}
    for each in recognised:
        if each.before is not None:
            _take_back(each)
        if each.customer is not None:
            parking.follow([each.number], each.customer)
            known[each.number] = each.customer
    parking.take_up(completing.REACTION, known, names.ORDERS)


def _take_back(visitor: Recognised) -> None:
    orders = Order.objects.filter(person=visitor.number)
    for shop_id, customer in list(orders.values_list("shop", "customer").distinct()):
        if not locking.try_until_commit(shop_id):
            raise NotNow
        touched.mark(shop_id, [customer])
    refunds.delete(person=visitor.number)
    RefundMatch.objects.filter(order__in=orders).delete()
    OrderLine.objects.filter(order__in=orders)._raw_delete("default")
    orders._raw_delete("default")


class Book:
    """A shop's orders, written to under its lock."""

    def __init__(self, shop: Shop, visitors: Collection[int]) -> None:
        """visitors: the numbers among the events' that are visitors'."""
        self.shop = shop
        self.visitors = visitors
        self.rules = Rules.of(shop)
        self.kinds = {name: kind for (_, name), kind in known_as.kinds([shop]).items()}
        self.customers: set[int] = set()
        self.replaced: list[Order] = []
        self.batches: dict[str, Batch] = {}
        self.channels: dict[str, Channel] = {}

    def write(self, events: Iterable[Happened]) -> None:
        for event in events:
            number = told.order_number(event.facts)
            order = Order.objects.select_related("batch").filter(shop=self.shop, number=number).first()
            mine = precedence.of_event(event, self.kinds, self.visitors)
            self._write(event, number, mine, order)
        self._settle()

    def _write(self, event: Happened, number: str, mine: Word, order: Order | None) -> None:
        if order is not None and order.customer_id != event.customer and not self._may_speak_of(order, event, mine):
            return
        lines = told.lines(event.facts, self.rules)
        before = order.customer_id if order is not None else event.customer
        if precedence.takes_back(event):
            products = self._products(lines)
            self.customers |= refunds.write(event, mine, number, order, lines, products, self._batch(event))
        elif order is None:
            self._add(event, number, lines)
        elif not self._hear_again(event, mine, order, lines):
            return
        self.customers |= {event.customer, before}

    def _may_speak_of(self, order: Order, event: Happened, mine: Word) -> bool:
        """Of the order of another customer. A server may say whose order it likes came back; whose word counts more,
        whose the order is. A visitor, or a browser, who tells of it like others is not heard.

        Raises OrderOfAnotherCustomer where two say what cannot both be true, or want to change what is not theirs.
        """
        if precedence.takes_back(event):
            if not mine.is_of_a_browser:
                return True
        elif mine > (theirs := precedence.of_order(order)):
            return True
        elif mine < theirs and not precedence.is_change(event) and (mine.is_of_a_browser or not mine.is_named):
            return False
        raise OrderOfAnotherCustomer(order.number)

    def _settle(self) -> None:
        if self.customers and refunds.concern(self.shop, self.customers):
            cancelled = refunds.uncancel(self.replaced)
            rematch_few(self.shop, self.customers)
            if cancelled:
                refunds.cancel_anew(cancelled)
                rematch_few(self.shop, self.customers)
        touched.mark(self.shop.pk, self.customers)

    def _add(self, event: Happened, number: str, lines: Sequence[Line]) -> None:
        if not lines:
            raise UnusableOrder("total")
        order = Order(
            shop=self.shop,
            number=number,
            customer_id=event.customer,
            person=event.person if event.person != event.customer else None,
            ordered_at=event.occurred_at,
        )
        self._fill(order, event, lines)
        order.save(force_insert=True)
        self._add_lines(order, lines)
        refunds.fill_up(order)
        refunds.go_with(order)

    def _hear_again(self, event: Happened, mine: Word, order: Order, lines: Sequence[Line]) -> bool:
        """Returns whether that changes the order.

        What it says of goods replaces what was there, where its word counts; where it says nothing of them, they stay.
        An order that was a visitor's, and that somebody tells of by the customer's name, is the customer's for good.
        """
        was = order.customer_id, order.person, order.ordered_at
        theirs, is_change = precedence.of_order(order), precedence.is_change(event)
        replaces = bool(lines) and precedence.replaces(event, mine, order, theirs, self.kinds)
        if mine.is_named or order.customer_id != event.customer or (mine > theirs and not theirs.is_named):
            order.customer_id, order.person = event.customer, event.person if event.person != event.customer else None
        if mine >= theirs and not is_change:
            order.ordered_at = event.occurred_at
        if not replaces and was == (order.customer_id, order.person, order.ordered_at):
            return False
        OrderLine.objects.filter(order=order).update(bought_at=order.ordered_at)
        if replaces:
            order.country = order.country if is_change else ""
            RefundMatch.objects.filter(order=order).delete()
            OrderLine.objects.filter(order=order)._raw_delete("default")
            self._fill(order, event, lines)
        order.save()
        if replaces:
            self._add_lines(order, lines)
            self.replaced.append(order)
        refunds.go_with(order)
        return True

    def _fill(self, order: Order, event: Happened, lines: Sequence[Line]) -> None:
        order.channel = self._channel(event)
        order.country = str(event.facts.get("country") or order.country)[:LONGEST_COUNTRY]
        order.category = lines[0].category
        order.amount, order.units = sum(line.amount for line in lines), sum(line.quantity for line in lines)
        order.refunded_amount = order.refunded_units = 0
        order.batch = self._batch(event)

    def _add_lines(self, order: Order, lines: Sequence[Line]) -> None:
        products = self._products(lines)
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order,
                ordinal=ordinal,
                bought_at=order.ordered_at,
                product=products.get(line.code),
                quantity=line.quantity,
                unit_price=(line.amount / line.quantity).quantize(told.MONEY),
                amount=line.amount,
            )
            for ordinal, line in enumerate(lines, start=1)
        )

    def _kind(self, event: Happened) -> str:
        return self.kinds.get(event.source, event.source)

    def _batch(self, event: Happened) -> Batch:
        """One for all that came by sources of a kind."""
        kind = self._kind(event)
        if kind not in self.batches:
            first = Batch.objects.filter(shop=self.shop, source=kind).order_by("pk").first()
            self.batches[kind] = first or Batch.objects.create(shop=self.shop, source=kind)
        return self.batches[kind]

    def _channel(self, event: Happened) -> Channel:
        name = str(event.facts.get("channel") or event.facts.get("affiliation") or event.source)[:LONGEST_CHANNEL]
        if name not in self.channels:
            self.channels[name] = Channel.objects.get_or_create(shop=self.shop, name=name)[0]
        return self.channels[name]

    def _products(self, lines: Sequence[Line]) -> dict[str | None, Product]:
        """By code; those that are new are made, and what was not known of one is filled in."""
        first = {line.code: line for line in lines if line.code}
        known = {each.code: each for each in self._known(first)}
        new = [
            Product(shop=self.shop, code=code, name=line.name, category=line.category)
            for code, line in sorted(first.items())
            if code not in known
        ]
        Product.objects.bulk_create(new, ignore_conflicts=True)
        for code, product in known.items():
            _fill_in(product, first[code])
        return {each.code: each for each in self._known(first)} if new else known

    def _known(self, codes: Collection[str]) -> Iterable[Product]:
        return Product.objects.filter(shop=self.shop, code__in=codes)


def _fill_in(product: Product, line: Line) -> None:
    """Names and categories are kept up by the file of products; orders only fill what is empty."""
    empty = [name for name in ("name", "category") if not getattr(product, name) and getattr(line, name)]
    for name in empty:
        setattr(product, name, getattr(line, name))
    if empty:
        product.save(update_fields=empty)
