"""A shop's orders of the past, as rules reckon with them, in the order in which they happened.

They are read from PostgreSQL at one moment, some at a time; the lake has orders, but not what was bought by them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

import psycopg
from psycopg.sql import SQL, Literal

from treue.act.loyalty.earning.purchases import Item, Purchase
from treue.core import direct
from treue.core.lake.restated import Restated
from treue.core.shop.models import Shop

ROWS_AT_ONCE = 20_000
ONE_DAY = timedelta(days=1)

# By moment and number, so that those of one moment have an order too.
LINES = """
select o.id, o.number, o.customer_id, o.ordered_at, l.product_id, l.amount, l.quantity, t.amount, t.units
from commerce_order o
join commerce_orderline l on l.order_id = o.id
left join (
    select m.order_id, m.ordinal, sum(m.amount) as amount, sum(m.units) as units
    from commerce_refundmatch m join commerce_refund r on r.id = m.refund_id
    where r.shop_id = {shop} and r.refunded_at < {until}
    group by m.order_id, m.ordinal
) t on t.order_id = l.order_id and t.ordinal = l.ordinal
where o.shop_id = {shop} and o.ordered_at >= {since} and o.ordered_at < {until}
order by o.ordered_at, o.number collate "C", l.ordinal"""

GOODS = """
select p.id, p.code, p.category, upper(p.code) in (select upper(code) from shop_nonproduct where shop_id = {shop})
from commerce_product p where p.shop_id = {shop}"""

COUNT = "select count(*) from commerce_order where shop_id = {shop} and ordered_at >= {since} and ordered_at < {until}"

BUYERS = "select distinct p.customer_id from ({purchases}) p where p.ordered_at < {since}"


class Bought(NamedTuple):
    customer_id: int
    purchase: Purchase


class _Goods(NamedTuple):
    code: str = ""
    category: str = ""
    is_non_product: bool = False


UNKNOWN = _Goods()


@contextmanager
def opened(shop: Shop, zone: ZoneInfo, since: date, until: date) -> Iterator["History"]:
    """The orders of the days from `since` to the one before `until`, readable to the end of the block."""
    with psycopg.connect(direct.conninfo(application_name="treue replay")) as link:
        link.isolation_level, link.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
        yield History(link, shop, zone, since, until)


class History:
    """Refunds are taken off where they came before `until`: those of later days are not known yet."""

    def __init__(self, link: psycopg.Connection, shop: Shop, zone: ZoneInfo, since: date, until: date) -> None:
        self._link, self._shop, self._since, self._until, self._zone = link, shop, since, until, zone
        begin, end = (datetime.combine(day, time.min, zone) for day in (since, until))
        self._facts = {"shop": Literal(shop.pk), "since": Literal(begin), "until": Literal(end)}

    def count(self) -> int:
        """How many orders there are, those of which nothing is left among them."""
        (count,) = self._link.execute(SQL(COUNT).format(**self._facts)).fetchone()
        return count

    def earlier_buyers(self) -> set[int]:
        """Who had a purchase before the first day."""
        restated = Restated(self._shop.pk, self._zone.key, self._until - ONE_DAY)
        midnight = Literal(datetime.combine(self._since, time.min))
        query = SQL(BUYERS).format(purchases=SQL(restated.purchases()), since=midnight)
        return {customer for (customer,) in self._link.execute(query)}

    def orders(self) -> Iterator[Bought]:
        """By moment, then by number."""
        goods = self._goods()
        with self._link.cursor(name="orders", scrollable=False) as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(SQL(LINES).format(**self._facts), binary=True)
            for _order, lines in groupby(cursor, key=itemgetter(0)):
                rows = list(lines)
                _id, number, customer_id, moment, *_line = rows[0]
                items = [_item(row, goods.get(row[4], UNKNOWN)) for row in rows]
                yield Bought(customer_id, Purchase(number, moment, self._shop.currency, items))

    def _goods(self) -> dict[int, _Goods]:
        return {key: _Goods(*rest) for key, *rest in self._link.execute(SQL(GOODS).format(**self._facts))}


def _item(row: tuple, goods: _Goods) -> Item:
    amount, units, amount_back, units_back = row[5:]
    if amount_back is None:
        return Item(amount, units, goods.code, goods.category, is_non_product=goods.is_non_product)
    return Item(amount, units, goods.code, goods.category, amount_back, units_back, goods.is_non_product)
