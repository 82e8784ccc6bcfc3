"""What one customer's orders add up to: read from PostgreSQL, by the rule that makes a purchase in all figures."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median

from django.db import connection
from django.db.models import Count, F, Min, Q, Sum

from treue.core.commerce.models import Order, Refund
from treue.core.customers.models import Customer
from treue.core.lake.restated import Restated
from treue.core.shop.models import Shop

IN_MONEY = Decimal("0.0001")  # the lake's SQL tells revenue in ten-thousandths

PURCHASES = """
select ordered_at::date, revenue::bigint from ({purchases}) purchases
where ordered_at < %(after)s order by ordered_at, order_id"""


@dataclass(frozen=True)
class Purchase:
    """day: in the shop's own zone. revenue: after refunds."""

    day: date
    revenue: Decimal


@dataclass(frozen=True)
class Person:
    """A customer's buying up to and including a day.

    purchases: the oldest first. orders: how many are stored, those that came back whole and those after as_of too.
    refunded: money taken back, of all orders. unmatched_refunds: those for which no order was found. first_ahead: where
    nothing counts yet, the day of the first purchase after as_of.
    """

    as_of: date
    window_days: int
    purchases: tuple[Purchase, ...]
    orders: int
    refunded: Decimal
    unmatched_refunds: int
    first_ahead: date | None = None

    @property
    def revenue(self) -> Decimal:
        return sum((each.revenue for each in self.purchases), Decimal(0))

    @property
    def average(self) -> Decimal | None:
        return self.revenue / len(self.purchases) if self.purchases else None

    @property
    def first(self) -> date | None:
        return self.purchases[0].day if self.purchases else None

    @property
    def last(self) -> date | None:
        return self.purchases[-1].day if self.purchases else None

    @property
    def days_since(self) -> int | None:
        return (self.as_of - self.last).days if self.last else None

    @property
    def gaps(self) -> list[int]:
        """Days from one day with an order to the next; two orders of one day are one visit."""
        days = sorted({each.day for each in self.purchases})
        return [(later - earlier).days for earlier, later in pairwise(days)]

    @property
    def usual_gap(self) -> float | None:
        """The median number of days between orders."""
        return median(self.gaps) if self.gaps else None

    @property
    def active_until(self) -> date | None:
        """The last day on which the shop counts them as a customer, if no further order comes."""
        return self.last + timedelta(days=self.window_days - 1) if self.last else None

    @property
    def is_active(self) -> bool:
        return self.active_until is not None and self.as_of <= self.active_until


def read(customer: Customer, shop: Shop, as_of: date) -> Person:
    """as_of: the last day that counts, as in the figures."""
    orders, refunded = _stored(customer)
    purchases = _purchases(customer, shop, as_of)
    return Person(
        as_of=as_of,
        window_days=shop.window_days,
        purchases=purchases,
        orders=orders,
        refunded=refunded,
        unmatched_refunds=Refund.objects.filter(customer=customer, matches=None).count(),
        first_ahead=None if purchases else _first_after(customer, shop, as_of),
    )


def _purchases(customer: Customer, shop: Shop, as_of: date) -> tuple[Purchase, ...]:
    restated = Restated(shop.pk, shop.zone, as_of)
    purchases = restated.purchases([range(customer.pk, customer.pk + 1)])
    with connection.cursor() as cursor:
        cursor.execute(PURCHASES.format(purchases=purchases), {"after": as_of + timedelta(days=1)})
        return tuple(Purchase(day, revenue * IN_MONEY) for day, revenue in cursor)


def _first_after(customer: Customer, shop: Shop, as_of: date) -> date | None:
    after = datetime.combine(as_of + timedelta(days=1), time.min, shop.tz)
    left = Q(refunded_units=0) | Q(units__gt=F("refunded_units"))
    counting = Order.objects.filter(left, customer=customer, ordered_at__gte=after, amount__gt=F("refunded_amount"))
    first = counting.aggregate(first=Min("ordered_at"))["first"]
    return first.astimezone(shop.tz).date() if first else None


def _stored(customer: Customer) -> tuple[int, Decimal]:
    found = Order.objects.filter(customer=customer).aggregate(orders=Count("pk"), refunded=Sum("refunded_amount"))
    return found["orders"], found["refunded"] or Decimal(0)
