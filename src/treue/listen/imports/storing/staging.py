"""Cleaned lines made ready in DuckDB for what the database can hold: as documents (orders, refunds) with their lines.

Afterwards the scratch database has, beside the cleaned lines,
`refused` (line_no, reason, column, value): rows that cleaning let through and the shop's database cannot take;
`customer`, `product`, `channel`: what the lines name; and, once those have ids (see `vocabulary`),
`purchase_order` with `order_line`, and `refund_document` with `refund_line`, numbered by `rank` in file order.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis.expr.types as ir
import pyarrow as pa
from duckdb import DuckDBPyConnection
from ibis.backends.duckdb import Backend

LONGEST = {"customer": 120, "order_no": 80, "refund_of": 80, "product": 80}
LARGEST = {"quantity": 1e8, "unit_price": 1e10, "amount": 1e10, "cost": 1e10}
LINES_PER_CHUNK = 50_000

REFUSED = 'create table refused (line_no bigint, reason varchar, "column" varchar, value varchar)'

TOO_LONG = """insert into refused
select line_no, 'too_long', '{field}', left({field}, 200) from cleaned_line where length({field}) > {limit}"""

TOO_LARGE = """insert into refused
select line_no, 'too_large', '{field}', {field}::varchar from cleaned_line where not abs({field}) < {limit}"""

# What arrives later replaces an order whole, so it must not matter to whom the earlier lines of the file belonged.
SHARED = """insert into refused
with told as (
    select line_no, customer, order_no, kind, if(kind = 'refund', "at", timestamp 'epoch') as moment from cleaned_line),
owner as (
    select order_no, kind, moment, arg_min(customer, line_no) as customer from told
    group by order_no, kind, moment having min(customer) <> max(customer))
select line_no, 'order_of_another_customer', 'order', order_no from told t join owner o using (order_no, kind, moment)
where t.customer <> o.customer"""

ERASED = """insert into refused
select line_no, 'erased_person', null, null from cleaned_line join erased using (customer) where "at" < erased_at"""

LINE = """create view line as
select line_no, customer, order_no as number, ordinal, "at", kind = 'refund' as is_refund, refund_of,
    product, left(product_name, 250) as product_name, left(category, 120) as category,
    left(channel, 60) as channel, left(country, 60) as country, left(reason, 120) as reason,
    try_cast(round(quantity, 3) as decimal(14, 3)) as quantity,
    try_cast(round(unit_price, 4) as decimal(18, 4)) as unit_price,
    try_cast(round(amount, 4) as decimal(18, 4)) as amount,
    try_cast(round(cost, 4) as decimal(18, 4)) as cost
from cleaned_line {without_refused}"""

NAMED = """
create table channel as select distinct channel as name from line where channel is not null;
create table product as
select product as code, arg_min(product_name, line_no) as name, arg_max(category, line_no) as category
from line where product is not null group by product;
create table customer as
select customer as number, arg_min(country, line_no) as country, min(line_no) as first_line
from line group by customer"""

# An order's slices are those of its first line, as in `science.orders`. Where the file has no categories, a product's
# own counts.
DOCUMENTS = """
create table purchase_order as
with grouped as (
    select number, min(line_no) as first_line, any_value(customer) as customer, min("at") as ordered_at,
        sum(amount) as amount, sum(quantity) as units, count(*) as lines,
        arg_min(
            {{'channel': channel, 'country': country, 'category': category, 'product': product}},
            {{'at': "at", 'ordinal': ordinal, 'line': line_no}}) as first
    from line where not is_refund group by number)
select row_number() over (order by first_line) - 1 as rank, grouped.number, c.id as customer_id, ordered_at,
    ch.id as channel_id, coalesce(first.country, '') as country, coalesce({category}, '') as category,
    amount::decimal(18, 4) as amount, units::decimal(14, 3) as units, lines
from grouped
join customer_id c on c.number = grouped.customer
left join channel_id ch on ch.name = first.channel
left join product_id p on p.code = first.product;

create table order_line as
select o.rank, l.ordinal, l."at", p.id as product_id, l.quantity, l.unit_price, l.amount, l.cost, l.line_no
from line l join purchase_order o using (number) left join product_id p on p.code = l.product
where not l.is_refund;

create table refund_document as
with grouped as (
    select number, "at", min(line_no) as first_line, any_value(customer) as customer, count(*) as lines
    from line where is_refund group by number, "at")
select row_number() over (order by first_line) - 1 as rank, grouped.number, "at",
    grouped.number || ' ' || "at"::varchar as document, c.id as customer_id, lines
from grouped join customer_id c on c.number = grouped.customer;

create table refund_line as
select d.rank, row_number() over (partition by d.rank order by l.line_no) as ordinal, p.id as product_id,
    coalesce(l.refund_of, '') as refers_to, l.quantity, l.amount, l."at", coalesce(l.reason, '') as reason, l.line_no
from line l join refund_document d using (number, "at") left join product_id p on p.code = l.product
where l.is_refund"""

CHUNKS = """
select min(rank), max(rank), sum(lines)
from (select rank, lines, sum(lines) over (order by rank) // {size} as chunk from {documents})
group by chunk order by chunk"""


@dataclass(frozen=True)
class Chunk:
    """Documents `first` to `last` by rank, which hold so many lines."""

    first: int
    last: int
    lines: int


def stage_lines(backend: Backend, lines: ir.Table, erased: pa.Table | None) -> None:
    """Set aside what the database cannot take and gather what the rest names.

    erased: `customer` and `erased_at` (shop-local) of erased persons, or None.
    """
    con = backend.con
    backend.create_view("cleaned_line", lines)
    con.execute(REFUSED)
    _refuse(con, erased)
    ((refused,),) = con.execute("select count(*) from refused").fetchall()
    con.execute(LINE.format(without_refused="anti join refused using (line_no)" if refused else ""))
    con.execute(NAMED)


def _refuse(con: DuckDBPyConnection, erased: pa.Table | None) -> None:
    for field, limit in LONGEST.items():
        con.execute(TOO_LONG.format(field=field, limit=limit))
    for field, limit in LARGEST.items():
        con.execute(TOO_LARGE.format(field=field, limit=limit))
    con.execute(SHARED)
    if erased is not None:
        con.register("erased", erased)
        con.execute(ERASED)
    con.execute("delete from refused r where rowid > (select min(rowid) from refused s where s.line_no = r.line_no)")


def stage_documents(con: DuckDBPyConnection, *, has_categories: bool) -> None:
    """Make documents of the lines; `customer_id`, `product_id` and `channel_id` must be there."""
    con.execute(DOCUMENTS.format(category="first.category" if has_categories else "p.category"))


def chunks(con: DuckDBPyConnection, documents: str) -> Iterator[Chunk]:
    for row in con.execute(CHUNKS.format(documents=documents, size=LINES_PER_CHUNK)).fetchall():
        yield Chunk(*map(int, row))
