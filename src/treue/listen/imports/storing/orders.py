"""Orders and their lines into the database.

An order that is there already with the same lines is left alone; one with other lines is replaced whole, and what it
was before is kept for undoing the import. Money and units that refunds took from a replaced order are counted anew by
`matching` afterwards. New orders, mostly all there are, go straight into their tables.
"""

import pyarrow as pa
import pyarrow.compute as pc
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

from treue.core.commerce.models import Order
from treue.core.copying import copy_in, copy_out
from treue.listen.imports.models import Import
from treue.listen.imports.storing import happening
from treue.listen.imports.storing.writing import Ready, Sign, Tally, note_foreign, store_chunks, tally

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
create temp table named (rank bigint, number text) on commit drop;
create temp table incoming (
    rank bigint, number text, customer_id bigint, ordered_at timestamp, channel_id bigint, country text,
    category text, amount numeric, units numeric, lines int, id bigint) on commit drop;
create temp table incoming_line (
    rank bigint, ordinal int, bought_at timestamp, product_id bigint, quantity numeric, unit_price numeric,
    amount numeric, cost numeric) on commit drop"""

# By a list in the statement itself: by whichever index the planner looks, it reads a shop's orders once. Where it takes
# a table for empty that is just being filled, any index seems as good as the one of numbers, and one by one they would
# all be read for each.
KNOWN = """
select n.rank, o.id from named n join (
    select id, number from commerce_order where shop_id = %s and number = any(%s::text[])) o using (number)
order by n.rank"""

RANK_AND_ID = {"rank": pa.int64(), "id": pa.int64()}
NOTHING_KNOWN = pa.table({name: pa.array([], kind) for name, kind in RANK_AND_ID.items()})

VERDICT = """
create temp table verdict on commit drop as
select i.*,
    case
        when i.customer_id not in (o.customer_id, coalesce(o.person, o.customer_id)) then 'foreign'
        when (o.ordered_at, o.country, o.category, o.amount, o.units)
             is distinct from (i.ordered_at at time zone %(zone)s, i.country, i.category, i.amount, i.units)
          or o.channel_id is distinct from i.channel_id
          or i.lines <> (select count(*) from commerce_orderline l where l.order_id = o.id) then 'changed'
        else 'same'
    end as verdict
from incoming i
cross join lateral (select * from commerce_order where id = i.id limit 1) o"""

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

# An order that was a visitor's, and that a file knows as the customer's, is theirs for good.
CONFIRMED = """
update commerce_order o set person = null from verdict v
where v.verdict in ('same', 'changed') and o.id = v.id and o.person is not null and o.customer_id = v.customer_id"""

UPDATE_CHANGED = """
update commerce_order o
set ordered_at = v.ordered_at at time zone %(zone)s, channel_id = v.channel_id, country = v.country,
    category = v.category, amount = v.amount, units = v.units, refunded_amount = 0, refunded_units = 0,
    batch_id = %(batch)s
from verdict v where v.verdict = 'changed' and o.id = v.id"""

INSERT_CHANGED_LINES = """
insert into commerce_orderline (order_id, ordinal, bought_at, product_id, quantity, unit_price, amount, cost)
select v.id, l.ordinal, l.bought_at at time zone %(zone)s, l.product_id, l.quantity, l.unit_price, l.amount, l.cost
from verdict v join incoming_line l using (rank) where v.verdict = 'changed' order by rank, l.ordinal"""


def store_orders(con: DuckDBPyConnection, task: Import, *, write: bool, sign: Sign) -> Tally:
    """Write the staged orders; returns what they were to the database. With `write` off it only compares.

    sign: called with the number of lines after each committed chunk.
    """
    facts = {"shop": task.shop_id, "zone": task.shop.zone, "batch": task.batch_id, "import": task.pk}
    since = happening.live_since(task.shop)
    is_first = not Order.objects.filter(shop=task.shop).exists()

    def store(scratch: DuckDBPyConnection, cursor: CursorWrapper, ready: Ready) -> Tally:
        orders, lines = ready.parts
        cursor.execute(INCOMING)
        known = NOTHING_KNOWN if is_first else _known(cursor, orders, task.shop_id)
        seen = Tally(new=orders.num_rows - known.num_rows)
        if known.num_rows:
            _bring_known(cursor, orders, lines, known)
            seen += _compare(scratch, cursor, facts, write=write)
            if seen.changed and write and since:
                happening.record_changes(cursor, task.shop, task.pk)
        if seen.new and write:
            inserted = _insert_new(cursor, ready, known["rank"], facts)
            if since:
                happening.record_orders(task, inserted, since)
        return seen

    queries = (READ_ORDERS, READ_LINES)
    ids_from = "commerce_order_id_seq"
    return store_chunks(
        con, task, "purchase_order", queries=queries, ids_from=ids_from, write=write, store=store, sign=sign
    )


def _known(cursor: CursorWrapper, orders: pa.Table, shop_id: int) -> pa.Table:
    """Rank and id of the orders that the shop has already."""
    copy_in(cursor, "named", ("rank", "number"), orders.select(["rank", "number"]))
    return copy_out(cursor, KNOWN, [shop_id, orders["number"].to_pylist()], types=RANK_AND_ID)


def _bring_known(cursor: CursorWrapper, orders: pa.Table, lines: pa.Table, known: pa.Table) -> None:
    theirs = orders.filter(pc.is_in(orders["rank"], known["rank"])).append_column("id", known["id"])
    copy_in(cursor, "incoming", theirs.column_names, theirs)
    copy_in(cursor, "incoming_line", LINE_COLUMNS, lines.filter(pc.is_in(lines["rank"], known["rank"])))


def _compare(scratch: DuckDBPyConnection, cursor: CursorWrapper, facts: dict[str, object], *, write: bool) -> Tally:
    """What the file says anew of known orders replaces what was there."""
    cursor.execute(VERDICT, facts)
    cursor.execute(SAME_NUMBER_OF_LINES_BUT_OTHERS, facts)
    seen = tally(cursor)
    if seen.foreign:
        note_foreign(scratch, cursor, "order_line")
    if write:
        cursor.execute(CONFIRMED)
    if seen.changed and write:
        cursor.execute(KEEP_FORMER, facts)
        cursor.execute(EMPTY_CHANGED)
        cursor.execute(UPDATE_CHANGED, facts)
        cursor.execute(INSERT_CHANGED_LINES, facts)
    return seen


def _insert_new(cursor: CursorWrapper, ready: Ready, known: pa.ChunkedArray, facts: dict[str, object]) -> pa.Table:
    """Straight into the tables; most orders of most files are new. Returns them."""
    orders, lines = (part.filter(pc.invert(pc.is_in(part["rank"], known))) for part in ready.parts)
    constants = {"shop_id": facts["shop"], "batch_id": facts["batch"], "refunded_amount": 0, "refunded_units": 0}
    rows = orders.drop_columns(["rank", "lines"]).append_column("id", ready.ids_of(orders["rank"]))
    for column, value in constants.items():
        rows = rows.append_column(column, pa.repeat(value, orders.num_rows))
    cursor.execute("select set_config('timezone', %(zone)s, true)", facts)  # in which COPY takes the moments
    copy_in(cursor, "commerce_order", rows.column_names, rows)
    lines = lines.set_column(0, "order_id", ready.ids_of(lines["rank"]))
    copy_in(cursor, "commerce_orderline", lines.column_names, lines)
    return rows
