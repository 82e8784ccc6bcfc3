"""Acquisition costs into the shop's settings: rows of one channel and month add up, and replace what stood there."""

from django.db import connection, transaction
from duckdb import DuckDBPyConnection

from treue.core.copying import copy_in
from treue.listen.imports.models import Import
from treue.listen.imports.storing.writing import Tally

COLUMNS = ("channel", "month", "amount")

SUMS = """
select left(coalesce(channel, ''), 60) as channel, month, round(sum(amount), 2)::decimal(18, 2) as amount
from {records} where line_no not in (select line_no from refused) group by 1, 2"""

TOO_LARGE = """insert into refused
select line_no, 'too_large', 'amount', amount::varchar from {records} where not amount < 1e10"""

INCOMING = "create temp table incoming (channel text, month date, amount numeric) on commit drop"

VERDICTS = """
select count(*) filter (where c.id is null), count(*) filter (where c.amount <> i.amount),
    count(*) filter (where c.amount = i.amount)
from incoming i left join shop_acquisitioncost c
    on c.shop_id = %(shop)s and c.channel = i.channel and c.month = i.month"""

KEEP_FORMER = """
insert into imports_replaced (of_id, what, key, former)
select %(import)s, 'cost', i.channel || '|' || i.month, jsonb_build_object(
    'channel', i.channel, 'month', i.month, 'amount', c.amount)
from incoming i left join shop_acquisitioncost c
    on c.shop_id = %(shop)s and c.channel = i.channel and c.month = i.month
where c.amount is distinct from i.amount on conflict do nothing"""

STORE = """
insert into shop_acquisitioncost (shop_id, channel, month, amount)
select %(shop)s, channel, month, amount from incoming
on conflict (shop_id, channel, month) do update set amount = excluded.amount
where shop_acquisitioncost.amount <> excluded.amount"""

BACK = """
with was as (
    select former->>'channel' as channel, (former->>'month')::date as month, (former->>'amount')::numeric as amount
    from imports_replaced where of_id = %(import)s and what = 'cost'),
gone as (
    delete from shop_acquisitioncost c using was
    where c.shop_id = %(shop)s and c.channel = was.channel and c.month = was.month and was.amount is null)
update shop_acquisitioncost c set amount = was.amount from was
where c.shop_id = %(shop)s and c.channel = was.channel and c.month = was.month and was.amount is not null;
delete from imports_replaced where of_id = %(import)s and what = 'cost'"""


def store_costs(con: DuckDBPyConnection, task: Import, records: str, *, write: bool) -> Tally:
    con.execute(TOO_LARGE.format(records=records))
    facts = {"shop": task.shop_id, "import": task.pk}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INCOMING)
        copy_in(cursor, "incoming", COLUMNS, con.sql(SUMS.format(records=records)).to_arrow_table())
        cursor.execute(VERDICTS, facts)
        new, changed, same = cursor.fetchone()
        if write:
            cursor.execute(KEEP_FORMER, facts)
            cursor.execute(STORE, facts)
    return Tally(new=new, changed=changed, same=same)


def costs_back(task: Import) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACK, {"import": task.pk, "shop": task.shop_id})
