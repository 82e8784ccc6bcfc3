"""Whose orders changed since the figures were last computed: written with the change itself, read by who computes.

A message a second must not be a computation a second: one is queued where none waits, the later the longer the last one
took.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from treue.core.commerce.models import Touched
from treue.core.jobs import work
from treue.core.jobs.models import Job

FIGURES = "metrics.refresh"  # the room above that computes them calls its work so
AT_LEAST = timedelta(seconds=1)
TIMES_AS_LONG = 4

MARK = """
insert into commerce_touched (shop_id, customer_id, at)
select %(shop)s, id, clock_timestamp() from unnest(%(customers)s::bigint[]) as given (id) order by id
on conflict (customer_id) do update set at = excluded.at"""

SETTLE = """
delete from commerce_touched t using unnest(%(customers)s::bigint[], %(moments)s::timestamptz[]) as seen (customer, at)
where t.shop_id = %(shop)s and t.customer_id = seen.customer and t.at = seen.at"""


def mark(shop_id: int, customers: Collection[int]) -> None:
    """Say that these customers' orders are others now, with the change itself, and have the figures follow."""
    if not customers:
        return
    with connection.cursor() as cursor:
        cursor.execute(MARK, {"shop": shop_id, "customers": sorted(customers)})
    follow(shop_id)


def follow(shop_id: int) -> None:
    """Queue the computing of the figures, unless it waits already. What is marked while one starts waits for the next,
    which a look once a minute begins (`tasks`)."""
    jobs = Job.objects.filter(kind=FIGURES, arguments__shop_id=shop_id)
    if FIGURES not in work.KINDS or jobs.filter(state=Job.State.WAITING).exists():
        return
    work.start(FIGURES, lock=f"{FIGURES}.{shop_id}", wait=_rest(jobs), shop_id=shop_id, changed_only=True)


def _rest(jobs: QuerySet[Job]) -> timedelta:
    """How long the figures are left as they are, after the last time that they were computed."""
    last = jobs.filter(state=Job.State.DONE).order_by("-id").first()
    if last is None:
        return timedelta()
    until = last.finished_at + AT_LEAST + TIMES_AS_LONG * (last.finished_at - last.started_at)
    return max(timedelta(), until - timezone.now())


def seen(shop_id: int) -> dict[int, datetime]:
    """Whom the computing that begins now has to look at, with the moment of each mark."""
    return dict(Touched.objects.filter(shop=shop_id).values_list("customer_id", "at"))


def settle(shop_id: int, marks: Mapping[int, datetime]) -> None:
    """What was `seen` is computed. Who was marked again meanwhile stays marked."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, {"shop": shop_id, "customers": list(marks), "moments": list(marks.values())})


def left_over() -> list[int]:
    """Shops of which somebody has been marked for a while, though nothing waits."""
    old = Touched.objects.filter(at__lt=timezone.now() - timedelta(seconds=30))
    return list(old.values_list("shop", flat=True).distinct())
