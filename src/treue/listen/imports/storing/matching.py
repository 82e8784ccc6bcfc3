"""Which purchases the refunds of the customers concerned took back, computed anew and written down.

The rules are `science.refunds`, the same that a report uses. Customers are taken whole: leaving out one of a customer's
refunds could move the others. A refund may name an order of somebody else; then both are concerned.
"""

from collections.abc import Callable, Collection, Iterator

import duckdb
import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from treue.core.copying import copy_in, copy_out
from treue.core.shop.models import Shop
from treue.listen.imports.models import Import
from treue.science.refunds import match

MATCHES_PER_CHUNK = 20_000
KEY = ("ordinal", "document")

TOUCHED_BY_IMPORT = """
insert into concerned
select customer_id from commerce_order where batch_id = %(batch)s
union select customer_id from commerce_refund where batch_id = %(batch)s
union select customer_id from imports_replaced where of_id = %(import)s and customer_id is not null"""

NAMED_ORDERS = """
create temp table named_order on commit drop as
with reference as (
    select customer_id, refers_to as number from commerce_refund where shop_id = %(shop)s and refers_to <> ''
    union select customer_id, number from commerce_refund where shop_id = %(shop)s
    union select customer_id, substr(number, 2) from commerce_refund where shop_id = %(shop)s and number ilike 'c%%')
select r.customer_id as refunded_to, o.customer_id, o.id
from reference r join commerce_order o on o.shop_id = %(shop)s and o.number = r.number"""

# The same for a few customers, by index: what they refunded names, and what of theirs is named by others.
NAMED_OF_FEW = """
create temp table named_order on commit drop as
with reference as (
    select customer_id, refers_to as number from commerce_refund join concerned using (customer_id)
    where refers_to <> ''
    union select customer_id, number from commerce_refund join concerned using (customer_id)
    union select customer_id, substr(number, 2) from commerce_refund join concerned using (customer_id)
    where number ilike 'c%%')
select r.customer_id as refunded_to, o.customer_id, o.id
from reference r join commerce_order o on o.shop_id = %(shop)s and o.number = r.number
union
select r.customer_id, o.customer_id, o.id
from concerned join commerce_order o using (customer_id)
join commerce_refund r on r.shop_id = %(shop)s and r.refers_to = o.number and r.refers_to <> ''"""

SPREAD = """
insert into concerned
select n.customer_id from named_order n join concerned c on c.customer_id = n.refunded_to
union select n.refunded_to from named_order n join concerned c on c.customer_id = n.customer_id
on conflict do nothing"""

WITHOUT_REFUNDS = """
delete from concerned c
where not exists (select from commerce_refund r where r.customer_id = c.customer_id)
  and not exists (select from named_order n where n.customer_id = c.customer_id)
  and not exists (
    select from commerce_order o
    where o.customer_id = c.customer_id and (o.refunded_amount > 0 or o.refunded_units > 0))"""

REFUNDS = """
select r.id, r.ordinal, r.customer_id, r.number, nullif(r.refers_to, ''), r.product_id,
    r.refunded_at at time zone '{zone}', r.quantity, r.amount
from commerce_refund r join concerned c using (customer_id)"""

PURCHASES = """
with wanted as (select distinct customer_id, coalesce(product_id, 0) as product_id
                from commerce_refund join concerned using (customer_id))
select o.id, l.ordinal, o.customer_id, o.number, l.product_id,
    l.bought_at at time zone '{zone}', l.quantity, l.amount
from concerned join commerce_order o using (customer_id) join commerce_orderline l on l.order_id = o.id
where (o.customer_id, coalesce(l.product_id, 0)) in (select customer_id, product_id from wanted)
   or o.id in (select id from named_order)"""

TYPES = {
    "document": pa.int64(),
    "ordinal": pa.int32(),
    "customer": pa.int64(),
    "order_no": pa.string(),
    "refund_of": pa.string(),
    "product": pa.string(),
    "at": pa.timestamp("us"),
    "quantity": pa.float64(),
    "amount": pa.float64(),
}

# All matches of an order stand in one chunk, so that its sums are right whenever somebody looks.
BY_CUSTOMER = """
select purchase_document as order_id, purchase_ordinal as ordinal, refund_document as refund_id, units, amount, customer
from allocations join (select distinct document, customer from purchases) p on p.document = purchase_document
order by customer, order_id, ordinal"""

FORGET = """
delete from commerce_refundmatch m using commerce_order o join concerned c using (customer_id)
where m.order_id = o.id and o.customer_id between %(first)s and %(last)s"""

MATCHED = """
create temp table matched (order_id bigint, ordinal int, refund_id bigint, units float8, amount numeric)
on commit drop"""

WRITE = """
insert into commerce_refundmatch (refund_id, order_id, ordinal, units, amount)
select refund_id, order_id, ordinal, units::numeric(14, 3), amount from matched"""

SUM_UP = """
update commerce_order o set refunded_amount = n.amount, refunded_units = n.units
from (
    select o.id, coalesce(m.amount, 0) as amount, coalesce(m.units, 0) as units
    from concerned c join commerce_order o using (customer_id)
    left join (select order_id, sum(amount) as amount, sum(units::numeric(14, 3)) as units
               from matched group by order_id) m on m.order_id = o.id
    where o.customer_id between %(first)s and %(last)s
      and (o.refunded_amount, o.refunded_units) is distinct from (coalesce(m.amount, 0), coalesce(m.units, 0))) n
where o.id = n.id"""


def rematch_import(task: Import, *, sign: Callable[[int], None]) -> None:
    """Match the refunds of all customers whose orders or refunds the import wrote or replaced."""
    facts = {"batch": task.batch_id, "import": task.pk}
    rematch(task.shop, touched=TOUCHED_BY_IMPORT, facts=facts, sign=sign)


def rematch(shop: Shop, *, touched: str, facts: dict[str, object], sign: Callable[[int], None]) -> None:
    """touched: a statement that inserts the customers concerned into the table `concerned`."""
    with connection.cursor() as cursor:
        try:
            with transaction.atomic():
                purchases, refunds = _read(cursor, shop, touched, facts)
            if refunds.num_rows or _any_left(cursor):
                _match_and_write(cursor, purchases, refunds, sign)
        finally:
            cursor.execute("drop table if exists concerned")


def _read(cursor: CursorWrapper, shop: Shop, touched: str, facts: dict[str, object]) -> tuple[pa.Table, pa.Table]:
    cursor.execute("drop table if exists concerned")
    cursor.execute("create temp table concerned (customer_id bigint primary key)")
    cursor.execute(touched, facts)
    cursor.execute(NAMED_ORDERS, {"shop": shop.pk})
    cursor.execute("analyze named_order")
    cursor.execute(WITHOUT_REFUNDS)
    cursor.execute(SPREAD)
    while cursor.rowcount:
        cursor.execute(SPREAD)
    cursor.execute("analyze concerned")
    return _lines(cursor, shop)


def _lines(cursor: CursorWrapper, shop: Shop) -> tuple[pa.Table, pa.Table]:
    """The purchases and refunds of those concerned."""
    without_reference = {name: kind for name, kind in TYPES.items() if name != "refund_of"}
    refunds = copy_out(cursor, REFUNDS.format(zone=shop.zone), types=TYPES)
    purchases = copy_out(cursor, PURCHASES.format(zone=shop.zone), types=without_reference)
    return purchases, refunds


def rematch_few(shop: Shop, customers: Collection[int]) -> None:
    """The same for customers of whom something happened just now, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists concerned; create temp table concerned (customer_id bigint primary key)")
        cursor.execute("insert into concerned select * from unnest(%s::bigint[])", [sorted(customers)])
        spread = -1
        while spread:
            cursor.execute("drop table if exists named_order")
            cursor.execute(NAMED_OF_FEW, {"shop": shop.pk})
            cursor.execute(SPREAD)
            spread = cursor.rowcount
        cursor.execute(WITHOUT_REFUNDS)
        if _any_left(cursor):
            _match_and_write(cursor, *_lines(cursor, shop), lambda _matches: None)
        cursor.execute("drop table if exists named_order, concerned, matched")


def _any_left(cursor: CursorWrapper) -> bool:
    cursor.execute("select exists (select from concerned)")
    return cursor.fetchone()[0]


def _match_and_write(
    cursor: CursorWrapper, purchases: pa.Table, refunds: pa.Table, sign: Callable[[int], None]
) -> None:
    allocations = match(purchases, refunds, key=KEY).allocations
    with duckdb.connect() as con:
        con.register("allocations", allocations)
        con.register("purchases", purchases)
        matched = con.sql(BY_CUSTOMER).to_arrow_table()
    for first, last, rows in _by_customers(cursor, matched):
        with transaction.atomic():
            span = {"first": first, "last": last}
            cursor.execute(FORGET, span)
            cursor.execute("drop table if exists matched")
            cursor.execute(MATCHED)
            copy_in(cursor, "matched", rows.column_names, rows)
            cursor.execute(WRITE)
            cursor.execute(SUM_UP, span)
        sign(rows.num_rows)


def _by_customers(cursor: CursorWrapper, matched: pa.Table) -> Iterator[tuple[int, int, pa.Table]]:
    """The matches in chunks of whole customers, with the range of customers each stands for.

    The ranges cover everybody concerned, also who has no match (any more).
    """
    cursor.execute("select min(customer_id), max(customer_id) from concerned")
    first, end = cursor.fetchone()
    customers = matched["customer"].to_numpy()
    rows = matched.drop_columns(["customer"])
    begin = 0
    while begin + MATCHES_PER_CHUNK < len(customers):
        last = int(customers[begin + MATCHES_PER_CHUNK])
        after = int(customers.searchsorted(last, side="right"))
        yield first, last, rows.slice(begin, after - begin)
        first, begin = last + 1, after
    yield first, end, rows.slice(begin)
