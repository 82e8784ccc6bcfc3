"""A customer's orders page by page, the latest first, and what one order is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from treue.core.commerce.models import Order, OrderLine, RefundMatch
from treue.core.customers.models import Customer

PAGE = 20
LINES_AT_ONCE = 100


@dataclass(frozen=True)
class OrderPage:
    """newer, older: the order after or before which the neighbouring page begins; None at an end."""

    orders: Sequence[Order]
    newer: int | None
    older: int | None


def page(customer: Customer, *, before: int | None = None, after: int | None = None) -> OrderPage:
    """Twenty orders: those after one in the list (older), those before one (newer), or the latest."""
    orders = Order.objects.filter(customer=customer).select_related("channel")
    if (edge := _edge(orders, before)) is not None:
        return _page_before(orders, edge)
    edge = _edge(orders, after)
    older = orders if edge is None else orders.filter(_older(edge))
    found = list(older.order_by("-ordered_at", "-id")[: PAGE + 1])
    shown = found[:PAGE]
    return OrderPage(
        shown,
        newer=shown[0].pk if shown and edge is not None else None,
        older=shown[-1].pk if len(found) > PAGE else None,
    )


def _page_before(orders: QuerySet[Order], edge: Order) -> OrderPage:
    newer = Q(ordered_at__gt=edge.ordered_at) | Q(ordered_at=edge.ordered_at, pk__gt=edge.pk)
    found = list(orders.filter(newer).order_by("ordered_at", "id")[: PAGE + 1])
    if len(found) <= PAGE:
        found = list(orders.order_by("-ordered_at", "-id")[:PAGE])[::-1]
        return OrderPage(found[::-1], newer=None, older=_last_of(orders, found[0]) if found else None)
    shown = found[:PAGE][::-1]
    return OrderPage(shown, newer=shown[0].pk, older=shown[-1].pk)


def _last_of(orders: QuerySet[Order], oldest: Order) -> int | None:
    """The oldest one shown, where the list goes on after it."""
    return oldest.pk if orders.filter(_older(oldest)).exists() else None


def _edge(orders: QuerySet[Order], number: int | None) -> Order | None:
    return orders.filter(pk=number).first() if number is not None else None


def _older(edge: Order) -> Q:
    return Q(ordered_at__lt=edge.ordered_at) | Q(ordered_at=edge.ordered_at, pk__lt=edge.pk)


def is_purchase(order: Order) -> bool:
    """Whether the order counts: worth something, and not come back whole."""
    left = order.units - order.refunded_units
    return order.amount > 0 and order.amount > order.refunded_amount and (order.refunded_units == 0 or left > 0)


@dataclass(frozen=True)
class Returned:
    units: Decimal = Decimal(0)
    amount: Decimal = Decimal(0)


@dataclass(frozen=True)
class LinePage:
    """lines: each with what came back of it. more_after: the ordinal after which more lines follow."""

    lines: Sequence[tuple[OrderLine, Returned]]
    more_after: int | None


def lines(order: Order, *, after: int = 0) -> LinePage:
    found = list(
        order.lines.filter(ordinal__gt=after).select_related("product").order_by("ordinal")[: LINES_AT_ONCE + 1]
    )
    shown = found[:LINES_AT_ONCE]
    returned = {
        row["ordinal"]: Returned(row["units"], row["amount"])
        for row in order.refund_matches.filter(ordinal__in=[line.ordinal for line in shown])
        .values("ordinal")
        .annotate(units=Sum("units"), amount=Sum("amount"))
    }
    rows = [(line, returned.get(line.ordinal, Returned())) for line in shown]
    return LinePage(rows, shown[-1].ordinal if len(found) > LINES_AT_ONCE else None)


def refunds(order: Order) -> list[RefundMatch]:
    """What came back of an order, the first to come back first; of very many the first hundred."""
    found = order.refund_matches.select_related("refund", "refund__product")
    return list(found.order_by("refund__refunded_at", "refund_id", "ordinal")[:LINES_AT_ONCE])
