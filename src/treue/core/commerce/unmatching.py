"""Take back what a customer's refunds took from the orders of others.

A refund may name an order of somebody else: one buys, another sends it back. When the one who sent it back is erased,
the other's order is whole again, as if the file had never held that refund.
"""

from django.db import connection

UNMATCH = """
with gone as (
    delete from commerce_refundmatch m using commerce_refund r, commerce_order o
    where r.customer_id = %(customer)s and m.refund_id = r.id and o.id = m.order_id and o.customer_id <> r.customer_id
    returning m.order_id, m.units, m.amount),
given as (select order_id, sum(units) as units, sum(amount) as amount from gone group by order_id)
update commerce_order o
set refunded_units = o.refunded_units - g.units, refunded_amount = o.refunded_amount - g.amount
from given g where o.id = g.order_id"""


def unmatch_from_others(customer_id: int) -> int:
    """Returns how many orders of other customers were restated; call it inside the transaction of the deletion."""
    with connection.cursor() as cursor:
        cursor.execute(UNMATCH, {"customer": customer_id})
        return cursor.rowcount
