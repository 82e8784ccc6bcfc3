"""The smallest order that a test can write."""

from datetime import UTC, datetime

from treue.core.commerce.models import Batch, Order, OrderLine
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

MOMENT = datetime(2026, 3, 1, 10, tzinfo=UTC)


def order(shop: Shop, number: str = "B1") -> Order:
    """Of one line, two units for ten."""
    made = Order.objects.create(
        shop=shop,
        number=number,
        customer=Customer.objects.get_or_create(shop=shop, number="A")[0],
        ordered_at=MOMENT,
        amount=10,
        units=2,
        batch=Batch.objects.create(shop=shop, source="test"),
    )
    OrderLine.objects.create(order=made, ordinal=1, bought_at=MOMENT, quantity=2, amount=10)
    return made
