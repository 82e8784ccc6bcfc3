"""Refund lines into the database, by document: the refunds of one number and moment are replaced whole, as orders are.

The number alone would not tell them apart: often it is the refunded order's, and an order can be refunded more than
once. Which purchases they took back is `matching`'s business. A document of which no line has found a purchase is
written, because its purchase may come with a later file; it waits, and counts neither as new nor as known.
"""

import pyarrow as pa
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

from treue.core.commerce.models import Refund, RefundMatch
from treue.core.copying import copy_in, copy_out
from treue.listen.imports.models import Import, Replaced
from treue.listen.imports.storing import happening
from treue.listen.imports.storing.writing import Ready, Sign, Tally, note_foreign, store_chunks, tally

DOCUMENT_COLUMNS = ("rank", "number", "document", "customer_id", "lines")
LINE_COLUMNS = ["rank", "ordinal", "product_id", "refers_to", "quantity", "amount", "refunded_at", "reason"]

READ_DOCUMENTS = f"select {', '.join(DOCUMENT_COLUMNS)} from refund_document where rank between ? and ? order by rank"
READ_LINES = """
select rank, ordinal, product_id, refers_to, quantity, amount, "at", reason
from refund_line where rank between ? and ? order by rank, ordinal"""

INCOMING = """
create temp table incoming (rank bigint, number text, document text, customer_id bigint, lines int) on commit drop;
create temp table incoming_line (
    rank bigint, ordinal int, product_id bigint, refers_to text, quantity numeric, amount numeric,
    refunded_at timestamp, reason text) on commit drop"""

VERDICT = """
create temp table verdict on commit drop as
select i.rank, i.document, case
    when r.lines is null then 'new'
    when i.customer_id not in (r.customer_id, coalesce(r.person, r.customer_id)) then 'foreign'
    when r.lines <> i.lines then 'changed'
    else 'same' end as verdict
from incoming i left join lateral (
    select count(*) as lines, min(customer_id) as customer_id, min(person) as person from commerce_refund
    where shop_id = %(shop)s and document = i.document having count(*) > 0) r on true"""

SAME_NUMBER_OF_LINES_BUT_OTHERS = """
update verdict set verdict = 'changed' where document in (
    select document from (
        select v.document, l.ordinal, l.product_id, l.refers_to, l.quantity, l.amount,
            l.refunded_at at time zone %(zone)s, l.reason
        from incoming_line l join verdict v using (rank) where v.verdict = 'same'
        except
        select r.document, r.ordinal, r.product_id, r.refers_to, r.quantity, r.amount, r.refunded_at, r.reason
        from verdict v join commerce_refund r on r.shop_id = %(shop)s and r.document = v.document
        where v.verdict = 'same') differing)"""

KEEP_FORMER = """
insert into imports_replaced (of_id, what, key, customer_id, batch_id, former)
select %(import)s, 'refund', r.document, min(r.customer_id), min(r.batch_id),
    jsonb_build_object('refunds', jsonb_agg(to_jsonb(r) order by r.ordinal))
from verdict v join commerce_refund r on r.shop_id = %(shop)s and r.document = v.document
where v.verdict = 'changed' group by r.document
on conflict do nothing"""

EMPTY_CHANGED = """
delete from commerce_refundmatch where refund_id in (
    select r.id from verdict v join commerce_refund r on r.shop_id = %(shop)s and r.document = v.document
    where v.verdict = 'changed');
delete from commerce_refund r using verdict v
where v.verdict = 'changed' and r.shop_id = %(shop)s and r.document = v.document"""

INSERT = """
insert into commerce_refund (
    shop_id, number, document, ordinal, customer_id, product_id, refers_to, quantity, amount, refunded_at, reason,
    batch_id)
select %(shop)s, i.number, i.document, l.ordinal, i.customer_id, l.product_id, l.refers_to, l.quantity, l.amount,
    l.refunded_at at time zone %(zone)s, l.reason, %(batch)s
from verdict v join incoming i using (rank) join incoming_line l using (rank)
where v.verdict in ('new', 'changed') order by rank, l.ordinal"""

# What a file says came back of an order takes the place of what messages said of it: the same goods told twice.
TOLD_BY_MESSAGES = """
create temp table told on commit drop as
select r.id from commerce_refund r
join commerce_batch b on b.id = r.batch_id and b.source in ('server', 'browser', 'api')
where r.shop_id = %(shop)s and r.refers_to in (
    select coalesce(nullif(l.refers_to, ''), i.number)
    from verdict v join incoming i using (rank) join incoming_line l using (rank) where v.verdict <> 'foreign');
delete from commerce_refundmatch where refund_id in (select id from told);
delete from commerce_refund where id in (select id from told)"""

VERDICTS = "create table refund_verdict (rank bigint, verdict varchar)"
RANK_AND_VERDICT = {"rank": pa.int64(), "verdict": pa.string()}
STANDING = "select distinct rank from refund_line anti join refused using (line_no)"
FORESEEN = f"""
select verdict, rank in ({STANDING}) as stands, count(*) from refund_verdict
where verdict <> 'foreign' group by all"""


def store_refunds(con: DuckDBPyConnection, task: Import, *, write: bool, sign: Sign) -> None:
    """Write the staged refunds. With `write` off it only compares, and notes what each document is."""
    facts = {"shop": task.shop_id, "zone": task.shop.zone, "batch": task.batch_id, "import": task.pk}
    since = happening.live_since(task.shop)
    con.execute(VERDICTS)

    def store(scratch: DuckDBPyConnection, cursor: CursorWrapper, ready: Ready) -> Tally:
        seen = _store_chunk(scratch, cursor, ready, facts, write=write)
        if seen.new and write and since:
            happening.record_refunds(cursor, task.shop, since)
        return seen

    queries = (READ_DOCUMENTS, READ_LINES)
    store_chunks(con, task, "refund_document", queries=queries, write=write, store=store, sign=sign)


def foreseen(con: DuckDBPyConnection) -> tuple[Tally, int]:
    """What the documents of a dry run would be, and how many of those new or changed would wait for their purchase.

    Asked when the lines that find none are refused.
    """
    tally, waiting = Tally(), 0
    for verdict, stands, documents in con.execute(FORESEEN).fetchall():
        if stands:
            tally += Tally(**{verdict: documents})
        elif verdict != "same":
            waiting += documents
    return tally, waiting


def written(con: DuckDBPyConnection, task: Import) -> tuple[Tally, int]:
    """The same of an import, after matching. What an earlier, interrupted attempt wrote counts as this one's."""
    matched = RefundMatch.objects.filter(refund__batch=task.batch).values("refund__document").distinct()
    found = matched.count()
    waiting = Refund.objects.filter(batch=task.batch).values("document").distinct().count() - found
    changed = Replaced.objects.filter(of=task, what=Replaced.What.REFUND, key__in=matched).count()
    ((standing,),) = con.execute(f"select count(*) from ({STANDING})").fetchall()
    return Tally(new=found - changed, changed=changed, same=standing - found), waiting


def _store_chunk(
    scratch: DuckDBPyConnection, cursor: CursorWrapper, ready: Ready, facts: dict[str, object], *, write: bool
) -> Tally:
    documents, lines = ready.parts
    cursor.execute(INCOMING)
    copy_in(cursor, "incoming", DOCUMENT_COLUMNS, documents)
    copy_in(cursor, "incoming_line", LINE_COLUMNS, lines)
    cursor.execute(VERDICT, facts)
    seen = tally(cursor)
    if seen.same:
        cursor.execute(SAME_NUMBER_OF_LINES_BUT_OTHERS, facts)
        seen = tally(cursor)
    if seen.foreign:
        note_foreign(scratch, cursor, "refund_line")
    if not write:
        _note_verdicts(scratch, cursor)
    if write:
        cursor.execute(TOLD_BY_MESSAGES, facts)
    if write and seen.changed:
        cursor.execute(KEEP_FORMER, facts)
        cursor.execute(EMPTY_CHANGED, facts)
    if write and (seen.new or seen.changed):
        cursor.execute(INSERT, facts)
    return seen


def _note_verdicts(con: DuckDBPyConnection, cursor: CursorWrapper) -> None:
    con.register("seen", copy_out(cursor, "select rank, verdict from verdict", types=RANK_AND_VERDICT))
    con.execute("insert into refund_verdict from seen")
    con.unregister("seen")
