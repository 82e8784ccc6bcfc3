"""Orders as the shop's server tells of them: some that its files bring too, and those made since the files end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import count

import numpy as np

from treue.core.commerce.models import Order, OrderLine, Refund
from treue.core.customers.models import Customer
from treue.core.events.models import Source
from treue.core.shop.models import Shop
from treue.listen.demo.choosing import name, some
from treue.listen.demo.telling import Message
from treue.listen.demo.visits import Basket
from treue.science.simulate.parameters import COUNTRIES, CURRENCY
from treue.science.simulate.people import people

SERVER = Source.Kind.SERVER
DAY, WEEK = timedelta(days=1), timedelta(days=7)
BUYERS_OF_WEEKS = 12
LATE_ORDERS = 3  # of yesterday, so that there is something live just after midnight too
MOST_TODAY = 150
TRIES = 5
DIGITS = 7


@dataclass(frozen=True, slots=True)
class Sale:
    """An order that was made. customer: their number. traits: of somebody whom the shop has not known before."""

    number: str
    customer: str
    at: datetime
    channel: str
    country: str
    basket: Sequence[dict[str, object]]
    traits: dict[str, object] | None = None

    def as_basket(self) -> Basket:
        return Basket(self.basket, order=self.number)


def of_files(orders: Iterable[Order]) -> list[Sale]:
    """orders: with customer, channel and lines."""
    return [
        Sale(each.number, each.customer.number, each.ordered_at, each.channel.name, each.country, _basket(each))
        for each in orders
    ]


def with_lines(orders: Iterable[Order]) -> Iterable[Order]:
    return orders.select_related("customer", "channel").prefetch_related("lines__product")


def _basket(order: Order) -> list[dict[str, object]]:
    return [product(line) for line in order.lines.all() if line.product]


def product(line: OrderLine) -> dict[str, object]:
    return {
        "sku": line.product.code,
        "name": line.product.name,
        "category": line.product.category,
        "price": float(line.unit_price),
        "quantity": float(line.quantity),
    }


def messages(rng: np.random.Generator, sale: Sale) -> list[Message]:
    """What the server says of a sale: of somebody new first who they are."""
    facts = {
        "order_id": sale.number,
        "channel": sale.channel,
        "country": sale.country,
        "currency": CURRENCY,
        "total": sale.as_basket().value,
        "products": list(sale.basket),
    }
    told = [server(rng, sale.at, sale.customer, {"type": "track", "event": "Order Completed", "properties": facts})]
    if sale.traits:
        known_at = sale.at - timedelta(seconds=40)
        told.insert(0, server(rng, known_at, sale.customer, {"type": "identify", "traits": sale.traits}))
    return told


def server(rng: np.random.Generator, at: datetime, customer: str, said: dict[str, object]) -> Message:
    context = {"library": {"name": "analytics-python"}}
    return Message(at, SERVER, {**said, "userId": customer, "messageId": name(rng), "context": context})


class Till:
    """Sells since the files end as a week before: as often, at the same hours, to whoever bought there lately."""

    def __init__(self, shop: Shop, rng: np.random.Generator, now: datetime) -> None:
        self._shop, self._rng, self._now = shop, rng, now
        self._midnight = datetime.combine(now.astimezone(shop.tz).date(), time.min, shop.tz)
        last = Customer.everyone.filter(shop=shop).order_by("-number").values_list("number", flat=True)[0]
        self._new = count(int(last.removeprefix("K")) + 1)
        since = self._midnight - DAY
        self._numbers = set(Order.objects.filter(shop=shop, ordered_at__gte=since).values_list("number", flat=True))
        self._buyers = self._of_channels(now - timedelta(weeks=BUYERS_OF_WEEKS))

    def _of_channels(self, since: datetime) -> dict[int, list[tuple[str, str]]]:
        """Number and country of who bought, by channel. Whoever sent something back is left out: with each of their
        orders their refunds are matched anew, which would keep the first page waiting."""
        found = defaultdict(list)
        orders = Order.objects.filter(shop=self._shop, ordered_at__gte=since, ordered_at__lt=self._now - 3 * WEEK)
        contented = orders.exclude(customer__in=Refund.objects.filter(shop=self._shop).values("customer"))
        for channel, *buyer in contented.order_by("number").values_list("channel", "customer__number", "country"):
            found[channel].append(tuple(buyer))
        return found

    def sales(self) -> list[Sale]:
        late = self._a_week_before(self._midnight - DAY, self._midnight)
        today = self._a_week_before(self._midnight, self._now)
        return [self._sale(each) for each in [*late[-LATE_ORDERS:], *today[:MOST_TODAY]] if each.amount]

    def _a_week_before(self, begins: datetime, ends: datetime) -> list[Order]:
        span = {"ordered_at__gte": begins - WEEK, "ordered_at__lt": ends - WEEK}
        return list(with_lines(Order.objects.filter(shop=self._shop, **span)).order_by("ordered_at", "number"))

    def _sale(self, model: Order) -> Sale:
        at = model.ordered_at + WEEK
        customer, country, traits = self._buyer(model, at)
        number = self._number(at, customer)
        self._numbers.add(number)
        return Sale(number, customer, at, model.channel.name, country, _basket(model), traits)

    def _buyer(self, model: Order, at: datetime) -> tuple[str, str, dict[str, object] | None]:
        """Somebody new for somebody who was new, else one of the channel's who has not bought on that day yet."""
        was_new = not Order.objects.filter(customer=model.customer, ordered_at__lt=model.ordered_at).exists()
        buyers = () if was_new else self._buyers[model.channel_id]
        free = [each for each in some(self._rng, buyers, TRIES) if self._number(at, each[0]) not in self._numbers]
        return (*free[0], None) if free else self._newcomer(model.country)

    def _newcomer(self, country: str) -> tuple[str, str, dict[str, object]]:
        digits = next(self._new)
        who = people(self._rng, np.array([COUNTRIES.index(country)]), np.array([digits]))
        said = {name: who[name][0].as_py() for name in ("name", "email", "city")}
        traits = {"name": said["name"], "email": said["email"], "address": {"city": said["city"], "country": country}}
        return f"K{digits:0{DIGITS}d}", country, traits

    def _number(self, at: datetime, customer: str) -> str:
        return f"{at.astimezone(self._shop.tz):%y%m%d}-{customer.removeprefix('K')}"
