"""The smallest orders and refunds a test can write into PostgreSQL. Moments are told in the shop's zone."""

from datetime import datetime
from decimal import Decimal

from treue.core.commerce.models import Batch, Channel, Order, OrderLine, Product, Refund, RefundMatch
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop


def customer(shop: Shop, number: str = "A", **fields: object) -> Customer:
    return Customer.objects.get_or_create(shop=shop, number=number, defaults=fields)[0]


def product(shop: Shop, code: str, unit_cost: object = None) -> Product:
    return Product.objects.create(shop=shop, code=code, unit_cost=unit_cost)


def order(
    of: Customer,
    at: str = "2026-03-01 10:00",
    amount: object = 10,
    *,
    units: object = 1,
    channel: str = "",
    number: str = "",
    product: Product | None = None,
    cost: object = None,
    **fields: object,
) -> Order:
    """An order of one line."""
    moment = local(of.shop, at)
    made = Order.objects.create(
        shop=of.shop,
        number=number or f"B{Order.objects.count() + 1}",
        customer=of,
        ordered_at=moment,
        amount=amount,
        units=units,
        channel=Channel.objects.get_or_create(shop=of.shop, name=channel)[0] if channel else None,
        batch=Batch.objects.create(shop=of.shop, source="test"),
        **fields,
    )
    OrderLine.objects.create(
        order=made, ordinal=1, bought_at=moment, product=product, quantity=units, amount=amount, cost=cost
    )
    return made


def refund(of: Order, at: str, amount: object, units: object = 1) -> Refund:
    """A refund of an order's only line, matched as an import would."""
    made = Refund.objects.create(
        shop=of.shop,
        number=(number := f"R{Refund.objects.count() + 1}"),
        document=number,
        ordinal=1,
        customer=of.customer,
        quantity=units,
        amount=amount,
        refunded_at=local(of.shop, at),
        batch=of.batch,
    )
    RefundMatch.objects.create(refund=made, order=of, ordinal=1, units=units, amount=amount)
    of.refunded_amount = Decimal(of.refunded_amount) + Decimal(amount)
    of.refunded_units = Decimal(of.refunded_units) + Decimal(units)
    of.save()
    return made


def local(shop: Shop, at: str) -> datetime:
    return datetime.fromisoformat(at).replace(tzinfo=shop.tz)
