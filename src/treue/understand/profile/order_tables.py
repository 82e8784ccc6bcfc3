"""Orders, the lines of one and what came back of it, as tables and facts ready to print."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.commerce.models import Order, Product, RefundMatch
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile.orders import LinePage, is_purchase


def listed(orders: Sequence[Order], shop: Shop, as_of: date) -> Table:
    columns = [
        Column(_("Order"), full=True),
        Column(_("Day"), numeric=True),
        Column(_("Channel")),
        Column(_("Amount"), numeric=True),
        Column(_("Taken back"), numeric=True),
        Column(_("Remains"), numeric=True),
    ]
    return Table(_("Orders"), columns, [_order(each, shop, as_of) for each in orders], stack=True)


def _order(order: Order, shop: Shop, as_of: date) -> list[str | Cell]:
    day = order.ordered_at.astimezone(shop.tz).date()
    return [
        Cell(order.number, url=reverse("order", args=[order.customer_id, order.pk]), sub=_remark(order, day, as_of)),
        formats.day(day, active_language()),
        order.channel.name if order.channel else formats.NOTHING,
        _money(order.amount, shop),
        _money(order.refunded_amount, shop) if order.refunded_amount else formats.NOTHING,
        _money(order.amount - order.refunded_amount, shop),
    ]


def _remark(order: Order, day: date, as_of: date) -> str:
    """Why an order is not among the figures, where it is not."""
    if not is_purchase(order):
        return _("Came back whole") if order.refunded_units else _("Without revenue")
    return _("Not in the figures yet") if day > as_of else ""


def facts(order: Order, shop: Shop) -> list[tuple[str, str]]:
    language = active_language()
    found = [
        (_("Ordered"), formats.moment(order.ordered_at.astimezone(shop.tz), language)),
        (_("Channel"), order.channel.name if order.channel else ""),
        (_("Country"), formats.country(order.country, language)),
        (_("Category of the first line"), order.category),
        (_("Amount"), _money(order.amount, shop)),
        (_("Taken back"), _money(order.refunded_amount, shop) if order.refunded_amount else ""),
        (_("Remains"), _money(order.amount - order.refunded_amount, shop) if order.refunded_amount else ""),
        (_("In Treue since"), formats.moment(order.batch.created_at.astimezone(shop.tz), language)),
    ]
    return [(name, value) for name, value in found if value]


def lines(order: Order, page: LinePage, shop: Shop) -> Table:
    columns = [
        Column(_("Product"), full=True),
        Column(_("Quantity"), numeric=True),
        Column(_("Price"), numeric=True),
        Column(_("Amount"), numeric=True),
        Column(_("Taken back"), numeric=True),
    ]
    rows = [
        [
            _product(line.product, line.ordinal),
            _units(line.quantity),
            _money(line.unit_price, shop) if line.unit_price is not None else formats.NOTHING,
            _money(line.amount, shop),
            _taken(returned.units, returned.amount, shop) if returned.units or returned.amount else formats.NOTHING,
        ]
        for line, returned in page.lines
    ]
    return Table(_("What was ordered"), columns, rows, foot=_sum(order, shop), stack=True)


def _sum(order: Order, shop: Shop) -> list[str]:
    taken = _taken(order.refunded_units, order.refunded_amount, shop) if order.refunded_amount else formats.NOTHING
    return [_("Whole order"), _units(order.units), "", _money(order.amount, shop), taken]


def refunds(matches: Sequence[RefundMatch], shop: Shop) -> Table:
    columns = [
        Column(_("Refund"), full=True),
        Column(_("Day"), numeric=True),
        Column(_("Quantity"), numeric=True),
        Column(_("Amount"), numeric=True),
        Column(_("Reason")),
    ]
    rows = [
        [
            Cell(match.refund.number, sub=str(match.refund.product or "")),
            formats.day(match.refund.refunded_at.astimezone(shop.tz).date(), active_language()),
            _units(match.units),
            _money(match.amount, shop),
            match.refund.reason or formats.NOTHING,
        ]
        for match in matches
    ]
    return Table(_("What came back"), columns, rows, stack=True)


def _product(product: Product | None, ordinal: int) -> Cell:
    if product is None:
        return Cell(_("Line %(number)s") % {"number": ordinal})
    return Cell(str(product), sub=product.code if product.name else "")


def _taken(units: Decimal, amount: Decimal, shop: Shop) -> str:
    return f"{_units(units)} · {_money(amount, shop)}"


def _units(quantity: Decimal) -> str:
    whole = quantity == quantity.to_integral_value()
    return formats.number(quantity, active_language(), 0 if whole else 3)


def _money(amount: Decimal, shop: Shop) -> str:
    return formats.money(amount, active_language(), shop.currency)
