"""Put scores into PostgreSQL: chunk by chunk beside those in force, then in force in one step.

A chunk is a transaction of about a second: a longer one would keep the log's reactions waiting. Until the last step
everybody reads the scores before; whoever is killed leaves them, and the next one clears away what came to nothing.
"""

from collections.abc import Collection

import pyarrow as pa
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from treue.core.copying import copy_in
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.understand.value.models import Fit, Score
from treue.understand.value.scoring import COLUMNS

CUSTOMERS_AT_ONCE = 50_000

STAGED = """
create temp table staged (
    customer_id bigint primary key, probability_alive float8, purchases_90_days float8, purchases_12_months float8,
    spend numeric(20, 4), lifetime_value numeric(20, 4), wait_days float8, next_purchase_on date) on commit drop"""

# Who was erased or merged meanwhile is in the lake still, but must not come back. Only what differs is touched.
WRITE = """
insert into value_score
    (fit_id, customer_id, probability_alive, purchases_90_days, purchases_12_months, spend, lifetime_value, wait_days,
    next_purchase_on)
select %(fit)s, s.customer_id, s.probability_alive, s.purchases_90_days, s.purchases_12_months, s.spend,
    s.lifetime_value, s.wait_days, s.next_purchase_on
from staged s
join customers_customer c on c.id = s.customer_id and c.merged_into_id is null
left join value_score v on v.fit_id = %(fit)s and v.customer_id = s.customer_id
where v.customer_id is null
   or (v.probability_alive, v.purchases_90_days, v.purchases_12_months, v.spend, v.lifetime_value, v.wait_days,
       v.next_purchase_on)
      is distinct from
      (s.probability_alive, s.purchases_90_days, s.purchases_12_months, s.spend, s.lifetime_value, s.wait_days,
       s.next_purchase_on)
order by s.customer_id
for key share of c
on conflict (fit_id, customer_id) do update
set probability_alive = excluded.probability_alive, purchases_90_days = excluded.purchases_90_days,
    purchases_12_months = excluded.purchases_12_months, spend = excluded.spend,
    lifetime_value = excluded.lifetime_value, wait_days = excluded.wait_days,
    next_purchase_on = excluded.next_purchase_on"""

VANISHED = """
delete from value_score v
where v.fit_id = %(fit)s and v.customer_id = any(%(customers)s)
  and not exists (select from staged s where s.customer_id = v.customer_id)"""

FORGET = """
delete from value_score
where fit_id = %(fit)s and customer_id in (
    select customer_id from value_score where fit_id = %(fit)s order by customer_id limit %(most)s)"""


def write(fit: Fit, rows: pa.Table, progress: Progress) -> None:
    """All scores of a fit, beside those in force."""
    progress.step("storing", total=len(rows))
    for start in range(0, len(rows), CUSTOMERS_AT_ONCE):
        chunk = rows.slice(start, CUSTOMERS_AT_ONCE)
        _write(fit, chunk)
        progress.advance(len(chunk))


def write_some(fit: Fit, rows: pa.Table, customers: Collection[int]) -> None:
    """The scores of some customers by the fit in force; those of them who have none any more lose theirs.

    They do not follow from what the fit saw any more, so the next one for everybody must not leave them alone.
    """
    with transaction.atomic():
        _write(fit, rows, vanished=sorted(customers))
        Fit.objects.filter(pk=fit.pk).update(fingerprint="")


@transaction.atomic
def forget(customers: Collection[int]) -> None:
    """Delete what was worked out about somebody."""
    theirs = Score.objects.filter(customer__in=customers)
    Fit.objects.filter(pk__in=theirs.values("fit")).update(fingerprint="")
    theirs.delete()


def put_in_force(fit: Fit) -> None:
    with transaction.atomic():
        Fit.objects.filter(shop=fit.shop, is_current=True).update(is_current=False)
        fit.is_current, fit.in_force_at = True, timezone.now()
        fit.save()


def clear_away(shop: Shop) -> None:
    """Delete the scores of fits that are not in force, and fits that never were."""
    others = Fit.objects.filter(shop=shop, is_current=False)
    for number in others.filter(Exists(Score.objects.filter(fit=OuterRef("pk")))).values_list("pk", flat=True):
        _forget(number)
    others.filter(in_force_at=None).delete()


def _write(fit: Fit, rows: pa.Table, vanished: Collection[int] = ()) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STAGED)
        copy_in(cursor, "staged", COLUMNS, rows)
        cursor.execute("analyze staged")
        cursor.execute(VANISHED, {"fit": fit.pk, "customers": list(vanished)})
        cursor.execute(WRITE, {"fit": fit.pk})


def _forget(fit_id: int) -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(FORGET, {"fit": fit_id, "most": CUSTOMERS_AT_ONCE})
            if cursor.rowcount < CUSTOMERS_AT_ONCE:
                return
