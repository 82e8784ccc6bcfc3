"""Which refunds of a file would find no purchase, before anything is written."""

import pyarrow as pa
from django.db import connection, transaction
from duckdb import DuckDBPyConnection

from treue.core.copying import copy_in, copy_out
from treue.core.shop.models import Shop
from treue.science.refunds import match

COLUMNS = 'line_no, customer, number as order_no, refund_of, product, "at", quantity, amount'

NAMED = """
create temp table named_customer (number text) on commit drop;
create temp table named_order (number text) on commit drop"""

# What the database knows of these customers and orders, without the orders that the file brings anew.
KNOWN = """
select -row_number() over (order by o.id desc, l.ordinal desc), c.number, o.number, p.code,
    l.bought_at at time zone '{zone}', l.quantity, l.amount
from commerce_order o
join customers_customer c on c.id = o.customer_id
join commerce_orderline l on l.order_id = o.id
left join commerce_product p on p.id = l.product_id
where o.shop_id = {shop}
  and (c.number in (select number from named_customer) or o.number in (select number from named_order))"""

TYPES = {
    "line_no": pa.int64(),
    "customer": pa.string(),
    "order_no": pa.string(),
    "product": pa.string(),
    "at": pa.timestamp("us"),
    "quantity": pa.float64(),
    "amount": pa.float64(),
}

PURCHASES = f"""
select {COLUMNS} from line where not is_refund
union all by name
select * from known where order_no not in (select number from line where not is_refund)"""


def refuse_unmatched(con: DuckDBPyConnection, shop: Shop) -> None:
    refunds = con.sql(f"select {COLUMNS} from line where is_refund order by line_no").to_arrow_table()
    if not refunds.num_rows:
        return
    con.register("known", _known(con, shop))
    purchases = con.sql(PURCHASES).to_arrow_table()
    con.register("unmatched", match(purchases, refunds).unmatched)
    con.execute("insert into refused select line_no, 'refund_unmatched', null, null from unmatched")
    con.unregister("known")
    con.unregister("unmatched")


def _known(con: DuckDBPyConnection, shop: Shop) -> pa.Table:
    customers = con.sql("select distinct customer as number from line where is_refund").to_arrow_table()
    orders = con.sql(
        "select distinct refund_of as number from line where is_refund and refund_of is not null"
    ).to_arrow_table()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NAMED)
        copy_in(cursor, "named_customer", ["number"], customers)
        copy_in(cursor, "named_order", ["number"], orders)
        return copy_out(cursor, KNOWN.format(zone=shop.zone, shop=shop.pk), types=TYPES)
