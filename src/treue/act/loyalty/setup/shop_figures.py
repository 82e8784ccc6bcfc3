"""The shop's own orders, beside what rules would make of them."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.db import connection
from django.utils.translation import gettext as _

from treue.act.loyalty.earning.exactly import quotient, times
from treue.act.loyalty.earning.rules import PerAmount, Rounding
from treue.act.loyalty.wording import number, points
from treue.core.shop.models import Shop
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

MOST_ORDERS = 10_000

# The last ones by index, however many there are in all.
LAST_ORDERS = """
select count(*),
       percentile_disc(0.25) within group (order by amount),
       percentile_disc(0.5) within group (order by amount),
       percentile_disc(0.75) within group (order by amount),
       count(*)::numeric / nullif(count(distinct customer_id), 0)
from (
    select customer_id, amount - refunded_amount as amount from commerce_order
    where shop_id = %s and amount > refunded_amount and ordered_at >= now() - interval '365 days'
    order by shop_id, ordered_at desc, id desc limit %s
) o"""


@dataclass(frozen=True)
class Orders:
    """The shop's last orders of a year, without what came back: how many, their quartiles, and how many a customer
    made."""

    count: int
    quarter: Decimal
    median: Decimal
    three_quarters: Decimal
    each: Decimal


def last_orders(shop: Shop) -> Orders | None:
    """None where there are none of the last year."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_ORDERS, [shop.pk, MOST_ORDERS])
        found = cursor.fetchone()
    return Orders(*found) if found[0] else None


def beside(shop: Shop, rule: PerAmount | None) -> list[str]:
    """What the rule makes of the shop's orders, a sentence each."""
    orders = last_orders(shop)
    if orders is None:
        return []
    facts = {"orders": number(orders.count), "median": _money(orders.median, shop)}
    told = [_("Your median order is %(median)s, of your last %(orders)s orders of a year.") % facts]
    if rule is None:
        return told
    of_median, year = given(rule, orders.median), given(rule, orders.median * orders.each)
    told.append(_("It would earn %(points)s.") % {"points": points(of_median)})
    span = {
        "low": _money(orders.quarter, shop),
        "high": _money(orders.three_quarters, shop),
        "from": number(given(rule, orders.quarter)),
        "until": number(given(rule, orders.three_quarters)),
    }
    told.append(_("Half of your orders lie between %(low)s and %(high)s: %(from)s to %(until)s points.") % span)
    if orders.each >= Decimal("1.5"):
        shown = formats.number(orders.each, active_language(), 1)
        told.append(
            _("Whoever ordered did so %(count)s times on average; that would be about %(points)s.")
            % {"count": shown, "points": points(year)}
        )
    return told


def given(rule: PerAmount, amount: Decimal) -> int:
    """What the rule gives for an amount, without multipliers and limits."""
    amount = amount.quantize(Decimal("0.0001"), ROUND_DOWN)
    if rule.is_by_whole_amounts:
        return rule.points * quotient(amount, rule.amount, Rounding.DOWN)
    return quotient(times(amount, Decimal(rule.points)), rule.amount, Rounding.DOWN)


def _money(amount: Decimal, shop: Shop) -> str:
    return formats.money(amount, active_language(), shop.currency)
