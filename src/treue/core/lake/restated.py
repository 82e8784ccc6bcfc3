"""Orders as analysis sees them: restated by their refunds, told in the shop's own time, without a name or a number.

The rule what a purchase is stands here a second time, in PostgreSQL's words; the first is `treue.science.orders`, and a
test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from psycopg.sql import SQL, Composed, Literal

# Refunds after the last day that counts are given back to their orders; there are few of them.
_RESTATED = """
select o.id as order_id, o.number, o.customer_id, o.ordered_at, o.channel_id, o.country, o.category,
    o.amount as gross,
    o.amount - o.refunded_amount + coalesce(later.amount, 0) as revenue,
    o.units - o.refunded_units + coalesce(later.units, 0) as units,
    o.refunded_units - coalesce(later.units, 0) as units_taken
from commerce_order o
left join (
    select m.order_id, sum(m.amount) as amount, sum(m.units) as units
    from commerce_refundmatch m join commerce_refund r on r.id = m.refund_id
    where r.shop_id = {shop} and r.refunded_at >= {after}
    group by m.order_id
) later on later.order_id = o.id
where o.shop_id = {shop} and {of_customers}"""

_PURCHASES = """
select r.customer_id, r.order_id, r.number, r.ordered_at at time zone {zone} as ordered_at,
    (r.revenue * 10000)::bigint as revenue, r.units::float8 as units,
    nullif(c.name, '') as channel, nullif(r.country, '') as country, nullif(r.category, '') as category
from ({restated}) r left join commerce_channel c on c.id = r.channel_id
where {is_purchase}"""

_IS_PURCHASE = "r.gross > 0 and r.revenue > 0 and (r.units_taken = 0 or r.units > 0)"

# By line, and added up elsewhere: PostgreSQL would sort ten million orders on disk to group them.
_COSTS = """
select l.order_id,
    ((l.amount - coalesce(t.amount, 0)) * 10000)::bigint as costed_revenue,
    (coalesce(l.cost, p.unit_cost * l.quantity) * (1 - coalesce(t.units / nullif(l.quantity, 0), 0)) * 10000)::bigint
        as cost
from commerce_orderline l
{of_orders}
left join commerce_product p on p.id = l.product_id
left join (
    select m.order_id, m.ordinal, sum(m.amount) as amount, sum(m.units) as units
    from commerce_refundmatch m join commerce_refund r on r.id = m.refund_id
    where r.shop_id = {shop} and r.refunded_at < {after}
    group by m.order_id, m.ordinal
) t on t.order_id = l.order_id and t.ordinal = l.ordinal
where coalesce(p.shop_id, {shop}) = {shop} and coalesce(l.cost, p.unit_cost) is not null"""

_OF_ORDERS = "join commerce_order o on o.id = l.order_id and {of_customers}"

_SUMS = """
select r.customer_id / {width} as bucket, count(*) as orders, (sum(r.revenue) * 10000)::bigint as revenue
from ({restated}) r
where {is_purchase}
group by 1"""

_SETTLED_BETWEEN = """
select distinct o.customer_id
from commerce_refund r
join commerce_refundmatch m on m.refund_id = r.id
join commerce_order o on o.id = m.order_id
where r.shop_id = {shop} and r.refunded_at >= {after} and r.refunded_at < {until}"""


@dataclass(frozen=True)
class Restated:
    """A shop's orders, with the refunds up to and including one day taken off them."""

    shop_id: int
    zone: str
    as_of: date

    def purchases(self, ranges: Sequence[range] | None = None) -> str:
        """SQL: one row per purchase, of all customers or those in `ranges`; money in ten-thousandths."""
        restated = self._restated(ranges)
        query = SQL(_PURCHASES).format(zone=Literal(self.zone), restated=restated, is_purchase=SQL(_IS_PURCHASE))
        return query.as_string()

    def costs(self, ranges: Sequence[range] | None = None) -> str:
        """SQL: for each line whose cost is known, what is left of its revenue and of that cost, in ten-thousandths.

        Lines of another shop's orders may be among them; without a look at the order, all lines are a third quicker.
        """
        of_orders = SQL("") if ranges is None else SQL(_OF_ORDERS).format(of_customers=_of_customers(ranges))
        return SQL(_COSTS).format(shop=self.shop_id, after=self._after, of_orders=of_orders).as_string()

    def sums(self, width: int) -> str:
        """SQL: orders and revenue, in ten-thousandths, by bucket of `width` customers."""
        query = SQL(_SUMS).format(width=width, restated=self._restated(None), is_purchase=SQL(_IS_PURCHASE))
        return query.as_string()

    def settled_since(self, before: date) -> str:
        """SQL: the customers whose orders look different as of `before`, for refunds that happened in between."""
        first, last = sorted((before, self.as_of))
        query = SQL(_SETTLED_BETWEEN).format(
            shop=self.shop_id, after=_midnight_after(first, self.zone), until=_midnight_after(last, self.zone)
        )
        return query.as_string()

    @property
    def _after(self) -> datetime:
        return _midnight_after(self.as_of, self.zone)

    def _restated(self, ranges: Sequence[range] | None) -> Composed:
        return SQL(_RESTATED).format(shop=self.shop_id, after=self._after, of_customers=_of_customers(ranges))


def _midnight_after(day: date, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(zone))


def _of_customers(ranges: Sequence[range] | None) -> Composed | SQL:
    if ranges is None:
        return SQL("true")
    within = [
        SQL("o.customer_id >= {} and o.customer_id < {}").format(each.start, each.stop)
        for each in ranges
        if len(each) > 1
    ]
    if alone := [each.start for each in ranges if len(each) == 1]:
        within.append(SQL("o.customer_id = any({})").format(alone))  # of thousands of ranges no plan would be made
    return SQL("({})").format(SQL(" or ").join(within)) if within else SQL("false")
