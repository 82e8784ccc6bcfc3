"""Channels, products and customers that order lines name: those missing are made, and all get their ids.

Each function reads its table of the scratch database (`channel`, `product`, `customer`) and adds one with ids there
(`channel_id`, …). With `write` off nothing is made, and what is missing has the id -1.
"""

from collections.abc import Iterator

import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

from treue.core.copying import copy_in, copy_out
from treue.core.shop.locking import borrow, holder
from treue.core.side_by_side import side_by_side
from treue.listen.imports.models import Import, Trace
from treue.listen.imports.storing.people import KEEP_FORMER
from treue.listen.imports.storing.writing import Sign

CUSTOMERS_PER_CHUNK = 20_000
UNKNOWN = -1

NEW_CHANNELS = """
insert into commerce_channel (shop_id, name)
select %(shop)s, n.name from named n
where not exists (select from commerce_channel c where c.shop_id = %(shop)s and c.name = n.name)
order by n.name
on conflict (shop_id, name) do nothing returning id"""

NEW_PRODUCTS = """
insert into commerce_product (shop_id, code, name, category)
select %(shop)s, n.code, coalesce(n.name, ''), coalesce(n.category, '') from named n
where not exists (select from commerce_product p where p.shop_id = %(shop)s and p.code = n.code)
order by n.code
on conflict (shop_id, code) do nothing returning id"""

# A product's name and category are kept up by the file of products; orders only fill what is empty.
FILLED_PRODUCTS = """
update commerce_product p
set name = case when p.name = '' then coalesce(n.name, '') else p.name end,
    category = case when p.category = '' then coalesce(n.category, '') else p.category end
from named n
where p.shop_id = %(shop)s and p.code = n.code
  and (p.name = '' and n.name <> '' or p.category = '' and n.category <> '')"""

NEW_CUSTOMERS = """
insert into customers_customer (shop_id, number, name, email, phone, city, country, created_at)
select %(shop)s, n.number, '', case when n.number like '%%@%%' then n.number else '' end, '', '',
    coalesce(n.country, ''), now()
from named n
where not exists (select from customers_customer c where c.shop_id = %(shop)s and c.number = n.number)
order by n.place
on conflict (shop_id, number) do nothing returning id"""

# Whom a browser had named by their address before: that it is theirs is said by the file alone, and goes with it.
ADDRESSED = """
create temp table changed on commit drop as
select c.id from named n join customers_customer c on c.shop_id = %(shop)s and c.number = n.number
where c.email = '' and c.number like '%%@%%'
  and not exists (select from customers_identity i where i.customer_id = c.id and i.kind = 'email'
    and i.value = lower(c.number) and i.given_up_at is not null)"""

ADDRESS = "update customers_customer c set email = c.number from changed where changed.id = c.id"


def store_channels(con: DuckDBPyConnection, task: Import, *, write: bool) -> None:
    named = con.sql("select name from channel").to_arrow_table()
    with transaction.atomic(), connection.cursor() as cursor:
        _name(cursor, "name text", named)
        if write:
            _bring(cursor, task, "channel", NEW_CHANNELS)
        found = _found(cursor, task, "commerce_channel", "name", "")
    _hand_back(con, "channel", "name", [found])


def store_products(con: DuckDBPyConnection, task: Import, *, write: bool) -> None:
    named = con.sql("select code, name, category from product").to_arrow_table()
    with transaction.atomic(), connection.cursor() as cursor:
        _name(cursor, "code text, name text, category text", named)
        if write:
            _bring(cursor, task, "product", NEW_PRODUCTS)
            cursor.execute(FILLED_PRODUCTS, {"shop": task.shop_id})
        found = _found(cursor, task, "commerce_product", "code", ", t.category")
    _hand_back(con, "product", "code", [found])


def store_customers(con: DuckDBPyConnection, task: Import, *, write: bool, sign: Sign) -> None:
    """sign: called with the number of customers after each committed chunk."""
    con.execute(
        "create table ordered_customer as select row_number() over (order by first_line) as place, * from customer"
    )
    found: list[pa.Table] = []
    own = holder()

    def store(named: pa.Table) -> tuple[int, pa.Table]:
        with transaction.atomic(), connection.cursor() as cursor:
            if write:
                borrow(cursor, task.shop_id, of=own)
            _name(cursor, "place bigint, number text, country text", named)
            if write:
                _bring(cursor, task, "customer", NEW_CUSTOMERS)
                _address(cursor, task)
            return len(named), _found(cursor, task, "customers_customer", "number", "")

    def done(stored: tuple[int, pa.Table]) -> None:
        count, ids = stored
        found.append(ids)
        sign(count)

    side_by_side(store, _customers(con), done)
    _hand_back(con, "customer", "number", found)


def _customers(con: DuckDBPyConnection) -> Iterator[pa.Table]:
    """In chunks, in the order in which the file names them first."""
    ((count,),) = con.execute("select count(*) from ordered_customer").fetchall()
    for first in range(0, count, CUSTOMERS_PER_CHUNK):
        span = [first, first + CUSTOMERS_PER_CHUNK]
        query = "select place, number, country from ordered_customer where place > ? and place <= ? order by place"
        yield con.sql(query, params=span).to_arrow_table()


def _name(cursor: CursorWrapper, columns: str, rows: pa.Table) -> None:
    """What the file names, in a temporary table of this transaction."""
    cursor.execute(f"create temp table named ({columns}) on commit drop")
    copy_in(cursor, "named", rows.column_names, rows)
    cursor.execute("analyze named")


def _bring(cursor: CursorWrapper, task: Import, what: str, statement: str) -> None:
    cursor.execute(statement, {"shop": task.shop_id})
    ids = [each for (each,) in cursor.fetchall()]
    if ids:
        Trace.objects.create(of=task, what=what, ids=ids)


def _address(cursor: CursorWrapper, task: Import) -> None:
    cursor.execute(ADDRESSED, {"shop": task.shop_id})
    if cursor.rowcount:
        cursor.execute(KEEP_FORMER, {"import": task.pk})
        cursor.execute(ADDRESS)


def _found(cursor: CursorWrapper, task: Import, table: str, key: str, more: str) -> pa.Table:
    types = {"id": pa.int64(), key: pa.string()} | ({"category": pa.string()} if more else {})
    query = f"select t.id, t.{key} {more} from {table} t join named n on n.{key} = t.{key} where t.shop_id = %s"
    return copy_out(cursor, query, [task.shop_id], types=types)


def _hand_back(con: DuckDBPyConnection, what: str, key: str, found: list[pa.Table]) -> None:
    """A table of ids in the scratch database, with everything that is named."""
    ids = (
        pa.concat_tables(found) if found else pa.table({"id": pa.array([], pa.int64()), key: pa.array([], pa.string())})
    )
    category = ", nullif(found.category, '') as category" if what == "product" else ""
    con.register("found", ids)
    con.execute(
        f"""create table {what}_id as
        select coalesce(id, {UNKNOWN}) as id, n.{key}{category}
        from {what} n left join found on found.{key} = n.{key}"""
    )
    con.unregister("found")
