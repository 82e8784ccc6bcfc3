"""Customers, products and channels that an import brought and that nothing uses any more."""

from django.db import connection, transaction

from treue.core.customers.models import Customer
from treue.core.events import departed
from treue.core.jobs.work import Progress
from treue.listen.imports.models import Import, Trace

CUSTOMERS_AT_ONCE = 5_000
ORDERS_AT_ONCE = 250_000  # numbers of orders, of which some may be taken by other shops or by nobody

# Whoever a later import knew more about, of whom something happened (also in a month that has left the log since), who
# was recognised by a visit, or who said how they want to be spoken to, stays.
UNUSED_CUSTOMERS = """
select t.id from unnest(%(ids)s::bigint[]) as t(id)
where exists (select from customers_customer c where c.id = t.id)
  and not exists (select from commerce_order o where o.customer_id = t.id)
  and not exists (select from commerce_refund r where r.customer_id = t.id)
  and not exists (select from imports_replaced r where r.customer_id = t.id)
  and not exists (select from events_event e where e.person = t.id)
  and not exists (select from customers_visitor v where v.customer_id = t.id)
  and not exists (select from customers_merge m where m.kept_id = t.id or m.absorbed_id = t.id)
  and not exists (select from customers_consentrecord c where c.customer_id = t.id)
  and not exists (select from customers_preference p where p.customer_id = t.id)"""

ORDER_IDS = "select min(id), max(id) from commerce_order where shop_id = %(shop)s"

# No index leads from a product or a channel to its orders: it would slow every import down. So the orders are read
# once, whatever number of products and channels is asked for.
USED_BY_ORDERS = {
    Trace.What.PRODUCT: """
select distinct product_id from commerce_orderline where order_id >= %(first)s and order_id < %(end)s""",
    Trace.What.CHANNEL: "select distinct channel_id from commerce_order where id >= %(first)s and id < %(end)s",
}

# What an import has replaced may come back and would miss them.
USED_ELSEWHERE = {
    Trace.What.PRODUCT: """
select distinct product_id from commerce_refund where shop_id = %(shop)s
union select (line->>'product_id')::bigint
from imports_replaced r, jsonb_array_elements(coalesce(r.former->'lines', r.former->'refunds')) line
where r.what in ('order', 'refund')
union select (former->>'id')::bigint from imports_replaced where what = 'product'""",
    Trace.What.CHANNEL: """
select distinct (former->'order'->>'channel_id')::bigint from imports_replaced where what = 'order'""",
}

DELETE = {
    Trace.What.PRODUCT: "delete from commerce_product where id = any(%(ids)s)",
    Trace.What.CHANNEL: "delete from commerce_channel where id = any(%(ids)s)",
}


def remove_unused(task: Import, progress: Progress) -> None:
    """Each trace is forgotten with what it led to."""
    customers = Trace.objects.filter(of=task, what=Trace.What.CUSTOMER)
    for trace in customers.iterator(chunk_size=1):
        _remove_customers(trace, progress)
    for what in DELETE:
        _remove_items(task, what, progress)


def _remove_customers(trace: Trace, progress: Progress) -> None:
    """Through Django, which knows what other rooms keep about a customer and deletes it too."""
    for first in range(0, len(trace.ids), CUSTOMERS_AT_ONCE):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(UNUSED_CUSTOMERS, {"ids": trace.ids[first : first + CUSTOMERS_AT_ONCE]})
                unused = {each for (each,) in cursor.fetchall()}
            unused -= departed.whose(trace.of.shop_id, unused)
            Customer.objects.filter(pk__in=unused).delete()
        progress.advance(len(unused))
    trace.delete()


def _remove_items(task: Import, what: Trace.What, progress: Progress) -> None:
    """Products or channels. Nobody else writes orders meanwhile: this import has its turn in the shop."""
    traces = Trace.objects.filter(of=task, what=what)
    unused = {each for ids in traces.values_list("ids", flat=True) for each in ids}
    unused -= _found(USED_ELSEWHERE[what], shop=task.shop_id) if unused else set()
    least, most = _order_ids(task.shop_id)
    progress.step("unused", total=most - least)
    for first in range(least, most, ORDERS_AT_ONCE):
        if unused:
            unused -= _found(USED_BY_ORDERS[what], first=first, end=first + ORDERS_AT_ONCE)
        progress.advance(min(ORDERS_AT_ONCE, most - first))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(DELETE[what], {"ids": list(unused)})
        traces.delete()


def _order_ids(shop_id: int) -> tuple[int, int]:
    """From where up to before where the shop's orders are numbered."""
    with connection.cursor() as cursor:
        cursor.execute(ORDER_IDS, {"shop": shop_id})
        least, most = cursor.fetchone()
    return (0, 0) if least is None else (least, most + 1)


def _found(statement: str, **facts: int) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return {each for (each,) in cursor.fetchall()}
