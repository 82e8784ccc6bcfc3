"""Customers, products and channels that an import brought and that nothing uses any more."""

from collections.abc import Callable

from django.db import connection, transaction

from treue.core.customers.models import Customer
from treue.listen.imports.models import Import, Trace

CUSTOMERS_AT_ONCE = 5_000

# Whoever a later import knew more about stays, too.
UNUSED_CUSTOMERS = """
select t.id from unnest(%(ids)s::bigint[]) as t(id)
where exists (select from customers_customer c where c.id = t.id)
  and not exists (select from commerce_order o where o.customer_id = t.id)
  and not exists (select from commerce_refund r where r.customer_id = t.id)
  and not exists (select from imports_replaced r where r.customer_id = t.id)"""

# What an import has replaced may come back and would miss them.
UNUSED_PRODUCTS = """
with kept as (
    select distinct (line->>'product_id')::bigint as id
    from imports_replaced r, jsonb_array_elements(coalesce(r.former->'lines', r.former->'refunds')) line
    where r.what in ('order', 'refund')
    union select (former->>'id')::bigint from imports_replaced where what = 'product')
delete from commerce_product p where p.id = any(%(ids)s)
  and not exists (select from commerce_orderline l where l.product_id = p.id)
  and not exists (select from commerce_refund r where r.product_id = p.id)
  and p.id not in (select id from kept where id is not null)"""

UNUSED_CHANNELS = """
with kept as (
    select distinct (former->'order'->>'channel_id')::bigint as id from imports_replaced where what = 'order')
delete from commerce_channel c where c.id = any(%(ids)s)
  and not exists (select from commerce_order o where o.channel_id = c.id)
  and c.id not in (select id from kept where id is not null)"""


def remove_unused(task: Import, sign: Callable[[int], None]) -> None:
    """Each trace is forgotten with what it led to."""
    for trace in Trace.objects.filter(of=task).exclude(what=Trace.What.TOUCHED).iterator(chunk_size=1):
        if trace.what == Trace.What.CUSTOMER:
            _remove_customers(trace.ids, sign)
        with transaction.atomic(), connection.cursor() as cursor:
            if trace.what == Trace.What.PRODUCT:
                cursor.execute(UNUSED_PRODUCTS, {"ids": trace.ids})
            elif trace.what == Trace.What.CHANNEL:
                cursor.execute(UNUSED_CHANNELS, {"ids": trace.ids})
            trace.delete()


def _remove_customers(ids: list[int], sign: Callable[[int], None]) -> None:
    """Through Django, which knows what other rooms keep about a customer and deletes it too."""
    for first in range(0, len(ids), CUSTOMERS_AT_ONCE):
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(UNUSED_CUSTOMERS, {"ids": ids[first : first + CUSTOMERS_AT_ONCE]})
                unused = [each for (each,) in cursor.fetchall()]
            Customer.objects.filter(pk__in=unused).delete()
        sign(len(unused))
