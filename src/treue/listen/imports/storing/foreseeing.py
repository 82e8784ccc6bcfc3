"""Which refunds of a file would find no purchase, before anything is written.

What the database knows takes part: purchases, and refunds that eat of them, without the orders and refunds that the
file brings anew. Whom it concerns is found as `matching` finds it, only that the file's customers and orders count too.
"""

import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

from treue.core.copying import copy_in, copy_out
from treue.core.shop.models import Shop
from treue.listen.imports.storing.matching import NAMED_ORDERS, SPREAD
from treue.science.refunds import match

COLUMNS = 'line_no, customer, number as order_no, refund_of, product, "at", quantity, amount'

CUSTOMERS_NAMED = "select customer as number, bool_or(is_refund) as by_refund from line group by customer"
NUMBERS_NAMED = """
select number, bool_or(by_refund) as by_refund from (
    select number, is_refund as by_refund from line
    union all select refund_of, true from line where is_refund and refund_of is not null
    union all select number[2:], true from line where is_refund and number ilike 'c%')
group by number"""

NAMED = """
create temp table named_customer (number text, by_refund boolean) on commit drop;
create temp table named_number (number text, by_refund boolean) on commit drop;
create temp table concerned (customer_id bigint primary key) on commit drop"""

CONCERNED = """
analyze named_customer;
analyze named_number;
insert into concerned
select c.id from customers_customer c join named_customer n using (number)
where c.shop_id = %(shop)s and (n.by_refund or exists (select from commerce_refund r where r.customer_id = c.id))
union select o.customer_id from commerce_order o join named_number n using (number)
where o.shop_id = %(shop)s and n.by_refund
union select r.customer_id from commerce_refund r join named_number n on n.number = r.refers_to
where r.shop_id = %(shop)s
union select r.customer_id from commerce_refund r join named_number n on n.number = r.number
where r.shop_id = %(shop)s
union select r.customer_id from commerce_refund r join named_number n on n.number = substr(r.number, 2)
where r.shop_id = %(shop)s and r.number ilike 'c%%'"""

PURCHASES_KNOWN = """
select -row_number() over (order by o.id desc, l.ordinal desc), c.number, o.number, p.code,
    l.bought_at at time zone '{zone}', l.quantity, l.amount
from concerned
join commerce_order o using (customer_id)
join customers_customer c on c.id = o.customer_id
join commerce_orderline l on l.order_id = o.id
left join commerce_product p on p.id = l.product_id"""

REFUNDS_KNOWN = """
select -row_number() over (order by r.document desc, r.ordinal desc), c.number, r.number, p.code,
    r.refunded_at at time zone '{zone}', r.quantity, r.amount, nullif(r.refers_to, ''), r.document
from concerned
join commerce_refund r using (customer_id)
join customers_customer c on c.id = r.customer_id
left join commerce_product p on p.id = r.product_id"""

TYPES = {
    "line_no": pa.int64(),
    "customer": pa.string(),
    "order_no": pa.string(),
    "product": pa.string(),
    "at": pa.timestamp("us"),
    "quantity": pa.float64(),
    "amount": pa.float64(),
}

# A line that was refused by now stands in the view all the same, where it belongs to somebody else's order.
PURCHASES = f"""
with brought as (select {COLUMNS} from line anti join refused using (line_no) where not is_refund)
from brought union all by name from known_purchase where order_no not in (select order_no from brought)"""

REFUNDS = f"""
with brought as (select {COLUMNS} from line anti join refused using (line_no) where is_refund)
from brought union all by name
select * exclude document from known_refund where document not in (
    select document from refund_document join refund_line using (rank) anti join refused using (line_no))"""


def refuse_unmatched(con: DuckDBPyConnection, shop: Shop) -> None:
    ((refunds,),) = con.execute("select count(*) from line where is_refund").fetchall()
    if not refunds:
        return
    known_purchases, known_refunds = _known(con, shop)
    con.register("known_purchase", known_purchases)
    con.register("known_refund", known_refunds)
    con.register("unmatched", match(con.sql(PURCHASES).to_arrow_table(), con.sql(REFUNDS).to_arrow_table()).unmatched)
    con.execute("insert into refused select line_no, 'refund_unmatched', null, null from unmatched where line_no > 0")
    for name in ("known_purchase", "known_refund", "unmatched"):
        con.unregister(name)


def _known(con: DuckDBPyConnection, shop: Shop) -> tuple[pa.Table, pa.Table]:
    """Purchases and refunds in the database that could matter to the refunds of the file."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NAMED)
        for table, named in (("named_customer", CUSTOMERS_NAMED), ("named_number", NUMBERS_NAMED)):
            copy_in(cursor, table, ["number", "by_refund"], con.sql(named).to_arrow_table())
        _concern(cursor, shop)
        purchases = copy_out(cursor, PURCHASES_KNOWN.format(zone=shop.zone), types=TYPES)
        more = {"refund_of": pa.string(), "document": pa.string()}
        return purchases, copy_out(cursor, REFUNDS_KNOWN.format(zone=shop.zone), types=TYPES | more)


def _concern(cursor: CursorWrapper, shop: Shop) -> None:
    facts = {"shop": shop.pk}
    cursor.execute(CONCERNED, facts)
    cursor.execute(NAMED_ORDERS, facts)
    cursor.execute("analyze named_order")
    cursor.execute(SPREAD)
    while cursor.rowcount:
        cursor.execute(SPREAD)
    cursor.execute("analyze concerned")
