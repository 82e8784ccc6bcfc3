"""What happened today so far, straight from the orders: for a shop whose orders arrive as they are made.

The figures of periods end with the last complete day. These are read from PostgreSQL at the moment they are shown, of
the whole shop, and compared with the same hours a week ago: without colours, because a few hours are no merit yet.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from treue.core.commerce.models import Order
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Change, Figure, How, change
from treue.understand.metrics.figures import kinds
from treue.understand.metrics.scope.basis import Basis, active_language

WEEK = timedelta(days=7)
ARRIVING = ("server", "browser", "api")  # the batches of orders that come by themselves

SO_FAR = """
with orders as (
    select customer_id, ordered_at, amount - refunded_amount as revenue from commerce_order
    where shop_id = %(shop)s and ordered_at >= %(since)s and ordered_at <= %(until)s
      and amount > refunded_amount and (refunded_units = 0 or units > refunded_units))
select count(*), coalesce(sum(revenue), 0), count(distinct customer_id) filter (where not exists (
    select from commerce_order earlier
    where earlier.customer_id = orders.customer_id and earlier.ordered_at < %(since)s and earlier.amount > 0))
from orders"""


@dataclass(frozen=True)
class SoFar:
    """A day up to an hour. revenue: after refunds. newcomers: customers without an order before that day."""

    orders: int
    revenue: Decimal
    newcomers: int


def arrives(shop: Shop, now: datetime) -> bool:
    """Whether orders of the last week came by themselves."""
    lately = Order.objects.filter(shop=shop, ordered_at__gte=now - WEEK, ordered_at__lte=now)
    return lately.filter(batch__source__in=ARRIVING).exists()


def so_far(shop: Shop, moment: datetime) -> SoFar:
    """The day of a moment in the shop's zone, from midnight until then."""
    midnight = datetime.combine(moment.astimezone(shop.tz).date(), time.min, shop.tz)
    with connection.cursor() as cursor:
        cursor.execute(SO_FAR, {"shop": shop.pk, "since": midnight, "until": moment})
        return SoFar(*cursor.fetchone())


def figures(shop: Shop, now: datetime) -> list[Figure]:
    """Today's cards; none for a shop whose orders come in files."""
    if not arrives(shop, now):
        return []
    today, before = so_far(shop, now), so_far(shop, now - WEEK)
    language, clock = active_language(), formats.clock(now.astimezone(shop.tz), active_language())
    span = _("until %(clock)s") % {"clock": clock}

    def against(value: str) -> str:
        return _("against the same hours a week ago (%(value)s)") % {"value": value}

    def counted(label: str, count: int, former: int, how: How) -> Figure:
        difference = formats.number(abs(count - former), language)
        compared = change(count - former, text=difference, against=against(formats.number(former, language)))
        return Figure(label, formats.number(count, language), change=compared, how=how, span=span)

    return [
        counted(_("Orders today"), today.orders, before.orders, _how_orders()),
        _revenue(shop, today, before, now, span, against),
        counted(_("New customers today"), today.newcomers, before.newcomers, _how_newcomers()),
    ]


def _revenue(
    shop: Shop, today: SoFar, before: SoFar, now: datetime, span: str, against: Callable[[str], str]
) -> Figure:
    language = active_language()
    size = formats.money(abs(today.revenue - before.revenue), language, shop.currency)
    former = formats.money(before.revenue, language, shop.currency)
    compared: Change = change(today.revenue - before.revenue, text=size, against=against(former))
    how = How(
        _("Amounts of today's orders − what came back of them"),
        _("Orders since midnight in the shop's zone, in its currency, as they stand at this moment."),
    )
    basis = Basis("month", shop.window_days, now.astimezone(shop.tz).date(), shop.currency)
    value, unit = kinds.price(today.revenue, basis)
    return Figure(_("Revenue today"), value, unit, change=compared, how=how, span=span)


def _how_orders() -> How:
    return How(
        _("Orders since midnight, without those that came back whole"),
        _("Read from the orders at this moment. The figures of periods below end with the last complete day."),
    )


def _how_newcomers() -> How:
    return How(
        _("Customers who ordered today and never before"),
        _("Counted among the customers whom the shop knows, whichever way their orders came."),
    )
