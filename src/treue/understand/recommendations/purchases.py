"""Who bought which product, as the science reads it.

The lake holds orders, not their lines, and nobody else asks for these. So they are read from PostgreSQL as they stand
at one moment, batch by batch into a workbench of the engine, which is removed when the work is done: nothing lies there
that an erasure would have to find.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ibis.expr.types as ir
from adbc_driver_postgresql import dbapi
from ibis.backends.duckdb import Backend
from psycopg.sql import SQL, Literal

from treue.core.lake.engine import database, workbench
from treue.core.shop.models import Shop

# What nobody bought in a year is taken for no longer sold: shops deliver orders, not their range.
SOLD_WITHIN_DAYS = 365

LINES = """
select o.customer_id, l.product_id, l.bought_at at time zone {zone} as ordered_at,
    (l.quantity - coalesce(t.units, 0))::float8 as quantity, (l.amount - coalesce(t.amount, 0))::float8 as amount,
    nullif(o.country, '') as country
from commerce_orderline l
join commerce_order o on o.id = l.order_id
join commerce_product p on p.id = l.product_id
left join (
    select m.order_id, m.ordinal, sum(m.amount) as amount, sum(m.units) as units
    from commerce_refundmatch m join commerce_refund r on r.id = m.refund_id
    where r.shop_id = {shop} and r.refunded_at < {after}
    group by m.order_id, m.ordinal
) t on t.order_id = l.order_id and t.ordinal = l.ordinal
where o.shop_id = {shop} and l.bought_at < {after}
  and upper(p.code) not in (select upper(code) from shop_nonproduct where shop_id = {shop})
  and l.quantity > coalesce(t.units, 0) and l.amount > coalesce(t.amount, 0)"""

GOODS = """
select p.id as product_id, nullif(p.category, '') as category
from commerce_product p where p.shop_id = {shop}"""


@dataclass(frozen=True)
class Facts:
    """purchases: a row per line, less what came back; what came back whole, was given away, or is called no product by
    now, is none of them.
    products: `product_id`, `category`, `price` (paid in the last year, on average) and `available`. countries:
    `customer_id` and `segment`, the country of the last order."""

    purchases: ir.Table
    products: ir.Table
    countries: ir.Table


@contextmanager
def opened(shop: Shop, until: date) -> Iterator[Facts]:
    """What was bought up to and including a day, readable to the end of the block."""
    after = datetime.combine(until + timedelta(days=1), time.min, ZoneInfo(shop.zone))
    facts = {"shop": Literal(shop.pk), "zone": Literal(shop.zone), "after": Literal(after)}
    with workbench(f"recommending.{shop.pk}") as (backend, _):
        with database() as link:
            for name, query in (("lines", LINES), ("goods", GOODS)):
                _take(link, backend, name, SQL(query).format(**facts).as_string())
        lines = backend.table("lines")
        yield Facts(
            purchases=lines.select("customer_id", "product_id", "ordered_at", "quantity", "amount"),
            products=_products(backend.table("goods"), lines, until),
            countries=_countries(lines),
        )


def _take(link: dbapi.Connection, backend: Backend, name: str, query: str) -> None:
    with link.cursor() as cursor:
        cursor.execute(query)
        backend.con.register("taken", cursor.fetch_record_batch())
        backend.con.execute(f"create table {name} as select * from taken")  # noqa: S608 - our own word
        backend.con.unregister("taken")


def _products(goods: ir.Table, lines: ir.Table, until: date) -> ir.Table:
    lately = lines.filter(lines.ordered_at.date() > until - timedelta(days=SOLD_WITHIN_DAYS))
    sold = lately.group_by("product_id").agg(price=lately.amount.sum() / lately.quantity.sum())
    both = goods.left_join(sold, "product_id")
    return both.select("product_id", "category", "price", available=both.price.notnull())


def _countries(lines: ir.Table) -> ir.Table:
    told = lines.filter(lines.country.notnull())
    return told.group_by("customer_id").agg(segment=told.country.argmax(told.ordered_at))
