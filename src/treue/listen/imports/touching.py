"""Whose orders or refunds an import changed, so that what is computed from them can be computed anew."""

from django.db import connection

TOUCHED = """
select customer_id from commerce_order where batch_id = %(batch)s
union select customer_id from commerce_refund where batch_id = %(batch)s
union select r.customer_id from imports_replaced r join imports_import i on i.id = r.of_id
    where i.batch_id = %(batch)s and r.customer_id is not null
union select t.id from imports_trace join imports_import i on i.id = of_id, unnest(ids) as t(id)
    where i.batch_id = %(batch)s and imports_trace.what in ('touched', 'customer')"""


def customers_touched(batch_id: int) -> list[int]:
    """Ids of customers, also of those who were removed when the batch was taken back."""
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"batch": batch_id})
        return [customer for (customer,) in cursor.fetchall()]
