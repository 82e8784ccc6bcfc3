"""What members bought, as rules reckon with it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import connection

from treue.act.loyalty.earning.purchases import Item, Purchase
from treue.act.loyalty.models import Member

LINES = """
with theirs as materialized (
    select m.member, m.place, o.id, o.number, o.customer_id, o.ordered_at, s.currency
    from unnest(%(members)s::bigint[], %(customers)s::bigint[], %(since)s::timestamptz[])
        with ordinality m (member, customer, since, place)
    join commerce_order o on o.customer_id = m.customer
        and o.ordered_at >= m.since and o.ordered_at <= %(until)s::timestamptz
    join shop_shop s on s.id = o.shop_id),
back as materialized (
    select m.order_id, m.ordinal, sum(m.amount) as amount, sum(m.units) as units
    from theirs o join commerce_refundmatch m on m.order_id = o.id join commerce_refund r on r.id = m.refund_id
    where r.refunded_at <= %(until)s::timestamptz group by m.order_id, m.ordinal)
select o.member, o.id, o.number, o.ordered_at, o.currency, o.is_first, l.amount, l.quantity, coalesce(p.code, ''),
    coalesce(p.category, ''), coalesce(b.amount, 0), coalesce(b.units, 0), coalesce(
        upper(p.code) in (select upper(n.code) from shop_nonproduct n where n.shop_id = %(shop)s), false)
from (
    select t.*, not exists (
        select from commerce_order e
        where e.customer_id = t.customer_id and (e.ordered_at, e.id) < (t.ordered_at, t.id)
            and e.amount > 0 and e.amount > e.refunded_amount
            and (e.refunded_units = 0 or e.units > e.refunded_units)) as is_first
    from theirs t) o
join commerce_orderline l on l.order_id = o.id
left join commerce_product p on p.id = l.product_id
left join back b on b.order_id = o.id and b.ordinal = l.ordinal
order by o.place, o.ordered_at, o.id, l.ordinal"""


class Bought(NamedTuple):
    """is_first: nothing that the customer kept was bought before."""

    order: int
    purchase: Purchase
    is_first: bool


def by(members: Sequence[Member], *, until: datetime | None = None) -> dict[int, list[Bought]]:
    """What members of one programme bought since they first joined, refunds taken off; the earliest first.

    By the member's number; who bought nothing is not in it. until: leave out what was ordered or came back later.
    """
    given = {
        "members": [each.pk for each in members],
        "customers": [each.customer_id for each in members],
        "since": [each.joined_at for each in members],
        "shop": members[0].programme.shop_id,
        "until": until or "infinity",
    }
    found: dict[int, list[Bought]] = {}
    with connection.cursor() as cursor:
        cursor.execute(LINES, given)
        for (member, order), rows in groupby(cursor.fetchall(), key=itemgetter(0, 1)):
            found.setdefault(member, []).append(_bought(order, list(rows)))
    return found


def _bought(order: int, rows: list[tuple]) -> Bought:
    _member, _id, number, moment, currency, is_first, *_line = rows[0]
    return Bought(order, Purchase(number, moment, currency, [Item(*row[6:]) for row in rows]), is_first)
