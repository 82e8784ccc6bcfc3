"""Put scores into PostgreSQL: chunk by chunk beside those in force, then in force in one step."""

from collections.abc import Collection

import pyarrow as pa
from django.db import transaction

from treue.core import versions
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop
from treue.core.versions import Versions
from treue.understand.value.models import Fit, Score

CUSTOMERS_AT_ONCE = 50_000
SCORES = Versions(Score, "fit_id")

put_in_force = versions.put_in_force


def write(fit: Fit, rows: pa.Table, progress: Progress) -> None:
    """All scores of a fit, beside those in force."""
    SCORES.write_all(fit.pk, rows, progress, at_once=CUSTOMERS_AT_ONCE)


def write_some(fit: Fit, rows: pa.Table, customers: Collection[int]) -> None:
    """The scores of some customers by the fit in force; those of them who have none any more lose theirs.

    They do not follow from what the fit saw any more, so the next one for everybody must not leave them alone.
    """
    with transaction.atomic():
        SCORES.write(fit.pk, rows, vanished=sorted(customers))
        Fit.objects.filter(pk=fit.pk).update(fingerprint="")


@transaction.atomic
def forget(customers: Collection[int]) -> None:
    """Delete what was worked out about somebody."""
    theirs = Score.objects.filter(customer__in=customers)
    Fit.objects.filter(pk__in=theirs.values("fit")).update(fingerprint="")
    theirs.delete()


def clear_away(shop: Shop) -> None:
    """Delete the scores of fits that are not in force, and fits that never were."""
    others = Fit.objects.filter(shop=shop, is_current=False)
    SCORES.clear_away(others, at_once=CUSTOMERS_AT_ONCE)
    others.filter(in_force_at=None).delete()
