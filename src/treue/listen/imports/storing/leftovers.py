"""The rows of a file that were not used, written down one by one for who wants to mend them."""

import pyarrow as pa
from django.db import connection, transaction
from django.utils import timezone
from duckdb import DuckDBPyConnection

from treue.core.copying import copy_in, copy_out
from treue.core.customers.erased import number_hash
from treue.core.customers.models import Erasure
from treue.core.shop.models import Shop
from treue.listen.imports.models import Import, SetAside

ROWS_PER_CHUNK = 100_000
COLUMNS = ("of_id", "line_no", "reason", "column", "value")

# What the later steps call a field stands in the file under the first of these that it has.
READ_FROM = {
    "customer": ("customer", "email"),
    "number": ("number", "email"),
    "order_no": ("order",),
    "unit_price": ("price", "amount"),
    "quantity": ("quantity", "amount"),
    "amount": ("amount", "price"),
    "cost": ("cost", "unit_cost"),
}

# A text in PostgreSQL holds no NUL, and it is a row with one that somebody will look for here.
WRITTEN = """
select {of} as of_id, line_no, reason, left(coalesce("column", ''), 120) as column,
    left(replace(coalesce(value, ''), chr(0), '␀'), 200) as value
from left_over order by line_no"""

LEFT_OVER = """
create or replace temp view left_over as
select line_no, reason, "column", value from {cleaned}
union all select line_no, reason, heading, value from refused left join heading using ("column")"""

UNMATCHED = """
insert into refused
select line_no, 'refund_unmatched', null, null
from refund_line join refund_document using (rank) join unmatched using (document, ordinal)
where line_no not in (select line_no from refused)"""


def refuse_unmatched(con: DuckDBPyConnection, shop: Shop) -> None:
    """Refunds of the file that found no purchase anywhere in the shop are set aside."""
    query = """select document, ordinal from commerce_refund r
        where shop_id = %s and not exists (select from commerce_refundmatch m where m.refund_id = r.id)"""
    with connection.cursor() as cursor:
        unmatched = copy_out(cursor, query, [shop.pk], types={"document": pa.string(), "ordinal": pa.int32()})
    con.register("unmatched", unmatched)
    con.execute(UNMATCHED)
    con.unregister("unmatched")


def count_refused(con: DuckDBPyConnection) -> dict[str, int]:
    return dict(con.execute("select reason, count(*) from refused group by reason order by reason").fetchall())


def store_set_aside(con: DuckDBPyConnection, task: Import, cleaned: str) -> None:
    """Replace the import's rows set aside by those of the table `cleaned` and those refused, by the file's headings."""
    con.register("heading", _headings(con, task))
    con.execute(LEFT_OVER.format(cleaned=cleaned))
    SetAside.objects.filter(of=task)._raw_delete(SetAside.objects.db)
    reader = con.sql(WRITTEN.format(of=task.pk)).to_arrow_reader(ROWS_PER_CHUNK)
    for batch in reader:
        with transaction.atomic(), connection.cursor() as cursor:
            copy_in(cursor, "imports_setaside", COLUMNS, pa.Table.from_batches([batch]))
    con.unregister("heading")


def _headings(con: DuckDBPyConnection, task: Import) -> pa.Table:
    """Each field that a row was refused for, and what the file calls the column it was read from."""
    named = con.execute('select distinct "column" from refused where "column" is not null').fetchall()
    fields = [field for (field,) in named]
    read = [next((name for name in READ_FROM.get(field, (field,)) if name in task.columns), "") for field in fields]
    headings = [task.columns.get(name, "") for name in read]
    return pa.table({"column": pa.array(fields, pa.string()), "heading": pa.array(headings, pa.string())})


def erased_persons(con: DuckDBPyConnection, shop: Shop, query: str) -> pa.Table | None:
    """Who of the customers that a query names was erased, and when by the shop's clock; None where nobody was."""
    receipts: dict[str, object] = {}
    for digest, moment in (
        Erasure.objects.filter(shop=shop).order_by("erased_at").values_list("number_hash", "erased_at")
    ):
        receipts[digest] = timezone.make_naive(moment, shop.tz)
    if not receipts:
        return None
    numbers = (number for (number,) in con.execute(query).fetchall())
    erased = [(number, receipts[digest]) for number in numbers if (digest := number_hash(shop.pk, number)) in receipts]
    return pa.table(
        {
            "customer": pa.array([number for number, _moment in erased], pa.string()),
            "erased_at": pa.array([moment for _number, moment in erased], pa.timestamp("us")),
        }
    )
