"""Orders through the API."""

from datetime import datetime
from typing import Annotated

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from ninja import Field, Path, Query, Router

from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import NOT_FOUND, Problem
from treue.core.api.values import LARGEST_ID, Moment, PathId, Text, money, plain
from treue.core.commerce.api_answers import LineOut, OrderDetail, OrderOut, OrderPage, ProductOut, RefundOut
from treue.core.commerce.models import Order, OrderLine, Product
from treue.core.customers import persons
from treue.core.customers.api import customer_of
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

router = Router(tags=["Orders"])


class Between(Paged):
    since: Annotated[
        Moment | None, Field(description="Ordered at this moment or later.", examples=["2026-11-01T00:00:00+01:00"])
    ] = None
    until: Annotated[Moment | None, Field(description="Ordered before it.", examples=["2026-12-01T00:00:00Z"])] = None


class OrderQuery(Between):
    customer: Annotated[
        int | None, Field(ge=1, le=LARGEST_ID, description="The id of a customer.", examples=[4711])
    ] = None


@reads(router, "/orders", answer=OrderPage, summary="List orders")
def list_orders(request: HttpRequest, query: Query[OrderQuery]) -> OrderPage:
    """The newest first. Nothing is found for a customer that the shop does not know."""
    shop = request.auth.shop
    orders = Order.objects.filter(shop=shop)
    if query.customer is not None:
        today = persons.customers_of([query.customer]).get(query.customer)
        customer = Customer.objects.filter(shop=shop, pk=today).first()
        orders = orders.filter(customer__in=persons.numbers_of(customer)) if customer else orders.none()
    return _page(orders, query, shop)


@reads(router, "/customers/{customer_id}/orders", answer=OrderPage, summary="List a customer's orders")
def list_orders_of_customer(request: HttpRequest, customer_id: PathId, query: Query[Between]) -> OrderPage:
    """The newest first."""
    shop = request.auth.shop
    numbers = persons.numbers_of(customer_of(shop, customer_id))
    return _page(Order.objects.filter(shop=shop, customer__in=numbers), query, shop)


@reads(router, "/orders/{path:number}", answer=OrderDetail, summary="Read an order with its lines")
def read_order(
    request: HttpRequest,
    number: Annotated[Text, Path(max_length=80, description="The shop's number.", example="A-2026-0815")],
) -> OrderDetail:
    """With everything that came back of it."""
    shop = request.auth.shop
    order = Order.objects.select_related("channel").filter(shop=shop, number=number).first()
    if order is None:
        raise Problem(NOT_FOUND, "The shop has no such order.")
    lines = OrderLine.objects.filter(order=order).select_related("product").order_by("ordinal")
    # A refund can take back lines of several orders: only what it took of this one is told.
    matches = order.refund_matches.select_related("refund__product").order_by("refund__refunded_at", "pk")
    return OrderDetail(
        **_facts(order, persons.customers_of([order.customer_id]), shop),
        lines=[_line(line, shop) for line in lines],
        refunds=[
            RefundOut(
                number=match.refund.number,
                refunded_at=match.refund.refunded_at,
                product=_product(match.refund.product),
                quantity=plain(match.units),
                amount=money(match.amount, shop.currency),
                reason=match.refund.reason or None,
            )
            for match in matches
        ],
    )


def _page(orders: QuerySet[Order], query: Between, shop: Shop) -> OrderPage:
    if query.since is not None:
        orders = orders.filter(ordered_at__gte=query.since)
    if query.until is not None:
        orders = orders.filter(ordered_at__lt=query.until)
    if query.after is not None:
        micros, last = keyset.key_in(query.after, of="orders", size=2)
        orders = orders.filter(_before(keyset.moment(micros), last))
    found = list(orders.select_related("channel").order_by("-ordered_at", "-pk")[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    today = persons.customers_of({order.customer_id for order in page})
    end = keyset.cursor("orders", keyset.micros(page[-1].ordered_at), page[-1].pk) if more else None
    return OrderPage(data=[OrderOut(**_facts(order, today, shop)) for order in page], next=end)


def _before(moment: datetime, last: int) -> Q:
    """The first condition is the second one's shadow, in a form that an index can answer."""
    return Q(ordered_at__lte=moment) & (Q(ordered_at__lt=moment) | Q(pk__lt=last))


def _facts(order: Order, today: dict[int, int], shop: Shop) -> dict[str, object]:
    return {
        "number": order.number,
        "customer": today.get(order.customer_id, order.customer_id),
        "ordered_at": order.ordered_at,
        "channel": order.channel.name if order.channel else None,
        "country": order.country or None,
        "category": order.category or None,
        "total": money(order.amount, shop.currency),
        "units": plain(order.units),
        "refunded": money(order.refunded_amount, shop.currency),
        "refunded_units": plain(order.refunded_units),
    }


def _line(line: OrderLine, shop: Shop) -> LineOut:
    return LineOut(
        ordinal=line.ordinal,
        product=_product(line.product),
        quantity=plain(line.quantity),
        unit_price=None if line.unit_price is None else money(line.unit_price, shop.currency),
        amount=money(line.amount, shop.currency),
    )


def _product(product: Product | None) -> ProductOut | None:
    if product is None:
        return None
    return ProductOut(code=product.code, name=product.name or None, category=product.category or None)
