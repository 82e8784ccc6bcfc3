"""The last weeks of the demo shop: its sources, who visited it, what was ordered live, who agreed to what."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from treue.core.commerce.models import Order, OrderLine
from treue.core.customers.models import Customer
from treue.core.events import reacting, reading
from treue.core.events.models import Source
from treue.core.shop.models import Shop
from treue.listen.demo import selling, visits
from treue.listen.demo.choosing import between, chance, some
from treue.listen.demo.consents import Journal
from treue.listen.demo.selling import Sale
from treue.listen.demo.telling import Message, tell
from treue.listen.demo.visits import Guest
from treue.listen.tracking import keys, sources
from treue.listen.tracking.keys import Sender
from treue.listen.tracking.limits import Allowance

SEED = 20261128
WEEKS = timedelta(weeks=6)
REGULARS, LATEST, STRANGERS, CARDS = 60, 15, 180, 25
ANSWERED = 40  # of the regulars: what they agreed to
ON_THE_SHELF = 400
MOST_VISITS = 3
FORGOTTEN = 3  # events of the last day that name nobody, and are refused
A_MINUTE = timedelta(minutes=1)


def happen(shop: Shop, *, now: datetime, online: str) -> None:
    """Tell the story up to a moment, and have everything react to it. online: what the web shop's channel is called.

    The keys of its sources are made and thrown away: whoever wants to send something gives a source a new one.
    """
    rng = np.random.default_rng(SEED)
    story = Story(shop, rng, now, online)
    with transaction.atomic():
        Journal(shop, rng, now).tell(story.regulars[:ANSWERED])
        tell(_senders(shop, now - WEEKS), story.messages(), now)
    reading.begin()
    reacting.drain()


def _senders(shop: Shop, since: datetime) -> dict[str, Sender]:
    names = {Source.Kind.BROWSER: _("Online shop"), Source.Kind.SERVER: _("Shop server")}
    made = [sources.add(shop=shop, name=names[kind], kind=kind, by=None, live_since=since)[0] for kind in names]
    return {source.kind: keys.sender_of(source, Allowance(source.events_per_second)) for source in made}


class Story:
    """regulars: those who stand on top of the list of customers, and some who ordered in the web shop lately."""

    def __init__(self, shop: Shop, rng: np.random.Generator, now: datetime, online: str) -> None:
        self._shop, self._rng, self._now, self._online = shop, rng, now, online
        self._since = now - WEEKS
        self._orders = Order.objects.filter(shop=shop, ordered_at__gte=self._since, channel__name=online)
        self._shelf = self._shelf_of(self._orders)
        self.regulars = self._some_regulars()
        self._guests = {each.number: visits.somebody(rng) for each in self.regulars}

    def _shelf_of(self, orders: QuerySet[Order]) -> list[dict[str, object]]:
        """What was sold lately, the more of it the more often."""
        lines = OrderLine.objects.filter(order__in=orders).select_related("product").exclude(product=None)
        return [selling.product(each) for each in lines.order_by("-order__number", "ordinal")[:ON_THE_SHELF]]

    def _some_regulars(self) -> list[Customer]:
        orders = Order.objects.filter(shop=self._shop).order_by("-ordered_at", "number")
        latest = list(orders.values_list("customer__number", flat=True)[:LATEST])
        others = sorted(set(self._orders.values_list("customer__number", flat=True)) - {*latest})
        chosen = [*latest, *some(self._rng, others, REGULARS - LATEST)]
        known = {each.number: each for each in Customer.objects.filter(shop=self._shop, number__in=chosen)}
        return [known[number] for number in dict.fromkeys(chosen)]

    def messages(self) -> list[Message]:
        of_files = selling.of_files(selling.with_lines(self._orders.filter(customer__in=self.regulars)))
        told = [message for sale in of_files for message in self._sold(sale)]
        told += [
            message for sale in selling.Till(self._shop, self._rng, self._now).sales() for message in self._sold(sale)
        ]
        for customer in self.regulars:
            told += self._browsed(customer)
        for _stranger in range(STRANGERS):
            told += self._visited(visits.somebody(self._rng))
        told += self._cards() + self._shared_tablet()
        told += [visits.nobody(self._rng, self._lately()) for _each in range(FORGOTTEN)]
        return [each for each in told if self._since <= each.at <= self._now]

    def _sold(self, sale: Sale) -> list[Message]:
        told = selling.messages(self._rng, sale)
        if sale.channel == self._online and sale.basket:
            guest = self._guests.setdefault(sale.customer, visits.somebody(self._rng))
            told += visits.buy(
                self._rng, guest.signed_in(sale.customer), sale.at - timedelta(seconds=2), sale.as_basket()
            )
        return told

    def _browsed(self, customer: Customer) -> list[Message]:
        """Visits of which only the device is known, until they sign in there."""
        guest = self._guests[customer.number]
        signed_in_at = between(self._rng, self._since, self._now)
        told = [visits.sign_in(self._rng, guest.signed_in(customer.number), signed_in_at, {"email": customer.email})]
        for _visit in range(self._rng.integers(1, MOST_VISITS + 1)):
            at = between(self._rng, self._since, self._now)
            who = guest.signed_in(customer.number) if at > signed_in_at else guest
            told += visits.look_around(self._rng, who, at, self._shelf)
        return told

    def _visited(self, guest: Guest) -> list[Message]:
        return [
            message
            for _visit in range(2 if chance(self._rng, 0.3) else 1)
            for message in visits.look_around(self._rng, guest, between(self._rng, self._since, self._now), self._shelf)
        ]

    def _cards(self) -> list[Message]:
        """Whoever has a card of the shop; numbers of telephones are of those that are never given away."""
        return [
            selling.server(
                self._rng,
                between(self._rng, self._since, self._now),
                customer.number,
                {"type": "identify", "traits": self._card(customer, place)},
            )
            for place, customer in enumerate(some(self._rng, self.regulars, CARDS))
        ]

    def _card(self, customer: Customer, place: int) -> dict[str, str]:
        traits = {"loyalty_card": f"TV {4100 + place} {self._rng.integers(1000, 10000)}"}
        return traits | ({"phone": f"+49 30 23125 {place:03d}"} if customer.country == "DE" else {})

    def _shared_tablet(self) -> list[Message]:
        """Two of one city who sign in on the same device: what was done there before is neither's."""
        pair = _of_one_city(self.regulars)
        tablet = visits.somebody(self._rng, agent=visits.TABLET)
        begins = self._now - WEEKS / 2
        told = visits.look_around(self._rng, tablet, begins, self._shelf) if pair else []
        for place, each in enumerate(pair, start=1):
            at = begins + timedelta(days=3 * place)
            told.append(visits.sign_in(self._rng, tablet.signed_in(each.number), at, {"email": each.email}))
            told += visits.look_around(self._rng, tablet.signed_in(each.number), at + A_MINUTE, self._shelf)
        return told

    def _lately(self) -> datetime:
        return between(self._rng, self._now - timedelta(hours=20), self._now)


def _of_one_city(customers: Sequence[Customer]) -> tuple[Customer, ...]:
    first: dict[str, Customer] = {}
    for each in customers:
        if each.city and each.city in first:
            return first[each.city], each
        first[each.city] = each
    return ()
