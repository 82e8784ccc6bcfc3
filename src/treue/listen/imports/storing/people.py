"""Customer records into the database: new ones are made, what a record says anew replaces what was there.

An empty cell says nothing: it leaves alone what is known.
"""

import pyarrow as pa
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from duckdb import DuckDBPyConnection

from treue.core.copying import copy_in
from treue.listen.imports.models import Import, Trace
from treue.listen.imports.storing.writing import Sign, Tally

RECORDS_PER_CHUNK = 20_000
COLUMNS = ("line_no", "number", "name", "email", "phone", "city", "country", "birthday", "signed_up_at")

STAGED = """create table person as
select line_no, coalesce(number, email) as number,
    left(coalesce(name, nullif(concat_ws(' ', first_name, last_name), ''), company), 200) as name,
    left(email, 254) as email, left(phone, 40) as phone, left(city, 120) as city, left(country, 60) as country,
    birthday, created as signed_up_at
from {records} where line_no not in (select line_no from refused) order by line_no"""

TOO_LONG = """insert into refused
select line_no, 'too_long', 'number', left(coalesce(number, email), 200) from {records}
where length(coalesce(number, email)) > 120"""

ERASED = """insert into refused
select line_no, 'erased_person', null, null from {records} join erased on erased.customer = coalesce(number, email)
where created is null or created < erased_at"""

INCOMING = """
create temp table incoming (
    line_no bigint, number text, name text, email text, phone text, city text, country text, birthday date,
    signed_up_at timestamp
) on commit drop"""

CHANGED = """
create temp table changed on commit drop as
select c.id, i.number, coalesce(i.name, c.name) as name, coalesce(i.email, c.email) as email,
    coalesce(i.phone, c.phone) as phone, coalesce(i.city, c.city) as city, coalesce(i.country, c.country) as country,
    coalesce(i.birthday, c.birthday) as birthday,
    coalesce(i.signed_up_at at time zone %(zone)s, c.signed_up_at) as signed_up_at
from incoming i join customers_customer c on c.shop_id = %(shop)s and c.number = i.number
where i.name <> c.name or i.email <> c.email or i.phone <> c.phone or i.city <> c.city or i.country <> c.country
    or i.birthday is distinct from c.birthday and i.birthday is not null
    or i.signed_up_at at time zone %(zone)s is distinct from c.signed_up_at and i.signed_up_at is not null"""

KEEP_FORMER = """
insert into imports_replaced (of_id, what, key, customer_id, former)
select %(import)s, 'customer', c.number, c.id, jsonb_build_object(
    'name', c.name, 'email', c.email, 'phone', c.phone, 'city', c.city, 'country', c.country,
    'birthday', c.birthday, 'signed_up_at', c.signed_up_at)
from changed join customers_customer c using (id) on conflict do nothing"""

UPDATE_CHANGED = """
update customers_customer c
set name = n.name, email = n.email, phone = n.phone, city = n.city, country = n.country, birthday = n.birthday,
    signed_up_at = n.signed_up_at
from changed n where n.id = c.id"""

INSERT_NEW = """
insert into customers_customer (shop_id, number, name, email, phone, city, country, birthday, signed_up_at, created_at)
select %(shop)s, i.number, coalesce(i.name, ''), coalesce(i.email, ''), coalesce(i.phone, ''), coalesce(i.city, ''),
    coalesce(i.country, ''), i.birthday, i.signed_up_at at time zone %(zone)s, now()
from incoming i
where not exists (select from customers_customer c where c.shop_id = %(shop)s and c.number = i.number)
order by i.line_no
on conflict (shop_id, number) do nothing returning id"""

BACK = """
update customers_customer c
set name = was.name, email = was.email, phone = was.phone, city = was.city, country = was.country,
    birthday = case when r.former ? 'birthday' then was.birthday else c.birthday end, signed_up_at = was.signed_up_at
from imports_replaced r, jsonb_populate_record(null::customers_customer, r.former) was
where r.of_id = %(import)s and r.what = 'customer' and c.id = r.customer_id;
delete from imports_replaced where of_id = %(import)s and what = 'customer'"""


def stage_people(con: DuckDBPyConnection, records: str, erased: pa.Table | None) -> int:
    """Set aside what cannot be stored, and erased persons; the rest stands in `person`. Returns its rows."""
    con.execute(TOO_LONG.format(records=records))
    if erased is not None:
        con.register("erased", erased)
        con.execute(ERASED.format(records=records))
    con.execute(STAGED.format(records=records))
    ((rows,),) = con.execute("select count(*) from person").fetchall()
    return rows


def store_people(con: DuckDBPyConnection, task: Import, *, write: bool, sign: Sign) -> Tally:
    reader = con.cursor().sql(f"select {', '.join(COLUMNS)} from person").to_arrow_reader(RECORDS_PER_CHUNK)
    total = Tally()
    facts = {"shop": task.shop_id, "zone": task.shop.zone, "import": task.pk}
    for batch in reader:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(INCOMING)
            copy_in(cursor, "incoming", COLUMNS, batch)
            total += _store_chunk(cursor, task, facts, batch.num_rows, write=write)
        sign(batch.num_rows)
    return total


def _store_chunk(cursor: CursorWrapper, task: Import, facts: dict[str, object], rows: int, *, write: bool) -> Tally:
    cursor.execute(CHANGED, facts)
    changed = cursor.rowcount
    cursor.execute(
        "select count(*) from incoming i join customers_customer c on c.shop_id = %(shop)s and c.number = i.number",
        facts,
    )
    (known,) = cursor.fetchone()
    if write and changed:
        cursor.execute(KEEP_FORMER, facts)
        cursor.execute(UPDATE_CHANGED)
    if write and known < rows:
        cursor.execute(INSERT_NEW, facts)
        Trace.objects.create(of=task, what=Trace.What.CUSTOMER, ids=[each for (each,) in cursor.fetchall()])
    return Tally(new=rows - known, changed=changed, same=known - changed)


def people_back(task: Import) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BACK, {"import": task.pk})
