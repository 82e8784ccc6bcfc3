"""Product records into the database, and the categories of orders that follow from their products.

An empty cell says nothing: it leaves alone what is known. An order has the category of its first line; where it had
its product's, it goes along when that changes.
"""

from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Max
from duckdb import DuckDBPyConnection

from treue.core.commerce.models import Order
from treue.core.copying import copy_in
from treue.listen.imports.models import Import, Trace
from treue.listen.imports.storing.writing import Sign, Tally

ORDER_IDS_PER_CHUNK = 50_000
COLUMNS = ("line_no", "code", "name", "category", "unit_cost")

TOO_LONG = """insert into refused
select line_no, 'too_long', 'code', left(code, 200) from {records} where length(code) > 80"""

STAGED = """create table item as
select line_no, code, left(name, 250) as name, left(category, 120) as category,
    try_cast(round(coalesce(cost, price * (1 - margin)), 4) as decimal(18, 4)) as unit_cost
from {records} where line_no not in (select line_no from refused) order by line_no"""

INCOMING = """
create temp table incoming (line_no bigint, code text, name text, category text, unit_cost numeric) on commit drop"""

CHANGED = """
create temp table changed on commit drop as
select p.id, p.category as category_before, coalesce(i.name, p.name) as name,
    coalesce(i.category, p.category) as category, coalesce(i.unit_cost, p.unit_cost) as unit_cost
from incoming i join commerce_product p on p.shop_id = %(shop)s and p.code = i.code
where i.name <> p.name or i.category <> p.category
    or i.unit_cost is distinct from p.unit_cost and i.unit_cost is not null"""

KEEP_FORMER = """
insert into imports_replaced (of_id, what, key, former)
select %(import)s, 'product', p.code, jsonb_build_object(
    'id', p.id, 'name', p.name, 'category', p.category, 'unit_cost', p.unit_cost)
from changed join commerce_product p using (id) on conflict do nothing"""

UPDATE_CHANGED = """
update commerce_product p set name = n.name, category = n.category, unit_cost = n.unit_cost
from changed n where n.id = p.id"""

INSERT_NEW = """
insert into commerce_product (shop_id, code, name, category, unit_cost)
select %(shop)s, i.code, coalesce(i.name, ''), coalesce(i.category, ''), i.unit_cost
from incoming i
where not exists (select from commerce_product p where p.shop_id = %(shop)s and p.code = i.code)
order by i.line_no returning id"""

# What changed is read from what was kept, so that a second attempt after a crash finds it too.
MOVED = """
create temp table moved on commit drop as
select p.id, {before} as before, {after} as after
from imports_replaced r, jsonb_populate_record(null::commerce_product, r.former) was
join commerce_product p on p.id = was.id
where r.of_id = %(import)s and r.what = 'product' and p.category <> was.category"""

FOLLOW = """
with first_line as (
    select distinct on (l.order_id) l.order_id, l.product_id
    from commerce_orderline l where l.order_id >= %(first)s and l.order_id < %(end)s
    order by l.order_id, l.bought_at, l.ordinal)
update commerce_order o set category = m.after
from first_line f join moved m on m.id = f.product_id
where o.id = f.order_id and o.category = m.before and o.shop_id = %(shop)s
returning o.customer_id"""

TOUCHED = """
select distinct o.customer_id
from imports_replaced r, jsonb_populate_record(null::commerce_product, r.former) was
join commerce_product p on p.id = was.id
join commerce_orderline l on l.product_id = p.id join commerce_order o on o.id = l.order_id
where r.of_id = %(import)s and r.what = 'product'
    and (p.unit_cost is distinct from was.unit_cost or p.category <> was.category)"""

BACK = """
update commerce_product p set name = was.name, category = was.category, unit_cost = was.unit_cost
from imports_replaced r, jsonb_populate_record(null::commerce_product, r.former) was
where r.of_id = %(import)s and r.what = 'product' and p.id = was.id;
delete from imports_replaced where of_id = %(import)s and what = 'product'"""


def stage_items(con: DuckDBPyConnection, records: str) -> int:
    """Set aside what cannot be stored; the rest stands in `item`. Returns its rows."""
    con.execute(TOO_LONG.format(records=records))
    con.execute(STAGED.format(records=records))
    ((rows,),) = con.execute("select count(*) from item").fetchall()
    return rows


def store_items(con: DuckDBPyConnection, task: Import, *, write: bool) -> Tally:
    """In one transaction: no shop has so many products that anybody would notice."""
    items = con.sql(f"select {', '.join(COLUMNS)} from item").to_arrow_table()
    facts = {"shop": task.shop_id, "import": task.pk}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INCOMING)
        copy_in(cursor, "incoming", COLUMNS, items)
        cursor.execute("analyze incoming")
        cursor.execute(CHANGED, facts)
        changed = cursor.rowcount
        cursor.execute(
            "select count(*) from incoming i join commerce_product p on p.shop_id = %(shop)s and p.code = i.code", facts
        )
        (known,) = cursor.fetchone()
        if write and changed:
            cursor.execute(KEEP_FORMER, facts)
            cursor.execute(UPDATE_CHANGED)
        if write and known < items.num_rows:
            cursor.execute(INSERT_NEW, facts)
            Trace.objects.create(of=task, what=Trace.What.PRODUCT, ids=[each for (each,) in cursor.fetchall()])
    return Tally(new=items.num_rows - known, changed=changed, same=known - changed)


def orders_follow(task: Import, sign: Sign) -> None:
    """Orders take on the categories that the import gave to their products."""
    _move(task, before="was.category", after="p.category", sign=sign)


def items_back(task: Import, sign: Sign) -> None:
    """Products, and the categories of orders with them, are as they were before the import."""
    _note_touched(task)
    _move(task, before="p.category", after="was.category", sign=sign)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACK, {"import": task.pk})


def _move(task: Import, *, before: str, after: str, sign: Sign) -> None:
    facts = {"import": task.pk, "shop": task.shop_id}
    moved = MOVED.format(before=before, after=after)
    for first in _ranges():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(moved, facts)
            if not cursor.rowcount:
                break
            cursor.execute(FOLLOW, facts | {"first": first, "end": first + ORDER_IDS_PER_CHUNK})
        sign(1)
    _note_touched(task)


def _ranges() -> Iterator[int]:
    last = Order.objects.aggregate(last=Max("pk"))["last"]
    yield from range(0, (last or -1) + 1, ORDER_IDS_PER_CHUNK)


def _note_touched(task: Import) -> None:
    """Costs and categories of these customers' orders are others now."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"import": task.pk})
        touched = [each for (each,) in cursor.fetchall()]
        if touched:
            Trace.objects.filter(of=task, what=Trace.What.TOUCHED).delete()
            Trace.objects.create(of=task, what=Trace.What.TOUCHED, ids=touched)
