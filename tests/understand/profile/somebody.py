"""Customers for tests: the smallest that are valid, by name."""

from datetime import UTC, datetime
from decimal import Decimal

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.profile.models import BuyingProfile, NeverOrdered


def shop(**fields: object) -> Shop:
    return Shop.objects.first() or Shop.objects.create(**{"name": "Teehaus", "zone": "Europe/Berlin", **fields})


def person(number: str, name: str = "", **fields: object) -> Customer:
    """Somebody who never ordered."""
    return Customer.objects.create(shop=shop(), number=number, name=name, **fields)


def buyer(number: str, name: str = "", *, email: str = "", city: str = "", **bought: object) -> Customer:
    """Somebody with a buying profile: two orders in 2026 over 100 together, unless told otherwise."""
    customer = person(number, name, email=email, city=city)
    values = {
        "first_order_at": datetime(2026, 1, 10, 9, 0, tzinfo=UTC),
        "last_order_at": datetime(2026, 6, 10, 9, 0, tzinfo=UTC),
        "orders": 2,
        "revenue": Decimal(100),
        "channel": "App",
        "country": "DE",
        "category": "Kaffee",
        **bought,
    }
    NeverOrdered.objects.filter(customer=customer).delete()
    words = Customer.objects.values_list("words", flat=True).get(pk=customer.pk)
    BuyingProfile.objects.create(customer=customer, shop=customer.shop, words=words, **values)
    return customer
