"""Bring the buying profiles up to date with the lake's customer table."""

import ibis.expr.types as ir
import pyarrow as pa
from django.db import connection, transaction

from treue.core.copying import copy_in
from treue.core.jobs.work import Progress
from treue.core.lake import tables
from treue.core.shop.models import Shop

# A chunk is written in about a second, so that a page which reads the same customers is not kept waiting.
CUSTOMERS_AT_ONCE = 50_000
HIGHEST_ID = 2**63 - 1
COLUMNS = ("customer_id", "first_order", "last_order", "orders", "revenue", "channel", "country", "category")

STAGED = """
create temp table staged (
    customer_id bigint primary key, first_order timestamp, last_order timestamp, orders int, revenue numeric(18, 4),
    channel text, country text, category text) on commit drop"""

VANISHED = """
with gone as (
    delete from profile_buyingprofile p
    where p.shop_id = %(shop)s and p.customer_id >= %(first)s and p.customer_id < %(after)s
      and not exists (select from staged s where s.customer_id = p.customer_id)
    returning p.customer_id)
insert into profile_neverordered (customer_id, shop_id)
select c.id, c.shop_id from gone join customers_customer c on c.id = gone.customer_id for key share of c"""

# Only what differs is touched: a row that an upsert leaves as it is would be locked, and a lock is written down too.
# Who was erased meanwhile is in the lake's table still, but must not come back.
UPSERT = """
with found as (
    select customer_id, first_order at time zone %(zone)s as first_order_at,
        last_order at time zone %(zone)s as last_order_at, orders, revenue, channel, country, category
    from staged)
insert into profile_buyingprofile
    (customer_id, first_order_at, last_order_at, orders, revenue, channel, country, category, words, shop_id)
select f.*, c.words, %(shop)s
from found f
join customers_customer c on c.id = f.customer_id
left join profile_buyingprofile p on p.customer_id = f.customer_id
where p.customer_id is null
   or (p.first_order_at, p.last_order_at, p.orders, p.revenue, p.channel, p.country, p.category)
      <> (f.first_order_at, f.last_order_at, f.orders, f.revenue, f.channel, f.country, f.category)
   or p.words is distinct from c.words
order by f.customer_id
for key share of c
on conflict (customer_id) do update
set first_order_at = excluded.first_order_at, last_order_at = excluded.last_order_at, orders = excluded.orders,
    revenue = excluded.revenue, channel = excluded.channel, country = excluded.country, category = excluded.category,
    words = excluded.words"""

NO_LONGER_WITHOUT = """
delete from profile_neverordered n using staged s
where n.customer_id = s.customer_id and n.customer_id >= %(first)s and n.customer_id < %(after)s"""


def refresh(shop: Shop, progress: Progress) -> None:
    """Write every customer's profile that changed, and delete those of customers without an order that counts.

    All are looked at: as_of moves on, and orders come to count of customers whom nobody touched.
    """
    first = 0
    with tables.opened(shop.pk) as lake:
        if lake.customers is not None:
            progress.step("profiles", total=lake.customers.count().to_pyarrow().as_py())
            # Ibis' own batches call a method that DuckDB 2 has no more; ten columns of a million rows fit in memory.
            found = _profiles(lake.customers).to_pyarrow()
            for start in range(0, len(found), CUSTOMERS_AT_ONCE):
                rows = found.slice(start, CUSTOMERS_AT_ONCE)
                after = rows["customer_id"][-1].as_py() + 1
                _write(shop, range(first, after), rows)
                first = after
                progress.advance(len(rows))
    _write(shop, range(first, HIGHEST_ID), None)


def _profiles(customers: ir.Table) -> ir.Table:
    unknown = {name: customers[name].fill_null("") for name in ("channel", "country", "category")}
    found = customers.rename(customer_id="customer").mutate(**unknown)
    return found.select(*COLUMNS).order_by("customer_id")


def _write(shop: Shop, customers: range, rows: pa.Table | None) -> None:
    """All profiles in a range of customer numbers, in one transaction."""
    facts = {"shop": shop.pk, "zone": shop.zone, "first": customers.start, "after": customers.stop}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGED)
        if rows is not None:
            copy_in(cursor, "staged", COLUMNS, rows)
            cursor.execute("analyze staged")
        cursor.execute(VANISHED, facts)
        cursor.execute(UPSERT, facts)
        cursor.execute(NO_LONGER_WITHOUT, facts)
