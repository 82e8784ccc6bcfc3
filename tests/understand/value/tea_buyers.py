"""Customers who buy and leave by known rules, written into PostgreSQL and the lake."""

from datetime import date, timedelta

import numpy as np

from tests.core.lake.buying import local
from treue.core.commerce.models import Batch, Order
from treue.core.customers.models import Customer
from treue.core.lake import writing
from treue.core.shop.models import Shop

AS_OF = date(2026, 6, 30)
DAYS = 364


def sell(shop: Shop, customers: int = 80, *, seed: int = 1, rate: float = 1 / 25, days: int = DAYS) -> list[Customer]:
    """Customers whose first purchases lie in the first third of the days up to AS_OF, and who buy again about every
    `1 / rate` days until they leave, with a probability of 0.15 after each purchase."""
    rng = np.random.default_rng(seed)
    known = Customer.objects.bulk_create(Customer(shop=shop, number=f"{seed}-{place}") for place in range(customers))
    batch = Batch.objects.create(shop=shop, source="test")
    orders = []
    for each in known:
        own_rate, spend = rng.gamma(2, rate / 2), rng.gamma(4, 8)
        at = rng.uniform(0, days / 3)
        while at < days:
            orders.append(_order(each, int(at), round(5 + rng.gamma(6, spend / 6), 2), batch, days))
            if rng.random() < 0.15:
                break
            at += rng.exponential(1 / own_rate)
    for place, one in enumerate(orders):
        one.number = f"{seed}-{place}"
    Order.objects.bulk_create(orders)
    return known


def bought(customer: Customer, day: date, amount: object = 20) -> Order:
    batch = Batch.objects.create(shop=customer.shop, source="test")
    made = _order(customer, 0, amount, batch, (AS_OF - day).days)
    made.number = f"later-{batch.pk}"
    made.save()
    return made


def write_lake(shop: Shop, *, as_of: date = AS_OF) -> None:
    writing.write(shop, as_of=as_of)


def _order(of: Customer, day: int, amount: object, batch: Batch, days: int) -> Order:
    at = local(of.shop, f"{AS_OF - timedelta(days=days - day)} 10:00")
    return Order(shop=of.shop, customer=of, ordered_at=at, amount=amount, units=1, batch=batch)
