"""Orders and their lines into the database.

An order that is there already with the same lines is left alone; one with other lines is replaced whole, and what it
was before is kept for undoing the import. Money and units that refunds took from a replaced order are counted anew by
`matching` afterwards. Lines of new orders, mostly all there are, go straight into their table.
"""

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

from treue.core.copying import copy_in, copy_out
from treue.listen.imports.models import Import
from treue.listen.imports.storing.writing import Ready, Sign, Tally, note_foreign, ready_chunks, tally

ORDER_COLUMNS = [
    "rank",
    "number",
    "customer_id",
    "ordered_at",
    "channel_id",
    "country",
    "category",
    "amount",
    "units",
    "lines",
]
LINE_COLUMNS = ["rank", "ordinal", "bought_at", "product_id", "quantity", "unit_price", "amount", "cost"]

READ_ORDERS = f"select {', '.join(ORDER_COLUMNS)} from purchase_order where rank between ? and ? order by rank"
READ_LINES = """
select rank, ordinal, "at" as bought_at, product_id, quantity, unit_price, amount, cost
from order_line where rank between ? and ? order by rank, ordinal"""

INCOMING = """
create temp table incoming (
    rank bigint, number text, customer_id bigint, ordered_at timestamp, channel_id bigint, country text,
    category text, amount numeric, units numeric, lines int) on commit drop;
create temp table incoming_line (
    rank bigint, ordinal int, bought_at timestamp, product_id bigint, quantity numeric, unit_price numeric,
    amount numeric, cost numeric) on commit drop"""

# Looked up one by one (hence the `limit`): without statistics on a table that is just being filled the planner would
# rather join it whole. All columns go along, for a join back would cost as much as the lookup.
VERDICT = """
create temp table verdict on commit drop as
select i.*,
    case when o.id is null and %(write)s then nextval('commerce_order_id_seq') else o.id end as id,
    case
        when o.id is null then 'new'
        when o.customer_id <> i.customer_id then 'foreign'
        when (o.ordered_at, o.country, o.category, o.amount, o.units)
             is distinct from (i.ordered_at at time zone %(zone)s, i.country, i.category, i.amount, i.units)
          or o.channel_id is distinct from i.channel_id
          or i.lines <> (select count(*) from commerce_orderline l where l.order_id = o.id) then 'changed'
        else 'same'
    end as verdict
from incoming i
left join lateral (
    select * from commerce_order where shop_id = %(shop)s and number = i.number limit 1) o on true"""

SAME_NUMBER_OF_LINES_BUT_OTHERS = """
update verdict set verdict = 'changed' where id in (
    select id from (
        select v.id, l.ordinal, l.bought_at at time zone %(zone)s, l.product_id, l.quantity, l.unit_price, l.amount,
            l.cost
        from incoming_line l join verdict v using (rank) where v.verdict = 'same'
        except
        select l.order_id, l.ordinal, l.bought_at, l.product_id, l.quantity, l.unit_price, l.amount, l.cost
        from commerce_orderline l join verdict v on v.id = l.order_id where v.verdict = 'same') differing)"""

KEEP_FORMER = """
insert into imports_replaced (of_id, what, key, customer_id, batch_id, former)
select %(import)s, 'order', o.number, o.customer_id, o.batch_id, jsonb_build_object(
    'order', to_jsonb(o),
    'lines', (select jsonb_agg(to_jsonb(l) order by l.ordinal) from commerce_orderline l where l.order_id = o.id))
from verdict v join commerce_order o on o.id = v.id where v.verdict = 'changed'
on conflict do nothing"""

EMPTY_CHANGED = """
delete from commerce_refundmatch m using verdict v where v.verdict = 'changed' and m.order_id = v.id;
delete from commerce_orderline l using verdict v where v.verdict = 'changed' and l.order_id = v.id"""

UPDATE_CHANGED = """
update commerce_order o
set ordered_at = v.ordered_at at time zone %(zone)s, channel_id = v.channel_id, country = v.country,
    category = v.category, amount = v.amount, units = v.units, refunded_amount = 0, refunded_units = 0,
    batch_id = %(batch)s
from verdict v where v.verdict = 'changed' and o.id = v.id"""

INSERT_NEW = """
insert into commerce_order (id, shop_id, number, customer_id, ordered_at, channel_id, country, category, amount, units,
    refunded_amount, refunded_units, batch_id)
select id, %(shop)s, number, customer_id, ordered_at at time zone %(zone)s, channel_id, country, category, amount,
    units, 0, 0, %(batch)s
from verdict where verdict = 'new'"""

INSERT_CHANGED_LINES = """
insert into commerce_orderline (order_id, ordinal, bought_at, product_id, quantity, unit_price, amount, cost)
select v.id, l.ordinal, l.bought_at at time zone %(zone)s, l.product_id, l.quantity, l.unit_price, l.amount, l.cost
from verdict v join incoming_line l using (rank) where v.verdict = 'changed' order by rank, l.ordinal"""

NEW = "select rank, id from verdict where verdict = 'new'"


def store_orders(con: DuckDBPyConnection, task: Import, *, write: bool, sign: Sign) -> Tally:
    """Write the staged orders; returns what they were to the database. With `write` off it only compares.

    sign: called with the number of lines after each committed chunk.
    """
    total = Tally()
    for ready in ready_chunks(con, "purchase_order", (READ_ORDERS, READ_LINES)):
        with transaction.atomic(), connection.cursor() as cursor:
            total += _store_chunk(con, cursor, task, ready, write=write)
        sign(ready.chunk.lines)
    return total


def _store_chunk(con: DuckDBPyConnection, cursor: CursorWrapper, task: Import, ready: Ready, *, write: bool) -> Tally:
    facts = {
        "shop": task.shop_id,
        "zone": task.shop.zone,
        "batch": task.batch_id,
        "import": task.pk,
        "write": write,
    }
    orders, lines = ready.parts
    cursor.execute(INCOMING)
    copy_in(cursor, "incoming", ORDER_COLUMNS, orders)
    cursor.execute(VERDICT, facts)
    new_lines, known_lines = _parted(cursor, lines)
    copy_in(cursor, "incoming_line", LINE_COLUMNS, known_lines)
    seen = tally(cursor)
    if seen.same:
        cursor.execute(SAME_NUMBER_OF_LINES_BUT_OTHERS, facts)
        seen = tally(cursor)
    if seen.foreign:
        note_foreign(con, cursor, "order_line")
    if write:
        _write(cursor, seen, new_lines, facts)
    return seen


def _parted(cursor: CursorWrapper, lines: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Lines of new orders, with `order_id` in place of `rank`, and those of all others."""
    new = copy_out(cursor, NEW, types={"rank": pa.int64(), "id": pa.int64()}).combine_chunks()
    place = pc.index_in(lines["rank"], value_set=new["rank"])
    is_new = pc.is_valid(place)
    order_id = new["id"].take(place.drop_null())
    return lines.filter(is_new).set_column(0, "order_id", order_id), lines.filter(pc.invert(is_new))


def _write(cursor: CursorWrapper, seen: Tally, new_lines: pa.Table, facts: dict[str, object]) -> None:
    if seen.changed:
        cursor.execute(KEEP_FORMER, facts)
        cursor.execute(EMPTY_CHANGED)
        cursor.execute(UPDATE_CHANGED, facts)
        cursor.execute(INSERT_CHANGED_LINES, facts)
    if seen.new:
        cursor.execute(INSERT_NEW, facts)
        cursor.execute("select set_config('timezone', %(zone)s, true)", facts)  # in which COPY takes the moments
        copy_in(cursor, "commerce_orderline", new_lines.column_names, new_lines)
