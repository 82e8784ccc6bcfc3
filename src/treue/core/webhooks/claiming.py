"""Take deliveries that are due, so that nobody else sends them meanwhile."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction

from treue.core.webhooks.models import Delivery, Endpoint

# Longer than any try takes, the system's patience with a name server included. A try of which nothing is heard until
# then died with its worker, and the delivery is due again.
LEASE = timedelta(seconds=90)

# Each endpoint is asked for on its own: a long queue at one stands in nobody else's way. What another worker is about
# to take is left to it.
CLAIM = """
with due as (
    select d.id from unnest(%(endpoints)s::bigint[], %(most)s::int[]) as asked (endpoint, most)
    cross join lateral (
        select id from webhooks_delivery
        where endpoint_id = asked.endpoint and next_try_at <= %(now)s
        order by next_try_at limit asked.most for update skip locked) d
    limit %(in_all)s)
update webhooks_delivery d set attempts = attempts + 1, next_try_at = %(until)s from due where d.id = due.id
returning d.id"""


def claim(free: Mapping[int, int], in_all: int, now: datetime) -> list[Delivery]:
    """Take what is due. free: how many at most, by endpoint. In a transaction of its own: none stays open while a
    receiver takes its time."""
    if not free or not in_all:
        return []
    about = {"endpoints": list(free), "most": list(free.values()), "in_all": in_all}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, about | {"now": now, "until": now + LEASE})
        claimed = [pk for (pk,) in cursor.fetchall()]
    return list(Delivery.objects.filter(pk__in=claimed).select_related("endpoint")) if claimed else []


def open_endpoints() -> list[Endpoint]:
    return list(Endpoint.objects.filter(is_on=True, shop__is_leaving=False).only("failing_since"))
